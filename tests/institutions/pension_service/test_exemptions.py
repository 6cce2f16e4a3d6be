"""An application for relief from premiums, from what was sent to the record of premiums, with a real network and two members of staff."""

from __future__ import annotations

import html
import itertools
import re
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from psycopg.sql import SQL, Identifier

from mynumber.foundation.facts import Fact, fact_type, layout_named
from mynumber.foundation.law import InformationKind
from mynumber.foundation.procedures import answers as forms
from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.pension_service.exemptions import deciding, sheets
from mynumber.institutions.pension_service.exemptions.arriving import Arriving
from mynumber.institutions.pension_service.exemptions.messages import answer_prefill
from mynumber.institutions.pension_service.exemptions.models import (
    Application,
    Decision,
    Earner,
    Entry,
    Inquiry,
    ToldStep,
)
from mynumber.institutions.pension_service.exemptions.people import earner_of, earners_named
from mynumber.institutions.pension_service.pensions.models import Enrolment, Insured, PremiumMonth
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import applications as protocol
from mynumber.protocols import wire
from mynumber.protocols.applications import PREFILL, SUBMIT, Form, LetterForm, Prefill, Step, statement_digest
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.examination.arriving import Sound
from mynumber.webkit.examination.examining import take_letter
from mynumber.webkit.examination.filed import declared_of
from mynumber.webkit.examination.states import State
from mynumber.webkit.examination.telling import read
from mynumber.webkit.messages import Question
from tests.institutions.pension_service.conftest import HOST, STAFF_PASSWORD
from tests.support.exchange import CITY, FORMER_CITY, PENSION, Exchange, resident_code

NUMBERS: Final = itertools.count(1)
ARRIVED: Final = datetime(2026, 11, 22, 3, tzinfo=UTC)
ADDRESS: Final = "東京都葛飾区お花茶屋一丁目20番2号"
SOTA: Final = FourAttributes(name="高橋　颯太", address=ADDRESS, birth_date=date(2006, 1, 20), sex="1")
MOTHER: Final[dict[str, Any]] = {
    "head_name": "高橋　由紀",
    "head_birth": "1975-05-05",
    "head_sex": "female",
    "head_circumstances": ["neither"],
}
OPEN: Final = {"生活扶助": "no", "あなた：生活保護": "no", "世帯主：生活保護": "no"}
QUIET: Final[dict[str, Any]] = {
    "phone": "03-1234-5678",
    "months_from": "2026-07",
    "months_until": "2027-12",
    "student": "no",
    "refuses_postponement": "no",
    "gives_birth": "no",
    "is_head": "yes",
    "has_spouse": "no",
    "my_circumstances": ["neither"],
    "consent_facts": "yes",
    "true_statement": "yes",
}


def form() -> Procedure:
    return catalogue().get("pension_exemption", ARRIVED.date())


def insure(four: FourAttributes = SOTA) -> Insured:
    """Somebody who owes premiums and has not paid since summer. Each has a number of their own: the network keeps codes."""
    number = f"78{next(NUMBERS):08d}"
    person = Insured.objects.create(
        pk=number,
        name=four.name,
        birth_date=four.birth_date,
        sex=four.sex,
        address=four.address,
        individual_number=number.zfill(12),
    )
    Enrolment.objects.create(insured=person, since=date(2026, 1, 20))
    for month in ("2026-07", "2026-08"):
        PremiumMonth.objects.create(insured=person, month=month, state="unpaid")
    return person


def arrive(
    four: FourAttributes = SOTA,
    *,
    again: Application | None = None,
    documents: tuple[protocol.Attachment, ...] = (),
    **changes: Any,
) -> Application:
    """What stands in the tables once a signed application is taken in (its signature is checked in the stories of tests/system)."""
    known = {"applicant_name": four.name, "applicant_birth": four.birth_date.isoformat()}
    known["applicant_address"] = {"municipality": "131229", "town": "お花茶屋一丁目20番2号", "rest": ""}  # type: ignore[assignment]
    typed = {key: value for key, value in {**QUIET, **changes}.items() if value is not None}
    reading = forms.read(form(), typed, today=ARRIVED.date(), known=known)
    assert reading.is_complete, reading.all_problems
    sent = protocol.Application(
        application=again.reference if again else uuid4(),
        sequence=again.submissions.count() if again else 0,
        form=Form(procedure=form().id, version=form().since),
        applicant=four,
        certificate="1234",
        answers=forms.encode(form(), reading.values),
        documents=documents,
        sent_at=ARRIVED,
    )
    sound = Sound(form(), dict(reading.values), statement_digest(sent).hex())
    with transaction.atomic():
        Arriving("portal").take(sent, sound, at=ARRIVED)
    return Application.objects.get(reference=sent.application)


class Worker:
    """A member of staff in front of a browser with CSRF checks."""

    def __init__(self, username: str) -> None:
        self.client = Client(enforce_csrf_checks=True, headers={"host": HOST})
        self.token = str(self.client.get("/sign-in").context["csrf_token"])
        form = {"username": username, "password": STAFF_PASSWORD, "csrfmiddlewaretoken": self.token}
        assert self.client.post("/sign-in", form).status_code == 302

    def get(self, path: str = "", status: int = 200) -> str:
        response = self.client.get(f"/applications/{path}")
        assert response.status_code == status, response.content.decode()[:3000]
        text = response.content.decode()
        ids = re.findall(r'\sid="([^"]*)"', text)
        assert len(ids) == len(set(ids)), ids
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        self.token = found[1] if found else self.token
        return html.unescape(re.sub(r"<[^>]+>", "", text))

    def post(self, path: str, status: int = 302, /, **values: Any) -> str:
        form = {**values, "csrfmiddlewaretoken": self.token}
        response = self.client.post(f"/applications/{path}", form)
        assert response.status_code == status, response.content.decode()[:3000]
        return html.unescape(re.sub(r"<[^>]+>", "", response.content.decode()))

    def confirm(self, number: int, words: str = "福祉事務所に確かめました。") -> None:
        """Whatever is open, as it is suggested; what is known to be no."""
        page = self.client.get(f"/applications/{number}")
        filled = {}
        for field in page.context["open"]:
            label = field.label
            if field.name.startswith("fact-"):
                found = next((value for start, value in OPEN.items() if label.startswith(start)), None)
                filled[field.name] = found or field.value() or ""
        self.post(f"{number}/facts", 302, **filled, words=words)


@pytest.fixture(scope="module")
def okada(service: Exchange) -> Worker:
    return Worker("okada")


@pytest.fixture(scope="module")
def noguchi(service: Exchange) -> Worker:
    return Worker("noguchi")


def tax_of(income: int) -> Fact:
    """What a town tells of somebody with this income and nothing else."""
    yen = (
        "small_business_deduction",
        "medical_deduction",
        "casualty_deduction",
        "social_insurance_deduction",
    )
    people = (
        "dependants",
        "disabled_dependants",
        "dependants_16_to_18",
        "specific_dependants",
        "elderly_dependants",
    )
    return fact_type(layout_named("local_tax"))(
        fiscal_year=2026,
        total_income=income,
        aggregate_income=income,
        income_levy=0,
        **dict.fromkeys((*yen, *people), 0),
        **dict.fromkeys(("single_parent", "disabled", "widowed", "working_student"), False),
    )


def taxed(exchange: Exchange, key: str, income: int, *, town: str = CITY) -> None:
    """Known to the service and to a town, which holds the tax on the income of 2025."""
    addressee = f"T-{key}"
    exchange.give_codes({resident_code(): {PENSION: key, town: addressee}})
    exchange.register(town, addressee, InformationKind.LOCAL_TAX, tax_of(income))


def told(row: Application) -> list[Step]:
    return [read(step).step for step in ToldStep.objects.filter(application=row).order_by("number")]


# --- filling beforehand -------------------------------------------------------------------------------------------


def test_the_service_tells_its_own_records_to_exactly_the_insured(fresh: Exchange) -> None:
    insure()
    question = Prefill(
        form=Form(procedure=form().id, version=form().since),
        applicant=SOTA,
        certificate="1234",
        agreed_at=datetime.now(UTC),
    )

    node = fresh.node(PENSION)
    out = wire.prepare(
        fresh.node("portal"),
        PREFILL,
        question,
        sender="portal",
        receiver=PENSION,
        hop=Hop.PROVIDER,
        now=datetime.now(UTC),
    )
    received = wire.receive(
        node, out.token, PREFILL, receiver=PENSION, hop=Hop.PROVIDER, now=datetime.now(UTC)
    )
    answer = answer_prefill(Question(received, datetime.now(UTC)))
    values = {each.path: each.value for each in answer.known}
    assert values["unpaid_months"] == b"2"
    assert values["insured"] == b"true"
    assert b"131229" in values["applicant_address"]
    assert "my_total" not in values, "the network is not asked for it"


# --- deciding -----------------------------------------------------------------------------------------------------


def test_relief_from_arrival_to_the_record_of_premiums(
    fresh: Exchange, okada: Worker, noguchi: Worker
) -> None:
    person = insure()
    taxed(fresh, person.pk, 0)
    row = arrive()
    assert row.applicant == person
    assert "担当者を待つ申請（1件）" in okada.get()
    okada.get(str(row.number))
    okada.post(f"{row.number}/claim")
    okada.post(f"{row.number}/ask")
    (inquiry,) = Inquiry.objects.all()
    assert (inquiry.affair, inquiry.provider, inquiry.period) == ("73-1", CITY, "fy2026")
    assert inquiry.outcome == Outcome.PROVIDED.value, inquiry.reason
    okada.confirm(row.number)
    okada.post(f"{row.number}/accept")
    page = okada.get(str(row.number))
    assert "全額免除" in page
    okada.post(f"{row.number}/propose")
    okada.post(f"{row.number}/second/approve", 403)
    assert "2026年7月から2027年6月まで" in noguchi.get(str(row.number)), (
        "to the end of the year of application"
    )
    noguchi.post(f"{row.number}/second/approve")
    row.refresh_from_db()
    assert row.state == State.CLOSED
    assert told(row) == [Step.ARRIVED, Step.ACCEPTED, Step.GRANTED, Step.CLOSED]
    granted = read(ToldStep.objects.get(application=row, step=Step.GRANTED.value))
    assert granted.letter is not None
    assert granted.letter.startswith(b"%PDF")
    assert "社会保険審査官" in granted.objection
    assert any("国民年金法第90条" in ground for ground in granted.grounds)
    months = PremiumMonth.objects.filter(insured=person, state="full").values_list("month", flat=True)
    assert (len(months), min(months), max(months)) == (12, "2026-07", "2027-06")
    assert "全額免除" in okada.get("statistics")
    assert "日本年金機構理事長" in noguchi.get(f"{row.number}/letter")


def test_what_the_rule_refuses_leaves_the_premiums_unpaid(
    fresh: Exchange, okada: Worker, noguchi: Worker
) -> None:
    person = insure()
    taxed(fresh, person.pk, 4_000_000)
    row = arrive()
    okada.get(str(row.number))
    for act in ("claim", "ask"):
        okada.post(f"{row.number}/{act}")
    okada.confirm(row.number)
    for act in ("accept", "propose"):
        okada.post(f"{row.number}/{act}")
    noguchi.get(str(row.number))
    noguchi.post(f"{row.number}/second/approve")
    assert told(row)[-2:] == [Step.REFUSED, Step.CLOSED]
    assert set(PremiumMonth.objects.values_list("state", flat=True)) == {"unpaid"}


def test_nobody_decides_on_what_is_not_known_and_nobody_approves_what_they_proposed(
    fresh: Exchange, okada: Worker, noguchi: Worker
) -> None:
    insure()
    row = arrive()
    noguchi.get(str(row.number))
    noguchi.post(f"{row.number}/claim")
    noguchi.post(f"{row.number}/accept")
    assert "まだ分からない事実がある" in noguchi.post(f"{row.number}/propose", 422)
    noguchi.post(f"{row.number}/decision", 302, outcome="granted", kind="FULL", reasons="失業しました。")
    assert "起案した本人は決裁できません" in noguchi.post(f"{row.number}/second/approve", 422)
    decision = Decision.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(second=decision.proposed_by)
    okada.get(str(row.number), 200)
    assert "審査しています" in okada.get(str(row.number))


def test_the_head_of_the_household_is_looked_at_too(fresh: Exchange, okada: Worker) -> None:
    person = insure()
    row = arrive(is_head="no", **MOTHER)
    four = earners_named(declared_of(row), address=ADDRESS)["head_person"]
    mother = earner_of(four)
    mother.individual_number = "9".zfill(12)
    mother.save()
    taxed(fresh, person.pk, 0)
    taxed(fresh, mother.pk, 9_000_000)
    okada.get(str(row.number))
    okada.post(f"{row.number}/claim")
    okada.post(f"{row.number}/ask")
    assert set(Inquiry.objects.values_list("addressee", flat=True)) == {person.pk, mother.pk}
    sheet = sheets.sheet_of(row)
    assert sheet.values["head_after_losses"] == 9_000_000
    assert sheet.values["my_after_losses"] == 0
    okada.confirm(row.number)
    found = deciding.opinion_on(row, sheets.sheet_of(row), today=ARRIVED.date())
    assert found is not None
    assert found.needs == ()
    assert found.words == "納付猶予", "for which the head's income does not count"


def test_a_town_that_holds_nothing_is_not_asked_twice_and_another_can_be_named(
    fresh: Exchange, okada: Worker
) -> None:
    person = insure()
    fresh.give_codes({resident_code(): {PENSION: person.pk, CITY: "T-here", FORMER_CITY: "T-there"}})
    fresh.register(FORMER_CITY, "T-there", InformationKind.LOCAL_TAX, tax_of(1_000))
    row = arrive()
    okada.get(str(row.number))
    for _ in range(2):
        okada.post(f"{row.number}/{'claim' if row.holder_id is None else 'ask'}")
        row.refresh_from_db()
    okada.post(f"{row.number}/ask")
    assert list(Inquiry.objects.values_list("provider", "fact")) == [(CITY, "")]
    okada.post(f"{row.number}/ask", town=FORMER_CITY)
    assert sheets.sheet_of(row).values["my_after_losses"] == 1_000
    assert "できません" in okada.post(f"{row.number}/ask", 422, town="municipality.999999")


def test_a_correction_goes_to_the_applicant_and_a_withdrawal_ends_it(fresh: Exchange, okada: Worker) -> None:
    insure()
    documents = (
        protocol.Attachment(
            document="student_card", name="学生証.png", media_type="image/png", content=bytes(5120)
        ),
    )
    student: dict[str, Any] = {"student": "yes", "school": "見本大学", "graduates_on": "2028-03"}
    row = arrive(documents=documents, **student)
    okada.get(str(row.number))
    okada.post(f"{row.number}/claim")
    page = okada.client.get(f"/applications/{row.number}/correction")
    school = next(mark for mark in page.context["marks"] if mark.label == "学校の名前")
    okada.post(f"{row.number}/correction", 302, **{school.name: "学部まで書いてください。"})
    row.refresh_from_db()
    assert row.state == State.CORRECTING
    asked = read(ToldStep.objects.get(application=row, step=Step.CORRECTION_ASKED.value))
    assert [field.path for field in asked.fields] == ["school"]
    arrive(again=row, documents=documents, **{**student, "school": "見本大学経済学部"})
    page_text = okada.get(str(row.number))
    assert all(label in page_text for label in ("どうやって確かめたか", "本人に伝えること"))
    assert "2028年3月" in page_text
    assert "2028-03" not in page_text
    now, earlier = page_text.split("前に送られた書類")
    assert [each.count("学生証.png（image/png、5.0\u00a0KB）") for each in (now, earlier)] == [1, 1]
    row.refresh_from_db()
    letter: UUID = uuid4()
    for _ in range(2):
        with transaction.atomic():
            assert take_letter(row, letter, LetterForm.WITHDRAWAL, "", sent_at=ARRIVED, at=ARRIVED)
    assert told(row)[-1] is Step.WITHDRAWN
    assert Entry.objects.filter(application=row, act="withdrawn").count() == 1


def test_one_live_application_for_one_insured(fresh: Exchange) -> None:
    insure()
    arrive()
    with pytest.raises(Refused) as caught:
        arrive()
    assert caught.value.reason is Reason.DUPLICATE_REQUEST


def test_only_the_portal_is_heard(fresh: Exchange) -> None:
    routes = [SUBMIT.path, PREFILL.path]
    client = Client(headers={"host": HOST})
    assert [client.post(path, b"x", content_type="application/jose").status_code for path in routes] != [
        200
    ] * 2


def test_what_was_sent_is_never_rewritten(fresh: Exchange, database: InstitutionDatabase) -> None:
    insure()
    arrive()
    with psycopg.connect(database.url) as role:
        for table in ("submission", "entry", "disclosure", "confirmed", "written", "paper"):
            for right in ("DELETE FROM {}", "UPDATE {} SET id = id"):
                statement = SQL(right).format(Identifier(f"pension_exemptions_{table}"))
                with pytest.raises(psycopg.errors.InsufficientPrivilege), role.transaction():
                    role.execute(statement)


# --- whose income counts ------------------------------------------------------------------------------------------


def test_nobody_asks_about_a_spouse_from_whom_somebody_fled() -> None:
    spouse = {"spouse_name": "高橋　一", "spouse_birth": "2000-01-01", "spouse_sex": "male"}
    married = {"is_head": True, "has_spouse": True, **spouse}
    assert set(earners_named({**married, "violence": False}, address=ADDRESS)) == {"spouse_person"}
    assert earners_named({**married, "violence": True}, address=ADDRESS) == {}


def test_a_spouse_lives_where_the_form_says_and_a_head_with_the_applicant() -> None:
    elsewhere = {"municipality": "272124", "town": "東本町", "rest": "三丁目4番21号"}
    said = {
        "is_head": False,
        "has_spouse": True,
        "violence": False,
        "spouse_heads": False,
        **MOTHER,
        "spouse_name": "高橋　一",
        "spouse_birth": "2000-01-01",
        "spouse_sex": "male",
        "spouse_address": elsewhere,
    }
    named = earners_named(said, address=ADDRESS)
    assert named["head_person"].address == ADDRESS
    assert named["spouse_person"].address == "大阪府八尾市東本町三丁目4番21号"


def test_an_earner_is_one_row(fresh: Exchange) -> None:
    assert earner_of(SOTA) == earner_of(SOTA)
    assert Earner.objects.count() == 1


@pytest.mark.parametrize(
    ("month", "student", "period"),
    [
        ("2026-07", False, "fy2026"),
        ("2026-06", False, "fy2025"),
        ("2026-04", True, "fy2026"),
        ("2026-03", True, "fy2025"),
    ],
)
def test_the_year_of_the_income_turns_in_july_and_for_students_in_april(
    month: str, student: bool, period: str
) -> None:
    answers = {"months_from": month, "student": student}
    assert sheets.period_of(answers, arrived_on=ARRIVED.date()) == period


def test_months_run_over_the_end_of_the_year() -> None:
    assert list(deciding.months_between("2026-11", "2027-01")) == ["2026-11", "2026-12", "2027-01"]
