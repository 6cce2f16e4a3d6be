"""Sends really signed messages to J-LIS, which runs in this process as the platform runs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from django.test import Client

from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import wire
from mynumber.protocols.message import Message
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop
from mynumber.protocols.residents import (
    REGISTER_RESIDENTS,
    EntryResult,
    FourAttributes,
    RegisterResidents,
    ResidentEntry,
)
from tests.institutions.jlis.people import KATSUSHIKA, entry, moving_out
from tests.support.directory import Systems

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)

ELSEWHERE = Hop.PORTAL
"""The hop that a test speaks for; a refusal that names another was said by J-LIS."""


@dataclass(frozen=True, slots=True)
class Door:
    """The message endpoints of J-LIS as other systems reach them."""

    systems: Systems
    database: InstitutionDatabase
    client: Client = field(default_factory=lambda: Client(headers={"host": "127.0.0.1:8101"}))

    def prepare(
        self,
        message: Message[Q, A],
        question: Q,
        *,
        sender: str,
        node: Node | None = None,
        receiver: str = "jlis",
        now: datetime | None = None,
    ) -> wire.Outgoing[Q, A]:
        """Sign a question without sending it."""
        return wire.prepare(
            node or self.systems.node(sender.partition(".")[0]),
            message,
            question,
            sender=sender,
            receiver=receiver,
            hop=ELSEWHERE,
            now=now or datetime.now(UTC),
        )

    def post(self, path: str, token: bytes) -> tuple[int, bytes]:
        """Deliver bytes to an address; status and body of the answer."""
        response = self.client.post(path, data=token, content_type=wire.CONTENT_TYPE)
        return response.status_code, response.content

    def deliver(self, outgoing: wire.Outgoing[Q, A], token: bytes | None = None) -> A:
        """Send what was prepared (or these bytes instead) and check the answer. Raises Refused."""
        status, body = self.post(outgoing.message.path, outgoing.token if token is None else token)
        sender = self.systems.node(outgoing.sender.partition(".")[0])
        return wire.conclude(sender, outgoing, status, body, hop=ELSEWHERE, now=datetime.now(UTC))

    def ask(self, message: Message[Q, A], question: Q, *, sender: str) -> A:
        """Sign, send, check the answer. Raises Refused."""
        return self.deliver(self.prepare(message, question, sender=sender))

    def register(self, *entries: ResidentEntry, sender: str = KATSUSHIKA) -> tuple[EntryResult, ...]:
        """Notify entries of a municipality's register."""
        return self.ask(REGISTER_RESIDENTS, RegisterResidents(entries=entries), sender=sender).results

    def number_of(
        self, attributes: FourAttributes, *, sender: str = KATSUSHIKA, moved_out_to: str | None = None
    ) -> str:
        """Register somebody new, or who has moved out already; the individual number that was assigned."""
        resident = entry(attributes)
        if moved_out_to:
            resident = moving_out(resident, moved_out_to)
        (result,) = self.register(resident, sender=sender)
        assert result.individual_number is not None
        return result.individual_number
