"""Entries of registers and the numbering of residents."""

from __future__ import annotations

import queue
import secrets
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
from mynumber.institutions.jlis.residents.look_up import Asking
from mynumber.institutions.jlis.residents.models import Entry, FormerAttributes, LookUpRecord, Person
from mynumber.institutions.jlis.residents.numbering import DrawnNumbers, draw
from mynumber.institutions.jlis.residents.registration import MAX_DRAWS, register_residents
from mynumber.protocols.card_life import REQUEST_FORM, RequestForm
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import (
    EntryResult,
    EntryState,
    ResidentEntry,
)
from tests.institutions.jlis.contents import Connection
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.people import KATSUSHIKA, MOVED_OUT_ON, YAO, entry, in_yao, moving_out, somebody
from tests.support.waiting import PATIENCE_SECONDS

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def in_threads(*jobs: Callable[[], T]) -> list[T]:
    """Run jobs at the same time, each on its own connection."""
    together = threading.Barrier(len(jobs))

    def run(job: Callable[[], T]) -> T:
        try:
            together.wait(timeout=PATIENCE_SECONDS)
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
            pid = backend.get(timeout=PATIENCE_SECONDS)
            while not running.done():
                if watcher.execute("SELECT pg_blocking_pids(%s) <> '{}'", [pid]).fetchone() == (True,):
                    break
        return done, running.result(timeout=PATIENCE_SECONDS)


def said_by(municipality: str) -> Asking:
    return Asking(municipality, secrets.token_hex(8), NOW)


def registered(entries: list[ResidentEntry], municipality: str) -> tuple[EntryResult, ...]:
    with transaction.atomic():
        return register_residents(entries, said_by(municipality)).results


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
    resident = entry(old)
    (here,) = door.register(resident)
    (leaving,) = door.register(moving_out(resident))
    assert (leaving.state, leaving.individual_number) == (EntryState.MOVED, here.individual_number)
    (there,) = door.register(entry(new, moved_from=old), sender=YAO)
    assert there.state is EntryState.MOVED
    assert (there.individual_number, there.resident_code) == (here.individual_number, here.resident_code)
    person = Person.objects.get(individual_number=here.individual_number)
    assert (person.municipality, person.address) == (YAO, new.address)
    assert (person.moved_out_on, person.moved_out_to) == (None, "")
    settled, leaving_then = FormerAttributes.objects.filter(person=person).order_by("pk")
    for former in (settled, leaving_then):
        assert (former.municipality, former.address, former.addressee) == (
            KATSUSHIKA,
            old.address,
            here.addressee,
        )
    assert (settled.moved_out_on, settled.moved_out_to) == (None, "")
    assert (leaving_then.moved_out_on, leaving_then.moved_out_to) == (MOVED_OUT_ON, YAO)
    assert settled.held_from == person.numbered_at
    assert settled.held_until == leaving_then.held_from
    assert leaving_then.held_until == person.changed_at


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
    number = door.number_of(old, moved_out_to=YAO)
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
    numbers = {door.number_of(twice, moved_out_to=YAO) for _ in range(2)}
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
    number = door.number_of(old, moved_out_to=YAO)
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
    door.register(moving_out(first))
    door.register(entry(new, moved_from=old), sender=YAO)
    changed = msgspec.structs.replace(first, attributes=msgspec.structs.replace(old, name="新姓　花子"))
    for old_news in (first, moving_out(first), moving_out(first, to=None), changed):
        (late,) = door.register(old_news)
        assert (late.state, late.individual_number) == (EntryState.UNCHANGED, here.individual_number)
    person = Person.objects.get(individual_number=here.individual_number)
    assert (person.name, person.municipality, person.moved_out_on) == (old.name, YAO, None)
    assert Person.objects.get(individual_number=here.individual_number).address == new.address


def test_one_who_comes_back_is_the_same_person_under_the_old_addressee_number(door: Door) -> None:
    old = somebody()
    first = entry(old)
    (here,) = door.register(first)
    new = in_yao(old)
    door.register(moving_out(first))
    there = entry(new, moved_from=old)
    door.register(there, sender=YAO)
    returning = msgspec.structs.replace(first, moved_from=new)
    (too_early,) = door.register(returning)
    assert (too_early.state, too_early.individual_number) == (EntryState.STILL_RESIDENT, None)
    door.register(moving_out(there, to=KATSUSHIKA), sender=YAO)
    (back,) = door.register(returning)
    assert (back.state, back.individual_number) == (EntryState.MOVED, here.individual_number)
    assert FormerAttributes.objects.filter(person__individual_number=here.individual_number).count() == 4


def test_an_addressee_number_cannot_be_moved_onto_another_person(door: Door) -> None:
    gone, other = somebody(), somebody()
    first = entry(gone)
    door.register(moving_out(first), moving_out(entry(other), to=None))
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
        lambda: register_residents(entries, said_by(KATSUSHIKA)).results,
        lambda: register_residents(list(reversed(entries)), said_by(KATSUSHIKA)).results,
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
            said_by(municipality),
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
            [entry(somebody())], said_by(YAO), draw=lambda _: next(drawings)
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
        register_residents([entry(somebody())], said_by(YAO), draw=drawing)
    assert (refused.value.reason, drawings) == (Reason.UNAVAILABLE, MAX_DRAWS)
    assert Person.objects.count() == before


def test_of_two_cities_that_claim_a_move_at_once_one_gets_the_person(door: Door, owner: Connection) -> None:
    old = somebody()
    resident = entry(old)
    (numbered,) = door.register(moving_out(resident, to=None))
    number = numbered.individual_number
    third = "municipality.131130"
    (first,), (second,) = second_runs_into_first(
        lambda: register_residents([entry(in_yao(old), moved_from=old)], said_by(YAO)).results,
        lambda: register_residents([entry(in_yao(old), moved_from=old)], said_by(third)).results,
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
    door.register(moving_out(entry(old)))
    door.register(entry(in_yao(old), moved_from=old), sender=YAO)
    with pytest.raises(InsufficientPrivilege):
        app_role.execute(statement.encode())


# --- moving out comes before moving in -------------------------------------------------------------------------------

NOTHING_TOLD = (EntryState.STILL_RESIDENT, None, None)


def told(result: EntryResult) -> tuple[EntryState, str | None, str | None]:
    return result.state, result.resident_code, result.individual_number


def newest_record() -> tuple[str, str, str, str | None]:
    record = LookUpRecord.objects.select_related("person").latest("pk")
    number = record.person.individual_number if record.person else None
    return record.asked_by, record.kind, record.outcome, number


def test_a_city_that_knows_four_attributes_cannot_make_a_resident_of_another_city_its_own(door: Door) -> None:
    victim = somebody()
    resident = entry(victim)
    (here,) = door.register(resident)
    claim = entry(in_yao(victim), moved_from=victim)
    before = Person.objects.filter(individual_number=here.individual_number).values().get()
    (result,) = door.register(claim, sender=YAO)
    assert told(result) == NOTHING_TOLD
    assert newest_record() == (YAO, "moving_in", "withheld", here.individual_number)
    assert Person.objects.filter(individual_number=here.individual_number).values().get() == before
    assert not Entry.objects.filter(municipality=YAO, addressee=claim.addressee).exists()
    with pytest.raises(Refused) as refused:
        door.ask(REQUEST_FORM, RequestForm(individual_number=here.individual_number or ""), sender=YAO)
    assert refused.value.reason is Reason.UNKNOWN_RECORD
    (untouched,) = door.register(resident)
    assert untouched.state is EntryState.UNCHANGED


def test_a_claim_that_came_too_early_is_good_once_the_moving_out_is_notified(door: Door) -> None:
    old = somebody()
    resident, claim = entry(old), entry(in_yao(old), moved_from=old)
    (here,) = door.register(resident)
    assert told(*door.register(claim, sender=YAO)) == NOTHING_TOLD
    door.register(moving_out(resident))
    (there,) = door.register(claim, sender=YAO)
    assert told(there) == (EntryState.MOVED, here.resident_code, here.individual_number)
    assert newest_record() == (YAO, "moving_in", "found", here.individual_number)
    (again,) = door.register(claim, sender=YAO)
    assert told(again) == (EntryState.UNCHANGED, here.resident_code, here.individual_number)


@pytest.mark.parametrize(
    ("to", "state"),
    [
        (YAO, EntryState.MOVED),
        (None, EntryState.MOVED),
        ("municipality.131130", EntryState.STILL_RESIDENT),
    ],
    ids=["to the one that asks", "nobody knows where", "to another"],
)
def test_where_the_next_municipality_is_named_it_alone_may_take_the_person_in(
    door: Door, to: str | None, state: EntryState
) -> None:
    old = somebody()
    (here,) = door.register(moving_out(entry(old), to=to))
    (result,) = door.register(entry(in_yao(old), moved_from=old), sender=YAO)
    taken_in = state is EntryState.MOVED
    assert told(result) == ((state, here.resident_code, here.individual_number) if taken_in else NOTHING_TOLD)
    person = Person.objects.get(individual_number=here.individual_number)
    assert person.municipality == (YAO if taken_in else KATSUSHIKA)


def test_a_moving_out_that_is_taken_back_lets_nobody_go(door: Door) -> None:
    old = somebody()
    resident = entry(old)
    (here,) = door.register(moving_out(resident))
    (stays,) = door.register(resident)
    assert (stays.state, stays.individual_number) == (EntryState.MOVED, here.individual_number)
    (result,) = door.register(entry(in_yao(old), moved_from=old), sender=YAO)
    assert told(result) == NOTHING_TOLD


def test_a_moving_out_notified_again_is_the_same_once_and_may_be_put_right(door: Door) -> None:
    resident = entry(somebody())
    (here,) = door.register(resident)
    states = [
        door.register(notification)[0].state
        for notification in (
            moving_out(resident, to=None),
            moving_out(resident, to=None),
            moving_out(resident, to=YAO),
            moving_out(resident, to=YAO),
        )
    ]
    assert states == [EntryState.MOVED, EntryState.UNCHANGED, EntryState.MOVED, EntryState.UNCHANGED]
    history = FormerAttributes.objects.filter(person__individual_number=here.individual_number)
    assert list(history.order_by("pk").values_list("moved_out_on", "moved_out_to")) == [
        (None, ""),
        (MOVED_OUT_ON, ""),
    ]


def test_the_attributes_of_one_who_has_left_stay_what_they_were(door: Door) -> None:
    old = somebody()
    resident = entry(old)
    (here,) = door.register(moving_out(resident))
    other_name = msgspec.structs.replace(old, name="新姓　花子")
    (result,) = door.register(moving_out(msgspec.structs.replace(resident, attributes=other_name)))
    assert result.state is EntryState.UNCHANGED
    assert Person.objects.get(individual_number=here.individual_number).name == old.name
    (there,) = door.register(entry(in_yao(old), moved_from=old), sender=YAO)
    assert there.individual_number == here.individual_number


def test_one_who_moves_on_at_once_may_be_notified_with_both(door: Door) -> None:
    old = somebody()
    (here,) = door.register(moving_out(entry(old)))
    passing = in_yao(old)
    (there,) = door.register(moving_out(entry(passing, moved_from=old), to=KATSUSHIKA), sender=YAO)
    (back,) = door.register(entry(old, moved_from=passing))
    assert [there.state, back.state] == [EntryState.MOVED] * 2
    assert {there.individual_number, back.individual_number} == {here.individual_number}


def test_one_who_comes_back_and_moves_on_at_once_leaves_from_the_address_notified(door: Door) -> None:
    old = somebody()
    first, there = entry(old), entry(in_yao(old), moved_from=old)
    (here,) = door.register(moving_out(first))
    door.register(there, sender=YAO)
    door.register(moving_out(there, to=KATSUSHIKA), sender=YAO)
    last = somebody(name=old.name)
    back = msgspec.structs.replace(first, attributes=last, moved_from=there.attributes)
    (result,) = door.register(moving_out(back))
    assert (result.state, result.individual_number) == (EntryState.MOVED, here.individual_number)
    person = Person.objects.get(individual_number=here.individual_number)
    assert (person.address, person.moved_out_to) == (last.address, YAO)


def test_every_search_for_one_who_moved_in_is_recorded_at_its_place_in_the_message(door: Door) -> None:
    here, gone, twice = somebody(), somebody(), somebody()
    door.register(entry(here), moving_out(entry(gone)), entry(twice), entry(twice))
    door.register(
        entry(somebody()),
        *(entry(in_yao(who), moved_from=who) for who in (here, gone, twice, somebody())),
        sender=YAO,
    )
    records = LookUpRecord.objects.filter(
        message_id=LookUpRecord.objects.latest("pk").message_id, kind="moving_in"
    )
    assert [(r.position, r.outcome, r.person is not None) for r in records.order_by("position")] == [
        (1, "withheld", True),
        (2, "found", True),
        (3, "withheld", False),
        (4, "none", False),
    ]


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"moved_out_to": YAO}, "a place that is moved to without a day of moving out"),
        ({"moved_out_on": date(1990, 3, 31)}, "a day of moving out lies before birth"),
        ({"moved_out_on": MOVED_OUT_ON, "moved_out_to": KATSUSHIKA}, "nobody moves out to that"),
        ({"moved_out_on": MOVED_OUT_ON, "moved_out_to": "pension_service"}, "nobody moves out to that"),
    ],
    ids=["no day", "before birth", "to itself", "to no municipality"],
)
def test_a_moving_out_that_makes_no_sense_is_refused(
    door: Door, changes: dict[str, object], detail: str
) -> None:
    before = Person.objects.count()
    with pytest.raises(Refused) as refused:
        door.register(msgspec.structs.replace(entry(somebody()), **changes))
    assert refused.value.refusal == Refused(Hop.JLIS, Reason.MALFORMED, detail).refusal
    assert Person.objects.count() == before


def test_the_day_of_moving_out_and_a_claim_at_the_same_time_come_in_some_order(
    door: Door, owner: Connection
) -> None:
    old = somebody()
    resident = entry(old)
    (here,) = door.register(resident)
    (leaving,), (claim,) = second_runs_into_first(
        lambda: register_residents([moving_out(resident)], said_by(KATSUSHIKA)).results,
        lambda: register_residents([entry(in_yao(old), moved_from=old)], said_by(YAO)).results,
        owner,
    )
    assert (leaving.state, claim.state) == (EntryState.MOVED, EntryState.MOVED)
    assert claim.individual_number == here.individual_number
