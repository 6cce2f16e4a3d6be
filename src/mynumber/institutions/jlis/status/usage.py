"""How many checks each verifier was answered: the basis of what it pays (公的個人認証法 art. 67: fees)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from mynumber.institutions.jlis.status.store import Count, FateUnknown
from mynumber.webkit import logs
from mynumber.webkit.asgi import DATABASE_FAILURES

GATHER_SECONDS: Final = 0.25
"""How long answers are counted in memory before they are written: what a process that is killed may have answered for nothing, at most."""

_log = logs.get_logger(__name__)


class Usage:
    """Counts in memory, and writes what it counted a few times a second. Nobody ever pays twice: in doubt a check is free."""

    def __init__(self, write: Callable[[Mapping[Count, int]], Awaitable[None]]) -> None:
        """write: adds the counts, all or nothing; raises FateUnknown when it cannot know."""
        self._write = write
        self._counted: Counter[Count] = Counter()
        self._new = asyncio.Event()
        self._writing = asyncio.Lock()

    def add(self, count: Count, checks: int) -> None:
        """Count answered checks."""
        self._counted[count] += checks
        self._new.set()

    async def run(self) -> None:
        """Write for as long as the process lives."""
        while True:
            await self._new.wait()
            await asyncio.sleep(GATHER_SECONDS)
            await asyncio.shield(self.flush())  # the end of the process waits for it in `close`

    async def flush(self) -> None:
        """Write what was counted. What the database refused is kept for the next time."""
        async with self._writing:
            counted, self._counted = self._counted, Counter()
            self._new.clear()
            if not counted:
                return
            try:
                await self._write(counted)
            except FateUnknown:
                _log.error(
                    "it is not known whether answers were counted: they are free", count=counted.total()
                )
            except BaseException:
                self._counted.update(counted)
                self._new.set()
                raise

    async def close(self) -> None:
        """Write the rest at the end of the process."""
        try:
            await self.flush()
        except DATABASE_FAILURES as error:
            lost = self._counted.total()
            _log.error("answers were not counted", count=lost, exception=logs.outline(error))
