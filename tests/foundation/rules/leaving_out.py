"""Every fact of a case left out in turn: what the rules then say must be what they said, or unknown."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any, TypeVar

from mynumber.foundation.rules import FactSheet, Finding
from mynumber.foundation.rules.findings import UNASKED

S = TypeVar("S", bound=FactSheet)


def each_left_out(sheet: S) -> Iterator[tuple[str, S]]:
    """The name of each fact (with the key of its sheet) and the case without it, sheets within sheets included."""
    for field in fields(sheet):
        value = getattr(sheet, field.name)
        if isinstance(value, Finding):
            without: Any = {field.name: UNASKED}
            name = f"{sheet.key}.{field.name}" if sheet.key else field.name
            yield name, replace(sheet, **without)
        elif isinstance(value, FactSheet):
            for name, inner in each_left_out(value):
                changed: Any = {field.name: inner}
                yield name, replace(sheet, **changed)
        elif isinstance(value, tuple):
            for place, part in enumerate(value):
                if isinstance(part, FactSheet):
                    for name, inner in each_left_out(part):
                        changed = {field.name: (*value[:place], inner, *value[place + 1 :])}
                        yield name, replace(sheet, **changed)


def needed(case: S, outcomes: Callable[[S], tuple[Finding[Any], ...]]) -> set[str]:
    """The facts without which the first outcome is unknown.

    Asserts for each outcome that without a fact it is the same, or unknown and then asks for that fact.
    """
    whole = [outcome.known() for outcome in outcomes(case)]
    asked = set()
    for name, less in each_left_out(case):
        for place, (found, before) in enumerate(zip(outcomes(less), whole, strict=True)):
            if not found.is_unknown:
                assert found.known() == before, name
                continue
            assert name in {need.name for need in found.needs}, name
            if place == 0:
                asked.add(name)
    return asked
