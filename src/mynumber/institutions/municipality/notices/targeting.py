"""For whom a mailing is: people chosen by hand, by what the register says, or by a file of addressee numbers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec
from django.db.models import Q, QuerySet

from mynumber.institutions.municipality.notices.filling import OWN, clean
from mynumber.institutions.municipality.register.models import Person

NUMBER_COLUMN: Final = "宛名番号"
MOST_ROWS: Final = 20_000
"""Of a file: one of the largest size that is taken has about as many."""
MOST_CHOSEN: Final = 200
"""People chosen by hand."""
MOST_COLUMNS: Final = 8
OLDEST: Final = 150
_NUMBER: Final = re.compile(r"[0-9]{10}")
_COLUMN: Final = re.compile(r"[^{}\x00-\x1f\x7f]{1,30}")


class BadFile(ValueError):
    """A file that cannot be used; the message says what to do and repeats nothing of it but line numbers."""


class Criteria(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who of the register: ages on a day, both included; towns (町名), all where none is named."""

    on: date
    age_from: int | None = None
    age_to: int | None = None
    towns: tuple[str, ...] = ()
    heads_only: bool = False
    """One notice a household (世帯主)."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a file says: values by addressee number, and the names of its columns. It does not print itself."""

    values: Mapping[str, Mapping[str, str]]
    columns: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Listed({len(self.values)})"


def residents() -> QuerySet[Person]:
    """住民: neither moved out nor dead."""
    return Person.objects.filter(moved_out=None, died_on=None)


def by_register(criteria: Criteria) -> QuerySet[Person]:
    """Residents who fit, by addressee number. An age is that of the law: it grows at the end of the day before the birthday (年齢計算ニ関スル法律)."""
    people = residents()
    if criteria.age_to is not None:
        people = people.filter(birth__gt=_born_by(criteria.on, criteria.age_to + 1))
    if criteria.age_from is not None:
        people = people.filter(birth__lte=_born_by(criteria.on, criteria.age_from))
    if criteria.towns:
        people = people.filter(town__in=criteria.towns)
    if criteria.heads_only:
        people = people.filter(Q(relation="世帯主"))
    return people.order_by("addressee")


def _born_by(on: date, age: int) -> date:
    """The last day of birth of those who are so old on a day, as offices count (対象者は〇月〇日現在で〇歳): the birthday itself counts."""
    year = on.year - age
    try:
        return on.replace(year=year)
    except ValueError:  # on a 29 February, about a year without one
        return date(year, 2, 28)


def towns() -> list[str]:
    """町名 of residents, for choosing."""
    return list(residents().exclude(town="").values_list("town", flat=True).distinct().order_by("town"))


def by_numbers(numbers: Iterable[str]) -> tuple[dict[str, Person], tuple[str, ...]]:
    """Residents by addressee number, and the numbers that are of none."""
    asked = list(dict.fromkeys(numbers))
    found: dict[str, Person] = {}
    for start in range(0, len(asked), 1000):
        for person in residents().filter(addressee__in=asked[start : start + 1000]):
            found[person.addressee] = person
    return found, tuple(number for number in asked if number not in found)


def read_file(content: bytes) -> Listed:
    """A table as spreadsheets write it (UTF-8 or Shift_JIS, commas), its first row the names of columns, one of them 宛名番号. Raises BadFile."""
    try:
        rows = list(csv.reader(io.StringIO(_decoded(content), newline=""), strict=True))
    except csv.Error:
        raise BadFile("表として読めません。表計算ソフトからCSV形式で保存しなおしてください。") from None
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise BadFile("中身がありません。")
    if len(rows) > MOST_ROWS + 1:
        raise BadFile(f"行が多すぎます。{MOST_ROWS:,}行までに分けてください。")
    columns = _columns(rows[0])
    where = columns.index(NUMBER_COLUMN)
    values: dict[str, dict[str, str]] = {}
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != len(columns):
            raise BadFile(f"{line}行目の列の数が、1行目と違います。")
        number = row[where].strip()
        if not _NUMBER.fullmatch(number):
            raise BadFile(f"{line}行目の宛名番号が10桁の数字ではありません。")
        if number in values:
            raise BadFile(f"{line}行目の宛名番号は、前の行にもあります。一人一行にしてください。")
        values[number] = {
            column: clean(cell) for column, cell in zip(columns, row, strict=True) if column != NUMBER_COLUMN
        }
    if not values:
        raise BadFile("宛名番号が一つもありません。")
    return Listed(values, tuple(column for column in columns if column != NUMBER_COLUMN))


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise BadFile("文字の読み方が分かりません。UTF-8かShift_JISのCSVで保存しなおしてください。")


def _columns(row: list[str]) -> tuple[str, ...]:
    columns = tuple(cell.strip() for cell in row)
    if NUMBER_COLUMN not in columns:
        raise BadFile("1行目に「宛名番号」の列がありません。")
    if len(columns) > MOST_COLUMNS:
        raise BadFile(f"列が多すぎます。{MOST_COLUMNS}列までにしてください。")
    if len(set(columns)) != len(columns):
        raise BadFile("1行目に同じ名前の列があります。")
    if any(not _COLUMN.fullmatch(column) or column in OWN for column in columns):
        raise BadFile("1行目に、列の名前に使えないものがあります。")
    return columns
