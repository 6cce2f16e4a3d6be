"""The timer beside the pages of J-LIS: lists that changed are published within seconds, terms are looked at once an hour.

Messages publish what they are asked for themselves; this is for those who only fetch lists (`jlis.status`) and for days on which nobody asks.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Final

from django.db import close_old_connections, connection, transaction

from mynumber.foundation.keyring import KeyRing
from mynumber.institutions.jlis.certification.automatic import tend
from mynumber.institutions.jlis.certification.lists import EVERYTHING, publish_due
from mynumber.institutions.jlis.certification.models import StaleList
from mynumber.webkit import logs
from mynumber.webkit.messages import this_node

LOOK_EVERY_SECONDS: Final = 2.0
TEND_EVERY: Final = timedelta(hours=1)

_log = logs.get_logger(__name__)


def start() -> threading.Thread:
    """Begin. The thread ends with the process; several processes take turns."""
    thread = threading.Thread(target=_work_on, name="certification timer", daemon=True)
    thread.start()
    return thread


def publish_changes(keyring: KeyRing, *, at: datetime) -> int:
    """Publish the lists that a change has made stale; how many. Does nothing while another process is at it."""
    if not StaleList.objects.exclude(municipality_code=EVERYTHING).exists():
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('certification timer', 0))")
        row = cursor.fetchone()
        return publish_due(keyring, at=at) if row and row[0] else 0


def _work_on() -> None:
    next_tending = datetime.now(UTC)
    while True:
        sleep(LOOK_EVERY_SECONDS)
        close_old_connections()
        try:
            now, keyring = datetime.now(UTC), this_node().keyring
            publish_changes(keyring, at=now)
            if now >= next_tending:
                tend(keyring, at=now)
                next_tending = now + TEND_EVERY
        except Exception as error:  # noqa: BLE001 - a timer that dies in silence is the worst of faults
            _log.error("certificates are not tended", exception=logs.outline(error))
