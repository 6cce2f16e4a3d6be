"""What is wrong with a fact, field by field. Never the value: a fault may be logged."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec

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
    Words,
    Yen,
    YesNo,
)
from mynumber.foundation.facts.types import (
    CHECKED,
    FIRST_YEAR,
    LAST_YEAR,
    text_form,
)

MOST_FAULTS: Final = 50


class Problem(enum.Enum):
    """What can be wrong."""

    NOT_JSON = "not_json", "JSONとして読めません。"
    MISSING = "missing", "必須の項目がありません。"
    UNEXPECTED = "unexpected", "この様式にない項目があります。"
    NULL = "null", "nullは使えません。不明は unknown、該当なしは項目ごと省きます。"
    WRONG_TYPE = "wrong_type", "値の型が違います。"
    OUT_OF_RANGE = "out_of_range", "値が範囲の外です。"
    WRONG_FORM = "wrong_form", "文字の並びが決まりに合いません。"
    NOT_A_DAY = "not_a_day", "暦にある日付（2026-04-01の形）ではありません。"
    TOO_LONG = "too_long", "長さが上限を超えています。"
    NOT_IN_LIST = "not_in_list", "コード表にない値です。"
    CHECK_DIGIT = "check_digit", "検査数字が合わないか、存在しない番号です。"
    ORDER = "order", "終わりが始まりより前です。"
    SPECIAL = "special", "この項目に「不明」や「未申告」は使えません。"

    sentence_ja: str

    def __new__(cls, value: str, sentence_ja: str) -> Problem:
        member = object.__new__(cls)
        member._value_ = value
        member.sentence_ja = sentence_ja
        return member


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where: ``benefits[2].paid_since``. The path holds names of the layout only; empty is the fact itself."""

    path: str
    problem: Problem

    def __str__(self) -> str:
        return f"{self.path or 'the fact'}: {self.problem.value}"


class MalformedFact(msgspec.ValidationError):
    """A fact out of shape, with the first :data:`MOST_FAULTS` faults."""

    def __init__(self, layout: str, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"{layout}: " + "; ".join(map(str, faults[:5])))
        self.layout = layout
        self.faults = faults


def faults_of(layout: Layout, body: bytes) -> tuple[Fault, ...]:
    """Everything wrong with a body, in the order of the layout; empty for a good one. Slow: for bodies that the reader refused."""
    try:
        value = msgspec.json.decode(body)
    except (ValueError, RecursionError):  # also what is no UTF-8
        return (Fault("", Problem.NOT_JSON),)
    found: list[Fault] = []
    for fault in _record(layout.fields, value, ""):
        found.append(fault)
        if len(found) == MOST_FAULTS:
            break
    return tuple(found)


def _record(fields: tuple[Field, ...], value: Any, path: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield Fault(path, Problem.NULL if value is None else Problem.WRONG_TYPE)
        return
    under = f"{path}." if path else ""
    for field in fields:
        if field.name not in value:
            if field.required:
                yield Fault(under + field.name, Problem.MISSING)
            continue
        yield from _field(field, value[field.name], under + field.name)
    if value.keys() - {field.name for field in fields}:
        yield Fault(path, Problem.UNEXPECTED)


def _field(field: Field, value: Any, path: str) -> Iterator[Fault]:
    if isinstance(value, dict) and not isinstance(field.type, Period):
        yield from _special(field, value, path)
    elif value is None:
        yield Fault(path, Problem.NULL)
    else:
        yield from _CHECKS[type(field.type)](field.type, value, path)


def _special(field: Field, value: dict[str, Any], path: str) -> Iterator[Fault]:
    if value not in ({"special": "unknown"}, {"special": "not_declared"}):
        yield Fault(path, Problem.WRONG_TYPE)
    elif value["special"] not in field.may_be:
        yield Fault(path, Problem.SPECIAL)


def _whole(kind: FieldType, value: Any, path: str) -> Iterator[Fault]:
    least, most = (kind.least, kind.most) if isinstance(kind, Yen | Count) else (FIRST_YEAR, LAST_YEAR)
    if not isinstance(value, int) or isinstance(value, bool):
        yield Fault(path, Problem.WRONG_TYPE)
    elif not least <= value <= most:
        yield Fault(path, Problem.OUT_OF_RANGE)


def _day(_kind: FieldType, value: Any, path: str) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield Fault(path, Problem.WRONG_TYPE)
    elif day_of(value) is None:
        yield Fault(path, Problem.NOT_A_DAY)


def day_of(text: str) -> date | None:
    """The day of an ISO text of the long form; None for anything else."""
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _yes_no(_kind: FieldType, value: Any, path: str) -> Iterator[Fault]:
    if not isinstance(value, bool):
        yield Fault(path, Problem.WRONG_TYPE)


def _code(kind: FieldType, value: Any, path: str) -> Iterator[Fault]:
    assert isinstance(kind, Code)  # noqa: S101  # narrows the type of the table below
    if not isinstance(value, str):
        yield Fault(path, Problem.WRONG_TYPE)
    elif value not in CODE_LISTS[kind.of]:
        yield Fault(path, Problem.NOT_IN_LIST)


def _text(kind: FieldType, value: Any, path: str) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield Fault(path, Problem.WRONG_TYPE)
        return
    form, most = text_form(kind)
    if len(value) > most:
        yield Fault(path, Problem.TOO_LONG)
    elif not re.fullmatch(form, value):
        yield Fault(path, Problem.WRONG_FORM)
    elif type(kind) in CHECKED:
        try:
            CHECKED[type(kind)](value)
        except ValueError:
            yield Fault(path, Problem.CHECK_DIGIT)


_SPAN: Final = (
    Field(name="since", label="開始", type=Day()),
    Field(name="until", label="終了", type=Day(), required=False),
)


def _period(_kind: FieldType, value: Any, path: str) -> Iterator[Fault]:
    found = list(_record(_SPAN, value, path))
    yield from found
    if not found and isinstance(value["since"], str) and isinstance(value.get("until"), str):
        since, until = day_of(value["since"]), day_of(value["until"])
        if since is not None and until is not None and until < since:
            yield Fault(f"{path}.until", Problem.ORDER)


def _many(kind: FieldType, value: Any, path: str) -> Iterator[Fault]:
    assert isinstance(kind, Many)  # noqa: S101  # narrows the type of the table below
    if not isinstance(value, list):
        yield Fault(path, Problem.WRONG_TYPE)
        return
    if len(value) > kind.most:
        yield Fault(path, Problem.TOO_LONG)
        return
    for place, entry in enumerate(value):
        yield from _record(kind.fields, entry, f"{path}[{place}]")


_CHECKS: Final[dict[type, Callable[[FieldType, Any, str], Iterator[Fault]]]] = {
    Yen: _whole,
    Count: _whole,
    FiscalYear: _whole,
    CalendarYear: _whole,
    Day: _day,
    Month: _text,
    YesNo: _yes_no,
    Code: _code,
    Words: _text,
    Figures: _text,
    Municipality: _text,
    Insurer: _text,
    Period: _period,
    Many: _many,
}
