"""Figures of the applications by procedure."""

from __future__ import annotations

from collections import defaultdict

from mynumber.institutions.municipality.applications.models import Application
from mynumber.webkit.examination import statistics
from mynumber.webkit.examination.statistics import Figures
from mynumber.webkit.examination.words import title_of


def figures() -> list[tuple[str, Figures]]:
    """Titles with their figures, the most frequent procedure first."""
    groups: dict[tuple[str, str], list[Application]] = defaultdict(list)
    for each in Application.objects.order_by("pk"):
        groups[each.procedure, each.version].append(each)
    ordered = sorted(groups.items(), key=lambda one: (-len(one[1]), one[0]))
    return [(title_of(listed[0]), statistics.figures(listed)) for _, listed in ordered]
