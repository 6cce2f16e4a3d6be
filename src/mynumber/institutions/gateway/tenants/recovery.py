"""Recovery: exchanges that a crash or a broken connection left open are settled with the core and the provider.

- the core never heard of it: abandoned, nothing moved;
- the core refused it: refused;
- the core permitted it: the permit is withdrawn at the provider, which says what it did. If it had provided, the answer is lost and the inquirer asks
  anew; if not, the permit can no longer be used.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from mynumber.institutions.gateway.tenants.inquirer_side import Ending, InquirerSide
from mynumber.institutions.gateway.tenants.inquiring import Inquiring
from mynumber.institutions.gateway.tenants.instances import Instances
from mynumber.institutions.gateway.tenants.outbox import Outbox
from mynumber.institutions.gateway.tenants.store import Store, tenant_of
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import (
    QUERY_STATUS,
    REPORTED,
    WITHDRAW,
    ExchangeStatus,
    Outcome,
    StatusQuery,
    Withdrawal,
)
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.asgi import Caller

INTERVAL_SECONDS = 2.0
IN_FLIGHT = timedelta(seconds=90)
"""Longer than any question can still be under way to the other side: a message lives for a minute, and clocks differ."""
BATCH = 200
HERE = Hop.INQUIRER_GATEWAY

_log = logs.get_logger(__name__)


class Recovery:
    """Settles open inquiries of all members of this gateway."""

    def __init__(
        self,
        node: Node,
        store: Store,
        side: InquirerSide,
        caller: Caller,
        inquiring: Inquiring,
        outbox: Outbox,
        instances: Instances,
    ) -> None:
        self._node = node
        self._store = store
        self._side = side
        self._caller = caller
        self._inquiring = inquiring
        self._outbox = outbox
        self._instances = instances
        self._reached: dict[str, UUID | None] = {}

    async def run(self) -> None:
        """Look for open inquiries until cancelled: at once for those of processes that are dead, later for those that this one has let go of."""
        while True:
            alive = await self._instances.others_alive()
            await asyncio.gather(*(self._settle_members(those, alive) for those in self._by_cores()))
            await asyncio.sleep(INTERVAL_SECONDS)

    def _by_cores(self) -> list[list[str]]:
        """The gateway systems by the cores that are asked about them: one that is away holds up its own members alone."""
        directory = self._node.directory
        found: dict[tuple[str, ...], list[str]] = {}
        for system in directory.systems:
            if system.id.startswith("gateway."):
                found.setdefault(directory.cores_of(system.id), []).append(system.id)
        return list(found.values())

    async def _settle_members(self, gateways: Sequence[str], alive: Sequence[UUID]) -> None:
        for gateway in gateways:
            await self._settle_all(gateway, alive)

    async def _settle_all(self, gateway: str, alive: Sequence[UUID]) -> None:
        tenant = tenant_of(gateway)
        try:
            async with self._store.acting_as(tenant) as connection:
                rows = await connection.fetch(
                    """
                    SELECT * FROM side_record
                    WHERE tenant = $1 AND side = 'inquirer' AND outcome = 'open'
                      AND (instance = $2 AND asked_at < $4 OR instance <> ALL($3::uuid[] || $2) OR instance IS NULL)
                      AND ($6::uuid IS NULL OR request_id > $6)
                    ORDER BY request_id LIMIT $5
                    """,
                    tenant,
                    self._instances.id,
                    list(alive),
                    datetime.now(UTC) - IN_FLIGHT,
                    BATCH,
                    self._reached.get(gateway),
                )
            # each time the next ones, and from the beginning after the last: those that cannot be settled do not stand before the others
            self._reached[gateway] = rows[-1]["request_id"] if len(rows) == BATCH else None
            mine = self._inquiring.of(gateway)
            rows = [row for row in rows if not mine.has_in_hand(row["request_id"])]
            if not rows:
                return
            known = await self._statuses(gateway, [row["request_id"] for row in rows])
        except Exception as error:  # noqa: BLE001 - one tenant's trouble must not hold up the others
            _log.warning("open inquiries wait", system=gateway, exception=logs.outline(error))
            return
        silent: set[str] = set()
        for row in rows:
            if row["provider"] in silent:
                continue
            try:
                await self._settle(gateway, row, known.get(row["request_id"]))
            except Exception as error:  # noqa: BLE001
                # one provider that does not answer must not hold up the inquiries of all others
                silent.add(row["provider"])
                _log.warning("open inquiries wait", system=gateway, exception=logs.outline(error))

    async def _statuses(
        self, gateway: str, request_ids: Sequence[UUID]
    ) -> dict[UUID, tuple[str, ExchangeStatus]]:
        """What the core at which the member is at home knows of exchanges, and those at which it was before; with the core that said so.

        Raises Refused when one of them is silent: what no core has heard of is given up, so all must have been asked.
        """
        known: dict[UUID, tuple[str, ExchangeStatus]] = {}
        for core in self._node.directory.cores_of(gateway):
            answer = await self._caller.call(
                QUERY_STATUS,
                StatusQuery(request_ids=tuple(request_ids)),
                sender=gateway,
                receiver=core,
                hop=HERE,
                unreachable=Reason.NETWORK_UNREACHABLE,
            )
            for status in answer.statuses:
                known.setdefault(status.request_id, (core, status))
        return known

    async def _settle(self, gateway: str, row: Any, known: tuple[str, ExchangeStatus] | None) -> None:
        core, status = known or (None, None)
        outcome: Outcome = Outcome.ABANDONED
        reason: Reason | None = Reason.ABANDONED
        hop: Hop | None = HERE
        permit_digest = status.permit_digest if status else None
        if status is not None and permit_digest is None:
            outcome, reason, hop = Outcome.REFUSED, status.reason or Reason.ABANDONED, Hop.NETWORK
        elif permit_digest is not None:
            withdrawn = await self._caller.call(
                WITHDRAW,
                Withdrawal(
                    request_id=row["request_id"],
                    permit_digest=permit_digest,
                    inquirer=Directory.member_of(gateway),
                    affair=row["affair"],
                    information=row["information"],
                    organisation=row["organisation"],
                    periods=tuple(row["periods"] or ()),
                    asked_at=row["asked_at"],
                ),
                sender=gateway,
                receiver=self._node.directory.gateway_of(row["provider"]),
                hop=HERE,
                unreachable=Reason.PROVIDER_UNREACHABLE,
            )
            if withdrawn.outcome not in REPORTED["provider"] | {Outcome.ABANDONED}:
                raise Refused(HERE, Reason.ANSWER_NOT_BOUND, "not an end that a provider knows")
            if withdrawn.outcome is Outcome.PROVIDED:
                outcome = Outcome.LOST
            elif withdrawn.outcome is not Outcome.ABANDONED:
                # the provider's own words stand in its record and at the core
                outcome, reason = withdrawn.outcome, None
                hop = Hop.PROVIDER_GATEWAY if outcome is Outcome.REFUSED else None
        ending = Ending(
            request_id=row["request_id"],
            outcome=outcome,
            ended_at=datetime.now(UTC),
            permit_digest=bytes.fromhex(permit_digest) if permit_digest else None,
            core=core,
            hop=hop,
            reason=reason,
        )
        await self._side.close_inquiries(tenant_of(gateway), Directory.member_of(gateway), [ending])
        self._outbox.wake(gateway)
        _log.info("an open inquiry was settled", system=gateway, outcome=outcome.value)
