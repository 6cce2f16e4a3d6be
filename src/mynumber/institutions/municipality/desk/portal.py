"""What the counter asks and tells the portal."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Final, TypeVar

import msgspec

from mynumber.institutions.municipality.systems import member_id
from mynumber.protocols import wire
from mynumber.protocols.message import Message
from mynumber.protocols.refusal import Hop
from mynumber.webkit.messages import this_node
from mynumber.webkit.tenancy import current_tenant

PORTAL: Final = "portal"

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)


def ask(message: Message[Q, A], question: Q, *, code: str = "") -> A:
    """Ask as the municipality of this work, or of a code. Raises Refused."""
    return wire.call(
        this_node(),
        message,
        question,
        sender=member_id(code or current_tenant()),
        receiver=PORTAL,
        hop=Hop.PORTAL,
        now=partial(datetime.now, UTC),
    )
