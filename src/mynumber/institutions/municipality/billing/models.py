"""Bills (納付書), what was paid on them, money given back, files of a day. All walled by tenant; whole yen."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import F, Q

from mynumber.institutions.municipality.register.models import Person
from mynumber.protocols.payments import Method, SettlementSource
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import TenantField


class Kind(models.TextChoices):
    """What is collected."""

    TAX = "tax", "税"
    INSURANCE = "insurance", "保険料"
    NURSERY = "nursery", "保育料"
    FEE = "fee", "手数料"


DIGIT_OF: Final = {Kind.TAX: 1, Kind.INSURANCE: 2, Kind.NURSERY: 3, Kind.FEE: 4}
"""First digit of the number."""
OFFICE_OF: Final = {
    Kind.TAX: "税務課",
    Kind.INSURANCE: "国保年金課",
    Kind.NURSERY: "保育課",
    Kind.FEE: "会計課",
}


class State(models.TextChoices):
    """Where a bill stands."""

    OPEN = "open", "未納"
    PAID = "paid", "納付済み"
    CANCELLED = "cancelled", "取消"
    REFUNDED = "refunded", "還付済み"


class Bill(models.Model):
    """納付書: one sum that one person owes until a day."""

    tenant = TenantField()
    reference = models.UUIDField()
    """The bill's id at the portal and at the payment agent."""
    notice = models.UUIDField()
    key = models.CharField(max_length=100)
    """Idempotency: the same again is the same bill."""
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="bills")
    kind = models.CharField(max_length=10, choices=Kind)
    title = models.CharField(max_length=100)
    lines = models.JSONField()
    """[[label, yen], ...]"""
    amount = models.BigIntegerField()
    due = models.DateField()
    """納期限"""
    number = models.CharField(max_length=20)
    """納付番号"""
    confirmation = models.CharField(max_length=6)
    """確認番号"""
    division = models.CharField(max_length=16)
    """納付区分"""
    application = models.UUIDField(null=True)
    """Of a fee: the application that has it."""
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    paid_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    """Counts changes of its standing."""
    told_version = models.PositiveIntegerField(default=1)
    """What of it the portal has acknowledged: smaller than `version` waits to be told."""
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    wrong_numbers = models.PositiveSmallIntegerField(default=0)
    """How often in a row somebody typed this number with others wrong."""
    locked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["tenant", "reference"], name="billing_reference"),
            models.UniqueConstraint(fields=["tenant", "key"], name="billing_key"),
            models.UniqueConstraint(fields=["tenant", "number"], name="billing_number"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="billing_amount"),
        )
        indexes = (
            models.Index(fields=["tenant", "state", "due"], name="billing_by_due"),
            models.Index(
                fields=["tenant", "id"], condition=Q(told_version__lt=F("version")), name="billing_to_tell"
            ),
        )

    def __str__(self) -> str:
        return f"bill {self.pk}"

    @property
    def receipt(self) -> str:
        """領収番号; empty as long as it is not paid."""
        return f"{self.paid_at.year}-{self.number}" if self.paid_at else ""

    @property
    def office(self) -> str:
        return OFFICE_OF[Kind(self.kind)]


class Standing(models.TextChoices):
    """What a payment is to its bill."""

    COUNTED = "counted", "充当"
    DOUBLE = "double", "二重払い・取消後の納付"
    WRONG_AMOUNT = "wrong_amount", "金額違い"
    UNKNOWN = "unknown", "納付書なし"


class Payment(models.Model):
    """A payment as the payment agent tells it: by news (速報), by the file of a day (確報), or both."""

    tenant = TenantField()
    payment = models.UUIDField()
    bill = models.ForeignKey(Bill, null=True, on_delete=models.PROTECT, related_name="payments")
    number = models.CharField(max_length=20)
    method = models.CharField(max_length=10)
    amount = models.BigIntegerField()
    refunded = models.BigIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    standing = models.CharField(max_length=12, choices=Standing)
    paid_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    """速報; None: the file alone tells of it."""
    settled_at = models.DateTimeField(null=True)
    """確報"""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["tenant", "payment"], name="billing_payment"),
            models.UniqueConstraint(
                fields=["bill"], condition=Q(standing="counted"), name="billing_paid_once"
            ),
        )
        indexes = (models.Index(fields=["tenant", "paid_at"], name="billing_payment_day"),)

    def __str__(self) -> str:
        return f"payment {self.pk}"

    @property
    def method_words(self) -> str:
        return Method(self.method).label_ja

    @property
    def left(self) -> int:
        """Yen that can still be given back."""
        return self.amount - self.refunded


class RefundState(models.TextChoices):
    """Four eyes: what one proposes another approves; what was paid twice goes back by itself."""

    PROPOSED = "proposed", "決裁待ち"
    RETURNED = "returned", "差戻し"
    APPROVED = "approved", "返金を依頼中"
    DONE = "done", "返金済み"
    REFUSED = "refused", "返金できません"


class Refund(models.Model):
    """還付"""

    tenant = TenantField()
    key = models.UUIDField()
    """The refund's id at the payment agent: money goes back once for it."""
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=100)
    is_automatic = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=RefundState, default=RefundState.PROPOSED)
    proposed_by = models.ForeignKey(StaffMember, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    second = models.ForeignKey(StaffMember, null=True, on_delete=models.PROTECT, related_name="+")
    second_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    refusal = models.CharField(max_length=40, default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["tenant", "key"], name="billing_refund_key"),
            models.UniqueConstraint(
                fields=["payment"], condition=Q(state__in=["proposed", "approved"]), name="billing_refund_one"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="billing_refund_amount"),
            models.CheckConstraint(
                condition=Q(second=None) | ~Q(second=F("proposed_by")), name="billing_refund_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "returned"])
                | Q(is_automatic=True)
                | Q(second__isnull=False),
                name="billing_refund_approved_by",
            ),
        )
        indexes = (
            models.Index(
                fields=["tenant", "next_try_at"], condition=Q(state="approved"), name="billing_refund_due"
            ),
        )

    def __str__(self) -> str:
        return f"refund {self.pk}"


class Day(models.Model):
    """The file of a day (確報) as it came last."""

    tenant = TenantField()
    source = models.CharField(
        max_length=4, choices=[(SettlementSource.CARD.value, "カード"), (SettlementSource.BANK.value, "銀行")]
    )
    day = models.DateField()
    content = models.BinaryField()
    entries = models.IntegerField()
    paid = models.BigIntegerField()
    refunded = models.BigIntegerField()
    is_final = models.BooleanField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["tenant", "source", "day"], name="billing_day"),)

    def __str__(self) -> str:
        return f"file {self.pk}"


class Entry(models.Model):
    """操作の記録: who did what to a bill. Never changed."""

    tenant = TenantField()
    bill = models.ForeignKey(Bill, null=True, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField()
    by_name = models.CharField(max_length=100)
    act = models.CharField(max_length=30)
    words = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"entry {self.pk}"
