"""The pension service as a member of the network: its id, its gateway, its messages to others."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache, partial
from typing import Final, TypeVar

import msgspec

from mynumber.protocols import wire
from mynumber.protocols.directory import Directory
from mynumber.protocols.member import Member
from mynumber.protocols.message import Message
from mynumber.protocols.refusal import Hop
from mynumber.webkit.examination.trust import Verifier
from mynumber.webkit.messages import this_node

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)

MEMBER: Final = "pension_service"
JLIS: Final = "jlis"


def directory() -> Directory:
    """The systems as they are now."""
    return this_node().directory


def member() -> Member:
    """What every member does on the network: look up, obtain codes, register copies."""
    return Member(this_node(), MEMBER, partial(datetime.now, UTC))


def ask_gateway(message: Message[Q, A], question: Q) -> A:
    """Ask the own gateway. Raises Refused."""
    return _ask(message, question, directory().gateway_of(MEMBER), Hop.INQUIRER_GATEWAY)


def ask_jlis(message: Message[Q, A], question: Q) -> A:
    """Ask J-LIS. Raises Refused."""
    return _ask(message, question, JLIS, Hop.JLIS)


@cache
def verifier() -> Verifier:
    """The pension service as a registered verifier of signatures (署名検証者)."""
    return Verifier(ask_jlis)


def _ask(message: Message[Q, A], question: Q, receiver: str, hop: Hop) -> A:
    return wire.call(
        this_node(),
        message,
        question,
        sender=MEMBER,
        receiver=receiver,
        hop=hop,
        now=partial(datetime.now, UTC),
    )
