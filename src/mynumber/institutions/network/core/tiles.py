"""Tiles of the log in PostgreSQL, for the pure functions of :mod:`mynumber.foundation.tlog`, which read them through a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from mynumber.foundation.tlog import ReadTile, Tile

T = TypeVar("T")


class _Missing(Exception):
    def __init__(self, level: int, index: int) -> None:
        self.place = (level, index)


async def with_tiles(connection: Any, compute: Callable[[ReadTile], T]) -> T:
    """Run a pure function over tiles, fetching each tile it asks for; it is run again until it has all (a handful)."""
    held: dict[tuple[int, int], bytes] = {}

    def read(level: int, index: int, width: int) -> bytes:
        try:
            return held[level, index]
        except KeyError:
            raise _Missing(level, index) from None

    while True:
        try:
            return compute(read)
        except _Missing as missing:
            hashes = await connection.fetchval(
                "SELECT hashes FROM log_tile WHERE level = $1 AND index = $2", *missing.place
            )
            if hashes is None:
                raise LookupError("a tile of the log is missing") from None
            held[missing.place] = bytes(hashes)


async def save_tiles(connection: Any, tiles: Sequence[Tile]) -> None:
    await connection.executemany(
        """
        INSERT INTO log_tile (level, index, hashes) VALUES ($1, $2, $3)
        ON CONFLICT (level, index) DO UPDATE SET hashes = excluded.hashes
        """,
        [(tile.id.level, tile.id.index, tile.hashes) for tile in tiles],
    )
