"""Messages carry up to 1,000 items; people come in any number."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar

from mynumber.protocols.message import BATCH_ITEMS

T = TypeVar("T")


def in_batches(items: Sequence[T], size: int = BATCH_ITEMS) -> Iterator[Sequence[T]]:
    """The items in their order, at most `size` at a time."""
    rest = iter(items)
    while batch := tuple(islice(rest, size)):
        yield batch
