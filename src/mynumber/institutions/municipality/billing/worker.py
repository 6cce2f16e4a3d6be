"""What goes on beside the pages: standings are told, refunds are asked for. Everything is in the tables, so a next process goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

from django.db import close_old_connections

from mynumber.institutions.municipality.billing import refunding, telling
from mynumber.webkit import logs
from mynumber.webkit.tenancy import NotATenant

LOOK_EVERY_SECONDS: Final = 5.0

_log = logs.get_logger(__name__)


def work(tenant: str, now: datetime) -> None:
    """One round for one municipality."""
    refunding.order_due(tenant, now=now)
    telling.tell_due(tenant, now=now)


def start(codes: Callable[[], Iterable[str]]) -> threading.Thread:
    """Work for these municipalities as long as the process lives."""
    thread = threading.Thread(target=_work_on, args=(codes,), name="billing", daemon=True)
    thread.start()
    return thread


def _work_on(codes: Callable[[], Iterable[str]]) -> None:
    while True:
        telling.woken.clear()
        close_old_connections()
        try:
            for code in codes():
                _work_for(code)
        except Exception as error:  # noqa: BLE001 - a worker that dies in silence is the worst of faults
            _log.error("bills cannot be worked on", exception=logs.outline(error))
        telling.woken.wait(LOOK_EVERY_SECONDS)


def _work_for(code: str) -> None:
    try:
        work(code, datetime.now(UTC))
    except NotATenant:  # a member of the directory that lives in another database
        return
