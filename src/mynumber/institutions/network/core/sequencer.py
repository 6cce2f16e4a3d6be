"""The sequencer: within a second of their commit, entries are integrated into the tree and a checkpoint is signed.

Tiles and checkpoint are one transaction, so a crash leaves either the old tree or the new one. Several processes may run it: a lock lets
one at a time.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import asyncpg

from mynumber.foundation import tlog
from mynumber.foundation.tlog import Checkpoint, LogSigner, ReadTile, Tile
from mynumber.institutions.network.core import records
from mynumber.institutions.network.core.tiles import save_tiles, with_tiles
from mynumber.webkit import logs

INTERVAL_SECONDS = 0.5
"""The least time between two checkpoints: bounds their number under load, and the wait for a receipt."""
BROKEN_SECONDS = 5.0
"""The pause after a fault that is not the database's absence: bounds what it writes into the log file."""
LARGEST_STEP = 2_000
LEAVES_AT_ONCE = 100
"""Then the other messages of this process have their turn."""
_LOCK = 7_300_211

_log = logs.get_logger(__name__)


class Sequencer:
    """Runs beside the message handlers; :meth:`wake` tells it that entries were appended."""

    def __init__(self, pool: asyncpg.Pool, signer: LogSigner) -> None:
        self._pool = pool
        self._signer = signer
        self._appended = asyncio.Event()
        self.is_broken = False
        """The records and the tree do not fit together: nothing new may be recorded until somebody has mended them."""

    def wake(self) -> None:
        self._appended.set()

    async def run(self) -> None:
        """Integrate until cancelled; whatever fails is said and tried again, for a log that stands still in silence proves nothing."""
        self._appended.set()  # what a crash left behind
        while True:
            await self._appended.wait()
            self._appended.clear()
            try:
                while await self.integrate():
                    pass
                self.is_broken = False
            except (asyncpg.exceptions.PostgresError, asyncpg.exceptions.InterfaceError, OSError) as error:
                _log.error("the log waits for its database", exception=logs.outline(error))
                self._appended.set()
            except Exception as error:  # noqa: BLE001 - a gap, a missing tile: it is tried again for as long as it takes
                self.is_broken = True
                _log.critical("the log cannot go on", exception=logs.outline(error))
                self._appended.set()
                await asyncio.sleep(BROKEN_SECONDS)
            await asyncio.sleep(INTERVAL_SECONDS)

    async def integrate(self) -> int:
        """Integrate what is waiting, at most :data:`LARGEST_STEP` entries; returns how many."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
            size = await connection.fetchval("SELECT coalesce(max(size), 0) FROM checkpoint")
            rows = await records.entries_from(connection, size, LARGEST_STEP)
            if not rows:
                return 0
            if [row["index"] for row in rows] != list(range(size, size + len(rows))):
                raise RuntimeError("the log has a gap")
            leaves: list[bytes] = []
            for start in range(0, len(rows), LEAVES_AT_ONCE):
                leaves += map(records.leaf_of, rows[start : start + LEAVES_AT_ONCE])
                await asyncio.sleep(0)
            new_size = size + len(leaves)

            def grow(read: ReadTile) -> tuple[list[Tile], bytes]:
                tiles = tlog.extend(size, read, leaves)
                reader = tlog.hash_reader(new_size, tlog.overlay(tiles, read))
                return tiles, tlog.root_hash(new_size, reader)

            tiles, root = await with_tiles(connection, grow)
            await save_tiles(connection, tiles)
            note = self._signer.sign_checkpoint(Checkpoint(self._signer.origin, new_size, root))
            await connection.execute(
                "INSERT INTO checkpoint (size, note, signed_at) VALUES ($1, $2, $3)",
                new_size,
                note,
                datetime.now(UTC),
            )
        return len(rows)
