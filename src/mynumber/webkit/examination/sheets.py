"""The form beside what registers, own records and the network say: what is examined, and what the rule decides on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Generic, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from mynumber.foundation.procedures import answers as forms
from mynumber.foundation.procedures.answers import Difference, Reading
from mynumber.foundation.procedures.definition import (
    Examined,
    Field,
    FieldType,
    How,
    Network,
    Procedure,
)

JAPAN: Final = ZoneInfo("Asia/Tokyo")
PERSON: Final = "person"
"""The field of an entry that names whom it is about."""
S = TypeVar("S")
"""The body's row of a sending."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from, in words, and as of when."""

    source: str
    as_of: datetime


@dataclass(slots=True, repr=False)
class Found:
    """Values by field as `procedures.answers.read` takes them for `known`. Prints none of them."""

    values: dict[str, Any] = dataclasses.field(default_factory=dict)
    origins: dict[str, Origin] = dataclasses.field(default_factory=dict)
    """By field; of a group, that of its entries."""
    unknown: dict[str, str] = dataclasses.field(default_factory=dict)
    """Why a field that is taken from elsewhere could not be had."""

    def __repr__(self) -> str:
        return f"Found({len(self.values)} fields)"

    def put(self, name: str, value: Any, origin: Origin) -> None:
        """Keep a value; None keeps nothing."""
        if value is not None:
            self.values[name] = value
            self.origins[name] = origin


ANSWERABLE: Final = (
    FieldType.YEN,
    FieldType.COUNT,
    FieldType.YES_NO,
    FieldType.DATE,
    FieldType.MONTH,
    FieldType.TEXT,
    FieldType.CHOICE,
)
"""Types that a case worker fills in where no register tells."""


@dataclass(frozen=True, slots=True, repr=False)
class Open:
    """A fact that no source gave and the applicant is not asked: the case worker finds it."""

    path: str
    field: Field
    suggest: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Sheet(Generic[S]):
    """All that is known of an application. Prints nothing of it."""

    procedure: Procedure
    submission: S
    declared: Mapping[str, Any]
    found: Found
    confirmed: Mapping[str, Any]
    reading: Reading
    """Declared and found together, as the rule takes them."""
    differences: tuple[Difference, ...]
    open: tuple[Open, ...]

    def __repr__(self) -> str:
        return f"Sheet({self.procedure.id})"

    @property
    def values(self) -> Mapping[str, Any]:
        """What is decided on."""
        return self.reading.values

    @property
    def deficits(self) -> tuple[forms.Problem, ...]:
        """What is missing or cannot be read in what was sent."""
        return self.reading.all_problems


def compose(
    procedure: Procedure,
    submission: S,
    answers: Mapping[str, Any],
    found: Found,
    confirmed: Mapping[str, Any],
    *,
    today: date,
) -> Sheet[S]:
    """The sheet of an application. `answers`: as `declared_in` leaves them; today: the day the sending arrived."""
    known = merged(procedure, answers, found.values, confirmed)
    reading = forms.read(procedure, known, today=today, known=known)
    differing = forms.differences(procedure, answers, found.values)
    return Sheet(
        procedure,
        submission,
        answers,
        found,
        confirmed,
        reading,
        tuple(each for each in differing if each.path not in confirmed),
        tuple(_open(procedure, reading, found)),
    )


def answers_in(encoded: bytes) -> dict[str, Any]:
    """The answers of an encoded application."""
    body = msgspec.json.decode(encoded)
    answers = body["answers"]
    return dict(answers)


def declared_in(procedure: Procedure, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Only what a person may say: what the office knows without the form is not taken from it."""
    return _sayable(procedure.field, answers)


def _sayable(fields: tuple[Field, ...], answers: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for field in fields:
        if field.id not in answers or field.how in (How.NEVER_ASKED, How.DERIVED):
            continue
        value = answers[field.id]
        if field.type is FieldType.GROUP:
            entries = value if isinstance(value, list) else []
            value = [_sayable(field.field, each) for each in entries if isinstance(each, Mapping)]
        kept[field.id] = value
    return kept


def joined(entries: list[Any], more: list[Any]) -> list[Any]:
    """Entries about the same person become one."""
    by_person = {str(each[PERSON]): each for each in more}
    joined = [{**each, **by_person.pop(str(each.get(PERSON)), {})} for each in entries]
    return [*joined, *by_person.values()]


def merged(
    procedure: Procedure,
    declared: Mapping[str, Any],
    found: Mapping[str, Any],
    confirmed: Mapping[str, Any],
) -> dict[str, Any]:
    """The values that count: what the case worker found; of fields that the person fills what they said; of all others what registers say."""
    return _merged(procedure.field, declared, found, confirmed, "")


def _merged(
    fields: tuple[Field, ...],
    declared: Mapping[str, Any],
    found: Mapping[str, Any],
    confirmed: Mapping[str, Any],
    above: str,
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in fields:
        path = above + field.id
        said, seen = declared.get(field.id), found.get(field.id)
        if field.type is FieldType.GROUP and isinstance(said, list):
            by_person = {
                str(each["person"]): each
                for each in seen or ()
                if isinstance(each, Mapping) and "person" in each
            }
            values[field.id] = [
                _merged(
                    field.field,
                    entry,
                    by_person.get(str(entry.get("person")), {}),
                    confirmed,
                    f"{path}.{at}.",
                )
                for at, entry in enumerate(said)
            ]
            continue
        office = field.how in (How.NEVER_ASKED, How.DERIVED, How.PREFILLED_LOCKED)
        value = (seen if seen is not None else said) if office else said
        value = confirmed.get(path, value)
        if value is not None:
            values[field.id] = value
    return values


def _open(procedure: Procedure, reading: Reading, found: Found) -> list[Open]:
    """Facts that are used and that nobody gave yet, in the order of the form."""
    listed = []
    for path, field in forms.visible_paths(procedure, reading.values):
        if field.how is not How.NEVER_ASKED or field.type not in ANSWERABLE:
            continue
        if forms.value_at(reading.values, path) is not None or _is_about_nobody(procedure, field, reading):
            continue
        suggest = field.source.suggest if isinstance(field.source, Examined) else ""
        why = "情報連携で照会できます" if isinstance(field.source, Network) else ""
        listed.append(Open(path, field, suggest, found.unknown.get(path, why)))
    return listed


def _is_about_nobody(procedure: Procedure, field: Field, reading: Reading) -> bool:
    """Whether it is a fact about a person of the form who is not there: the spouse of somebody without one."""
    if not isinstance(field.source, Network):
        return False
    named = any(each.id == field.source.of and each.type is FieldType.PERSON for each in procedure.field)
    return named and field.source.of not in reading.values


def askable_paths(procedure: Procedure, values: Mapping[str, Any]) -> dict[str, Field]:
    """The fields that a person fills or may change, by numbered path."""
    return {
        path: field
        for path, field in forms.visible_paths(procedure, values)
        if field.how in (How.ASK, How.PREFILLED_EDITABLE, How.PREFILLED_LOCKED)
    }


def found_at(declared: Mapping[str, Any], found: Mapping[str, Any], path: str) -> Any:
    """What registers say at a numbered path of the form; entries are matched by their person."""
    group, _, rest = path.partition(".")
    if not rest:
        return found.get(path)
    at, _, name = rest.partition(".")
    key = forms.value_at(declared, f"{group}.{at}.person")
    for entry in found.get(group) or ():
        if key is not None and isinstance(entry, Mapping) and entry.get("person") == key:
            return entry.get(name)
    return None


def day(at: datetime) -> date:
    """The day in Japan."""
    return at.astimezone(JAPAN).date()
