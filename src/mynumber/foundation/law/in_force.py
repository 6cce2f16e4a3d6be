"""What applies, what does not yet and what no longer: every row that any known text has, with its days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from mynumber.foundation.law.basis import committed_details, committed_history
from mynumber.foundation.law.differences import Row, rows_of_details, rows_on
from mynumber.foundation.law.errors import UnknownItem
from mynumber.foundation.law.former import former_history
from mynumber.foundation.law.versions import Version


class Status(StrEnum):
    """Whether a row applies on a day."""

    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    REPEALED = "repealed"

    @property
    def label_ja(self) -> str:
        """As pages show it."""
        return {Status.NOT_YET: "施行前", Status.IN_FORCE: "施行中", Status.REPEALED: "廃止"}[self]


def status_of(since: date, until: date | None, on: date) -> Status:
    """The status of something that applies from `since` up to but not including `until`."""
    if on < since:
        return Status.NOT_YET
    return Status.IN_FORCE if until is None or on < until else Status.REPEALED


@dataclass(frozen=True, slots=True)
class DatedRow:
    """An affair, rule, exact affair or item over all its wordings; `row` is the last one.

    `since` is the first day it is known to apply, `until` the first day it no longer does (None: not known to end).
    """

    id: str
    since: date
    until: date | None
    row: Row

    def status(self, on: date) -> Status:
        """Whether it applies on a day."""
        return status_of(self.since, self.until, on)


@cache
def dated_rows() -> Mapping[str, DatedRow]:
    """Every row known, the former table's included, by id: texts that are imported before their day show here as not yet in force."""
    order, details, former = committed_history(), committed_details(), former_history()
    rows: dict[str, Row] = dict(rows_on(former, former.texts[0]))
    for text in order.texts:
        rows |= rows_on(order, text) | rows_of_details(details, text)
    found: dict[str, DatedRow] = {}

    def add(row_id: str, versions: tuple[Version, ...]) -> None:
        found[row_id] = DatedRow(row_id, versions[0].since, versions[-1].until, rows[row_id])

    for history in (former, order):
        for affair in history.affairs:
            add(affair.id, affair.versions)
            for rule in affair.provisions:
                add(rule.id, rule.versions)
    for detail in details.details:
        add(detail.id, detail.versions)
        for item in detail.items:
            add(item.id, item.versions)
    return found


def status(row_id: str, on: date) -> Status:
    """Whether an affair, rule, exact affair or item applies on a day. Raises UnknownItem (a LookupError)."""
    row = dated_rows().get(row_id)
    if row is None:
        raise UnknownItem(row_id)
    return row.status(on)


def not_yet(on: date) -> tuple[DatedRow, ...]:
    """The rows that will come into force after a day, as far as texts are known."""
    return tuple(row for row in dated_rows().values() if row.status(on) is Status.NOT_YET)
