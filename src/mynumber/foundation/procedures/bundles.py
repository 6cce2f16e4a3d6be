"""Life events as bundles (ライフイベント): everything due at once, and each shared question once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from mynumber.foundation.procedures.definition import Event, Field, How, LifeEvent, Procedure
from mynumber.foundation.procedures.loading import Catalogue
from mynumber.foundation.procedures.values import Value

BUNDLES: Final[Mapping[str, tuple[Event, ...]]] = {
    "moving": (Event.MOVED_IN, Event.MOVED_OUT, Event.MOVED_WITHIN),
    "birth": (Event.BIRTH, Event.PREGNANCY_NOTIFIED),
    "death": (Event.DEATH,),
}
"""Which events make a bundle; procedures of the life event of the same name come after those that an event offers."""


@dataclass(frozen=True, slots=True)
class Question:
    """A field of a bundle and the procedures (with the id it has there) that take its answer."""

    field: Field
    takers: tuple[tuple[str, str], ...]


def due_on(catalogue: Catalogue, event: Event, *, on: date) -> tuple[Procedure, ...]:
    """The procedures for which an event creates an offer."""
    return tuple(each for each in catalogue.on(on) if any(push.event is event for push in each.push))


def of_life_event(catalogue: Catalogue, event: LifeEvent, *, on: date) -> tuple[Procedure, ...]:
    """Everything that belongs to a life event, offered ones first."""
    events = BUNDLES.get(event.value, ())
    found = [each for each in catalogue.on(on) if event in each.life_events]
    return tuple(sorted(found, key=lambda each: not any(push.event in events for push in each.push)))


def merged(procedures: Iterable[Procedure]) -> tuple[Question, ...]:
    """The questions of several procedures: a field that several take from `common/fields.toml` is one question."""
    found: dict[str, tuple[Field, list[tuple[str, str]]]] = {}
    for procedure in procedures:
        for field in procedure.field:
            if field.how is How.NEVER_ASKED:
                continue
            key = f"shared:{field.shared}" if field.shared else f"{procedure.id}:{field.id}"
            found.setdefault(key, (field, []))[1].append((procedure.id, field.id))
    return tuple(Question(field, tuple(takers)) for field, takers in found.values())


def spread(questions: Iterable[Question], answers: Mapping[str, Value]) -> dict[str, dict[str, Value]]:
    """Answers of a bundle ("PROCEDURE:FIELD" of the first taker) to the answers of each procedure."""
    result: dict[str, dict[str, Value]] = {}
    for question in questions:
        first = ":".join(question.takers[0])
        for procedure, field in question.takers:
            entry = result.setdefault(procedure, {})
            if first in answers:
                entry[field] = answers[first]
    return result
