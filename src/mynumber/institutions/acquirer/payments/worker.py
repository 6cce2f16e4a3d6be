"""What goes on beside the pages: authorised payments are captured, news are sent, pages that were open too long are ended.

Everything it does is in the tables: a process that dies leaves it to the next one.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Final

from django.db import close_old_connections

from mynumber.institutions.acquirer.payments import taking, telling
from mynumber.institutions.acquirer.payments.models import Payment
from mynumber.protocols.payments import PaymentState
from mynumber.webkit import logs

LOOK_EVERY_SECONDS: Final = 5.0
MOST: Final = 100

_log = logs.get_logger(__name__)


def work(now: datetime) -> None:
    """One round."""
    due = Payment.objects.filter(state=PaymentState.AUTHORISED, next_try_at__lte=now).order_by("next_try_at")
    for payment in due.values_list("pk", flat=True)[:MOST]:
        taking.capture(payment, now=now)
    old = Payment.objects.filter(state=PaymentState.CREATED, expires_at__lte=now)
    for payment in old.values_list("pk", flat=True)[:MOST]:
        taking.expired(payment, at=now)
    telling.send_due(now=now)


def start() -> threading.Thread:
    """Work as long as the process lives."""
    thread = threading.Thread(target=_work_on, name="payments", daemon=True)
    thread.start()
    return thread


def _work_on() -> None:
    while True:
        telling.woken.clear()
        close_old_connections()
        try:
            work(datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - a worker that dies in silence is the worst of faults
            _log.error("payments cannot be worked on", exception=logs.outline(error))
        telling.woken.wait(LOOK_EVERY_SECONDS)
