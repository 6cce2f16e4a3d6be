"""One look at a log: verify what it shows against everything it showed before, keep it, and raise an alarm when it does not fit.

The monitor rebuilds the tree from the leaf hashes of level 0 and keeps tiles of its own. So it can tell a fork from a rewind, and proves a
fork with two checkpoints that the log signed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NoReturn, TypeVar

import asyncpg

from mynumber.foundation import tlog
from mynumber.foundation.tlog import (
    HASH_BYTES,
    Checkpoint,
    Note,
    NoteRefused,
    Policy,
    ProofRefused,
    Tile,
    TileId,
)
from mynumber.foundation.tlog.note import VerifierKey
from mynumber.foundation.tlog.policy import KnownLog
from mynumber.foundation.tlog.tiles import TILE_WIDTH
from mynumber.institutions.commission.monitor.alarms import AlarmKind, let_pass, raise_alarm

STALE_AFTER: Final = timedelta(minutes=5)
"""How old the newest cosignature may be; the log asks for one at least every minute."""
UNREACHABLE_AFTER: Final = timedelta(minutes=1)
STEP_TILES: Final = 256
"""Tiles of level 0 that are verified and stored at a time: 65,536 entries."""
_AT_ONCE: Final = 8

T = TypeVar("T")


class NoAnswer(Exception):
    """The log did not answer, or not sensibly."""


class NothingThere(NoAnswer):
    """The log answered that there is no such thing (404)."""


Fetch = Callable[[str], Awaitable[bytes]]
"""Reads what is below the log's address. Raises NoAnswer."""


@dataclass(frozen=True, slots=True)
class Held:
    """What was verified so far. ``note``: the checkpoint under which it was."""

    size: int
    root: bytes
    note: str
    looked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the log shows now: a checkpoint that it signed."""

    note: str
    checkpoint: Checkpoint
    cosigned: dict[VerifierKey, datetime]


class _Wrong(Exception):
    """What the log shows does not fit. ``evidence`` is kept as it was received."""

    def __init__(self, kind: AlarmKind, evidence: str) -> None:
        super().__init__(kind.value)
        self.kind = kind
        self.evidence = evidence


class Watch:
    """Follows one log. ``started``: nothing is late before this process had time to look."""

    def __init__(
        self, pool: asyncpg.Pool, log: KnownLog, policy: Policy, fetch: Fetch, *, started: datetime
    ) -> None:
        self._pool = pool
        self.origin = log.key.name
        self._policy = policy
        self._fetch = fetch
        self._started = started

    async def look(self, at: datetime) -> None:
        """Read the checkpoint, follow it, and raise or close alarms."""
        held = await self._held()
        try:
            shown = await self._shown(held)
            if shown is not None:
                await self._remember(shown, at)
                await self._follow(held, shown)
            await self._execute("UPDATE watched_log SET looked_at = $2 WHERE origin = $1", at)
            await self._let_pass(AlarmKind.UNREACHABLE, at)
        except _Wrong as wrong:
            await self._raise(wrong.kind, wrong.evidence, at)
        except NoAnswer:
            if at - max(held.looked_at or self._started, self._started) > UNREACHABLE_AFTER:
                await self._raise(AlarmKind.UNREACHABLE, held.note, at)
        await self._look_at_the_clock(at)

    # --- what is shown --------------------------------------------------------------------------------------------------

    async def _shown(self, held: Held) -> Shown | None:
        """The checkpoint, or None of a log that has none yet."""
        try:
            data = await self._fetch("checkpoint")
        except NothingThere:
            if held.size == 0:
                return None
            raise _Wrong(AlarmKind.REWIND, f"{held.note}\n404\n") from None
        text = data.decode("utf-8", "replace")
        try:
            note = Note.parse(text)
            note.verified_by(self._policy.keys_of_log(self.origin))
            checkpoint = Checkpoint.parse(note.text)
            if checkpoint.origin != self.origin:
                raise _Wrong(AlarmKind.BAD_SIGNATURE, text)
            return Shown(text, checkpoint, note.cosigned_by(self._policy.witness_keys))
        except NoteRefused:
            raise _Wrong(AlarmKind.BAD_SIGNATURE, text) from None

    async def _remember(self, shown: Shown, at: datetime) -> None:
        await self._execute(
            """
            INSERT INTO seen_checkpoint (origin, size, root, note, seen_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING
            """,
            *(shown.checkpoint.size, shown.checkpoint.root, shown.note, at),
        )

    # --- following ------------------------------------------------------------------------------------------------------

    async def _follow(self, held: Held, shown: Shown) -> None:
        new = shown.checkpoint
        if new.size < held.size:
            kind = AlarmKind.REWIND if await self._own_root(new.size) == new.root else AlarmKind.FORK
            raise _Wrong(kind, f"{held.note}\n{shown.note}")
        if new.size == held.size:
            if new.root != held.root:
                raise _Wrong(AlarmKind.FORK, f"{held.note}\n{shown.note}")
        else:
            await self._verify_growth(held, shown)
            while held.size < new.size:
                held = await self._step(held, shown)
        await self._execute(
            "UPDATE watched_log SET note = $2, witnessed_at = greatest(witnessed_at, $3) WHERE origin = $1",
            *(shown.note, self._witnessed_at(shown.cosigned)),
        )

    async def _verify_growth(self, held: Held, shown: Shown) -> None:
        """By the log's own tiles: they add up to the signed root, and what was held is its beginning."""
        new = shown.checkpoint

        def prove(read: tlog.ReadTile) -> tuple[bytes, list[bytes]]:
            reader = tlog.hash_reader(new.size, read)
            return tlog.root_hash(new.size, reader), tlog.consistency_proof(held.size, new.size, reader)

        root, proof = await self._over_tiles(prove, shown)
        if root != new.root:
            self._wrong_tiles(shown)
        try:
            tlog.verify_consistency(held.size, new.size, held.root, new.root, proof)
        except ProofRefused:
            raise _Wrong(AlarmKind.FORK, f"{held.note}\n{shown.note}") from None

    async def _step(self, held: Held, shown: Shown) -> Held:
        """Take the next leaf hashes into the own tree, check that they lead to the signed root, and store them."""
        new = shown.checkpoint
        first = held.size // TILE_WIDTH
        end = min(new.size, (first + STEP_TILES) * TILE_WIDTH)
        leaves = await self._leaves(first, end, shown)
        edge = held.size - first * TILE_WIDTH
        own = await self._own_tile(0, first, edge) if edge else b""
        if b"".join(leaves[:edge]) != own[: edge * HASH_BYTES]:
            self._wrong_tiles(shown)

        def grow(read: tlog.ReadTile) -> tuple[list[Tile], bytes]:
            tiles = tlog.extend(held.size, read, leaves[edge:])
            return tiles, tlog.root_hash(end, tlog.hash_reader(end, tlog.overlay(tiles, read)))

        tiles, root = await tlog.with_fetched_tiles(grow, self._own_tile)
        proof = await self._over_tiles(
            lambda read: tlog.consistency_proof(end, new.size, tlog.hash_reader(new.size, read)), shown
        )
        try:
            tlog.verify_consistency(end, new.size, root, new.root, proof)
        except ProofRefused:
            self._wrong_tiles(shown)
        await self._compare_upper(tiles, shown)
        step = Held(end, root, shown.note, None)
        await self._save(held, step, tiles)
        return step

    async def _leaves(self, first: int, end: int, shown: Shown) -> list[bytes]:
        """The leaf hashes from the beginning of tile ``first`` up to ``end``."""
        found: list[bytes] = []
        indices = range(first, -(-end // TILE_WIDTH))
        for start in range(0, len(indices), _AT_ONCE):
            some = indices[start : start + _AT_ONCE]
            for data in await asyncio.gather(*(self._shown_tile(0, index, shown) for index in some)):
                found += [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
        return found[: end - first * TILE_WIDTH]

    async def _compare_upper(self, tiles: Sequence[Tile], shown: Shown) -> None:
        """That the log's higher tiles are those that its leaves make: what others build their proofs from."""
        for tile in tiles:
            if tile.id.level:
                data = await self._shown_tile(tile.id.level, tile.id.index, shown)
                if data[: len(tile.hashes)] != tile.hashes:
                    self._wrong_tiles(shown)

    # --- tiles ----------------------------------------------------------------------------------------------------------

    async def _shown_tile(self, level: int, index: int, shown: Shown) -> bytes:
        """A tile of the log at the shown size, exactly as wide as it must be."""
        width = tlog.tile_width(shown.checkpoint.size, level, index)
        try:
            data = await self._fetch(TileId(level, index, width).path())
        except NothingThere:
            if width == TILE_WIDTH:
                self._wrong_tiles(shown)
            try:  # the log may drop a partial tile once it is full
                data = (await self._fetch(TileId(level, index).path()))[: width * HASH_BYTES]
            except NothingThere:
                self._wrong_tiles(shown)
        if len(data) != width * HASH_BYTES:
            self._wrong_tiles(shown)
        return data

    async def _over_tiles(self, compute: Callable[[tlog.ReadTile], T], shown: Shown) -> T:
        return await tlog.with_fetched_tiles(
            compute, lambda level, index, _width: self._shown_tile(level, index, shown)
        )

    async def _own_tile(self, level: int, index: int, _width: int) -> bytes:
        hashes = await self._pool.fetchval(
            "SELECT hashes FROM watched_tile WHERE origin = $1 AND level = $2 AND index = $3",
            *(self.origin, level, index),
        )
        if hashes is None:
            raise LookupError("a tile that was verified is missing")
        return bytes(hashes)

    async def _own_root(self, size: int) -> bytes:
        """The root that the log had at a size it has passed."""
        return await tlog.with_fetched_tiles(
            lambda read: tlog.root_hash(size, tlog.hash_reader(size, read)), self._own_tile
        )

    def _wrong_tiles(self, shown: Shown) -> NoReturn:
        raise _Wrong(AlarmKind.WRONG_TILES, shown.note)

    # --- keeping --------------------------------------------------------------------------------------------------------

    async def _held(self) -> Held:
        await self._execute(
            "INSERT INTO watched_log (origin, size, root, note) VALUES ($1, 0, $2, '') ON CONFLICT DO NOTHING",
            tlog.EMPTY_ROOT,
        )
        row = await self._pool.fetchrow(
            "SELECT size, root, note, looked_at FROM watched_log WHERE origin = $1", self.origin
        )
        return Held(row["size"], bytes(row["root"]), row["note"], row["looked_at"])

    async def _save(self, before: Held, after: Held, tiles: Sequence[Tile]) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            changed = await connection.execute(
                "UPDATE watched_log SET size = $3, root = $4, note = $5 WHERE origin = $1 AND size = $2",
                *(self.origin, before.size, after.size, after.root, after.note),
            )
            if changed != "UPDATE 1":
                raise RuntimeError("another process watches this log as well")
            await connection.executemany(
                """
                INSERT INTO watched_tile (origin, level, index, hashes) VALUES ($1, $2, $3, $4)
                ON CONFLICT (origin, level, index) DO UPDATE SET hashes = excluded.hashes
                """,
                [(self.origin, tile.id.level, tile.id.index, tile.hashes) for tile in tiles],
            )

    async def _execute(self, statement: str, *values: Any) -> None:
        await self._pool.execute(statement, self.origin, *values)

    # --- alarms ---------------------------------------------------------------------------------------------------------

    async def _raise(self, kind: AlarmKind, evidence: str, at: datetime) -> None:
        async with self._pool.acquire() as connection:
            await raise_alarm(connection, self.origin, kind, evidence=evidence, at=at)

    async def _let_pass(self, kind: AlarmKind, at: datetime) -> None:
        async with self._pool.acquire() as connection:
            await let_pass(connection, self.origin, [kind], at=at)

    def _witnessed_at(self, cosigned: dict[VerifierKey, datetime]) -> datetime | None:
        """The newest time since which enough witnesses have seen this checkpoint."""
        since: set[VerifierKey] = set()
        for key, at in sorted(cosigned.items(), key=lambda item: item[1], reverse=True):
            since.add(key)
            if self._policy.is_satisfied(since):
                return at
        return None

    async def _look_at_the_clock(self, at: datetime) -> None:
        """Whether the witnesses have seen this log lately: an old checkpoint may be a true one and still hide what came after."""
        if not self._policy.fewest_cosignatures:
            return
        row = await self._pool.fetchrow(
            "SELECT note, witnessed_at FROM watched_log WHERE origin = $1", self.origin
        )
        if not row["note"]:
            return
        if at - max(row["witnessed_at"] or self._started, self._started) > STALE_AFTER:
            await self._raise(AlarmKind.STALE, row["note"], at)
        else:
            await self._let_pass(AlarmKind.STALE, at)
