"""From the core to the tenants that subscribed: one task a tenant, which waits at the core, or at NATS and asks the core for what is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from mynumber.foundation.envelope import EnvelopeRefused
from mynumber.institutions.gateway.mesh import store
from mynumber.institutions.gateway.tenants.store import Store, tenant_of
from mynumber.protocols import event_bus
from mynumber.protocols.directory import Directory
from mynumber.protocols.events import EVENTS_SINCE, LONGEST_WAIT_SECONDS, CodedEntries, EventsSince
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason
from mynumber.webkit import logs
from mynumber.webkit.asgi import Caller

RETRY_SECONDS = 1.0
BUS_WAIT_SECONDS = 2.0
BUS_PAGES = 16
"""Most messages of the bus taken in one round."""
ROUNDS_UNTIL_COMPARED = 30
"""With NATS the core is asked all the same now and then: the bus is not trusted to have told everything."""
HERE = Hop.INQUIRER_GATEWAY

_log = logs.get_logger(__name__)


class Fetching:
    """The one receiver of the gateway. Were there two for a moment, each entry would still be stored once."""

    def __init__(
        self,
        node: Node,
        tenants: Store,
        caller: Caller,
        gateways: Callable[[], list[str]],
        bus_url: str | None,
    ) -> None:
        self._node = node
        self._tenants = tenants
        self._caller = caller
        self._gateways = gateways
        self._bus_url = bus_url
        self._asked: set[str] = set()
        self._news = asyncio.Event()

    def wake(self, tenant: str) -> None:
        """This tenant may have begun to subscribe."""
        self._asked.add(tenant)
        self._news.set()

    async def run(self) -> None:
        """Fetch until cancelled."""
        for gateway in self._gateways():
            self.wake(tenant_of(gateway))
        running: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                asked, self._asked = self._asked, set()
                for gateway in self._gateways():
                    if gateway in running or tenant_of(gateway) not in asked:
                        continue
                    if await self._receives(gateway):
                        running[gateway] = asyncio.create_task(self._keep_fetching(gateway))
        finally:
            for task in running.values():
                task.cancel()
            await asyncio.gather(*running.values(), return_exceptions=True)

    async def _receives(self, gateway: str) -> bool:
        async with self._tenants.acting_as(tenant_of(gateway)) as connection:
            return await store.receives(connection, tenant_of(gateway))

    async def _keep_fetching(self, gateway: str) -> None:
        while True:
            try:
                if self._bus_url is None:
                    await self._fetch(gateway, LONGEST_WAIT_SECONDS)
                else:
                    await self._follow_bus(gateway, self._bus_url)
            except Exception as error:  # noqa: BLE001 - one tenant's trouble must not hold up the others
                _log.warning("events cannot be fetched", system=gateway, exception=logs.outline(error))
                await asyncio.sleep(RETRY_SECONDS)
                if self._bus_url is not None:  # without the bus the core tells
                    with suppress(Exception):
                        await self._catch_up(gateway)

    # from the core --------------------------------------------------------------------------------------------------------

    async def _fetch(self, gateway: str, wait_seconds: float) -> bool:
        """Ask the core for what follows on what is stored, and store it; whether anything came."""
        tenant = tenant_of(gateway)
        async with self._tenants.acting_as(tenant) as connection:
            after = await store.fetched(connection, tenant)
        page = await self._caller.call(
            EVENTS_SINCE,
            EventsSince(after=after, wait_seconds=wait_seconds),
            sender=gateway,
            receiver=event_bus.NETWORK,
            hop=HERE,
            unreachable=Reason.NETWORK_UNREACHABLE,
        )
        if page.oldest > after + 1:
            _log.error("events were missed for good", system=gateway, count=page.oldest - after - 1)
        await self._take_in(gateway, page)
        return bool(page.entries)

    async def _take_in(self, gateway: str, page: CodedEntries) -> int:
        tenant = tenant_of(gateway)
        async with self._tenants.acting_as(tenant) as connection:
            return await store.take_in(connection, tenant, page.entries, page.oldest, datetime.now(UTC))

    async def _catch_up(self, gateway: str) -> None:
        """All that the core has now; the last question tells it up to where everything is stored."""
        while await self._fetch(gateway, 0):
            pass

    # from NATS ------------------------------------------------------------------------------------------------------------

    async def _follow_bus(self, gateway: str, url: str) -> None:
        """Take pages from NATS until it fails. A page is acknowledged when it is stored, or when the core has told what it did not."""
        nats: Any = import_module("nats")
        subscriber = Directory.member_of(gateway)
        client = await nats.connect(
            url.split(","),
            name=gateway,
            inbox_prefix=event_bus.inbox_of(subscriber),
            max_reconnect_attempts=2,
        )
        try:
            subscription = await client.jetstream().pull_subscribe(
                event_bus.subject_of(subscriber),
                durable=event_bus.durable_of(subscriber),
                stream=event_bus.STREAM,
            )
            await self._catch_up(gateway)
            quiet, told = 0, True
            while True:
                messages = await self._next(subscription)
                if messages:
                    await self._take_pages(gateway, messages)
                    quiet, told = 0, False
                    continue
                quiet += 1
                if not told or quiet >= ROUNDS_UNTIL_COMPARED:
                    await self._catch_up(gateway)
                    quiet, told = 0, True
        finally:
            await client.close()

    async def _take_pages(self, gateway: str, messages: list[Any]) -> None:
        for message in messages:
            try:
                page = await asyncio.to_thread(
                    event_bus.open_page, self._node, message.data, gateway=gateway, now=datetime.now(UTC)
                )
                complete = await self._take_in(gateway, page) >= page.entries[-1].sequence
            except EnvelopeRefused as error:
                _log.warning("a page of the bus was refused", system=gateway, reason=error.reason.value)
                complete = False
            if not complete:
                await self._catch_up(gateway)
            await message.ack()

    @staticmethod
    async def _next(subscription: Any) -> list[Any]:
        errors: Any = import_module("nats.errors")
        try:
            messages: list[Any] = await subscription.fetch(BUS_PAGES, timeout=BUS_WAIT_SECONDS)
        except errors.TimeoutError:
            return []
        return messages
