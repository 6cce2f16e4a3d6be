"""The worker beside the pages of J-LIS: a thread that takes from the production queue for as long as the process lives."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Final

from django.db import close_old_connections

from mynumber.institutions.jlis.cards import production
from mynumber.webkit import logs
from mynumber.webkit.messages import this_node

LOOK_EVERY_SECONDS: Final = 1.0
"""How long a place of the queue waits at most when nobody wakes the worker: another process may have written it."""

_woken = threading.Event()
_log = logs.get_logger(__name__)


def wake() -> None:
    """Something was queued in this process: look at once. Call it when the transaction is committed."""
    _woken.set()


def start() -> threading.Thread:
    """Begin to work. The thread ends with the process; what it was doing is rolled back and done by the next one."""
    thread = threading.Thread(target=_work_on, name="card production", daemon=True)
    thread.start()
    return thread


def _work_on() -> None:
    while True:
        _woken.wait(LOOK_EVERY_SECONDS)
        _woken.clear()
        close_old_connections()
        try:
            production.produce_all(this_node().keyring, now=lambda: datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - a worker that dies in silence is the worst of faults
            _log.error("the production queue cannot be read", exception=logs.outline(error))
            _woken.wait(LOOK_EVERY_SECONDS * 5)
