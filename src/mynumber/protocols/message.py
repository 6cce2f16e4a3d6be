"""What a kind of message is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

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
