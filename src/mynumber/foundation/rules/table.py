"""Parameters of law as tables: each line one value, from a day to a day, with the clause that gives it.

A table is a CSV file in `data/`: what officials can read, edit in a spreadsheet and check line by line against the law.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from typing import Final

from mynumber.foundation.rules.clauses import Clause, Law
from mynumber.foundation.rules.findings import Finding
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.rule import NotInForce

COLUMNS: Final = (
    "name",
    "case",
    "since",
    "until",
    "value",
    "unit",
    "law",
    "article",
    "paragraph",
    "item",
    "status",
    "words",
)


class Unit(StrEnum):
    """What a value counts."""

    YEN = "yen"
    RATIO = "ratio"
    """An exact fraction: decimal (0.0264029), or of two whole numbers (2/3)."""
    NUMBER = "number"
    """Of days, months, hours, persons: what `words` says."""
    MONTHS = "months"
    """Months of the year, 1-12, separated by spaces."""


class Status(StrEnum):
    """Whether somebody held the line against the text of the law."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"


class TableFault(StrEnum):
    """Why a table was refused."""

    COLUMNS = "columns"
    VALUE = "value"
    CLAUSE = "clause"
    PERIOD = "period"
    OVERLAP = "overlap"


class MalformedTable(ValueError):
    """A table cannot be used. Carries the reason and the line (the heading is line 1)."""

    def __init__(self, reason: TableFault, line: int) -> None:
        super().__init__(f"line {line}: {reason}")
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class Row:
    """One value with its period and clause."""

    name: str
    case: str
    since: date
    until: date | None
    value: int | Fraction | tuple[int, ...]
    unit: Unit
    clause: Clause
    status: Status
    words: str

    def in_force(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on <= self.until)


class Table:
    """The parameters of one law. Raises MalformedTable."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.rows = tuple(_rows(text))
        self._by_name: dict[tuple[str, str], list[Row]] = {}
        for row in self.rows:
            self._by_name.setdefault((row.name, row.case), []).append(row)

    def yen(self, month: Month, name: str, case: str = "") -> Finding[int]:
        """An amount in yen in force on the first day of the month. Raises NotInForce."""
        row = self._row(month, name, case, Unit.YEN)
        assert isinstance(row.value, int)  # noqa: S101 - the reader made it so
        return Finding(row.value, row.words, clause=row.clause)

    def ratio(self, month: Month, name: str, case: str = "") -> Finding[Fraction]:
        """A rate, exact. Raises NotInForce."""
        row = self._row(month, name, case, Unit.RATIO)
        assert isinstance(row.value, Fraction)  # noqa: S101 - the reader made it so
        return Finding(row.value, row.words, clause=row.clause)

    def number(self, month: Month, name: str, case: str = "") -> Finding[int]:
        """A number of days, months, hours or persons. Raises NotInForce."""
        row = self._row(month, name, case, Unit.NUMBER)
        assert isinstance(row.value, int)  # noqa: S101 - the reader made it so
        return Finding(row.value, row.words, clause=row.clause, unit="")

    def months(self, month: Month, name: str) -> tuple[int, ...]:
        """Months of the year. Raises NotInForce."""
        row = self._row(month, name, "", Unit.MONTHS)
        assert isinstance(row.value, tuple)  # noqa: S101 - the reader made it so
        return row.value

    def unverified(self) -> tuple[Row, ...]:
        """The lines that nobody has held against the text of the law."""
        return tuple(row for row in self.rows if row.status is Status.UNVERIFIED)

    def _row(self, month: Month, name: str, case: str, unit: Unit) -> Row:
        on = month.first_day
        for row in self._by_name.get((name, case), ()):
            if row.in_force(on):
                if row.unit is not unit:
                    msg = f"{self.name}.{name} is in {row.unit}"
                    raise TypeError(msg)
                return row
        raise NotInForce(f"{self.name}.{name} {case}".strip(), on)


@lru_cache
def table(name: str) -> Table:
    """The table of a law beside this module (`data/NAME.csv`)."""
    text = files("mynumber.foundation.rules").joinpath("data", f"{name}.csv").read_text("utf-8")
    return Table(name, text)


def _rows(text: str) -> Iterable[Row]:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise MalformedTable(TableFault.COLUMNS, 1)
    read: list[Row] = []
    try:
        for line in reader:
            if None in line or None in line.values():
                raise MalformedTable(TableFault.COLUMNS, reader.line_num)
            row = _row(line, reader.line_num)
            if any(_overlap(row, other) for other in read):
                raise MalformedTable(TableFault.OVERLAP, reader.line_num)
            read.append(row)
    except csv.Error:
        raise MalformedTable(TableFault.COLUMNS, reader.line_num + 1) from None
    return read


def _row(cells: dict[str, str], line: int) -> Row:
    try:
        since = date.fromisoformat(cells["since"])
        until = date.fromisoformat(cells["until"]) if cells["until"] else None
    except ValueError:
        raise MalformedTable(TableFault.PERIOD, line) from None
    if until is not None and until < since:
        raise MalformedTable(TableFault.PERIOD, line)
    try:
        article = cells["article"]
        clause = Clause(
            Law.titled(cells["law"]),
            article.removeprefix("附則"),
            int(cells["paragraph"]) if cells["paragraph"] else None,
            cells["item"],
            supplement=article.startswith("附則"),
        )
    except ValueError:
        raise MalformedTable(TableFault.CLAUSE, line) from None
    if not clause.article.replace("_", "").isdecimal():
        raise MalformedTable(TableFault.CLAUSE, line)
    try:
        unit, status = Unit(cells["unit"]), Status(cells["status"])
        value = _value(cells["value"], unit)
    except ValueError:
        raise MalformedTable(TableFault.VALUE, line) from None
    if not cells["name"] or not cells["words"]:
        raise MalformedTable(TableFault.VALUE, line)
    return Row(cells["name"], cells["case"], since, until, value, unit, clause, status, cells["words"])


def _value(text: str, unit: Unit) -> int | Fraction | tuple[int, ...]:
    """ASCII digits only: no sign, no separators, no exponents. Raises ValueError."""
    if not text.isascii() or not set(text) <= set("0123456789. /"):
        raise ValueError("not a plain number")
    match unit:
        case Unit.YEN | Unit.NUMBER:
            return int(text)
        case Unit.RATIO:
            _, _, under = text.partition("/")
            if under and int(under) == 0:
                raise ValueError("nothing is divided by zero")
            return Fraction(text)
        case Unit.MONTHS:
            months = tuple(int(part) for part in text.split())
            if (
                not months
                or not all(1 <= month <= 12 for month in months)
                or list(months) != sorted(set(months))
            ):
                raise ValueError("not months of the year in order")
            return months


def _overlap(one: Row, other: Row) -> bool:
    return (
        (one.name, one.case) == (other.name, other.case)
        and one.since <= (other.until or date.max)
        and other.since <= (one.until or date.max)
    )
