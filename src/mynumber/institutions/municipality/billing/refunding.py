"""還付: one person proposes, another approves, the payment agent moves the money; what was asked is asked again until it answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from mynumber.institutions.municipality.billing import counting, issuing
from mynumber.institutions.municipality.billing.issuing import CannotBill
from mynumber.institutions.municipality.billing.models import Payment, Refund, RefundState
from mynumber.institutions.municipality.billing.telling import wake
from mynumber.institutions.municipality.systems import member_id
from mynumber.protocols import payments as protocol
from mynumber.protocols.payments import AcquirerClient
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import this_node
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import acting_as

_FINAL: Final = frozenset({Reason.UNKNOWN_RECORD, Reason.NOT_ENTITLED, Reason.DUPLICATE_REQUEST})
"""Refusals that asking again does not change, when the agent signed them."""
LONGEST_WAIT: Final = timedelta(minutes=30)


def provider(tenant: str) -> protocol.PaymentProvider:
    """Who moves the money."""
    return AcquirerClient(this_node(), member_id(tenant), Hop.BILLER, partial(datetime.now, UTC))


@transaction.atomic
def propose(payment: Payment, amount: int, reason: str, *, by: StaffMember, at: datetime) -> Refund:
    """起案. Raises CannotBill: more than there is, or one is under way."""
    row = Payment.objects.select_for_update().get(pk=payment.pk)
    held = row.refunds.filter(state__in=[RefundState.APPROVED, RefundState.DONE]).aggregate(
        sum=Sum("amount")
    )["sum"]
    if not 0 < amount <= row.amount - max(row.refunded, held or 0):
        raise CannotBill("返せる金額を超えています。")
    try:
        with transaction.atomic():
            refund = Refund.objects.create(
                key=uuid4(), payment=row, amount=amount, reason=reason, proposed_by=by, proposed_at=at
            )
    except IntegrityError:
        raise CannotBill("この納付の還付が、すでに進んでいます。") from None
    issuing.note(row.bill, "refund_proposed", by=by, at=at, words=reason)
    return refund


@transaction.atomic
def decide(refund: int, *, approve: bool, by: StaffMember, at: datetime) -> Refund:
    """決裁 by somebody else than who proposed. Raises CannotBill."""
    row = Refund.objects.select_for_update().filter(pk=refund).first()
    if row is None or row.state != RefundState.PROPOSED:
        raise CannotBill("この還付は、もう決裁されています。")
    if row.proposed_by_id == by.pk:
        raise CannotBill("起案した人とは別の人が決裁してください。")
    row.state = RefundState.APPROVED if approve else RefundState.RETURNED
    row.second, row.second_at = by, at
    row.next_try_at = at if approve else None
    row.save()
    issuing.note(
        row.payment.bill, "refund_approved" if approve else "refund_returned", by=by, at=at, words=row.reason
    )
    transaction.on_commit(wake)
    return row


def order_due(tenant: str, *, now: datetime) -> int:
    """Ask for what is approved; how many were done. Call it outside a transaction."""
    with acting_as(tenant):
        due = list(
            Refund.objects.filter(state=RefundState.APPROVED, next_try_at__lte=now)
            .select_related("payment")
            .order_by("pk")[:100]
        )
    return sum(_order(tenant, each, now) for each in due)


def _order(tenant: str, row: Refund, now: datetime) -> bool:
    wanted = protocol.Refund(
        refund=row.key, payment=row.payment.payment, amount=row.amount, reason=row.reason
    )
    try:
        status = provider(tenant).refund(wanted)
    except Refused as refused:
        with acting_as(tenant):
            open_row = Refund.objects.filter(pk=row.pk, state=RefundState.APPROVED)
            if refused.is_signed and refused.reason in _FINAL:
                open_row.update(state=RefundState.REFUSED, refusal=refused.reason.value)
            else:
                wait = min(LONGEST_WAIT, timedelta(seconds=5) * int(2 ** min(row.tries, 10)))
                open_row.update(tries=F("tries") + 1, next_try_at=now + wait)
        return False
    with acting_as(tenant):
        Refund.objects.filter(pk=row.pk, state=RefundState.APPROVED).update(
            state=RefundState.DONE, done_at=now
        )
        counting.take(tenant, status, at=now)
    return True
