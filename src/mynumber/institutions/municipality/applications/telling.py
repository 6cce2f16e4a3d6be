"""What the portal is told by the municipalities."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from threading import Thread

from mynumber.institutions.municipality.applications.models import ToldStep
from mynumber.institutions.municipality.systems import member_id
from mynumber.webkit.examination import telling
from mynumber.webkit.examination.telling import LOOK_EVERY_SECONDS, WORKER, tell, woken
from mynumber.webkit.tenancy import acting_as
from mynumber.webkit.turns import one_after_another, take_turns

__all__ = ["send", "start", "tell"]


def send(code: str) -> int:
    """Send what waits in a municipality; how many were taken. Raises Refused, then the rest waits."""
    return telling.send(ToldStep, sender=member_id(code), at_work=partial(acting_as, code))


def start(codes: Callable[[], Iterable[str]]) -> Thread:
    """Send for these municipalities as long as the process lives. What was under way is sent again by the next process."""
    return take_turns(
        WORKER, lambda: one_after_another(WORKER, codes(), send), every=LOOK_EVERY_SECONDS, woken=woken
    )
