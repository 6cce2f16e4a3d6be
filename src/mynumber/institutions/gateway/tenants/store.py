"""What the gateway keeps, one transaction a batch; inside it each tenant's statements run under that tenant's role.

PostgreSQL walls the rows (FORCE ROW LEVEL SECURITY): a statement that forgot its tenant sees and writes nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from mynumber.foundation.envelope import Header
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import Inquiry, Notice, Outcome, PermitBody
from mynumber.protocols.refusal import Hop, Reason

SEEN_MARGIN = timedelta(minutes=2)
_ROLE = re.compile(r"[a-z0-9_]{1,50}")

I = TypeVar("I")  # noqa: E741 - item
O = TypeVar("O")  # noqa: E741 - outcome


def tenant_of(system: str) -> str:
    """The tenant's key of a member or of its gateway system: ``gateway.municipality.131229`` gives ``municipality_131229``."""
    key = Directory.member_of(system).replace(".", "_")
    if not _ROLE.fullmatch(key):
        raise ValueError("not a tenant")
    return key


@dataclass(frozen=True, slots=True)
class Opened:
    """An inquiry of the member as it begins: its code, or why it cannot be asked."""

    code: str | None
    refusal: Reason | None


@dataclass(frozen=True, slots=True)
class Opening:
    """An inquiry to be recorded before anything is sent."""

    tenant: str
    header: Header
    inquirer: str
    inquiry: Inquiry
    at: datetime


@dataclass(frozen=True, slots=True)
class Closing:
    """How an inquiry ended, with the notice for the core when there was a permit."""

    tenant: str
    inquirer: str
    request_id: UUID
    outcome: Outcome
    at: datetime
    permit_digest: bytes | None = None
    provision: str | None = None
    hop: Hop | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Presented:
    """A verified permit: to be used once and answered from the copies."""

    tenant: str
    header: Header
    permit: PermitBody
    permit_digest: bytes
    code: str
    at: datetime
    refusal: Reason | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What the copies say, or why nothing may be said."""

    outcome: Outcome
    fact: str | None = None
    as_of: datetime | None = None
    refusal: Reason | None = None


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """A message refused before it became an exchange; ``sender`` is empty when it could not be proven."""

    tenant: str
    hour: datetime
    kind: str
    sender: str
    reason: Reason


class Store:
    """SQL over a pool of connections of the gateway's role, which may become each tenant's role and has no rows of its own."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    @asynccontextmanager
    async def acting_as(self, tenant: str) -> AsyncIterator[Any]:
        """A transaction of one tenant."""
        async with self.pool.acquire() as connection, _transaction_of(connection, tenant):
            yield connection

    async def _by_tenant(
        self,
        batch: Sequence[I],
        tenant_of_item: Callable[[I], str],
        act: Callable[[Any, str, Sequence[I]], Awaitable[Sequence[O]]],
    ) -> list[O]:
        """One transaction for the whole batch, a change of role for each tenant in it."""
        groups: dict[str, list[int]] = {}
        for position, item in enumerate(batch):
            groups.setdefault(tenant_of_item(item), []).append(position)
        outcomes: dict[int, O] = {}
        first, *others = sorted(groups)
        async with self.pool.acquire() as connection, _transaction_of(connection, first):
            for tenant in (first, *others):
                positions = groups[tenant]
                if tenant is not first:
                    await connection.execute(_become(tenant))
                results = await act(connection, tenant, [batch[position] for position in positions])
                outcomes.update(zip(positions, results, strict=True))
        return [outcomes[position] for position in range(len(batch))]

    async def open_inquiries(self, batch: Sequence[Opening]) -> list[Opened]:
        """Record that the member asks (Act art. 23(1)), and find its code for the person."""
        return await self._by_tenant(batch, lambda item: item.tenant, _open_inquiries)

    async def close_inquiries(self, batch: Sequence[Closing]) -> list[None]:
        """Record how inquiries ended, and put the notices for the core into the outbox."""
        return await self._by_tenant(batch, lambda item: item.tenant, _close_inquiries)

    async def use_permits(self, batch: Sequence[Presented]) -> list[Found]:
        """Record that the member provides (Act art. 23(2)), use up the permit, and find the copy."""
        return await self._by_tenant(batch, lambda item: item.tenant, _use_permits)

    async def count_refused(self, batch: Sequence[RefusedMessage]) -> list[None]:
        """Count messages that were refused before they became exchanges. In batches: a flood of them takes one connection, not all."""
        return await self._by_tenant(batch, lambda item: item.tenant, _count_refused)


@asynccontextmanager
async def _transaction_of(connection: Any, tenant: str) -> AsyncIterator[None]:
    """A transaction that begins as a tenant; beginning and becoming are one round trip."""
    begin = f"BEGIN; {_become(tenant)}"
    try:
        await connection.execute(begin)
        yield
    except BaseException:
        await connection.execute("ROLLBACK")
        raise
    await connection.execute("COMMIT")


def _become(tenant: str) -> str:
    if not _ROLE.fullmatch(tenant):
        raise ValueError("not a tenant")
    return f'SET LOCAL ROLE "gateway_{tenant}"'


async def first_time(connection: Any, tenant: str, headers: Sequence[Header]) -> frozenset[int]:
    """Remember message ids; returns the positions of those that come for the first time."""
    first: dict[tuple[str, str], int] = {}
    for position, header in enumerate(headers):
        first.setdefault((header.issuer, header.message_id), position)
    rows = await connection.fetch(
        """
        INSERT INTO seen_message (tenant, sender, message_id, expires_at)
        SELECT $1, * FROM unnest($2::text[], $3::text[], $4::timestamptz[])
        ON CONFLICT (tenant, sender, message_id) DO NOTHING
        RETURNING sender, message_id
        """,
        tenant,
        [sender for sender, _ in first],
        [message_id for _, message_id in first],
        [headers[position].expires_at + SEEN_MARGIN for position in first.values()],
    )
    return frozenset(first[row["sender"], row["message_id"]] for row in rows)


async def _open_inquiries(connection: Any, tenant: str, items: Sequence[Opening]) -> list[Opened]:
    fresh = await first_time(connection, tenant, [item.header for item in items])
    codes = {
        row["addressee"]: row["code"]
        for row in await connection.fetch(
            "SELECT addressee, code FROM addressee_code WHERE tenant = $1 AND addressee = ANY($2::text[])",
            tenant,
            [item.inquiry.addressee for item in items],
        )
    }
    rows: dict[UUID, int] = {}
    for position, item in enumerate(items):
        if position in fresh:
            rows.setdefault(item.inquiry.request_id, position)
    inserted: set[UUID] = set()
    if rows:
        columns = []
        for request_id, position in rows.items():
            item = items[position]
            inquiry, held = item.inquiry, item.inquiry.addressee in codes
            columns.append(
                (
                    item.inquirer,
                    request_id,
                    inquiry.provider,
                    inquiry.addressee,
                    inquiry.affair,
                    inquiry.information,
                    inquiry.organisation,
                    inquiry.non_disclosure,
                    (Outcome.OPEN if held else Outcome.REFUSED).value,
                    None if held else Hop.INQUIRER_GATEWAY.value,
                    None if held else Reason.NO_CODE_HELD.value,
                    item.at,
                    None if held else item.at,
                )
            )
        inserted = {
            row["request_id"]
            for row in await connection.fetch(
                """
                INSERT INTO side_record (tenant, side, inquirer, request_id, provider, addressee, affair, information,
                    organisation, non_disclosure, outcome, hop, reason, asked_at, ended_at)
                SELECT $1, 'inquirer', * FROM unnest($2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
                    $8::text[], $9::bool[], $10::text[], $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[])
                ON CONFLICT (tenant, side, inquirer, request_id) DO NOTHING
                RETURNING request_id
                """,
                tenant,
                *map(list, zip(*columns, strict=True)),
            )
        }
    results = []
    for position, item in enumerate(items):
        code = codes.get(item.inquiry.addressee)
        if position not in fresh:
            results.append(Opened(None, Reason.REPLAYED))
        elif item.inquiry.request_id not in inserted or rows[item.inquiry.request_id] != position:
            results.append(Opened(None, Reason.DUPLICATE_REQUEST))
        elif code is None:
            results.append(Opened(None, Reason.NO_CODE_HELD))
        else:
            results.append(Opened(code, None))
    return results


async def _close_inquiries(connection: Any, tenant: str, items: Sequence[Closing]) -> list[None]:
    closed = {
        row["request_id"]
        for row in await connection.fetch(
            """
            UPDATE side_record AS record
            SET outcome = ending.outcome, ended_at = ending.at, hop = ending.hop, reason = ending.reason,
                permit_digest = ending.permit_digest, provision = ending.provision
            FROM unnest($2::text[], $3::uuid[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::bytea[], $9::text[])
                AS ending(inquirer, request_id, outcome, at, hop, reason, permit_digest, provision)
            WHERE record.tenant = $1 AND record.side = 'inquirer' AND record.outcome = 'open'
              AND record.inquirer = ending.inquirer AND record.request_id = ending.request_id
            RETURNING record.request_id
            """,
            tenant,
            [item.inquirer for item in items],
            [item.request_id for item in items],
            [item.outcome.value for item in items],
            [item.at for item in items],
            [item.hop.value if item.hop else None for item in items],
            [item.reason.value if item.reason else None for item in items],
            [item.permit_digest for item in items],
            [item.provision for item in items],
        )
    }
    await _add_notices(
        connection,
        tenant,
        [
            Notice(
                request_id=item.request_id,
                side="inquirer",
                outcome=item.outcome,
                permit_digest=item.permit_digest.hex(),
                at=item.at,
                hop=item.hop,
                reason=item.reason,
            )
            for item in items
            if item.permit_digest is not None and item.request_id in closed
        ],
    )
    return [None] * len(items)


async def _use_permits(connection: Any, tenant: str, items: Sequence[Presented]) -> list[Found]:
    fresh = await first_time(connection, tenant, [item.header for item in items])
    copies = {
        (row["code"], row["information"]): row
        for row in await connection.fetch(
            """
            SELECT code, information, as_of, fact FROM copy
            JOIN unnest($2::text[], $3::text[]) AS asked(code, information) USING (code, information)
            WHERE tenant = $1
            """,
            tenant,
            [item.code for item in items],
            [item.permit.information for item in items],
        )
    }
    rows: dict[bytes, int] = {}
    for position, item in enumerate(items):
        if position in fresh:
            rows.setdefault(item.permit_digest, position)
    outcomes: dict[int, Found] = {}
    for position in rows.values():
        item = items[position]
        copy = copies.get((item.code, item.permit.information))
        if item.refusal is not None:
            outcomes[position] = Found(Outcome.REFUSED, refusal=item.refusal)
        elif copy is None:
            outcomes[position] = Found(Outcome.NO_DATA)
        else:
            outcomes[position] = Found(Outcome.PROVIDED, copy["fact"], copy["as_of"])
    used = await _insert_provided(connection, tenant, [(items[at], outcomes[at]) for at in rows.values()])
    await _add_notices(
        connection,
        tenant,
        [
            Notice(
                request_id=item.permit.request_id,
                side="provider",
                outcome=outcomes[position].outcome,
                permit_digest=item.permit_digest.hex(),
                at=item.at,
                hop=Hop.PROVIDER_GATEWAY if item.refusal else None,
                reason=item.refusal,
            )
            for position, item in ((at, items[at]) for at in rows.values())
            if item.permit_digest in used
        ],
    )
    results = []
    for position, item in enumerate(items):
        if position not in fresh:
            results.append(Found(Outcome.REFUSED, refusal=Reason.REPLAYED))
        elif item.permit_digest not in used or rows[item.permit_digest] != position:
            results.append(Found(Outcome.REFUSED, refusal=Reason.PERMIT_USED))
        else:
            results.append(outcomes[position])
    return results


async def _insert_provided(
    connection: Any, tenant: str, provided: Sequence[tuple[Presented, Found]]
) -> frozenset[bytes]:
    """Record the use of permits; returns those that were not used before."""
    if not provided:
        return frozenset()
    rows = await connection.fetch(
        """
        INSERT INTO side_record (tenant, side, inquirer, request_id, provider, affair, provision, information, organisation,
            non_disclosure, outcome, hop, reason, permit_digest, asked_at, ended_at, addressee)
        SELECT $1::text, 'provider', inquirer, request_id, provider, affair, provision, information, organisation,
            non_disclosure, outcome, hop, reason, permit_digest, asked_at, ended_at,
            (SELECT min(addressee) FROM addressee_code AS held WHERE held.tenant = $1::text AND held.code = used.code)
        FROM unnest($2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bool[], $10::text[],
            $11::text[], $12::text[], $13::bytea[], $14::timestamptz[], $15::timestamptz[], $16::text[])
            AS used(inquirer, request_id, provider, affair, provision, information, organisation, non_disclosure, outcome, hop,
            reason, permit_digest, asked_at, ended_at, code)
        ON CONFLICT DO NOTHING
        RETURNING permit_digest
        """,
        tenant,
        [item.permit.inquirer for item, _ in provided],
        [item.permit.request_id for item, _ in provided],
        [item.permit.provider for item, _ in provided],
        [item.permit.affair for item, _ in provided],
        [item.permit.provision for item, _ in provided],
        [item.permit.information for item, _ in provided],
        [item.permit.organisation for item, _ in provided],
        [item.permit.non_disclosure for item, _ in provided],
        [found.outcome.value for _, found in provided],
        [Hop.PROVIDER_GATEWAY.value if item.refusal else None for item, _ in provided],
        [item.refusal.value if item.refusal else None for item, _ in provided],
        [item.permit_digest for item, _ in provided],
        [item.permit.requested_at for item, _ in provided],
        [item.at for item, _ in provided],
        [item.code for item, _ in provided],
    )
    return frozenset(bytes(row["permit_digest"]) for row in rows)


async def _add_notices(connection: Any, tenant: str, notices: Sequence[Notice]) -> None:
    if notices:
        await connection.execute(
            "INSERT INTO notice (tenant, body) SELECT $1, unnest($2::text[])",
            tenant,
            [msgspec.json.encode(notice).decode() for notice in notices],
        )


async def _count_refused(connection: Any, tenant: str, items: Sequence[RefusedMessage]) -> list[None]:
    counts = Counter(items)
    await connection.execute(
        """
        INSERT INTO refused_message (tenant, hour, kind, sender, reason, count)
        SELECT $1, * FROM unnest($2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::bigint[])
        ON CONFLICT (tenant, hour, kind, sender, reason) DO UPDATE SET count = refused_message.count + excluded.count
        """,
        tenant,
        [item.hour for item in counts],
        [item.kind for item in counts],
        [item.sender for item in counts],
        [item.reason.value for item in counts],
        list(counts.values()),
    )
    return [None] * len(items)
