"""Looking residents up, and the record of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from psycopg.errors import InsufficientPrivilege

from mynumber.foundation.numbers import IndividualNumber
from mynumber.institutions.jlis.residents.models import LookUpRecord, Person
from mynumber.institutions.jlis.residents.numbering import draw
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import (
    LOOK_UP,
    LOOK_UP_BY_NUMBER,
    FourAttributes,
    LookUp,
    LookUpByNumber,
    LookUpResult,
    LookUpState,
)
from tests.institutions.jlis.contents import Connection
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.people import KATSUSHIKA, YAO, entry, in_yao, somebody


def look_up(
    door: Door, *attributes: FourAttributes, sender: str = "digital_agency"
) -> tuple[LookUpResult, ...]:
    return door.ask(LOOK_UP, LookUp(attributes=attributes), sender=sender).results


def unused_number() -> str:
    return draw(1)[0].individual_number


def test_all_four_attributes_find_the_one_they_name(door: Door) -> None:
    first, second = somebody(), somebody()
    numbers = [door.number_of(first), door.number_of(second)]
    assert look_up(door, second, somebody(), first) == (
        LookUpResult(position=0, state=LookUpState.FOUND, individual_number=numbers[1]),
        LookUpResult(position=1, state=LookUpState.NONE),
        LookUpResult(position=2, state=LookUpState.FOUND, individual_number=numbers[0]),
    )


@pytest.mark.parametrize(
    "difference",
    [
        {"name": "架空　花"},
        {"name": "架空　花子"},
        {"address": "東京都葛飾区亀有"},
        {"address": "東京都葛飾区亀有77777丁目2番3号"},
        {"birth_date": date(1990, 4, 2)},
        {"birth_date": date(1991, 4, 1)},
        {"sex": "1"},
        {"sex": "9"},
    ],
)
def test_one_attribute_that_differs_finds_nobody(door: Door, difference: dict[str, object]) -> None:
    person = somebody()
    door.number_of(person)
    (result,) = look_up(door, msgspec.structs.replace(person, **difference))
    assert result == LookUpResult(position=0, state=LookUpState.NONE)


def test_a_former_address_finds_nobody(door: Door) -> None:
    old = somebody()
    new = in_yao(old)
    number = door.number_of(old, moved_out_to=YAO)
    door.register(entry(new, moved_from=old), sender=YAO)
    before, after = look_up(door, old, new)
    assert (before.state, before.individual_number) == (LookUpState.NONE, None)
    assert (after.state, after.individual_number) == (LookUpState.FOUND, number)


def test_another_spelling_of_the_same_four_attributes_is_the_same(door: Door) -> None:
    person = somebody(name="架空　花子別字", address="東京都葛飾区亀有8888丁目2番3号")
    number = door.number_of(person)
    spelled = msgspec.structs.replace(
        person, name="架空 花子別字", address="東京都葛飾区亀有８８８８－２－３"
    )
    (result,) = look_up(door, spelled)
    assert (result.state, result.individual_number) == (LookUpState.FOUND, number)


def test_a_character_that_looks_alike_is_another_name(door: Door) -> None:
    person = somebody(name="髙橋　花子")
    door.number_of(person)
    (result,) = look_up(door, msgspec.structs.replace(person, name="高橋　花子"))
    assert result.state is LookUpState.NONE


def test_several_hits_never_return_a_number(door: Door, owner: Connection) -> None:
    twice, once = somebody(), somebody()
    numbers = {door.number_of(twice), door.number_of(twice, sender=YAO)}
    number = door.number_of(once)
    several, found = look_up(door, twice, once)
    assert (several.state, several.individual_number) == (LookUpState.SEVERAL, None)
    assert (found.state, found.individual_number) == (LookUpState.FOUND, number)
    assert len(numbers) == 2
    record = LookUpRecord.objects.filter(outcome="several").latest("pk")
    assert record.person is None


def test_a_number_finds_its_holder_as_the_register_words_it(door: Door) -> None:
    person = somebody(name="髙橋󠄀　花子", sex="9")
    number = door.number_of(person)
    answer = door.ask(LOOK_UP_BY_NUMBER, LookUpByNumber(individual_number=number), sender=KATSUSHIKA)
    assert answer.attributes == person


def test_a_number_that_nobody_holds_finds_nobody(door: Door) -> None:
    question = LookUpByNumber(individual_number=unused_number())
    assert door.ask(LOOK_UP_BY_NUMBER, question, sender="pension_service").attributes is None


@pytest.mark.parametrize(
    "text", ["", "1", "123456789012", "１２３４５６７８９０１８", "12345678901 ", "' OR true --"]
)
def test_a_text_that_is_no_individual_number_is_refused(door: Door, text: str) -> None:
    with pytest.raises(Refused) as refused:
        door.ask(LOOK_UP_BY_NUMBER, LookUpByNumber(individual_number=text), sender=KATSUSHIKA)
    assert refused.value.refusal == Refused(Hop.JLIS, Reason.MALFORMED, "not an individual number").refusal
    assert not text or text not in str(refused.value)


def test_a_thousand_people_are_looked_up_at_once_and_one_more_is_not(door: Door) -> None:
    attributes = [somebody() for _ in range(BATCH_ITEMS)]
    assert {result.state for result in look_up(door, *attributes)} == {LookUpState.NONE}
    with pytest.raises(Refused) as refused:
        look_up(door, *attributes, somebody())
    assert (refused.value.hop, refused.value.reason) == (Hop.JLIS, Reason.TOO_LARGE)


def test_every_look_up_is_recorded_with_who_when_and_outcome(door: Door) -> None:
    person = somebody()
    number = door.number_of(person)
    earlier = LookUpRecord.objects.count()
    before = datetime.now(UTC)
    by_attributes = door.prepare(LOOK_UP, LookUp(attributes=(somebody(), person)), sender="digital_agency")
    door.deliver(by_attributes)
    by_number = door.prepare(
        LOOK_UP_BY_NUMBER, LookUpByNumber(individual_number=number), sender="pension_service"
    )
    door.deliver(by_number)
    holder = Person.objects.get(individual_number=number).pk
    records = LookUpRecord.objects.order_by("pk")[earlier:]
    assert [(r.asked_by, r.message_id, r.position, r.kind, r.outcome, r.person_id) for r in records] == [
        ("digital_agency", by_attributes.message_id, 0, "by_attributes", "none", None),
        ("digital_agency", by_attributes.message_id, 1, "by_attributes", "found", holder),
        ("pension_service", by_number.message_id, 0, "by_number", "found", holder),
    ]
    for record in records:
        assert before <= record.asked_at <= datetime.now(UTC)


def test_the_record_holds_no_attribute_and_no_number(door: Door, owner: Connection) -> None:
    person = somebody()
    number = door.number_of(person)
    look_up(door, person, msgspec.structs.replace(person, sex="1"))
    door.ask(LOOK_UP_BY_NUMBER, LookUpByNumber(individual_number=number), sender=KATSUSHIKA)
    rows = owner.execute("SELECT r::text FROM jlis_residents_lookuprecord AS r").fetchall()
    written = "\n".join(str(row[0]) for row in rows)
    assert "by_number" in written
    for secret in (person.name, person.address, "1990", number, number[:11]):
        assert secret not in written


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE jlis_residents_lookuprecord SET outcome = 'none', person_id = NULL",
        "DELETE FROM jlis_residents_lookuprecord",
        "TRUNCATE jlis_residents_lookuprecord",
        "DROP TABLE jlis_residents_lookuprecord",
        "ALTER TABLE jlis_residents_lookuprecord DROP COLUMN asked_by",
        "GRANT UPDATE ON jlis_residents_lookuprecord TO jlis",
    ],
)
def test_the_institutions_own_role_cannot_rewrite_the_record(
    door: Door, app_role: Connection, statement: str
) -> None:
    look_up(door, somebody())
    before = app_role.execute("SELECT count(*), max(id) FROM jlis_residents_lookuprecord").fetchone()
    if statement.startswith("GRANT"):
        app_role.execute(statement)  # PostgreSQL only warns; what matters is that it gives nothing
        statement = "UPDATE jlis_residents_lookuprecord SET outcome = 'none'"
    with pytest.raises(InsufficientPrivilege):
        app_role.execute(statement.encode())
    assert app_role.execute("SELECT count(*), max(id) FROM jlis_residents_lookuprecord").fetchone() == before


def test_a_look_up_that_cannot_be_recorded_is_not_answered(door: Door, owner: Connection) -> None:
    person = somebody()
    number = door.number_of(person)
    owner.execute("REVOKE INSERT ON jlis_residents_lookuprecord FROM jlis")
    try:
        by_attributes = door.prepare(LOOK_UP, LookUp(attributes=(person,)), sender=KATSUSHIKA)
        with pytest.raises(Refused) as refused:
            door.deliver(by_attributes)
        assert (refused.value.hop, refused.value.reason) == (Hop.JLIS, Reason.RECORD_UNAVAILABLE)
        with pytest.raises(Refused) as refused:
            door.ask(LOOK_UP_BY_NUMBER, LookUpByNumber(individual_number=number), sender=KATSUSHIKA)
        assert (refused.value.hop, refused.value.reason) == (Hop.JLIS, Reason.RECORD_UNAVAILABLE)
    finally:
        owner.execute("GRANT INSERT ON jlis_residents_lookuprecord TO jlis")
    # It had no effect, so the same message is good once there is a record again.
    assert door.deliver(by_attributes).results[0].individual_number == number


def test_look_ups_by_attributes_use_the_index(door: Door, owner: Connection) -> None:
    owner.execute("ANALYZE jlis_residents_person")
    with owner.transaction():
        owner.execute("SET LOCAL enable_seqscan = off")
        plan = owner.execute(
            """EXPLAIN SELECT id FROM jlis_residents_person
               WHERE birth_date = '1990-04-01' AND name_key = 'x' AND address_key = 'y' AND sex = '2'"""
        ).fetchall()
    assert "jlis_person_four_attributes" in str(plan)


def test_numbers_are_parsed_before_anything_is_looked_up(door: Door) -> None:
    # The check digit is checked first: a guess that is no number at all costs no look-up and leaves no record.
    number = IndividualNumber.parse(unused_number()).digits
    wrong = number[:11] + str((int(number[11]) + 1) % 10)
    before = LookUpRecord.objects.count()
    with pytest.raises(Refused):
        door.ask(LOOK_UP_BY_NUMBER, LookUpByNumber(individual_number=wrong), sender=YAO)
    assert LookUpRecord.objects.count() == before


def test_records_of_a_message_share_its_time(door: Door) -> None:
    look_up(door, somebody(), somebody())
    first, second = LookUpRecord.objects.order_by("-pk")[:2]
    assert first.asked_at == second.asked_at
    assert datetime.now(UTC) - first.asked_at < timedelta(minutes=5)
