"""What stands out in the askers' days. Pure: figures in, anomalies out.

The limits are ours; no law sets them. What stands out may be right (a bulk inquiry before a yearly decision, a disaster at night): the
oversight body asks, it does not conclude. A single clerk cannot be seen here: the network knows the organisation that asked, not who sat there
or for which case. That is in the institution's own log.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low
from typing import Final

from mynumber.protocols.information import PORTAL
from mynumber.protocols.supervision import AnomalyKind

USUAL_DAYS: Final = timedelta(days=28)
"""How far back an asker is compared with itself."""
FEWEST_USUAL_DAYS: Final = 5
"""Of earlier days with inquiries, to know what is usual."""
TIMES_USUAL: Final = 5
FEWEST_ASKED: Final = 100
MANY_PERSONS: Final = 200
MANY_ODD: Final = 20
MANY_NOT_IN_TABLE: Final = 10
MANY_NON_DISCLOSURE: Final = 10
NON_DISCLOSURE_SHARE: Final = 5
"""One of so many."""


@dataclass(frozen=True, slots=True)
class Asker:
    """A row of ``asker_day``."""

    day: date
    inquirer: str
    organisation: str
    asked: int
    persons: int
    rules: int
    odd_hours: int
    not_in_table: int
    refused: int
    non_disclosure: int


@dataclass(frozen=True, slots=True)
class Found:
    """What stands out of an asker's day: the figure, and what it is compared with."""

    kind: AnomalyKind
    asker: Asker
    figure: int
    usual: int


def find_anomalies(askers: Iterable[Asker], first: date) -> list[Found]:
    """What stands out on days from `first` on, newest first; earlier days say what is usual."""
    by_asker: dict[tuple[str, str], list[Asker]] = defaultdict(list)
    for asker in askers:
        by_asker[asker.inquirer, asker.organisation].append(asker)
    found = [
        one
        for days in by_asker.values()
        for asker in days
        if asker.day >= first
        for one in _of_day(asker, _usual(asker, days))
    ]
    return sorted(found, key=lambda one: (-one.asker.day.toordinal(), one.asker.inquirer, one.kind))


def _usual(asker: Asker, days: Iterable[Asker]) -> int | None:
    earlier = [one.asked for one in days if asker.day - USUAL_DAYS <= one.day < asker.day]
    return median_low(earlier) if len(earlier) >= FEWEST_USUAL_DAYS else None


def _of_day(asker: Asker, usual: int | None) -> Iterator[Found]:
    if usual is not None and asker.asked >= FEWEST_ASKED and asker.asked >= TIMES_USUAL * usual:
        yield Found(AnomalyKind.FAR_OVER_USUAL, asker, asker.asked, usual)
    # at the portal each person asks for themself, at any hour and on one ground
    is_portal = asker.inquirer == PORTAL
    if asker.persons >= MANY_PERSONS and asker.rules <= 1 and not is_portal:
        yield Found(AnomalyKind.MANY_WITHOUT_VARIETY, asker, asker.persons, MANY_PERSONS)
    if asker.odd_hours >= MANY_ODD and 2 * asker.odd_hours >= asker.asked and not is_portal:
        yield Found(AnomalyKind.ODD_HOURS, asker, asker.odd_hours, MANY_ODD)
    if asker.not_in_table >= MANY_NOT_IN_TABLE:
        yield Found(AnomalyKind.NOT_IN_TABLE, asker, asker.not_in_table, MANY_NOT_IN_TABLE)
    often = NON_DISCLOSURE_SHARE * asker.non_disclosure >= asker.asked
    if asker.non_disclosure >= MANY_NON_DISCLOSURE and often:
        yield Found(AnomalyKind.NON_DISCLOSURE, asker, asker.non_disclosure, MANY_NON_DISCLOSURE)
