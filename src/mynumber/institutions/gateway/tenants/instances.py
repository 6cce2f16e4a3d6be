"""The processes of one gateway: each says every second that it lives, and what a dead one had in hand is settled by the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg

HEARTBEAT_SECONDS = 1.0
DEAD_AFTER = timedelta(seconds=5)
"""A process silent for so long is taken for dead. If it lives all the same nothing is told twice: its inquiries close once, by whoever is first."""
FORGOTTEN_AFTER = timedelta(days=1)


class Instances:
    """The row of this process among those of the others. The table belongs to no member."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.id: UUID = uuid4()
        self._pool = pool

    async def live(self) -> None:
        """Say that this process lives, until cancelled."""
        while True:
            await self.beat()
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def beat(self) -> None:
        """The times are those of the database, which all processes share."""
        await self._pool.execute(
            """
            INSERT INTO gateway_instance (id, started_at, seen_at) VALUES ($1, now(), now())
            ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at
            """,
            self.id,
        )

    async def others_alive(self) -> Sequence[UUID]:
        """The other processes that were seen lately."""
        await self._pool.execute(
            "DELETE FROM gateway_instance WHERE seen_at < now() - $1::interval", FORGOTTEN_AFTER
        )
        rows = await self._pool.fetch(
            "SELECT id FROM gateway_instance WHERE seen_at > now() - $1::interval AND id <> $2",
            DEAD_AFTER,
            self.id,
        )
        return [row["id"] for row in rows]

    async def end(self) -> None:
        """A process that stops in order is dead at once."""
        await self._pool.execute("DELETE FROM gateway_instance WHERE id = $1", self.id)
