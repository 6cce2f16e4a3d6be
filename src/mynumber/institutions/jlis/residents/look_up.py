"""Looking residents up: by exactly the four attributes, or by number (本人確認情報の提供; 住民基本台帳法 art. 30-9 ff., Act art. 14(2)).

Every look-up is recorded in the same transaction, whatever came of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from mynumber.foundation.numbers import IndividualNumber
from mynumber.institutions.jlis.residents.attributes import LookUpKey, key_of
from mynumber.institutions.jlis.residents.models import LookUpKind, LookUpOutcome, Person, Status
from mynumber.protocols.residents import (
    FourAttributes,
    LookUpByNumberResult,
    LookUpResult,
    LookUpResults,
    LookUpState,
)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, with which message, and when: what a record of a look-up needs."""

    member: str
    message_id: str
    at: datetime


_OUTCOMES = {
    LookUpState.FOUND: LookUpOutcome.FOUND,
    LookUpState.NONE: LookUpOutcome.NONE,
    LookUpState.SEVERAL: LookUpOutcome.SEVERAL,
}

# The number of one of several never leaves the database: it is chosen only where exactly one row matches.
_BY_ATTRIBUTES = """
    SELECT asked.position,
           count(person.id),
           CASE WHEN count(person.id) = 1 THEN min(person.id) END,
           CASE WHEN count(person.id) = 1 THEN min(person.individual_number) END
      FROM unnest(%s::text[], %s::text[], %s::date[], %s::text[]) WITH ORDINALITY
           AS asked (name_key, address_key, birth_date, sex, position)
      LEFT JOIN jlis_residents_person AS person
             ON person.birth_date = asked.birth_date
            AND person.name_key = asked.name_key
            AND person.address_key = asked.address_key
            AND person.sex = asked.sex
            AND person.status = %s
     GROUP BY asked.position
     ORDER BY asked.position
"""


def look_up(attributes: Sequence[FourAttributes], asking: Asking) -> LookUpResults:
    """Individual numbers of those whom all four attributes name, and nobody else.

    Several matches give ``several`` without a number. Raises Refused(MALFORMED) before anything is looked up.
    """
    rows = _rows_by_attributes([key_of(item) for item in attributes])
    states = [_state(hits) for _, hits, _, _ in rows]
    record_look_ups(
        LookUpKind.BY_ATTRIBUTES,
        [(state, person) for state, (_, _, person, _) in zip(states, rows, strict=True)],
        asking,
    )
    return LookUpResults(
        results=tuple(
            LookUpResult(position=position - 1, state=state, individual_number=number)
            for state, (position, _, _, number) in zip(states, rows, strict=True)
        )
    )


def look_up_by_number(number: IndividualNumber, asking: Asking) -> LookUpByNumberResult:
    """The four attributes of the holder of a number; None when nobody holds it."""
    person = Person.objects.filter(individual_number=number.digits, status=Status.CURRENT).first()
    state = LookUpState.FOUND if person else LookUpState.NONE
    record_look_ups(LookUpKind.BY_NUMBER, [(state, person.pk if person else None)], asking)
    return LookUpByNumberResult(attributes=attributes_of(person) if person else None)


def attributes_of(person: Person) -> FourAttributes:
    """The four attributes as the register words them."""
    return FourAttributes(
        name=person.name, address=person.address, birth_date=person.birth_date, sex=person.sex
    )


def record_look_ups(
    kind: LookUpKind, outcomes: Sequence[tuple[LookUpState, int | None]], asking: Asking
) -> None:
    """Write one record for each (state, person id) of a message, in order, inside the caller's transaction."""
    write_records(
        kind,
        [(position, _OUTCOMES[state], person) for position, (state, person) in enumerate(outcomes)],
        asking,
    )


def write_records(
    kind: LookUpKind, records: Sequence[tuple[int, LookUpOutcome, int | None]], asking: Asking
) -> None:
    """Write records of (position in the message, outcome, person id) inside the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO jlis_residents_lookuprecord
                   (asked_by, message_id, position, asked_at, kind, outcome, person_id)
            SELECT %s, %s, found.position, %s, %s, found.outcome, found.person_id
              FROM unnest(%s::int[], %s::text[], %s::bigint[]) AS found (position, outcome, person_id)
            """,
            [
                asking.member,
                asking.message_id,
                asking.at,
                kind.value,
                [position for position, _, _ in records],
                [outcome.value for _, outcome, _ in records],
                [person for _, _, person in records],
            ],
        )


def _rows_by_attributes(keys: Sequence[LookUpKey]) -> list[tuple[int, int, int | None, str | None]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _BY_ATTRIBUTES,
            [
                [key.name for key in keys],
                [key.address for key in keys],
                [key.birth_date for key in keys],
                [key.sex for key in keys],
                Status.CURRENT.value,
            ],
        )
        return list(cursor)


def _state(hits: int) -> LookUpState:
    if hits == 0:
        return LookUpState.NONE
    return LookUpState.FOUND if hits == 1 else LookUpState.SEVERAL
