"""Tables of the payment agent. Of a card only brand and last four digits are ever written: number, expiry and code live for one request."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from mynumber.protocols.payments import Cause, Method, PaymentState

TAKEN = (PaymentState.AUTHORISED, PaymentState.CAPTURED, PaymentState.REFUNDED_IN_PART)
"""States in which a bill cannot be paid once more."""


def _choices(kind: type[PaymentState] | type[Method] | type[Cause]) -> list[tuple[str, str]]:
    return [(each.value, each.value) for each in kind]


class Payment(models.Model):
    """One attempt to pay one bill."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    site = models.CharField(max_length=80, default="")
    """System that opened the checkout; empty for what came through a bank."""
    checkout = models.UUIDField(null=True)
    bill = models.UUIDField(null=True)
    payee = models.CharField(max_length=80, default="")
    """System that is told and gets the money; empty where the collector is nobody's."""
    collector = models.CharField(max_length=5)
    number = models.CharField(max_length=20)
    confirmation = models.CharField(max_length=6, default="")
    division = models.CharField(max_length=16, default="0")
    title = models.CharField(max_length=100, default="")
    amount = models.BigIntegerField()
    method = models.CharField(max_length=10, choices=_choices(Method))
    state = models.CharField(max_length=20, choices=_choices(PaymentState), default=PaymentState.CREATED)
    cause = models.CharField(max_length=20, choices=_choices(Cause), default="")
    version = models.PositiveIntegerField(default=1)
    page = models.CharField(max_length=22, null=True, unique=True)
    """What makes the address of the page unguessable."""
    back = models.CharField(max_length=200, default="")
    result = models.CharField(max_length=22, default="")
    """The one-time reference that the browser takes back."""
    result_used_at = models.DateTimeField(null=True)
    brand = models.CharField(max_length=20, default="")
    last_four = models.CharField(max_length=4, default="")
    challenged_at = models.DateTimeField(null=True)
    """When the issuer asked the holder to confirm (3-D Secure)."""
    challenge_failures = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    """Until when the page can be used."""
    authorised_at = models.DateTimeField(null=True)
    captured_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    refunded = models.BigIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    """When an authorised payment is to be captured again."""

    class Meta:
        db_table = "payment"
        constraints = (
            models.UniqueConstraint(fields=["site", "checkout"], name="payment_of_checkout"),
            models.UniqueConstraint(
                fields=["collector", "number"],
                condition=Q(state__in=[state.value for state in TAKEN]) & ~Q(method=Method.COUNTER.value),
                name="payment_once_a_bill",
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("amount")), name="payment_refunded_at_most_all"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
        )
        indexes = (
            models.Index(fields=["collector", "captured_at"], name="payment_by_day"),
            models.Index(
                fields=["next_try_at"], condition=Q(state=PaymentState.AUTHORISED), name="payment_to_capture"
            ),
            models.Index(
                fields=["expires_at"], condition=Q(state=PaymentState.CREATED), name="payment_to_expire"
            ),
        )

    def __str__(self) -> str:
        return f"payment {self.pk}"


class Refund(models.Model):
    """Money back. Never changed."""

    id = models.UUIDField(primary_key=True, editable=False)
    """Made by the payee."""
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        db_table = "refund"
        constraints = (models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive"),)
        indexes = (models.Index(fields=["at"], name="refund_by_day"),)

    def __str__(self) -> str:
        return f"refund {self.pk}"


class News(models.Model):
    """Outbox: a payment as it stood, for one receiver. Written with the change, sent until it is acknowledged."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="news")
    receiver = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    body = models.BinaryField()
    """`protocols.payments.PaymentStatus` as JSON."""
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "news"
        constraints = (models.UniqueConstraint(fields=["payment", "receiver", "version"], name="news_once"),)
        indexes = (models.Index(fields=["next_try_at"], condition=Q(sent_at=None), name="news_to_send"),)

    def __str__(self) -> str:
        return f"news {self.pk}"
