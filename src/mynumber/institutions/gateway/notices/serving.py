"""The notices of the gateway: what members send goes to the portal, what becomes of it waits for them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from mynumber.institutions.gateway.notices import store
from mynumber.institutions.gateway.notices.relaying import Relaying
from mynumber.institutions.gateway.notices.store import Report
from mynumber.institutions.gateway.tenants.store import Store, tenant_of
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.node import Node
from mynumber.protocols.notices import (
    NOTICE_REPORTS,
    PORTAL,
    REPORT_NOTICES,
    SEND_NOTICES,
    NoticeReportsSince,
    NoticesTaken,
    PlacedReports,
    RefusedNotice,
    ReportNotices,
    SendNotices,
)
from mynumber.protocols.refusal import Hop
from mynumber.webkit.asgi import Caller, MessageApp, Question
from mynumber.webkit.background import end, keep_running
from mynumber.webkit.ending import on_end
from mynumber.webkit.signals import Signals

HERE = Hop.INQUIRER_GATEWAY


class Notices:
    """Its handlers and its background work, over the parts of the gateway."""

    def __init__(self, node: Node, tenants: Store, caller: Caller) -> None:
        self._node = node
        self._tenants = tenants
        self._relaying = Relaying(node, tenants, caller, self._gateways)
        self._signals = Signals(os.environ["DATABASE_URL"], store.CHANNEL)
        self._signals.on_every(self._relaying.wake)
        on_end(self._signals.end)
        self._task = asyncio.create_task(
            keep_running("notices", lambda: self._signals.run(self._relaying.run))
        )

    async def close(self) -> None:
        """Stop the background work."""
        await end([self._task])

    def _gateways(self) -> list[str]:
        return [system.id for system in self._node.directory.systems if system.id.startswith("gateway.")]

    async def send(self, question: Question[SendNotices]) -> NoticesTaken:
        """Write the member's notices into its outbox. The same notice again has no second effect."""
        tenant, notices = tenant_of(question.receiver), question.body.notices
        async with self._tenants.acting_as(tenant) as connection:
            refused = await store.put_out(connection, tenant, notices, question.at)
        return NoticesTaken(
            accepted=len(notices) - len(refused),
            refused=tuple(
                RefusedNotice(position=at, reason=reason) for at, reason in sorted(refused.items())
            ),
        )

    async def take_reports(self, question: Question[ReportNotices]) -> Acknowledged:
        """What the portal says became of the member's notices. Of what the member did not send nothing is kept."""
        tenant = tenant_of(question.receiver)
        async with self._tenants.acting_as(tenant) as connection:
            count = await store.report(
                connection,
                tenant,
                [Report(one.notice, one.happening, one.at) for one in question.body.reports],
            )
        return Acknowledged(count=count)

    async def tell_reports(self, question: Question[NoticeReportsSince]) -> PlacedReports:
        """What became of the member's notices after a place."""
        tenant, body = tenant_of(question.receiver), question.body
        async with self._tenants.acting_as(tenant) as connection:
            return PlacedReports(reports=await store.reports(connection, tenant, body.after, body.limit))


def register(application: MessageApp, notices: Callable[[], Notices]) -> None:
    """Add the messages to the gateway's application."""

    def own_member(sender: str, receiver: str) -> bool:
        return sender == Directory.member_of(receiver)

    application.answer(SEND_NOTICES, lambda q: notices().send(q), may_ask=own_member, hop=HERE)
    application.answer(NOTICE_REPORTS, lambda q: notices().tell_reports(q), may_ask=own_member, hop=HERE)
    application.answer(
        REPORT_NOTICES,
        lambda q: notices().take_reports(q),
        may_ask=lambda sender, _receiver: sender == PORTAL,
        hop=HERE,
    )
