"""Handlers of the gateway on a real database, with really signed questions, and without a process around them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import psycopg

from mynumber.institutions.gateway.tenants.sessions import TenantSessions
from mynumber.institutions.gateway.tenants.store import Store
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import wire
from mynumber.protocols.message import Message
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop
from mynumber.webkit.asgi import Question
from tests.support.directory import Systems, make_systems
from tests.support.exchange import CITY, FORMER_CITY

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)
T = TypeVar("T")

GATEWAY = f"gateway.{CITY}"
TENANT, OTHER = CITY.replace(".", "_"), FORMER_CITY.replace(".", "_")
TENANTS = (TENANT, OTHER)


class House:
    """Two members and their gateway tenants over one database."""

    def __init__(self, folder: Path, database: InstitutionDatabase) -> None:
        self.systems: Systems = make_systems(
            folder, CITY, FORMER_CITY, GATEWAY, f"gateway.{FORMER_CITY}", "network"
        )
        self.database = database
        self._nodes: dict[str, Node] = {}

    def node(self, institution: str) -> Node:
        return self._nodes.setdefault(institution, self.systems.node(institution))

    def question(
        self,
        message: Message[Q, A],
        body: Q,
        *,
        sender: str = CITY,
        receiver: str = GATEWAY,
        at: datetime | None = None,
    ) -> Question[Q]:
        """A question as the handler gets it: signed by the sender, verified by the receiver."""
        now = at or datetime.now(UTC)
        hop = Hop.PROVIDER_GATEWAY
        outgoing = wire.prepare(
            self.node(sender.partition(".")[0]),
            message,
            body,
            sender=sender,
            receiver=receiver,
            hop=hop,
            now=now,
        )
        received = wire.receive(
            self.node("gateway"), outgoing.token, message, receiver=receiver, hop=hop, now=now
        )
        return Question(received, now)

    def run(self, act: Callable[[Store], Awaitable[T]]) -> T:
        """Do something with a store of its own."""

        async def work() -> T:
            sessions = TenantSessions(self.database.url, largest=4)
            try:
                return await act(Store(sessions))
            finally:
                await sessions.close()

        return asyncio.run(work())

    def rows(self, query: str, *values: object, tenant: str = TENANT) -> list[tuple[Any, ...]]:
        """What the tenant's own role sees; statements that give no rows are carried out."""
        with psycopg.connect(self.database.tenant_urls[tenant]) as connection:
            cursor = connection.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def add_codes(self, *addressees: str, tenant: str = TENANT) -> None:
        """Codes as if they had been obtained."""
        with psycopg.connect(self.database.tenant_urls[tenant]) as connection:
            for addressee in addressees:
                connection.execute(
                    """
                    INSERT INTO addressee_code (tenant, addressee, code, obtained_at) VALUES (%s, %s, %s, now())
                    ON CONFLICT DO NOTHING
                    """,
                    [tenant, addressee, f"code-of-{addressee}"],
                )
