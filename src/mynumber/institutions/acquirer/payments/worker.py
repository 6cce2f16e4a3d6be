"""What goes on beside the pages: authorised payments are captured, news are sent, pages that were open too long are ended.

Everything it does is in the tables: a process that dies leaves it to the next one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread
from typing import Final

from mynumber.institutions.acquirer.payments import taking, telling
from mynumber.institutions.acquirer.payments.models import Payment
from mynumber.protocols.payments import PaymentState
from mynumber.webkit.turns import take_turns

LOOK_EVERY_SECONDS: Final = 5.0
MOST: Final = 100


def work(now: datetime) -> None:
    """One round."""
    due = Payment.objects.filter(state=PaymentState.AUTHORISED, next_try_at__lte=now).order_by("next_try_at")
    for payment in due.values_list("pk", flat=True)[:MOST]:
        taking.capture(payment, now=now)
    old = Payment.objects.filter(state=PaymentState.CREATED, expires_at__lte=now)
    for payment in old.values_list("pk", flat=True)[:MOST]:
        taking.expired(payment, at=now)
    telling.send_due(now=now)


def start() -> Thread:
    """Work as long as the process lives, first on what the process before has left."""
    return take_turns(
        "payments",
        lambda: work(datetime.now(UTC)),
        every=LOOK_EVERY_SECONDS,
        woken=telling.woken,
        at_once=True,
    )
