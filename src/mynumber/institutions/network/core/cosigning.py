"""The log asks its witnesses (C2SP tlog-witness): each new checkpoint, with the proof that it continues the one they signed before.

One round asks every witness once for the newest checkpoint. A checkpoint that stays the newest is cosigned anew every minute, so that
whoever watches sees by the witness's clock that nothing was held back.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Final

import aiohttp
import asyncpg

from mynumber.foundation import tlog
from mynumber.foundation.tlog import AddCheckpoint, NoteRefused, Policy, ReadTile
from mynumber.foundation.tlog.note import Signature, cosigned_at
from mynumber.foundation.tlog.policy import KnownWitness
from mynumber.foundation.tlog.witness import SIZE_TYPE, read_cosignatures, read_size
from mynumber.institutions.network.core.tiles import with_tiles
from mynumber.webkit import logs

INTERVAL_SECONDS: Final = 0.25
"""Between two rounds: how long a new checkpoint waits for its witnesses at most, besides their answers."""
REFRESH_AFTER: Final = timedelta(minutes=1)
ANSWER_SECONDS: Final = 5.0
SILENT_SECONDS: Final = 2.0
"""How long a witness that gave no signature is left alone."""
LONGEST_ANSWER: Final = 64 * 1024
_LOCK: Final = 7_300_212

_log = logs.get_logger(__name__)


class WitnessUnhelpful(Exception):
    """A witness gave no cosignature; the message is fit for a log file."""


class Cosigning:
    """Runs beside the sequencer; of several processes on one database one at a time asks."""

    def __init__(self, pool: asyncpg.Pool, policy: Policy) -> None:
        self._pool = pool
        self._witnesses = [one for one in policy.witnesses if one.url is not None]
        self._held: dict[str, int] = {}
        """The size that each witness has, as far as known."""
        self._silent: dict[str, float] = {}
        """Witnesses that did not sign last time, and when they are asked again (monotonic clock)."""

    async def run(self) -> None:
        """Ask until cancelled. Without witnesses there is nothing to do."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:
            while self._witnesses:
                try:
                    await self.round(session)
                except (
                    asyncpg.exceptions.PostgresError,
                    asyncpg.exceptions.InterfaceError,
                    OSError,
                ) as error:
                    _log.error("cosigning waits for its database", exception=logs.outline(error))
                await asyncio.sleep(INTERVAL_SECONDS)
            await asyncio.Event().wait()

    async def round(self, session: aiohttp.ClientSession) -> int:
        """Ask every witness that has not signed the newest checkpoint lately; returns how many signed."""
        async with self._pool.acquire() as connection, connection.transaction():
            if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
                return 0
            newest = await connection.fetchrow("SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1")
            if newest is None:
                return 0
            size, note = newest["size"], newest["note"]
            due = await self._due(connection, size)
            bodies = [await self._request(connection, witness, size, note) for witness in due]
            answers = await asyncio.gather(
                *(self._ask(session, witness, body) for witness, body in zip(due, bodies, strict=True))
            )
            lines = [line for line in answers if line is not None]
            await connection.executemany(
                """
                INSERT INTO cosignature (size, witness, line, cosigned_at) VALUES ($1, $2, $3, $4)
                ON CONFLICT (size, witness) DO UPDATE SET line = excluded.line, cosigned_at = excluded.cosigned_at
                """,
                [(size, line.name, line.to_line(), cosigned_at(line)) for line in lines],
            )
        return len(lines)

    async def _due(self, connection: asyncpg.Connection, size: int) -> list[KnownWitness]:
        fresh = await connection.fetch(
            "SELECT witness FROM cosignature WHERE size = $1 AND cosigned_at > $2",
            *(size, datetime.now(UTC) - REFRESH_AFTER),
        )
        have = {row["witness"] for row in fresh}
        now = time.monotonic()
        return [
            one
            for one in self._witnesses
            if one.key.name not in have and self._silent.get(one.key.name, 0.0) <= now
        ]

    async def _request(
        self, connection: asyncpg.Connection, witness: KnownWitness, size: int, note: str
    ) -> AddCheckpoint:
        """From what this witness has, as far as is known, to the newest checkpoint."""
        name = witness.key.name
        if name not in self._held:
            self._held[name] = await connection.fetchval(
                "SELECT coalesce(max(size), 0) FROM cosignature WHERE witness = $1", name
            )
        old = min(self._held[name], size)

        def prove(read: ReadTile) -> list[bytes]:
            return tlog.consistency_proof(old, size, tlog.hash_reader(size, read))

        return AddCheckpoint(old, tuple(await with_tiles(connection, prove)), note)

    async def _ask(
        self, session: aiohttp.ClientSession, witness: KnownWitness, request: AddCheckpoint
    ) -> Signature | None:
        """The witness's signature, or None with the reason in the log file, once for as long as it lasts."""
        name = witness.key.name
        size = tlog.Checkpoint.parse(tlog.Note.parse(request.note).text).size
        try:
            line = await self._post(session, witness, request)
        except _OtherSize as other:
            self._held[name] = other.size  # the next round proves from there
            if other.size > size:
                self._complain(
                    name, f"the witness has seen {other.size - size} entries more than this log has"
                )
            return None
        except (
            WitnessUnhelpful,
            aiohttp.ClientError,
            TimeoutError,
            OSError,
            NoteRefused,
            ValueError,
        ) as error:
            self._complain(name, str(error) if isinstance(error, WitnessUnhelpful) else type(error).__name__)
            return None
        self._held[name] = size
        if name in self._silent:
            del self._silent[name]
            _log.warning("a witness cosigns again", system=name)
        return line

    async def _post(
        self, session: aiohttp.ClientSession, witness: KnownWitness, request: AddCheckpoint
    ) -> Signature:
        async with session.post(
            f"{witness.url}/add-checkpoint", data=request.to_text().encode(), allow_redirects=False
        ) as response:
            body = (await _at_most(response, LONGEST_ANSWER)).decode("utf-8", "replace")
            if response.status == 409 and response.content_type == SIZE_TYPE:
                raise _OtherSize(read_size(body))
            if response.status != 200:
                raise WitnessUnhelpful(f"the witness answers {response.status}")
        return read_cosignatures(body, request.note, [witness.key])[-1]

    def _complain(self, name: str, reason: str) -> None:
        if name not in self._silent:
            _log.error("a witness does not cosign", system=name, reason=reason)
        self._silent[name] = time.monotonic() + SILENT_SECONDS


class _OtherSize(Exception):
    def __init__(self, size: int) -> None:
        super().__init__("the witness has another size")
        self.size = size


async def _at_most(response: aiohttp.ClientResponse, limit: int) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_any():
        data += chunk
        if len(data) > limit:
            raise WitnessUnhelpful("the witness's answer is too long")
    return bytes(data)
