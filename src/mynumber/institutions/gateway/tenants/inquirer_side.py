"""The inquirer's records (Act art. 23(1)): opened before anything is sent, closed before a fact is handed on.

A group of inquiries is one statement, which is one durable transaction. Rows go in as one JSON text: cheaper than a column each. Statements
look rows up without naming the tenant: the wall does, and PostgreSQL takes what is said twice for twice as selective, and then any index for good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any
from uuid import UUID

import msgspec

from mynumber.foundation.envelope import Header
from mynumber.institutions.gateway.tenants.sessions import TenantSessions
from mynumber.institutions.gateway.tenants.store import SEEN_MARGIN
from mynumber.protocols.exchange import Inquiry, InquiryResult, Outcome, PeriodFact
from mynumber.protocols.refusal import Hop, Reason

NOTHING = msgspec.Raw(b"null")
_encode = msgspec.json.Encoder().encode
_decode_periods = msgspec.json.Decoder(tuple[PeriodFact, ...]).decode


@dataclass(frozen=True, slots=True)
class Asked:
    """A message of the member: inquiries to be recorded before anything is sent."""

    header: Header
    inquiries: tuple[Inquiry, ...]
    at: datetime


class Opening(Enum):
    """What became of an inquiry at its beginning."""

    OPENED = auto()
    NO_CODE = auto()
    """Recorded as refused: the member has no code for the person."""
    KNOWN = auto()
    """Its request id was used before; nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An inquiry as it begins, with the member's code for the person."""

    opening: Opening
    code: str | None


class Ending(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an inquiry ended, or that it waits. What is left out stays in the record as it is."""

    request_id: UUID
    outcome: Outcome
    ended_at: datetime | None
    permit_digest: bytes | None = None
    """With it the core is told, unless the inquiry waits."""
    core: str | None = None
    """The core that gave the permit: the one that is told."""
    provision: str | None = None
    hop: Hop | None = None
    reason: Reason | None = None
    permitted_at: datetime | None = None
    provided_at: datetime | None = None
    as_of: datetime | None = None
    registered_at: datetime | None = None
    upload: UUID | None = None
    deadline: datetime | None = None
    given: tuple[str, ...] | None = None
    """The periods of which a fact was provided."""
    fact: str | None = None
    """JSON as text: PostgreSQL shall store it and not read it. Of an inquiry that named periods a list of :class:`PeriodFact`."""


@dataclass(frozen=True, slots=True)
class Known:
    """An inquiry that was recorded before, and its result as far as there is one."""

    inquiry: Inquiry
    result: InquiryResult
    permit_digest: bytes | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A permit sheet to be presented again. ``request_ids`` stand in the order of its permits."""

    sheet_digest: bytes
    provider: str
    sheet: str
    request_ids: tuple[UUID, ...]


class _Message(msgspec.Struct, frozen=True):
    message_id: str
    expires_at: datetime


class _Row(msgspec.Struct, frozen=True):
    place: int
    message_id: str
    at: datetime
    request_id: UUID
    provider: str
    addressee: str
    affair: str
    information: str
    organisation: str
    periods: tuple[str, ...] | None
    non_disclosure: bool


_OPEN = """
WITH arrived AS (
    INSERT INTO seen_message (tenant, sender, message_id, expires_at)
    SELECT $1, $2, message_id, expires_at FROM json_to_recordset($4::json) AS _(message_id text, expires_at timestamptz)
    ON CONFLICT (tenant, sender, message_id) DO NOTHING
    RETURNING message_id
), asked AS MATERIALIZED (
    SELECT _.*, message_id IN (SELECT message_id FROM arrived) AS is_new_message,
        (SELECT held.code FROM addressee_code AS held WHERE held.addressee = _.addressee) AS code
    FROM json_to_recordset($5::json) AS _(place int, message_id text, at timestamptz, request_id uuid, provider text, addressee text,
        affair text, information text, organisation text, periods text[], non_disclosure bool)
), opened AS (
    INSERT INTO side_record (tenant, side, inquirer, instance, request_id, provider, addressee, affair, information, organisation,
        periods, non_disclosure, asked_at, outcome, hop, reason, ended_at)
    SELECT $1, 'inquirer', $2, $3, request_id, provider, addressee, affair, information, organisation, periods, non_disclosure, at,
        CASE WHEN code IS NULL THEN 'refused' ELSE 'open' END,
        CASE WHEN code IS NULL THEN 'inquirer_gateway' END,
        CASE WHEN code IS NULL THEN 'no_code_held' END,
        CASE WHEN code IS NULL THEN at END
    FROM asked WHERE is_new_message
    ON CONFLICT (tenant, side, inquirer, request_id) DO NOTHING
    RETURNING request_id
)
SELECT place, code, is_new_message, request_id IN (SELECT request_id FROM opened) AS is_opened FROM asked
"""

_CLOSE = """
WITH ending AS MATERIALIZED (
    SELECT _.*, decode(permit_digest, 'base64') AS digest
    FROM json_to_recordset($3::json) AS _(request_id uuid, outcome text, ended_at timestamptz, permit_digest text, core text, provision text,
        hop text, reason text, permitted_at timestamptz, provided_at timestamptz, as_of timestamptz, registered_at timestamptz, upload uuid,
        deadline timestamptz, given text[], fact text)
), closed AS (
    UPDATE side_record AS record
    SET outcome = ending.outcome, ended_at = ending.ended_at, hop = ending.hop, reason = ending.reason,
        permit_digest = coalesce(ending.digest, record.permit_digest), provision = coalesce(ending.provision, record.provision),
        permitted_at = coalesce(ending.permitted_at, record.permitted_at), provided_at = ending.provided_at, as_of = ending.as_of,
        deadline = coalesce(ending.deadline, record.deadline), given = ending.given
    FROM ending
    WHERE record.side = 'inquirer' AND record.inquirer = $2 AND record.request_id = ending.request_id
      AND record.request_id = ANY(ARRAY(SELECT request_id FROM ending)) AND record.outcome IN ('open', 'waiting')
    RETURNING record.request_id
), kept AS (
    INSERT INTO kept_fact (tenant, ended_at, request_id, registered_at, upload, fact)
    SELECT $1, ended_at, request_id, registered_at, upload, fact FROM ending
    WHERE fact IS NOT NULL AND (request_id IN (SELECT request_id FROM closed)) IS TRUE
), told AS (
    INSERT INTO notice (tenant, core, side, request_id, outcome, permit_digest, at, hop, reason)
    SELECT $1, core, 'inquirer', request_id, outcome, digest, ended_at, hop, reason FROM ending
    WHERE digest IS NOT NULL AND outcome <> 'waiting' AND (request_id IN (SELECT request_id FROM closed)) IS TRUE
)
SELECT request_id FROM closed
"""

_KNOWN = """
SELECT record.*, kept.fact, kept.registered_at, kept.upload FROM side_record AS record
LEFT JOIN LATERAL (SELECT own.fact, own.registered_at, own.upload FROM kept_fact AS own
    WHERE own.ended_at = record.ended_at AND own.request_id = record.request_id LIMIT 1) AS kept ON true
WHERE record.side = 'inquirer' AND record.inquirer = $1 AND record.request_id = ANY($2::uuid[])
"""


class InquirerSide:
    """The records of members as inquirers. ``instance`` names this process in the records that it has in hand."""

    def __init__(self, sessions: TenantSessions, instance: UUID) -> None:
        self._sessions = sessions
        self._instance = instance

    async def open_inquiries(
        self, tenant: str, member: str, batch: Sequence[Asked]
    ) -> list[tuple[Opened, ...] | None]:
        """Record that the member asks, and find its codes: an opening for each inquiry, or None for a message that came before."""
        messages: dict[str, int] = {}
        for number, message in enumerate(batch):
            messages.setdefault(message.header.message_id, number)
        asked = [
            (message_id, batch[n].at, one) for message_id, n in messages.items() for one in batch[n].inquiries
        ]
        rows = [
            _Row(
                place,
                message_id,
                at,
                one.request_id,
                one.provider,
                one.addressee,
                one.affair,
                one.information,
                one.organisation,
                one.periods or None,
                one.non_disclosure,
            )
            for place, (message_id, at, one) in enumerate(asked)
        ]
        async with self._sessions.of(tenant) as connection:
            found = await connection.fetch(
                _OPEN,
                tenant,
                member,
                self._instance,
                _text([_Message(i, batch[n].header.expires_at + SEEN_MARGIN) for i, n in messages.items()]),
                _text(rows),
            )
        openings: dict[int, list[Opened]] = {}
        opened: set[UUID] = set()
        for place, code, is_new_message, is_opened in sorted(found, key=_place):
            message_id, _, one = asked[place]
            if not is_new_message:
                continue
            opening = Opening.KNOWN
            if is_opened and one.request_id not in opened:
                opened.add(one.request_id)
                opening = Opening.OPENED if code is not None else Opening.NO_CODE
            openings.setdefault(messages[message_id], []).append(Opened(opening, code))
        return [tuple(openings[n]) if n in openings else None for n in range(len(batch))]

    async def close_inquiries(self, tenant: str, member: str, endings: Sequence[Ending]) -> frozenset[UUID]:
        """Record how inquiries ended, keep the facts, and put the notices for the core into the outbox.

        Returns those that were still open; of the others somebody else has recorded the end, and that end stands.
        """
        async with self._sessions.of(tenant) as connection:
            return await _close(connection, tenant, member, endings)

    async def let_wait(
        self, tenant: str, member: str, endings: Sequence[Ending], waiting: Waiting, ask_at: datetime
    ) -> frozenset[UUID]:
        """The same when some of them wait for a person: the sheet is kept with the records, to be presented again."""
        async with self._sessions.transaction(tenant) as connection:
            closed = await _close(connection, tenant, member, endings)
            await connection.execute(
                """
                INSERT INTO waiting_sheet (tenant, sheet_digest, provider, sheet, request_ids, ask_at)
                VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (tenant, sheet_digest) DO UPDATE SET ask_at = excluded.ask_at
                """,
                tenant,
                waiting.sheet_digest,
                waiting.provider,
                waiting.sheet,
                list(waiting.request_ids),
                ask_at,
            )
        return closed

    async def known(self, tenant: str, member: str, request_ids: Sequence[UUID]) -> dict[UUID, Known]:
        """Inquiries that were recorded before, with their results."""
        async with self._sessions.of(tenant) as connection:
            rows = await connection.fetch(_KNOWN, member, list(request_ids))
        return {row["request_id"]: _known(row) for row in rows}

    async def sheets_of(self, tenant: str, request_ids: Sequence[UUID]) -> list[Waiting]:
        """The sheets that wait with these inquiries."""
        async with self._sessions.of(tenant) as connection:
            rows = await connection.fetch(
                "SELECT * FROM waiting_sheet WHERE tenant = $1 AND request_ids && $2::uuid[]",
                tenant,
                list(request_ids),
            )
        return [_waiting(row) for row in rows]

    async def claim_sheets(self, tenant: str, at: datetime, ask_at: datetime, limit: int) -> list[Waiting]:
        """At most ``limit`` sheets that are due at ``at``; to others they are due again at ``ask_at``, also when this process dies with them.

        Claimed as an array: after ``IN`` a plan may begin the inner question anew for each row, and claim all of them.
        """
        async with self._sessions.of(tenant) as connection:
            rows = await connection.fetch(
                """
                UPDATE waiting_sheet SET ask_at = $3
                WHERE tenant = $1 AND sheet_digest = ANY (ARRAY(
                    SELECT sheet_digest FROM waiting_sheet WHERE tenant = $1 AND ask_at <= $2
                    ORDER BY ask_at LIMIT $4 FOR UPDATE SKIP LOCKED
                ))
                RETURNING *
                """,
                tenant,
                at,
                ask_at,
                limit,
            )
        return [_waiting(row) for row in rows]

    async def forget_sheet(self, tenant: str, sheet_digest: bytes) -> None:
        """Nothing of a sheet waits any more."""
        async with self._sessions.of(tenant) as connection:
            await connection.execute(
                "DELETE FROM waiting_sheet WHERE tenant = $1 AND sheet_digest = $2", tenant, sheet_digest
            )


async def _close(connection: Any, tenant: str, member: str, endings: Sequence[Ending]) -> frozenset[UUID]:
    rows = await connection.fetch(_CLOSE, tenant, member, _text(endings))
    return frozenset(row["request_id"] for row in rows)


def _waiting(row: Any) -> Waiting:
    return Waiting(bytes(row["sheet_digest"]), row["provider"], row["sheet"], tuple(row["request_ids"]))


def _place(row: Any) -> int:
    place: int = row["place"]
    return place


def _text(rows: Sequence[msgspec.Struct]) -> str:
    return _encode(rows).decode()


def _has_deadline(row: Any) -> bool:
    return Outcome(row["outcome"]) is Outcome.WAITING or row["reason"] == Reason.PROVIDER_CLOSED.value


def told_of_each(
    asked: Sequence[str], outcome: Outcome, given: Sequence[str], fact: str | None
) -> tuple[PeriodFact, ...]:
    """What the member is told of each period that it named: nothing before the provider has answered, and all of them after it has."""
    if not asked or outcome not in {Outcome.PROVIDED, Outcome.NO_DATA}:
        return ()
    if fact is not None:
        return _decode_periods(fact)
    return tuple(PeriodFact(period=period, is_held=period in given) for period in asked)


def period_told(asked: Sequence[str], given: Sequence[str]) -> str | None:
    """The period of the one fact that was provided to who named none."""
    return given[0] if given and not asked else None


def _known(row: Any) -> Known:
    asked, given, outcome = tuple(row["periods"] or ()), row["given"] or (), Outcome(row["outcome"])
    return Known(
        Inquiry(
            request_id=row["request_id"],
            addressee=row["addressee"] or "",
            affair=row["affair"],
            provider=row["provider"],
            information=row["information"],
            organisation=row["organisation"],
            periods=asked,
            non_disclosure=row["non_disclosure"],
        ),
        InquiryResult(
            request_id=row["request_id"],
            outcome=outcome,
            provision=row["provision"],
            fact=NOTHING if row["fact"] is None or asked else msgspec.Raw(row["fact"].encode()),
            as_of=row["as_of"],
            registered_at=row["registered_at"],
            upload=row["upload"],
            period=period_told(asked, given),
            periods=told_of_each(asked, outcome, given, row["fact"]),
            permitted_at=row["permitted_at"],
            provided_at=row["provided_at"],
            deadline=row["deadline"] if _has_deadline(row) else None,
            hop=Hop(row["hop"]) if row["hop"] else None,
            reason=Reason(row["reason"]) if row["reason"] else None,
        ),
        bytes(row["permit_digest"]) if row["permit_digest"] else None,
    )
