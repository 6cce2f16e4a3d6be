"""Conditions of fields and documents: a small language, read into a tree and never executed as code.

    other_parent = yes and (ground in (divorce, death) or not income >= 1000000)
    leave_end is answered

Names are ids of fields; inside a group the entry's own fields come first. Values: yes, no, a whole number, a day (2026-04-01), a choice.
Evaluation is three-valued: what has not been answered makes a condition undecided (None), unless the rest decides it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

Scalar = bool | int | date | str

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<day>\d{4}-\d{2}-\d{2})|(?P<number>\d+)|(?P<name>[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)|(?P<mark>>=|<=|!=|[=<>(),]))"
)
_WORDS: Final = frozenset({"and", "or", "not", "in", "is", "answered", "yes", "no"})
LONGEST: Final = 500
"""Characters of a condition."""
DEEPEST: Final = 20
"""Brackets within brackets."""


class MalformedCondition(ValueError):
    """The text is no condition. The message says where it stops making sense."""


class Compare(StrEnum):
    """How a name is compared."""

    IS = "="
    IS_NOT = "!="
    AT_LEAST = ">="
    AT_MOST = "<="
    ABOVE = ">"
    BELOW = "<"
    IN = "in"
    ANSWERED = "is answered"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison."""

    name: str
    compare: Compare
    values: tuple[Scalar, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    of: "Condition"


@dataclass(frozen=True, slots=True)
class And:
    of: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    of: "tuple[Condition, ...]"


Condition = Comparison | Not | And | Or


@lru_cache(4096)
def parse(text: str) -> Condition:
    """Read a condition. Raises MalformedCondition."""
    if len(text) > LONGEST:
        raise MalformedCondition(f"a condition has at most {LONGEST} characters")
    reader = _Reader(_tokens(text))
    condition = reader.any_of(0)
    if reader.left:
        raise MalformedCondition(f"unexpected {reader.left[0][1]!r}")
    return condition


def names(condition: Condition) -> Iterator[str]:
    """The fields that a condition speaks of."""
    match condition:
        case Comparison():
            yield condition.name
        case Not():
            yield from names(condition.of)
        case And() | Or():
            for each in condition.of:
                yield from names(each)


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """The comparisons in a condition."""
    match condition:
        case Comparison():
            yield condition
        case Not():
            yield from comparisons(condition.of)
        case And() | Or():
            for each in condition.of:
                yield from comparisons(each)


def evaluate(condition: Condition, answers: Mapping[str, object]) -> bool | None:
    """True, False, or None while what is not answered could decide it. A list as answer (choices) is compared by its entries."""
    match condition:
        case Comparison():
            return _test(condition, answers)
        case Not():
            inner = evaluate(condition.of, answers)
            return None if inner is None else not inner
        case And():
            found = [evaluate(each, answers) for each in condition.of]
            return False if False in found else None if None in found else True
        case Or():
            found = [evaluate(each, answers) for each in condition.of]
            return True if True in found else None if None in found else False


def open_names(condition: Condition, answers: Mapping[str, object]) -> tuple[str, ...]:
    """The names whose answers would decide an undecided condition, in its order; empty if it is decided."""
    if evaluate(condition, answers) is not None:
        return ()
    match condition:
        case Comparison():
            return (condition.name,)
        case Not():
            return open_names(condition.of, answers)
        case And() | Or():
            return tuple(dict.fromkeys(name for each in condition.of for name in open_names(each, answers)))


def look_up(name: str, answers: Mapping[str, object]) -> object | None:
    """The answer of a dotted name; None if there is none."""
    value: object = answers
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return None if value == "" else value


def _test(test: Comparison, answers: Mapping[str, object]) -> bool | None:
    value = look_up(test.name, answers)
    if test.compare is Compare.ANSWERED:
        return value not in (None, [], ())
    if value is None:
        return None
    if isinstance(value, list | tuple):
        # Choices: "=" and "in" ask whether one was chosen; of a group the number of entries counts.
        if any(type(each) is int for each in test.values):
            return _compare(len(value), test)
        chosen = any(each in value for each in test.values)
        return not chosen if test.compare is Compare.IS_NOT else chosen
    return _compare(value, test)


def _compare(value: object, test: Comparison) -> bool | None:
    wanted = test.values[0]
    if isinstance(wanted, date) and isinstance(value, str):
        value = _day(value)
    if type(value) is not type(wanted):
        return None
    match test.compare:
        case Compare.IS:
            return value == wanted
        case Compare.IS_NOT:
            return value != wanted
        case Compare.IN:
            return value in test.values
        case Compare.AT_LEAST:
            return value >= wanted  # type: ignore[operator]  # of one type, which `parse` lets be compared
        case Compare.AT_MOST:
            return value <= wanted  # type: ignore[operator]
        case Compare.ABOVE:
            return value > wanted  # type: ignore[operator]
        case _:
            return value < wanted  # type: ignore[operator]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise MalformedCondition(f"cannot read from {text[at : at + 10].strip()!r} on")
        kind = match.lastgroup or ""
        found.append((kind, match[kind]))
        at = match.end()
    if not found:
        raise MalformedCondition("a condition is not empty")
    return found


class _Reader:
    """Recursive descent over tokens."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.left = tokens

    def any_of(self, depth: int) -> Condition:
        parts = [self.all_of(depth)]
        while self.take("or"):
            parts.append(self.all_of(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def all_of(self, depth: int) -> Condition:
        parts = [self.one(depth)]
        while self.take("and"):
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def one(self, depth: int) -> Condition:
        if depth > DEEPEST:
            raise MalformedCondition("too many brackets")
        if self.take("not"):
            return Not(self.one(depth + 1))
        if self.take("("):
            inner = self.any_of(depth + 1)
            self.need(")")
            return inner
        return self.test()

    def test(self) -> Comparison:
        kind, name = self.next("a field")
        if kind != "name" or name in _WORDS:
            raise MalformedCondition(f"a field is expected, not {name!r}")
        if self.take("is"):
            self.need("answered")
            return Comparison(name, Compare.ANSWERED)
        if self.take("in"):
            self.need("(")
            values = [self.value()]
            while self.take(","):
                values.append(self.value())
            self.need(")")
            return Comparison(name, Compare.IN, tuple(values))
        _, mark = self.next("a comparison")
        try:
            compare = Compare(mark)
        except ValueError:
            raise MalformedCondition(f"a comparison is expected, not {mark!r}") from None
        value = self.value()
        if compare not in (Compare.IS, Compare.IS_NOT) and isinstance(value, bool | str):
            raise MalformedCondition(f"{mark} compares numbers and days")
        return Comparison(name, compare, (value,))

    def value(self) -> Scalar:
        kind, text = self.next("a value")
        match kind:
            case "number":
                return int(text)
            case "day":
                try:
                    return date.fromisoformat(text)
                except ValueError:
                    raise MalformedCondition(f"the calendar has no {text}") from None
            case "name" if text in ("yes", "no"):
                return text == "yes"
            case "name" if text not in _WORDS:
                return text
        raise MalformedCondition(f"a value is expected, not {text!r}")

    def next(self, what: str) -> tuple[str, str]:
        if not self.left:
            raise MalformedCondition(f"{what} is missing at the end")
        return self.left.pop(0)

    def take(self, text: str) -> bool:
        if self.left and self.left[0][1] == text:
            self.left.pop(0)
            return True
        return False

    def need(self, text: str) -> None:
        if not self.take(text):
            raise MalformedCondition(f"{text!r} is missing")
