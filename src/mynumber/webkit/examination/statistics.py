"""Figures of applications: how many, how long, how often returned, and the once-only score. Queries, never counted by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from mynumber.foundation.procedures.loading import UnknownProcedure
from mynumber.foundation.procedures.once_only import score
from mynumber.webkit.examination.filed import procedure_of
from mynumber.webkit.examination.models import Application
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.examination.states import State


@dataclass(frozen=True, slots=True)
class Figures:
    """Some applications."""

    arrived: int
    live: int
    decided: int
    withdrawn: int
    returned: int
    """Applications for which a correction was asked at least once."""
    late: int
    """Decided after the day until which it was due."""
    minutes: int | None
    """Median from arrival to decision, without the days of correction; None: nothing decided."""
    known: int
    """Once-only score of the form: percent of the pieces of information that nobody had to type."""


def figures(listed: Sequence[Application]) -> Figures:
    """Of these applications; the form is that of the last of them."""
    decided = [(each, each.decided_at) for each in listed if each.decided_at]
    minutes = [
        max(0, int((at - each.arrived_at).total_seconds() // 60) - each.correcting_days * 24 * 60)
        for each, at in decided
    ]
    return Figures(
        arrived=len(listed),
        live=sum(each.is_live for each in listed),
        decided=len(decided),
        withdrawn=sum(each.state == State.WITHDRAWN for each in listed),
        returned=sum(each.returns > 0 for each in listed),
        late=sum(day(at) > each.decide_by for each, at in decided),
        minutes=int(median(minutes)) if minutes else None,
        known=_known(listed),
    )


def _known(listed: Sequence[Application]) -> int:
    try:
        return score(procedure_of(listed[-1])).percent if listed else 0
    except UnknownProcedure:
        return 0
