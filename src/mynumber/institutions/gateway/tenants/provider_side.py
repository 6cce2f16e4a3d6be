"""The provider's records (Act art. 23(2)): a permit is used up and its copy found in one statement, which is one durable transaction.

When it meets something that is held for a person to decide, the statement writes nothing; then holds, records, notices and the desk's items are
one transaction of several statements. Which tenant's rows are looked up is said by the wall alone, as in :mod:`.inquirer_side`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from mynumber.foundation.envelope import Header
from mynumber.institutions.gateway.desk.holds import (
    PERIOD_IS_ASKED,
    DeskAnswer,
    DeskRequest,
    desk_answers,
    held,
    put_on_desk,
)
from mynumber.institutions.gateway.tenants.sessions import TenantSessions
from mynumber.institutions.gateway.tenants.store import SEEN_MARGIN
from mynumber.protocols.exchange import Outcome, PeriodFact, Permit, PermitSheet
from mynumber.protocols.facts import period_of_copy
from mynumber.protocols.holds import HoldReason
from mynumber.protocols.refusal import Hop, Reason

_encode = msgspec.json.Encoder().encode
_decode_periods = msgspec.json.Decoder(tuple[PeriodFact, ...]).decode


@dataclass(frozen=True, slots=True)
class Presented:
    """Verified permits of one sheet: each to be used once and answered from the copies. Digests and codes stand in their order."""

    header: Header
    sheet: PermitSheet
    core: str
    """The core that signed the sheet: it is told what became of the permits."""
    permits: tuple[Permit, ...]
    digests: tuple[bytes, ...]
    codes: tuple[str, ...]
    at: datetime
    refusal: Reason | None
    """Why none of them may be answered: expired, or the provider's gateway is closed."""
    opens_at: datetime | None = None
    """When a closed one opens again."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is said of one permit: ``provided`` with the fact or the facts, ``no_data``, ``waiting`` or ``refused``."""

    outcome: Outcome
    fact: str | None = None
    period: str | None = None
    as_of: datetime | None = None
    """Of ``no_data`` when the last copy was taken away, if there ever was one."""
    registered_at: datetime | None = None
    upload: UUID | None = None
    periods: tuple[PeriodFact, ...] = ()
    """Of a permit that names periods what is said of each, in their order; ``fact`` and what tells of it are empty then."""
    deadline: datetime | None = None
    refusal: Reason | None = None


USED = Found(Outcome.REFUSED, refusal=Reason.PERMIT_USED)
EXPIRED = Found(Outcome.REFUSED, refusal=Reason.PERMIT_EXPIRED)


class _Message(msgspec.Struct, frozen=True):
    n: int
    sender: str
    message_id: str
    expires_at: datetime
    core: str
    inquirer: str
    asked_at: datetime
    at: datetime
    refusal: str | None


class _Row(msgspec.Struct, frozen=True, omit_defaults=True):
    place: int
    n: int
    request_id: UUID
    affair: str
    provision: str
    information: str
    organisation: str
    non_disclosure: bool
    permit_digest: bytes
    code: str
    periods: tuple[str, ...] | None = None
    is_held: bool = False


_USE = f"""
WITH arriving AS MATERIALIZED (
    SELECT * FROM json_to_recordset($3::json) AS _(n int, sender text, message_id text, expires_at timestamptz, core text, inquirer text,
        asked_at timestamptz, at timestamptz, refusal text)
), permit AS MATERIALIZED (
    SELECT place, n, request_id, affair, provision, information, organisation, non_disclosure, permit_digest, periods, is_held,
        coalesce((SELECT held.code FROM former_code AS held WHERE held.former = given.code), given.code) AS code
    FROM json_to_recordset($4::json) AS given(place int, n int, request_id uuid, affair text, provision text, information text,
        organisation text, non_disclosure bool, permit_digest text, code text, periods text[], is_held bool)
), stopped AS MATERIALIZED (
    SELECT $5 AND EXISTS (
        SELECT FROM permit AS asked
        WHERE EXISTS (SELECT FROM answer_hold AS hold
                WHERE hold.code = asked.code AND (hold.until IS NULL OR hold.until > $6) AND hold.since <= $6
                AND (hold.information IS NULL OR hold.information = asked.information) AND {PERIOD_IS_ASKED})
           OR EXISTS (SELECT FROM answer_hold AS hold
                WHERE hold.code IS NULL AND (hold.until IS NULL OR hold.until > $6) AND hold.since <= $6
                AND hold.information = asked.information AND {PERIOD_IS_ASKED})
    ) AS by_hold
), arrived AS (
    INSERT INTO seen_message (tenant, sender, message_id, expires_at)
    SELECT $1, sender, message_id, expires_at FROM arriving WHERE NOT (SELECT by_hold FROM stopped)
    ON CONFLICT (tenant, sender, message_id) DO NOTHING
    RETURNING sender, message_id
), presented AS MATERIALIZED (
    SELECT permit.place, permit.request_id, permit.affair, permit.provision, permit.information, permit.organisation,
        permit.non_disclosure, permit.code, permit.periods, decode(permit.permit_digest, 'base64') AS permit_digest,
        arriving.core, arriving.inquirer, arriving.asked_at, arriving.at, arriving.refusal,
        (arriving.sender, arriving.message_id) IN (SELECT sender, message_id FROM arrived) AS is_new_message,
        CASE WHEN arriving.refusal IS NOT NULL THEN 'refused' WHEN permit.is_held THEN 'waiting'
            WHEN copy.fact IS NULL AND several.facts IS NULL THEN 'no_data' ELSE 'provided' END AS outcome,
        copy.fact, copy.period, coalesce(copy.as_of, gone.gone_at) AS as_of, copy.registered_at, copy.upload, several.facts, several.given
    FROM permit JOIN arriving USING (n)
        LEFT JOIN LATERAL (SELECT held.fact, held.period, held.as_of, held.registered_at, held.upload FROM copy AS held
            WHERE permit.periods IS NULL AND held.code = permit.code AND held.information = permit.information
            ORDER BY held.period DESC LIMIT 1) AS copy ON true
        LEFT JOIN LATERAL (SELECT array_agg(held.period ORDER BY array_position(permit.periods, held.period::text)) AS given,
                json_agg(json_build_object('period', held.period, 'is_held', true, 'as_of', held.as_of, 'registered_at', held.registered_at,
                    'upload', held.upload, 'fact', held.fact::json))::text AS facts
            FROM copy AS held WHERE permit.periods IS NOT NULL AND held.code = permit.code AND held.information = permit.information
                AND held.period = ANY(permit.periods)) AS several ON true
        LEFT JOIN LATERAL (SELECT held.gone_at FROM gone_copy AS held
            WHERE copy.fact IS NULL AND several.facts IS NULL AND held.code = permit.code AND held.information = permit.information
                AND held.is_told AND (permit.periods IS NULL OR held.period = ANY(permit.periods))
            ORDER BY held.gone_at DESC LIMIT 1) AS gone ON true
), used AS (
    INSERT INTO side_record (tenant, side, inquirer, request_id, provider, affair, provision, information, organisation,
        periods, given, non_disclosure, outcome, hop, reason, permit_digest, asked_at, ended_at, provided_at, as_of, addressee)
    SELECT $1, 'provider', inquirer, request_id, $2, affair, provision, information, organisation, periods,
        CASE WHEN outcome = 'provided' THEN coalesce(given, CASE WHEN period <> '' THEN ARRAY[period] END) END, non_disclosure, outcome,
        CASE WHEN outcome = 'refused' THEN 'provider_gateway' END, refusal, permit_digest, asked_at,
        CASE WHEN outcome <> 'waiting' THEN at END, CASE WHEN outcome = 'provided' THEN at END,
        CASE WHEN outcome IN ('provided', 'no_data') THEN as_of END,
        (SELECT (array_agg(held.addressee ORDER BY held.addressee))[1] FROM addressee_code AS held
            WHERE held.code = presented.code)
    FROM presented WHERE is_new_message
    ON CONFLICT DO NOTHING
    RETURNING permit_digest
), told AS (
    INSERT INTO notice (tenant, core, side, request_id, outcome, permit_digest, at, hop, reason)
    SELECT DISTINCT ON (permit_digest) $1, core, 'provider', request_id, outcome, permit_digest, at,
        CASE WHEN outcome = 'refused' THEN 'provider_gateway' END, refusal
    FROM presented
    WHERE is_new_message AND outcome <> 'waiting' AND (permit_digest IN (SELECT permit_digest FROM used)) IS TRUE
)
SELECT place, is_new_message, outcome, permit_digest IN (SELECT permit_digest FROM used) AS is_used,
    CASE WHEN outcome = 'provided' THEN fact END AS fact, period, as_of, registered_at, upload,
    CASE WHEN outcome = 'provided' THEN facts END AS facts, (SELECT by_hold FROM stopped) AS is_stopped
FROM presented
"""  # noqa: S608 - constants


class ProviderSide:
    """The records of members as providers."""

    def __init__(self, sessions: TenantSessions) -> None:
        self._sessions = sessions

    async def use_permits(
        self, tenant: str, member: str, batch: Sequence[Presented]
    ) -> list[tuple[Found, ...] | None]:
        """Use permits up and say what the copies or the desk say: a finding for each, or None for a message that came before."""
        messages: dict[tuple[str, str], int] = {}
        for number, presented in enumerate(batch):
            messages.setdefault((presented.header.issuer, presented.header.message_id), number)
        numbers = sorted(messages.values())
        places = [(number, at) for number in numbers for at in range(len(batch[number].permits))]
        at_latest = max(batch[number].at for number in numbers)
        deadline: datetime | None = None
        async with self._sessions.of(tenant) as connection:
            rows = await _use(connection, tenant, member, batch, places, at_latest)
        if any(row["is_stopped"] for row in rows):
            async with self._sessions.transaction(tenant) as connection:
                holds = await held(
                    connection,
                    tenant,
                    [
                        (batch[n].codes[at], permit.information, permit.periods)
                        for n, at in places
                        for permit in (batch[n].permits[at],)
                    ],
                    at_latest,
                )
                rows = await _use(connection, tenant, member, batch, places, at_latest, holds)
                waiting = [
                    row["place"] for row in rows if row["is_used"] and row["outcome"] == Outcome.WAITING.value
                ]
                deadline = await put_on_desk(
                    connection,
                    tenant,
                    [_desk_request(batch[places[p][0]], places[p][1], holds[p]) for p in waiting],
                    at_latest,
                )
        findings: list[list[Found]] = [[] for _ in batch]
        used: set[bytes] = set()
        again: list[tuple[int, int]] = []
        for row in sorted(rows, key=_place):
            place, is_new_message, outcome, is_used, *copied, facts, _ = row
            number, at = places[place]
            if not is_new_message:
                continue
            digest = batch[number].digests[at]
            if not is_used or digest in used:
                again.append((number, at))
                findings[number].append(USED)
                continue
            used.add(digest)
            found = Outcome(outcome)
            if found is Outcome.PROVIDED and facts is None:
                fact, period, as_of, registered_at, upload = copied
                findings[number].append(Found(found, fact, period or None, as_of, registered_at, upload))
            elif found is Outcome.PROVIDED:
                several = of_each(batch[number].permits[at].periods, _decode_periods(facts))
                findings[number].append(Found(found, periods=several))
            else:
                findings[number].append(
                    Found(
                        found,
                        as_of=row["as_of"] if found is Outcome.NO_DATA else None,
                        deadline=deadline if found is Outcome.WAITING else batch[number].opens_at,
                        refusal=batch[number].refusal if found is Outcome.REFUSED else None,
                    )
                )
        if again:
            await self._ask_desk(tenant, batch, again, findings)
        return [tuple(found) if found else None for found in findings]

    async def _ask_desk(
        self,
        tenant: str,
        batch: Sequence[Presented],
        again: Sequence[tuple[int, int]],
        findings: list[list[Found]],
    ) -> None:
        """Permits that were presented before: what waited for a person is answered with what the desk has decided, if it has."""
        async with self._sessions.transaction(tenant) as connection:
            rows = await connection.fetch(
                """
                SELECT permit_digest FROM side_record
                WHERE tenant = $1 AND side = 'provider' AND outcome = 'waiting' AND inquirer = ANY($2::text[])
                  AND permit_digest = ANY($3::bytea[])
                FOR UPDATE
                """,
                tenant,
                list({batch[number].sheet.inquirer for number, _ in again}),
                [batch[number].digests[at] for number, at in again],
            )
            waiting = {bytes(row["permit_digest"]) for row in rows}
            if not waiting:
                return
            answers = await desk_answers(connection, tenant, list(waiting))
            for number, at in again:
                presented = batch[number]
                digest = presented.digests[at]
                if digest not in waiting:
                    continue
                found = _decided(answers.get(digest), presented.permits[at], presented.at)
                findings[number][at] = found
                if found.outcome is not Outcome.WAITING:
                    waiting.discard(digest)  # a second presentation in this batch finds it used
                    await _end_waiting(connection, tenant, presented, at, found)


def of_each(periods: Sequence[str], held: Sequence[PeriodFact]) -> tuple[PeriodFact, ...]:
    """What is held of each period, in their order; of the others it is said that nothing is."""
    facts = {one.period: one for one in held}
    return tuple(facts.get(period) or PeriodFact(period=period, is_held=False) for period in periods)


def _decided(answer: DeskAnswer | None, permit: Permit, at: datetime) -> Found:
    """What the desk says of a permit at a time."""
    if answer is None:  # it was put there with the record; somebody took it away
        return EXPIRED
    if answer.outcome is None:
        return Found(Outcome.WAITING, deadline=answer.deadline) if at <= answer.deadline else EXPIRED
    if answer.fact is None:
        if answer.outcome is Outcome.PROVIDED:  # nobody came for it in time, and it was forgotten
            return EXPIRED
        return Found(answer.outcome, refusal=answer.refusal)
    if permit.periods:
        return Found(answer.outcome, periods=of_each(permit.periods, _decode_periods(answer.fact)))
    return Found(answer.outcome, answer.fact, period_of_copy(permit.information, answer.fact), answer.as_of)


async def _use(
    connection: Any,
    tenant: str,
    member: str,
    batch: Sequence[Presented],
    places: Sequence[tuple[int, int]],
    at_latest: datetime,
    holds: dict[int, HoldReason] | None = None,
) -> Sequence[Any]:
    """One statement. Without ``holds`` it looks for them, and writes nothing if there are any; then it is called again with them."""
    messages = [
        _Message(
            number,
            batch[number].header.issuer,
            batch[number].header.message_id,
            batch[number].header.expires_at + SEEN_MARGIN,
            batch[number].core,
            batch[number].sheet.inquirer,
            batch[number].sheet.requested_at,
            batch[number].at,
            refusal.value if (refusal := batch[number].refusal) else None,
        )
        for number in sorted({number for number, _ in places})
    ]
    permits = [
        _Row(
            place,
            number,
            permit.request_id,
            permit.affair,
            permit.provision,
            permit.information,
            permit.organisation,
            permit.non_disclosure,
            batch[number].digests[at],
            batch[number].codes[at],
            permit.periods or None,
            holds is not None and place in holds,
        )
        for place, (number, at) in enumerate(places)
        for permit in (batch[number].permits[at],)
    ]
    rows: Sequence[Any] = await connection.fetch(
        _USE, tenant, member, _encode(messages).decode(), _encode(permits).decode(), holds is None, at_latest
    )
    return rows


async def _end_waiting(connection: Any, tenant: str, presented: Presented, at: int, found: Found) -> None:
    """Close the record of a permit that waited, tell the core, and forget the fact that was typed: from now on the permit is used up."""
    permit, provided = presented.permits[at], found.outcome is Outcome.PROVIDED
    hop = Hop.PROVIDER_GATEWAY.value if found.outcome is Outcome.REFUSED else None
    reason = found.refusal.value if found.refusal else None
    await connection.execute(
        """
        UPDATE side_record SET outcome = $4, ended_at = $5, hop = $6, reason = $7, provided_at = $8, as_of = $9, given = $10
        WHERE tenant = $1 AND side = 'provider' AND inquirer = $2 AND permit_digest = $3
        """,
        tenant,
        presented.sheet.inquirer,
        presented.digests[at],
        found.outcome.value,
        presented.at,
        hop,
        reason,
        presented.at if provided else None,
        found.as_of,
        [one.period for one in found.periods if one.is_held] or ([found.period] if found.period else None),
    )
    await connection.execute(
        "UPDATE desk_item SET fact = NULL WHERE tenant = $1 AND permit_digest = $2 AND fact IS NOT NULL",
        tenant,
        presented.digests[at],
    )
    await connection.execute(
        """
        INSERT INTO notice (tenant, core, side, request_id, outcome, permit_digest, at, hop, reason)
        VALUES ($1, $2, 'provider', $3, $4, $5, $6, $7, $8)
        """,
        tenant,
        presented.core,
        permit.request_id,
        found.outcome.value,
        presented.digests[at],
        presented.at,
        hop,
        reason,
    )


def _desk_request(presented: Presented, at: int, reason: HoldReason) -> DeskRequest:
    permit = presented.permits[at]
    return DeskRequest(
        permit_digest=presented.digests[at],
        inquirer=presented.sheet.inquirer,
        request_id=permit.request_id,
        code=presented.codes[at],
        information=permit.information,
        affair=permit.affair,
        provision=permit.provision,
        organisation=permit.organisation,
        periods=permit.periods,
        reason=reason,
    )


def _place(row: Any) -> int:
    place: int = row["place"]
    return place
