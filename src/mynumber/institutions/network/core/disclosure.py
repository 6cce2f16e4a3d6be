"""Disclosure of records to the person through the portal (Act art. 23, 24; supplementary provisions on the disclosure system).

The portal's code is converted into the code of the records; what is found says who asked whom for what, and nothing of the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import asyncpg

from mynumber.foundation import tlog
from mynumber.foundation.codes import BadCode, Code, CodeKeys
from mynumber.foundation.tlog import ReadTile, Receipt
from mynumber.institutions.network.core import records
from mynumber.institutions.network.core.publication import published
from mynumber.institutions.network.core.tiles import with_tiles
from mynumber.institutions.network.corrections.noting import corrections_of
from mynumber.institutions.network.own_use.rows import JAPAN, OwnUseRows
from mynumber.protocols.blind import MarkedRecordQuery
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.records import (
    ExchangeRecord,
    ReceiptQuery,
    ReceiptText,
    RecordEvent,
    RecordQuery,
    Records,
)
from mynumber.protocols.refusal import Hop, Reason, Refused

LARGEST_PAGE = 200

_PAGE = """
    SELECT inquirer, request_id, inquirer_name, provider, provider_name, organisation, affair, provision, information,
        requested_at, count(*) OVER () AS total
    FROM exchange
    WHERE record_code = ANY($1::text[]) AND NOT non_disclosure
      AND ($2::timestamptz IS NULL OR requested_at >= $2) AND ($3::timestamptz IS NULL OR requested_at < $3)
      AND ($4::text IS NULL OR inquirer = $4) AND ($5::text IS NULL OR provider = $5)
      AND ($8::uuid IS NULL OR request_id = $8)
    ORDER BY requested_at DESC, request_id OFFSET $6 LIMIT $7
"""


class Disclosure:
    """Answers the portal."""

    def __init__(
        self, pool: asyncpg.Pool, keys: CodeKeys, own_use: Callable[[], OwnUseRows] = OwnUseRows
    ) -> None:
        self._pool = pool
        self._keys = keys
        self._own_use = own_use

    def _record_codes(self, member: str, text: str) -> list[str]:
        """The codes of the records for a person, in every key version that records may have."""
        try:
            code = self._keys.convert(Code.parse(text), member, records.RECORD_DOMAIN)
        except BadCode:
            raise Refused(Hop.NETWORK, Reason.UNKNOWN_CODE) from None
        codes = []
        for version in self._keys.versions:
            try:
                codes.append(self._keys.rotate(code, records.RECORD_DOMAIN, version).to_text())
            except BadCode:
                continue  # another root key: those records are found after the portal acquired its code anew
        return codes

    async def query(self, member: str, query: RecordQuery) -> Records:
        """A page of the records about a person, newest first."""
        return await self.page(self._record_codes(member, query.code), query)

    async def page(self, codes: list[str], query: RecordQuery | MarkedRecordQuery) -> Records:
        """A page of the records that name the person by one of these codes, newest first."""
        own_use = self._own_use()
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(
                _PAGE,
                codes,
                *days_of(query.since, query.until),
                query.inquirer,
                query.provider,
                max(query.offset, 0),
                min(max(query.limit, 1), LARGEST_PAGE),
                query.request_id,
            )
            events = await self._events_of(connection, rows)
            corrections = await corrections_of(
                connection, [(row["inquirer"], row["request_id"]) for row in rows]
            )
            covered = await connection.fetchval("SELECT min(requested_at) FROM exchange")
        return Records(
            records=tuple(
                ExchangeRecord(
                    request_id=row["request_id"],
                    inquirer=row["inquirer"],
                    inquirer_name=row["inquirer_name"],
                    provider=row["provider"],
                    provider_name=row["provider_name"],
                    organisation=row["organisation"],
                    affair=row["affair"],
                    provision=row["provision"],
                    information=row["information"],
                    events=tuple(events[row["inquirer"], row["request_id"]]),
                    corrections=tuple(corrections.get((row["inquirer"], row["request_id"]), ())),
                    own_use=own_use.citation(row["provision"], row["requested_at"].astimezone(JAPAN).date()),
                )
                for row in rows
            ),
            total=rows[0]["total"] if rows else 0,
            covered_since=covered,
            retention_years=records.RETENTION_YEARS,
        )

    async def _events_of(self, connection: Any, rows: list[Any]) -> dict[tuple[str, Any], list[RecordEvent]]:
        shown = await published(connection)
        found = await connection.fetch(
            """
            SELECT inquirer, request_id, index, at, side, outcome, hop, reason,
                index < $3 AS integrated
            FROM exchange_event
            JOIN unnest($1::text[], $2::uuid[]) AS page(inquirer, request_id) USING (inquirer, request_id)
            ORDER BY index
            """,
            [row["inquirer"] for row in rows],
            [row["request_id"] for row in rows],
            shown.size if shown else 0,
        )
        events: dict[tuple[str, Any], list[RecordEvent]] = {}
        for row in found:
            events.setdefault((row["inquirer"], row["request_id"]), []).append(
                RecordEvent(
                    index=row["index"],
                    at=row["at"],
                    side=row["side"],
                    outcome=Outcome(row["outcome"]),
                    hop=Hop(row["hop"]) if row["hop"] else None,
                    reason=Reason(row["reason"]) if row["reason"] else None,
                    integrated=row["integrated"],
                )
            )
        return events

    async def receipt(self, member: str, query: ReceiptQuery) -> ReceiptText:
        """The receipt of one entry about the person; of anybody else's entry it is said that there is none."""
        return await self.receipt_of_person(self._record_codes(member, query.code), query.index)

    async def receipt_of_person(self, codes: list[str], index: int) -> ReceiptText:
        """The same by the codes under which the records name the person."""
        async with self._pool.acquire() as connection:
            row = await connection.fetchrow(
                f"""
                SELECT {records.ENTRY_COLUMNS} FROM {records.ENTRY_TABLES}
                WHERE event.index = $1 AND exchange.record_code = ANY($2::text[]) AND NOT exchange.non_disclosure
                """,  # noqa: S608 - constants
                index,
                codes,
            )
            if row is None:
                row = await connection.fetchrow(
                    f"SELECT {records.DISCLOSURE_COLUMNS} FROM event_entry WHERE index = $1 AND person = ANY($2::text[])",  # noqa: S608 - constants
                    index,
                    codes,
                )
            if row is None:
                raise Refused(Hop.NETWORK, Reason.UNKNOWN_RECORD)
            text = await receipt_of(connection, row)
        if text is None:
            raise Refused(Hop.NETWORK, Reason.UNAVAILABLE, "no checkpoint covers this entry yet")
        return ReceiptText(text=text)


async def receipt_of(connection: Any, row: Any) -> str | None:
    """The receipt of an entry under the published checkpoint, with its cosignatures; None while that does not cover it."""
    shown = await published(connection)
    index = row["index"]
    if shown is None or shown.size <= index:
        return None
    size = shown.size

    def prove(read: ReadTile) -> list[bytes]:
        return tlog.inclusion_proof(index, size, tlog.hash_reader(size, read))

    hashes = await with_tiles(connection, prove)
    return Receipt(
        record=records.entry_bytes(row),
        salt=bytes(row["salt"]),
        index=index,
        hashes=tuple(hashes),
        checkpoint=shown.note,
    ).to_text()


def days_of(since: date | None, until: date | None) -> tuple[datetime | None, datetime | None]:
    """The moment at which a period of days in Japan, both included, begins, and the one before which it ends."""
    return _start_of(since), _start_of(until + timedelta(days=1)) if until and until < date.max else None


def _start_of(day: date | None) -> datetime | None:
    if (
        day is None or day == date.min
    ):  # the calendar's first day begins in Japan before UTC has a name for it
        return None
    return datetime.combine(day, time.min, JAPAN)
