"""The worker beside the pages of J-LIS: a thread that takes from the production queue for as long as the process lives."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Final

from mynumber.institutions.jlis.cards import production
from mynumber.webkit.messages import this_node
from mynumber.webkit.turns import take_turns

LOOK_EVERY_SECONDS: Final = 1.0
"""How long a place of the queue waits at most when nobody wakes the worker: another process may have written it."""

_woken = threading.Event()


def wake() -> None:
    """Something was queued in this process: look at once. Call it when the transaction is committed."""
    _woken.set()


def start() -> threading.Thread:
    """Begin to work. The thread ends with the process; what it was doing is rolled back and done by the next one."""
    return take_turns("card production", _take_a_turn, every=LOOK_EVERY_SECONDS, woken=_woken)


def _take_a_turn() -> None:
    production.produce_all(this_node().keyring, now=lambda: datetime.now(UTC))
