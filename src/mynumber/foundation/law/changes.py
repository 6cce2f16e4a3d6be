"""What differs between the table of one day and that of another, and renewing the table from new texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mynumber.foundation.law.errors import LawError
from mynumber.foundation.law.history import OrderHistory
from mynumber.foundation.law.table import TextTable


@dataclass(frozen=True, slots=True)
class Row:
    """The words of an affair (inquirer, affair) or of a rule (provider, information), with the article that details it."""

    who: str
    what: str
    article: str


@dataclass(frozen=True, slots=True)
class Change:
    """One affair ("81-1") or rule ("81-1-7") that differs; `before` is None for a new one, `after` for one that ended."""

    id: str
    before: Row | None
    after: Row | None


class LaterTexts(LawError):
    """The table knows texts later than the ones to import; they have to be given as well, for rows build on each other."""

    def __init__(self, missing: tuple[date, ...]) -> None:
        self.missing = missing
        super().__init__("later texts are needed too: " + ", ".join(day.isoformat() for day in missing))


def rows_on(history: OrderHistory, on: date) -> dict[str, Row]:
    """All affairs and rules of a day by id, in the order of the table."""
    rows: dict[str, Row] = {}
    for affair, version in history.affairs_on(on):
        rows[affair.id] = Row(version.inquirer, version.words, version.article)
        for rule in affair.provisions:
            for row in rule.versions:
                if row.applies(on):
                    rows[rule.id] = Row(row.provider, row.information, row.article)
    return rows


def changes(before: Mapping[str, Row], after: Mapping[str, Row]) -> tuple[Change, ...]:
    """Every id whose row differs, in the order of the later table; ended ones at the end."""
    differing = [Change(key, before.get(key), row) for key, row in after.items() if before.get(key) != row]
    ended = [Change(key, row, None) for key, row in before.items() if key not in after]
    return (*differing, *ended)


def renewed(history: OrderHistory, texts: Mapping[date, TextTable]) -> OrderHistory:
    """The history with these texts, each instead of what was known from its day on.

    Earlier rows keep their ids. Raises LaterTexts if a known text lies after the first given one and is not given again.
    """
    if not texts:
        return history
    first = min(texts)
    missing = tuple(day for day in history.texts if day > first and day not in texts)
    if missing:
        raise LaterTexts(missing)
    history = history.until_day(first)
    for on in sorted(texts):
        history = history.adopt(texts[on], on)
    return history
