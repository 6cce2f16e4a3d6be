"""What a gateway does about corrections and codes to be obtained: messages and background work, on connections beside the hot path."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from mynumber.institutions.gateway.corrections.telling import Corrections
from mynumber.institutions.gateway.desk.obtaining import Obtaining
from mynumber.institutions.gateway.letters.sending import Letters
from mynumber.institutions.gateway.tenants.sessions import TenantSessions
from mynumber.institutions.gateway.tenants.store import Store
from mynumber.protocols.corrections import CORRECT, NOTE_CORRECTIONS, RECEIVED_CORRECTIONS, TELL_CORRECTION
from mynumber.protocols.directory import Directory
from mynumber.protocols.holders import (
    ANSWER_OBTAIN,
    ASK_TO_OBTAIN,
    FETCH_OBTAIN,
    FORWARD_OBTAIN,
    SENT_OBTAINS,
    TELL_OBTAINED,
    WHO_HOLDS,
)
from mynumber.protocols.information import TELL_COURSE
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop
from mynumber.webkit.asgi import Caller, MessageApp
from mynumber.webkit.background import end, keep_running

CONNECTIONS = 3
SENT = {
    message.name: message
    for message in (TELL_CORRECTION, NOTE_CORRECTIONS, FORWARD_OBTAIN, TELL_OBTAINED, TELL_COURSE)
}
"""The messages that travel as letters."""


class Correspondence:
    """Letters, corrections and codes to be obtained, over the parts of the gateway."""

    def __init__(self, node: Node, caller: Caller) -> None:
        self._sessions = TenantSessions(os.environ["DATABASE_URL"], largest=CONNECTIONS)
        store = Store(self._sessions)
        self.letters = Letters(node, store, caller, SENT)
        self.corrections = Corrections(node, store, self.letters)
        self.obtaining = Obtaining(node, store, caller, self.letters)
        self._tasks = [
            asyncio.create_task(keep_running("letters", self.letters.run)),
            asyncio.create_task(keep_running("corrections", self.corrections.run)),
            asyncio.create_task(keep_running("codes to be obtained", self.obtaining.run)),
        ]

    async def close(self) -> None:
        """Stop the background work."""
        await end(self._tasks)
        await self._sessions.close()


def register(application: MessageApp, running: Callable[[], Correspondence]) -> None:
    """Answer their messages: a member's to its own gateway, and other gateways'."""

    def own(sender: str, receiver: str) -> bool:
        return sender == Directory.member_of(receiver)

    def other(sender: str, _receiver: str) -> bool:
        return sender.startswith("gateway.")

    inquirer, provider = Hop.INQUIRER_GATEWAY, Hop.PROVIDER_GATEWAY
    answer = application.answer
    answer(CORRECT, lambda q: running().corrections.correct(q), may_ask=own, hop=provider)
    answer(TELL_CORRECTION, lambda q: running().corrections.told(q), may_ask=other, hop=inquirer)
    answer(RECEIVED_CORRECTIONS, lambda q: running().corrections.received(q), may_ask=own, hop=inquirer)
    answer(WHO_HOLDS, lambda q: running().obtaining.who_holds(q), may_ask=own, hop=inquirer)
    answer(ASK_TO_OBTAIN, lambda q: running().obtaining.ask(q), may_ask=own, hop=inquirer)
    answer(SENT_OBTAINS, lambda q: running().obtaining.states(q), may_ask=own, hop=inquirer)
    answer(TELL_OBTAINED, lambda q: running().obtaining.answered(q), may_ask=other, hop=inquirer)
    answer(FORWARD_OBTAIN, lambda q: running().obtaining.forwarded(q), may_ask=other, hop=provider)
    answer(FETCH_OBTAIN, lambda q: running().obtaining.open_requests(q), may_ask=own, hop=provider)
    answer(ANSWER_OBTAIN, lambda q: running().obtaining.answer(q), may_ask=own, hop=provider)
