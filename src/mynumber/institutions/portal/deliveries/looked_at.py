"""What looking at a document comes to: apart from `checking`, which loads libraries that few processes ever need."""

from __future__ import annotations

from dataclasses import dataclass

from mynumber.institutions.portal.deliveries.kept import Facts
from mynumber.protocols.deliveries import Outcome


class ComeAgain(Exception):
    """Not to be decided now: no list of revocations that counts, or too many documents at this moment."""


class NotTaken(Exception):
    """The document is refused for good."""

    def __init__(self, outcome: Outcome, detail: str = "") -> None:
        super().__init__(f"not taken: {outcome.value}")
        self.outcome = outcome
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Checked:
    """A document that may be kept."""

    form: str
    facts: Facts
