"""Facts as a person reads them: labels and values, days by era, amounts with separators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from msgspec import UNSET

from mynumber.foundation.facts.codes import CODE_LISTS
from mynumber.foundation.facts.keys import Period as Time
from mynumber.foundation.facts.language import (
    CalendarYear,
    Code,
    Count,
    Day,
    Field,
    FieldType,
    FiscalYear,
    Many,
    Month,
    Municipality,
    Period,
    Special,
    SpecialName,
    Yen,
    YesNo,
)
from mynumber.foundation.facts.types import Fact, Record, Span
from mynumber.foundation.numbers.local_government import UnknownLocalGovernment, find
from mynumber.foundation.people import MalformedPersonalData, Wareki

NONE_JA = "なし"


@dataclass(frozen=True, slots=True)
class Row:
    """One value in words."""

    label: str
    value: str
    special: SpecialName | None = None
    """Set where the value is 不明 or 未申告, so that a page can mark it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together: the fact itself (empty title), or one entry of a list (公的年金給付 1)."""

    title: str
    rows: tuple[Row, ...]


def groups(fact: Fact) -> tuple[Group, ...]:
    """A fact in words, entry by entry. A field that is absent is not shown; an empty list is shown as なし."""
    return tuple(group for group in _groups(fact.layout.fields, fact, "") if group.rows)


def rows(fact: Fact) -> tuple[Row, ...]:
    """A fact as one list of labels and values; entries of lists carry the title of their group in the label."""
    return tuple(
        Row(f"{group.title}：{row.label}" if group.title else row.label, row.value, row.special)
        for group in groups(fact)
        for row in group.rows
    )


def _groups(fields: tuple[Field, ...], record: Record, title: str) -> Iterator[Group]:
    own: list[Row] = []
    lists: list[Group] = []
    for field in fields:
        value = getattr(record, field.name)
        if value is UNSET:
            continue
        if isinstance(field.type, Many) and not isinstance(value, Special) and value:
            for place, entry in enumerate(value, start=1):
                lists += _groups(field.type.fields, entry, f"{title} {field.label} {place}".strip())
        else:
            own.append(_row(field, value))
    yield Group(title, tuple(own))
    yield from lists


def _row(field: Field, value: Any) -> Row:
    if isinstance(value, Special):
        return Row(field.label, value.label_ja, value.special)
    return Row(field.label, words_of(field.type, value))


def words_of(kind: FieldType, value: Any) -> str:
    """A value of a type in words."""
    match kind:
        case Yen():
            return f"{value:,}円"
        case Count(unit=unit):
            return f"{value:,}{unit}"
        case Day():
            return _day(value)
        case Month():
            year, month = value.split("-")
            return Time.of_month(int(year), int(month)).label_ja
        case FiscalYear():
            return Time.fiscal_year(value).label_ja
        case CalendarYear():
            return Time.calendar_year(value).label_ja
        case YesNo(yes=yes, no=no):
            return yes if value else no
        case Code(of=of):
            return CODE_LISTS[of][value]
        case Municipality():
            return _municipality(value)
        case Period():
            return _span(value)
        case Many():
            return NONE_JA if not value else f"{len(value)}件"
        case _:
            return str(value)


def _day(day: date) -> str:
    try:
        return f"{Wareki.of(day).text}（{day.year}年）"
    except MalformedPersonalData:
        return day.isoformat()


def _municipality(digits: str) -> str:
    try:
        return find(digits).full_name
    except UnknownLocalGovernment:
        return digits


def _span(span: Span) -> str:
    since = span.since.label_ja if isinstance(span.since, Special) else _day(span.since)
    if span.until is UNSET:
        return f"{since}から（継続中）"
    until = span.until.label_ja if isinstance(span.until, Special) else _day(span.until)
    return f"{since}から{until}まで"
