"""The tables of the inbox. What a notice says lies sealed; what is needed to sort, count and look for deadlines lies beside it."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q

from mynumber.institutions.portal.account.models import Account


class InboxNotice(models.Model):
    """A notice that arrived. What was written and when it arrived is never changed; that it was read and used is noted once."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    """`protocols.notices.Notice.notice`: made by who wrote it."""
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="notices")
    sender = models.CharField(max_length=80)
    """The system that wrote it; `portal` for what the portal itself says."""
    category = models.CharField(max_length=20)
    due = models.DateField(null=True)
    written_at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    """到達: recorded in the file of the computer that the addressee uses (デジタル手続法 art. 7(3))."""
    content = models.BinaryField()
    """Sealed: the notice without its letter."""
    letter = models.BinaryField(null=True)
    """Sealed: the PDF."""
    digest = models.BinaryField()
    """SHA-256 of the notice as it was written."""
    has_letter = models.BooleanField(default=False)
    has_bill = models.BooleanField(default=False)
    has_offer = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True)
    """When the resident first opened it. Not the legal time of anything."""
    acted_at = models.DateTimeField(null=True)
    act = models.CharField(max_length=20, default="")
    """What was done with it: a name of `protocols.notices.Happening`."""
    put_away_at = models.DateTimeField(null=True)
    """When the resident took it out of the list; it can be looked for all the same."""

    class Meta:
        db_table = "notice"
        indexes = (
            models.Index(fields=["account", "-arrived_at"], name="notice_of_account"),
            models.Index(fields=["account", "due"], condition=Q(acted_at=None), name="notice_due"),
        )

    def __str__(self) -> str:
        return f"notice {self.pk}"


class NoticeReport(models.Model):
    """Outbox: what became of a notice, for its sender. Written with what it tells, sent until the sender's gateway has it."""

    notice = models.ForeignKey(InboxNotice, on_delete=models.PROTECT, related_name="reports")
    gateway = models.CharField(max_length=80)
    """Who takes it: the system that speaks for the sender."""
    happening = models.CharField(max_length=20)
    at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notice_report"
        constraints = (models.UniqueConstraint(fields=["notice", "happening"], name="notice_reported_once"),)
        indexes = (models.Index(fields=["next_try_at"], condition=Q(sent_at=None), name="notice_report_due"),)

    def __str__(self) -> str:
        return f"report {self.pk}"
