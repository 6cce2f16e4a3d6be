"""What a kind of message is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, TypeVar

import msgspec

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)
I = TypeVar("I")  # noqa: E741 - item


@dataclass(frozen=True, slots=True)
class Message(Generic[Q, A]):
    """One kind of message: its versioned name, the types of question and answer, and how they travel.

    ``sealed`` messages carry question and answer encrypted to the receiver (HPKE) inside the signature: whatever names a
    person by number, name or fact.
    """

    name: str
    question: type[Q]
    answer: type[A]
    sealed: bool = False
    max_bytes: int = 64 * 1024
    """Upper bound of the whole token, both ways."""

    @property
    def path(self) -> str:
        return f"/messages/{self.name}"

    @property
    def answer_kind(self) -> str:
        return f"{self.name}.answer"


BATCH_BYTES = 4 * 1024 * 1024
"""Upper bound of messages that carry up to :data:`BATCH_ITEMS` items."""
BATCH_ITEMS = 1000
LONGEST_LIST = 4 * BATCH_ITEMS
"""Where a parser stops reading a list; between the two a handler refuses it by name, as too large."""
Batch = Annotated[tuple[I, ...], msgspec.Meta(max_length=LONGEST_LIST)]

GROUP_ITEMS = 100
"""The most inquiries, permits or answers of one sender that travel under one signature."""
GROUP_BYTES = 1024 * 1024
"""Upper bound of messages that carry a group without facts."""
Group = Annotated[tuple[I, ...], msgspec.Meta(min_length=1, max_length=GROUP_ITEMS)]

SystemId = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*\Z", max_length=80)]
"""Id of a member or system, e.g. ``municipality.131229``."""
AffairId = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z_-]{1,40}\Z")]
"""Id of an affair or a provision of the legal-basis table, e.g. ``81-1``."""
KindName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,99}\Z")]
"""Name of a kind of information."""
PERIODS_ITEMS = 10
"""The most periods that one inquiry names."""
PeriodText = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^((fy|cy)(19|[2-9][0-9])[0-9]{2}|(19|[2-9][0-9])[0-9]{2}-(0[1-9]|1[0-2]))\Z", max_length=7
    ),
]
"""A fiscal year (``fy2026``), a calendar year (``cy2025``) or a month (``2026-04``): :class:`mynumber.foundation.facts.Period`."""
Periods = Annotated[tuple[PeriodText, ...], msgspec.Meta(max_length=PERIODS_ITEMS)]
"""Distinct periods. Empty: none is named."""
ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*\Z")]
"""One line for people to read. No control characters: PostgreSQL takes no NUL, and a line break could pose as another field."""
PersonText = Annotated[str, msgspec.Meta(max_length=1000)]
"""Text about a person; the register that takes it checks the characters."""
Digits = Annotated[str, msgspec.Meta(max_length=32)]
"""Text that is to be a number or a PIN; its type is parsed where it is used, so that a refusal never repeats it."""
AcquisitionText = Annotated[str, msgspec.Meta(max_length=128)]
"""取得番号."""
SerialText = Annotated[str, msgspec.Meta(max_length=64)]
"""Serial number of a certificate, hexadecimal."""
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time with its zone."""
Addressee = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z-]{1,40}\Z")]
"""宛名番号: an institution's own number for a person; means nothing outside it."""
CodeText = Annotated[str, msgspec.Meta(min_length=40, max_length=60)]
HexDigest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
