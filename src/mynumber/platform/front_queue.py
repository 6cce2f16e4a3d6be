"""The queue before an institution's pages: so many requests at once, some more wait their turn, and newcomers beyond them see a page that says so.

On the day of a grant ten times as many people come as can be served (PORTAL.md, X4). Whoever is at work already (their browser brings a session that
this face gave them, or their card's device asks) and whatever is sent waits in line for up to `PATIENCE_SECONDS`; a newcomer who only opens a page is told at once when the line is long, by a page
that costs the institution nothing and asks again by itself. So those who are inside finish, and nothing that was sent is lost.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from dataclasses import dataclass, field
from typing import Final

AT_ONCE: Final = 24
"""Requests that are with an institution at a time. It works on fewer; the rest stand in its own short line."""
NEWCOMERS_WAIT: Final = 40
"""A line as long as this is no place for newcomers: at 40 pages a second it takes a second."""
MOST_WAITING: Final = 2000
"""Connections that are kept waiting at all."""
PATIENCE_SECONDS: Final = 45.0
MOST_SESSIONS: Final = 100_000
"""Sessions that are remembered; of each sixteen bytes."""


@dataclass(slots=True)
class Sessions:
    """The sessions that an institution gave through this front: what a browser made up itself is none of them, and stands in no line for it.

    In memory alone. After a restart of the front everybody is a newcomer until the institution gives them a session again; what they send waits in line as before.
    """

    name: bytes
    """Of the cookie."""
    most: int = MOST_SESSIONS
    _digests: dict[bytes, None] = field(default_factory=dict)

    def note(self, set_cookie: bytes) -> None:
        """A cookie that the institution sets; that of a session is remembered, the oldest forgotten."""
        name, _, value = set_cookie.partition(b";")[0].strip().partition(b"=")
        if name == self.name and value.strip(b'"'):
            self._digests.pop(found := _digest(value), None)
            self._digests[found] = None
            if len(self._digests) > self.most:
                del self._digests[next(iter(self._digests))]

    def knows(self, cookies: bytes) -> bool:
        """Whether a browser's cookies hold one of them."""
        pairs = (each.strip().partition(b"=") for each in cookies.split(b";"))
        return any(name == self.name and _digest(value) in self._digests for name, _, value in pairs)


def _digest(value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=16).digest()


@dataclass(slots=True)
class Line:
    """The line of one institution. First come, first served."""

    at_once: int = AT_ONCE
    newcomers_wait: int = NEWCOMERS_WAIT
    most_waiting: int = MOST_WAITING
    patience: float = PATIENCE_SECONDS
    _inside: int = 0
    _waiting: deque[asyncio.Future[None]] = field(default_factory=deque)

    @property
    def length(self) -> int:
        """How many wait."""
        return len(self._waiting)

    async def enter(self, *, is_newcomer: bool) -> bool:
        """Wait for a turn. False: there is none for this request; else `leave` must follow."""
        if self._inside < self.at_once and not self._waiting:
            self._inside += 1
            return True
        if len(self._waiting) >= (self.newcomers_wait if is_newcomer else self.most_waiting):
            return False
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self.patience):
                await turn
        except TimeoutError:
            return self._gave_up(turn)
        except asyncio.CancelledError:
            if self._gave_up(turn):
                self.leave()
            raise
        return True

    def leave(self) -> None:
        """A request is answered: the next one's turn."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)  # the place is handed on: as many are inside as before
                return
        self._inside -= 1

    def _gave_up(self, turn: asyncio.Future[None]) -> bool:
        """Out of the line; True if the turn had come at this very moment."""
        if turn.done() and not turn.cancelled():
            return True
        turn.cancel()
        if turn in self._waiting:
            self._waiting.remove(turn)
        return False
