"""Paying bills at the portal: what was begun with the payment agent, and what the makers of bills say of them. No card, no name."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q

from mynumber.institutions.portal.account.models import Account
from mynumber.protocols.payments import PaymentState

OCCUPYING = (
    PaymentState.CREATED,
    PaymentState.AUTHORISED,
    PaymentState.CAPTURED,
    PaymentState.REFUNDED_IN_PART,
)
"""States in which no second checkout of the same bill may begin."""


class Checkout(models.Model):
    """One attempt to pay one bill by card. Its id is what the payment agent knows it by: asked again, it is the same."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="checkouts")
    notice = models.UUIDField()
    bill = models.UUIDField()
    biller = models.CharField(max_length=80)
    amount = models.BigIntegerField()
    state = models.CharField(
        max_length=20,
        choices=[(each.value, each.value) for each in PaymentState],
        default=PaymentState.CREATED,
    )
    version = models.PositiveIntegerField(default=0)
    """Of the agent's last word; 0: it has not answered yet."""
    cause = models.CharField(max_length=20, default="")
    brand = models.CharField(max_length=20, default="")
    last_four = models.CharField(max_length=4, default="")
    refunded = models.BigIntegerField(default=0)
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "checkout"
        constraints = (
            models.UniqueConstraint(
                fields=["biller", "bill"],
                condition=Q(state__in=[state.value for state in OCCUPYING]),
                name="checkout_once_a_bill",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="checkout_amount"),
        )
        indexes = (models.Index(fields=["account", "-begun_at"], name="checkout_of_account"),)

    def __str__(self) -> str:
        return f"checkout {self.pk}"


class BillWord(models.Model):
    """What the maker of a bill said of it last (消込). It may come before the notice."""

    biller = models.CharField(max_length=80)
    bill = models.UUIDField()
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10)
    paid = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    method = models.CharField(max_length=10, default="")
    paid_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=60, default="")
    taken_at = models.DateTimeField()

    class Meta:
        db_table = "bill_word"
        constraints = (models.UniqueConstraint(fields=["biller", "bill"], name="bill_word_once"),)

    def __str__(self) -> str:
        return f"word on bill {self.pk}"
