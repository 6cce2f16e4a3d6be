"""What the monitor saw. It keeps a tree of its own, so that it needs nobody's word for what a log said earlier."""

from django.db import models
from django.db.models import Q


class WatchedLog(models.Model):
    """A log as far as it was verified: the tiles below add up to ``root``."""

    origin = models.CharField(max_length=200, primary_key=True)
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    """The checkpoint of this size, with all its signatures; empty before the first."""
    looked_at = models.DateTimeField(null=True)
    """When the log last answered with a checkpoint that holds."""
    witnessed_at = models.DateTimeField(null=True)
    """The newest time that enough known witnesses state."""

    class Meta:
        db_table = "watched_log"


class WatchedTile(models.Model):
    """The widest verified state of each tile."""

    pk = models.CompositePrimaryKey("origin", "level", "index")
    origin = models.CharField(max_length=200)
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "watched_tile"


class SeenCheckpoint(models.Model):
    """Every checkpoint that was shown, also those that raised an alarm. Insert-only."""

    origin = models.CharField(max_length=200)
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "seen_checkpoint"
        constraints = (models.UniqueConstraint(fields=["origin", "size", "root"], name="seen_once"),)
        indexes = (models.Index(fields=["origin", "-seen_at"], name="seen_by_time"),)


class Alarm(models.Model):
    """Something that a log must not do, or that nobody can see whether it does."""

    origin = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    evidence = models.TextField()
    """What proves it, as it was received: for a fork, the two signed checkpoints."""
    raised_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.BigIntegerField()
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=300, default="")

    class Meta:
        db_table = "alarm"
        constraints = (
            models.UniqueConstraint(
                fields=["origin", "kind"], condition=Q(closed_at__isnull=True), name="one_open_alarm_a_kind"
            ),
        )
