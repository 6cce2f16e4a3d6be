"""An employer certifies online, without an account: link, code and corporate number; once, and for the employee not to change."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from mynumber.foundation.numbers import CorporateNumber
from mynumber.institutions.portal.applications import committing, drafts, kept
from mynumber.institutions.portal.applications.models import Application, Paper
from mynumber.institutions.portal.employers import certifying, inviting
from mynumber.institutions.portal.employers.certifying import CannotOpen, Why
from mynumber.institutions.portal.employers.models import Invitation
from tests.institutions.portal.applications.body import City
from tests.institutions.portal.applications.people import CLAIM, Person
from tests.institutions.portal.house import Browser, House
from tests.support.controls import controls

NURSERY = "nursery_application"
NUMBER = CorporateNumber.from_base("000012050002").digits
FORMS = {
    "employer": {
        "company": "架空商事株式会社",
        "representative": "架空　社長",
        "company_address": "東京都葛飾区立石5-13-1",
        "company_phone": "03-1111-2222",
        "contact_person": "架空　担当",
        "contact": "03-1111-2222",
    },
    "employment": {
        "term": "unlimited",
        "term_from": "2020-04-01",
        "workplace": "本社",
        "workplace_address": "東京都葛飾区立石5-13-1",
        "industry": "trade",
        "employment_type": "regular",
    },
    "hours": {
        "schedule": "variable",
        "monthly_hours": "150",
        "break_minutes": "60",
        "variable_unit": "month",
        "variable_hours": "150",
        "variable_days": "20",
        "variable_from": "9:00",
        "variable_until": "17:30",
    },
    "record": {},
    "leave": {},
    "more": {"nursery_teacher": "", "posted_away": "no", "employment_insurance": ""},
    "confirm": {"certified": "on"},
}


@dataclass
class Employer:
    """Somebody with the link and the code, at a browser of their own."""

    link: str
    code: str
    browser: Browser = field(default_factory=Browser)

    def at(self, what: str = "") -> str:
        return f"{self.link}{what}"

    def open(self, **changed: str) -> Any:
        given = {"code": self.code, "corporate_number": NUMBER, **changed}
        return self.browser.post_form(self.link, self.link, **given)

    def fill(self, section: str, **answers: str) -> Any:
        page = self.at(f"form/{section}")
        sent = {name: values[-1] for name, values in controls(self.browser.text(page)).items()}
        return self.browser.post(page, sent | answers)

    def fill_all(self, **changed: str) -> None:
        for section, answers in FORMS.items():
            given = {name: changed.get(name, value) for name, value in answers.items()}
            for _ in range(3):  # what an answer makes appear is asked on the same page
                text = self.browser.text(self.at(f"form/{section}"))
                shown = {name: value for name, value in given.items() if f'name="{name}"' in text}
                for name in [name for name, value in shown.items() if not value]:
                    choice = re.search(rf'name="{name}" value="([^"]+)"', text)
                    assert choice is not None
                    shown[name] = choice[1]
                response = self.fill(section, **shown)
                assert response.status_code == 303, response.content.decode()
                if response.headers["Location"] != self.at(f"form/{section}"):
                    break

    def send(self) -> Any:
        return self.browser.post_form(self.at("check"), self.at("check"))


def draft_of(person: Person) -> Person:
    """A nursery application with a guardian who works."""
    person.sign_in()
    person.begin(NURSERY)
    person.agree()
    person.browser.text(person.at())
    person.fill("work", guardians__0__name="架空　花子", guardians__0__ground="work", guardians_complete="on")
    return person


def ask(person: Person, name: str = "架空 花子（旧姓 模型）") -> Employer:
    """Make an invitation as a resident does."""
    page = person.browser.text(person.at("employers"))
    reference = re.search(r'name="person" value="([^"]+)"', page)
    assert reference is not None
    response: Any = person.browser.post_form(
        person.at("employers"), person.at("employers"), person=reference[1], name=name
    )
    text = response.content.decode()
    assert response.status_code == 200, text
    link = re.search(r"http://portal\.localhost:8000(/employers/[0-9a-f-]{36}/)", text)
    code = re.search(r'<strong class="mono tabular">([^<]+)</strong>', text)
    assert link is not None
    assert code is not None
    return Employer(urlsplit(link[1]).path, code[1])


def held(person: Person) -> Application:
    return Application.objects.get(pk=person.ident)


def guardian(person: Person) -> dict[str, Any]:
    row = held(person)
    reading = drafts.reading_of(row, kept.content_of(row), now=datetime.now(UTC))
    entry: dict[str, Any] = reading.values["guardians"][0]
    return entry


# --- the way ------------------------------------------------------------------------------------------------------


def test_a_certificate_goes_straight_into_the_application(person: Person, city: City) -> None:
    draft_of(person)
    tasks = person.browser.text(person.at())
    assert "就労証明書を勤め先に頼む" in tasks
    following = re.search(r'<a class="button" href="([^"]+)"', tasks)
    assert following is not None
    assert following[1] != person.at("employers"), "who has it on paper goes on without"
    employer = ask(person)
    assert "勤め先の返事を待っています" in person.browser.text(person.at("employers"))
    opened = employer.open()
    assert (opened.status_code, opened.headers["Location"]) == (303, employer.at("form/employer"))
    first = employer.browser.text(employer.at("form/employer"))
    assert "架空 花子（旧姓 模型）" in first
    for private in ("架空　花子", person.holder.name, "1980", "葛飾区水元"):
        assert private not in first, "the name that was typed and nothing else"
    assert "まだ送れません" in employer.browser.text(employer.at("check"))
    employer.fill_all()
    check = employer.browser.text(employer.at("check"))
    assert "架空商事株式会社" in check
    assert NUMBER in check
    sent = employer.send()
    assert "就労証明書を送りました" in sent.content.decode()
    invitation = Invitation.objects.get()
    assert guardian(person)["certificate"] == invitation.number
    assert guardian(person)["hours"] == 150
    page = person.browser.text(person.at("employers"))
    assert f"架空商事株式会社（法人番号 {NUMBER}）" in page
    work = person.browser.text(person.at("form/work"))
    assert 'name="guardians.0.hours"' not in work
    assert 'name="guardians.0.certificate"' not in work
    assert "記入" in work
    paper = Paper.objects.get(application_id=person.ident)
    assert (paper.document, paper.media_type) == ("work_certificate", "application/pdf")
    assert drafts.paper_content(paper).startswith(b"%PDF-")
    assert "架空商事" not in bytes(Invitation.objects.get().content or b"").decode("latin1")


def test_the_applicant_cannot_change_what_the_employer_said(person: Person, city: City) -> None:
    draft_of(person)
    employer = ask(person)
    employer.open()
    employer.fill_all()
    employer.send()
    page = person.at("form/work")
    sent = {name: values[-1] for name, values in controls(person.browser.text(page)).items()}
    sent |= {
        "guardians.0.hours": "400",
        "guardians.0.certificate": "forged",
        "shown": f"{sent['shown']} guardians.0.hours guardians.0.certificate",
    }
    person.browser.post(page, sent)
    assert guardian(person)["hours"] == 150
    assert guardian(person)["certificate"] == Invitation.objects.get().number
    paper = Paper.objects.get(application_id=person.ident)
    person.browser.post_form(person.at("documents"), person.at("documents"), remove=str(paper.pk))
    assert Paper.objects.filter(pk=paper.pk).exists()
    # What is sent is what the employer said.
    row = held(person)
    reading = drafts.reading_of(row, kept.content_of(row), now=datetime.now(UTC))
    content = committing.assembled(row, reading, now=datetime.now(UTC))
    assert json.loads(content.answers)["answers"]["guardians"][0]["hours"] == 150
    assert [each.document for each in content.documents] == ["work_certificate"]


def test_asking_anew_closes_the_earlier_request_and_what_it_brought(person: Person, city: City) -> None:
    draft_of(person)
    first = ask(person)
    first.open()
    first.fill_all()
    first.send()
    second = ask(person)
    assert "certificate" not in guardian(person)
    assert not Paper.objects.filter(application_id=person.ident).exists()
    assert first.open().status_code == 404
    second.open()
    second.fill_all(monthly_hours="120")
    second.send()
    assert guardian(person)["hours"] == 120
    assert Invitation.objects.filter(closed_at=None).count() == 1


def test_a_certificate_that_comes_late_waits_until_the_application_is_open(
    person: Person, city: City
) -> None:
    draft_of(person)
    employer = ask(person)
    employer.open()
    employer.fill_all()
    Application.objects.filter(pk=person.ident).update(editing=False)
    employer.send()
    assert Invitation.objects.get().joined_at is None
    assert "hours" not in guardian(person)
    Application.objects.filter(pk=person.ident).update(editing=True)
    assert "届いています" in person.browser.text(person.at("employers"))
    assert guardian(person)["hours"] == 150


# --- refused ------------------------------------------------------------------------------------------------------


def test_a_request_is_answered_once(person: Person, city: City) -> None:
    draft_of(person)
    employer = ask(person)
    employer.open()
    employer.fill_all()
    employer.send()
    again = employer.open()
    assert again.status_code == 410
    assert "この依頼は済んでいます" in again.content.decode()
    assert employer.browser.get(employer.at("form/employer")).status_code in (404, 410)
    assert employer.browser.get(employer.at("check")).status_code in (404, 410)
    with pytest.raises(CannotOpen) as refused:
        certifying.send(Invitation.objects.get(), now=datetime.now(UTC))
    assert refused.value.why is Why.USED


def test_a_wrong_code_is_counted_and_closes_the_request(person: Person, city: City) -> None:
    draft_of(person)
    employer = ask(person)
    for _ in range(certifying.MOST_TRIES):
        assert employer.open(code="ABCD-EFGH-2345").status_code == 404
    locked = employer.open()
    assert locked.status_code == 403
    assert "この依頼は使えなくなりました" in locked.content.decode()
    assert "前の依頼は使えなくなりました" in person.browser.text(person.at("employers"))


def test_a_wrong_link_says_no_more_than_a_wrong_code(house: House, browser: Browser) -> None:
    stranger = Employer("/employers/00000000-0000-4000-8000-000000000000/", "ABCD-EFGH-2345", browser)
    refused = stranger.open()
    assert refused.status_code == 404
    assert "リンクか番号が違います" in refused.content.decode()
    assert browser.get(stranger.at("form/employer")).status_code == 404
    assert browser.get(stranger.at("check")).status_code == 404


def test_a_request_runs_out(person: Person, city: City) -> None:
    draft_of(person)
    employer = ask(person)
    Invitation.objects.update(until=datetime.now(UTC) - timedelta(seconds=1))
    refused = employer.open()
    assert refused.status_code == 410
    assert "期限が過ぎました" in refused.content.decode()


@pytest.mark.parametrize("number", ["8000012050002", "123", "123456789012a"])
def test_a_corporate_number_has_to_be_one(person: Person, city: City, number: str) -> None:
    draft_of(person)
    employer = ask(person)
    assert employer.open(corporate_number=number).status_code == 422
    assert employer.open(corporate_number="").status_code == 422
    assert Invitation.objects.get().opened_at is None
    assert employer.open(corporate_number="", no_number="on").status_code == 303


def test_another_browser_does_not_go_on_without_the_code(person: Person, city: City) -> None:
    draft_of(person)
    employer = ask(person)
    employer.open()
    other = Browser()
    assert other.get(employer.at("form/employer")).status_code == 404
    assert other.get(employer.at("check")).status_code == 404


def test_another_resident_asks_nobody_for_this_application(person: Person, house: House, city: City) -> None:
    draft_of(person)
    other = Person(house, house.holder())
    other.sign_in()
    assert other.browser.get(person.at("employers")).status_code == 404
    response: Any = other.browser.post_form("/menu", person.at("employers"), person="x", name="x")
    assert response.status_code == 404
    assert not Invitation.objects.exists()


def test_a_form_without_certificates_asks_nobody(person: Person, city: City) -> None:
    person.sign_in()
    person.begin(CLAIM)
    person.agree()
    assert person.browser.get(person.at("employers")).status_code == 404
    row = held(person)
    reading = drafts.reading_of(row, kept.content_of(row), now=datetime.now(UTC))
    assert inviting.task(row, reading) is None
    assert list(inviting.certificate_fields(reading.procedure)) == []


@pytest.fixture(autouse=True)
def _alone(house: House) -> None:
    """Each test looks at its own invitations."""
    Invitation.objects.all().delete()
