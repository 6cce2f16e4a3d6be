"""The gateway's messages: run by uvicorn, one process for all its members."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import asyncpg

from mynumber.institutions.gateway.desk.changing import Holds
from mynumber.institutions.gateway.mesh import serving as mesh
from mynumber.institutions.gateway.tenants.holding import Holding
from mynumber.institutions.gateway.tenants.inquiring import Inquiring
from mynumber.institutions.gateway.tenants.outbox import Outbox
from mynumber.institutions.gateway.tenants.providing import Providing
from mynumber.institutions.gateway.tenants.recovery import Recovery
from mynumber.institutions.gateway.tenants.store import RefusedMessage, Store, tenant_of
from mynumber.protocols.acquisition import DELIVER_CODES, OPEN_ACQUISITION
from mynumber.protocols.copies import REGISTER_COPIES
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import (
    INQUIRE,
    PRESENT,
    WITHDRAW,
    Answer,
    Inquiry,
    InquiryResult,
    Presentation,
    Withdrawal,
    Withdrawn,
)
from mynumber.protocols.holds import CHANGE_HOLDS
from mynumber.protocols.node import Node
from mynumber.protocols.records import QUERY_SIDE
from mynumber.protocols.refusal import Hop, Refused
from mynumber.webkit import logs
from mynumber.webkit.asgi import DATABASE_FAILURES, Caller, MessageApp, Question
from mynumber.webkit.background import keep_running
from mynumber.webkit.batching import Batcher
from mynumber.webkit.pool import open_pool

CONNECTIONS = 8
HOUSEKEEPING_SECONDS = 60
ACQUISITION_LIFETIME = timedelta(days=1)
"""How long an acquisition may be under way before its number is forgotten."""


class Gateway:
    """The parts of the gateway, put together at start."""

    def __init__(self, node: Node, pool: asyncpg.Pool) -> None:
        self.node = node
        self.pool = pool
        self.store = Store(pool)
        self.refusals: Batcher[RefusedMessage, None] = Batcher(self.store.count_refused)
        self.caller = Caller(node)
        self.holding = Holding(self.store)
        self.holds = Holds(self.store)
        self.inquiring = Inquiring(node, self.store, self.caller)
        self.providing = Providing(node, self.store)
        self.outbox = Outbox(node, self.store, self.caller)
        self.recovery = Recovery(node, self.store, self.caller, self.inquiring, self.outbox)
        self.mesh = mesh.Mesh(node, self.store, self.caller)
        self._tasks = [
            asyncio.create_task(keep_running("outbox", self.outbox.run)),
            asyncio.create_task(keep_running("recovery", self.recovery.run)),
            asyncio.create_task(keep_running("housekeeping", self._housekeeping)),
        ]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self.mesh.close()
        await self.caller.close()
        await self.pool.close()

    async def inquire(self, question: Question[Inquiry]) -> InquiryResult:
        try:
            return await self.inquiring.inquire(question)
        finally:
            self.outbox.wake(question.receiver)

    async def provide(self, question: Question[Presentation]) -> Answer:
        try:
            return await self.providing.provide(question)
        finally:
            self.outbox.wake(question.receiver)

    async def withdraw(self, question: Question[Withdrawal]) -> Withdrawn:
        return await self.providing.withdraw(question)

    async def _housekeeping(self) -> None:
        """Forget message ids that would be refused as expired anyway, and acquisition numbers that nobody used (Act art. 21-2(4))."""
        while True:
            for system in self.node.directory.systems:
                if system.id.startswith("gateway."):
                    tenant = tenant_of(system.id)
                    with suppress(*DATABASE_FAILURES):
                        async with self.store.acting_as(tenant) as connection:
                            await connection.execute(
                                "DELETE FROM seen_message WHERE tenant = $1 AND expires_at < $2",
                                tenant,
                                datetime.now(UTC),
                            )
                            await connection.execute(
                                "DELETE FROM acquisition WHERE tenant = $1 AND opened_at < $2",
                                tenant,
                                datetime.now(UTC) - ACQUISITION_LIFETIME,
                            )
            await asyncio.sleep(HOUSEKEEPING_SECONDS)


_gateway: Gateway | None = None


def _running() -> Gateway:
    if _gateway is None:
        raise RuntimeError("the gateway has not started")
    return _gateway


async def start() -> Node:
    """Open keys, directory and database. Raises when one is missing."""
    global _gateway
    logs.configure("gateway")
    node = Node.from_environment()
    _ = node.directory
    pool = await open_pool(os.environ["DATABASE_URL"], connections=CONNECTIONS)
    _gateway = Gateway(node, pool)
    return node


async def stop() -> None:
    if _gateway is not None:
        await _gateway.close()


async def ready() -> bool:
    return await _running().pool.fetchval("SELECT to_regclass('side_record') IS NOT NULL") is True


async def on_refused(receiver: str, kind: str, sender: str | None, refused: Refused) -> None:
    """Count refused messages in the tenant they were for."""
    if receiver.startswith("gateway."):
        hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        await _running().refusals.submit(
            RefusedMessage(tenant_of(receiver), hour, kind, sender or "", refused.reason)
        )


def _own_member(sender: str, receiver: str) -> bool:
    return sender == Directory.member_of(receiver)


def _other_gateway(sender: str, _receiver: str) -> bool:
    return sender.startswith("gateway.")


def build() -> MessageApp:
    """The ASGI application with its table of who may ask what."""
    application = MessageApp(
        institution="gateway", start=start, stop=stop, ready=ready, on_refused=on_refused
    )
    inquirer, provider = Hop.INQUIRER_GATEWAY, Hop.PROVIDER_GATEWAY
    application.answer(
        INQUIRE, lambda question: _running().inquire(question), may_ask=_own_member, hop=inquirer
    )
    application.answer(
        PRESENT, lambda question: _running().provide(question), may_ask=_other_gateway, hop=provider
    )
    application.answer(
        WITHDRAW, lambda question: _running().withdraw(question), may_ask=_other_gateway, hop=provider
    )
    application.answer(
        OPEN_ACQUISITION,
        lambda question: _running().holding.open_acquisition(question),
        may_ask=_own_member,
        hop=inquirer,
    )
    application.answer(
        DELIVER_CODES,
        lambda question: _running().holding.deliver_codes(question),
        may_ask=lambda sender, _: sender == "network",
        hop=inquirer,
    )
    application.answer(
        REGISTER_COPIES,
        lambda question: _running().holding.register_copies(question),
        may_ask=_own_member,
        hop=provider,
    )
    application.answer(
        CHANGE_HOLDS,
        lambda question: _running().holds.change(question),
        may_ask=_own_member,
        hop=provider,
    )
    application.answer(
        QUERY_SIDE,
        lambda question: _running().holding.side_records(question),
        may_ask=lambda sender, receiver: sender == "network" or _own_member(sender, receiver),
        hop=inquirer,
    )
    mesh.register(application, lambda: _running().mesh)
    return application


app = build()
