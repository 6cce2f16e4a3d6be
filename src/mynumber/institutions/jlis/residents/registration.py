"""Entries of resident records notified by municipalities, and the numbering of those who have none.

住民基本台帳法 art. 30-6, 30-7 (a municipality notifies of an entry; the prefecture, which only passes it on, is left out here), Act art. 7(1) and 8 (an individual number for a new record). A notification may be repeated:
the same addressee of the same municipality is the same person for ever. One who moved is found by exactly the four attributes of the previous
address; with no hit or several nothing is changed and a person decides.

Nobody is taken in from a municipality that has not let them go: 転出の届出 and 転出証明書情報 (住民基本台帳法 art. 24, 24-2) come before 転入の届出 (art. 22).
Otherwise any municipality that knows four attributes could make the person its own, and have a card issued.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

import msgspec
from django.db import connection

from mynumber.foundation.people import MalformedPersonalData
from mynumber.foundation.people.texts import require_text
from mynumber.foundation.pki import JAPAN
from mynumber.institutions.jlis.entitlement import may_send
from mynumber.institutions.jlis.residents import numbering
from mynumber.institutions.jlis.residents.attributes import LookUpKey, key_of
from mynumber.institutions.jlis.residents.look_up import Asking, write_records
from mynumber.institutions.jlis.residents.models import LookUpKind, LookUpOutcome, Status
from mynumber.institutions.jlis.residents.numbering import DrawnNumbers
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import (
    REGISTER_RESIDENTS,
    EntryResult,
    EntryState,
    FourAttributes,
    RegisterResults,
    ResidentEntry,
)

MAX_DRAWS: Final = 10
"""Drawings before giving up. Even with every Japanese numbered, one of a thousand fresh numbers collides about once in a thousand batches."""
MAX_ADDRESSEE: Final = 80

Draw = Callable[[int], list[DrawnNumbers]]


@dataclass(frozen=True, slots=True)
class _Holder:
    """A person who has numbers already."""

    person: int
    numbers: DrawnNumbers = field(repr=False)


@dataclass(frozen=True, slots=True)
class _MovingOut:
    """What a person's municipality notified of their leaving; `on` is None for a resident."""

    on: date | None
    to: str | None

    def lets_go_to(self, municipality: str) -> bool:
        """Whether a municipality may take the person in: the day may lie ahead, since plans (転出予定年月日) change and people arrive early."""
        return self.on is not None and self.to in (None, municipality)


@dataclass(frozen=True, slots=True)
class _Known:
    """A person behind an entry that this municipality notified before."""

    holder: _Holder
    is_current: bool
    """The entry is where the person is registered now; False for one who moved on."""
    attributes: FourAttributes = field(repr=False)
    name_kana: str = field(repr=False)
    moving_out: _MovingOut = field(repr=False)

    def says_the_same(self, entry: ResidentEntry) -> bool:
        """Whether an entry tells nothing new."""
        return (self.attributes, self.name_kana, self.moving_out) == (
            entry.attributes,
            entry.name_kana,
            _MovingOut(entry.moved_out_on, entry.moved_out_to),
        )

    def has_left_by(self, day: date) -> bool:
        """Whether the day of moving out has come."""
        return self.moving_out.on is not None and self.moving_out.on <= day


@dataclass(frozen=True, slots=True)
class _Previous:
    """A person whom `moved_from` names."""

    holder: _Holder
    moving_out: _MovingOut = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Decision:
    state: EntryState
    holder: _Holder | None = None
    record: tuple[LookUpOutcome, int | None] | None = None
    """What to write down of the search for one who moved in; None where nobody was searched for."""


def register_residents(
    entries: Sequence[ResidentEntry], asking: Asking, *, draw: Draw = numbering.draw
) -> RegisterResults:
    """Take the entries of one municipality, in the caller's transaction; results in the order of the entries.

    Batches of one municipality wait for one another, those of others do not. Every search for one who moved in is recorded. Raises
    Refused(MALFORMED or TOO_LARGE) before anything is written.
    """
    municipality, at, today = asking.member, asking.at, asking.at.astimezone(JAPAN).date()
    _check(entries, municipality, today=today)
    _wait_for_other_batches(municipality)
    known = _known_entries(municipality, [entry.addressee for entry in entries])
    previous = _people_of([(entry.addressee, entry.moved_from) for entry in entries if entry.moved_from])
    entries = [_within_rights(entry, known.get(entry.addressee), today=today) for entry in entries]
    decisions = _one_claim_a_person(
        [_decide(e, known.get(e.addressee), previous.get(e.addressee, ()), municipality) for e in entries]
    )
    write_records(
        LookUpKind.MOVING_IN,
        [(position, *decision.record) for position, decision in enumerate(decisions) if decision.record],
        asking,
    )
    keys = [key_of(entry.attributes) for entry in entries]
    planned = list(zip(entries, keys, decisions, strict=True))
    new = [(entry, key) for entry, key, decision in planned if decision.state is EntryState.ASSIGNED]
    moved = [(entry, key, d.holder) for entry, key, d in planned if d.state is EntryState.MOVED and d.holder]
    assigned = _assign(new, municipality, at=at, draw=draw)
    _move(moved, municipality, at=at)
    return RegisterResults(
        results=tuple(
            _result(entry, decision, assigned.get(entry.addressee)) for entry, _, decision in planned
        )
    )


def _check(entries: Sequence[ResidentEntry], municipality: str, *, today: date) -> None:
    if len(entries) > BATCH_ITEMS:
        raise Refused(Hop.JLIS, Reason.TOO_LARGE, f"a batch has at most {BATCH_ITEMS} entries")
    if len({entry.addressee for entry in entries}) != len(entries):
        raise Refused(Hop.JLIS, Reason.MALFORMED, "an addressee stands twice in one batch")
    for entry in entries:
        try:
            require_text(entry.addressee, what="the addressee number")
            require_text(entry.name_kana, what="the reading of the name", may_be_empty=True)
        except MalformedPersonalData as error:
            raise Refused(Hop.JLIS, Reason.MALFORMED, str(error)) from None
        if len(entry.addressee) > MAX_ADDRESSEE:
            raise Refused(
                Hop.JLIS, Reason.MALFORMED, f"an addressee number has at most {MAX_ADDRESSEE} characters"
            )
        if entry.attributes.birth_date > today:
            raise Refused(Hop.JLIS, Reason.MALFORMED, "a birth date lies in the future")
        _check_moving_out(entry, municipality)
        key_of(entry.attributes)
        if entry.moved_from:
            key_of(entry.moved_from)


def _check_moving_out(entry: ResidentEntry, municipality: str) -> None:
    """A day of moving out after birth, and a municipality that is another one."""
    if entry.moved_out_on is None:
        if entry.moved_out_to is not None:
            raise Refused(Hop.JLIS, Reason.MALFORMED, "a place that is moved to without a day of moving out")
        return
    if entry.moved_out_on < entry.attributes.birth_date:
        raise Refused(Hop.JLIS, Reason.MALFORMED, "a day of moving out lies before birth")
    if entry.moved_out_to is not None and (
        entry.moved_out_to == municipality or not may_send(entry.moved_out_to, REGISTER_RESIDENTS.name)
    ):
        raise Refused(Hop.JLIS, Reason.MALFORMED, "nobody moves out to that")


def _within_rights(entry: ResidentEntry, known: _Known | None, *, today: date) -> ResidentEntry:
    """The attributes of one who has left stay what they were: only the moving-out itself may be put right, or taken back."""
    if known is None or entry.moved_out_on is None or not known.has_left_by(today):
        return entry
    return msgspec.structs.replace(entry, attributes=known.attributes, name_kana=known.name_kana)


def _decide(
    entry: ResidentEntry, known: _Known | None, previous: Sequence[_Previous], municipality: str
) -> _Decision:
    """What an entry means. Never guesses: a person is theirs who was notified before, or the one hit of four attributes."""
    if known is not None and known.is_current:
        same = known.says_the_same(entry)
        return _Decision(EntryState.UNCHANGED if same else EntryState.MOVED, known.holder)
    if entry.moved_from is None:
        # An old notification that comes again must not undo what the next municipality has notified since.
        return _Decision(EntryState.UNCHANGED, known.holder) if known else _Decision(EntryState.ASSIGNED)
    return _take_in(known, previous, municipality)


def _take_in(known: _Known | None, previous: Sequence[_Previous], municipality: str) -> _Decision:
    """転入: the one whom all four attributes name, if their municipality has let them go to this one."""
    if not previous:
        return _Decision(EntryState.NOT_FOUND, record=(LookUpOutcome.NONE, None))
    let_go = [person.holder for person in previous if person.moving_out.lets_go_to(municipality)]
    if not let_go:
        asked_for = previous[0].holder.person if len(previous) == 1 else None
        return _Decision(EntryState.STILL_RESIDENT, record=(LookUpOutcome.WITHHELD, asked_for))
    if len(let_go) > 1 or (known is not None and known.holder.person != let_go[0].person):
        return _AMBIGUOUS_MOVE
    return _Decision(EntryState.MOVED, let_go[0], (LookUpOutcome.FOUND, let_go[0].person))


_AMBIGUOUS_MOVE: Final = _Decision(EntryState.AMBIGUOUS, record=(LookUpOutcome.SEVERAL, None))


def _one_claim_a_person(decisions: Sequence[_Decision]) -> list[_Decision]:
    """Two entries of a batch that claim the same person contradict each other: neither is carried out."""
    claims = Counter(d.holder.person for d in decisions if d.holder and d.state is EntryState.MOVED)
    return [
        (_AMBIGUOUS_MOVE if d.record else _Decision(EntryState.AMBIGUOUS))
        if d.state is EntryState.MOVED and d.holder and claims[d.holder.person] > 1
        else d
        for d in decisions
    ]


def _result(entry: ResidentEntry, decision: _Decision, assigned: DrawnNumbers | None) -> EntryResult:
    numbers = decision.holder.numbers if decision.holder else assigned
    return EntryResult(
        addressee=entry.addressee,
        state=decision.state,
        resident_code=numbers.resident_code if numbers else None,
        individual_number=numbers.individual_number if numbers else None,
    )


# --- tables ----------------------------------------------------------------------------------------------------------


def _wait_for_other_batches(municipality: str) -> None:
    """Two batches of one municipality at once could both find an addressee unknown."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('entries of ' || %s, 0))", [municipality]
        )


def _known_entries(municipality: str, addressees: Sequence[str]) -> dict[str, _Known]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT entry.addressee, person.id, person.resident_code, person.individual_number,
                   (person.municipality, person.addressee) = (entry.municipality, entry.addressee) AND person.status = %s,
                   person.name, person.address, person.birth_date, person.sex, person.name_kana,
                   person.moved_out_on, person.moved_out_to
              FROM jlis_residents_entry AS entry
              JOIN jlis_residents_person AS person ON person.id = entry.person_id
             WHERE entry.municipality = %s AND entry.addressee = ANY (%s::text[])
             ORDER BY person.id
               FOR UPDATE OF person
            """,
            [Status.CURRENT.value, municipality, list(addressees)],
        )
        return {
            addressee: _Known(
                _Holder(person, DrawnNumbers(resident_code, individual_number)),
                is_current,
                FourAttributes(name=name, address=address, birth_date=birth_date, sex=sex),
                name_kana,
                _MovingOut(moved_out_on, moved_out_to or None),
            )
            for addressee, person, resident_code, individual_number, is_current, name, address, birth_date, sex, name_kana, moved_out_on, moved_out_to in cursor
        }


def _people_of(wanted: Iterable[tuple[str, FourAttributes]]) -> Mapping[str, list[_Previous]]:
    """Everybody whom exactly the given attributes name, by addressee. Their rows are locked: one move at a time."""
    asked = [(addressee, key_of(attributes)) for addressee, attributes in wanted]
    if not asked:
        return {}
    found: dict[str, list[_Previous]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT asked.addressee, person.id, person.resident_code, person.individual_number,
                   person.moved_out_on, person.moved_out_to
              FROM unnest(%s::text[], %s::text[], %s::text[], %s::date[], %s::text[])
                   AS asked (addressee, name_key, address_key, birth_date, sex)
              JOIN jlis_residents_person AS person
                ON person.birth_date = asked.birth_date
               AND person.name_key = asked.name_key
               AND person.address_key = asked.address_key
               AND person.sex = asked.sex
             WHERE person.status = %s
             ORDER BY person.id
               FOR UPDATE OF person
            """,
            [
                [addressee for addressee, _ in asked],
                [key.name for _, key in asked],
                [key.address for _, key in asked],
                [key.birth_date for _, key in asked],
                [key.sex for _, key in asked],
                Status.CURRENT.value,
            ],
        )
        for addressee, person, resident_code, individual_number, moved_out_on, moved_out_to in cursor:
            holder = _Holder(person, DrawnNumbers(resident_code, individual_number))
            moving_out = _MovingOut(moved_out_on, moved_out_to or None)
            found.setdefault(addressee, []).append(_Previous(holder, moving_out))
    return found


def _assign(
    new: Sequence[tuple[ResidentEntry, LookUpKey]], municipality: str, *, at: datetime, draw: Draw
) -> dict[str, DrawnNumbers]:
    """Give numbers to people without: draw, insert, and draw again for those whose numbers somebody has."""
    assigned: dict[str, DrawnNumbers] = {}
    for _ in range(MAX_DRAWS):
        waiting = [(entry, key) for entry, key in new if entry.addressee not in assigned]
        if not waiting:
            return assigned
        assigned |= _insert(waiting, draw(len(waiting)), municipality, at)
    raise Refused(Hop.JLIS, Reason.UNAVAILABLE, "no unused numbers were drawn")


def _insert(
    waiting: Sequence[tuple[ResidentEntry, LookUpKey]],
    numbers: Sequence[DrawnNumbers],
    municipality: str,
    at: datetime,
) -> dict[str, DrawnNumbers]:
    """Insert people with their entries; those whose numbers are taken are left out of the answer and of the tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH numbered AS (
                INSERT INTO jlis_residents_person
                       (resident_code, individual_number, name, name_kana, address, birth_date, sex,
                        name_key, address_key, addressee, moved_out_on, moved_out_to, municipality, status, numbered_at, changed_at)
                SELECT given.*, %s, %s, %s, %s
                  FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::date[], %s::text[],
                              %s::text[], %s::text[], %s::text[], %s::date[], %s::text[]) AS given
                    ON CONFLICT DO NOTHING
                RETURNING id, municipality, addressee, resident_code, individual_number
            ), entered AS (
                INSERT INTO jlis_residents_entry (municipality, addressee, person_id)
                SELECT municipality, addressee, id FROM numbered
            )
            SELECT addressee, resident_code, individual_number FROM numbered
            """,
            [
                municipality,
                Status.CURRENT.value,
                at,
                at,
                [drawn.resident_code for drawn in numbers],
                [drawn.individual_number for drawn in numbers],
                [entry.attributes.name for entry, _ in waiting],
                [entry.name_kana for entry, _ in waiting],
                [entry.attributes.address for entry, _ in waiting],
                [entry.attributes.birth_date for entry, _ in waiting],
                [entry.attributes.sex for entry, _ in waiting],
                [key.name for _, key in waiting],
                [key.address for _, key in waiting],
                [entry.addressee for entry, _ in waiting],
                [entry.moved_out_on for entry, _ in waiting],
                [entry.moved_out_to or "" for entry, _ in waiting],
            ],
        )
        return {addressee: DrawnNumbers(code, number) for addressee, code, number in cursor}


def _move(
    moved: Sequence[tuple[ResidentEntry, LookUpKey, _Holder]], municipality: str, *, at: datetime
) -> None:
    """Write down what an entry was, then what it is (異動). Who is taken in has no moving-out any more unless this entry has one."""
    if not moved:
        return
    people = [holder.person for _, _, holder in moved]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO jlis_residents_formerattributes
                   (person_id, name, name_kana, address, birth_date, sex, municipality, addressee,
                    moved_out_on, moved_out_to, held_from, held_until)
            SELECT id, name, name_kana, address, birth_date, sex, municipality, addressee,
                   moved_out_on, moved_out_to, changed_at, %s
              FROM jlis_residents_person WHERE id = ANY (%s::bigint[])
            """,
            [at, people],
        )
        cursor.execute(
            """
            UPDATE jlis_residents_person AS person
               SET name = given.name, name_kana = given.name_kana, address = given.address, birth_date = given.birth_date,
                   sex = given.sex, name_key = given.name_key, address_key = given.address_key, addressee = given.addressee,
                   moved_out_on = given.moved_out_on, moved_out_to = given.moved_out_to, municipality = %s, changed_at = %s
              FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::date[], %s::text[], %s::text[], %s::text[], %s::text[],
                          %s::date[], %s::text[])
                   AS given (person_id, name, name_kana, address, birth_date, sex, name_key, address_key, addressee, moved_out_on, moved_out_to)
             WHERE person.id = given.person_id
            """,
            [
                municipality,
                at,
                people,
                [entry.attributes.name for entry, _, _ in moved],
                [entry.name_kana for entry, _, _ in moved],
                [entry.attributes.address for entry, _, _ in moved],
                [entry.attributes.birth_date for entry, _, _ in moved],
                [entry.attributes.sex for entry, _, _ in moved],
                [key.name for _, key, _ in moved],
                [key.address for _, key, _ in moved],
                [entry.addressee for entry, _, _ in moved],
                [entry.moved_out_on for entry, _, _ in moved],
                [entry.moved_out_to or "" for entry, _, _ in moved],
            ],
        )
        cursor.execute(
            """
            INSERT INTO jlis_residents_entry (municipality, addressee, person_id)
            SELECT %s, given.addressee, given.person_id
              FROM unnest(%s::text[], %s::bigint[]) AS given (addressee, person_id)
                ON CONFLICT (municipality, addressee) DO NOTHING
            """,
            [municipality, [entry.addressee for entry, _, _ in moved], people],
        )
