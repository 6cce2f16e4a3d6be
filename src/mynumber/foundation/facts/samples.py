"""Samples of facts about nobody: the same layout and seed give the same sample.

For sandboxes, conformance kits and tests. :func:`edges` are the samples at the borders: least, full, everything unknown, nothing declared.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any, Final

from mynumber.foundation.facts.codes import CODE_LISTS
from mynumber.foundation.facts.language import (
    CalendarYear,
    Code,
    Count,
    Day,
    Field,
    FieldType,
    Figures,
    FiscalYear,
    Insurer,
    Layout,
    Many,
    Month,
    Municipality,
    Period,
    SpecialName,
    Words,
    Yen,
    YesNo,
)
from mynumber.foundation.numbers import InsurerNumber
from mynumber.foundation.numbers.local_government import local_governments

FIRST_DAY: Final = date(2019, 5, 1)
LAST_DAY: Final = date(2026, 6, 14)
_OPTIONAL_SHOWN: Final = 0.6
_SPECIAL_SHOWN: Final = 0.03

JSON = dict[str, Any]


def sample(layout: Layout, seed: int = 0) -> JSON:
    """A plausible fact as plain JSON values."""
    random = Random(f"{layout.id}/{seed}")  # noqa: S311  # a sample is no secret
    values = _record(layout.fields, random)
    consistent = _CONSISTENT.get(layout.id)
    return consistent(values) if consistent else values


def edges(layout: Layout) -> dict[str, JSON]:
    """The samples at the borders, by name: ``least``, ``full``, ``unknown``, and ``not_declared`` where a field may be that."""
    random = Random(layout.id)  # noqa: S311  # a sample is no secret
    found = {
        "least": _least(layout.fields),
        "full": _full(layout.fields, random),
        "unknown": _all_special(layout.fields, "unknown"),
    }
    if any("not_declared" in field.may_be for _, field in layout.every_field()):
        found["not_declared"] = _all_special(layout.fields, "not_declared")
    return found


def _record(fields: tuple[Field, ...], random: Random) -> JSON:
    values: JSON = {}
    for field in fields:
        if not field.required and random.random() > _OPTIONAL_SHOWN:
            continue
        if field.may_be and random.random() < _SPECIAL_SHOWN:
            values[field.name] = {"special": random.choice(field.may_be)}
        else:
            values[field.name] = _value(field.type, random)
    for kind in (Day, Month):
        _put_in_order([field.name for field in fields if isinstance(field.type, kind)], values)
    return values


def _put_in_order(names: list[str], values: JSON) -> None:
    """Layouts name days in the order in which they come; so do samples."""
    told = [name for name in names if isinstance(values.get(name), str)]
    values.update(zip(told, sorted(values[name] for name in told), strict=True))


def _value(kind: FieldType, random: Random) -> Any:
    if isinstance(kind, Many):
        return [_record(kind.fields, random) for _ in range(random.choice((0, 1, 1, 2, 3)))]
    return _VALUES[type(kind)](kind, random)


def _amount(kind: Any, random: Random) -> int:
    low, high = kind.typical
    amount = random.randint(low, high)
    return amount - amount % 100 if isinstance(kind, Yen) and amount > 10_000 else amount


def _day(random: Random) -> date:
    return FIRST_DAY + timedelta(days=random.randrange((LAST_DAY - FIRST_DAY).days))


def _span(_kind: Any, random: Random) -> JSON:
    since = _day(random)
    span = {"since": since.isoformat()}
    if random.random() < 0.7:
        months = random.choice((1, 3, 12, 24))
        year, month = divmod(since.month - 1 + months, 12)
        last = calendar.monthrange(since.year + year, month + 1)[1]
        until = date(since.year + year, month + 1, min(since.day, last)) - timedelta(days=1)
        span["until"] = until.isoformat()
    return span


def _digits(kind: Figures, random: Random) -> str:
    # A number of nobody begins with 9, where its length leaves room to say so.
    return "".join(["9", *random.choices("0123456789", k=kind.most - 1)])


@cache
def _municipalities() -> tuple[str, ...]:
    return tuple(str(one.code) for one in local_governments() if one.is_municipality)


_VALUES: Final[dict[type, Callable[[Any, Random], Any]]] = {
    Yen: _amount,
    Count: _amount,
    Day: lambda _, random: _day(random).isoformat(),
    Month: lambda _, random: _day(random).isoformat()[:7],
    FiscalYear: lambda _, random: random.randint(2022, 2026),
    CalendarYear: lambda _, random: random.randint(2021, 2025),
    YesNo: lambda _, random: random.random() < 0.5,
    Code: lambda kind, random: random.choice(list(CODE_LISTS[kind.of])),
    Words: lambda kind, random: random.choice(kind.examples or ("見本",)),
    Figures: _digits,
    Municipality: lambda _, random: random.choice(_municipalities()),
    Insurer: lambda _, random: str(
        InsurerNumber.from_base(
            f"{random.choice(('01', '06', '39'))}{random.randint(1, 47):02d}{random.randrange(1000):03d}"
        )
    ),
    Period: _span,
}


def _least(fields: tuple[Field, ...]) -> JSON:
    return {field.name: _least_value(field.type) for field in fields if field.required}


def _least_value(kind: FieldType) -> Any:
    match kind:
        case Yen(least=least) | Count(least=least):
            return least
        case FiscalYear() | CalendarYear():
            return 1900
        case Day():
            return "0001-01-01"
        case Month():
            return "1900-01"
        case YesNo():
            return False
        case Code(of=of):
            return next(iter(CODE_LISTS[of]))
        case Words():
            return "あ"
        case Figures(least=least):
            return "0" * least
        case Municipality():
            return "011002"
        case Insurer():
            return str(InsurerNumber.from_base("01000"))
        case Period():
            return {"since": {"special": "unknown"}}
        case Many():
            return []


def _full(fields: tuple[Field, ...], random: Random) -> JSON:
    return {
        field.name: [_full(field.type.fields, random) for _ in range(2)]
        if isinstance(field.type, Many)
        else _most_value(field.type, random)
        for field in fields
    }


def _most_value(kind: FieldType, random: Random) -> Any:
    match kind:
        case Yen(most=most) | Count(most=most):
            return most
        case Words(most=most):
            return "あ" * most
        case Period():
            return {"since": "1989-01-08", "until": "9999-12-31"}
        case _:
            return _value(kind, random)


def _all_special(fields: tuple[Field, ...], special: SpecialName) -> JSON:
    values: JSON = {}
    for field in fields:
        if special in field.may_be:
            values[field.name] = {"special": special}
        elif isinstance(field.type, Many):
            values[field.name] = [_all_special(field.type.fields, special)]
        elif field.required:
            values[field.name] = _least_value(field.type)
    return values


def _household(values: JSON) -> JSON:
    if values["householder"]:
        return {"householder": True}
    return {"householder_name": "模擬 太郎", "relationship": "子"} | values


def _levy(values: JSON) -> JSON:
    income = values["total_income"]
    if isinstance(income, dict):
        return {**values, "income_levy": income}
    return {**values, "income_levy": max(0, income - 430_000) * 6 // 100 // 100 * 100}


def _only_if(field: str) -> Callable[[JSON], JSON]:
    def consistent(values: JSON) -> JSON:
        return values if values[field] is True else {field: values[field]}

    return consistent


def _assistance(values: JSON) -> JSON:
    return {"state": "never", "periods": []} if values["state"] == "never" else values


_CONSISTENT: Final[dict[str, Callable[[JSON], JSON]]] = {
    "resident_record": _household,
    "local_tax": _levy,
    "child_allowance": _only_if("receiving"),
    "disability_basic_pension": _only_if("entitled"),
    "physical_disability_certificate": _only_if("holds"),
    "mental_disability_certificate": _only_if("holds"),
    "chronic_disease_certification": _only_if("certified"),
    "public_assistance": _assistance,
    "returnees_support": _assistance,
}
"""Fields that only make sense together."""
