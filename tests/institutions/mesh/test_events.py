"""Events reach whom the table entitles, in order, at least once, and nobody else."""

from __future__ import annotations

import subprocess
import sys
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import pytest

from mynumber.foundation import tlog
from mynumber.foundation.law import InformationKind, InstitutionKind
from mynumber.protocols.events import (
    EVENTS_SINCE,
    QUERY_EVENT_RECORDS,
    WATCHES,
    ChangeWatches,
    EventKind,
    EventRecordQuery,
    EventRecords,
    EventRefusal,
    EventsSince,
    Ground,
    RefusedItem,
    Topic,
)
from mynumber.protocols.records import QUERY_RECEIPT, ReceiptQuery
from mynumber.protocols.refusal import Hop, Reason
from tests.support.exchange import ALLOWANCE, CITY, FORMER_CITY, PENSION, resident_code
from tests.support.mesh import AWARDS, RESIDENTS, Mesh, addressee, award, change
from tests.support.waiting import eventually


def test_an_award_reaches_the_city_that_has_a_case(mesh: Mesh) -> None:
    (person,) = mesh.people(1)
    mesh.subscribe(CITY, AWARDS)
    assert mesh.watch(CITY, AWARDS, [person]).watched == 1
    start = mesh.place(CITY)
    event = award(person)
    assert mesh.publish(PENSION, event).accepted == 1
    (entry,) = mesh.wait_for(CITY, start, 1)
    assert (entry.publisher, entry.event_id, entry.kind) == (
        PENSION,
        event.event_id,
        EventKind.BENEFIT_AWARDED,
    )
    assert (entry.information, entry.occurred_at) == ("public_pension_benefit", event.occurred_at)
    assert entry.addressee == addressee(CITY, person)  # the city's own number, not the publisher's
    assert entry.grounds == (Ground(affair=ALLOWANCE, provision="81-1-4"),)
    refusal, receivers = mesh.outcome(PENSION, event.event_id)
    assert refusal is None
    assert CITY in receivers  # the publisher records to whom it provided (Act art. 23(2))


@pytest.mark.parametrize(
    ("member", "topic"),
    [
        # no row lets the pension service ask a municipality for anything: it hears of deaths from J-LIS
        (
            PENSION,
            Topic(
                affair=ALLOWANCE,
                provider_kind=InstitutionKind.MUNICIPALITY.value,
                information=InformationKind.RESIDENT_RECORD.value,
            ),
        ),
        (CITY, Topic(affair="81-1", provider_kind="pension_service", information="family_register")),
        (CITY, Topic(affair="81-1", provider_kind="municipality", information="public_pension_benefit")),
        (CITY, Topic(affair="no-such", provider_kind="pension_service", information="pension_benefit")),
        (CITY, Topic(affair="81-1", provider_kind="no_such_kind", information="resident_record")),
        (CITY, Topic(affair="81-1", provider_kind="municipality", information="no_such_information")),
    ],
    ids=str,
)
def test_nobody_subscribes_to_what_the_table_does_not_let_them_ask(
    mesh: Mesh, member: str, topic: Topic
) -> None:
    answer = mesh.subscribe(member, topic)
    assert answer.refused == (RefusedItem(position=0, reason=EventRefusal.NOT_IN_TABLE),)
    assert topic not in [standing.topic for standing in answer.subscriptions]
    (person,) = mesh.people(1)
    assert mesh.watch(member, topic, [person]).refused[0].reason is EventRefusal.NOT_SUBSCRIBED


def test_a_subscriber_hears_only_of_people_it_watches(mesh: Mesh) -> None:
    watched, other, left = mesh.people(3)
    mesh.subscribe(CITY, AWARDS)
    mesh.watch(CITY, AWARDS, [watched, left])
    assert mesh.watch(CITY, AWARDS, unwatch=[left]).unwatched == 1
    start = mesh.place(CITY)
    mesh.publish(PENSION, award(other), award(left), award(watched))
    (entry,) = mesh.wait_for(CITY, start, 1)
    assert entry.addressee == addressee(CITY, watched)
    assert mesh.place(CITY) == start + 1


def test_with_the_subscription_its_watches_end(mesh: Mesh) -> None:
    (person,) = mesh.people(1)
    mesh.subscribe(CITY, AWARDS)
    mesh.watch(CITY, AWARDS, [person])
    mesh.subscribe(CITY, end=[AWARDS])
    mesh.subscribe(CITY, AWARDS)
    event = award(person)
    mesh.publish(PENSION, event)
    assert mesh.outcome(PENSION, event.event_id) == (None, "[]")


def test_two_cities_hear_the_same_under_their_own_numbers(mesh: Mesh) -> None:
    (person,) = mesh.people(1)
    starts = {}
    for city in (CITY, FORMER_CITY):
        mesh.subscribe(city, AWARDS)
        mesh.watch(city, AWARDS, [person])
        starts[city] = mesh.place(city)
    mesh.publish(PENSION, award(person))
    for city, start in starts.items():
        (entry,) = mesh.wait_for(city, start, 1)
        assert (entry.addressee, entry.sequence) == (addressee(city, person), start + 1)


def test_a_publisher_does_not_hear_of_its_own_event(mesh: Mesh) -> None:
    (person,) = mesh.people(1)
    for city in (CITY, FORMER_CITY):
        mesh.subscribe(city, RESIDENTS)
        mesh.watch(city, RESIDENTS, [person])
    start, own = mesh.place(CITY), mesh.place(FORMER_CITY)
    mesh.publish(FORMER_CITY, change(person, EventKind.MOVED_OUT, InformationKind.RESIDENT_RECORD))
    (entry,) = mesh.wait_for(CITY, start, 1)
    assert (entry.publisher, entry.kind) == (FORMER_CITY, EventKind.MOVED_OUT)
    assert mesh.place(FORMER_CITY) == own


@pytest.mark.parametrize(
    ("publisher", "kind", "information", "refusal"),
    [
        (PENSION, EventKind.DEATH, InformationKind.RESIDENT_RECORD, EventRefusal.NOT_A_PROVIDER),
        (
            FORMER_CITY,
            EventKind.BENEFIT_AWARDED,
            InformationKind.RECEIVING_ACCOUNT,
            EventRefusal.NOT_A_PROVIDER,
        ),
        (FORMER_CITY, EventKind.DEATH, InformationKind.LOCAL_TAX, EventRefusal.NOT_ABOUT),
        (FORMER_CITY, EventKind.BENEFIT_AWARDED, InformationKind.RESIDENT_RECORD, EventRefusal.NOT_ABOUT),
    ],
)
def test_an_institution_publishes_only_what_it_provides(
    mesh: Mesh, publisher: str, kind: EventKind, information: InformationKind, refusal: EventRefusal
) -> None:
    (person,) = mesh.people(1)
    event = change(person, kind, information, publisher)
    assert mesh.publish(publisher, event).accepted == 1  # the gateway keeps it, the core refuses
    assert mesh.outcome(publisher, event.event_id) == (refusal.value, "[]")


def test_what_follows_a_refused_event_is_still_told(mesh: Mesh) -> None:
    (person,) = mesh.people(1)
    mesh.subscribe(CITY, AWARDS)
    mesh.watch(CITY, AWARDS, [person])
    start = mesh.place(CITY)
    mesh.publish(
        PENSION, change(person, EventKind.DEATH, InformationKind.RESIDENT_RECORD, PENSION), award(person)
    )
    assert len(mesh.wait_for(CITY, start, 1)) == 1


def test_nobody_publishes_about_people_it_holds_no_code_for(mesh: Mesh) -> None:
    answer = mesh.publish(PENSION, award(999_999))
    assert answer.accepted == 0
    assert answer.refused == (RefusedItem(position=0, reason=EventRefusal.NO_CODE_HELD),)


def test_an_event_that_comes_twice_counts_once(mesh: Mesh) -> None:
    first, second = mesh.people(2)
    mesh.subscribe(CITY, AWARDS)
    mesh.watch(CITY, AWARDS, [first, second])
    start = mesh.place(CITY)
    event, last = award(first), award(second)
    mesh.publish(PENSION, event, event)
    mesh.outcome(PENSION, event.event_id)
    assert mesh.publish(PENSION, event).accepted == 1
    other = award(second, event_id=event.event_id)
    assert mesh.publish(PENSION, other).refused[0].reason is EventRefusal.DUPLICATE_EVENT
    mesh.publish(PENSION, last)
    entries = mesh.wait_for(CITY, start, 2)
    assert [entry.event_id for entry in entries] == [event.event_id, last.event_id]


def test_events_come_in_order_without_gaps_and_again_on_request(mesh: Mesh) -> None:
    people = mesh.people(5)
    mesh.subscribe(CITY, AWARDS)
    mesh.watch(CITY, AWARDS, people)
    start = mesh.place(CITY)
    events = [award(people[n % 5]) for n in range(600)]
    for first in range(0, 600, 150):
        mesh.publish(PENSION, *events[first : first + 150])
    entries = mesh.wait_for(CITY, start, 600)
    assert [entry.event_id for entry in entries] == [event.event_id for event in events]
    assert [entry.sequence for entry in entries] == list(range(start + 1, start + 601))
    assert mesh.received(CITY, start + 600).entries == ()
    again = mesh.received(CITY, start + 100, limit=7).entries
    assert list(again) == entries[100:107]


def test_a_place_that_was_never_given_out_is_refused(mesh: Mesh) -> None:
    exchange = mesh.exchange
    ahead = mesh.place(CITY) + 1
    assert exchange.refusal(lambda: mesh.received(CITY, ahead)) == (
        Hop.INQUIRER_GATEWAY,
        Reason.UNKNOWN_RECORD,
    )
    assert exchange.refusal(
        lambda: exchange.call(
            EVENTS_SINCE, EventsSince(after=10**9), sender=f"gateway.{CITY}", receiver="network"
        )
    ) == (Hop.NETWORK, Reason.UNKNOWN_RECORD)


def test_a_watch_needs_a_code_of_the_person(mesh: Mesh) -> None:
    (person,) = mesh.people(1)
    mesh.subscribe(CITY, AWARDS)
    answer = mesh.watch(CITY, AWARDS, [person, 888_888])
    assert answer.watched == 1
    assert answer.refused == (RefusedItem(position=1, reason=EventRefusal.NO_CODE_HELD),)


def test_only_the_member_itself_subscribes_watches_and_receives_at_its_gateway(mesh: Mesh) -> None:
    exchange = mesh.exchange
    for act in (
        lambda: exchange.call(
            WATCHES, ChangeWatches(topic=AWARDS), sender=FORMER_CITY, receiver=f"gateway.{CITY}"
        ),
        lambda: exchange.call(EVENTS_SINCE, EventsSince(), sender=CITY, receiver="network"),
    ):
        assert exchange.refusal(act)[1] is Reason.NOT_ENTITLED


def test_the_person_sees_who_heard_what(mesh: Mesh) -> None:
    exchange = mesh.exchange
    (person,) = mesh.people(1)
    mesh.subscribe(CITY, AWARDS)
    mesh.watch(CITY, AWARDS, [person])
    start = mesh.place(CITY)
    event = award(person)
    mesh.publish(PENSION, event)
    mesh.wait_for(CITY, start, 1)
    code = _code_of_portal(mesh, person)
    (record,) = exchange.call(
        QUERY_EVENT_RECORDS, EventRecordQuery(code=code), sender="portal", receiver="network"
    ).records
    assert (record.publisher, record.subscriber, record.kind) == (PENSION, CITY, EventKind.BENEFIT_AWARDED)
    assert record.grounds == (Ground(affair=ALLOWANCE, provision="81-1-4"),)
    other = _code_of_portal(mesh, None)
    assert (
        exchange.call(
            QUERY_EVENT_RECORDS, EventRecordQuery(code=other), sender="portal", receiver="network"
        ).records
        == ()
    )


def test_each_disclosure_is_an_entry_of_the_log_with_a_receipt(mesh: Mesh) -> None:
    exchange = mesh.exchange
    (person,) = mesh.people(1)
    mesh.subscribe(CITY, AWARDS)
    mesh.watch(CITY, AWARDS, [person])
    start = mesh.place(CITY)
    event = award(person)
    mesh.publish(PENSION, event)
    mesh.wait_for(CITY, start, 1)
    code = _code_of_portal(mesh, person)

    def integrated() -> EventRecords | None:
        answer = exchange.call(
            QUERY_EVENT_RECORDS, EventRecordQuery(code=code), sender="portal", receiver="network"
        )
        (record,) = answer.records
        return answer if record.integrated else None

    answer = eventually(integrated, "the entry under a checkpoint")
    (record,) = answer.records
    assert answer.total == 1
    assert answer.covered_since is not None
    question = ReceiptQuery(code=code, index=record.index)
    text = exchange.call(QUERY_RECEIPT, question, sender="portal", receiver="network").text
    verified = tlog.verify_receipt(text, exchange.vkey)
    told = ("format", "event_id", "kind", "subscriber", "publisher", "grounds")
    assert [verified.record[name] for name in told] == [
        "mynumber-event-record.v1",
        str(event.event_id),
        "benefit_awarded",
        CITY,
        PENSION,
        [{"affair": ALLOWANCE, "provision": "81-1-4"}],
    ]
    stranger = ReceiptQuery(code=_code_of_portal(mesh, None), index=record.index)
    assert exchange.refusal(
        lambda: exchange.call(QUERY_RECEIPT, stranger, sender="portal", receiver="network")
    ) == (Hop.NETWORK, Reason.UNKNOWN_RECORD)


def test_the_audit_finds_a_disclosure_that_was_altered_or_taken_away(mesh: Mesh) -> None:
    people = mesh.people(2)
    mesh.subscribe(CITY, AWARDS)
    mesh.watch(CITY, AWARDS, people)
    start = mesh.place(CITY)
    mesh.publish(PENSION, *map(award, people))
    mesh.wait_for(CITY, start, 2)
    with psycopg.connect(mesh.exchange.network_database.owner_url) as owner:
        (index,) = owner.execute("SELECT max(index) FROM event_entry").fetchone() or (0,)
        owner.commit()
        eventually(
            lambda: owner.execute("SELECT 1 FROM checkpoint WHERE size > %s", [index]).fetchone(),
            "the entry under a checkpoint",
        )
        name = _kept(owner, index)
    assert "異常はありません" in _audit(mesh)
    for tampering in (
        "UPDATE event_entry SET kind = 'benefit_stopped' WHERE index = %s",
        "UPDATE event_entry SET disclosed_at = disclosed_at + interval '1 microsecond' WHERE index = %s",
        "DELETE FROM event_entry WHERE index = %s",
    ):
        with psycopg.connect(mesh.exchange.network_database.owner_url) as owner:
            owner.execute(tampering.encode(), [index])
        assert f"記録 {index}" in _audit(mesh)
        with psycopg.connect(mesh.exchange.network_database.owner_url) as owner:
            owner.execute("DELETE FROM event_entry WHERE index = %s", [index])
            owner.execute(psycopg.sql.SQL("INSERT INTO event_entry SELECT * FROM {}").format(name))
    with psycopg.connect(mesh.exchange.network_database.owner_url) as owner:
        owner.execute(psycopg.sql.SQL("DROP TABLE {}").format(name))
    assert "異常はありません" in _audit(mesh)


def _kept(owner: psycopg.Connection[Any], index: int) -> psycopg.sql.Identifier:
    """A table with the row as it was."""
    name = psycopg.sql.Identifier(f"kept_{uuid4().hex}")
    owner.execute(
        psycopg.sql.SQL("CREATE TABLE {} AS SELECT * FROM event_entry WHERE index = {}").format(name, index)
    )
    return name


def _audit(mesh: Mesh) -> str:
    return subprocess.run(
        [sys.executable, "-m", "mynumber.webkit.manage", "network", "audit"],
        env={**mesh.exchange.network.environment, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def _code_of_portal(mesh: Mesh, person: int | None) -> str:
    """The portal's code for a person, made with the network's keys: the test stands in for an acquisition by the portal."""
    from mynumber.foundation.codes import Code, CodeKeys

    keys = CodeKeys.from_bytes(mesh.exchange.node("network").keyring.secret("codes"))
    if person is None:
        return keys.issue("portal", resident_code()).to_text()
    row = mesh._row(CITY, "SELECT code FROM addressee_code WHERE addressee = %s", addressee(CITY, person))
    assert row is not None
    return keys.convert(Code.parse(row[0]), CITY, "portal").to_text()


def test_no_event_carries_anything_but_that_something_changed() -> None:
    """The contract itself: a field more would be a value that the table has to let through."""
    from mynumber.protocols.events import ReceivedEntry

    assert {field.name for field in msgspec.structs.fields(ReceivedEntry)} == {
        "sequence",
        "publisher",
        "event_id",
        "addressee",
        "kind",
        "information",
        "occurred_at",
        "received_at",
        "grounds",
    }
