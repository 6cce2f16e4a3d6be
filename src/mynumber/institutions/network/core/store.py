"""The records of the core: written in batches, each batch one durable commit (rule 4: no record, no exchange)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from mynumber.foundation import tlog
from mynumber.foundation.envelope import Header
from mynumber.institutions.network.core.decision import Decision, settle
from mynumber.institutions.network.core.permits import Permit
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import REPORTED, ExchangeStatus, Notice, Outcome, Statuses
from mynumber.protocols.refusal import Hop, Reason

SEEN_MARGIN = timedelta(minutes=2)
"""How long a message id is kept past its expiry: more than the skew that clocks may have."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A decided inquiry to be recorded. ``make_permit`` is called inside the batch, once the store has found that nothing refuses it."""

    header: Header
    decision: Decision
    request_digest: bytes
    make_permit: Callable[[], Permit]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded: a permit, or the reason of the refusal."""

    permit: Permit | None
    refusal: Reason | None
    known_person: bool = False
    """Whether the inquirer's code denotes somebody, so that the entry can be shown to them."""


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """A message refused before it became an exchange; ``sender`` is empty when it could not be proven."""

    hour: datetime
    kind: str
    sender: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class _Event:
    inquirer: str
    request_id: UUID
    at: datetime
    side: str
    outcome: Outcome
    hop: Hop | None
    reason: Reason | None


class Store:
    """SQL of the hot path over a pool of connections."""

    def __init__(self, pool: asyncpg.Pool, directory: Callable[[], Directory]) -> None:
        self._pool = pool
        self._directory = directory
        self.appended: Callable[[], None] = lambda: None
        """Called after entries were committed; wakes the sequencer."""

    async def record_inquiries(self, batch: Sequence[Asked]) -> list[Recorded]:
        """Record inquiries and their permits or refusals (Act art. 23(3)) in one transaction."""
        async with self._pool.acquire() as connection, connection.transaction():
            fresh = await _unseen(connection, [asked.header for asked in batch])
            held = await _held_codes(connection, [asked.decision for asked in batch])
            results: list[Recorded] = []
            for position, asked in enumerate(batch):
                results.append(self._settle(asked, fresh=position in fresh, held=held))
            new = await self._insert_exchanges(connection, batch, results)
            events: list[_Event] = []
            for position, (asked, result) in enumerate(zip(batch, results, strict=True)):
                if result.refusal is Reason.REPLAYED:
                    continue
                if position not in new:
                    results[position] = Recorded(None, Reason.DUPLICATE_REQUEST)
                    continue
                events.append(_event_of(asked.decision, result.refusal))
            await _append(connection, events)
        self.appended()
        return results

    def _settle(self, asked: Asked, *, fresh: bool, held: frozenset[tuple[str, str]]) -> Recorded:
        if not fresh:
            return Recorded(None, Reason.REPLAYED)
        decision = asked.decision
        known = _holds(held, decision.inquirer, decision.inquirer_code)
        refusal = settle(
            decision,
            inquirer_holds=known,
            provider_holds=_holds(held, decision.request.provider, decision.provider_code),
        )
        return Recorded(None if refusal else asked.make_permit(), refusal, known)

    async def _insert_exchanges(
        self, connection: Any, batch: Sequence[Asked], results: Sequence[Recorded]
    ) -> frozenset[int]:
        """Insert what is not replayed; returns the positions whose request id is new to its inquirer."""
        directory = self._directory()
        rows: dict[tuple[str, UUID], int] = {}
        for position, (asked, result) in enumerate(zip(batch, results, strict=True)):
            if result.refusal is not Reason.REPLAYED:
                rows.setdefault((asked.decision.inquirer, asked.decision.request.request_id), position)
        if not rows:
            return frozenset()
        columns: list[tuple[Any, ...]] = []
        for position in rows.values():
            decision, result = batch[position].decision, results[position]
            request = decision.request
            record_code = decision.record_code if result.known_person else None
            columns.append(
                (
                    decision.inquirer,
                    request.request_id,
                    directory.name(decision.inquirer),
                    request.provider,
                    directory.name(request.provider),
                    request.organisation,
                    request.affair,
                    decision.provision.id if decision.provision else None,
                    request.information,
                    request.non_disclosure,
                    decision.at,
                    batch[position].request_digest,
                    result.permit.digest if result.permit else None,
                    record_code.to_text() if record_code else None,
                )
            )
        inserted = await connection.fetch(
            """
            INSERT INTO exchange (inquirer, request_id, inquirer_name, provider, provider_name, organisation, affair,
                provision, information, non_disclosure, requested_at, request_digest, permit_digest, record_code)
            SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                $8::text[], $9::text[], $10::bool[], $11::timestamptz[], $12::bytea[], $13::bytea[], $14::text[])
            ON CONFLICT (inquirer, request_id) DO NOTHING
            RETURNING inquirer, request_id
            """,
            *map(list, zip(*columns, strict=True)),
        )
        return frozenset(rows[row["inquirer"], row["request_id"]] for row in inserted)

    async def record_notices(self, sender: str, notices: Sequence[Notice], at: datetime) -> int:
        """Record how exchanges ended, as one side reports it; what was reported before is skipped. Returns how many were new.

        The time is the side's own, but an exchange ends neither before it was asked nor after it was told of (``at``).
        """
        member = Directory.member_of(sender)
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT next_index FROM log_state WHERE id = 1 FOR UPDATE")
            known = {
                bytes(row["permit_digest"]): row
                for row in await connection.fetch(
                    """
                    SELECT permit_digest, inquirer, provider, request_id, requested_at, array_agg(event.side) AS sides
                    FROM exchange JOIN exchange_event AS event USING (inquirer, request_id)
                    WHERE permit_digest = ANY($1::bytea[]) AND $2 IN (inquirer, provider)
                    GROUP BY permit_digest, inquirer, provider, request_id, requested_at
                    """,
                    [bytes.fromhex(notice.permit_digest) for notice in notices],
                    member,
                )
            }
            events: dict[tuple[str, UUID, str], _Event] = {}
            for notice in notices:
                found = known.get(bytes.fromhex(notice.permit_digest))
                if (
                    found is None
                    or found[notice.side] != member
                    or found["request_id"] != notice.request_id
                    or notice.side in found["sides"]
                    or notice.outcome not in REPORTED[notice.side]
                ):
                    continue
                key = (found["inquirer"], found["request_id"], notice.side)
                events.setdefault(
                    key,
                    _Event(
                        *key[:2],
                        max(found["requested_at"], min(notice.at, at)),
                        notice.side,
                        notice.outcome,
                        notice.hop,
                        notice.reason,
                    ),
                )
            await _append(connection, list(events.values()))
        if events:
            self.appended()
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
        """Count messages that were refused before they became exchanges. In batches: a flood of them takes one connection, not all."""
        counts = Counter(refused)
        await self._pool.execute(
            """
            INSERT INTO refused_message (hour, kind, sender, reason, count)
            SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::bigint[])
            ON CONFLICT (hour, kind, sender, reason) DO UPDATE SET count = refused_message.count + excluded.count
            """,
            [message.hour for message in counts],
            [message.kind for message in counts],
            [message.sender for message in counts],
            [message.reason.value for message in counts],
            list(counts.values()),
        )
        return [None] * len(refused)

    async def forget_expired_messages(self, at: datetime) -> None:
        """Forget message ids whose messages would be refused as expired anyway."""
        await self._pool.execute("DELETE FROM seen_message WHERE expires_at < $1", at)

    async def remember_message(self, header: Header) -> bool:
        """Take note of a message that is not an inquiry; False when it was seen before."""
        async with self._pool.acquire() as connection:
            return bool(await _unseen(connection, [header]))


def _event_of(decision: Decision, refusal: Reason | None) -> _Event:
    return _Event(
        inquirer=decision.inquirer,
        request_id=decision.request.request_id,
        at=decision.at,
        side="network",
        outcome=Outcome.REFUSED if refusal else Outcome.PERMITTED,
        hop=Hop.NETWORK if refusal else None,
        reason=refusal,
    )


def _holds(held: frozenset[tuple[str, str]], member: str, code: Any) -> bool:
    return code is not None and (member, code.to_text()) in held


async def _unseen(connection: Any, headers: Sequence[Header]) -> frozenset[int]:
    """Remember message ids; returns the positions of those that come for the first time."""
    first: dict[tuple[str, str], int] = {}
    for position, header in enumerate(headers):
        first.setdefault((header.issuer, header.message_id), position)
    rows = await connection.fetch(
        """
        INSERT INTO seen_message (sender, message_id, expires_at)
        SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[])
        ON CONFLICT (sender, message_id) DO NOTHING
        RETURNING sender, message_id
        """,
        [sender for sender, _ in first],
        [message_id for _, message_id in first],
        # a message is accepted until it expires plus the skew that clocks may have
        [headers[position].expires_at + SEEN_MARGIN for position in first.values()],
    )
    return frozenset(first[row["sender"], row["message_id"]] for row in rows)


async def _held_codes(connection: Any, decisions: Sequence[Decision]) -> frozenset[tuple[str, str]]:
    """Which of the codes in question were issued to whom (Cabinet Order art. 26(6))."""
    pairs = {
        (member, code.to_text())
        for decision in decisions
        for member, code in (
            (decision.inquirer, decision.inquirer_code),
            (decision.request.provider, decision.provider_code),
        )
        if code is not None
    }
    if not pairs:
        return frozenset()
    members, codes = zip(*pairs, strict=True)
    rows = await connection.fetch(
        """
        SELECT member, code FROM issued_code
        JOIN unnest($1::text[], $2::text[]) AS asked(member, code) USING (member, code)
        """,
        list(members),
        list(codes),
    )
    return frozenset((row["member"], row["code"]) for row in rows)


async def _append(connection: Any, events: Sequence[_Event]) -> None:
    """Append entries to the log. The locked row of log_state gives indices without gaps, in the order of commits."""
    if not events:
        return
    first = await connection.fetchval(
        "UPDATE log_state SET next_index = next_index + $1 WHERE id = 1 RETURNING next_index - $1",
        len(events),
    )
    await connection.execute(
        """
        INSERT INTO exchange_event (index, inquirer, request_id, at, side, outcome, hop, reason, salt)
        SELECT * FROM unnest($1::bigint[], $2::text[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[],
            $7::text[], $8::text[], $9::bytea[])
        """,
        [first + offset for offset in range(len(events))],
        [event.inquirer for event in events],
        [event.request_id for event in events],
        [event.at for event in events],
        [event.side for event in events],
        [event.outcome.value for event in events],
        [event.hop.value if event.hop else None for event in events],
        [event.reason.value if event.reason else None for event in events],
        [tlog.new_salt() for _ in events],
    )
