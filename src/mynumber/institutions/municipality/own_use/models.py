"""The town's notices of own-use affairs (独自利用事務の届出) and what the commission decided. No person is in one. Walled by tenant."""

from __future__ import annotations

from django.db import models

from mynumber.protocols.own_use import NoticeState
from mynumber.webkit.tenancy import TenantField


class Filing(models.Model):
    """A notice as it was written, under the id by which it can be said again; and how far the commission is with it."""

    tenant = TenantField()
    notice = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=10)
    """:class:`~mynumber.foundation.law.NoticeKind`."""
    number = models.IntegerField()
    """Of the affair within the town: 1 is ``own-131229-1``."""
    content = models.TextField()
    """JSON: :class:`~mynumber.protocols.own_use.OwnUseText`."""
    written_by = models.CharField(max_length=100)
    written_at = models.DateTimeField()
    state = models.CharField(
        max_length=10,
        choices=[(state.value, state.label_ja) for state in NoticeState],
        default=NoticeState.OPEN.value,
    )
    heard_at = models.DateTimeField(null=True)
    """When the commission last said how far it is; null: it has not been reached yet."""
    received_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    begins = models.DateField(null=True)
    remark = models.CharField(max_length=400, default="", blank=True)
    """Why it was returned."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "number"],
                condition=models.Q(state=NoticeState.OPEN.value),
                name="own_use_one_open",
            ),
        )
        indexes = (models.Index(fields=["tenant", "-written_at"], name="own_use_filing_latest"),)

    def __str__(self) -> str:
        return f"filing {self.notice}"
