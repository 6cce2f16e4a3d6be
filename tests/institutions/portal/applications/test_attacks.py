"""Attacks on applications: all refused, and the draft survives each."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from psycopg import sql

from mynumber.institutions.portal.applications import kept
from mynumber.institutions.portal.applications.models import Application, Sending, Standing
from mynumber.protocols import signing
from mynumber.protocols.applications import LARGEST_DOCUMENT, Step
from mynumber.protocols.refusal import Reason, Refused
from mynumber.protocols.sign_in import SignInRefused
from mynumber.protocols.signing import SigningClient
from tests.institutions.portal.applications.body import OTHER_CITY, City
from tests.institutions.portal.applications.people import CLAIM, Person
from tests.institutions.portal.house import PUBLIC, House
from tests.institutions.portal.identity.service import led_to
from tests.support.signing import plain_pdf


def held(person: Person) -> Application:
    return Application.objects.get(pk=person.ident)


def token(person: Person, page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', person.browser.text(page))
    assert found is not None
    return found[1]


@pytest.fixture
def other(house: House) -> Person:
    """Somebody else, signed in."""
    person = Person(house, house.with_signature(house.holder()))
    person.sign_in()
    return person


def test_nobody_opens_or_changes_what_another_holds(person: Person, other: Person, city: City) -> None:
    person.ready()
    upload(person, plain_pdf())
    paper = held(person).papers.get()
    other.begin()
    mark = token(other, other.at("consent"))
    other.ident, before = person.ident, kept.content_of(held(person)).typed
    for page in (
        *("", "consent", "form/you", "documents", f"documents/{paper.pk}", "check", "receipt"),
        *("withdraw", "question", "letters/1"),
    ):
        assert other.browser.get(other.at(page)).status_code == 404, page
    for page in (
        "form/you",
        "documents",
        "sign",
        "amend",
        "withdraw",
        "question",
        "code",
        "prefill",
        "consent",
    ):
        sent = {"csrfmiddlewaretoken": mark, "shown": "phone", "phone": "0312345678", "words": "x"}
        assert other.browser.post(other.at(page), sent).status_code == 404, page
    assert kept.content_of(held(person)).typed == before
    assert held(person).papers.count() == 1
    # The paper under the address of one's own draft is not there either.
    own = Person(other.house, other.holder, other.browser)
    own.begin()
    assert own.browser.get(own.at(f"documents/{paper.pk}")).status_code == 404


def test_another_card_cannot_agree_or_sign(person: Person, other: Person) -> None:
    person.sign_in()
    person.begin()
    assert person.agree(other.holder) == person.at("consent")
    assert held(person).applicant is None
    person.agree()
    person.browser.text(person.at())
    person.fill_all()
    asked = person.to_the_device()
    with pytest.raises(SignInRefused):
        person.come_back(asked, person.signed(asked, other.holder))
    assert not Sending.objects.filter(application_id=person.ident).exists()
    assert held(person).standing == Standing.DRAFT


def test_two_people_in_two_tabs_of_one_browser(person: Person, other: Person) -> None:
    """Somebody else signed in before the first came back from the device: nothing of the first is sent in the second's visit."""
    person.ready()
    asked = person.to_the_device()
    person.browser.post_form("/account/history", "/sign-out")
    person.browser.sign_in(person.house, other.holder)
    accepted = SigningClient(person.house.device).respond(asked, person.signed(asked))

    back = person.browser.get(signing.finish_url(asked, accepted).removeprefix(PUBLIC))
    assert back.status_code == 403
    assert not Sending.objects.filter(application_id=person.ident).exists()
    assert person.browser.get(person.at()).status_code == 404
    assert held(person).editing


def test_a_session_that_ended_at_the_device_sends_nothing_and_loses_nothing(person: Person) -> None:
    person.ready()
    asked = person.to_the_device()
    person.browser.grow_older(timedelta(minutes=11))
    back = person.come_back(asked, person.signed(asked))
    assert not Sending.objects.filter(application_id=person.ident).exists(), back.status_code
    person.sign_in()
    assert "署名して送る" in person.browser.text(person.at("check"))
    person.send()
    assert Sending.objects.filter(application_id=person.ident).count() == 1


def test_what_changed_after_the_button_is_not_sent_under_the_old_signature(person: Person) -> None:
    person.ready()
    asked = person.to_the_device()
    person.fill("you", phone="0399999999")
    back = person.come_back(asked, person.signed(asked))
    assert led_to(back) == person.at("check?back=1")
    assert "まだ送っていません" in person.browser.text(person.at("check?back=1"))
    assert not Sending.objects.filter(application_id=person.ident).exists()


def test_pressing_twice_sends_once(person: Person, city: City) -> None:
    person.ready()
    first, second = person.to_the_device(), person.to_the_device()
    person.come_back(first, person.signed(first))
    person.come_back(second, person.signed(second))
    person.browser.text(person.at())
    assert Sending.objects.filter(application_id=person.ident).count() == 1
    assert sum(key[0] == person.ident for key in city.arrived) == 1
    mark = token(person, person.at("question"))
    assert person.browser.post(person.at("sign"), {"csrfmiddlewaretoken": mark}).status_code == 409


def test_an_unfinished_draft_is_not_signed(person: Person) -> None:
    person.sign_in()
    person.begin()
    person.agree()
    mark = token(person, person.at())
    assert person.browser.post(person.at("sign"), {"csrfmiddlewaretoken": mark}).status_code == 409


def test_locked_answers_and_unknown_fields_cannot_be_sent(person: Person) -> None:
    person.sign_in()
    person.begin()
    person.agree()
    person.browser.text(person.at())
    person.fill(
        "you",
        shown="phone applicant_name own_income applied_on __proto__ children.0.name",
        phone="0312345678",
        applicant_name="別人　次郎",
        own_income="1",
        applied_on="2020-01-01",
        nonsense="x",
    )
    typed = kept.content_of(held(person)).typed
    assert set(typed) == {"phone"}


def test_steps_are_believed_of_the_body_alone_and_in_order(person: Person, city: City) -> None:
    person.ready()
    person.send()
    person.browser.text(person.at())
    arrived, accepted = city.step(person.ident, Step.ARRIVED), city.step(person.ident, Step.ACCEPTED)

    def reason(*steps: Any, sender: str | None = None) -> Reason:
        with pytest.raises(Refused) as refused:
            city.tell(*steps, **({"sender": sender} if sender else {}))
        return refused.value.reason

    assert reason(arrived, sender=OTHER_CITY) is Reason.UNKNOWN_RECORD
    assert reason(accepted) is Reason.OUT_OF_PLACE
    assert reason(msgspec.structs.replace(arrived, application=uuid4())) is Reason.UNKNOWN_RECORD
    city.tell(arrived)
    assert reason(msgspec.structs.replace(arrived, step=Step.GRANTED)) is Reason.DUPLICATE_REQUEST
    # A batch stands or falls as one.
    bad = msgspec.structs.replace(accepted, number=9)
    assert reason(accepted, bad) is Reason.OUT_OF_PLACE
    assert held(person).steps.count() == 1
    assert held(person).standing == Standing.UNDER_WAY


def upload(person: Person, content: bytes, name: str = "paper.pdf", document: str = "identity") -> Any:
    page = person.at("documents")
    return person.browser.post(
        page,
        {
            "csrfmiddlewaretoken": token(person, page),
            "document": document,
            "file": SimpleUploadedFile(name, content, "application/pdf"),
        },
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "中身のないファイルです"),
        (b"<svg onload=alert(1)>", "使えない種類のファイルです"),
        (b"PK\x03\x04" + b"\0" * 200, "使えない種類のファイルです"),
        (plain_pdf() + b" " * (LARGEST_DOCUMENT + 1), "ファイルが大きすぎます"),
        (
            plain_pdf().replace(
                b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript /JS (x) >>"
            ),
            "このPDFは受け付けられません",
        ),
    ],
    ids=["empty", "svg", "zip", "large", "active"],
)
def test_hostile_uploads_are_refused(person: Person, content: bytes, says: str) -> None:
    person.sign_in()
    person.begin()
    person.agree()
    person.browser.text(person.at())
    response = upload(person, content)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert held(person).papers.count() == 0


def test_a_paper_comes_back_as_a_download_under_a_name_of_ours(person: Person) -> None:
    person.sign_in()
    person.begin()
    person.agree()
    person.browser.text(person.at())
    name = '../../x"\r\nSet-Cookie: a=b;<script>.pdf'
    assert upload(person, plain_pdf(), name).status_code == 303
    paper = held(person).papers.get()
    page = person.browser.text(person.at("documents"))
    assert "<script>.pdf" not in page
    response = person.browser.get(person.at(f"documents/{paper.pk}"))
    assert response.content == plain_pdf()
    assert response.headers["Content-Disposition"] == f'attachment; filename="document-{paper.pk.hex[:8]}"'
    assert "Set-Cookie: a=b" not in str(response.headers)
    assert upload(person, plain_pdf(), document="nothing").status_code == 404


def test_forms_of_elsewhere_are_refused(person: Person) -> None:
    person.ready()
    for page in ("form/you", "documents", "sign", "withdraw", "question", "code"):
        assert person.browser.post(person.at(page), {"words": "x"}).status_code == 403, page
    assert person.browser.post(f"/procedures/{CLAIM}/begin").status_code == 403


def test_what_is_typed_is_shown_as_text(person: Person) -> None:
    person.sign_in()
    person.begin()
    with person.house.away("municipality.131229"):
        person.agree()
        person.browser.text(person.at())
    attack = "<script>alert(1)</script>{{7|add:7}}"
    person.fill("you", applicant_name=attack)
    for page in ("form/you", "check"):
        text = person.browser.text(person.at(page))
        assert "<script>alert(1)" not in text
        assert "&lt;script&gt;" in text
        assert "{{7|add:7}}" in text


def test_the_tables_name_nobody(house: House, person: Person) -> None:
    person.ready()
    upload(person, plain_pdf())
    person.send()
    with psycopg.connect(house.database.owner_url) as owner:
        tables = [
            name
            for (name,) in owner.execute(
                "SELECT tablename FROM pg_tables WHERE tablename LIKE 'application%'"
            )
        ]
        assert len(tables) >= 6
        kept_text = "".join(
            str(row)
            for table in tables
            for row in owner.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table)))
        )
    for secret in (person.holder.name, "7654321", "0312345678", "架空　太郎", "paper.pdf"):
        assert secret not in kept_text
        assert secret.encode().hex() not in kept_text
