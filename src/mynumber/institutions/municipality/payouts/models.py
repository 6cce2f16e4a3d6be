"""Files for the bank and their transfers. All walled by tenant; whole yen. Two transfers of one order are never under way together."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import F, Q

from mynumber.institutions.municipality.applications.models import PayoutOrder
from mynumber.protocols.transfers import ReturnReason
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import TenantField


class FileState(models.TextChoices):
    """Where a file stands. Four eyes: what one makes another approves."""

    MADE = "made", "決裁待ち"
    SENT_BACK = "sent_back", "差戻し"
    APPROVED = "approved", "銀行へ送信中"
    TAKEN = "taken", "銀行が受付"
    REFUSED = "refused", "銀行が受け付けず"
    DONE = "done", "結果がそろいました"


class TransferFile(models.Model):
    """総合振込: the payments of one day as the bank gets them. What it carries never changes."""

    tenant = TenantField()
    file = models.UUIDField()
    """Its id at the bank: the same again moves nothing."""
    pay_on = models.DateField()
    """振込指定日"""
    count = models.IntegerField()
    total = models.BigIntegerField()
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    """SHA-256 of the content, hexadecimal."""
    state = models.CharField(max_length=10, choices=FileState, default=FileState.MADE)
    made_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    second = models.ForeignKey(StaffMember, null=True, on_delete=models.PROTECT, related_name="+")
    second_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    refusal = models.CharField(max_length=40, default="")
    taken_at = models.DateTimeField(null=True)
    """When the bank took it, by its word."""
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["tenant", "file"], name="payouts_file"),
            models.CheckConstraint(condition=Q(count__gt=0, total__gt=0), name="payouts_file_sums"),
            models.CheckConstraint(
                condition=Q(second=None) | ~Q(second=F("made_by")), name="payouts_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(state="made") | Q(second__isnull=False), name="payouts_approved_by"
            ),
        )
        indexes = (
            models.Index(
                fields=["tenant", "next_try_at"], condition=Q(state="approved"), name="payouts_to_send"
            ),
        )

    def __str__(self) -> str:
        return f"transfer file {self.pk}"


class TransferState(models.TextChoices):
    """What became of a transfer."""

    WAITING = "waiting", "振込待ち"
    PAID = "paid", "振込済"
    RETURNED = "returned", "資金返却"
    DROPPED = "dropped", "取りやめ"
    """The file did not go: nothing was paid."""


LIVE: Final = (TransferState.WAITING, TransferState.PAID)
"""The order is being paid or is paid: no second transfer of it."""


class Transfer(models.Model):
    """One attempt to pay one order."""

    tenant = TenantField()
    file = models.ForeignKey(TransferFile, on_delete=models.PROTECT, related_name="transfers")
    order = models.ForeignKey(PayoutOrder, on_delete=models.PROTECT, related_name="transfers")
    reference = models.CharField(max_length=20)
    """顧客コード: the bank's answer names it."""
    amount = models.BigIntegerField()
    account = models.CharField(max_length=100)
    """Where to, in words with the last digits only."""
    state = models.CharField(max_length=10, choices=TransferState, default=TransferState.WAITING)
    reason = models.CharField(
        max_length=20, choices=[(each.value, each.label_ja) for each in ReturnReason], default=""
    )
    version = models.PositiveIntegerField(default=0)
    """Of the bank's last word."""
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["tenant", "reference"], name="payouts_reference"),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state__in=[state.value for state in LIVE]),
                name="payouts_paid_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payouts_amount"),
        )
        indexes = (models.Index(fields=["tenant", "state"], name="payouts_by_state"),)

    def __str__(self) -> str:
        return f"transfer {self.pk}"


class Hold(models.Model):
    """Nothing can be paid on an order until a person has done something: its money came back, or no bank can write its account."""

    tenant = TenantField()
    order = models.ForeignKey(PayoutOrder, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=20, default="")
    """`protocols.transfers.ReturnReason`; empty: no file can carry the account."""
    since = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    """When the resident was asked for another account."""
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["order"], condition=Q(ended_at=None), name="payouts_one_hold"),
        )

    def __str__(self) -> str:
        return f"hold {self.pk}"


class FileEntry(models.Model):
    """操作の記録: who did what to a file, downloads too. Never changed."""

    tenant = TenantField()
    file = models.ForeignKey(TransferFile, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField()
    by_name = models.CharField(max_length=100)
    act = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"entry {self.pk}"
