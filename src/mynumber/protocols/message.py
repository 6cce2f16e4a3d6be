"""What a kind of message is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

import msgspec

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)


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

SystemId = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=80)]
"""Id of a member or system, e.g. ``municipality.131229``."""
AffairId = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z_-]{1,40}$")]
"""Id of an affair or a provision of the legal-basis table, e.g. ``81-1``."""
KindName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,99}$")]
"""Name of a kind of information."""
ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Addressee = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z-]{1,40}$")]
"""宛名番号: an institution's own number for a person; means nothing outside it."""
CodeText = Annotated[str, msgspec.Meta(min_length=40, max_length=60)]
HexDigest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
