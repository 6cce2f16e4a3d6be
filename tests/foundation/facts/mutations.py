"""Ways to spoil a good fact, each with the one fault that must be found."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from mynumber.foundation.facts import Fault, Field, Layout, Problem
from mynumber.foundation.facts.language import (
    CalendarYear,
    Code,
    Count,
    Day,
    Figures,
    FiscalYear,
    Insurer,
    Many,
    Month,
    Municipality,
    Period,
    Words,
    Yen,
    YesNo,
)

SECRET = "ひみつの値"
Place = tuple[str | int, ...]


def mutations(layout: Layout, fact: dict[str, Any]) -> Iterator[tuple[Any, Fault]]:
    """Spoilt copies of a full fact, each with its fault."""
    yield {**fact, SECRET: 1}, Fault("", Problem.UNEXPECTED)
    yield [fact], Fault("", Problem.WRONG_TYPE)
    yield None, Fault("", Problem.NULL)
    for place, field in _places(layout.fields, fact, ()):
        path = _path(place)
        yield _put(fact, place, None), Fault(path, Problem.NULL)
        if field.required:
            yield _drop(fact, place), Fault(path, Problem.MISSING)
        for special in ("unknown", "not_declared"):
            if special not in field.may_be and not isinstance(field.type, Period):
                yield _put(fact, place, {"special": special}), Fault(path, Problem.SPECIAL)
        for wrong, problem, below in _wrong(field):
            yield _put(fact, place, wrong), Fault(path + below, problem)


def _wrong(field: Field) -> Iterator[tuple[Any, Problem, str]]:
    if not isinstance(field.type, Period):
        yield {"special": SECRET}, Problem.WRONG_TYPE, ""
        yield {}, Problem.WRONG_TYPE, ""
    match field.type:
        case Yen(least=least, most=most) | Count(least=least, most=most):
            yield str(least), Problem.WRONG_TYPE, ""
            yield least + 0.5, Problem.WRONG_TYPE, ""
            yield True, Problem.WRONG_TYPE, ""
            yield least - 1, Problem.OUT_OF_RANGE, ""
            yield most + 1, Problem.OUT_OF_RANGE, ""
        case FiscalYear() | CalendarYear():
            yield 1899, Problem.OUT_OF_RANGE, ""
            yield "2026", Problem.WRONG_TYPE, ""
        case Day():
            yield "2026-02-29", Problem.NOT_A_DAY, ""
            yield "20260401", Problem.NOT_A_DAY, ""
            yield "2026-04-01T00:00:00Z", Problem.NOT_A_DAY, ""
            yield 20260401, Problem.WRONG_TYPE, ""
        case Month():
            yield "2026-13", Problem.WRONG_FORM, ""
            yield "2026-4", Problem.WRONG_FORM, ""
            yield "2026-04-01", Problem.TOO_LONG, ""
        case YesNo():
            yield 0, Problem.WRONG_TYPE, ""
            yield "はい", Problem.WRONG_TYPE, ""
        case Code():
            yield SECRET, Problem.NOT_IN_LIST, ""
            yield 1, Problem.WRONG_TYPE, ""
        case Words(most=most):
            yield "", Problem.WRONG_FORM, ""
            yield "あ\n", Problem.WRONG_FORM, ""
            yield "あ" * (most + 1), Problem.TOO_LONG, ""
        case Figures(least=least, most=most):
            yield "1" * (most + 1), Problem.TOO_LONG, ""
            yield "１" * least, Problem.WRONG_FORM, ""
            yield "1" * (most - 1) + "\n", Problem.WRONG_FORM, ""
        case Municipality():
            yield "011003", Problem.CHECK_DIGIT, ""
            yield "999993", Problem.CHECK_DIGIT, ""
            yield "01100", Problem.WRONG_FORM, ""
        case Insurer():
            yield "01130013", Problem.CHECK_DIGIT, ""
            yield "0113001", Problem.WRONG_FORM, ""
        case Period():
            yield {"since": "2026-04-01", "until": "2026-03-31"}, Problem.ORDER, ".until"
            yield {"until": "2026-03-31"}, Problem.MISSING, ".since"
            yield {"since": "2026-04-01", "until": None}, Problem.NULL, ".until"
            yield {"since": {"special": "not_declared"}}, Problem.SPECIAL, ".since"
            yield {"since": "2026-04-01", SECRET: 1}, Problem.UNEXPECTED, ""
            yield "2026-04-01", Problem.WRONG_TYPE, ""
        case Many(most=most):
            yield "なし", Problem.WRONG_TYPE, ""
            yield [{}] * (most + 1), Problem.TOO_LONG, ""
            yield [None], Problem.NULL, "[0]"


def _places(fields: tuple[Field, ...], values: dict[str, Any], above: Place) -> Iterator[tuple[Place, Field]]:
    for field in fields:
        place = (*above, field.name)
        yield place, field
        if isinstance(field.type, Many):
            last = len(values[field.name]) - 1
            yield from _places(field.type.fields, values[field.name][last], (*place, last))


def _path(place: Place) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return text.removeprefix(".")


def _put(fact: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    spoilt = copy.deepcopy(fact)
    _parent(spoilt, place)[place[-1]] = value
    return spoilt


def _drop(fact: dict[str, Any], place: Place) -> dict[str, Any]:
    spoilt = copy.deepcopy(fact)
    del _parent(spoilt, place)[place[-1]]
    return spoilt


def _parent(fact: Any, place: Place) -> Any:
    for step in place[:-1]:
        fact = fact[step]
    return fact
