"""The outbox: sites and providers are told what changed, until they take note, however often this process dies on the way."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Final

from django.db import close_old_connections

from mynumber.institutions.portal.deliveries import connecting
from mynumber.institutions.portal.identity import linking
from mynumber.webkit import logs

LOOK_EVERY_SECONDS: Final = 5.0

_log = logs.get_logger(__name__)


def tell_due(*, now: datetime) -> int:
    """All that is due; how many took note. Call it outside a transaction."""
    return connecting.tell_due(now=now) + linking.tell_due(now=now)


def start() -> threading.Thread:
    """Tell as long as the process lives."""
    thread = threading.Thread(target=_work_on, name="deliveries", daemon=True)
    thread.start()
    return thread


def _work_on() -> None:
    while True:
        time.sleep(LOOK_EVERY_SECONDS)
        close_old_connections()
        try:
            tell_due(now=datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - a worker that dies in silence is the worst of faults
            _log.error("sites cannot be told", exception=logs.outline(error))
