"""What the portal asks and tells a body: PREFILL, SUBMIT, WRITE, FOLLOW. Call these outside a transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import msgspec

from mynumber.protocols import applications as words
from mynumber.protocols import wire
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import Message
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import this_node

SYSTEM = "portal"
PASSING = frozenset(
    {
        *(Reason.UNREACHABLE, Reason.UNAVAILABLE, Reason.RECORD_UNAVAILABLE, Reason.RATE_LIMITED),
        *(Reason.CLOCK_OFF, Reason.EXPIRED, Reason.NOT_YET_VALID, Reason.REPLAYED, Reason.UNKNOWN_KEY),
        *(Reason.UNKNOWN_SENDER, Reason.NETWORK_UNREACHABLE, Reason.PROVIDER_CLOSED),
    }
)
"""Refusals that trying again may change."""

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)


def is_final(refused: Refused) -> bool:
    """Whether the body itself, by its signature, says a no that stays."""
    return refused.is_signed and refused.reason not in PASSING


def prefill(body: str, question: words.Prefill) -> words.Prefilled:
    """What the body knows already. Raises Refused."""
    return _ask(words.PREFILL, question, body)


def submit(body: str, application: words.Application) -> words.Arrival:
    """Send; the same again has the same answer. Raises Refused."""
    return _ask(words.SUBMIT, application, body)


def write(body: str, letter: words.Letter) -> Acknowledged:
    """Withdraw, or ask the case worker. Raises Refused."""
    return _ask(words.WRITE, letter, body)


def follow(body: str, question: words.Follow) -> words.Followed:
    """How applications stand. Raises Refused."""
    return _ask(words.FOLLOW, question, body)


def _ask(message: Message[Q, A], question: Q, body: str) -> A:
    return wire.call(
        this_node(),
        message,
        question,
        sender=SYSTEM,
        receiver=body,
        hop=Hop.PORTAL,
        now=partial(datetime.now, UTC),
    )
