"""Asking J-LIS about the visitor's card: by the serial number of the certificate that they signed in with, and nothing else. Nothing is stored."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import msgspec

from mynumber.protocols import wire
from mynumber.protocols.card_life import (
    QUERY_CARDS,
    REPORT_LOSS,
    CardStanding,
    QueryCards,
    ReportLoss,
)
from mynumber.protocols.message import Message
from mynumber.protocols.refusal import Hop
from mynumber.webkit.messages import this_node

SYSTEM, JLIS = "portal", "jlis"

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)


def cards_of(certificate_serial: str) -> tuple[CardStanding, ...]:
    """The cards of the holder of a certificate, newest first. Raises Refused."""
    return _ask(QUERY_CARDS, QueryCards(certificate_serial=certificate_serial)).cards


def report_loss(certificate_serial: str) -> CardStanding:
    """Have the card that bears a certificate suspended at once. Raises Refused."""
    return _ask(REPORT_LOSS, ReportLoss(certificate_serial=certificate_serial))


def _ask(message: Message[Q, A], question: Q) -> A:
    return wire.call(
        this_node(),
        message,
        question,
        sender=SYSTEM,
        receiver=JLIS,
        hop=Hop.PORTAL,
        now=partial(datetime.now, UTC),
    )
