"""What witnesses signed (C2SP tlog-cosignature). Checkpoints themselves are in ``network.core``."""

from django.db import models


class Cosignature(models.Model):
    """The newest cosignature of a checkpoint by a witness; a log that stands still has its last one renewed."""

    pk = models.CompositePrimaryKey("size", "witness")
    size = models.BigIntegerField()
    """Of the checkpoint."""
    witness = models.CharField(max_length=200)
    """Name of the witness's key."""
    line = models.TextField()
    """The signature line with its newline, verified."""
    cosigned_at = models.DateTimeField()
    """What the witness states."""

    class Meta:
        db_table = "cosignature"
