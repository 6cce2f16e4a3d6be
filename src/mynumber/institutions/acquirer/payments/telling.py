"""What the payment agent tells and asks others: news of payments (at least once), and collectors about their bills."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import msgspec
from django.db import transaction
from django.db.models import F

from mynumber.foundation.numbers import MalformedNumber
from mynumber.foundation.numbers.local_government import LocalGovernmentCode
from mynumber.institutions.acquirer.payments.models import News, Payment
from mynumber.protocols import wire
from mynumber.protocols.payments import (
    ACQUIRER,
    LOOK_UP_BILL,
    TELL_PAYMENTS,
    BillFound,
    BillNumbers,
    Cause,
    LookUpBill,
    Method,
    Payments,
    PaymentState,
    PaymentStatus,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import this_node

LONGEST_WAIT: Final = timedelta(minutes=30)
_PAID: Final = frozenset({PaymentState.CAPTURED, PaymentState.REFUNDED_IN_PART, PaymentState.REFUNDED})

woken: Final = threading.Event()
"""Set when there is something for the worker."""


def status_of(row: Payment, *, is_return: bool = False) -> PaymentStatus:
    """The payment as it travels."""
    state = PaymentState(row.state)
    return PaymentStatus(
        payment=row.pk,
        version=row.version,
        state=state,
        method=Method(row.method),
        collector=row.collector,
        number=row.number,
        amount=row.amount,
        at=row.changed_at,
        bill=row.bill,
        checkout=row.checkout,
        refunded=row.refunded,
        captured_at=row.captured_at,
        expires_at=row.expires_at if state is PaymentState.CREATED else None,
        page=f"/pay/{row.page}" if state is PaymentState.CREATED and row.page else None,
        cause=Cause(row.cause) if row.cause else None,
        brand=row.brand,
        last_four=row.last_four,
        is_return=is_return,
    )


def tell(row: Payment, *, at: datetime) -> None:
    """Write the news into the outbox, in the caller's transaction: the site hears everything, the payee of its money.

    A paper slip is told by the file of the day alone.
    """
    receivers = [row.site] if row.site else []
    if row.payee and row.state in _PAID and (row.method != Method.COUNTER or row.refunded):
        receivers.append(row.payee)
    body = msgspec.json.encode(status_of(row))
    for receiver in receivers:
        News.objects.create(payment=row, receiver=receiver, version=row.version, body=body, next_try_at=at)
    transaction.on_commit(woken.set)


def send_due(*, now: datetime, most: int = 200) -> int:
    """Send what is due, the oldest first; how many were taken. Call it outside a transaction."""
    return sum(
        _send(row, now=now)
        for row in News.objects.filter(sent_at=None, next_try_at__lte=now).order_by("pk")[:most]
    )


def _send(row: News, *, now: datetime) -> bool:
    status = msgspec.json.decode(bytes(row.body), type=PaymentStatus)
    try:
        wire.call(
            this_node(),
            TELL_PAYMENTS,
            Payments(payments=(status,)),
            sender=ACQUIRER,
            receiver=row.receiver,
            hop=Hop.ACQUIRER,
            now=partial(datetime.now, UTC),
        )
    except Refused:
        wait = min(LONGEST_WAIT, timedelta(seconds=2) * int(2 ** min(row.tries, 12)))
        News.objects.filter(pk=row.pk).update(tries=F("tries") + 1, next_try_at=now + wait)
        return False
    News.objects.filter(pk=row.pk).update(sent_at=now)
    return True


def payee_of(collector: str) -> str:
    """The system that collects under a number (収納機関番号): here a municipality, whose code without check digit it is.

    Raises Refused: nobody collects under it.
    """
    try:
        system = f"municipality.{LocalGovernmentCode.from_jisx0402(collector)}"
    except MalformedNumber:
        system = ""
    if system not in this_node().directory:
        raise Refused(Hop.ACQUIRER, Reason.UNKNOWN_RECORD, "nobody collects under this number")
    return system


def look_up_bill(payee: str, numbers: BillNumbers) -> BillFound:
    """Ask the collector whether a bill is to be paid. Call it outside a transaction. Raises Refused."""
    return wire.call(
        this_node(),
        LOOK_UP_BILL,
        LookUpBill(numbers=numbers),
        sender=ACQUIRER,
        receiver=payee,
        hop=Hop.ACQUIRER,
        now=partial(datetime.now, UTC),
    )
