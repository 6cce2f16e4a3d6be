"""The form beside what register, own records and network say: what the case worker examines, and what the rule decides on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

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
from mynumber.institutions.municipality.applications.finding import (
    JAPAN,
    Found,
    Looking,
    Origin,
    answers_in,
    in_registers,
    procedure_of,
)
from mynumber.institutions.municipality.applications.models import Application, Submission
from mynumber.institutions.municipality.applications.received import PERSON, in_answers
from mynumber.institutions.municipality.register.models import Person

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
class Sheet:
    """All that is known of an application. Prints nothing of it."""

    procedure: Procedure
    submission: Submission
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


def sheet_of(application: Application, *, at: datetime) -> Sheet:
    """The sheet as it is now. Raises UnknownProcedure."""
    procedure = procedure_of(application)
    submission = application.submissions.order_by("-sequence")[0]
    declared = _declared(procedure, answers_in(bytes(submission.answers)))
    found = _found(application, procedure, declared, at)
    confirmed = latest_confirmed(application)
    known = merged(procedure, declared, found.values, confirmed)
    today = submission.arrived_at.astimezone(JAPAN).date()
    reading = forms.read(procedure, known, today=today, known=known)
    return Sheet(
        procedure,
        submission,
        declared,
        found,
        confirmed,
        reading,
        tuple(
            each
            for each in forms.differences(procedure, declared, found.values)
            if each.path not in confirmed
        ),
        tuple(_open(procedure, reading, found)),
    )


def latest_confirmed(application: Application) -> dict[str, Any]:
    """What case workers found, by path."""
    return {each.path: each.value for each in application.confirmed.order_by("at", "pk")}


def _declared(procedure: Procedure, answers: Mapping[str, Any]) -> dict[str, Any]:
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


def _found(
    application: Application, procedure: Procedure, declared: Mapping[str, Any], at: datetime
) -> Found:
    if application.applicant is None:
        found = Found()
        arrived = application.arrived_at
        for each in procedure.field:
            if getattr(each.source, "item", None) == "applied_on":
                found.put(
                    each.id, arrived.astimezone(JAPAN).date().isoformat(), Origin("受付の記録", arrived)
                )
        return found
    looking = Looking(procedure, application.applicant, application.arrived_at, declared)
    found = in_registers(looking)
    from_network = in_answers(application, looking)
    for name, value in from_network.values.items():
        held = found.values.get(name)
        if isinstance(value, list) and isinstance(held, list):
            found.values[name] = _joined(held, value)
        else:
            found.put(name, value, from_network.origins[name])
    return found


def looking_of(application: Application, person: Person, *, at: datetime) -> Looking:
    """For whom one looks in the examination of an application, and with which answers. Raises UnknownProcedure."""
    procedure = procedure_of(application)
    submission = application.submissions.order_by("-sequence")[0]
    return Looking(procedure, person, at, _declared(procedure, answers_in(bytes(submission.answers))))


def _joined(entries: list[Any], more: list[Any]) -> list[Any]:
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


def day(at: datetime) -> date:
    """The day in Japan."""
    return at.astimezone(JAPAN).date()
