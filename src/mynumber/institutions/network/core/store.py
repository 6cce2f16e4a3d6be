"""What the core writes and reads beside requests: how exchanges ended, what it knows of them, and counts of what it refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from asyncpg.exceptions import DeadlockDetectedError, UniqueViolationError

from mynumber.foundation import tlog
from mynumber.institutions.network.core.recording import TRIES
from mynumber.institutions.network.core.records import RETENTION_YEARS
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import REPORTED, ExchangeStatus, Notice, Outcome, Statuses
from mynumber.protocols.refusal import Reason


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """A message, or so many requests in one, that was refused; ``sender`` is empty when it could not be proven."""

    hour: datetime
    kind: str
    sender: str
    reason: Reason
    times: int = 1


class Store:
    """SQL over a pool of connections."""

    def __init__(self, pool: asyncpg.Pool, appended: Callable[[], None]) -> None:
        self._pool = pool
        self._appended = appended

    async def record_notices(self, sender: str, notices: Sequence[Notice], at: datetime) -> int:
        """Record how exchanges ended, as one side reports it; what was reported before is skipped. Returns how many were new.

        The time is the side's own, but an exchange ends neither before it was asked nor after it was told of (``at``).
        """
        member = Directory.member_of(sender)
        sayable = [notice for notice in notices if notice.outcome in REPORTED[notice.side]]
        async with self._pool.acquire() as connection:
            for left in reversed(range(TRIES)):
                events = await _untold(connection, member, sayable, at)
                if not events:
                    return 0
                try:
                    await connection.execute(_APPEND, len(events), events)
                    break
                except (UniqueViolationError, DeadlockDetectedError):  # another process was told the same
                    if not left:
                        raise
        self._appended()
        return len(events)

    async def statuses(self, inquirer: str, request_ids: Sequence[UUID]) -> Statuses:
        """What is recorded of an inquirer's exchanges; those that never arrived are missing."""
        rows = await self._pool.fetch(
            """
            SELECT request_id, permit_digest, array_agg(event.outcome) AS outcomes,
                max(event.reason) FILTER (WHERE event.side = 'network') AS reason
            FROM exchange JOIN exchange_event AS event USING (inquirer, request_id)
            WHERE inquirer = $1 AND request_id = ANY($2::uuid[])
            GROUP BY request_id, permit_digest
            """,
            inquirer,
            list(request_ids),
        )
        return Statuses(
            statuses=tuple(
                ExchangeStatus(
                    request_id=row["request_id"],
                    outcome=Outcome.final(Outcome(outcome) for outcome in row["outcomes"]),
                    permit_digest=bytes(row["permit_digest"]).hex() if row["permit_digest"] else None,
                    reason=Reason(row["reason"]) if row["reason"] else None,
                )
                for row in rows
            )
        )

    async def count_refused(self, refused: Sequence[RefusedMessage]) -> list[None]:
        """Count what was refused. In batches: a flood of them takes one connection, not all."""
        counts: Counter[tuple[datetime, str, str, str]] = Counter()
        for message in refused:
            counts[message.hour, message.kind, message.sender, message.reason.value] += message.times
        rows = sorted((*key, times) for key, times in counts.items())
        await self._pool.execute(
            """
            INSERT INTO refused_message (hour, kind, sender, reason, count)
            SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::bigint[])
            ON CONFLICT (hour, kind, sender, reason) DO UPDATE SET count = refused_message.count + excluded.count
            """,
            *zip(*rows, strict=True),
        )
        return [None] * len(refused)

    async def forget_records(self) -> None:
        """Delete records and salts that are older than seven years by the database's clock (Cabinet Order art. 30)."""
        await self._pool.execute("SELECT forget_records()")

    async def forget_counts(self, at: datetime) -> None:
        """Delete what was counted of refusals and askers as long ago as the records that it was counted from: it does not grow for ever."""
        for table, column in (("refused_message", "hour"), ("asker_day", "day")):
            await self._pool.execute(
                f"DELETE FROM {table} WHERE {column} < $1::timestamptz - make_interval(years => $2)",  # noqa: S608 - constants
                *(at, RETENTION_YEARS),
            )

    async def forget_expired_messages(self, at: datetime) -> None:
        """Forget message ids whose messages would be refused as expired anyway."""
        await self._pool.execute("DELETE FROM seen_message WHERE expires_at < $1", at)


_UNTOLD = """
    SELECT place, inquirer, requested_at
    FROM unnest($1::bytea[], $2::uuid[], $3::text[]) WITH ORDINALITY AS told(permit_digest, request_id, side, place),
        LATERAL (
            SELECT * FROM exchange WHERE exchange.permit_digest = told.permit_digest LIMIT 1
        ) AS asked
    WHERE asked.request_id = told.request_id
        AND CASE told.side WHEN 'inquirer' THEN asked.inquirer ELSE asked.provider END = $4
        AND (
            SELECT true FROM exchange_event AS event
            WHERE (event.inquirer, event.request_id, event.side) = (asked.inquirer, asked.request_id, told.side)
        ) IS NULL
"""

_APPEND = """
    WITH slot AS (
        UPDATE log_state SET next_index = next_index + $1 WHERE id = 1 RETURNING next_index - $1 AS first
    )
    INSERT INTO exchange_event (index, inquirer, request_id, at, side, outcome, hop, reason, salt)
    SELECT slot.first + row_number() OVER () - 1, inquirer, request_id, at, side, outcome, hop, reason, salt
    FROM slot, unnest($2::exchange_event[])
"""

Event = tuple[Any, ...]
"""A row of ``exchange_event``; its index is given out by the statement."""


async def _untold(connection: Any, member: str, notices: Sequence[Notice], at: datetime) -> list[Event]:
    """Entries of what this member may report and did not report before, in the one order in which all processes write."""
    rows = await connection.fetch(
        _UNTOLD,
        [bytes.fromhex(notice.permit_digest) for notice in notices],
        [notice.request_id for notice in notices],
        [notice.side for notice in notices],
        member,
    )
    events: dict[tuple[str, UUID, str], Event] = {}
    for place, inquirer, requested_at in rows:
        notice = notices[place - 1]
        events.setdefault(
            (inquirer, notice.request_id, notice.side),
            (
                None,
                inquirer,
                notice.request_id,
                max(requested_at, min(notice.at, at)),
                notice.side,
                notice.outcome.value,
                notice.hop.value if notice.hop else None,
                notice.reason.value if notice.reason else None,
                tlog.new_salt(),
            ),
        )
    return [events[key] for key in sorted(events)]
