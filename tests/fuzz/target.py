"""What is fuzzed: a parser, its good samples, and what it may raise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """A parser. ``errors`` are those that its documentation names; empty: it raises nothing."""

    name: str
    read: Callable[[bytes], object]
    errors: tuple[type[Exception], ...]
    samples: tuple[bytes, ...]


def of_text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    """For parsers of text: what is no UTF-8 comes with replacement characters, as lines of a lenient reader would."""
    return lambda data: read(data.decode("utf-8", "replace"))


def each_of(error: type[Exception], *readers: Callable[[str], object]) -> Callable[[bytes], object]:
    """Several parsers of one kind, which may raise ``error`` each."""

    def read(text: str) -> None:
        for one in readers:
            try:
                one(text)
            except error:
                continue

    return of_text(read)
