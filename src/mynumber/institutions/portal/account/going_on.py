"""What follows when a card was proven for something else than a visit: whoever asked for it may go on at once, in the same transaction.

A proof is of `KIND:WHAT`. An app says in its `ready` who goes on with proofs of a kind: `going_on.register("interaction", how)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from mynumber.institutions.portal.account.signing_in import Proof


@dataclass(frozen=True, slots=True)
class Onward:
    """Where the browser is led."""

    address: str
    to: str
    """Name of the service there."""


class CannotGoOn(Exception):
    """What was asked for cannot be finished at once. Nothing of it is kept; the browser goes on to the page, which says why."""


GoOn = Callable[[HttpRequest, str, Proof, datetime], Onward | None]
"""(request, what, proof, now): None leaves the proof for the page that the browser goes on to, having changed nothing. Raises CannotGoOn."""
_known: dict[str, GoOn] = {}


def register(kind: str, how: GoOn) -> None:
    """Proofs of this kind are gone on with like this."""
    _known[kind] = how


def go_on(request: HttpRequest, proof_of: str, proof: Proof, *, now: datetime) -> Onward | None:
    """Use a proof for what it was asked for, if that needs nobody's decision. Raises CannotGoOn."""
    kind, _, what = proof_of.partition(":")
    how = _known.get(kind)
    return how(request, what, proof, now) if how else None
