"""What goes on beside the pages: approved files are sent. Everything is in the tables, so a next process goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import Thread
from typing import Final

from mynumber.institutions.municipality.payouts import sending
from mynumber.institutions.municipality.payouts.waking import woken
from mynumber.webkit.turns import one_after_another, take_turns

LOOK_EVERY_SECONDS: Final = 5.0


def start(codes: Callable[[], Iterable[str]]) -> Thread:
    """Work for these municipalities as long as the process lives, first on what the process before has left."""

    def turn() -> None:
        one_after_another("payouts", codes(), lambda code: sending.send_due(code, now=datetime.now(UTC)))

    return take_turns("payouts", turn, every=LOOK_EVERY_SECONDS, woken=woken, at_once=True)
