"""Where J-LIS takes messages: each kind open to those whom the table of entitlements names."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from django.urls import URLPattern

from mynumber.institutions.jlis.entitlement import SYSTEM, may_send
from mynumber.protocols.message import Message
from mynumber.protocols.refusal import Hop
from mynumber.webkit.messages import Handler, message_routes

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)


def door(message: Message[Q, A], handler: Handler[Q, A]) -> list[URLPattern]:
    """The addresses of one kind of message, open to those whom the table entitles."""
    return message_routes(
        message,
        handler,
        hop=Hop.JLIS,
        may_ask=lambda sender, receiver: receiver == SYSTEM and may_send(sender, message.name),
    )
