"""Tiles of the log in PostgreSQL, for the pure functions of :mod:`mynumber.foundation.tlog`, which read them through a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from mynumber.foundation.tlog import ReadTile, Tile, with_fetched_tiles

T = TypeVar("T")

_RIGHT_EDGE = """
    SELECT tile.level, tile.index, tile.hashes FROM generate_series(0, 7) AS levels(level) CROSS JOIN LATERAL (
        SELECT level, index, hashes FROM log_tile WHERE log_tile.level = levels.level ORDER BY index DESC LIMIT 1
    ) AS tile
"""
"""The last tile of each level; eight levels hold more entries than 63 bits count."""


async def with_tiles(connection: Any, compute: Callable[[ReadTile], T]) -> T:
    """Run a pure function over the stored tiles. Raises LookupError when one is missing.

    The right edge comes in one question, as whatever grows the tree or proves something of all of it begins there.
    """
    edge = {(row["level"], row["index"]): row["hashes"] for row in await connection.fetch(_RIGHT_EDGE)}

    async def fetch(level: int, index: int, _width: int) -> bytes:
        hashes = await connection.fetchval(
            "SELECT hashes FROM log_tile WHERE level = $1 AND index = $2", level, index
        )
        if hashes is None:
            raise LookupError("a tile of the log is missing")
        return bytes(hashes)

    return await with_fetched_tiles(compute, fetch, edge)


async def save_tiles(connection: Any, tiles: Sequence[Tile]) -> None:
    await connection.executemany(
        """
        INSERT INTO log_tile (level, index, hashes) VALUES ($1, $2, $3)
        ON CONFLICT (level, index) DO UPDATE SET hashes = excluded.hashes
        """,
        [(tile.id.level, tile.id.index, tile.hashes) for tile in tiles],
    )
