"""What goes on beside the pages: standings are told, refunds are asked for. Everything is in the tables, so a next process goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import Thread
from typing import Final

from mynumber.institutions.municipality.billing import refunding, telling
from mynumber.webkit.turns import one_after_another, take_turns

LOOK_EVERY_SECONDS: Final = 5.0


def work(tenant: str, now: datetime) -> None:
    """One round for one municipality."""
    refunding.order_due(tenant, now=now)
    telling.tell_due(tenant, now=now)


def start(codes: Callable[[], Iterable[str]]) -> Thread:
    """Work for these municipalities as long as the process lives, first on what the process before has left."""

    def turn() -> None:
        one_after_another("billing", codes(), lambda code: work(code, datetime.now(UTC)))

    return take_turns("billing", turn, every=LOOK_EVERY_SECONDS, woken=telling.woken, at_once=True)
