"""Figures of the applications: how many, how long, how often returned, and the once-only score, by procedure. Queries, never counted by hand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median

from mynumber.foundation.procedures.loading import UnknownProcedure
from mynumber.foundation.procedures.once_only import score
from mynumber.institutions.municipality.applications.finding import procedure_of
from mynumber.institutions.municipality.applications.models import Application
from mynumber.institutions.municipality.applications.words import title_of
from mynumber.webkit.examination.states import State


@dataclass(frozen=True, slots=True)
class Figures:
    """One procedure."""

    title: str
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


def figures() -> list[Figures]:
    """By procedure, the most frequent first."""
    groups: dict[tuple[str, str], list[Application]] = defaultdict(list)
    for each in Application.objects.order_by("pk"):
        groups[each.procedure, each.version].append(each)
    return [_of(listed) for _, listed in sorted(groups.items(), key=lambda one: (-len(one[1]), one[0]))]


def _of(listed: list[Application]) -> Figures:
    minutes = [
        int((each.decided_at - each.arrived_at).total_seconds() // 60) - each.correcting_days * 24 * 60
        for each in listed
        if each.decided_at
    ]
    try:
        known = score(procedure_of(listed[0])).percent
    except UnknownProcedure:
        known = 0
    return Figures(
        title=title_of(listed[0]),
        arrived=len(listed),
        live=sum(each.is_live for each in listed),
        decided=sum(each.decided_at is not None for each in listed),
        withdrawn=sum(each.state == State.WITHDRAWN for each in listed),
        returned=sum(each.returns > 0 for each in listed),
        late=sum(each.decided_at is not None and each.decided_at.date() > each.decide_by for each in listed),
        minutes=int(median(max(0, one) for one in minutes)) if minutes else None,
        known=known,
    )
