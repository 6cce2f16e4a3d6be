"""Files of transfers as customers sent them, and what became of each transfer."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import F, Q

from mynumber.protocols.transfers import ReturnReason

WAITING: Final = "waiting"


class TransferFile(models.Model):
    """One file of one customer (総合振込依頼). Its content never changes."""

    customer = models.CharField(max_length=80)
    """System that sent it, and that is told."""
    file = models.UUIDField()
    """Made by the customer."""
    digest = models.CharField(max_length=64)
    """SHA-256 of the content, hexadecimal."""
    content = models.BinaryField()
    pay_on = models.DateField()
    """振込指定日"""
    count = models.IntegerField()
    total = models.BigIntegerField()
    taken_at = models.DateTimeField()
    carried_out_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "transfer_file"
        constraints = (
            models.UniqueConstraint(fields=["customer", "file"], name="transfer_file_once"),
            # The same records under another id: a file that was sent twice.
            models.UniqueConstraint(fields=["customer", "digest"], name="transfer_file_content_once"),
        )
        indexes = (
            models.Index(fields=["pay_on"], condition=Q(carried_out_at=None), name="transfer_file_due"),
        )

    def __str__(self) -> str:
        return f"transfer file {self.pk}"


class Transfer(models.Model):
    """One transfer. What it is never changes; what became of it is told until the customer has it."""

    file = models.ForeignKey(TransferFile, on_delete=models.PROTECT, related_name="transfers")
    customer = models.CharField(max_length=80)
    reference = models.CharField(max_length=20)
    """顧客コード"""
    bank = models.CharField(max_length=4)
    branch = models.CharField(max_length=3)
    number = models.CharField(max_length=7)
    amount = models.BigIntegerField()
    state = models.CharField(
        max_length=10,
        choices=[(WAITING, "指定日待ち"), ("paid", "振込済"), ("returned", "資金返却")],
        default=WAITING,
    )
    reason = models.CharField(
        max_length=20, choices=[(each.value, each.label_ja) for each in ReturnReason], default=""
    )
    version = models.PositiveIntegerField(default=0)
    """Counts what became of it."""
    told_version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "transfer"
        constraints = (
            models.UniqueConstraint(fields=["customer", "reference"], name="transfer_reference_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_amount"),
            models.CheckConstraint(
                condition=Q(state="returned") & ~Q(reason="") | ~Q(state="returned") & Q(reason=""),
                name="transfer_reason",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_try_at"], condition=Q(told_version__lt=F("version")), name="transfer_to_tell"
            ),
        )

    def __str__(self) -> str:
        return f"transfer {self.pk}"
