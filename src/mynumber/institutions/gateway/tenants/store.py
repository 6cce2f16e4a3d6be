"""The gateway's database as every part of it uses it: under a tenant's role, which PostgreSQL walls (FORCE ROW LEVEL SECURITY).

A statement that forgot its tenant sees and writes nothing. The records of exchanges are in :mod:`.inquirer_side` and :mod:`.provider_side`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mynumber.foundation.envelope import Header
from mynumber.institutions.gateway.tenants.sessions import TenantSessions
from mynumber.protocols.directory import Directory
from mynumber.protocols.refusal import Reason

SEEN_MARGIN = timedelta(minutes=2)
"""How long a message id is kept past its expiry: more than the skew that clocks may have."""
ACQUISITION_LIFETIME = timedelta(days=1)
"""How long an acquisition may be under way before its number is forgotten."""
FACT_KEPT = timedelta(days=1)
"""How long a member's own system may ask for the same answer again with its fact."""
SWITCH_KEPT = timedelta(days=1)
"""How long a switch stays that has ended by itself."""
FORGOTTEN_AT_ONCE = 5_000
"""Rows of a table that one transaction of forgetting deletes."""
_TENANT = re.compile(r"[a-z0-9_]{1,50}")


def tenant_of(system: str) -> str:
    """The tenant's key of a member or of its gateway system: ``gateway.municipality.131229`` gives ``municipality_131229``."""
    key = Directory.member_of(system).replace(".", "_")
    if not _TENANT.fullmatch(key):
        raise ValueError("not a tenant")
    return key


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """A message refused before it became an exchange; ``sender`` is empty when it could not be proven."""

    tenant: str
    hour: datetime
    kind: str
    sender: str
    reason: Reason


class Store:
    """The database for work that is not hot. Connections are of the gateway's role, which may become each tenant's and has no rows of its own."""

    def __init__(self, sessions: TenantSessions) -> None:
        self._sessions = sessions

    @asynccontextmanager
    async def acting_as(self, tenant: str) -> AsyncIterator[Any]:
        """A transaction of one tenant."""
        async with self._sessions.transaction(tenant) as connection:
            yield connection

    async def forget_old(self, tenant: str, at: datetime) -> None:
        """Forget message ids that would be refused as expired anyway, acquisition numbers that nobody used (Act art. 21-2(4)), old facts, facts typed
        at the desk that nobody came for in time, and switches that have ended (who set them stays among the desk's events).
        """
        async with self.acting_as(tenant) as connection:
            for statement, before in (
                ("DELETE FROM seen_message WHERE tenant = $1 AND expires_at < $2", at),
                ("DELETE FROM acquisition WHERE tenant = $1 AND opened_at < $2", at - ACQUISITION_LIFETIME),
                ("DELETE FROM kept_fact WHERE tenant = $1 AND ended_at < $2", at - FACT_KEPT),
                ('DELETE FROM answer_hold WHERE tenant = $1 AND "until" < $2', at - SWITCH_KEPT),
                (
                    "UPDATE desk_item SET fact = NULL WHERE tenant = $1 AND fact IS NOT NULL AND deadline < $2",
                    at - FACT_KEPT,
                ),
            ):
                await connection.execute(statement, tenant, before)

    async def forget_records(self, tenant: str, *, at_most: int = FORGOTTEN_AT_ONCE) -> int:
        """Delete the records of all tenants that are past their seven years (Cabinet Order art. 30), in short transactions; returns how many rows.

        ``tenant``: whoever asks; the database's own function decides.
        """
        forgotten = 0
        while True:
            async with self.acting_as(tenant) as connection:
                some: int = await connection.fetchval("SELECT forget_records($1)", at_most)
            if not some:
                return forgotten
            forgotten += some

    async def count_refused(self, batch: Sequence[RefusedMessage]) -> list[None]:
        """Count messages that were refused before they became exchanges. In batches: a flood of them takes one connection, not all."""
        by_tenant: dict[str, Counter[RefusedMessage]] = {}
        for item in batch:
            by_tenant.setdefault(item.tenant, Counter())[item] += 1
        for tenant, counts in by_tenant.items():
            async with self._sessions.of(tenant) as connection:
                await _count_refused(connection, tenant, counts)
        return [None] * len(batch)


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


async def _count_refused(connection: Any, tenant: str, counts: Counter[RefusedMessage]) -> None:
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
