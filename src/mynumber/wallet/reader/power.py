"""Cards that lie on a reader with power on: what is selected and verified, between two requests of the holder's browser.

In the memory of this process and nowhere else: a verified PIN is never written down. The device runs as one process with threads; with more, the
holder would be asked for the PIN again, no worse. After `IDLE` without a command the card has lost power.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mynumber.foundation.smartcard import CardFile

IDLE = timedelta(minutes=3)


@dataclass(slots=True)
class PoweredCards:
    """The cards by the id of their session."""

    _cards: dict[str, tuple[CardFile, datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def left(self, session_id: str, now: datetime) -> CardFile | None:
        """The card as it was left; None when it has lost power."""
        self.cut_idle(now)
        with self._lock:
            found = self._cards.get(session_id)
        return found[0] if found else None

    def leave(self, session_id: str, card: CardFile, now: datetime) -> None:
        """Leave the card on the reader with power on."""
        with self._lock:
            self._cards[session_id] = (card, now + IDLE)

    def cut_idle(self, now: datetime) -> None:
        """Cut the power of cards that nobody spoke to for `IDLE`."""
        with self._lock:
            self._cards = {one: (card, until) for one, (card, until) in self._cards.items() if until > now}

    def cut(self, session_id: str) -> None:
        """Take the card away."""
        with self._lock:
            self._cards.pop(session_id, None)


POWERED = PoweredCards()
"""Of this process."""
