"""Payments at who made the bill (消込): each is counted once, what is too much goes back by itself or waits for a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import uuid5

from django.db import transaction

from mynumber.institutions.municipality.billing import issuing
from mynumber.institutions.municipality.billing.models import (
    Bill,
    Payment,
    Refund,
    RefundState,
    Standing,
    State,
)
from mynumber.institutions.municipality.billing.telling import wake
from mynumber.protocols.payments import (
    BillFound,
    BillNumbers,
    Method,
    PaymentState,
    PaymentStatus,
    WhyNotPayable,
)
from mynumber.protocols.settlements import SettledEntry

WRONG_NUMBERS: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
_WHY_NOT: Final = {
    State.PAID: WhyNotPayable.PAID,
    State.REFUNDED: WhyNotPayable.CANCELLED,
    State.CANCELLED: WhyNotPayable.CANCELLED,
}


@transaction.atomic
def look_up(tenant: str, numbers: BillNumbers, *, at: datetime) -> BillFound:
    """Is it to be paid now? Whoever has not all four numbers learns nothing, and after five tries has to wait."""
    bill = Bill.objects.select_for_update().filter(number=numbers.number).first()
    if bill is None or numbers.collector != issuing.collector_of(tenant):
        return BillFound(why_not=WhyNotPayable.UNKNOWN)
    if bill.locked_until is not None and at < bill.locked_until:
        return BillFound(why_not=WhyNotPayable.LOCKED)
    if (bill.confirmation, bill.division) != (numbers.confirmation, numbers.division):
        bill.wrong_numbers += 1
        if bill.wrong_numbers >= WRONG_NUMBERS:
            bill.wrong_numbers, bill.locked_until = 0, at + LOCKED_FOR
        bill.save(update_fields=["wrong_numbers", "locked_until"])
        return BillFound(why_not=WhyNotPayable.UNKNOWN)
    if bill.wrong_numbers:
        bill.wrong_numbers = 0
        bill.save(update_fields=["wrong_numbers"])
    why_not = _WHY_NOT.get(State(bill.state))
    return BillFound(why_not=why_not, bill=bill.reference, title=bill.title, amount=bill.amount)


@transaction.atomic
def take(tenant: str, said: PaymentStatus, *, at: datetime) -> Payment | None:
    """News of a payment (速報): the highest version counts, however often and in whatever order they come. None: no money was taken."""
    if said.state not in (PaymentState.CAPTURED, PaymentState.REFUNDED_IN_PART, PaymentState.REFUNDED):
        return None
    bill = Bill.objects.select_for_update().filter(number=said.number).first()
    row = Payment.objects.select_for_update().filter(payment=said.payment).first()
    if row is None:
        row = _count(
            tenant,
            bill,
            Payment(
                payment=said.payment,
                bill=bill,
                number=said.number,
                method=said.method.value,
                amount=said.amount,
                paid_at=said.captured_at or said.at,
            ),
            at,
        )
    if row.heard_at is None:
        row.heard_at = at
    if said.version > row.version:
        row.version, row.method = said.version, said.method.value
        if said.refunded > row.refunded:
            row.refunded = said.refunded
            _given_back(tenant, row, at)
    row.save()
    return row


@transaction.atomic
def settle(tenant: str, entry: SettledEntry, method: Method, *, at: datetime) -> Payment:
    """A line of the file of a day (確報): counts what no news told of."""
    bill = Bill.objects.select_for_update().filter(number=entry.number).first()
    row = Payment.objects.select_for_update().filter(payment=entry.payment).first()
    if row is None:
        row = _count(
            tenant,
            bill,
            Payment(
                payment=entry.payment,
                bill=bill,
                number=entry.number,
                method=method.value,
                amount=entry.amount,
                paid_at=entry.at,
            ),
            at,
        )
    if row.settled_at is None and not entry.is_refund:
        row.settled_at = at
        row.save(update_fields=["settled_at"])
    return row


def _count(tenant: str, bill: Bill | None, row: Payment, at: datetime) -> Payment:
    """Judge a payment that is new. The caller holds the bill."""
    if bill is None:
        row.standing = Standing.UNKNOWN
    elif row.amount != bill.amount:
        row.standing = Standing.WRONG_AMOUNT
    elif bill.state != State.OPEN:
        row.standing = Standing.DOUBLE
    else:
        row.standing = Standing.COUNTED
    row.save()
    issuing.note(bill, f"payment_{row.standing}", at=at, words=row.method_words)
    if bill is None:
        return row
    if row.standing == Standing.COUNTED:
        bill.state, bill.paid_at = State.PAID, row.paid_at
        issuing.change(bill, at)
        issuing.write(
            tenant,
            bill,
            f"{bill.title}の納付を確認しました",
            f"{bill.amount:,}円の納付（{row.method_words}）を確認しました。領収証書は「納付」のページにあります。",
            about=row.payment,
            what="paid",
            at=at,
        )
        transaction.on_commit(wake)
    elif row.standing == Standing.DOUBLE:
        _give_back_by_itself(tenant, bill, row, at)
    return row


def _give_back_by_itself(tenant: str, bill: Bill, row: Payment, at: datetime) -> None:
    """What was paid twice, or after it was cancelled, goes back without anybody's asking: one refund for a payment."""
    Refund.objects.create(
        key=uuid5(row.payment, "double"),
        payment=row,
        amount=row.amount,
        reason="二重払いまたは取消後の納付のため",
        is_automatic=True,
        state=RefundState.APPROVED,
        proposed_at=at,
        next_try_at=at,
    )
    issuing.write(
        tenant,
        bill,
        f"{bill.title}の{row.amount:,}円をお返しします",
        f"この納付書は、{row.method_words}で重ねて払われました。{row.amount:,}円を、払った方法で自動的にお返しします。手続はいりません。",
        about=row.payment,
        what="double",
        at=at,
    )
    transaction.on_commit(wake)


def _given_back(tenant: str, row: Payment, at: datetime) -> None:
    """The agent says that money went back."""
    bill = row.bill
    if bill is None or row.standing != Standing.COUNTED:
        return
    if row.refunded == row.amount:
        bill.state = State.REFUNDED
    issuing.change(bill, at)
    issuing.write(
        tenant,
        bill,
        f"{bill.title}の返金が済みました",
        f"{row.refunded:,}円を、払った方法でお返ししました。",
        about=row.payment,
        what=f"refunded-{row.refunded}",
        at=at,
    )
    transaction.on_commit(wake)
