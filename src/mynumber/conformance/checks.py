"""What a check is: one rule, where it stands in the documents, and a function that tries it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from mynumber.protocols.refusal import Reason, Refused

T = TypeVar("T")
W = TypeVar("W")


class Role(StrEnum):
    """Which side of an exchange the gateway under test is."""

    PROVIDER = "provider"
    INQUIRER = "inquirer"


class Failed(Exception):
    """The implementation did something else than the rule says; the message tells what came."""


@dataclass(frozen=True, slots=True)
class Check:
    """One rule."""

    id: str
    asked: str
    """What the kit does, for people."""
    expected: str
    """What a conforming implementation does."""
    document: str
    """Where that stands, below docs/."""
    run: Callable[..., None]


class Checks:
    """The checks of one subject, in the order in which they are written."""

    def __init__(self, prefix: str, document: str) -> None:
        self._prefix = prefix
        self._document = document
        self.all: list[Check] = []

    def __call__(
        self, name: str, asked: str, expected: str, document: str = ""
    ) -> Callable[[Callable[[W], None]], Callable[[W], None]]:
        """Declare a function as a check."""

        def declare(run: Callable[[W], None]) -> Callable[[W], None]:
            self.all.append(Check(f"{self._prefix}.{name}", asked, expected, document or self._document, run))
            return run

        return declare


def expect(holds: bool, otherwise: str) -> None:
    """Raises Failed with what came instead."""
    if not holds:
        raise Failed(otherwise)


def refused(act: Callable[[], T], *reasons: Reason) -> None:
    """The act must end in a refusal with one of the reasons. Raises Failed with what came instead."""
    wanted = " or ".join(reasons)
    try:
        came = act()
    except Refused as no:
        expect(no.reason in reasons, f"refused with {no.reason.value}, not {wanted}")
        return
    raise Failed(f"was accepted ({type(came).__name__}); it must be refused with {wanted}")
