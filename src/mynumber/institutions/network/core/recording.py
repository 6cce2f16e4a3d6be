"""Requests for permits become records: a batch of messages is one look and one durable statement (rule 4: no record, no exchange).

Nothing is locked between look and write. What another process wrote meanwhile, the same message or the same request id, breaks a unique
key: then nothing of the batch was written, and it looks again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from asyncpg.exceptions import DeadlockDetectedError, UniqueViolationError

from mynumber.foundation import tlog
from mynumber.foundation.envelope import Header
from mynumber.institutions.network.core.decision import Judgement
from mynumber.institutions.network.core.permits import Sheet
from mynumber.institutions.network.siblings.asking import Held
from mynumber.institutions.network.siblings.own import homes_elsewhere, others
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import PermitDecision
from mynumber.protocols.permits import permit_digest
from mynumber.protocols.refusal import Reason

SEEN_MARGIN = timedelta(minutes=2)
"""How long a message id is kept past its expiry: more than the skew that clocks may have."""
TRIES = 5
"""How often a batch looks again because another process wrote the same; after it the batch is written in halves."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A judged message. ``make_sheet`` is called for each provider, once the store has found what nothing refuses."""

    header: Header
    inquirer: str
    at: datetime
    request_digest: bytes
    judgements: tuple[Judgement, ...]
    make_sheet: Callable[[str, Sequence[Judgement]], Sheet]
    unanswered: frozenset[Held] | None = None
    """Codes of which no core said whether they were issued; None: the other cores were not asked yet."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A message that was not recorded: whether these codes were issued is to be asked at other cores first."""

    codes: frozenset[Held]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded of a message: a decision for each request, in their order."""

    decisions: tuple[PermitDecision, ...]
    sheets: tuple[str, ...]


_OF_CODES = frozenset({Reason.UNKNOWN_CODE, Reason.PROVIDER_HAS_NO_CODE})

Row = tuple[Any, ...]
"""The members of the type ``new_exchange``: a row of ``exchange``, then reason and salt of its entry."""


class Recorder:
    """Writes records of requests (Act art. 23(3))."""

    def __init__(
        self, pool: asyncpg.Pool, directory: Callable[[], Directory], appended: Callable[[], None]
    ) -> None:
        self._pool = pool
        self._directory = directory
        self._appended = appended

    async def record_requests(self, batch: Sequence[Asked]) -> list[Recorded | Unknown | None]:
        """Record a batch; None for a message that came before. When it returns, the records are durable."""
        async with self._pool.acquire() as connection:
            for left in reversed(range(TRIES)):
                found = await _look(connection, batch)
                rows: dict[tuple[str, UUID], Row] = {}
                results = [
                    None
                    if place in found.replayed
                    else self._unknown(asked, found) or self._settle(asked, found, rows)
                    for place, asked in enumerate(batch)
                ]
                fresh = [
                    asked.header
                    for asked, result in zip(batch, results, strict=True)
                    if isinstance(result, Recorded)
                ]
                if not fresh:
                    return results
                try:
                    await _write(connection, fresh, rows)
                    break
                except (UniqueViolationError, DeadlockDetectedError):
                    if not left:
                        raise
        self._appended()
        return results

    def _unknown(self, asked: Asked, found: _Found) -> Unknown | None:
        """The codes that this core does not know and another may have issued; None when nothing hangs on them."""
        directory = self._directory()
        if asked.unanswered is not None or not found.missing or not others(directory):
            return None
        codes: set[Held] = set()
        for judgement in asked.judgements:
            request = judgement.request
            if judgement.record_code is not None:
                codes.add((asked.inquirer, request.code))
            of_provider = {(request.provider, code) for code in judgement.provider_codes}
            if of_provider <= found.missing:
                codes |= of_provider
        unknown = {held for held in codes & found.missing if homes_elsewhere(directory, held[0])}
        return Unknown(frozenset(unknown)) if unknown else None

    def _settle(self, asked: Asked, found: _Found, rows: dict[tuple[str, UUID], Row]) -> Recorded:
        """Decide the requests of one message, make its sheets, and add its rows."""
        directory, inquirer = self._directory(), asked.inquirer
        granted: dict[str, list[Judgement]] = {}
        reasons: list[Reason | None] = []
        known: list[bool] = []
        ids: set[UUID] = set()
        for judgement in asked.judgements:
            request = judgement.request
            holds = judgement.record_code is not None and (inquirer, request.code) not in found.missing
            known.append(holds)
            key = (inquirer, request.request_id)
            if key in found.taken or key in rows or request.request_id in ids:
                reasons.append(Reason.DUPLICATE_REQUEST)
                continue
            ids.add(request.request_id)
            provider_code = next(
                (code for code in judgement.provider_codes if (request.provider, code) not in found.missing),
                None,
            )
            reason = judgement.settled(inquirer_holds=holds, provider_holds=provider_code is not None)
            if asked.unanswered and reason in _OF_CODES:
                asked_about = (
                    {(inquirer, request.code)}
                    if reason is Reason.UNKNOWN_CODE
                    else {(request.provider, code) for code in judgement.provider_codes}
                )
                if asked_about & asked.unanswered:
                    reason = Reason.UNAVAILABLE
            reasons.append(reason)
            if reason is None and provider_code is not None:
                granted.setdefault(request.provider, []).append(judgement.with_code(provider_code))
        sheets = {provider: asked.make_sheet(provider, those) for provider, those in granted.items()}
        places = {provider: place for place, provider in enumerate(sheets)}
        decisions: list[PermitDecision] = []
        for judgement, reason, holds in zip(asked.judgements, reasons, known, strict=True):
            request, provision = judgement.request, judgement.provision
            provider = request.provider
            decisions.append(
                PermitDecision(request_id=request.request_id, reason=reason)
                if reason
                else PermitDecision(
                    request_id=request.request_id,
                    sheet=places[provider],
                    provision=provision.id if provision else None,
                )
            )
            if reason is Reason.DUPLICATE_REQUEST:
                continue
            rows[inquirer, request.request_id] = (
                inquirer,
                request.request_id,
                directory.name(inquirer),
                provider,
                directory.name(provider),
                request.organisation,
                request.affair,
                provision.id if provision else None,
                request.information,
                request.non_disclosure,
                asked.at,
                asked.request_digest,
                None if reason else permit_digest(sheets[provider].digest, request.request_id),
                judgement.record_code if holds else None,
                reason.value if reason else None,
                tlog.new_salt(),
            )
        return Recorded(tuple(decisions), tuple(sheet.token for sheet in sheets.values()))


@dataclass(frozen=True, slots=True)
class _Found:
    """What the database knew of a batch."""

    replayed: frozenset[int]
    """Places of messages that came before."""
    missing: frozenset[tuple[str, str]]
    """(member, code) of those asked about that were never issued to that member (Cabinet Order art. 26(6))."""
    taken: frozenset[tuple[str, UUID]]
    """(inquirer, request id) that have a record."""


_LOOK = """
    SELECT 'replayed' AS what, place FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked(sender, message_id, place)
    WHERE (SELECT true FROM seen_message AS s WHERE (s.sender, s.message_id) = (asked.sender, asked.message_id))
    UNION ALL
    SELECT 'missing', place FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS asked(member, code, place)
    WHERE (SELECT true FROM issued_code AS i WHERE (i.member, i.code) = (asked.member, asked.code)) IS NULL
    UNION ALL
    SELECT 'taken', place FROM unnest($5::text[], $6::uuid[]) WITH ORDINALITY AS asked(inquirer, request_id, place)
    WHERE (SELECT true FROM exchange AS e WHERE (e.inquirer, e.request_id) = (asked.inquirer, asked.request_id))
"""
"""One look by unique key for each, whatever the planner thinks of the size of the tables; of what is as it should be no row comes back."""

_WRITE = """
    WITH seen AS (
        INSERT INTO seen_message (sender, message_id, expires_at)
        SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[])
    ), slot AS (
        UPDATE log_state SET next_index = next_index + $4 WHERE id = 1 RETURNING next_index - $4 AS first
    ), entry AS (
        INSERT INTO exchange_event (index, inquirer, request_id, at, side, outcome, hop, reason, salt)
        SELECT slot.first + row_number() OVER () - 1, inquirer, request_id, requested_at, 'network',
            CASE WHEN reason IS NULL THEN 'permitted' ELSE 'refused' END,
            CASE WHEN reason IS NULL THEN NULL ELSE 'network' END,
            reason, salt
        FROM slot, unnest($5::new_exchange[])
    )
    INSERT INTO exchange (inquirer, request_id, inquirer_name, provider, provider_name, organisation, affair,
        provision, information, non_disclosure, requested_at, request_digest, permit_digest, record_code)
    SELECT inquirer, request_id, inquirer_name, provider, provider_name, organisation, affair,
        provision, information, non_disclosure, requested_at, request_digest, permit_digest, record_code
    FROM unnest($5::new_exchange[])
"""
"""The main statement runs first, what stands in WITH and is not read by it afterwards: so the row of log_state, the only one that processes
wait for, is locked for the entries and the flush alone."""


async def _look(connection: Any, batch: Sequence[Asked]) -> _Found:
    codes: dict[tuple[str, str], None] = {}
    requests: dict[tuple[str, UUID], None] = {}
    for asked in batch:
        for judgement in asked.judgements:
            requests[asked.inquirer, judgement.request.request_id] = None
            if judgement.is_blind:
                continue
            if judgement.record_code is not None:
                codes[asked.inquirer, judgement.request.code] = None
            for code in judgement.provider_codes:
                codes[judgement.request.provider, code] = None
    messages = [(asked.header.issuer, asked.header.message_id) for asked in batch]
    rows = await connection.fetch(
        _LOOK,
        [sender for sender, _ in messages],
        [message_id for _, message_id in messages],
        [member for member, _ in codes],
        [code for _, code in codes],
        [inquirer for inquirer, _ in requests],
        [request_id for _, request_id in requests],
    )
    found: dict[str, list[int]] = {"replayed": [], "missing": [], "taken": []}
    for what, place in rows:
        found[what].append(place - 1)
    listed_codes, listed_requests = (list(codes), list(requests)) if rows else ([], [])
    first = {message: place for place, message in reversed(list(enumerate(messages)))}
    again = (place for place, message in enumerate(messages) if first[message] != place)
    return _Found(
        frozenset((*found["replayed"], *again)),
        frozenset(listed_codes[place] for place in found["missing"]),
        frozenset(listed_requests[place] for place in found["taken"]),
    )


async def _write(connection: Any, headers: Sequence[Header], rows: dict[tuple[str, UUID], Row]) -> None:
    # in one order everywhere, so that two processes with the same keys wait for each other and do not both wait
    messages = sorted(headers, key=lambda header: (header.issuer, header.message_id))
    await connection.execute(
        _WRITE,
        [header.issuer for header in messages],
        [header.message_id for header in messages],
        [header.expires_at + SEEN_MARGIN for header in messages],
        len(rows),
        [rows[key] for key in sorted(rows)],
    )
