"""The witness's memory. A cosignature leaves only after the row that says so is durable; requests about one log come one after the other."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from mynumber.foundation.tlog import (
    AddCheckpoint,
    Note,
    TreeHead,
    WitnessReason,
    WitnessRefused,
    WitnessSigner,
)
from mynumber.foundation.tlog.witness import NOTHING_YET, Signed, check_growth, origin_hash
from mynumber.institutions.commission.monitor.alarms import AlarmKind, raise_alarm


class WitnessStore:
    """Cosigns what continues the stored state."""

    def __init__(self, pool: asyncpg.Pool, signer: WitnessSigner) -> None:
        self._pool = pool
        self._signer = signer

    async def cosign(self, request: AddCheckpoint, signed: Signed, *, at: datetime) -> str:
        """The cosignature's line, after the new state is stored. Raises WitnessRefused.

        Two roots that the log signed for one size are proof that it lies: an alarm with both is raised before the refusal goes out.
        """
        origin = signed.checkpoint.origin
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                latest = await self._hold(connection, origin)
                check_growth(request, signed, latest)
                cosignature = self._signer.cosign(signed, at)
                whole = Note(signed.text, (*signed.signatures, cosignature)).to_text()
                await connection.execute(
                    "UPDATE witnessed_log SET size = $2, root = $3, note = $4, cosigned_at = $5 WHERE origin = $1",
                    *(origin, signed.head.size, signed.head.root, whole, at),
                )
        except WitnessRefused as refused:
            if refused.reason is WitnessReason.FORKED:
                await self._shout(origin, signed, at)
            raise
        return cosignature.to_line()

    async def cosigned_note(self, origin: str, wanted: str) -> str | None:
        """The checkpoint cosigned last, if ``wanted`` is the hash of this origin."""
        if origin_hash(origin) != wanted:
            return None
        note: str | None = await self._pool.fetchval(
            "SELECT note FROM witnessed_log WHERE origin = $1", origin
        )
        return note or None

    async def _hold(self, connection: asyncpg.Connection, origin: str) -> TreeHead:
        """The state of a log; nobody else can change it until the transaction ends."""
        await connection.execute(
            "INSERT INTO witnessed_log (origin, size, root, note) VALUES ($1, $2, $3, '') ON CONFLICT DO NOTHING",
            *(origin, NOTHING_YET.size, NOTHING_YET.root),
        )
        row = await connection.fetchrow(
            "SELECT size, root FROM witnessed_log WHERE origin = $1 FOR UPDATE", origin
        )
        return TreeHead(row["size"], bytes(row["root"]))

    async def _shout(self, origin: str, signed: Signed, at: datetime) -> None:
        async with self._pool.acquire() as connection:
            held = await connection.fetchval("SELECT note FROM witnessed_log WHERE origin = $1", origin)
            await raise_alarm(
                connection,
                origin,
                AlarmKind.FORK,
                evidence=f"{held}\n{Note(signed.text, signed.signatures).to_text()}",
                at=at,
            )
