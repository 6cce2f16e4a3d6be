"""The mesh of the core: takes events, subscriptions and watches, tells subscribers, and shows a person what was told.

The order in every handler is that of the core: parse strictly -> verify signature and time -> find the rule -> record -> act.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime

import asyncpg

from mynumber.foundation.codes import BadCode
from mynumber.foundation.law import LegalBasis
from mynumber.institutions.network.core.code_ring import CodeRing
from mynumber.institutions.network.core.decision import kinds_of
from mynumber.institutions.network.core.disclosure import days_of
from mynumber.institutions.network.core.sequencer import Sequencer
from mynumber.institutions.network.mesh.bus import Bus
from mynumber.institutions.network.mesh.deciding import (
    entitling,
    judge,
    live_code,
    persons_of,
)
from mynumber.institutions.network.mesh.store import CHANNEL, Incoming, MeshStore
from mynumber.protocols.directory import Directory
from mynumber.protocols.events import (
    CODED_WATCHES,
    EVENTS,
    EVENTS_SINCE,
    LONGEST_WAIT_SECONDS,
    PAGE_EVENTS,
    QUERY_EVENT_RECORDS,
    SUBSCRIPTIONS,
    ChangeCodedWatches,
    ChangeSubscriptions,
    CodedEntries,
    EventRecordQuery,
    EventRecords,
    EventRefusal,
    EventResult,
    EventResults,
    Events,
    EventsSince,
    RefusedItem,
    Subscriptions,
    WatchesChanged,
)
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.asgi import DATABASE_FAILURES, MessageApp, Question
from mynumber.webkit.background import end, keep_running
from mynumber.webkit.batching import Batcher
from mynumber.webkit.ending import on_end
from mynumber.webkit.signals import Signals

HOUSEKEEPING_SECONDS = 600
MESH_URL = "MESH_URL"
"""Environment variable: ``nats://HOST:PORT[,nats://...]``; without it subscribers fetch from the core."""


class Mesh:
    """Its handlers and its background work, over the parts of the core."""

    def __init__(
        self,
        node: Node,
        pool: asyncpg.Pool,
        *,
        codes: Callable[[], CodeRing],
        legal_basis: Callable[[datetime], LegalBasis],
        log: Sequencer,
        make_known: Callable[[str, Iterable[str]], Awaitable[None]],
        admit: Callable[[str, int], None],
    ) -> None:
        """``make_known`` finds out whether codes of a member were issued at another core, before they are taken for unknown.

        ``admit`` takes so many from what a member may send, or raises Refused.
        """
        self._node = node
        self._log = log
        self._ring = codes
        self._legal_basis = legal_basis
        self._make_known = make_known
        self._admit = admit
        self.store = MeshStore(pool, lambda: node.directory, codes, log.wake)
        self._incoming: Batcher[Incoming, list[EventResult]] = Batcher(
            self.store.record_events, name="events"
        )
        self._signals = Signals(os.environ["DATABASE_URL"], CHANNEL)
        url = os.environ.get(MESH_URL)
        self._bus = Bus(url, node, self.store, self._signals) if url else None
        on_end(self._signals.end)
        self._task = asyncio.create_task(keep_running("mesh", lambda: self._signals.run(self._alone)))

    async def close(self) -> None:
        """Stop the background work."""
        await end([self._task])

    async def _alone(self) -> None:
        """What one process of the core does for all."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keep_running("mesh housekeeping", self._housekeeping))
            if self._bus is not None:
                tasks.create_task(keep_running("mesh bus", self._bus.run))

    async def _housekeeping(self) -> None:
        while True:
            with suppress(*DATABASE_FAILURES):
                await self.store.forget(datetime.now(UTC))
            await asyncio.sleep(HOUSEKEEPING_SECONDS)

    async def events(self, question: Question[Events]) -> EventResults:
        """Take events of a publisher: each written, converted by nobody yet, and laid ready for those entitled (Act art. 19(viii), 23(3)).

        An event that came before has no second effect, so the message itself need not be remembered.
        """
        if self._log.is_broken:  # no disclosure without proof
            raise Refused(Hop.NETWORK, Reason.RECORD_UNAVAILABLE)
        events = question.body.events
        _bounded(len(events))
        publisher = Directory.member_of(question.sender)
        self._admit(publisher, len(events))
        kinds = kinds_of(self._node.directory, publisher)
        basis, ring = self._legal_basis(question.at), self._ring()
        judged = await asyncio.to_thread(
            lambda: [
                judge(event, publisher=publisher, kinds=kinds, basis=basis, ring=ring) for event in events
            ]
        )
        await self._make_known(publisher, {one.event.code for one in judged if one.refusal is None})
        results = await self._incoming.submit(Incoming(publisher, kinds, judged, basis, question.at))
        return EventResults(results=tuple(results))

    async def subscriptions(self, question: Question[ChangeSubscriptions]) -> Subscriptions:
        """Begin and end subscriptions; one that the table does not allow is refused (Cabinet Order art. 20)."""
        body = question.body
        _bounded(len(body.begin) + len(body.end))
        subscriber = Directory.member_of(question.sender)
        self._admit(subscriber, len(body.begin) + len(body.end))
        kinds, basis = kinds_of(self._node.directory, subscriber), self._legal_basis(question.at)
        provisions = [entitling(basis, kinds, topic) for topic in body.begin]
        begin = {topic: rule for topic, rule in zip(body.begin, provisions, strict=True) if rule is not None}
        standing = await self.store.change_subscriptions(
            subscriber, question.received.header, list(begin.items()), body.end, question.at
        )
        return Subscriptions(
            subscriptions=standing,
            refused=tuple(
                RefusedItem(position=position, reason=EventRefusal.NOT_IN_TABLE)
                for position, rule in enumerate(provisions)
                if rule is None
            ),
        )

    async def watches(self, question: Question[ChangeCodedWatches]) -> WatchesChanged:
        """Watch people and stop watching them, within a subscription."""
        body = question.body
        _bounded(len(body.watch) + len(body.unwatch))
        subscriber, ring = Directory.member_of(question.sender), self._ring()
        self._admit(subscriber, len(body.watch) + len(body.unwatch))
        watch, unwatch = await asyncio.to_thread(
            lambda: (_persons(ring, body.watch, subscriber), _persons(ring, body.unwatch, subscriber))
        )
        await self._make_known(subscriber, watch)
        refusal, unknown, gone = await self.store.change_watches(
            subscriber,
            question.received.header,
            body.topic,
            list(watch.items()),
            list(unwatch.items()),
            question.at,
        )
        refused = {
            position: refusal or EventRefusal.UNKNOWN_CODE
            for position, code in enumerate(body.watch)
            if refusal is not None or code not in watch or code in unknown
        }
        return WatchesChanged(
            watched=len(body.watch) - len(refused),
            unwatched=gone,
            refused=tuple(RefusedItem(position=at, reason=reason) for at, reason in refused.items()),
        )

    async def since(self, question: Question[EventsSince]) -> CodedEntries:
        """The entries of a subscriber after a place; with patience when there is none."""
        body = question.body
        subscriber = Directory.member_of(question.sender)
        deadline = asyncio.get_running_loop().time() + min(body.wait_seconds, LONGEST_WAIT_SECONDS)
        while True:
            with self._signals.expecting(subscriber) as news:
                page = await self.store.entries(
                    subscriber, body.after, min(body.limit, PAGE_EVENTS), datetime.now(UTC)
                )
                left = deadline - asyncio.get_running_loop().time()
                if page.entries or left <= 0 or self._signals.ending:
                    return page
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), left)

    async def records(self, question: Question[EventRecordQuery]) -> EventRecords:
        """Which events about the person were disclosed to whom (Act art. 23(3), for the portal's page of records)."""
        query = question.body
        try:
            persons = persons_of(self._ring().keys, query.code, question.sender)
        except BadCode:
            raise Refused(Hop.NETWORK, Reason.UNKNOWN_CODE) from None
        return await self.store.records(persons, query, days_of(query.since, query.until))


def register(application: MessageApp, mesh: Callable[[], Mesh]) -> None:
    """Add the mesh's messages to the core's application."""

    def from_gateway(sender: str, _receiver: str) -> bool:
        return sender.startswith("gateway.")

    application.answer(EVENTS, lambda q: mesh().events(q), may_ask=from_gateway, hop=Hop.NETWORK)
    application.answer(
        SUBSCRIPTIONS, lambda q: mesh().subscriptions(q), may_ask=from_gateway, hop=Hop.NETWORK
    )
    application.answer(CODED_WATCHES, lambda q: mesh().watches(q), may_ask=from_gateway, hop=Hop.NETWORK)
    application.answer(EVENTS_SINCE, lambda q: mesh().since(q), may_ask=from_gateway, hop=Hop.NETWORK)
    application.answer(
        QUERY_EVENT_RECORDS,
        lambda q: mesh().records(q),
        may_ask=lambda sender, _: sender == "portal",
        hop=Hop.NETWORK,
    )


def _bounded(items: int) -> None:
    if items > BATCH_ITEMS:
        raise Refused(Hop.NETWORK, Reason.TOO_LARGE, f"at most {BATCH_ITEMS} items a message")


def _persons(ring: CodeRing, codes: tuple[str, ...], member: str) -> dict[str, tuple[str, ...]]:
    """The person's codes of the records for each code that can be read and whose version is not closed."""
    persons = {}
    for code in codes:
        with suppress(BadCode):
            persons[code] = persons_of(ring.keys, live_code(ring, code), member)
    return persons
