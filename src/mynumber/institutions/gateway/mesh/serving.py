"""The mesh of the gateway: what members publish goes to the core, what they subscribed to comes from it."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from mynumber.institutions.gateway.mesh import store
from mynumber.institutions.gateway.mesh.fetching import Fetching
from mynumber.institutions.gateway.mesh.sending import Sending
from mynumber.institutions.gateway.rotation import rotating
from mynumber.institutions.gateway.tenants.store import Store, first_time, tenant_of
from mynumber.protocols.directory import Directory
from mynumber.protocols.events import (
    CODED_WATCHES,
    LONGEST_WAIT_SECONDS,
    PAGE_EVENTS,
    PUBLISH,
    RECEIVED,
    SUBSCRIPTIONS,
    WATCHES,
    ChangeCodedWatches,
    ChangeSubscriptions,
    ChangeWatches,
    EventRefusal,
    EventsPublished,
    EventsSince,
    PublishEvents,
    ReceivedEntries,
    RefusedItem,
    Subscriptions,
    WatchesChanged,
)
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.asgi import DATABASE_FAILURES, Caller, MessageApp, Question
from mynumber.webkit.background import end, keep_running
from mynumber.webkit.ending import on_end
from mynumber.webkit.signals import Signals

HOUSEKEEPING_SECONDS = 3600
RETENTION_TURNS = 24
"""Records past their seven years are looked for so many times less often: each day, and at the start."""
MESH_URL = "MESH_URL"
"""Environment variable: ``nats://HOST:PORT[,nats://...]``; without it events are fetched from the core."""
HERE = Hop.INQUIRER_GATEWAY


class Mesh:
    """Its handlers and its background work, over the parts of the gateway."""

    def __init__(self, node: Node, tenants: Store, caller: Caller) -> None:
        self._node = node
        self._tenants = tenants
        self._caller = caller
        self._sending = Sending(node, tenants, caller, self._gateways)
        self._fetching = Fetching(node, tenants, caller, self._gateways, os.environ.get(MESH_URL) or None)
        self._signals = Signals(os.environ["DATABASE_URL"], store.CHANNEL)
        self._signals.on_every(self._sending.wake)
        self._signals.on_every(self._fetching.wake)
        on_end(self._signals.end)
        self._task = asyncio.create_task(keep_running("mesh", lambda: self._signals.run(self._alone)))

    async def close(self) -> None:
        """Stop the background work."""
        await end([self._task])

    def _gateways(self) -> list[str]:
        return [system.id for system in self._node.directory.systems if system.id.startswith("gateway.")]

    async def _alone(self) -> None:
        """What one process of the gateway does for all."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keep_running("mesh sending", self._sending.run))
            tasks.create_task(keep_running("mesh fetching", self._fetching.run))
            tasks.create_task(keep_running("mesh housekeeping", self._housekeeping))

    async def _housekeeping(self) -> None:
        for turn in itertools.count():
            for gateway in self._gateways():
                with suppress(*DATABASE_FAILURES):
                    async with self._tenants.acting_as(tenant_of(gateway)) as connection:
                        await rotating.forget(connection, tenant_of(gateway), datetime.now(UTC))
            if turn % RETENTION_TURNS == 0:
                for gateway in self._gateways():
                    with suppress(*DATABASE_FAILURES):
                        await self._tenants.forget_records(tenant_of(gateway))
                        break  # of all members at once
            await asyncio.sleep(HOUSEKEEPING_SECONDS)

    async def publish(self, question: Question[PublishEvents]) -> EventsPublished:
        """Write the member's events into its outbox. The same event again has no second effect."""
        events = question.body.events
        _bounded(len(events))
        tenant = tenant_of(question.receiver)
        async with self._tenants.acting_as(tenant) as connection:
            refused = await store.put_out(connection, tenant, events, question.at)
        return EventsPublished(accepted=len(events) - len(refused), refused=_items(refused))

    async def subscriptions(self, question: Question[ChangeSubscriptions]) -> Subscriptions:
        """Pass a change of subscriptions on to the core, and remember what stands."""
        tenant = tenant_of(question.receiver)
        async with self._tenants.acting_as(tenant) as connection:
            await _once(connection, tenant, question)
        answer = await self._caller.call(
            SUBSCRIPTIONS,
            question.body,
            sender=question.receiver,
            receiver="network",
            hop=HERE,
            unreachable=Reason.NETWORK_UNREACHABLE,
        )
        async with self._tenants.acting_as(tenant) as connection:
            await store.keep_topics(connection, tenant, [standing.topic for standing in answer.subscriptions])
        return answer

    async def watches(self, question: Question[ChangeWatches]) -> WatchesChanged:
        """Pass on whom the member watches, as its codes."""
        body = question.body
        _bounded(len(body.watch) + len(body.unwatch))
        tenant = tenant_of(question.receiver)
        async with self._tenants.acting_as(tenant) as connection:
            await _once(connection, tenant, question)
            codes = await store.codes_of(connection, tenant, [*body.watch, *body.unwatch])
        places = [place for place, addressee in enumerate(body.watch) if addressee in codes]
        answer = await self._caller.call(
            CODED_WATCHES,
            ChangeCodedWatches(
                topic=body.topic,
                watch=tuple(codes[body.watch[place]] for place in places),
                unwatch=tuple(codes[addressee] for addressee in body.unwatch if addressee in codes),
            ),
            sender=question.receiver,
            receiver="network",
            hop=HERE,
            unreachable=Reason.NETWORK_UNREACHABLE,
        )
        refused = {
            place: EventRefusal.NO_CODE_HELD
            for place, addressee in enumerate(body.watch)
            if addressee not in codes
        }
        for item in answer.refused:
            if not 0 <= item.position < len(places):
                raise Refused(HERE, Reason.ANSWER_NOT_BOUND, "a refusal of what was not asked")
            refused[places[item.position]] = item.reason
        return WatchesChanged(watched=answer.watched, unwatched=answer.unwatched, refused=_items(refused))

    async def received(self, question: Question[EventsSince]) -> ReceivedEntries:
        """The member's events after a place; with patience when there is none."""
        body, tenant = question.body, tenant_of(question.receiver)
        deadline = asyncio.get_running_loop().time() + min(body.wait_seconds, LONGEST_WAIT_SECONDS)
        while True:
            with self._signals.expecting(tenant) as news:
                async with self._tenants.acting_as(tenant) as connection:
                    page = await store.received(
                        connection, tenant, body.after, min(body.limit, PAGE_EVENTS), datetime.now(UTC)
                    )
                left = deadline - asyncio.get_running_loop().time()
                if page.entries or left <= 0 or self._signals.ending:
                    return page
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), left)


def register(application: MessageApp, mesh: Callable[[], Mesh]) -> None:
    """Add the mesh's messages to the gateway's application: all are a member's, to its own tenant."""

    def own_member(sender: str, receiver: str) -> bool:
        return sender == Directory.member_of(receiver)

    application.answer(PUBLISH, lambda q: mesh().publish(q), may_ask=own_member, hop=Hop.PROVIDER_GATEWAY)
    application.answer(SUBSCRIPTIONS, lambda q: mesh().subscriptions(q), may_ask=own_member, hop=HERE)
    application.answer(WATCHES, lambda q: mesh().watches(q), may_ask=own_member, hop=HERE)
    application.answer(RECEIVED, lambda q: mesh().received(q), may_ask=own_member, hop=HERE)


def _items(refused: dict[int, EventRefusal]) -> tuple[RefusedItem, ...]:
    return tuple(RefusedItem(position=at, reason=reason) for at, reason in sorted(refused.items()))


def _bounded(items: int) -> None:
    if items > BATCH_ITEMS:
        raise Refused(HERE, Reason.TOO_LARGE, f"at most {BATCH_ITEMS} items a message")


async def _once(connection: Any, tenant: str, question: Question[Any]) -> None:
    if not await first_time(connection, tenant, [question.received.header]):
        raise Refused(HERE, Reason.REPLAYED)
