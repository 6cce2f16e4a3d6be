"""Files of the gateway: their messages and their background work, on connections of their own beside the hot path."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from mynumber.institutions.gateway.files.asking import PACE, Ask, FileInquiries
from mynumber.institutions.gateway.files.taking import Files
from mynumber.institutions.gateway.tenants.sessions import TenantSessions
from mynumber.institutions.gateway.tenants.store import Store
from mynumber.protocols.directory import Directory
from mynumber.protocols.files import (
    FETCH_RESULTS,
    QUERY_FILE,
    QUERY_REFUSED_LINES,
    SEND_PART,
    FilePart,
    PartDone,
    Purpose,
)
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop
from mynumber.webkit.asgi import MessageApp, Question
from mynumber.webkit.background import end, keep_running

CONNECTIONS = 3
PACE_VARIABLE = "MYNUMBER_FILE_PACE"
"""Environment variable: inquiries a second that this process asks from files at most."""


class MemberFiles:
    """Taking files, and asking the inquiries in them."""

    def __init__(self, node: Node, ask: Ask) -> None:
        self._sessions = TenantSessions(os.environ["DATABASE_URL"], largest=CONNECTIONS)
        store = Store(self._sessions)
        self.files = Files(store)
        self.inquiries = FileInquiries(node, store, ask, pace=int(os.environ.get(PACE_VARIABLE) or PACE))
        self._tasks = [
            asyncio.create_task(keep_running("files", self.inquiries.run)),
            asyncio.create_task(keep_running("results of files", self.inquiries.housekeeping)),
        ]

    async def take(self, question: Question[FilePart]) -> PartDone:
        """Carry out a part; its inquiries are asked at once."""
        done = await self.files.take(question)
        if question.body.purpose is Purpose.INQUIRIES:
            self.inquiries.wake(question.receiver)
        return done

    async def close(self) -> None:
        """Stop the background work."""
        await end(self._tasks)
        await self._sessions.close()


def register(application: MessageApp, running: Callable[[], MemberFiles]) -> None:
    """Answer the messages of files: a member's own gateway alone, to that member alone."""

    def own(sender: str, receiver: str) -> bool:
        return sender == Directory.member_of(receiver)

    hop = Hop.INQUIRER_GATEWAY
    application.answer(SEND_PART, lambda question: running().take(question), may_ask=own, hop=hop)
    application.answer(QUERY_FILE, lambda question: running().files.state(question), may_ask=own, hop=hop)
    application.answer(
        QUERY_REFUSED_LINES, lambda question: running().files.refused_lines(question), may_ask=own, hop=hop
    )
    application.answer(
        FETCH_RESULTS, lambda question: running().inquiries.results(question), may_ask=own, hop=hop
    )
