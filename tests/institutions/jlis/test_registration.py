"""Entries of registers and the numbering of residents."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import partial
from typing import TypeVar

import msgspec
import pytest
from django.db import connection, connections, transaction
from psycopg.errors import InsufficientPrivilege

from mynumber.foundation.numbers import IndividualNumber, ResidentCode
from mynumber.institutions.jlis.residents.models import Entry, FormerAttributes, Person
from mynumber.institutions.jlis.residents.numbering import DrawnNumbers, draw
from mynumber.institutions.jlis.residents.registration import MAX_DRAWS, register_residents
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import (
    EntryResult,
    EntryState,
    ResidentEntry,
)
from tests.institutions.jlis.contents import Connection
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.people import KATSUSHIKA, YAO, entry, in_yao, somebody

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def in_threads(*jobs: Callable[[], T]) -> list[T]:
    """Run jobs at the same time, each on its own connection."""
    together = threading.Barrier(len(jobs))

    def run(job: Callable[[], T]) -> T:
        try:
            together.wait(timeout=30)
            return job()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def second_runs_into_first(
    first: Callable[[], T], second: Callable[[], T], watcher: Connection
) -> tuple[T, T]:
    """Both in transactions of their own; the first commits only when the second waits for it (or is through)."""
    backend: queue.Queue[int] = queue.Queue()

    def run_second() -> T:
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    backend.put(cursor.fetchone()[0])
                return second()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            done = first()
            running = pool.submit(run_second)
            pid = backend.get(timeout=30)
            while not running.done():
                if watcher.execute("SELECT pg_blocking_pids(%s) <> '{}'", [pid]).fetchone() == (True,):
                    break
        return done, running.result(timeout=30)


def registered(entries: list[ResidentEntry], municipality: str) -> tuple[EntryResult, ...]:
    with transaction.atomic():
        return register_residents(entries, municipality, at=NOW).results


def test_new_residents_get_two_well_formed_numbers_each(door: Door) -> None:
    entries = [entry(somebody()) for _ in range(50)]
    results = door.register(*entries)
    assert [result.addressee for result in results] == [item.addressee for item in entries]
    assert {result.state for result in results} == {EntryState.ASSIGNED}
    for result in results:
        IndividualNumber.parse(result.individual_number or "")
        ResidentCode.parse(result.resident_code or "")
    assert len({result.individual_number for result in results}) == 50
    assert len({result.resident_code for result in results}) == 50
    assert all((r.resident_code or "") not in (r.individual_number or "") for r in results)


def test_a_notification_that_comes_again_numbers_nobody_twice(door: Door) -> None:
    entries = [entry(somebody()) for _ in range(3)]
    first = door.register(*entries)
    before = Person.objects.count()
    again = door.register(*entries)
    assert [result.state for result in again] == [EntryState.UNCHANGED] * 3
    assert [r.individual_number for r in again] == [r.individual_number for r in first]
    assert [r.resident_code for r in again] == [r.resident_code for r in first]
    assert Person.objects.count() == before


def test_the_same_addressee_number_of_two_municipalities_is_two_people(door: Door) -> None:
    (here,) = door.register(entry(somebody(), addressee="0000000001"), sender=KATSUSHIKA)
    (there,) = door.register(entry(somebody(), addressee="0000000001"), sender=YAO)
    assert here.individual_number != there.individual_number


def test_one_who_moved_keeps_both_numbers(door: Door) -> None:
    old = somebody()
    new = in_yao(old)
    (here,) = door.register(entry(old))
    (there,) = door.register(entry(new, moved_from=old), sender=YAO)
    assert there.state is EntryState.MOVED
    assert (there.individual_number, there.resident_code) == (here.individual_number, here.resident_code)
    person = Person.objects.get(individual_number=here.individual_number)
    assert (person.municipality, person.address) == (YAO, new.address)
    (former,) = FormerAttributes.objects.filter(person=person)
    assert (former.municipality, former.address, former.addressee) == (
        KATSUSHIKA,
        old.address,
        here.addressee,
    )
    assert (former.held_from, former.held_until) == (person.numbered_at, person.changed_at)


def test_a_change_in_the_same_register_keeps_the_numbers_and_the_history(door: Door) -> None:
    before = somebody()
    first = entry(before)
    (old,) = door.register(first)
    after = msgspec.structs.replace(before, name="新姓　花子")
    (new,) = door.register(msgspec.structs.replace(first, attributes=after))
    assert (new.state, new.individual_number) == (EntryState.MOVED, old.individual_number)
    assert FormerAttributes.objects.get(person__individual_number=old.individual_number).name == before.name


@pytest.mark.parametrize(
    "difference",
    [
        {"name": "架空　花江"},
        {"address": "東京都葛飾区亀有9999丁目9番9号"},
        {"birth_date": date(1990, 4, 2)},
        {"sex": "1"},
    ],
    ids=["name", "address", "birth", "sex"],
)
def test_a_move_with_one_attribute_wrong_finds_nobody(door: Door, difference: dict[str, object]) -> None:
    old = somebody()
    number = door.number_of(old)
    before = Person.objects.count()
    wrong = msgspec.structs.replace(old, **difference)
    (result,) = door.register(entry(in_yao(old), moved_from=wrong), sender=YAO)
    assert (result.state, result.individual_number, result.resident_code) == (
        EntryState.NOT_FOUND,
        None,
        None,
    )
    assert Person.objects.count() == before
    assert Person.objects.get(individual_number=number).municipality == KATSUSHIKA


def test_a_move_that_fits_two_people_changes_nobody_and_tells_no_number(door: Door) -> None:
    twice = somebody()
    numbers = {door.number_of(twice), door.number_of(twice)}
    (result,) = door.register(entry(in_yao(twice), moved_from=twice), sender=YAO)
    assert (result.state, result.individual_number, result.resident_code) == (
        EntryState.AMBIGUOUS,
        None,
        None,
    )
    assert set(
        Person.objects.filter(individual_number__in=numbers).values_list("municipality", flat=True)
    ) == {KATSUSHIKA}


def test_two_entries_of_a_batch_that_claim_one_person_are_both_refused(door: Door) -> None:
    old = somebody()
    number = door.number_of(old)
    results = door.register(
        entry(in_yao(old), moved_from=old), entry(in_yao(old), moved_from=old), sender=YAO
    )
    assert {(result.state, result.individual_number) for result in results} == {(EntryState.AMBIGUOUS, None)}
    assert Person.objects.get(individual_number=number).municipality == KATSUSHIKA


def test_an_old_notification_does_not_undo_a_later_move(door: Door) -> None:
    old = somebody()
    first = entry(old)
    (here,) = door.register(first)
    new = in_yao(old)
    door.register(entry(new, moved_from=old), sender=YAO)
    (late,) = door.register(first)
    assert (late.state, late.individual_number) == (EntryState.UNCHANGED, here.individual_number)
    assert Person.objects.get(individual_number=here.individual_number).address == new.address


def test_one_who_comes_back_is_the_same_person_under_the_old_addressee_number(door: Door) -> None:
    old = somebody()
    first = entry(old)
    (here,) = door.register(first)
    new = in_yao(old)
    door.register(entry(new, moved_from=old), sender=YAO)
    (back,) = door.register(msgspec.structs.replace(first, moved_from=new))
    assert (back.state, back.individual_number) == (EntryState.MOVED, here.individual_number)
    assert FormerAttributes.objects.filter(person__individual_number=here.individual_number).count() == 2


def test_an_addressee_number_cannot_be_moved_onto_another_person(door: Door) -> None:
    gone, other = somebody(), somebody()
    first = entry(gone)
    door.register(first, entry(other))
    door.register(entry(in_yao(gone), moved_from=gone), sender=YAO)
    (result,) = door.register(msgspec.structs.replace(first, attributes=in_yao(other), moved_from=other))
    assert (result.state, result.individual_number) == (EntryState.AMBIGUOUS, None)


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"sex": "3"}, "an attribute does not have the form of a register's"),
        ({"name": ""}, "an attribute does not have the form of a register's"),
        ({"name": "架空\n花子"}, "an attribute does not have the form of a register's"),
        ({"address": "亀" * 201}, "an attribute does not have the form of a register's"),
        ({"birth_date": date(2199, 1, 1)}, "a birth date lies in the future"),
    ],
    ids=["sex", "no name", "line break", "too long", "future"],
)
def test_a_batch_with_one_impossible_entry_is_refused_whole(
    door: Door, changes: dict[str, object], detail: str
) -> None:
    before = Person.objects.count()
    with pytest.raises(Refused) as refused:
        door.register(entry(somebody()), entry(somebody(**changes)))
    assert refused.value.refusal == Refused(Hop.JLIS, Reason.MALFORMED, detail).refusal
    assert Person.objects.count() == before


def test_an_addressee_twice_in_a_batch_is_refused(door: Door) -> None:
    with pytest.raises(Refused, match="an addressee stands twice in one batch"):
        door.register(entry(somebody(), addressee="7"), entry(somebody(), addressee="7"))


def test_a_batch_of_a_thousand_is_taken_and_one_more_is_not(door: Door) -> None:
    entries = [entry(somebody()) for _ in range(BATCH_ITEMS)]
    results = door.register(*entries)
    assert len({result.individual_number for result in results}) == BATCH_ITEMS
    with pytest.raises(Refused) as refused:
        door.register(*entries, entry(somebody()))
    assert (refused.value.hop, refused.value.reason) == (Hop.JLIS, Reason.TOO_LARGE)


def test_two_batches_with_the_same_entries_at_once_number_each_person_once(
    door: Door, owner: Connection
) -> None:
    entries = [entry(somebody()) for _ in range(50)]
    first, second = second_runs_into_first(
        lambda: register_residents(entries, KATSUSHIKA, at=NOW).results,
        lambda: register_residents(list(reversed(entries)), KATSUSHIKA, at=NOW).results,
        owner,
    )
    assert {result.state for result in first} == {EntryState.ASSIGNED}
    assert {result.state for result in second} == {EntryState.UNCHANGED}
    assert [r.individual_number for r in reversed(second)] == [r.individual_number for r in first]
    addressees = [item.addressee for item in entries]
    assert Person.objects.filter(addressee__in=addressees).count() == 50
    assert Entry.objects.filter(addressee__in=addressees).count() == 50


def test_many_threads_at_once_give_everybody_a_number_of_their_own(door: Door) -> None:
    towns = [KATSUSHIKA, YAO, KATSUSHIKA, YAO]
    batches = [[entry(somebody()) for _ in range(100)] for _ in towns]
    jobs = [partial(registered, batch, town) for batch, town in zip(batches, towns, strict=True)]
    results = [result for batch in in_threads(*jobs) for result in batch]
    assert len({result.individual_number for result in results} - {None}) == 400
    assert len({result.resident_code for result in results} - {None}) == 400


def test_numbers_drawn_twice_at_the_same_time_are_given_once(door: Door, owner: Connection) -> None:
    same = draw(40)

    def job(municipality: str) -> tuple[EntryResult, ...]:
        first_drawing = iter([same])
        return register_residents(
            [entry(somebody()) for _ in range(40)],
            municipality,
            at=NOW,
            draw=lambda count: next(first_drawing, None) or draw(count),
        ).results

    first, second = second_runs_into_first(lambda: job(KATSUSHIKA), lambda: job(YAO), owner)
    numbers = [result.individual_number for result in (*first, *second)]
    assert numbers[:40] == [drawn.individual_number for drawn in same]
    assert None not in numbers
    assert len(set(numbers)) == 80


def test_a_taken_number_is_drawn_again_and_never_given_twice(door: Door) -> None:
    (taken,) = door.register(entry(somebody()))
    fresh = draw(3)
    drawings = iter(
        [
            [DrawnNumbers(fresh[0].resident_code, taken.individual_number or "")],
            [DrawnNumbers(taken.resident_code or "", fresh[1].individual_number)],
            [fresh[2]],
        ]
    )
    with transaction.atomic():
        (result,) = register_residents(
            [entry(somebody())], YAO, at=NOW, draw=lambda _: next(drawings)
        ).results
    assert (result.resident_code, result.individual_number) == (
        fresh[2].resident_code,
        fresh[2].individual_number,
    )


def test_when_only_taken_numbers_are_drawn_the_batch_is_given_up(door: Door) -> None:
    (taken,) = door.register(entry(somebody()))
    drawings = 0

    def drawing(count: int) -> list[DrawnNumbers]:
        nonlocal drawings
        drawings += 1
        return [DrawnNumbers(taken.resident_code or "", taken.individual_number or "")] * count

    before = Person.objects.count()
    with pytest.raises(Refused) as refused, transaction.atomic():
        register_residents([entry(somebody())], YAO, at=NOW, draw=drawing)
    assert (refused.value.reason, drawings) == (Reason.UNAVAILABLE, MAX_DRAWS)
    assert Person.objects.count() == before


def test_of_two_cities_that_claim_a_move_at_once_one_gets_the_person(door: Door, owner: Connection) -> None:
    old = somebody()
    number = door.number_of(old)
    third = "municipality.131130"
    (first,), (second,) = second_runs_into_first(
        lambda: register_residents([entry(in_yao(old), moved_from=old)], YAO, at=NOW).results,
        lambda: register_residents([entry(in_yao(old), moved_from=old)], third, at=NOW).results,
        owner,
    )
    assert (first.state, first.individual_number) == (EntryState.MOVED, number)
    assert (second.state, second.individual_number) == (EntryState.NOT_FOUND, None)
    assert Person.objects.get(individual_number=number).municipality == YAO
    assert FormerAttributes.objects.filter(person__individual_number=number).count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE jlis_residents_formerattributes SET held_until = held_from",
        "DELETE FROM jlis_residents_formerattributes",
        "UPDATE jlis_residents_entry SET municipality = 'municipality.272124'",
        "DELETE FROM jlis_residents_entry",
        "DELETE FROM jlis_residents_person",
    ],
)
def test_the_institutions_own_role_cannot_rewrite_history(
    door: Door, app_role: Connection, statement: str
) -> None:
    old = somebody()
    door.register(entry(old))
    door.register(entry(in_yao(old), moved_from=old), sender=YAO)
    with pytest.raises(InsufficientPrivilege):
        app_role.execute(statement.encode())
