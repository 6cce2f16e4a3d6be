"""From the arrival of an application to its payment order, with a portal that speaks real messages; and everything that has to be refused."""

from __future__ import annotations

import html
import re
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import IntegrityError
from django.db.models import F
from django.test import Client
from playwright.sync_api import Page, expect

from mynumber.foundation.law import InformationKind
from mynumber.foundation.procedures import answers as forms
from mynumber.foundation.procedures.calendar import next_open
from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.municipality.applications import telling
from mynumber.institutions.municipality.applications.models import (
    Application,
    Decision,
    Disclosure,
    Entry,
    Paper,
    PaperCheck,
    PayoutOrder,
    Submission,
    ToldStep,
)
from mynumber.institutions.municipality.applications.sheets import sheet_of
from mynumber.institutions.municipality.casework.models import CaseInquiry
from mynumber.institutions.municipality.payouts import asking as payouts
from mynumber.institutions.municipality.payouts import gathering, receiving
from mynumber.institutions.municipality.payouts.models import TransferFile
from mynumber.institutions.municipality.register.models import Person
from mynumber.protocols import wire
from mynumber.protocols.applications import (
    FOLLOW,
    SUBMIT,
    WRITE,
    Attachment,
    CardSignature,
    Follow,
    Followable,
    Letter,
    LetterForm,
    Step,
    Told,
    statement_digest,
)
from mynumber.protocols.facts import ReceivingAccountFact
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.representation import Representation, RepresentationKind
from mynumber.protocols.transfers import ReturnReason, TransferOutcome, TransferResult
from mynumber.webkit.examination.arriving import content_of
from mynumber.webkit.examination.chasing import GRACE, chase
from mynumber.webkit.examination.sheets import JAPAN, answers_in
from mynumber.webkit.paper import Mark, WrongPaper, release, subject_of
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.applications.conftest import STAFF_PASSWORD, House
from tests.institutions.municipality.applications.playing import (
    CITY_SYSTEM,
    Resident,
    claim_form,
    claimed,
    values_of,
)
from tests.institutions.municipality.conftest import CITY, FORMER_CITY
from tests.support import exchange as network
from tests.support.exchange import resident_code
from tests.support.senders import NAME, attached, senders
from tests.support.signing import KeySigner
from tests.webkit.face.serving import PHONE, browsing, look_at

DUE = datetime.now(UTC).date() + timedelta(days=200)
RECEIVING_ACCOUNT = ReceivingAccountFact(
    bank_code="0001",
    branch_code="001",
    account_type="普通",
    account_number="1112333",
    holder_kana="タナカ　ケンタ",
    registered_on=date(2025, 4, 1),
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


class Worker:
    """A member of staff in front of a browser with CSRF checks."""

    def __init__(self, username: str, town: str = CITY) -> None:
        self.town = town
        self.client = Client(enforce_csrf_checks=True, headers={"host": "municipality.localhost:8000"})
        page = self.client.get(f"/{town}/sign-in")
        self.token = str(page.context["csrf_token"])
        form = {"username": username, "password": STAFF_PASSWORD, "csrfmiddlewaretoken": self.token}
        assert self.client.post(f"/{town}/sign-in", form).status_code == 302

    def get(self, path: str, status: int = 200, /) -> str:
        response = self.client.get(f"/{self.town}/applications/{path}")
        assert response.status_code == status, response.content.decode()[:3000]
        text = response.content.decode()
        ids = re.findall(r'\sid="([^"]*)"', text)
        assert len(ids) == len(set(ids)), ids
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        self.token = found[1] if found else self.token
        return html.unescape(re.sub(r"<[^>]+>", "", text))

    def post(self, path: str, status: int = 302, /, **values: Any) -> str:
        form = {**values, "csrfmiddlewaretoken": self.token}
        response = self.client.post(f"/{self.town}/applications/{path}", form)
        assert response.status_code == status, response.content.decode()[:3000]
        return html.unescape(re.sub(r"<[^>]+>", "", response.content.decode()))


@pytest.fixture(scope="module")
def staff(house: House) -> dict[str, Worker]:
    return {
        name: Worker(name, town)
        for name, town in (("yamada", CITY), ("mori", CITY), ("kimura", CITY), ("yao", FORMER_CITY))
    }


def refused(act: Any) -> Reason:
    with pytest.raises(Refused) as caught:
        act()
    assert caught.value.is_signed
    return caught.value.reason


def number_of(reference: UUID) -> int:
    with acting_as(CITY):
        return Application.objects.get(reference=reference).number


def arrived(house: House, **changes: Any) -> tuple[UUID, int]:
    """A claim that arrived; its id and its number here."""
    application = house.kenta.application(claim_form(), claimed(house.kenta, **changes))
    house.kenta.submit(application)
    return application.application, number_of(application.application)


def heard(house: House, reference: UUID, number: int) -> list[Told]:
    """The steps of an application once the portal knows that many; what this process wrote is sent from here."""
    telling.send(CITY)
    return house.portal.told(reference, number)


def mark_of_kenta(reference: UUID, kenta: Resident) -> Mark:
    """What the portal computes from what it knows of the applicant."""
    who = kenta.attributes
    return Mark(reference, subject_of(reference, name=who.name, birth=who.birth_date, sex=who.sex))


def withdraw(house: House, reference: UUID) -> Letter:
    letter = Letter(application=reference, letter=uuid4(), kind=LetterForm.WITHDRAWAL, at=datetime.now(UTC))
    house.portal.ask(WRITE, letter)
    return letter


# --- filling beforehand -------------------------------------------------------------------------------------------


def test_a_form_is_filled_for_exactly_one_person_and_the_telling_is_recorded(fresh: House) -> None:
    told = fresh.kenta.prefill(claim_form())
    values = values_of(told.known)
    assert values["applicant_name"] == "田中　健太"
    assert [entry["birth"] for entry in values["children"]] == ["2013-04-01", "2016-04-02", "2024-11-11"]
    assert {each.source for each in told.known} == {"住民基本台帳"}
    with acting_as(CITY):
        (row,) = Disclosure.objects.all()
        assert (row.outcome, row.person is not None) == ("found", True)
        assert "children" in row.told
        assert "田中" not in str(row.told) + str(row.withheld)


def test_nobody_similar_is_taken_for_the_person(fresh: House) -> None:
    kenta = fresh.kenta.attributes
    for other in (
        msgspec.structs.replace(kenta, address=kenta.address + "101"),
        msgspec.structs.replace(kenta, name="田中　健"),
        msgspec.structs.replace(kenta, birth_date=kenta.birth_date + timedelta(days=1)),
        msgspec.structs.replace(kenta, sex="2"),
    ):
        told = fresh.kenta.prefill(claim_form(), applicant=other)
        assert told.known == ()
        assert told.unknown
    with acting_as(CITY):
        assert set(Disclosure.objects.values_list("outcome", flat=True)) == {"none"}


def test_no_address_of_a_protected_person_leaves_the_register(fresh: House) -> None:
    with acting_as(CITY):
        misaki = Person.objects.get(persona="misaki")
        attributes = misaki.four_attributes()
    told = fresh.kenta.prefill(claim_form(), applicant=attributes)
    assert values_of(told.known)["applicant_name"] == misaki.name
    assert misaki.rest not in repr([each.value.decode() for each in told.known])
    assert "applicant_address" in {each.path for each in told.unknown}


def test_a_consent_of_another_day_is_none(fresh: House) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=2)
    assert refused(lambda: fresh.kenta.prefill(claim_form(), agreed_at=long_ago)) is Reason.NOT_ENTITLED


# --- arrival ------------------------------------------------------------------------------------------------------


def test_the_same_again_has_the_same_answer_and_another_content_has_none(fresh: House) -> None:
    values = claimed(fresh.kenta)
    application = fresh.kenta.application(claim_form(), values)
    first = fresh.kenta.submit(application)
    assert first.digest == statement_digest(application).hex()
    assert fresh.kenta.submit(application) == first
    other = fresh.kenta.application(
        claim_form(), {**values, "phone": "03-8765-4321"}, reference=application.application
    )
    assert refused(lambda: fresh.kenta.submit(other)) is Reason.DUPLICATE_REQUEST
    second = fresh.kenta.application(claim_form(), values)
    assert refused(lambda: fresh.kenta.submit(second)) is Reason.DUPLICATE_REQUEST
    with acting_as(CITY):
        assert Application.objects.count() == Submission.objects.count() == 1
    letter = withdraw(fresh, application.application)
    fresh.portal.ask(WRITE, letter)
    assert heard(fresh, application.application, 2)[-1].step is Step.WITHDRAWN
    assert fresh.kenta.submit(second).receipt != first.receipt


def test_of_two_at_once_for_one_right_one_arrives(fresh: House) -> None:
    values = claimed(fresh.kenta)
    both = [fresh.kenta.application(claim_form(), values) for _ in range(2)]
    outcomes: list[object] = []

    def send(application: Any) -> None:
        try:
            outcomes.append(fresh.kenta.submit(application))
        except Refused as no:
            outcomes.append(no.reason)

    threads = [threading.Thread(target=send, args=(each,)) for each in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(Reason.DUPLICATE_REQUEST) == 1
    with acting_as(CITY):
        assert Application.objects.count() == 1


def notified(house: House, document: Attachment, **changes: Any) -> Any:
    """A notification of pregnancy with a clinic's document; the answers as the document says them."""
    procedure = catalogue().get("pregnancy_notification", datetime.now(UTC).date())
    known = values_of(house.kenta.prefill(procedure).known)
    typed = {
        "phone": "03-1234-5678",
        "weeks": "9",
        "first_birth": "yes",
        "checked_for_syphilis_tuberculosis": "no",
        "true_statement": "yes",
        "due_date": DUE.isoformat(),
        "unborn": "1",
        "clinic": NAME,
        "diagnosed_on": datetime.now(UTC).date().isoformat(),
        **changes,
    }
    reading = forms.read(procedure, typed, today=datetime.now(UTC).date(), known=known)
    return house.kenta.application(procedure, reading.values, documents=(document,))


def test_a_senders_document_is_checked_here_shown_and_decided_on(
    fresh: House, staff: dict[str, Worker]
) -> None:
    now, yamada = datetime.now(UTC), staff["yamada"]
    fresh.portal.register = senders().register(now=now)
    note = senders().note({"due_date": DUE.isoformat(), "unborn": "2"}, now=now)
    spoiled = attached(note.replace(b">2<", b">3<"))
    assert refused(lambda: fresh.kenta.submit(notified(fresh, spoiled))) is Reason.BAD_DOCUMENT
    revoked = senders().register(now=now, revoked=(senders().clinic.certified.serial_number,))
    fresh.portal.register = revoked
    assert refused(lambda: fresh.kenta.submit(notified(fresh, attached(note)))) is Reason.BAD_DOCUMENT
    with acting_as(CITY):
        assert not Application.objects.exists()

    # What the portal did not say is no reason to turn an application away; the answers say another number than the clinic.
    fresh.portal.register = None
    application = notified(fresh, attached(note))
    fresh.kenta.submit(application)
    number = number_of(application.application)
    yamada.get("")
    yamada.post(f"{number}/claim")
    assert "署名をまだ確かめられません" in yamada.get(f"{number}")
    fresh.portal.register = senders().register(now=now)
    yamada.post(f"{number}/look")
    page = yamada.get(f"{number}")
    assert "署名を確かめました" in page
    assert NAME in page
    assert f"{NAME}が署名した妊娠の証明" in page
    assert "1か所が、住民票や情報連携の内容と違います" in page
    with acting_as(CITY):
        assert [each.verified for each in PaperCheck.objects.order_by("pk")] == [False, True]
        row = Application.objects.get(number=number)
        sheet = sheet_of(row)
        assert (sheet.declared["unborn"], sheet.values["unborn"]) == (1, 2)
    again = staff["mori"].get(f"{number}")
    assert NAME not in again


def test_what_is_not_signed_by_the_applicant_does_not_arrive(fresh: House) -> None:
    kenta, procedure, values = fresh.kenta, claim_form(), claimed(fresh.kenta)
    good = kenta.application(procedure, values)
    assert good.signature is not None
    stranger = KeySigner(rsa.generate_private_key(65537, 2048), good.signature.certificate)
    with acting_as(CITY):
        naomi = (
            Person.objects.filter(household__members__persona="kenta", relation="妻").get().four_attributes()
        )
    changed = forms.encode(procedure, {**values, "main_earner": False})
    wrong = {
        "none": msgspec.structs.replace(good, signature=None),
        "another key": msgspec.structs.replace(
            good,
            signature=CardSignature(
                certificate=good.signature.certificate, value=stranger.sign(statement_digest(good))
            ),
        ),
        "other answers": msgspec.structs.replace(good, answers=changed),
        "other document": msgspec.structs.replace(
            good,
            documents=(
                Attachment(document="study_abroad", name="a.png", media_type="image/png", content=PNG),
            ),
        ),
        "other application": msgspec.structs.replace(good, application=uuid4()),
        "other person": kenta.application(procedure, values, applicant=naomi),
        "other card": kenta.application(procedure, values, certificate="1234"),
    }
    reasons = {name: refused(lambda each=each: kenta.submit(each)) for name, each in wrong.items()}
    assert reasons == dict.fromkeys(wrong, Reason.BAD_SIGNATURE)
    with acting_as(CITY):
        assert not Application.objects.exists()


def test_documents_are_what_the_form_asks_for_or_do_not_arrive(fresh: House) -> None:
    kenta, procedure, values = fresh.kenta, claim_form(), claimed(fresh.kenta)
    whole = Attachment(document="study_abroad", name="在学証明.png", media_type="image/png", content=PNG)
    wrong = (
        (msgspec.structs.replace(whole, document="unknown_paper"), Reason.MALFORMED),
        (msgspec.structs.replace(whole, content=b"<html>" + bytes(10)), Reason.MALFORMED),
        (msgspec.structs.replace(whole, media_type="text/html"), Reason.MALFORMED),
        (msgspec.structs.replace(whole, media_type="application/pdf"), Reason.MALFORMED),
    )
    for document, reason in wrong:
        application = kenta.application(procedure, values, documents=(document,))
        assert refused(lambda each=application: kenta.submit(each)) is reason
    large = tuple(msgspec.structs.replace(whole, content=PNG + bytes(6_500_000)) for _ in range(3))
    assert (
        refused(lambda: kenta.submit(kenta.application(procedure, values, documents=large)))
        is Reason.TOO_LARGE
    )
    application = kenta.application(procedure, values, documents=(whole,))
    kenta.submit(application)
    with acting_as(CITY):
        (paper,) = Paper.objects.select_related("submission")
        assert PNG not in bytes(paper.content)
        assert content_of(paper) == PNG


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"answers": {}}',
        b'{"answers":{},"procedure":"child_allowance_claim","version":"2026-04"} ',
        b'{"answers":{"children":3},"procedure":"child_allowance_claim","version":"2026-04"}',
        b'{"answers":{"children":[3]},"procedure":"child_allowance_claim","version":"2026-04"}',
        b'{"answers":{"cause":1.5},"procedure":"child_allowance_claim","version":"2026-04"}',
        b'{"answers":{},"procedure":"pension_exemption","version":"2026-04"}',
        b"{" * 100_000,
    ],
)
def test_answers_that_are_not_canonical_do_not_arrive(fresh: House, body: bytes) -> None:
    plain = fresh.kenta.application(claim_form(), {})
    application = fresh.kenta.signed(msgspec.structs.replace(plain, answers=body))
    assert refused(lambda: fresh.kenta.submit(application)) is Reason.MALFORMED


def test_only_the_portal_is_heard_and_no_token_twice(fresh: House) -> None:
    application = fresh.kenta.application(claim_form(), claimed(fresh.kenta))
    for other in ("jlis", "municipality.272124"):
        reason = refused(lambda other=other: fresh.portal.ask(SUBMIT, application, sender=other))
        assert reason is Reason.NOT_ENTITLED
    node, now = fresh.exchange.node("portal"), datetime.now(UTC)
    outgoing = wire.prepare(
        node, SUBMIT, application, sender="portal", receiver=CITY_SYSTEM, hop=Hop.PORTAL, now=now
    )
    statuses = []
    for _ in range(2):
        status, body = wire._post(outgoing.url, SUBMIT.path, outgoing.token)
        statuses.append((status, body))
    assert wire.conclude(node, outgoing, *statuses[0], hop=Hop.PORTAL, now=now).receipt
    with pytest.raises(Refused) as caught:
        wire.conclude(node, outgoing, *statuses[1], hop=Hop.PORTAL, now=now)
    assert caught.value.reason is Reason.REPLAYED


def test_sendings_come_in_order_and_only_from_who_began(fresh: House) -> None:
    kenta, values = fresh.kenta, claimed(fresh.kenta)
    reference, _ = arrived(fresh)
    for sequence, reason in ((2, Reason.OUT_OF_PLACE), (0, Reason.DUPLICATE_REQUEST)):
        later = kenta.application(
            claim_form(), {**values, "phone": "03-0000-0000"}, reference=reference, sequence=sequence
        )
        assert refused(lambda each=later: kenta.submit(each)) is reason
    unknown = kenta.application(claim_form(), values, sequence=1)
    assert refused(lambda: kenta.submit(unknown)) is Reason.UNKNOWN_RECORD
    other_form = catalogue().get("child_allowance_end", datetime.now(UTC).date())
    other = kenta.application(other_form, {}, reference=reference, sequence=1)
    assert refused(lambda: kenta.submit(other)) is Reason.MALFORMED


# --- the examination ----------------------------------------------------------------------------------------------


def test_a_claim_is_corrected_decided_by_the_rule_approved_by_another_and_ordered_to_be_paid(
    fresh: House, staff: dict[str, Worker]
) -> None:
    """The father of three says that he is not the main earner, is asked, and says it right."""
    yamada, mori, kimura, kenta = staff["yamada"], staff["mori"], staff["kimura"], fresh.kenta
    reference, number = arrived(fresh, phone="03-1111-2222")
    assert "田中" not in yamada.get(f"{number}")
    mori.get(f"{number}")
    yamada.post(f"{number}/claim")
    assert "すでに別の担当者" in mori.post(f"{number}/claim", 422)
    mori.get(f"{number}/correction", 404)
    text = yamada.get(f"{number}")
    assert "田中　健太" in text
    assert "住民基本台帳" in text
    yamada.post(f"{number}/accept")

    yamada.get(f"{number}/correction")
    with acting_as(CITY):
        row = Application.objects.get(number=number)
        assert row.accepted_at is not None
    page = yamada.client.get(f"/{CITY}/applications/{number}/correction")
    paths = page.context["form"].paths
    name = next(name for name, path in paths.items() if path == "children.0.cared_for")
    assert "一つ以上選び" in yamada.post(f"{number}/correction", 422)
    yamada.post(f"{number}/correction", **{name: "お子さんの世話をだれがしているか確かめてください。"})
    asked = heard(fresh, reference, 3)[-1]
    assert asked.step is Step.CORRECTION_ASKED
    assert [each.path for each in asked.fields] == ["children.0.cared_for"]
    assert asked.expected_by is not None
    answer = kenta.application(claim_form(), claimed(kenta), reference=reference, sequence=1)
    kenta.submit(answer)
    assert heard(fresh, reference, 4)[-1].step is Step.CORRECTED

    assert "認める" in yamada.get(f"{number}")
    yamada.post(f"{number}/propose")
    yamada.post(f"{number}/second/approve", 403)
    with acting_as(CITY):
        assert Decision.objects.get().state == "proposed"
    assert "月額" not in str([step.words for step in fresh.portal.of(reference)])
    assert re.search(r"始まる月\s*20[0-9]{2}年[0-9]{1,2}月", kimura.get(f"{number}"))
    kimura.post(f"{number}/second/approve")
    told = heard(fresh, reference, 6)
    granted, ordered = told[4], told[5]
    # Two of 10,000 yen and the third child's 30,000.
    assert (granted.step, granted.amount) == (Step.GRANTED, 50_000)
    assert granted.grounds
    assert all("児童手当法" in line for line in granted.grounds)
    assert "審査請求" in granted.objection
    assert ordered.step is Step.PAYMENT_ORDERED
    with acting_as(CITY):
        order = PayoutOrder.objects.get()
        assert order.amount == ordered.amount
        assert order.amount % 50_000 == 0
        assert order.account.endswith(":account")
        acts = list(Entry.objects.order_by("at", "pk").values_list("act", flat=True))
    assert acts[-2:] == ["approved", "ordered"]
    assert "通知書" in kimura.get(f"{number}/letter")
    paper = kimura.client.get(f"/{CITY}/applications/{number}/letter.pdf")
    assert paper.content == granted.letter, "the office has what the resident has"
    assert granted.letter is not None
    assert release(granted.letter, expected=mark_of_kenta(reference, kenta)) == granted.letter
    with pytest.raises(WrongPaper):
        release(granted.letter, expected=mark_of_kenta(uuid4(), kenta))
    assert "50%" not in kimura.get("statistics")
    assert refused(lambda: kenta.submit(kenta.application(claim_form(), {}, reference=reference, sequence=2)))
    followed = fresh.portal.ask(FOLLOW, Follow(applications=(Followable(application=reference, known=4),)))
    assert [step.number for step in followed.steps] == [5, 6]
    yamada.get(f"{number}")
    yamada.post(f"{number}/paid")
    assert [step.step for step in heard(fresh, reference, 8)[6:]] == [Step.PAID, Step.CLOSED]
    assert "状態が変わった" in yamada.post(f"{number}/paid", 422)
    with acting_as(CITY):
        assert PayoutOrder.objects.get().paid_at is not None


def test_money_that_comes_back_is_paid_to_the_account_that_the_applicant_signs_for(
    fresh: House, staff: dict[str, Worker]
) -> None:
    yamada, kimura, kenta = staff["yamada"], staff["kimura"], fresh.kenta
    reference, number = arrived(fresh)
    yamada.get(f"{number}")
    for act in ("claim", "accept", "propose"):
        yamada.post(f"{number}/{act}")
    kimura.get(f"{number}")
    kimura.post(f"{number}/second/approve")
    ordered = heard(fresh, reference, 4)[-1]
    assert (ordered.step, ordered.account[-3:]) == (Step.PAYMENT_ORDERED, "567")
    now = datetime.now(UTC)
    with acting_as(CITY):
        clerk, boss = (StaffMember.objects.get(username=name) for name in ("yamada", "kimura"))
        values = answers_in(bytes(Submission.objects.get().answers))
        file = gathering.gather(CITY, next_open(now.date() + timedelta(days=3)), clerk, at=now)
        TransferFile.objects.update(state="taken", second=boss, second_at=now, taken_at=now)
        returned = TransferResult(
            file=file.file,
            reference=file.transfers.get().reference,
            version=1,
            outcome=TransferOutcome.RETURNED,
            amount=file.total,
            at=now,
            reason=ReturnReason.NAME_DIFFERS,
        )
        assert receiving.take(returned)
        assert not receiving.take(returned)
        payouts.ask_account(PayoutOrder.objects.get(), clerk, at=now)
    asked = heard(fresh, reference, 5)[-1]
    assert (asked.step, [each.path for each in asked.fields]) == (Step.PAYMENT_RETURNED, ["account"])
    assert "名義" in asked.words
    account = {**values["account"], "number": "7654321"}

    def answer(**changed: Any) -> Any:
        whole = {**values, "account": account, **changed}
        return kenta.application(claim_form(), whole, reference=reference, sequence=1)

    assert refused(lambda: kenta.submit(answer(phone="03-8765-4321"))) is Reason.NOT_ENTITLED
    unsigned = msgspec.structs.replace(answer(), signature=None)
    assert refused(lambda: kenta.submit(unsigned)) is Reason.BAD_SIGNATURE
    kenta.submit(answer())
    given = heard(fresh, reference, 6)[-1]
    assert (given.step, given.account[-3:]) == (Step.CORRECTED, "321")
    assert refused(
        lambda: kenta.submit(kenta.application(claim_form(), values, reference=reference, sequence=2))
    )
    with acting_as(CITY):
        again = gathering.gather(CITY, file.pay_on, clerk, at=now)
        assert again.transfers.get().account[-3:] == "321"
        assert Application.objects.get().state == "decided"
        transfer = again.transfers.get()
        TransferFile.objects.filter(pk=again.pk).update(state="taken", second=boss, second_at=now)
        receiving.take(
            msgspec.structs.replace(returned, file=again.file, reference=transfer.reference, version=1)
        )
        addressee, order = Person.objects.get(persona="kenta").addressee, PayoutOrder.objects.get().pk
    assert b"7654321" in bytes(again.content)

    # The applicant wants to be paid to the account that the registry of the state has.
    registry = InformationKind.RECEIVING_ACCOUNT
    fresh.exchange.give_codes({resident_code(): {network.CITY: addressee, network.AGENCY: "A-kenta"}})
    fresh.exchange.register(network.AGENCY, "A-kenta", registry, RECEIVING_ACCOUNT)
    home = f"/{CITY}/payouts/"
    for act, before in (("registry", "公金受取口座を照会する"), ("registered", "下3けた333")):
        assert before in yamada.client.get(home).content.decode()
        form = {"csrfmiddlewaretoken": yamada.token}
        done = yamada.client.post(f"{home}orders/{order}/{act}", form)
        assert done.status_code == 302, done.content.decode()[-2000:]
    with acting_as(CITY):
        last = gathering.gather(CITY, file.pay_on, clerk, at=now)
        assert last.transfers.get().account[-3:] == "333"
    assert heard(fresh, reference, 7)[-1].account[-3:] == "333"


def test_who_does_not_correct_is_reminded_once_and_then_decided_on_what_is_there(
    fresh: House, staff: dict[str, Worker]
) -> None:
    values = {name: value for name, value in claimed(fresh.kenta).items() if name != "main_earner"}
    application = fresh.kenta.application(claim_form(), values)
    fresh.kenta.submit(application)
    reference, number = application.application, number_of(application.application)
    yamada, kimura = staff["yamada"], staff["kimura"]
    yamada.get(f"{number}")
    yamada.post(f"{number}/claim")
    page = yamada.client.get(f"/{CITY}/applications/{number}/correction")
    name = next(name for name, path in page.context["form"].paths.items() if path == "main_earner")
    yamada.post(f"{number}/correction", **{name: "答えてください。"})
    with acting_as(CITY):
        due = Application.objects.get(number=number).correct_by
    assert due is not None
    days = [datetime.combine(due + timedelta(days=more), time(12), JAPAN) for more in (0, 1, 4, 9)]
    done = []
    for at in days:
        with acting_as(CITY):
            done.append(chase(Application, at=at))
    assert done == [(0, 0), (1, 0), (0, 0), (0, 1)]
    steps = heard(fresh, reference, 4)
    assert [step.step for step in steps[2:]] == [Step.WORDS, Step.WORDS]
    assert "いま届いている内容で決定します" in steps[2].words
    assert steps[2].expected_by == due + GRACE
    yamada.post(f"{number}/accept")
    yamada.post(f"{number}/decision", outcome="refused", reasons="主たる生計者かどうかが分かりません。")
    kimura.get(f"{number}")
    kimura.post(f"{number}/second/approve")
    refusal = heard(fresh, reference, 6)[5]
    assert refusal.step is Step.REFUSED
    assert refusal.letter is not None


def test_nobody_approves_their_own_proposal(fresh: House, staff: dict[str, Worker]) -> None:
    """Not even who may approve those of others; and the database holds it too."""
    kimura = staff["kimura"]
    _, number = arrived(fresh)
    kimura.get(f"{number}")
    kimura.post(f"{number}/claim")
    kimura.post(f"{number}/accept")
    kimura.post(f"{number}/decision", outcome="refused", reasons="お子さんを監護していません。")
    assert "起案した本人は決裁できません" in kimura.post(f"{number}/second/approve", 422)
    with pytest.raises(IntegrityError), acting_as(CITY):
        Decision.objects.update(second=F("proposed_by"), state="approved")


def test_an_amendment_takes_a_proposal_back(fresh: House, staff: dict[str, Worker]) -> None:
    reference, number = arrived(fresh)
    yamada, kimura = staff["yamada"], staff["kimura"]
    yamada.get(f"{number}")
    for act in ("claim", "accept", "propose"):
        yamada.post(f"{number}/{act}")
    amended = fresh.kenta.application(
        claim_form(), claimed(fresh.kenta, phone="03-9999-9999"), reference=reference, sequence=1
    )
    fresh.kenta.submit(amended)
    kimura.get(f"{number}")
    assert "状態が変わった" in kimura.post(f"{number}/second/approve", 422)


def test_another_town_has_no_such_application(fresh: House, staff: dict[str, Worker]) -> None:
    reference, number = arrived(fresh)
    for path in (f"{number}", f"{number}/letter", f"{number}/papers/1"):
        staff["yao"].get(path, 404)
    staff["yao"].get("")
    staff["yao"].post(f"{number}/second/approve", 404)
    question = Follow(applications=(Followable(application=reference),))
    other = fresh.portal.ask(FOLLOW, question, receiver=f"municipality.{FORMER_CITY}")
    assert other.steps == ()
    withdrawal = Letter(
        application=reference, letter=uuid4(), kind=LetterForm.WITHDRAWAL, at=datetime.now(UTC)
    )
    reason = refused(lambda: fresh.portal.ask(WRITE, withdrawal, receiver=f"municipality.{FORMER_CITY}"))
    assert reason is Reason.UNKNOWN_RECORD


def test_steps_wait_for_the_portal_and_arrive_in_order(fresh: House, staff: dict[str, Worker]) -> None:
    fresh.portal.away = True
    reference, number = arrived(fresh)
    yamada = staff["yamada"]
    yamada.get(f"{number}")
    yamada.post(f"{number}/claim")
    yamada.post(f"{number}/accept")
    with pytest.raises(Refused):
        telling.send(CITY)
    with acting_as(CITY):
        assert ToldStep.objects.filter(sent_at=None).count() == 2
    fresh.portal.away = False
    telling.send(CITY)
    assert [step.step for step in heard(fresh, reference, 2)] == [Step.ARRIVED, Step.ACCEPTED]


def test_what_register_and_form_say_differently_is_marked_and_decided_on_as_the_clerk_finds(
    fresh: House, staff: dict[str, Worker]
) -> None:
    values = claimed(fresh.kenta)
    values["children"] = values["children"][:2]
    values["children"][0] = {**values["children"][0], "lives_in_japan": False, "studies_abroad": False}
    application = fresh.kenta.application(claim_form(), values)
    fresh.kenta.submit(application)
    number = number_of(application.application)
    yamada = staff["yamada"]
    yamada.get(f"{number}")
    yamada.post(f"{number}/claim")
    page = yamada.client.get(f"/{CITY}/applications/{number}")
    assert {each.path for each in page.context["sheet"].differences} == {
        "children.0.lives_in_japan",
        "children",
    }
    assert page.context["opinion"].amount == 10_000
    yamada.post(f"{number}/confirm", path="children.0.lives_in_japan")
    page = yamada.client.get(f"/{CITY}/applications/{number}")
    assert page.context["opinion"].amount == 20_000
    assert "項目" in yamada.post(f"{number}/confirm", 422, path="phone", value="03-1-1")


def test_the_network_is_asked_under_the_affair_of_the_form_and_its_answer_stands_beside_it(
    fresh: House, staff: dict[str, Worker]
) -> None:
    """Hanako moved from Yao, which holds her income; somebody whom she empowered sends for her."""
    with acting_as(CITY):
        person = Person.objects.get(persona="hanako")
        hanako = replace(fresh.kenta, attributes=person.four_attributes())
    fresh.exchange.give_codes(
        {resident_code(): {network.CITY: person.addressee, network.FORMER_CITY: "F-hanako"}}
    )
    fresh.exchange.register(network.FORMER_CITY, "F-hanako", InformationKind.LOCAL_TAX, network.TAX)
    kenta = fresh.kenta.attributes
    alone = catalogue().get("child_rearing_allowance_claim", datetime.now(UTC).date())
    today = datetime.now(UTC).astimezone(JAPAN).date()
    by = Representation(
        grant=uuid4(),
        kind=RepresentationKind.VOLUNTARY,
        since=today,
        until=today + timedelta(days=30),
        procedures=("child_allowance_claim", "child_rearing_allowance_claim"),
    )
    forbidden = hanako.application(alone, {}, proxy=kenta, representation=by)
    assert refused(lambda: hanako.submit(forbidden)) is Reason.NOT_ENTITLED
    application = hanako.application(claim_form(), claimed(hanako), proxy=kenta, representation=by)
    hanako.submit(application)
    number = number_of(application.application)
    yamada = staff["yamada"]
    yamada.get(f"{number}")
    assert "担当者ではありません" in yamada.post(f"{number}/ask", 422)
    yamada.post(f"{number}/claim")
    yamada.post(f"{number}/ask")
    text = yamada.get(f"{number}")
    assert f"{kenta.name}が、{hanako.attributes.name}の代わりに送りました" in text
    assert "本人がマイナンバーカードで任せました" in text
    assert "1,234,567円" in text
    assert "地方税関係情報（情報連携）" in text
    with acting_as(CITY):
        (inquiry,) = CaseInquiry.objects.filter(information="local_tax", case__applicant=person)
        assert inquiry.provider == network.FORMER_CITY
        assert inquiry.affair in claim_form().competent.affair


# --- in a browser -------------------------------------------------------------------------------------------------


def sign_in(page: Page, address: str, username: str) -> None:
    """As a member of staff."""
    page.goto(f"{address}/{CITY}/sign-in")
    page.get_by_label("利用者名").fill(username)
    page.get_by_label("パスワード").fill(STAFF_PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("案件")


def _check(page: Page, name: str) -> None:
    look_at(page, f"applications-{name}")


@pytest.mark.browser
def test_the_case_worker_examines_corrects_proposes_and_another_approves(fresh: House) -> None:
    values = claimed(fresh.kenta)
    values["children"][0] = {**values["children"][0], "lives_together": False}
    application = fresh.kenta.application(claim_form(), values)
    receipt = fresh.kenta.submit(application).receipt
    again = fresh.kenta.application(
        claim_form(), claimed(fresh.kenta), reference=application.application, sequence=1
    )
    with browsing() as browser:
        page = browser.new_context(viewport=PHONE).new_page()
        sign_in(page, fresh.address, "yamada")
        page.get_by_role("link", name="申請", exact=True).click()
        _check(page, "home")
        page.get_by_role("link", name=receipt).click()
        page.get_by_role("button", name="担当になる").click()
        expect(page.get_by_text("違います").first).to_be_visible()
        expect(page.locator("main h2").first).to_have_text("すること")
        _check(page, "examination")
        page.get_by_role("link", name="補正を求める").click()
        _check(page, "correction")
        expect(page.get_by_label("お子さん 1：お子さんと同居している")).to_have_value(
            "役所の記録と違います。確かめて、直してください。"
        )
        page.get_by_role("button", name="本人に補正を求める").click()
        expect(page.get_by_text("補正待ち")).to_be_visible()
        case = page.url
        fresh.kenta.submit(again)
        page.goto(case)
        page.get_by_role("button", name="受理する").click()
        page.get_by_role("link", name="自分の判断で起案する").click()
        _check(page, "decide")
        page.goto(case)
        page.get_by_role("button", name="規則のとおり起案する").click()
        expect(page.get_by_text("起案した人とは別の決裁者が決裁します。")).to_be_visible()
        second = browser.new_context(viewport=PHONE).new_page()
        sign_in(second, fresh.address, "kimura")
        second.goto(case)
        _check(second, "approval")
        second.get_by_role("button", name="決裁する").click()
        expect(second.get_by_text("支払指示").first).to_be_visible()
        second.get_by_role("link", name="通知書を見る").click()
        _check(second, "letter")
        second.goto(f"{fresh.address}/{CITY}/applications/statistics")
        _check(second, "figures")
    assert heard(fresh, application.application, 6)[-1].step is Step.PAYMENT_ORDERED


# --- at the counter -----------------------------------------------------------------------------------------------

# Last, since they use what stands above; here, since a second house would cost half a minute.
from tests.institutions.municipality.applications.counter_cases import (  # noqa: E402
    clerks,  # noqa: F401 - the fixture
    test_a_code_is_good_once_and_no_other_towns,  # noqa: F401 - collected here
    test_a_draft_goes_back_to_its_resident_unless_they_took_it,  # noqa: F401 - collected here
    test_a_draft_of_the_portal_is_gone_on_with_signed_by_card_and_arrives,  # noqa: F401 - collected here
    test_a_walk_in_begins_from_nothing_and_signs_by_hand,  # noqa: F401 - collected here
    test_a_walk_in_who_signs_with_a_card_that_has_an_account_follows_it_there,  # noqa: F401 - collected here
    test_of_two_clerks_the_first_cannot_save_what_the_second_took_over,  # noqa: F401 - collected here
    test_reader_sessions_are_of_this_draft_alone,  # noqa: F401 - collected here
    test_the_card_of_somebody_else_signs_nothing,  # noqa: F401 - collected here
    test_the_pages_of_the_counter_on_a_phone,  # noqa: F401 - collected here
    test_the_portal_cannot_send_what_a_town_takes_at_its_counter_alone,  # noqa: F401 - collected here
    test_the_same_right_is_taken_in_once_from_counter_and_portal,  # noqa: F401 - collected here
    test_what_a_third_party_said_stays_fixed_at_the_counter,  # noqa: F401 - collected here
    test_what_changed_after_the_signature_is_not_handed_in_under_it,  # noqa: F401 - collected here
)
