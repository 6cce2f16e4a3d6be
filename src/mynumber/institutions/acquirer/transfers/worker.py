"""What goes on beside the pages: files are carried out on their day, results are told. All of it is in the tables: a next process goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread
from typing import Final

from mynumber.institutions.acquirer.transfers import carrying_out, telling
from mynumber.webkit.turns import take_turns

LOOK_EVERY_SECONDS: Final = 5.0


def work(now: datetime) -> None:
    """One round."""
    carrying_out.carry_out_due(now=now)
    telling.tell_due(now=now)


def start() -> Thread:
    """Work as long as the process lives, first on what the process before has left."""
    return take_turns(
        "transfers",
        lambda: work(datetime.now(UTC)),
        every=LOOK_EVERY_SECONDS,
        woken=telling.woken,
        at_once=True,
    )
