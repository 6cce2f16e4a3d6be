"""Applying for cards at J-LIS and having them made, in the tests' own process."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from mynumber.foundation.portrait import draw_placeholder
from mynumber.institutions.jlis.cards.production import produce_all
from mynumber.protocols.card_life import (
    APPLY_FOR_CARD,
    ApplicationReason,
    ApplyForCard,
    CardApplication,
)
from mynumber.webkit.messages import this_node
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.people import KATSUSHIKA

PHOTO = draw_placeholder(b"somebody")


def new_id() -> str:
    """A fresh 申請書ID."""
    return f"131229{secrets.randbelow(10**17):017d}"


def application(number: str, **changes: object) -> ApplyForCard:
    """An application for the person with this number."""
    given: dict[str, object] = {
        "application_id": new_id(),
        "individual_number": number,
        "reason": ApplicationReason.FIRST,
        "photo": PHOTO,
        **changes,
    }
    return ApplyForCard(**given)  # type: ignore[arg-type]  # the defaults above have the fields' types


def hand_in(door: Door, question: ApplyForCard, *, sender: str = KATSUSHIKA) -> CardApplication:
    """Send it as the municipality."""
    return door.ask(APPLY_FOR_CARD, question, sender=sender)


def produce() -> int:
    """Let the factory work until nothing is left."""
    return produce_all(this_node().keyring, now=lambda: datetime.now(UTC))
