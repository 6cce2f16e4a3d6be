"""The table of own-use affairs: what the commission accepted, in the order in which it told. Insert-only; :mod:`.rows` reads it."""

from django.db import models


class OwnUseRow(models.Model):
    """One accepted notice (Act art. 19(ix))."""

    id = models.BigAutoField(primary_key=True)
    notice = models.UUIDField(unique=True)
    kind = models.CharField(max_length=10)
    """:class:`~mynumber.foundation.law.NoticeKind`."""
    affair = models.CharField(max_length=40)
    """E.g. ``own-131229-1``."""
    content = models.TextField()
    """JSON: :class:`~mynumber.protocols.own_use.OwnUseText`."""
    notified = models.DateField()
    accepted = models.DateField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "own_use_row"
        indexes = (models.Index(fields=["affair", "id"], name="own_use_row_of_affair"),)
