"""The municipality of this work as a member of the network: its id, its gateway, its messages to others."""

from datetime import UTC, datetime
from functools import partial
from typing import Final, TypeVar

import msgspec

from mynumber.protocols import wire
from mynumber.protocols.directory import Directory
from mynumber.protocols.message import Message
from mynumber.protocols.refusal import Hop
from mynumber.webkit.mesh.exchanging import Member
from mynumber.webkit.messages import this_node

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)

JLIS: Final = "jlis"
PORTAL: Final = "portal"
COMMISSION: Final = "commission"


def member_id(code: str) -> str:
    """The member id of a municipality, by its local government code."""
    return f"municipality.{code}"


def directory() -> Directory:
    """The systems as they are now."""
    return this_node().directory


def members() -> tuple[Member, ...]:
    """The municipalities as members of the mesh."""
    return tuple(
        Member(system.id, system.id.removeprefix("municipality."))
        for system in directory().systems
        if system.id.startswith("municipality.")
    )


def ask_gateway(code: str, message: Message[Q, A], question: Q) -> A:
    """Ask the gateway tenant of a municipality, as that municipality. Raises Refused."""
    return _ask(code, message, question, f"gateway.{member_id(code)}", Hop.INQUIRER_GATEWAY)


def ask_jlis(code: str, message: Message[Q, A], question: Q) -> A:
    """Ask J-LIS, as a municipality. Raises Refused."""
    return _ask(code, message, question, JLIS, Hop.JLIS)


def ask_portal(code: str, message: Message[Q, A], question: Q) -> A:
    """Ask the portal, as a municipality. Raises Refused."""
    return _ask(code, message, question, PORTAL, Hop.PORTAL)


def ask_commission(code: str, message: Message[Q, A], question: Q) -> A:
    """Ask the supervisory commission, as a municipality. Raises Refused."""
    return _ask(code, message, question, COMMISSION, Hop.COMMISSION)


def _ask(code: str, message: Message[Q, A], question: Q, receiver: str, hop: Hop) -> A:
    return wire.call(
        this_node(),
        message,
        question,
        sender=member_id(code),
        receiver=receiver,
        hop=hop,
        now=partial(datetime.now, UTC),
    )
