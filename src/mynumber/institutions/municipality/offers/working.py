"""The daily run of every town, beside its pages. A town whose run fails is told in the log, and the others have theirs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Final

from django.db import close_old_connections

from mynumber.institutions.municipality.offers import offering
from mynumber.webkit import logs
from mynumber.webkit.tenancy import NotATenant, acting_as

LOOK_EVERY_SECONDS: Final = 600.0
_log = logs.get_logger(__name__)


def run(tenants: Iterable[str], *, now: datetime) -> None:
    """The daily run of these towns. Running twice a day makes nothing twice."""
    for tenant in tenants:
        try:
            with acting_as(tenant):
                done = offering.daily(now=now)
            _log.info("offers made", municipality=tenant, count=sum(done.values()))
        except NotATenant:
            continue
        except Exception as error:  # noqa: BLE001 - the other towns have their run
            _log.error("offers cannot be made", municipality=tenant, exception=logs.outline(error))


def start(tenants: Callable[[], Iterable[str]]) -> threading.Thread:
    """Look for offers once a day as long as the process lives."""
    thread = threading.Thread(target=_work_on, args=(tenants,), name="offers", daemon=True)
    thread.start()
    return thread


def _work_on(tenants: Callable[[], Iterable[str]]) -> None:
    last: date | None = None
    while True:
        time.sleep(LOOK_EVERY_SECONDS)
        now = datetime.now(UTC)
        if offering.today_of(now) != last:
            close_old_connections()
            run(tenants(), now=now)
            last = offering.today_of(now)
