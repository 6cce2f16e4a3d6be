"""What the processes of one institution tell each other through its database: that there is news, and who of them does the work of one. No Django here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

import asyncpg

LOOK_SECONDS = 1.0
"""How often a process looks whether its connection lives, and whether the one that did the work is gone."""
COMMAND_SECONDS = 10.0


class Signals:
    """One channel of LISTEN/NOTIFY, whose payload is a key, and one advisory lock of the same name.

    A signal only shortens a wait: whoever waits looks into the tables before and after, so a lost one costs time and nothing else.
    """

    def __init__(self, url: str, channel: str) -> None:
        self._url = url
        self._channel = channel
        self._expected: dict[str, set[asyncio.Event]] = {}
        self._listeners: list[Callable[[str], None]] = []
        self.ending = False
        """Whether whoever waits shall answer at once: this process is about to end."""

    @contextmanager
    def expecting(self, key: str) -> Iterator[asyncio.Event]:
        """An event that is set when there is news for the key. Look into the tables inside, or news is missed."""
        event = asyncio.Event()
        self._expected.setdefault(key, set()).add(event)
        try:
            yield event
        finally:
            self._expected[key].discard(event)
            if not self._expected[key]:
                del self._expected[key]

    def on_every(self, listener: Callable[[str], None]) -> None:
        """Call with the key of every signal."""
        self._listeners.append(listener)

    def wake(self, key: str) -> None:
        """News for the key in this process; the others hear of ``pg_notify(channel, key)`` when it is committed."""
        for event in self._expected.get(key, ()):
            event.set()
        for listener in self._listeners:
            listener(key)

    def end(self) -> None:
        """Let nobody wait any more."""
        self.ending = True
        for key in list(self._expected):
            self.wake(key)

    async def run(self, alone: Callable[[], Awaitable[None]]) -> None:
        """Listen until cancelled; in one process of all, ``alone`` runs meanwhile.

        Raises what ends either; begin again then. When the connection is lost another process takes over while this one stops:
        for a moment both may work, which the work must bear.
        """
        connection = await asyncpg.connect(self._url, command_timeout=COMMAND_SECONDS)
        work: asyncio.Future[None] | None = None
        try:
            await connection.add_listener(self._channel, lambda *signal: self.wake(str(signal[3])))
            for key in list(self._expected):  # what was signalled while nobody listened
                self.wake(key)
            while True:
                if work is None and await connection.fetchval(
                    "SELECT pg_try_advisory_lock(hashtextextended($1, 0))", self._channel
                ):
                    work = asyncio.ensure_future(alone())
                elif work is not None:
                    await connection.fetchval("SELECT 1")
                    if work.done():
                        await work
                        raise RuntimeError("the work of one ended by itself")
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            if work is not None:
                work.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await work
            connection.terminate()
