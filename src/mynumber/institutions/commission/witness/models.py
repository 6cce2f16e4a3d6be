"""The state of the witness: one row a log, changed only to a continuation of itself."""

from django.db import models


class WitnessedLog(models.Model):
    """The checkpoint that was cosigned last."""

    origin = models.CharField(max_length=200, primary_key=True)
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    """With the log's signature and the witness's; empty before the first."""
    cosigned_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "witnessed_log"
