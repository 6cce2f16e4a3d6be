"""What is over is deleted by the requests that follow, now and then: not by each of them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

EVERY_SECONDS = 10.0


@dataclass(slots=True)
class NowAndThen:
    """Says when it is time again, once in EVERY_SECONDS a process."""

    _last: float = field(default=float("-inf"))

    def is_due(self) -> bool:
        """True at most once in EVERY_SECONDS."""
        now = time.monotonic()
        if now < self._last + EVERY_SECONDS:
            return False
        self._last = now
        return True

    def reset(self) -> None:
        """It is time at once (tests)."""
        self._last = float("-inf")
