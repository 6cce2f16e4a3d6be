"""SQL of notices at a gateway; every function runs inside a transaction of one tenant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from mynumber.institutions.gateway.mesh.store import codes_of
from mynumber.protocols.notices import (
    LONGEST_NOTICES,
    AddressedNotice,
    Happening,
    PlacedReport,
    digest_of,
)
from mynumber.protocols.refusal import Reason

CHANNEL: Final = "gateway_notices"
"""Where processes of the gateway tell each other that a tenant has something to send; the payload is the tenant."""
FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT_DOUBLINGS: Final = 9
"""The wait after a failure doubles up to 2 s * 2**9: some 17 minutes."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that was not settled yet. It does not print itself."""

    id: int
    notice: UUID
    code: str
    """The code of now, not of when it was sent: a rotation of keys may lie between."""
    digest: str
    sealed: str

    def __repr__(self) -> str:
        return f"Waiting({self.notice})"


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a notice."""

    notice: UUID
    happening: Happening
    at: datetime
    reason: Reason | None = None


async def put_out(
    connection: Any, tenant: str, notices: Sequence[AddressedNotice], at: datetime
) -> dict[int, Reason]:
    """Write notices into the outbox; returns the refused ones by position. The same id to the same addressee again changes nothing."""
    codes = await codes_of(connection, tenant, [each.addressee for each in notices])
    refused = {
        position: Reason.NO_CODE_HELD for position, each in enumerate(notices) if each.addressee not in codes
    }
    first: dict[UUID, AddressedNotice] = {}
    for position, each in enumerate(notices):
        if position not in refused:
            first.setdefault(each.notice, each)
    rows = [first[notice] for notice in sorted(first)]
    await connection.execute(
        """
        INSERT INTO outgoing_notice (tenant, notice, addressee, sealed, size, digest, received_at, try_at, tries)
        SELECT $1, notice, addressee, sealed, length(sealed), digest, $6, $6, 0
        FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS new(notice, addressee, sealed, digest)
        ON CONFLICT (tenant, notice) DO NOTHING
        """,
        tenant,
        [each.notice for each in rows],
        [each.addressee for each in rows],
        [each.sealed for each in rows],
        [digest_of(each.sealed) for each in rows],
        at,
    )
    stored = {
        row["notice"]: row["addressee"]
        for row in await connection.fetch(
            "SELECT notice, addressee FROM outgoing_notice WHERE tenant = $1 AND notice = ANY($2::uuid[])",
            tenant,
            [each.notice for each in rows],
        )
    }
    for position, each in enumerate(notices):
        if position not in refused and stored[each.notice] != each.addressee:
            refused[position] = Reason.DUPLICATE_REQUEST
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, tenant)
    return refused


async def waiting(connection: Any, tenant: str, limit: int, at: datetime) -> list[Waiting]:
    """The first notices that are due, as many as one message takes."""
    rows = await connection.fetch(
        """
        WITH due AS (
            SELECT id, code, sum(size) OVER (ORDER BY id) AS reach FROM outgoing_notice
            JOIN addressee_code USING (tenant, addressee)
            WHERE tenant = $1 AND settled_at IS NULL AND try_at <= $3 ORDER BY id LIMIT $2
        )
        SELECT id, notice, digest, sealed, code FROM outgoing_notice JOIN due USING (id)
        WHERE reach <= $4 OR id = (SELECT min(id) FROM due) ORDER BY id
        """,
        tenant,
        limit,
        at,
        LONGEST_NOTICES,
    )
    return [Waiting(row["id"], row["notice"], row["code"], row["digest"], row["sealed"]) for row in rows]


async def next_try(connection: Any, tenant: str) -> datetime | None:
    """When the next of what waits is due; None when nothing waits."""
    moment: datetime | None = await connection.fetchval(
        "SELECT min(try_at) FROM outgoing_notice WHERE tenant = $1 AND settled_at IS NULL", tenant
    )
    return moment


async def settle(
    connection: Any, tenant: str, settled: Sequence[tuple[Waiting, Report]], at: datetime
) -> None:
    """Note what became of notices: they are sent no more, what they said is forgotten here, and the member is told."""
    await connection.execute(
        """
        UPDATE outgoing_notice SET settled_at = $3, sealed = NULL
        WHERE tenant = $1 AND id = ANY($2::bigint[]) AND settled_at IS NULL
        """,
        tenant,
        [one.id for one, _ in settled],
        at,
    )
    await report(connection, tenant, [told for _, told in settled])


async def put_off(connection: Any, tenant: str, notices: Iterable[Waiting], at: datetime) -> None:
    """Try again later, each time later."""
    await connection.execute(
        """
        UPDATE outgoing_notice SET tries = tries + 1, try_at = $3::timestamptz + $4 * power(2, least(tries, $5::int))
        WHERE tenant = $1 AND id = ANY($2::bigint[]) AND settled_at IS NULL
        """,
        tenant,
        [one.id for one in notices],
        at,
        FIRST_WAIT,
        LONGEST_WAIT_DOUBLINGS,
    )


async def report(connection: Any, tenant: str, reports: Sequence[Report]) -> int:
    """Lay reports ready for the member; how many are new. Only of notices that it sent, each happening once."""
    reports = list({(one.notice, one.happening): one for one in reversed(reports)}.values())[::-1]
    if not reports:
        return 0
    # one writer of a tenant at a time, until the commit: so places are dense and in the order of commits
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{CHANNEL}/{tenant}")
    rows = await connection.fetch(
        """
        INSERT INTO notice_report (tenant, place, notice, happening, at, reason)
        SELECT $1::text, (SELECT coalesce(max(place), 0) FROM notice_report WHERE tenant = $1::text) + row_number() OVER (ORDER BY number),
            notice, happening, at, reason
        FROM unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::text[]) WITH ORDINALITY
            AS new(notice, happening, at, reason, number)
        WHERE EXISTS (SELECT FROM outgoing_notice AS sent WHERE sent.tenant = $1::text AND sent.notice = new.notice)
          AND NOT EXISTS (
            SELECT FROM notice_report AS had
            WHERE had.tenant = $1::text AND had.notice = new.notice AND had.happening = new.happening
          )
        ON CONFLICT DO NOTHING RETURNING 1
        """,
        tenant,
        [one.notice for one in reports],
        [one.happening.value for one in reports],
        [one.at for one in reports],
        [one.reason.value if one.reason else None for one in reports],
    )
    return len(rows)


async def reports(connection: Any, tenant: str, after: int, limit: int) -> tuple[PlacedReport, ...]:
    """The reports after a place."""
    rows = await connection.fetch(
        "SELECT * FROM notice_report WHERE tenant = $1 AND place > $2 ORDER BY place LIMIT $3",
        tenant,
        after,
        limit,
    )
    return tuple(
        PlacedReport(
            place=row["place"],
            notice=row["notice"],
            happening=Happening(row["happening"]),
            at=row["at"],
            reason=Reason(row["reason"]) if row["reason"] else None,
        )
        for row in rows
    )
