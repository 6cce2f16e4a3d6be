"""The gateway's messages: run by uvicorn, one process for all its members or several on one database."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from datetime import UTC, datetime

import asyncpg

from mynumber.institutions.gateway.desk.changing import Holds
from mynumber.institutions.gateway.desk.hours import OpeningHours
from mynumber.institutions.gateway.files import serving as files
from mynumber.institutions.gateway.information import serving as information
from mynumber.institutions.gateway.letters import serving as letters
from mynumber.institutions.gateway.mesh import serving as mesh
from mynumber.institutions.gateway.notices import serving as notices
from mynumber.institutions.gateway.rotation.rotating import Rotating
from mynumber.institutions.gateway.tenants.holding import Holding
from mynumber.institutions.gateway.tenants.inquirer_side import InquirerSide
from mynumber.institutions.gateway.tenants.inquiring import Inquiring
from mynumber.institutions.gateway.tenants.instances import Instances
from mynumber.institutions.gateway.tenants.outbox import Outbox
from mynumber.institutions.gateway.tenants.provider_side import ProviderSide
from mynumber.institutions.gateway.tenants.providing import Providing
from mynumber.institutions.gateway.tenants.recovery import Recovery
from mynumber.institutions.gateway.tenants.sessions import TenantSessions
from mynumber.institutions.gateway.tenants.store import RefusedMessage, Store, tenant_of
from mynumber.institutions.gateway.tenants.waiting import WaitingSheets
from mynumber.protocols.acquisition import DELIVER_CODES, OPEN_ACQUISITION, ROTATE_CODES
from mynumber.protocols.copies import REGISTER_COPIES
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import (
    ASK,
    PRESENT_SHEET,
    WITHDRAW,
    Inquiries,
    InquiryResults,
    SheetAnswer,
    SheetPresentation,
    Withdrawal,
    Withdrawn,
)
from mynumber.protocols.holds import CHANGE_HOLDS
from mynumber.protocols.hours import AVAILABILITY, QUERY_HOURS
from mynumber.protocols.information import PORTAL
from mynumber.protocols.node import Node
from mynumber.protocols.records import QUERY_SIDE
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.asgi import DATABASE_FAILURES, Caller, MessageApp, Question
from mynumber.webkit.background import attempt, end, keep_running
from mynumber.webkit.batching import Batcher
from mynumber.webkit.pool import close_pool, open_pool

CONNECTIONS = 12
"""Sessions of tenants; two more are of the gateway's own role."""
HOUSEKEEPING_SECONDS = 60

_log = logs.get_logger(__name__)


class Gateway:
    """The parts of the gateway, put together at start."""

    def __init__(self, node: Node, pool: asyncpg.Pool, sessions: TenantSessions) -> None:
        self.node = node
        self.pool = pool
        self.sessions = sessions
        self.store = Store(sessions)
        self.instances = Instances(pool)
        side = InquirerSide(sessions, self.instances.id)
        self.refusals: Batcher[RefusedMessage, None] = Batcher(self.store.count_refused, name="refusals")
        self.caller = Caller(node)
        self.holding = Holding(self.store)
        self.holds = Holds(self.store)
        self.outbox = Outbox(node, sessions, self.caller)
        self.inquiring = Inquiring(node, side, self.caller, ended=self.outbox.wake)
        self.hours = OpeningHours(node, self.store, self.caller)
        self.providing = Providing(node, ProviderSide(sessions), self.store, self.hours)
        self.recovery = Recovery(
            node, self.store, side, self.caller, self.inquiring, self.outbox, self.instances
        )
        self.waiting = WaitingSheets(node, side, self.inquiring)
        self.mesh = mesh.Mesh(node, self.store, self.caller)
        self.notices = notices.Notices(node, self.store, self.caller)
        self.files = files.MemberFiles(node, self.ask)
        self.letters = letters.Correspondence(node, self.caller)
        self.information = information.OwnInformation(node, self.store, self.hours, self.outbox)
        self._tasks = [
            asyncio.create_task(keep_running("heartbeat", self.instances.live)),
            asyncio.create_task(keep_running("waiting sheets", self.waiting.run)),
            asyncio.create_task(keep_running("outbox", self.outbox.run)),
            asyncio.create_task(keep_running("recovery", self.recovery.run)),
            asyncio.create_task(keep_running("housekeeping", self._housekeeping)),
        ]

    async def close(self) -> None:
        await end(self._tasks)
        await attempt("say that this process has ended", self.instances.end())
        await self.mesh.close()
        await self.notices.close()
        await self.files.close()
        await self.letters.close()
        await self.caller.close()
        await self.sessions.close()
        await close_pool(self.pool)

    async def ask(self, question: Question[Inquiries]) -> InquiryResults:
        results = await self.inquiring.ask(question)
        for result in results.results:
            if result.reason is Reason.DUPLICATE_REQUEST:  # the record under that id is of another question
                await self.count_refused(question.receiver, ASK.name, question.sender, result.reason)
        return results

    async def provide(self, question: Question[SheetPresentation]) -> SheetAnswer:
        answer = await self.providing.provide(question)
        for one in answer.answers:
            if one.reason is Reason.PERMIT_USED:  # the record of that permit is of its first use
                await self.count_refused(question.receiver, PRESENT_SHEET.name, question.sender, one.reason)
        self.outbox.wake(question.receiver)
        return answer

    async def count_refused(self, receiver: str, kind: str, sender: str, reason: Reason) -> None:
        """Count a refusal that became no record of an exchange. One that cannot be counted is not held up."""
        hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        try:
            await self.refusals.submit(RefusedMessage(tenant_of(receiver), hour, kind, sender, reason))
        except DATABASE_FAILURES as error:
            _log.error("a refusal could not be counted", exception=logs.outline(error))

    async def withdraw(self, question: Question[Withdrawal]) -> Withdrawn:
        return await self.providing.withdraw(question)

    async def _housekeeping(self) -> None:
        while True:
            for system in self.node.directory.systems:
                if system.id.startswith("gateway."):
                    tenant = tenant_of(system.id)
                    with suppress(*DATABASE_FAILURES):
                        await self.store.forget_old(tenant, datetime.now(UTC))
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
    url = os.environ["DATABASE_URL"]
    _gateway = Gateway(node, await open_pool(url, connections=2), TenantSessions(url, largest=CONNECTIONS))
    await _gateway.instances.beat()
    return node


async def stop() -> None:
    if _gateway is not None:
        await _gateway.close()


async def ready() -> bool:
    return await _running().pool.fetchval("SELECT to_regclass('side_record') IS NOT NULL") is True


async def on_refused(receiver: str, kind: str, sender: str | None, refused: Refused) -> None:
    """Count refused messages in the tenant they were for."""
    if receiver.startswith("gateway."):
        await _running().count_refused(receiver, kind, sender or "", refused.reason)


def _a_core(sender: str, _receiver: str) -> bool:
    return _running().node.directory.is_core(sender)


def _its_core(sender: str, receiver: str) -> bool:
    """A core at which the member is at home, or was."""
    return sender in _running().node.directory.cores_of(receiver)


def _own_member(sender: str, receiver: str) -> bool:
    return sender == Directory.member_of(receiver)


def _other_gateway(sender: str, _receiver: str) -> bool:
    return sender.startswith("gateway.")


def _inquirer(sender: str, receiver: str) -> bool:
    """Who asks: gateways for their members, and the portal for a person. The permit says which."""
    return _other_gateway(sender, receiver) or sender == PORTAL


def build() -> MessageApp:
    """The ASGI application with its table of who may ask what."""
    application = MessageApp(
        institution="gateway", is_many=True, start=start, stop=stop, ready=ready, on_refused=on_refused
    )
    inquirer, provider = Hop.INQUIRER_GATEWAY, Hop.PROVIDER_GATEWAY
    application.answer(ASK, lambda question: _running().ask(question), may_ask=_own_member, hop=inquirer)
    application.answer(
        PRESENT_SHEET, lambda question: _running().provide(question), may_ask=_inquirer, hop=provider
    )
    application.answer(
        WITHDRAW, lambda question: _running().withdraw(question), may_ask=_inquirer, hop=provider
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
        may_ask=_its_core,
        hop=inquirer,
    )
    application.answer(
        ROTATE_CODES,
        lambda question: Rotating(_running().store).rotate(question),
        may_ask=_its_core,
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
        AVAILABILITY,
        lambda question: _running().hours.availability(question),
        may_ask=_own_member,
        hop=inquirer,
    )
    application.answer(
        QUERY_HOURS,
        lambda question: _running().hours.tell(question),
        may_ask=_other_gateway,
        hop=provider,
    )
    application.answer(
        QUERY_SIDE,
        lambda question: _running().holding.side_records(question),
        may_ask=lambda sender, receiver: _a_core(sender, receiver) or _own_member(sender, receiver),
        hop=inquirer,
    )
    mesh.register(application, lambda: _running().mesh)
    files.register(application, lambda: _running().files)
    letters.register(application, lambda: _running().letters)
    information.register(application, lambda: _running().information)
    notices.register(application, lambda: _running().notices)
    return application


app = build()
