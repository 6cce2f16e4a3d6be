"""A statement that stands ready on a connection of its own: the look-up that every answer waits for.

Taking a connection out of the pool and back costs more than the look-up itself: 63 against 29 us of CPU, 219 against 126 us until the rows are
there, and 68 us for a single row (22 November 2026, bench/ocsp.py's database).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg

from mynumber.webkit.asgi import DATABASE_FAILURES


class Standing:
    """One kind of look-up by keys: a statement for one key, another for many. For one caller at a time."""

    def __init__(self, pool: asyncpg.Pool, *, one: str, many: str) -> None:
        """one: takes a key; many: takes an array of keys. Both give the same columns."""
        self._pool = pool
        self._texts = (one, many)
        self._connection: Any = None
        self._one: Any = None
        self._many: Any = None

    async def fetch(self, keys: Sequence[object]) -> Sequence[Any]:
        """The rows for the keys. A connection that was lost since the last call is replaced once, without a word."""
        held = self._connection
        try:
            return await self._fetch(keys)
        except BaseException as error:
            await self.close()
            if held is None or not held.is_closed() or not isinstance(error, DATABASE_FAILURES):
                raise
        return await self.fetch(keys)

    async def _fetch(self, keys: Sequence[object]) -> Sequence[Any]:
        if self._connection is None:
            self._connection = await self._pool.acquire()
            self._one, self._many = [await self._connection.prepare(text) for text in self._texts]
        if len(keys) > 1:
            rows: Sequence[Any] = await self._many.fetch(keys)
            return rows
        row = await self._one.fetchrow(keys[0])
        return [] if row is None else [row]

    async def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._pool.release(connection)
