"""A finished card handed to its holder's device: one line of JSON a card, in a file that is deleted once read.

Whoever made the card (J-LIS, through the municipality's counter) writes the file with mode 0600; the device takes the
cards in with `mynumber run wallet receive_cards FILE`. Nobody else keeps a card: whoever has these bytes has its key.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

MAXIMUM_LINE = 64 * 1024
"""Bytes of the longest line."""

CardId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}\Z")]
"""Name of a card within its device; becomes a file name."""


class MalformedHandover(Exception):
    """A line is no card. Never quotes the line."""


class HandedCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One card and how the device calls it."""

    id: CardId
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    """What the holder calls the card, e.g. the display name of a synthetic person."""
    note: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """A line for a visitor of the model, e.g. the situation of that person."""
    card: bytes
    """State of the card (`mynumber.foundation.smartcard.CardState.to_bytes`); base64 in JSON."""

    def __repr__(self) -> str:
        return "HandedCard(...)"


def encode(card: HandedCard) -> bytes:
    """One line, ended by a line feed."""
    return msgspec.json.encode(card) + b"\n"


def decode(line: bytes) -> HandedCard:
    """Read one line. Raises MalformedHandover."""
    if len(line) > MAXIMUM_LINE:
        raise MalformedHandover("the line is too long for a card")
    try:
        return msgspec.json.decode(line, type=HandedCard)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise MalformedHandover("the line is no card") from None
