"""A real mail server on the loopback that keeps what it takes."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from tests.support.ports import free_port


@dataclass
class Mailbox:
    """What arrived, and how the server behaves."""

    arrived: list[tuple[str, bytes]] = field(default_factory=list)
    nobody_there: set[str] = field(default_factory=set)
    """Addresses that the server knows not to be there."""
    busy: int = 0
    """So many of the next e-mails are put off (451)."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Take a recipient or not."""
        if address in self.nobody_there:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take the e-mail or put it off."""
        if self.busy:
            self.busy -= 1
            return "451 4.3.0 try again later"
        self.arrived += [(each, bytes(envelope.content)) for each in envelope.rcpt_tos]
        return "250 OK"

    def to(self, address: str) -> list[Message]:
        """The e-mails to an address."""
        return [message_from_bytes(raw, policy=default) for to, raw in self.arrived if to == address]

    def words_to(self, address: str) -> list[str]:
        """Their texts."""
        found = []
        for message in self.to(address):
            assert isinstance(message, EmailMessage)
            found.append(message.get_content())
        return found


@contextmanager
def mail_server(context: ssl.SSLContext | None = None) -> Iterator[tuple[Mailbox, int]]:
    """A running server and its port. context: speaks TLS after STARTTLS, and takes nothing before."""
    box = Mailbox()
    tls: dict[str, Any] = {"tls_context": context, "require_starttls": True} if context else {}
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **tls)
    controller.start()
    try:
        yield box, controller.port
    finally:
        controller.stop()
