"""Leaves a second that the log takes into its tree, its tiles stored and its checkpoints signed durably, beside the bare SHA-256 of as many nodes.

The steps are those of the sequencer (``LARGEST_STEP`` leaves in a transaction: tiles, checkpoint); the leaf hashes are there already, as
they are made while entries are read. Then proofs are made from the stored tiles, as receipts and witnesses get them.
"""

from __future__ import annotations

import asyncio
import random
import resource
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256

import asyncpg
import psycopg

from bench.place import Databases, postgres
from bench.report import Scale, Table, Tell, median
from mynumber.foundation import tlog
from mynumber.foundation.tlog import Checkpoint, LogSigner, ReadTile, Tile
from mynumber.institutions.network.core.sequencer import LARGEST_STEP
from mynumber.institutions.network.core.tiles import save_tiles, with_tiles
from mynumber.platform.databases import InstitutionDatabase

LEAVES = 10_000_000
PROOFS = 2_000

BARE = "bare SHA-256 of as many nodes"
PURE = "tree and tiles, in memory"
DURABLE = "tree, tiles and checkpoints, in PostgreSQL"


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """Measure on a durable server of its own."""
    leaves = scale.count(LEAVES, 30_000)
    tell(f"log: {BARE}")
    bare = _bare(leaves)
    tell(f"log: {PURE}")
    pure = _in_memory(leaves)
    tell("log: starting PostgreSQL")
    with postgres("tlog") as (server, _):
        database = Databases(server)("network", migrated=True)
        tell(f"log: {DURABLE}")
        durable, root = asyncio.run(_stored(database, leaves))
        yield _speed(leaves, bare, pure, durable)
        yield _size(database, leaves)
        tell("log: proofs")
        yield asyncio.run(_proofs(database, leaves, root, scale.count(PROOFS, 20)))


def _steps(leaves: int) -> Iterator[tuple[int, list[bytes]]]:
    """The leaf hashes, a step of the sequencer at a time, with the size before it. The same in every run."""
    for start in range(0, leaves, LARGEST_STEP):
        yield (
            start,
            [
                sha256(number.to_bytes(8)).digest()
                for number in range(start, min(start + LARGEST_STEP, leaves))
            ],
        )


def _bare(leaves: int) -> float:
    """Seconds for the hashes of a tree, and nothing else."""
    rows = [sha256(number.to_bytes(8)).digest() for number in range(min(leaves, 1 << 16))]
    seconds, done = 0.0, 0
    while done < leaves - 1:
        row = rows[: leaves - 1 - done]
        begun = time.perf_counter()
        for one in row:
            sha256(b"\x01" + one + one).digest()
        seconds += time.perf_counter() - begun
        done += len(row)
    return seconds


def _grow(size: int, fresh: list[bytes], read: ReadTile) -> tuple[list[Tile], bytes]:
    tiles = tlog.extend(size, read, fresh)
    end = size + len(fresh)
    return tiles, tlog.root_hash(end, tlog.hash_reader(end, tlog.overlay(tiles, read)))


def _in_memory(leaves: int) -> float:
    edge: dict[int, bytes] = {}
    """The last tile of each level: all that growing reads."""
    seconds = 0.0
    for size, fresh in _steps(leaves):
        begun = time.perf_counter()
        tiles, _ = _grow(size, fresh, lambda level, _index, _width: edge[level])
        seconds += time.perf_counter() - begun
        for tile in tiles:
            edge[tile.id.level] = tile.hashes
    return seconds


async def _stored(database: InstitutionDatabase, leaves: int) -> tuple[float, bytes]:
    """Seconds and the root."""
    signer = LogSigner.generate("bench.invalid/log")
    seconds, root = 0.0, tlog.EMPTY_ROOT
    connection = await asyncpg.connect(database.url)
    try:
        for size, fresh in _steps(leaves):
            begun = time.perf_counter()
            async with connection.transaction():
                # called at once in this round, so the loop's variables are those of now
                tiles, root = await with_tiles(connection, lambda read: _grow(size, fresh, read))  # noqa: B023
                await save_tiles(connection, tiles)
                end = size + len(fresh)
                await connection.execute(
                    "INSERT INTO checkpoint (size, note, signed_at) VALUES ($1, $2, $3)",
                    *(end, signer.sign_checkpoint(Checkpoint(signer.origin, end, root)), datetime.now(UTC)),
                )
            seconds += time.perf_counter() - begun
    finally:
        await connection.close()
    return seconds, root


def _speed(leaves: int, bare: float, pure: float, durable: float) -> Table:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Table(
        f"Log: {leaves:,} leaves taken in (one core)",
        ("", "leaves/s", "us", "x bare"),
        [
            (name, leaves / s, s / leaves * 1e6, bare / s)
            for name, s in ((BARE, bare), (PURE, pure), (DURABLE, durable))
        ],
        [
            f"steps of {LARGEST_STEP:,} leaves, each a transaction with its tiles and its signed checkpoint",
            f"the whole process never had more than {memory / 1e6:.0f} MB of memory: it holds one step and the right edge of the tree",
        ],
    )


def _size(database: InstitutionDatabase, leaves: int) -> Table:
    with psycopg.connect(database.url) as connection:
        tiles, data = _one(connection, "SELECT count(*), sum(octet_length(hashes)) FROM log_tile")
        (table,) = _one(connection, "SELECT pg_total_relation_size('log_tile')")
        checkpoints, notes = _one(
            connection, "SELECT count(*), pg_total_relation_size('checkpoint') FROM checkpoint"
        )
    return Table(
        f"Log: what {leaves:,} leaves take",
        ("", "number", "MB", "bytes a leaf"),
        [
            ("hashes in tiles", tiles, data / 1e6, data / leaves),
            ("the table of tiles", tiles, table / 1e6, table / leaves),
            ("the table of checkpoints", checkpoints, notes / 1e6, notes / leaves),
        ],
    )


def _one(connection: psycopg.Connection[tuple[int, ...]], statement: str) -> tuple[int, ...]:
    row = connection.execute(statement.encode()).fetchone()
    if row is None:
        raise RuntimeError("a count gave no row")
    return tuple(map(int, row))


async def _proofs(database: InstitutionDatabase, leaves: int, root: bytes, count: int) -> Table:
    """Each proof is made from stored tiles, and verified: a fast wrong one is no figure."""
    choice = random.Random(1)
    connection = await asyncpg.connect(database.url)

    async def inclusion() -> tuple[int, float]:
        index = choice.randrange(leaves)

        def prove(read: ReadTile) -> list[bytes]:
            return tlog.inclusion_proof(index, leaves, tlog.hash_reader(leaves, read))

        begun = time.perf_counter()
        proof = await with_tiles(connection, prove)
        tlog.verify_inclusion(sha256(index.to_bytes(8)).digest(), index, leaves, proof, root)
        return len(proof), time.perf_counter() - begun

    async def consistency() -> tuple[int, float]:
        old = choice.randrange(1, leaves)

        def prove(read: ReadTile) -> tuple[list[bytes], bytes]:
            reader = tlog.hash_reader(leaves, read)
            return tlog.consistency_proof(old, leaves, reader), tlog.root_hash(old, reader)

        begun = time.perf_counter()
        proof, old_root = await with_tiles(connection, prove)
        tlog.verify_consistency(old, leaves, old_root, root, proof)
        return len(proof), time.perf_counter() - begun

    table = Table(
        f"Log: proofs from the stored tiles of {leaves:,} leaves, made and verified",
        ("", "per second", "median us", "p99 us", "hashes"),
        notes=["each is made with a few look-ups of tiles by key, one after the other"],
    )
    makers: dict[str, Callable[[], Awaitable[tuple[int, float]]]] = {
        "inclusion (a receipt)": inclusion,
        "consistency with any earlier size (a witness)": consistency,
    }
    try:
        for name, make in makers.items():
            made = [await make() for _ in range(count)]
            seconds = sorted(one for _, one in made)
            table.rows.append(
                (
                    name,
                    len(seconds) / sum(seconds),
                    median(seconds) * 1e6,
                    seconds[len(seconds) * 99 // 100] * 1e6,
                    median([float(length) for length, _ in made]),
                )
            )
    finally:
        await connection.close()
    return table
