"""Life events: what is due until when, shared questions once, one card for several applications."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from mynumber.foundation.procedures import fitting
from mynumber.foundation.procedures.definition import LifeEvent
from mynumber.institutions.portal.applications import drafts, kept
from mynumber.institutions.portal.applications.models import Application, Sending, Standing
from mynumber.institutions.portal.bundles import due
from mynumber.institutions.portal.bundles.models import Bundle
from mynumber.protocols import sign_in
from mynumber.protocols.signing import SigningClient, SigningRequest
from tests.institutions.portal.applications.body import City
from tests.institutions.portal.applications.people import CLAIM, NOTHING, Person
from tests.institutions.portal.house import PUBLIC, Browser, House
from tests.institutions.portal.identity.service import led_to
from tests.support.controls import controls

ON = date(2026, 11, 22)
BIRTH = date(2026, 11, 10)
REPORT = "pregnancy_notification"
FUNERAL = "funeral_benefit_claim"
NURSERY = "nursery_application"
CERTIFICATION = "nursery_certification"


# --- what is due --------------------------------------------------------------------------------------------------


def test_deadlines_count_from_the_day_of_the_event() -> None:
    listed = due.of_event(LifeEvent.BIRTH, on=ON, happened_on=BIRTH)
    claim = next(each for each in listed if each.procedure.id == CLAIM)
    assert claim.window.closes == date(2026, 11, 25)
    closing = [each.window.closes for each in listed if each.offered and each.window.closes]
    assert closing == sorted(closing)
    offered = [each.offered for each in listed]
    assert offered == sorted(offered, reverse=True), "what the event makes due comes first"
    assert next(each for each in due.of_event(LifeEvent.BIRTH, on=ON)).window.closes is None


@pytest.mark.parametrize("event", due.EVENTS)
def test_a_question_of_several_forms_is_one(event: LifeEvent) -> None:
    procedures = tuple(each.procedure for each in due.of_event(event, on=ON))
    questions = due.shared(procedures)
    assert len({question.field.id for question in questions}) == len(questions)
    assert "phone" in {question.field.id for question in questions}
    for question in questions:
        for procedure, field in question.takers:
            there = next(each for each in procedures if each.id == procedure)
            assert any(each.id == field and each.type is question.field.type for each in there.field)
    # A form that stands alone shares nothing.
    assert due.shared(procedures[:1]) == ()


def test_the_event_answers_what_it_is_itself() -> None:
    claim = next(
        each.procedure for each in due.of_event(LifeEvent.BIRTH, on=ON) if each.procedure.id == CLAIM
    )
    assert due.given_by(LifeEvent.BIRTH, BIRTH, claim) == {"cause": "birth", "cause_on": "2026-11-10"}
    assert due.given_by(LifeEvent.MOVING, None, claim) == {"cause": "moved_in"}


def test_after_a_death_each_term_counts_from_its_own_day() -> None:
    given = {"deceased_in_national_health": True, "deceased_received_pension": True}
    listed = due.of_event(LifeEvent.DEATH, on=ON, happened_on=date(2026, 11, 2), given=given)
    closing = {each.procedure.id: each.window.closes for each in listed if each.chosen}
    assert closing == {"unpaid_pension_claim": date(2031, 11, 4), "funeral_benefit_claim": None}
    funeral = next(each.procedure for each in listed if each.procedure.id == "funeral_benefit_claim")
    assert due.given_by(LifeEvent.DEATH, date(2026, 11, 2), funeral) == {}, "nobody is buried on the day"
    shared = {each.field.id for each in due.shared(each.procedure for each in listed if each.chosen)}
    assert {"phone", "account", "deceased_name", "died_on"} <= shared


def test_after_a_death_comes_first_what_fits_most_families() -> None:
    listed = [each.procedure.id for each in due.of_event(LifeEvent.DEATH, on=ON) if each.offered]
    assert listed[:3] == ["unpaid_pension_claim", "funeral_benefit_claim", "child_allowance_unpaid"]
    asked = [field.id for field in due.questions_of(LifeEvent.DEATH, on=ON)]
    assert asked[:2] == ["deceased_received_pension", "deceased_in_national_health"]
    assert "recipient_died" in asked[2:]
    # The catalogue says so; where it says nothing the last day counts, and the order of the questions.
    again = [field.id for field in due.questions_of(LifeEvent.BIRTH, on=ON)]
    assert again == [name for name in fitting.questions() if name in again]


def test_a_few_answers_leave_what_fits() -> None:
    asked = {field.id for field in due.questions_of(LifeEvent.BIRTH, on=ON)}
    assert "receives_child_allowance" in asked
    assert "raises_child_under_19" not in asked, "a birth answers it"
    everything = due.of_event(LifeEvent.BIRTH, on=ON)
    assert {CLAIM, "child_allowance_amount_change"} <= {each.procedure.id for each in everything}
    assert not next(each for each in everything if each.procedure.id == CLAIM).chosen
    first = due.of_event(LifeEvent.BIRTH, on=ON, given={"receives_child_allowance": False})
    assert "child_allowance_amount_change" not in {each.procedure.id for each in first}
    assert next(each for each in first if each.procedure.id == CLAIM).chosen
    again = due.of_event(LifeEvent.BIRTH, on=ON, given={"receives_child_allowance": True})
    assert CLAIM not in {each.procedure.id for each in again}


def test_anybody_reads_what_is_due(house: House, browser: Browser) -> None:
    assert 'href="/events/birth/"' in browser.text("/events/")
    page = browser.text("/events/birth/?on=令和8年11月10日")
    assert "2026年（令和8年）11月25日" in page
    assert "期限を過ぎています" in browser.text("/events/birth/?on=2020-01-06")
    assert browser.get("/events/birth/?on=nonsense").status_code == 422
    assert browser.get("/events/care/").status_code == 404
    assert browser.get("/events/nothing/").status_code == 404
    page = browser.text("/events/birth/?receives_child_allowance=no&needs_nursery=x")
    assert "児童手当等の額の改定" not in page
    assert "?receives_child_allowance=no" in page
    begin = browser.get("/events/birth/begin?on=2026-11-10")
    assert (begin.status_code, begin.headers["Location"].partition("?")[0]) == (303, "/sign-in/")


# --- a set --------------------------------------------------------------------------------------------------------


@dataclass
class Family:
    """Somebody with a new child and a set of drafts."""

    person: Person
    ident: UUID = NOTHING

    @property
    def browser(self) -> Browser:
        return self.person.browser

    def at(self, what: str = "") -> str:
        return f"/events/sets/{self.ident}/{what}"

    def begin(self, *procedures: str, event: str = "birth") -> Family:
        if self.ident == NOTHING:
            self.person.sign_in()
        page = f"/events/{event}/begin?on=2026-11-10"
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.browser.text(page))
        assert token is not None
        response: Any = self.browser.post(page, {"csrfmiddlewaretoken": token[1], "procedure": procedures})
        assert response.status_code == 303, response.content.decode()
        self.ident = UUID(response.headers["Location"].strip("/").rpartition("/")[2])
        return self

    def agree(self) -> None:
        response: Any = self.browser.post_form(self.at(), self.at("consent"))
        query = parse_qs(urlsplit(response.headers["Location"]).query)
        device = self.person.house.device
        asked = device.fetch(query["request"][0], now=datetime.now(UTC))
        accepted = device.respond(asked, self.person.holder.answer(asked))
        back = self.browser.get(sign_in.finish_url(asked, accepted).removeprefix(PUBLIC))
        assert led_to(back) == self.at()

    def answer(self, **answers: str) -> Any:
        sent = controls(self.browser.text(self.at("questions")))
        given = {name: values[-1] for name, values in sent.items()} | answers
        return self.browser.post(self.at("questions"), given)

    def of(self, procedure: str) -> Person:
        row = Application.objects.get(procedure=procedure, bundle_parts__bundle_id=self.ident)
        return Person(self.person.house, self.person.holder, self.browser, row.pk)

    def to_the_device(self) -> SigningRequest:
        response: Any = self.browser.post_form(self.at(), self.at("sign"))
        assert response.status_code == 303, response.content.decode()
        query = parse_qs(urlsplit(response.headers["Location"]).query)
        return SigningClient(self.person.house.device).fetch(query["request"][0], now=datetime.now(UTC))


@pytest.fixture
def family(person: Person) -> Family:
    return Family(person)


def fill_claim(claim: Person) -> None:
    """What only the claim asks."""
    claim.fill("confirm", consent_facts="on")
    claim.fill(
        "children",
        children__0__relation="parent",
        children__0__cared_for="yes",
        children__0__shares_livelihood="yes",
        children__0__in_facility="no",
    )
    claim.fill("family", other_parent_cares="no")
    claim.fill(
        "payment",
        account_bank_code="0001",
        account_branch_code="001",
        account__kind="ordinary",
        account__number="7654321",
        account__holder="カクウ ハナコ",
    )


def fill_notification(form: Person) -> None:
    """Whatever a pregnancy notification still lacks, in the order of its pages."""
    for _ in range(2):
        row = Application.objects.get(pk=form.ident)
        content = kept.content_of(row)
        reading = drafts.reading_of(row, content, now=datetime.now(UTC))
        yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
        for problem in reading.all_problems:
            field = next(each for each in reading.procedure.field if each.id == problem.path)
            content.typed[field.id] = {
                "date": yesterday,
                "count": "8",
                "yes_no": "no",
                "choice": field.choices[0].value if field.choices else "",
                "choices": [field.choices[0].value] if field.choices else [],
                "confirm": "on",
                "text": "かつしか医院",
                "long_text": "なし",
                "phone": "0312345678",
                "name": "架空　医子",
            }[field.type.value]
        drafts.save(row, content, now=datetime.now(UTC))


def test_shared_answers_are_given_once_and_reach_every_draft(family: Family, city: City) -> None:
    family.begin(CLAIM, REPORT)
    page = family.browser.text(family.at())
    assert "同意して、カードで確かめる" in page
    family.agree()
    before = len(city.asked)
    assert "共通の質問" in family.browser.text(family.at())
    assert {each.form.procedure for each in city.asked[before:]} == {CLAIM, REPORT}
    page = family.browser.text(family.at("questions"))
    assert page.count('name="phone"') == 1
    assert "住民基本台帳から" in page
    rejected = family.answer(phone="bad")
    assert rejected.status_code == 422
    assert "住民基本台帳から" in rejected.content.decode(), "what is known does not vanish"
    done = family.answer(phone="03-1234-5678", consent_facts="on", true_statement="on")
    assert (done.status_code, done.headers["Location"]) == (303, family.at()), done.content.decode()
    for procedure in (CLAIM, REPORT):
        row = Application.objects.get(pk=family.of(procedure).ident)
        reading = drafts.reading_of(row, kept.content_of(row), now=datetime.now(UTC))
        assert (reading.values["phone"], reading.values["true_statement"]) == ("0312345678", True)
    row = Application.objects.get(pk=family.of(CLAIM).ident)
    assert kept.content_of(row).typed["cause_on"] == "2026-11-10"
    assert "0312345678" not in str(bytes(Bundle.objects.get(pk=family.ident).content))


def test_several_applications_are_signed_in_one_tap_and_sent_apart(family: Family, city: City) -> None:
    family.begin(CLAIM, REPORT)
    family.agree()
    family.browser.text(family.at())
    family.answer(phone="03-1234-5678", consent_facts="on", true_statement="on")
    fill_claim(family.of(CLAIM))
    fill_notification(family.of(REPORT))
    for procedure in (CLAIM, REPORT):
        row = Application.objects.get(pk=family.of(procedure).ident)
        reading = drafts.reading_of(row, kept.content_of(row), now=datetime.now(UTC))
        assert reading.all_problems == ()
        assert row.body
        assert drafts.missing_papers(row, reading) == ()
    page = family.browser.text(family.at())
    assert "まとめて署名して送る" in page
    asked = family.to_the_device()
    signed = family.person.signed(asked)
    back = family.person.come_back(asked, signed)
    assert led_to(back) == family.at("?sent=1")
    family.browser.text(family.at("?sent=1"))
    for procedure in (CLAIM, REPORT):
        application, arrival = city.arrived[family.of(procedure).ident, 0]
        assert application.form.procedure == procedure
        assert json.loads(application.answers)["answers"]["phone"] == "0312345678"
        assert arrival.receipt in family.browser.text(family.of(procedure).at("receipt"))
        assert f'href="{family.at()}"' in family.browser.text(family.of(procedure).at()), "back to the set"
    assert (
        Application.objects.filter(bundle_parts__bundle_id=family.ident, standing=Standing.UNDER_WAY).count()
        == 2
    )
    # The same proof does nothing twice.
    assert family.browser.get(f"/signing/finish?request={asked.request_id}&code=x").status_code != 200
    assert Sending.objects.filter(application__bundle_parts__bundle_id=family.ident).count() == 2


def test_a_set_that_changed_after_the_card_was_asked_is_not_sent(family: Family, city: City) -> None:
    family.begin(CLAIM)
    family.agree()
    family.browser.text(family.at())
    claim = family.of(CLAIM)
    fill_claim(claim)
    claim.fill("you", phone="03-1234-5678")
    claim.fill("request", cause="birth", cause_on="令和8年11月10日")
    last: Any = claim.fill("confirm", consent_facts="on", true_statement="on")
    assert last.headers["Location"] == family.at(), "what is done together goes on together"
    assert f'href="{family.at()}"' in family.browser.text(claim.at("check"))
    asked = family.to_the_device()
    response = family.person.signed(asked)
    claim.fill("you", phone="090-1111-2222")
    back = family.person.come_back(asked, response)
    assert led_to(back) == family.at("?back=1")
    assert Application.objects.get(pk=claim.ident).standing == Standing.DRAFT
    assert "まだ送っていません" in family.browser.text(family.at("?back=1"))


def test_another_persons_set_is_as_none(family: Family, house: House, city: City) -> None:
    family.begin(CLAIM)
    other = Person(house, house.holder())
    other.sign_in()
    for path in ("", "questions"):
        assert other.browser.get(family.at(path)).status_code == 404
    for path in ("consent", "sign", "close"):
        response: Any = other.browser.post_form("/menu", family.at(path))
        assert response.status_code == 404
    assert Bundle.objects.get(pk=family.ident).live


def test_a_set_is_begun_once_and_shows_on_the_first_page(family: Family, city: City) -> None:
    first = family.begin(CLAIM).ident
    again = family.begin(CLAIM, REPORT).ident
    assert first == again
    assert Application.objects.filter(bundle_parts__bundle_id=first).count() == 2
    home = family.browser.text("/")
    assert family.at() in home
    assert family.of(CLAIM).at() not in home, "the set stands for its drafts"
    response: Any = family.browser.post_form(family.at(), family.at("close"))
    assert response.status_code == 303
    home = family.browser.text("/")
    assert family.at() not in home
    assert family.of(CLAIM).at() in home
    assert Application.objects.filter(bundle_parts__bundle_id=first).count() == 2, "drafts stay"


def test_another_day_of_death_than_the_registers_is_pointed_out(family: Family, city: City) -> None:
    family.begin(FUNERAL, event="death")
    family.agree()
    hint = "入力した日が、役所の記録と違います"
    assert hint not in family.browser.text(family.at()), "nothing is recorded"
    row = Application.objects.get(pk=family.of(FUNERAL).ident)
    content = kept.content_of(row)
    for told, differs in (("2026-11-03", True), ("2026-11-10", False)):
        content.known["died_on"] = told
        drafts.save(row, content, now=datetime.now(UTC))
        page = family.browser.text(family.at())
        assert (hint in page) is differs
        assert ('datetime="2026-11-03"' in page) is differs


def test_nothing_chosen_is_said(family: Family, city: City) -> None:
    family.person.sign_in()
    page: Any = family.browser.post_form("/events/birth/begin", "/events/birth/begin", procedure="nothing")
    assert page.status_code == 422
    assert "一つ以上選んでください" in page.content.decode()
