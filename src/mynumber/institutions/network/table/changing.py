"""What changed in the table between two days, as a page shows it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from mynumber.foundation import law
from mynumber.foundation.law import Change
from mynumber.institutions.network.table.rows import text_day, text_days

KEPT_PAIRS = 16


class What(StrEnum):
    """What happened to a row."""

    NEW = "new"
    ENDED = "ended"
    REWORDED = "reworded"
    MOVED = "moved"

    @classmethod
    def of(cls, change: Change) -> What:
        """New, ended, reworded, or the same words elsewhere."""
        if change.before is None:
            return cls.NEW
        if change.after is None:
            return cls.ENDED
        return cls.MOVED if change.moved else cls.REWORDED


class Sort(StrEnum):
    """What a row is."""

    AFFAIR = "affair"
    RULE = "rule"
    EXACT_AFFAIR = "exact_affair"
    ITEM = "item"

    @classmethod
    def of(cls, row_id: str) -> Sort:
        """By the form of the id: ``81-1``, ``81-1-4``, ``81-1.3``, ``81-1-4-37``."""
        if "." in row_id:
            return cls.EXACT_AFFAIR
        return (cls.AFFAIR, cls.RULE, cls.ITEM)[row_id.removeprefix("former-").count("-") - 1]


def affair_of(row_id: str) -> str:
    """The id of the affair that a rule, an exact affair or an item belongs to."""
    prefix = "former-" if row_id.startswith("former-") else ""
    number, ordinal = row_id.removeprefix(prefix).partition(".")[0].split("-")[:2]
    return f"{prefix}{number}-{ordinal}"


IN_TABLE = frozenset({Sort.AFFAIR, Sort.RULE})


@dataclass(frozen=True, slots=True)
class Amendment:
    """A day on which another text began to apply, with how much it changed."""

    on: date
    before: date
    """The day before: the last of the earlier text."""
    counts: Counter[tuple[Sort, What]]

    def of(self, what: What, *, table: bool) -> int:
        """How many rows of the table, or how many exact affairs and items."""
        return sum(
            count
            for (sort, each), count in self.counts.items()
            if each is what and (sort in IN_TABLE) is table
        )


def changes_between(first: date, second: date) -> tuple[Change, ...]:
    """What differs between the law of two days. Raises NotInForce."""
    return _between(text_day(first), text_day(second))


@lru_cache(maxsize=KEPT_PAIRS)
def _between(first: date, second: date) -> tuple[Change, ...]:
    return () if first == second else law.changes(first, second)


@lru_cache(maxsize=1)
def amendments() -> tuple[Amendment, ...]:
    """Every change of text that is known, newest first."""
    made = []
    for earlier, on in zip(text_days(), text_days()[1:], strict=False):
        counts = Counter((Sort.of(change.id), What.of(change)) for change in _between(earlier, on))
        made.append(Amendment(on, on - timedelta(days=1), counts))
    return tuple(reversed(made))
