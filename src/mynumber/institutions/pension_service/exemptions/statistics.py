"""Figures of the applications: how many, how long, how often returned, what was granted. Queries, never counted by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median

from mynumber.foundation.procedures.loading import UnknownProcedure
from mynumber.foundation.procedures.once_only import score
from mynumber.foundation.rules.national_pension import Kind
from mynumber.institutions.pension_service.exemptions.models import Application, Decision
from mynumber.institutions.pension_service.exemptions.sheets import procedure_of
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.examination.states import DecisionState, State

REFUSED = "承認しない"


@dataclass(frozen=True, slots=True)
class Figures:
    """All applications."""

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
    """Once-only score: percent of the pieces of information that nobody had to type."""
    outcomes: dict[str, int]
    """Decisions by what was given."""


def figures() -> Figures:
    """Of everything that ever arrived."""
    listed = list(Application.objects.order_by("pk"))
    decided = [(each, each.decided_at) for each in listed if each.decided_at]
    minutes = [
        max(0, int((at - each.arrived_at).total_seconds() // 60) - each.correcting_days * 24 * 60)
        for each, at in decided
    ]
    outcomes = Counter(
        Kind[kind].japanese if kind else REFUSED
        for kind in Decision.objects.filter(state=DecisionState.APPROVED).values_list("kind", flat=True)
    )
    return Figures(
        arrived=len(listed),
        live=sum(each.is_live for each in listed),
        decided=len(decided),
        withdrawn=sum(each.state == State.WITHDRAWN for each in listed),
        returned=sum(each.returns > 0 for each in listed),
        late=sum(day(at) > each.decide_by for each, at in decided),
        minutes=int(median(minutes)) if minutes else None,
        known=_known(listed),
        outcomes=dict(outcomes.most_common()),
    )


def _known(listed: list[Application]) -> int:
    try:
        return score(procedure_of(listed[-1])).percent if listed else 0
    except UnknownProcedure:
        return 0
