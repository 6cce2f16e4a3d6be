"""The table of notices. No person is in a notice."""

from django.db import models

from mynumber.protocols.own_use import NoticeState


class Notice(models.Model):
    """A notice of a local government (届出), as it came, and the decision."""

    notice = models.UUIDField(primary_key=True)
    sender = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)
    """:class:`~mynumber.foundation.law.NoticeKind`."""
    affair = models.CharField(max_length=40)
    content = models.TextField()
    """JSON: :class:`~mynumber.protocols.own_use.OwnUseText`."""
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=[(state.value, state.label_ja) for state in NoticeState])
    begins = models.DateField(null=True)
    """Of an accepted one: the day from which it applies; of an end, from which the affair no longer does."""
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=100, default="")
    remark = models.CharField(max_length=400, default="")
    told_at = models.DateTimeField(null=True)
    """When the network had an accepted one; until then it counts as open for who notified."""

    class Meta:
        db_table = "own_use_notice"
        indexes = (
            models.Index(fields=["-received_at"], name="own_use_notice_latest"),
            models.Index(fields=["affair", "received_at"], name="own_use_notice_of_affair"),
        )

    def __str__(self) -> str:
        return f"{self.affair} ({self.kind})"
