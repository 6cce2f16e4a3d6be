"""Members' own systems at both ends: the change itself, its announcement, and what the other institution makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import msgspec
import pytest
from django.db import transaction

from mynumber.foundation.law import InformationKind
from mynumber.institutions.municipality.casework.following import heard_of, topics_of
from mynumber.institutions.municipality.casework.models import ALLOWANCE_AFFAIR, Case
from mynumber.institutions.municipality.casework.opening import open_case
from mynumber.institutions.municipality.register.changes import CannotChange, Change, change_entry
from mynumber.institutions.municipality.register.models import Household, Person
from mynumber.institutions.municipality.systems import members as municipalities
from mynumber.institutions.pension_service.pensions.awarding import CannotAward, award, members, stop
from mynumber.institutions.pension_service.pensions.models import Benefit, Insured
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.events import WATCH_VALIDITY, EventKind
from mynumber.protocols.facts import PensionBenefitsFact
from mynumber.webkit.mesh import following
from mynumber.webkit.mesh.exchanging import announce, hear, send
from mynumber.webkit.mesh.models import Announcement, Following, HeardEvent
from mynumber.webkit.mesh.worker import work_for
from mynumber.webkit.messages import this_node
from mynumber.webkit.tenancy import acting_as
from tests.institutions.mesh.conftest import MUNICIPALITY, PENSIONS
from tests.support.exchange import CITY, FORMER_CITY, PENSION
from tests.support.mesh import AWARDS, RESIDENTS, Mesh, addressee
from tests.support.mesh import award as award_event
from tests.webkit import faces

TOWNS = (CITY.removeprefix("municipality."), FORMER_CITY.removeprefix("municipality."))
TODAY, NOW = date(2026, 11, 22), datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture
def town_database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    return institution_database("municipality", TOWNS, migrated=True)


@pytest.fixture
def pension_database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    return institution_database("pension_service", migrated=True)


@pytest.fixture
def towns(mesh: Mesh, town_database: InstitutionDatabase) -> Iterator[Mesh]:
    """Django as the municipalities, beside a running mesh."""
    with faces.face(MUNICIPALITY, town_database, **mesh.exchange.systems.environment("municipality")):
        yield mesh


@pytest.fixture
def pension_service(mesh: Mesh, pension_database: InstitutionDatabase) -> Iterator[Mesh]:
    """Django as the pension service, beside a running mesh."""
    with faces.face(PENSIONS, pension_database, **mesh.exchange.systems.environment("pension_service")):
        yield mesh


def _resident(town: str, number: int, **attributes: object) -> Person:
    with acting_as(town):
        household, _ = Household.objects.get_or_create(number=number)
        return Person.objects.create(
            addressee=addressee(f"municipality.{town}", number),
            household=household,
            relation="世帯主",
            family="試験",
            given="太郎",
            birth=date(1950, 1, 1),
            sex="male",
            nationality_kind="japanese",
            **attributes,
        )


def _insured(number: int) -> Insured:
    # the primary key is the basic pension number; the model people have none that a real person could have
    return Insured.objects.create(
        pk=addressee(PENSION, number),
        name="試験太郎",
        birth_date=date(1950, 1, 1),
        sex="1",
        address="試験",
        individual_number=f"{number:012d}",
    )


def test_a_death_in_one_town_reaches_the_other_that_has_a_case(towns: Mesh) -> None:
    (number,) = towns.people(1)
    towns.subscribe(CITY, RESIDENTS)
    towns.watch(CITY, RESIDENTS, [number])
    start = towns.place(CITY)
    person = _resident(TOWNS[1], number)
    change_entry(TOWNS[1], person.pk, Change(died_on=date(2026, 11, 20)), today=TODAY)
    assert sum(send(this_node(), member) for member in municipalities()) == 1
    (entry,) = towns.wait_for(CITY, start, 1)
    assert (entry.kind, entry.publisher, entry.addressee) == (
        EventKind.DEATH,
        FORMER_CITY,
        addressee(CITY, number),
    )
    assert entry.occurred_at == datetime(2026, 11, 19, 15, tzinfo=UTC)  # the day began at midnight in Japan


def test_a_change_that_fails_announces_nothing_and_a_protected_person_is_never_announced(towns: Mesh) -> None:
    (number, protected) = towns.people(2)
    town = TOWNS[1]
    person = _resident(town, number)
    with pytest.raises(CannotChange):
        change_entry(town, person.pk, Change(address="一丁目", died_on=date(2027, 1, 1)), today=TODAY)
    safe = _resident(town, protected, protected=True)
    change_entry(town, safe.pk, Change(address="亀有一丁目1番1号"), today=TODAY)
    with acting_as(town):
        assert not Announcement.objects.filter(addressee__in=[person.addressee, safe.addressee]).exists()


def test_a_change_of_several_things_announces_each_in_order(towns: Mesh) -> None:
    (number,) = towns.people(1)
    person = _resident(TOWNS[0], number)
    change_entry(TOWNS[0], person.pk, Change(address="亀有二丁目2番2号", surname="変更"), today=TODAY)
    with acting_as(TOWNS[0]):
        kinds = Announcement.objects.filter(addressee=person.addressee).order_by("pk")
        assert [one.kind for one in kinds] == ["moved_within", "name_changed"]


def test_an_announcement_of_what_does_not_belong_together_is_a_fault(towns: Mesh) -> None:
    with acting_as(TOWNS[0]), pytest.raises(ValueError, match="no change of"):
        announce("1", EventKind.DEATH, InformationKind.LOCAL_TAX, occurred_at=NOW, at=NOW)


def test_what_a_town_heard_it_keeps_once_and_in_order(towns: Mesh) -> None:
    people = towns.people(3)
    towns.subscribe(CITY, AWARDS)
    towns.watch(CITY, AWARDS, people)
    town = next(member for member in municipalities() if member.id == CITY)
    start = towns.place(CITY)
    hear(this_node(), town)
    events = [award_event(people[n % 3]) for n in range(30)]
    towns.publish(PENSION, *events)
    towns.wait_for(CITY, start, 30)
    work_for(town)
    assert hear(this_node(), town) == 0
    with acting_as(TOWNS[0]):
        heard = list(HeardEvent.objects.filter(sequence__gt=start).order_by("sequence"))
    assert [one.event_id for one in heard] == [event.event_id for event in events]
    assert {one.addressee for one in heard} == {addressee(CITY, person) for person in people}
    assert msgspec.json.decode(heard[0].affairs) == [{"affair": "81-1", "provision": "81-1-4"}]


def test_who_hears_of_an_award_and_asks_gets_the_new_amount(pension_service: Mesh) -> None:
    mesh = pension_service
    (number,) = mesh.people(1)
    insured = _insured(number)
    mesh.subscribe(CITY, AWARDS)
    mesh.watch(CITY, AWARDS, [number])
    start = mesh.place(CITY)
    kinds = []
    for step, amount in enumerate((816_000, 831_700), start=1):
        award(insured.pk, "老齢基礎年金", amount, paid_since=TODAY, at=NOW)
        assert sum(send(this_node(), member) for member in members()) == 1
        entries = mesh.wait_for(CITY, start, step)
        kinds.append(entries[-1].kind)
        answer = mesh.exchange.inquire(
            addressee(CITY, number),
            provider=PENSION,
            information=InformationKind.PUBLIC_PENSION_BENEFIT.value,
        )
        fact = msgspec.json.decode(answer.fact, type=PensionBenefitsFact)
        assert [benefit.annual_amount for benefit in fact.benefits] == [amount]
    stop(insured.pk, "老齢基礎年金", last_day=TODAY, at=NOW)
    assert sum(send(this_node(), member) for member in members()) == 1
    kinds.append(mesh.wait_for(CITY, start, 3)[-1].kind)
    assert kinds == [EventKind.BENEFIT_AWARDED, EventKind.BENEFIT_CHANGED, EventKind.BENEFIT_STOPPED]
    assert send(this_node(), members()[0]) == 0


def test_a_decision_that_is_undone_announces_nothing(pension_service: Mesh) -> None:
    (number,) = pension_service.people(1)
    insured = _insured(number)

    with transaction.atomic():
        award(insured.pk, "老齢基礎年金", 816_000, paid_since=TODAY, at=NOW)
        transaction.set_rollback(True)
    for wrong in (
        lambda: award("0000000000", "老齢基礎年金", 1, paid_since=TODAY, at=NOW),
        lambda: award(insured.pk, "老齢基礎年金", 0, paid_since=TODAY, at=NOW),
        lambda: stop(insured.pk, "老齢基礎年金", last_day=TODAY, at=NOW),
    ):
        with pytest.raises(CannotAward):
            wrong()
    assert not Announcement.objects.filter(addressee=insured.pk).exists()
    assert not Benefit.objects.filter(insured=insured).exists()


def test_what_the_gateway_does_not_take_is_marked_and_does_not_hold_up_the_rest(
    pension_service: Mesh,
) -> None:
    mesh = pension_service
    (number,) = mesh.people(1)
    stranger, insured = _insured(7_777), _insured(number)
    mesh.subscribe(CITY, AWARDS)
    mesh.watch(CITY, AWARDS, [number])
    start = mesh.place(CITY)
    for one in (stranger, insured):
        award(one.pk, "老齢基礎年金", 816_000, paid_since=TODAY, at=NOW)
    assert send(this_node(), members()[0]) == 2
    assert len(mesh.wait_for(CITY, start, 1)) == 1
    assert Announcement.objects.get(addressee=stranger.pk).refusal == "no_code_held"


def _staff_case(town: str, person: Person) -> Case:
    with acting_as(town):
        return open_case(
            person,
            ALLOWANCE_AFFAIR,
            received_on=TODAY,
            organisation="子育て支援課",
            opened_by=None,
            at=datetime.now(UTC),
        )


def test_with_a_case_a_town_hears_of_what_touches_it_and_no_longer(towns: Mesh) -> None:
    (number, other) = towns.people(2)
    town = next(member for member in municipalities() if member.id == CITY)
    case = _staff_case(TOWNS[0], _resident(TOWNS[0], number))
    start = towns.place(CITY)
    assert following.tell_network(this_node(), town, at=datetime.now(UTC)) > 0
    assert following.tell_network(this_node(), town, at=datetime.now(UTC)) == 0
    towns.publish(PENSION, award_event(other), award_event(number))
    towns.wait_for(CITY, start, 1)
    hear(this_node(), town)
    with acting_as(TOWNS[0]):
        (heard,) = heard_of(case)
        following.unfollow(case.applicant.addressee, case.affair, at=datetime.now(UTC))
    assert (heard.what, heard.information, heard.publisher) == (
        "給付の決定",
        InformationKind.PUBLIC_PENSION_BENEFIT.label_ja,
        this_node().directory.name(PENSION),
    )
    following.tell_network(this_node(), town, at=datetime.now(UTC))
    event = award_event(number)
    towns.publish(PENSION, event)
    assert towns.outcome(PENSION, event.event_id) == (None, "[]")
    with acting_as(TOWNS[0]):
        assert not Following.objects.filter(addressee=case.applicant.addressee).exists()


def test_a_watch_is_renewed_before_it_lapses_and_a_refused_one_tried_again(towns: Mesh) -> None:
    town = next(member for member in municipalities() if member.id == CITY)
    (number,) = towns.people(1)
    now = datetime.now(UTC)
    with acting_as(TOWNS[0]):
        for one in (addressee(CITY, number), "nobody"):
            following.follow(one, [AWARDS], at=now)
    assert following.tell_network(this_node(), town, at=now) == 2
    with acting_as(TOWNS[0]):
        rows = {row.addressee: row for row in Following.objects.all()}
    assert (rows["nobody"].refusal, rows[addressee(CITY, number)].refusal) == ("no_code_held", "")
    assert rows["nobody"].tell_from == now + following.REFUSED_AGAIN_AFTER
    assert now < rows[addressee(CITY, number)].tell_from < now + WATCH_VALIDITY
    assert following.tell_network(this_node(), town, at=now + WATCH_VALIDITY) == 2


def test_a_case_follows_only_what_the_table_lets_its_affair_ask(towns: Mesh) -> None:
    systems = this_node().directory
    topics = topics_of(systems, TOWNS[0], ALLOWANCE_AFFAIR, at=NOW)
    assert AWARDS in topics
    assert RESIDENTS in topics
    answer = towns.subscribe(CITY, *topics)
    assert answer.refused == ()
    assert topics_of(systems, TOWNS[0], "no-such-affair", at=NOW) == ()
