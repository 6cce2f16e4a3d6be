"""What the tables know of entries: who stands behind one, whom four attributes name, and how both change.

Everything here happens in the caller's transaction; the rows that are read are locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection

from mynumber.institutions.jlis.residents.attributes import LookUpKey, key_of
from mynumber.institutions.jlis.residents.models import Status
from mynumber.institutions.jlis.residents.numbering import DrawnNumbers
from mynumber.protocols.residents import FourAttributes, ResidentEntry


@dataclass(frozen=True, slots=True)
class Holder:
    """A person who has numbers already."""

    person: int
    numbers: DrawnNumbers = field(repr=False)


@dataclass(frozen=True, slots=True)
class MovingOut:
    """What a person's municipality notified of their leaving; `on` is None for a resident."""

    on: date | None
    to: str | None
    abroad: bool = False

    def lets_go_to(self, municipality: str) -> bool:
        """Whether a municipality may take the person in: the day may lie ahead, since plans (転出予定年月日) change and people arrive early."""
        return self.on is not None and self.to in (None, municipality)


@dataclass(frozen=True, slots=True)
class Known:
    """A person behind an entry that this municipality notified before."""

    holder: Holder
    is_current: bool
    """The entry is where the person is registered now; False for one whom another municipality took in."""
    attributes: FourAttributes = field(repr=False)
    name_kana: str = field(repr=False)
    former_name: str = field(repr=False)
    moving_out: MovingOut = field(repr=False)
    """As the municipality notified where the person is registered now."""

    def says_the_same(self, entry: ResidentEntry) -> bool:
        """Whether an entry tells nothing new."""
        return entry.died_on is None and (
            self.attributes,
            self.name_kana,
            self.former_name,
            self.moving_out,
        ) == (
            entry.attributes,
            entry.name_kana,
            entry.former_name or "",
            MovingOut(entry.moved_out_on, entry.moved_out_to, entry.moved_abroad),
        )

    def has_left_by(self, day: date) -> bool:
        """Whether the day of moving out has come."""
        return self.moving_out.on is not None and self.moving_out.on <= day


@dataclass(frozen=True, slots=True)
class Previous:
    """A person whom `moved_from` names."""

    holder: Holder
    moving_out: MovingOut = field(repr=False)


def wait_for_other_batches(municipality: str) -> None:
    """Two batches of one municipality at once could both find an addressee unknown."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('entries of ' || %s, 0))", [municipality]
        )


def known_entries(municipality: str, addressees: Sequence[str]) -> dict[str, Known]:
    """Who stands behind the entries that a municipality notified before, by addressee."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT entry.addressee, person.id, person.resident_code, person.individual_number,
                   (person.municipality, person.addressee) = (entry.municipality, entry.addressee) AND person.status = %s,
                   person.name, person.address, person.birth_date, person.sex, person.name_kana,
                   person.former_name, person.moved_out_on, person.moved_out_to, person.moved_abroad
              FROM jlis_residents_entry AS entry
              JOIN jlis_residents_person AS person ON person.id = entry.person_id
             WHERE entry.municipality = %s AND entry.addressee = ANY (%s::text[])
             ORDER BY person.id
               FOR UPDATE OF person
            """,
            [Status.CURRENT.value, municipality, list(addressees)],
        )
        return {
            addressee: Known(
                Holder(person, DrawnNumbers(resident_code, individual_number)),
                is_current,
                FourAttributes(name=name, address=address, birth_date=birth_date, sex=sex),
                name_kana,
                former_name,
                MovingOut(moved_out_on, moved_out_to or None, abroad),
            )
            for addressee, person, resident_code, individual_number, is_current, name, address, birth_date, sex, name_kana, former_name, moved_out_on, moved_out_to, abroad in cursor
        }


def people_of(wanted: Iterable[tuple[str, FourAttributes]]) -> Mapping[str, list[Previous]]:
    """Everybody whom exactly the given attributes name, by addressee. Their rows are locked: one move at a time."""
    asked = [(addressee, key_of(attributes)) for addressee, attributes in wanted]
    if not asked:
        return {}
    found: dict[str, list[Previous]] = {}
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
            holder = Holder(person, DrawnNumbers(resident_code, individual_number))
            moving_out = MovingOut(moved_out_on, moved_out_to or None)
            found.setdefault(addressee, []).append(Previous(holder, moving_out))
    return found


def insert_people(
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
                       (resident_code, individual_number, name, name_kana, address, birth_date, sex, name_key, address_key, addressee,
                        moved_out_on, moved_out_to, moved_abroad, died_on, former_name, status, municipality, numbered_at, changed_at)
                SELECT given.*, %s, %s, %s
                  FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::date[], %s::text[], %s::text[], %s::text[],
                              %s::text[], %s::date[], %s::text[], %s::boolean[], %s::date[], %s::text[], %s::text[]) AS given
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
                [entry.moved_abroad for entry, _ in waiting],
                [entry.died_on for entry, _ in waiting],
                [entry.former_name or "" for entry, _ in waiting],
                [_status(entry) for entry, _ in waiting],
            ],
        )
        return {addressee: DrawnNumbers(code, number) for addressee, code, number in cursor}


def move_people(
    moved: Sequence[tuple[ResidentEntry, LookUpKey, Holder]], municipality: str, *, at: datetime
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
                    moved_out_on, moved_out_to, moved_abroad, former_name, held_from, held_until)
            SELECT id, name, name_kana, address, birth_date, sex, municipality, addressee,
                   moved_out_on, moved_out_to, moved_abroad, former_name, changed_at, %s
              FROM jlis_residents_person WHERE id = ANY (%s::bigint[])
            """,
            [at, people],
        )
        cursor.execute(
            """
            UPDATE jlis_residents_person AS person
               SET name = given.name, name_kana = given.name_kana, address = given.address, birth_date = given.birth_date,
                   sex = given.sex, name_key = given.name_key, address_key = given.address_key, addressee = given.addressee,
                   moved_out_on = given.moved_out_on, moved_out_to = given.moved_out_to, moved_abroad = given.moved_abroad,
                   died_on = given.died_on, former_name = given.former_name, status = given.status, municipality = %s, changed_at = %s
              FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::date[], %s::text[], %s::text[], %s::text[], %s::text[],
                          %s::date[], %s::text[], %s::boolean[], %s::date[], %s::text[], %s::text[])
                   AS given (person_id, name, name_kana, address, birth_date, sex, name_key, address_key, addressee,
                             moved_out_on, moved_out_to, moved_abroad, died_on, former_name, status)
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
                [entry.moved_abroad for entry, _, _ in moved],
                [entry.died_on for entry, _, _ in moved],
                [entry.former_name or "" for entry, _, _ in moved],
                [_status(entry) for entry, _, _ in moved],
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


def _status(entry: ResidentEntry) -> str:
    """With a death the resident record is removed (住民基本台帳法施行令 art. 8)."""
    return (Status.REMOVED if entry.died_on else Status.CURRENT).value
