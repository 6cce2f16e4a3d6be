"""The daily run of every town, beside its pages. A town whose run fails is told in the log, and the others have theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from threading import Thread
from typing import Final

from mynumber.institutions.municipality.offers import offering
from mynumber.webkit import logs
from mynumber.webkit.tenancy import acting_as
from mynumber.webkit.turns import one_after_another, take_turns

LOOK_EVERY_SECONDS: Final = 600.0
_log = logs.get_logger(__name__)


def run(tenants: Iterable[str], *, now: datetime) -> None:
    """The daily run of these towns. Running twice a day makes nothing twice."""

    def work(tenant: str) -> None:
        with acting_as(tenant):
            done = offering.daily(now=now)
        _log.info("offers made", municipality=tenant, count=sum(done.values()))

    one_after_another("offers", tenants, work)


def start(tenants: Callable[[], Iterable[str]]) -> Thread:
    """Look for offers once a day as long as the process lives."""
    last: date | None = None

    def turn() -> None:
        nonlocal last
        now = datetime.now(UTC)
        if offering.today_of(now) != last:
            run(tenants(), now=now)
            last = offering.today_of(now)

    return take_turns("offers", turn, every=LOOK_EVERY_SECONDS)
