"""From the outbox of each tenant to the core: in order, in batches, again until the core has answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from mynumber.institutions.gateway.mesh import store
from mynumber.institutions.gateway.tenants.store import Store, tenant_of
from mynumber.protocols.events import EVENTS, Events
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.asgi import Caller

BATCH = 250
RETRY_SECONDS = 2.0
TENANTS_AT_ONCE = 4
HERE = Hop.PROVIDER_GATEWAY

_log = logs.get_logger(__name__)


class Sending:
    """The one sender of the gateway. Were there two for a moment, the core would see the same events in the same order twice."""

    def __init__(self, node: Node, tenants: Store, caller: Caller, gateways: Callable[[], list[str]]) -> None:
        self._node = node
        self._tenants = tenants
        self._caller = caller
        self._gateways = gateways
        self._waiting: set[str] = set()
        self._news = asyncio.Event()

    def wake(self, tenant: str) -> None:
        """This tenant may have something to send."""
        self._waiting.add(tenant)
        self._news.set()

    async def run(self) -> None:
        """Send until cancelled."""
        for gateway in self._gateways():  # what a crash left behind
            self.wake(tenant_of(gateway))
        while True:
            await self._news.wait()
            self._news.clear()
            waiting, self._waiting = self._waiting, set()
            gateways = [gateway for gateway in self._gateways() if tenant_of(gateway) in waiting]
            turn = asyncio.Semaphore(TENANTS_AT_ONCE)
            sent = await asyncio.gather(*(self._empty(gateway, turn) for gateway in gateways))
            if not all(sent):
                await asyncio.sleep(RETRY_SECONDS)

    async def _empty(self, gateway: str, turn: asyncio.Semaphore) -> bool:
        """Send all that waits; False when the rest has to be tried again."""
        async with turn:
            try:
                while await self._send(gateway) == BATCH:
                    pass
            except Exception as error:  # noqa: BLE001 - one tenant's trouble must not hold up the others
                _log.warning("events wait", system=gateway, exception=logs.outline(error))
                self.wake(tenant_of(gateway))
                return False
        return True

    async def _send(self, gateway: str) -> int:
        tenant = tenant_of(gateway)
        async with self._tenants.acting_as(tenant) as connection:
            events = await store.waiting(connection, tenant, BATCH)
        if not events:
            return 0
        answer = await self._caller.call(
            EVENTS,
            Events(events=tuple(event for _, event in events)),
            sender=gateway,
            receiver="network",
            hop=HERE,
            unreachable=Reason.NETWORK_UNREACHABLE,
        )
        if len(answer.results) != len(events):
            raise Refused(HERE, Reason.ANSWER_NOT_BOUND, "not one result for each event")
        async with self._tenants.acting_as(tenant) as connection:
            await store.settle(
                connection,
                tenant,
                [(number, result) for (number, _), result in zip(events, answer.results, strict=True)],
                datetime.now(UTC),
            )
        return len(events)
