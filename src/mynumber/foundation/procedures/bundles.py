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


_LAST: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Question:
    """A field of a bundle and the procedures (with the id it has there) that take its answer."""

    field: Field
    takers: tuple[tuple[str, str], ...]


def due_on(catalogue: Catalogue, event: Event, *, on: date) -> tuple[Procedure, ...]:
    """The procedures for which an event creates an offer."""
    return tuple(each for each in catalogue.on(on) if any(push.event is event for push in each.push))


def of_life_event(catalogue: Catalogue, event: LifeEvent, *, on: date) -> tuple[Procedure, ...]:
    """Everything that belongs to a life event: offered ones first, of these what fits most people (`Push.rank`)."""
    found = [each for each in catalogue.on(on) if event in each.life_events]
    return tuple(sorted(found, key=lambda each: (not is_offered(each, event), rank_of(each, event))))


def is_offered(procedure: Procedure, event: LifeEvent) -> bool:
    """Whether the event itself makes it due; else it only belongs there."""
    return any(push.event in BUNDLES.get(event.value, ()) for push in procedure.push)


def rank_of(procedure: Procedure, event: LifeEvent) -> int:
    """Its place among what the event makes due, small for what fits most of those whom it meets; those without a place are equal, and last."""
    events = BUNDLES.get(event.value, ())
    return min((push.rank or _LAST for push in procedure.push if push.event in events), default=_LAST)


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
