"""From the core's tables to NATS JetStream: each subscriber's entries in order, sealed, at least once.

The tables stay the truth. NATS carries copies, so that thousands of gateways need not ask the core; what it loses they fetch from the core.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from mynumber.institutions.network.mesh.store import MeshStore
from mynumber.protocols import event_bus
from mynumber.protocols.events import RETENTION
from mynumber.protocols.node import Node
from mynumber.webkit.signals import Signals

PAGE = 100
"""Most entries in one message of the bus."""
LOOK_SECONDS = 2.0
DUPLICATE_WINDOW_SECONDS = 120
PUBLISH_SECONDS = 5.0
REPLICAS = "MESH_REPLICAS"
"""Environment variable: on how many nodes of the NATS cluster each message is kept before it is acknowledged; 1 when not set."""


class Bus:
    """The one publisher of the core."""

    def __init__(self, url: str, node: Node, store: MeshStore, signals: Signals) -> None:
        self._url = url
        self._node = node
        self._store = store
        self._news = asyncio.Event()
        signals.on_every(lambda _: self._news.set())

    async def run(self) -> None:
        """Publish until cancelled. Raises what NATS or the database raise; begun again, it goes on where NATS is."""
        nats: Any = import_module("nats")
        client = await nats.connect(
            self._url.split(","),
            name=event_bus.NETWORK,
            inbox_prefix=event_bus.inbox_of(event_bus.NETWORK),
            max_reconnect_attempts=-1,
        )
        try:
            stream = client.jetstream(timeout=PUBLISH_SECONDS)
            await self._ensure_stream(stream)
            while True:
                self._news.clear()
                for subscriber, last in await self._store.unpublished():
                    await self._publish(stream, subscriber, last)
                try:
                    await asyncio.wait_for(self._news.wait(), LOOK_SECONDS)
                except TimeoutError:
                    continue
        finally:
            await client.close()

    async def _publish(self, stream: Any, subscriber: str, last: int) -> None:
        gateway = self._node.directory.gateway_of(subscriber)
        while True:
            now = datetime.now(UTC)
            page = await self._store.entries(subscriber, last, PAGE, now, acknowledges=False)
            if not page.entries:
                return
            first, last = page.entries[0].sequence, page.entries[-1].sequence
            token = await asyncio.to_thread(event_bus.seal_page, self._node, page, gateway=gateway, now=now)
            await stream.publish(
                event_bus.subject_of(subscriber),
                token,
                stream=event_bus.STREAM,
                # NATS drops a page that it has: after a crash between its yes and ours the same page comes again
                headers={"Nats-Msg-Id": f"{subscriber}:{first}-{last}"},
            )
            await self._store.published(subscriber, last)

    async def _ensure_stream(self, stream: Any) -> None:
        api: Any = import_module("nats.js.api")
        config = api.StreamConfig(
            name=event_bus.STREAM,
            subjects=[event_bus.SUBJECTS],
            max_age=RETENTION.total_seconds(),
            max_msg_size=event_bus.MAX_PAGE_BYTES,
            storage=api.StorageType.FILE,
            num_replicas=int(os.environ.get(REPLICAS, "1")),
            duplicate_window=DUPLICATE_WINDOW_SECONDS,
        )
        errors: Any = import_module("nats.js.errors")
        try:
            await stream.stream_info(event_bus.STREAM)
        except errors.NotFoundError:
            await stream.add_stream(config)
        else:
            await stream.update_stream(config)
