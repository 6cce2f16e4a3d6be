"""What an event of life makes due: the procedures with office and last day, and the questions that several of them ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from mynumber.foundation.procedures.bundles import BUNDLES, is_offered, of_life_event, rank_of
from mynumber.foundation.procedures.deadlines import Window, window
from mynumber.foundation.procedures.definition import Field, FieldType, How, LifeEvent, Procedure
from mynumber.foundation.procedures.fitting import Fit, fits, questions
from mynumber.foundation.procedures.loading import catalogue
from mynumber.foundation.procedures.routing import may_begin

EVENTS: Final = tuple(LifeEvent(name) for name in BUNDLES)
_IMPLIED: Final[Mapping[LifeEvent, tuple[str, ...]]] = {
    LifeEvent.BIRTH: (
        "raises_child_under_19",
        "child_below_school",
        "number_of_children_changed",
        "lives_in_japan",
    ),
    LifeEvent.MOVING: ("moved_recently", "moved_or_renamed", "lives_in_japan"),
    LifeEvent.DEATH: ("family_died",),
}
"""Questions of "what fits me" that the event answers with yes."""
_LATER: Final = frozenset({"funeral_on"})
"""Days from which a term counts and that are not the event's own."""
_ANSWERED: Final = (How.ASK, How.PREFILLED_EDITABLE, How.PREFILLED_LOCKED)


@dataclass(frozen=True, slots=True)
class Due:
    """A procedure of an event; `window` counts from the day of the event, where that is known."""

    procedure: Procedure
    window: Window
    offered: bool
    """Whether the event itself makes it due; else it only belongs there."""
    fit: Fit = Fit.CANNOT_TELL
    because: tuple[Field, ...] = ()
    """Questions whose answers would tell whether it fits."""

    @property
    def chosen(self) -> bool:
        """Whether it is proposed for doing it together."""
        return self.offered and self.fit is Fit.YES


@dataclass(frozen=True, slots=True)
class Shared:
    """A question that several procedures ask, with the id that its field has in each."""

    field: Field
    takers: tuple[tuple[str, str], ...]


def of_event(
    event: LifeEvent,
    *,
    on: date,
    happened_on: date | None = None,
    given: Mapping[str, bool] | None = None,
) -> tuple[Due, ...]:
    """Everything that a resident files themself: by its place in the event (`Push.rank`), of equal ones the nearest deadline first; what only belongs there last.

    given: answers to `questions_of`; what they rule out is left out.
    """
    known = dict.fromkeys(_IMPLIED[event], True) | dict(given or {})
    fitting = {each.procedure.id: each for each in fits(catalogue(), known, on=on)}
    found = []
    for each in of_life_event(catalogue(), event, on=on):
        fit = fitting.get(each.id)
        if may_begin(each) and not (fit and fit.fit is Fit.NO):
            found.append(
                Due(
                    each,
                    _window(each, happened_on, on),
                    is_offered(each, event),
                    fit.fit if fit else Fit.YES,
                    fit.because if fit else (),
                )
            )
    return tuple(
        sorted(
            found,
            key=lambda due: (not due.offered, rank_of(due.procedure, event), due.window.closes or date.max),
        )
    )


def questions_of(event: LifeEvent, *, on: date) -> tuple[Field, ...]:
    """The few questions that tell which of the procedures that the event makes due are for this person, those of what fits most people first."""
    asked: dict[str, int] = {}
    for each in of_event(event, on=on):
        for field in each.because if each.offered else ():
            asked.setdefault(field.id, rank_of(each.procedure, event))
    found = [field for name, field in questions().items() if name in asked]
    return tuple(sorted(found, key=lambda field: asked[field.id]))


def _window(procedure: Procedure, happened_on: date | None, on: date) -> Window:
    after = procedure.deadlines.apply.after
    answers = {after: happened_on.isoformat()} if happened_on and after and after not in _LATER else {}
    return window(procedure, answers, on=on)


def day_field(procedure: Procedure) -> Field | None:
    """The field of the day from which the procedure's term counts, if the person answers it."""
    after = procedure.deadlines.apply.after
    return next(
        (
            each
            for each in procedure.field
            if each.id == after
            and after not in _LATER
            and each.type is FieldType.DATE
            and each.how in (How.ASK, How.PREFILLED_EDITABLE)
        ),
        None,
    )


def given_by(event: LifeEvent, happened_on: date | None, procedure: Procedure) -> dict[str, str]:
    """Answers that the event itself gives: its day, and the choice that names it."""
    answers: dict[str, str] = {}
    names = [each.value for each in BUNDLES[event.value]]
    day = day_field(procedure)
    if day is not None and happened_on is not None:
        answers[day.id] = happened_on.isoformat()
    for each in procedure.field:
        chosen = next((name for name in names if name in {one.value for one in each.choices}), None)
        if each.type is FieldType.CHOICE and each.how is How.ASK and chosen is not None:
            answers[each.id] = chosen
    return answers


def shared(procedures: Iterable[Procedure]) -> tuple[Shared, ...]:
    """The questions that at least two of them ask: the same common field, or the same words with the same answers."""
    found: dict[object, tuple[Field, list[tuple[str, str]]]] = {}
    for procedure in procedures:
        given = {day.id} if (day := day_field(procedure)) else set()
        for field in procedure.field:
            if field.how in _ANSWERED and field.type is not FieldType.PERSON and field.id not in given:
                found.setdefault(_question(field), (field, []))[1].append((procedure.id, field.id))
    return tuple(Shared(field, tuple(takers)) for field, takers in found.values() if len(takers) > 1)


def _question(field: Field) -> object:
    """What makes two fields one question."""
    if field.shared:
        return field.shared
    return (
        *(field.id, field.type, field.label.ja, field.bounds, field.when),
        tuple(one.value for one in field.choices),
        tuple(_question(inner) for inner in field.field),
    )


def form_of(procedures: tuple[Procedure, ...], questions: Iterable[Shared]) -> Procedure:
    """The shared questions as a form of their own."""
    fields = tuple(msgspec.structs.replace(each.field, section="") for each in questions)
    return msgspec.structs.replace(procedures[0], field=fields, section=(), document=(), rule=None)


def spread(questions: Iterable[Shared], answers: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """Answers of the shared form to what each procedure's draft takes."""
    result: dict[str, dict[str, object]] = {}
    for question in questions:
        if question.field.id in answers:
            for procedure, field in question.takers:
                result.setdefault(procedure, {})[field] = answers[question.field.id]
    return result
