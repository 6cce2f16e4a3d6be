"""The outbox: documents, certificates and ends of links go out until the portal answers, however often this process dies on the way."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Final

from django.db import close_old_connections

from mynumber.institutions.courier.customers import links
from mynumber.institutions.courier.customers.models import Portal
from mynumber.institutions.courier.dispatch import sending
from mynumber.webkit import logs

LOOK_EVERY_SECONDS: Final = 5.0

_log = logs.get_logger(__name__)


def work(*, now: datetime) -> None:
    """All that is due, once the portal has registered this firm. Call it outside a transaction."""
    if Portal.objects.filter(pk=1).exists():
        sending.tell_trust(now=now)
        links.tell_due(now=now)
        sending.deliver_due(now=now)


def start() -> threading.Thread:
    """Work as long as the process lives."""
    thread = threading.Thread(target=_work_on, name="dispatch", daemon=True)
    thread.start()
    return thread


def _work_on() -> None:
    while True:
        time.sleep(LOOK_EVERY_SECONDS)
        close_old_connections()
        try:
            work(now=datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - a worker that dies in silence is the worst of faults
            _log.error("nothing can be delivered", exception=logs.outline(error))
