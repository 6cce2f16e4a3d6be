"""Tiles (C2SP tlog-tiles): the tree cut into pieces of up to 256 hashes, which is how a log is stored and served.

A tile (level, index) holds ``MTH(D[(index * 256 + i) * 256**level : (index * 256 + i + 1) * 256**level])`` for i from 0. The rightmost tile of a level may be
partial; it grows until it has 256 hashes and never changes a hash it has.
"""

import re
import struct
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Final, TypeVar

from mynumber.foundation.tlog.merkle import HASH_BYTES, NodeId, ReadHashes

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 256
FULL_TILE_BYTES: Final = TILE_WIDTH * HASH_BYTES
HIGHEST_LEVEL: Final = 63

T = TypeVar("T")
ReadTile = Callable[[int, int, int], bytes]
"""(level, index, width) -> at least ``width`` hashes of the tile, concatenated. A wider state of the same tile will do."""

FetchTile = Callable[[int, int, int], Awaitable[bytes]]
"""The same for tiles that have to be waited for: a database, another machine."""

_PATH: Final = re.compile(
    r"tile/(0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII
)


class MalformedPath(ValueError):
    """A path that names no tile."""


@dataclass(frozen=True, slots=True)
class TileId:
    """Level (0 to 63), index within the level, width (1 to 256; less means partial)."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def path(self) -> str:
        """``tile/<L>/<N>[.p/<W>]``; index 1234067 is written ``x001/x234/067``."""
        return f"tile/{self.level}/{index_path(self.index, self.width)}"

    @classmethod
    def parse(cls, path: str) -> "TileId":
        """Read a path as ``path`` writes it. Raises MalformedPath."""
        found = _PATH.fullmatch(path)
        if found is None:
            raise MalformedPath("not the path of a tile")
        index = int(found[2].replace("x", "").replace("/", ""))
        tile = cls(int(found[1]), index, int(found[3]) if found[3] else TILE_WIDTH)
        # written again and compared: an index with needless zeros, a width of 256 or a level of 64 do not come back
        if tile.level > HIGHEST_LEVEL or tile.width > TILE_WIDTH or tile.path() != path:
            raise MalformedPath("not the one spelling of the path of a tile")
        return tile


@dataclass(frozen=True, slots=True)
class Tile:
    """One state of a tile to be stored: ``hashes`` are 32 bytes for each of the ``id.width`` hashes."""

    id: TileId
    hashes: bytes


def index_path(index: int, width: int = TILE_WIDTH) -> str:
    """The ``<N>[.p/<W>]`` of a tile or an entry bundle."""
    parts = [f"{index % 1000:03d}"]
    while index := index // 1000:
        parts.append(f"x{index % 1000:03d}")
    whole = "/".join(reversed(parts))
    return whole if width == TILE_WIDTH else f"{whole}.p/{width}"


def tile_width(size: int, level: int, index: int) -> int:
    """How many hashes a tile has in a tree of ``size`` leaves; 0 when it does not exist."""
    return max(0, min(TILE_WIDTH, (size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH))


def tiles_of(size: int) -> list[TileId]:
    """All tiles of a tree of ``size`` leaves, level by level."""
    tiles = []
    level = 0
    while count := size >> (TILE_HEIGHT * level):
        full, rest = divmod(count, TILE_WIDTH)
        tiles += [TileId(level, index) for index in range(full)]
        if rest:
            tiles.append(TileId(level, full, rest))
        level += 1
    return tiles


def extend(size: int, read_tile: ReadTile, new_leaf_hashes: Sequence[bytes]) -> list[Tile]:
    """The tiles to store when ``new_leaf_hashes`` are added to a tree of ``size`` leaves.

    Reads only the partial tiles at the right edge. Each tile is returned once, in the state that the new size gives it; store them all before the
    new checkpoint is signed.
    """
    tiles: list[Tile] = []
    level = 0
    fresh = b"".join(new_leaf_hashes)
    while fresh:
        index, width = divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)
        hashes = (_read(read_tile, level, index, width) if width else b"") + fresh
        full = []
        for start in range(0, len(hashes), FULL_TILE_BYTES):
            part = hashes[start : start + FULL_TILE_BYTES]
            tiles.append(Tile(TileId(level, index, len(part) // HASH_BYTES), part))
            index += 1
            if len(part) == FULL_TILE_BYTES:
                full.append(_subtree(part))
        fresh = b"".join(full)
        level += 1
    return tiles


def overlay(tiles: Iterable[Tile], beneath: ReadTile) -> ReadTile:
    """A reader that sees tiles not yet stored before those beneath."""
    newest: Mapping[tuple[int, int], bytes] = {(tile.id.level, tile.id.index): tile.hashes for tile in tiles}

    def read(level: int, index: int, width: int) -> bytes:
        hashes = newest.get((level, index))
        return beneath(level, index, width) if hashes is None else hashes

    return read


def hash_reader(size: int, read_tile: ReadTile) -> ReadHashes:
    """A reader of nodes for ``merkle``, out of the tiles of a tree of ``size`` leaves.

    Asks only for tiles that exist at this size, each once. Raises ValueError when a tile is shorter than the size says.
    """
    known: dict[tuple[int, int], bytes] = {}

    def read(nodes: Sequence[NodeId]) -> list[bytes]:
        return [one(level, index) for level, index in nodes]

    def one(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_HEIGHT)
        tile_index, offset = divmod(index << height, TILE_WIDTH)
        hashes = known.get((tile_level, tile_index))
        if hashes is None:
            width = tile_width(size, tile_level, tile_index)
            hashes = known[(tile_level, tile_index)] = _read(read_tile, tile_level, tile_index, width)
        part = hashes[offset * HASH_BYTES : (offset + (1 << height)) * HASH_BYTES]
        if len(part) != HASH_BYTES << height:
            raise ValueError("the node is not in a tree of this size")
        return _subtree(part)

    return read


async def with_fetched_tiles(
    compute: Callable[[ReadTile], T],
    fetch: FetchTile,
    known: Mapping[tuple[int, int], bytes] = MappingProxyType({}),
) -> T:
    """Run a pure function over tiles, fetching each tile it asks for that is not ``known``; it is run again until it has all (a handful)."""
    held = dict(known)

    def read(level: int, index: int, width: int) -> bytes:
        try:
            return held[level, index]
        except KeyError:
            raise _Missing(level, index, width) from None

    while True:
        try:
            return compute(read)
        except _Missing as missing:
            level, index, width = missing.place
            held[level, index] = await fetch(level, index, width)


class _Missing(Exception):
    """A tile that has not been fetched yet."""

    def __init__(self, level: int, index: int, width: int) -> None:
        self.place = (level, index, width)


def entry_bundle(entries: Iterable[bytes]) -> bytes:
    """``tile/entries/<N>``: each entry with its length as two bytes, big-endian (at most 65,535 bytes each)."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def _read(read_tile: ReadTile, level: int, index: int, width: int) -> bytes:
    data = read_tile(level, index, width)
    if len(data) < width * HASH_BYTES:
        raise ValueError(f"{TileId(level, index, width).path()} is shorter than the tree says")
    return data[: width * HASH_BYTES]


def _subtree(hashes: bytes) -> bytes:
    """The root over a power of two of hashes. Over the bytes as they are stored, for nearly all work of a log is done here."""
    row = hashes
    while len(row) > HASH_BYTES:
        pairs = range(0, len(row), 2 * HASH_BYTES)
        row = b"".join([sha256(b"\x01" + row[at : at + 2 * HASH_BYTES]).digest() for at in pairs])
    return row
