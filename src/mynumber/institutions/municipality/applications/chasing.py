"""補正の期限 at the municipalities."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import Thread

from mynumber.institutions.municipality.applications.models import Application
from mynumber.webkit.examination.chasing import LOOK_EVERY_SECONDS, WORKER, chase
from mynumber.webkit.tenancy import acting_as
from mynumber.webkit.turns import one_after_another, take_turns


def start(codes: Callable[[], Iterable[str]]) -> Thread:
    """Look for these municipalities as long as the process lives."""
    return take_turns(WORKER, lambda: one_after_another(WORKER, codes(), _look), every=LOOK_EVERY_SECONDS)


def _look(code: str) -> None:
    with acting_as(code):
        chase(Application, at=datetime.now(UTC))
