"""The outbox to the other cores of the network."""

from django.db import models


class UntoldCode(models.Model):
    """A code that was issued here and that another core has not acknowledged yet. Deleted when it has."""

    id = models.BigAutoField(primary_key=True)
    core = models.CharField(max_length=80)
    """System id of the core that is to be told."""
    member = models.CharField(max_length=80)
    code = models.CharField(max_length=60)
    issued_at = models.DateTimeField()

    class Meta:
        db_table = "untold_code"
        indexes = (models.Index(fields=["core", "id"], name="untold_code_of_core"),)
