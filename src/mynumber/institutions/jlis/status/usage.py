"""How many checks each verifier was answered: the basis of what it pays (公的個人認証法 art. 67: fees)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final

from mynumber.institutions.jlis.status.store import Count
from mynumber.webkit.asgi import DATABASE_FAILURES

GATHER_SECONDS: Final = 0.25
"""How long answers are counted in memory before they are written: what a process that is killed may have answered for nothing, at most."""


class Usage:
    """Counts in memory, and writes what it counted a few times a second."""

    def __init__(self, write: Callable[[Mapping[Count, int]], Awaitable[None]]) -> None:
        self._write = write
        self._counted: Counter[Count] = Counter()
        self._new = asyncio.Event()

    def add(self, count: Count, checks: int) -> None:
        """Count answered checks."""
        self._counted[count] += checks
        self._new.set()

    async def run(self) -> None:
        """Write for as long as the process lives."""
        while True:
            await self._new.wait()
            await asyncio.sleep(GATHER_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Write what was counted. What the database did not take is kept for the next time."""
        counted, self._counted = self._counted, Counter()
        self._new.clear()
        if not counted:
            return
        try:
            await self._write(counted)
        except BaseException:
            self._counted.update(counted)
            self._new.set()
            raise

    async def close(self) -> None:
        """Write the rest at the end of the process."""
        with suppress(*DATABASE_FAILURES):
            await self.flush()
