"""What `test_office` asks of the counter (in its house: one costs half a minute): a draft taken over by its code or begun there, filled with the portal's pages, signed with the card or by hand; and what has to be refused."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from copy import copy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest
from playwright.sync_api import expect

from mynumber.foundation.procedures import answers as forms
from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.municipality.applications.models import Application, Disclosure, Submission
from mynumber.institutions.municipality.counter.models import ReaderSession
from mynumber.institutions.municipality.desk import reporting
from mynumber.institutions.municipality.desk.models import CounterFiling, DeskDraft
from mynumber.institutions.municipality.register.models import Person
from mynumber.protocols.applications import SUBMIT, Form, Step
from mynumber.protocols.applications import Application as Sent
from mynumber.protocols.counter_drafts import Draft, FixedAnswer
from mynumber.protocols.refusal import Reason
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.applications.conftest import House
from tests.institutions.municipality.applications.playing import claim_form, claimed
from tests.institutions.municipality.applications.test_office import (
    Worker,
    heard,
    refused,
    sign_in,
)
from tests.institutions.municipality.conftest import CITY, FORMER_CITY
from tests.institutions.municipality.counter.device import Device
from tests.support.controls import controls
from tests.webkit.face.serving import PHONE, browsing, look_at

CODE = "ABCD2345"


class Clerk(Worker):
    """A member of staff at the counter."""

    def open(self, path: str, status: int = 200) -> str:
        """A page of the counter, as it was sent."""
        response = self.client.get(f"/{self.town}/desk/{path}")
        assert response.status_code == status, response.content.decode()[:3000]
        text = response.content.decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        self.token = found[1] if found else self.token
        return html.unescape(text)

    def send(self, path: str, status: int = 302, /, **values: Any) -> Any:
        """A form; names with __ for dots."""
        named = {name.replace("__", "."): value for name, value in values.items()}
        response = self.client.post(f"/{self.town}/desk/{path}", {**named, "csrfmiddlewaretoken": self.token})
        assert response.status_code == status, html.unescape(response.content.decode())[:4000]
        return response

    def fill(self, ident: UUID, section: str, status: int = 302, /, **values: Any) -> Any:
        """A section as a browser sends it: what stands in it, and what is answered."""
        page = f"{ident}/form/{section}"
        standing = {name: each[-1] for name, each in controls(self.open(page)).items()}
        standing |= {name.replace("__", "."): value for name, value in values.items()}
        return self.send(page, status, **standing)


@pytest.fixture
def clerks(fresh: House) -> Iterator[dict[str, Clerk]]:
    """Members of staff at the counter; what they fill in is gone afterwards."""
    towns = (("yamada", CITY), ("mori", CITY), ("yao", FORMER_CITY))
    yield {name: Clerk(name, town) for name, town in towns}
    fresh.portal.taken.clear()
    fresh.portal.handed_in.clear()
    fresh.portal.returned.clear()
    with psycopg.connect(fresh.database.owner_url) as owner:
        owner.execute("TRUNCATE municipality_desk_deskdraft, municipality_counter_readersession CASCADE")


def brought(house: House, code: str = CODE, **changes: Any) -> Draft:
    """A draft that the resident's code leads to, filled as far as the portal goes with everything."""
    procedure = claim_form()
    values = claimed(house.kenta)
    draft = Draft(
        application=uuid4(),
        taking=uuid4(),
        sequence=0,
        form=Form(procedure=procedure.id, version=procedure.since),
        applicant=house.kenta.attributes,
        answers=forms.encode(procedure, values),
    )
    house.portal.drafts[code] = msgspec.structs.replace(draft, **changes)
    return house.portal.drafts[code]


def taken(house: House, clerk: Clerk, **changes: Any) -> tuple[Draft, UUID]:
    """The same, taken over; and what names it at the counter."""
    draft = brought(house, **changes)
    clerk.open("")
    clerk.send("", code="abcd-2345")
    return draft, row_of(draft).ident


def row_of(draft: Draft) -> DeskDraft:
    with acting_as(CITY):
        return DeskDraft.objects.get(reference=draft.application)


def signed_at_the_reader(house: House, clerk: Clerk, ident: UUID) -> Device:
    """The applicant's card signs what the clerk's page shows."""
    clerk.open(f"{ident}/check")
    clerk.send(f"{ident}/sign")
    page = clerk.open(f"{ident}/signature")
    code = re.search(r'reader-code__digits tabular">([0-9-]{14})<', page)
    number = re.search(r'<strong class="mono tabular">([0-9A-F]{4}-[0-9A-F]{4})</strong>', page)
    assert code is not None
    assert number is not None
    device = Device(card=copy(house.kenta.card.client.reader))  # type: ignore[arg-type]  # the card of `playing.issue`
    done = device.use(code[1].replace("-", ""))
    assert getattr(done, "done", False), done
    words = " ".join(getattr(task, "words", "") for task in device.tasks)
    assert number[1] in words, "the device shows the number that stands on the paper"
    return device


def test_a_draft_of_the_portal_is_gone_on_with_signed_by_card_and_arrives(
    fresh: House, clerks: dict[str, Clerk]
) -> None:
    clerk = clerks["yamada"]
    draft, ident = taken(fresh, clerk)
    assert "山田　恵" in fresh.portal.taken[-1].clerk
    page = clerk.open(f"{ident}/form/you")
    assert "住民基本台帳から" in page, "filled in from the register, as in the portal"
    assert 'name="applicant_name"' not in page
    assert 'value="03-1234-5678"' in page
    clerk.fill(ident, "you", phone="０９０－１１１１－２２２２")
    check = clerk.open(f"{ident}/check")
    assert "090-1111-2222" in check
    with acting_as(CITY):
        told = Disclosure.objects.order_by("-pk")[0]
        assert (told.sender, told.outcome) == ("counter", "found")
    signed_at_the_reader(fresh, clerk, ident)
    clerk.open(f"{ident}/signature")
    clerk.send(f"{ident}/hand-in")
    receipt = clerk.open(f"{ident}/")
    with acting_as(CITY):
        submission = Submission.objects.get(application__reference=draft.application)
        application, filing = submission.application, submission.at_counter
    assert application.receipt in receipt
    assert submission.signature is not None
    assert submission.authentication_serial == fresh.kenta.authentication
    assert submission.sent_at < submission.arrived_at, "送信 is the signature, 到達 the taking in"
    assert (filing.by_hand, filing.clerk_name, application.sender) == (False, "山田　恵", "")
    assert b"09011112222" in bytes(submission.answers)
    # The portal hears of the filing first, then of the steps.
    assert reporting.send(CITY) == 1
    assert heard(fresh, draft.application, 1)[0].step is Step.ARRIVED
    (report,) = fresh.portal.handed_in
    assert (report.taking, report.arrival.receipt) == (draft.taking, application.receipt)
    assert report.arrival.digest == submission.statement
    with acting_as(CITY):
        assert Application.objects.get(pk=application.pk).sender == "portal"
        assert DeskDraft.objects.get(ident=ident).content == b""
    clerk.open(f"{ident}/form/you", 409)


def test_a_walk_in_begins_from_nothing_and_signs_by_hand(fresh: House, clerks: dict[str, Clerk]) -> None:
    clerk = clerks["yamada"]
    with acting_as(CITY):
        addressee = Person.objects.get(persona="kenta").addressee
    clerk.open("new")
    begun: dict[str, Any] = {"procedure": "pregnancy_notification", "check": "one_with_photo", "agreed": "on"}
    assert "この宛名番号の住民がいません" in html.unescape(
        clerk.send("new", 422, **begun, addressee="0000000000").content.decode()
    )
    address = clerk.send("new", **begun, addressee=addressee).headers["Location"]
    ident = UUID(address.rstrip("/").rpartition("/")[2])
    assert "通訳" in clerk.open(f"{ident}/form/request"), "the ward's own field"
    clerk.fill(ident, "you", phone="03-1234-5678")
    day = datetime.now(UTC).date().isoformat()
    clerk.fill(
        ident,
        "request",
        due_date=day,
        weeks="12",
        unborn="1",
        clinic="架空医院",
        diagnosed_on=day,
        first_birth="yes",
        checked_for_syphilis_tuberculosis="yes",
        local_interpreter="english",
    )
    clerk.fill(ident, "confirm", true_statement="on")
    clerk.open(f"{ident}/by-hand")
    why = html.unescape(clerk.send(f"{ident}/by-hand", 422, reason="other").content.decode())
    assert "そのほかの理由を書いてください" in why
    assert "本人確認をした方法を選んでください" in why
    clerk.send(f"{ident}/by-hand", reason="no_card", check="one_with_photo", signed="on")
    with acting_as(CITY):
        filing = CounterFiling.objects.select_related("submission__application").get()
        submission = filing.submission
        assert (filing.by_hand, filing.reason, filing.check_kind) == (True, "no_card", "one_with_photo")
        assert submission.signature is None
        assert submission.application.version == "2026-04+131229.20260401", "the ward's own form"
        assert b"local_interpreter" in bytes(submission.answers)
    assert "通知書は郵送します" in clerk.open(f"{ident}/")
    assert reporting.send(CITY) == 0, "nobody is to be told"
    number = submission.application.number
    office = Worker("yamada")
    office.get(f"{number}")
    office.post(f"{number}/claim")
    assert "面談の通訳" in office.get(f"{number}")
    assert fresh.portal.steps == []


def test_a_walk_in_who_signs_with_a_card_that_has_an_account_follows_it_there(
    fresh: House, clerks: dict[str, Clerk]
) -> None:
    clerk = clerks["yamada"]
    draft, ident = taken(fresh, clerk)
    with acting_as(CITY):
        DeskDraft.objects.filter(ident=ident).update(taking=None)
    signed_at_the_reader(fresh, clerk, ident)
    clerk.send(f"{ident}/hand-in")
    fresh.portal.accounts.add(fresh.kenta.authentication)
    assert reporting.send(CITY) == 1
    fresh.portal.accounts.clear()
    assert fresh.portal.handed_in[-1].certificate == fresh.kenta.authentication
    assert heard(fresh, draft.application, 1)


def test_a_code_is_good_once_and_no_other_towns(fresh: House, clerks: dict[str, Clerk]) -> None:
    clerk = clerks["yamada"]
    clerk.open("")
    says = html.unescape(clerk.send("", 422, code="ZZZZ9999").content.decode())
    assert "引き継いでいません" in says
    draft, ident = taken(fresh, clerk)
    clerk.open("")
    clerk.send("", 422, code=CODE)
    clerks["mori"].open(f"{ident}/", 404)
    clerks["yao"].open(f"{ident}/", 404)
    clerks["yao"].open("")
    clerks["yao"].send(f"{ident}/take", 409)
    assert row_of(draft).holder_id is not None


def test_of_two_clerks_the_first_cannot_save_what_the_second_took_over(
    fresh: House, clerks: dict[str, Clerk]
) -> None:
    first, second = clerks["yamada"], clerks["mori"]
    _, ident = taken(fresh, first)
    standing = {name: each[-1] for name, each in controls(first.open(f"{ident}/form/you")).items()}
    second.open("")
    second.send(f"{ident}/take")
    first.send(f"{ident}/form/you", 404, **standing)
    second.fill(ident, "you", phone="0311112222")
    # And in two windows of one clerk: the older page does not overwrite the newer.
    old = {name: each[-1] for name, each in controls(second.open(f"{ident}/form/you")).items()}
    second.fill(ident, "you", phone="0333334444")
    says = html.unescape(
        second.send(f"{ident}/form/you", 409, **{**old, "phone": "0300000000"}).content.decode()
    )
    assert "先に変えました" in says
    assert "03-3333-4444" in second.open(f"{ident}/check")


def test_what_changed_after_the_signature_is_not_handed_in_under_it(
    fresh: House, clerks: dict[str, Clerk]
) -> None:
    clerk = clerks["yamada"]
    draft, ident = taken(fresh, clerk)
    assert "署名がありません" in html.unescape(clerk.send(f"{ident}/hand-in", 409).content.decode())
    signed_at_the_reader(fresh, clerk, ident)
    clerk.fill(ident, "you", phone="0399998888")
    assert "署名がありません" in html.unescape(clerk.send(f"{ident}/hand-in", 409).content.decode())
    with acting_as(CITY):
        assert not Application.objects.filter(reference=draft.application).exists()
    signed_at_the_reader(fresh, clerk, ident)
    clerk.send(f"{ident}/hand-in")
    clerk.send(f"{ident}/hand-in", 409)
    with acting_as(CITY):
        assert Application.objects.filter(reference=draft.application).count() == 1


def test_the_card_of_somebody_else_signs_nothing(fresh: House, clerks: dict[str, Clerk]) -> None:
    clerk = clerks["yamada"]
    other = msgspec.structs.replace(fresh.kenta.attributes, name="田中　次郎")
    draft, ident = taken(fresh, clerk, applicant=other)
    assert "住民票と結び付いていません" in clerk.open(f"{ident}/")
    # Nothing is told of the register to somebody who is not in it: what the person brought is filled in.
    clerk.fill(ident, "you", applicant_name="田中　次郎", applicant_kana="タナカ　ジロウ")
    assert "まだ提出できません" not in clerk.open(f"{ident}/check")
    signed_at_the_reader(fresh, clerk, ident)
    says = html.unescape(clerk.send(f"{ident}/hand-in", 409).content.decode())
    assert "申請する本人のものでない" in says
    with acting_as(CITY):
        assert not Application.objects.filter(reference=draft.application).exists()


def test_a_draft_goes_back_to_its_resident_unless_they_took_it(
    fresh: House, clerks: dict[str, Clerk]
) -> None:
    clerk = clerks["yamada"]
    draft, ident = taken(fresh, clerk)
    clerk.fill(ident, "you", phone="0377776666")
    fresh.portal.taken_back.add(draft.taking)
    clerk.open(f"{ident}/")
    says = html.unescape(clerk.send(f"{ident}/return", 409).content.decode())
    assert "本人が、マイナポータルで下書きを引き取りました" in says
    assert "03-7777-6666" in clerk.open(f"{ident}/check"), "what the clerk filled in is still there"
    fresh.portal.taken_back.clear()
    clerk.send(f"{ident}/return")
    (back,) = fresh.portal.returned
    assert (back.taking, back.application) == (draft.taking, draft.application)
    assert b"0377776666" in back.answers
    clerk.send(f"{ident}/return", 409)
    assert row_of(draft).state == "returned"
    clerk.open(f"{ident}/form/you", 409)


def test_what_a_third_party_said_stays_fixed_at_the_counter(fresh: House, clerks: dict[str, Clerk]) -> None:
    clerk = clerks["yamada"]
    values = claimed(fresh.kenta)
    person = values["children"][0]["person"]
    fixed = FixedAnswer(
        group="children", person=person, field="relation", value=b'"parent"', source="架空商店が記入"
    )
    _, ident = taken(fresh, clerk, fixed=(fixed,))
    page = clerk.open(f"{ident}/form/children")
    assert "架空商店が記入" in page
    assert 'name="children.0.relation"' not in page


def test_the_same_right_is_taken_in_once_from_counter_and_portal(
    fresh: House, clerks: dict[str, Clerk]
) -> None:
    clerk = clerks["yamada"]
    draft, ident = taken(fresh, clerk)
    sent: Sent = fresh.kenta.application(claim_form(), claimed(fresh.kenta))
    fresh.kenta.submit(sent)
    signed_at_the_reader(fresh, clerk, ident)
    says = html.unescape(clerk.send(f"{ident}/hand-in", 409).content.decode())
    assert "すでに届いています" in says
    assert row_of(draft).state == "open", "what was filled in is kept"


def test_the_portal_cannot_send_what_a_town_takes_at_its_counter_alone(fresh: House) -> None:
    yao = "municipality.272124"
    procedure = catalogue().version("pregnancy_notification", "2026-04")
    sent = fresh.kenta.application(procedure, {})
    assert refused(lambda: fresh.portal.ask(SUBMIT, sent, receiver=yao)) is Reason.NOT_ENTITLED
    own = catalogue().version("pregnancy_notification", "2026-04+272124.20260401")
    elsewhere = fresh.kenta.application(own, {})
    assert refused(lambda: fresh.kenta.submit(elsewhere)) is Reason.MALFORMED, "another town's form"


def test_reader_sessions_are_of_this_draft_alone(fresh: House, clerks: dict[str, Clerk]) -> None:
    clerk = clerks["yamada"]
    _, ident = taken(fresh, clerk)
    clerk.open(f"{ident}/signature", 404)
    clerk.open(f"{ident}/check")
    clerk.send(f"{ident}/sign")
    clerk.send(f"{ident}/sign", 409)
    clerk.send(f"{ident}/signature/cancel")
    with acting_as(CITY):
        assert [each.state for each in ReaderSession.objects.all()] == ["cancelled"]
    signed_at_the_reader(fresh, clerk, ident)


@pytest.mark.browser
def test_the_pages_of_the_counter_on_a_phone(fresh: House, clerks: dict[str, Clerk]) -> None:
    brought(fresh)
    with browsing() as browser:
        page = browser.new_context(viewport=PHONE).new_page()
        sign_in(page, fresh.address, "yamada")
        home = f"{fresh.address}/{CITY}/desk/"
        page.goto(home)
        look_at(page, "desk-home")
        page.get_by_role("link", name="新しい申請をはじめる").click()
        look_at(page, "desk-begin")
        page.goto(home)
        page.get_by_label("本人が見せた番号").fill("abcd-2345")
        page.get_by_role("button", name="引き継ぐ").click()
        draft = page.url
        look_at(page, "desk-draft")
        page.goto(f"{draft}form/children")
        look_at(page, "desk-section")
        page.goto(f"{draft}documents")
        look_at(page, "desk-documents")
        page.goto(f"{draft}check")
        look_at(page, "desk-check")
        page.get_by_role("button", name="本人のカードで署名して提出する").click()
        look_at(page, "desk-signature")
        page.get_by_role("button", name="署名を取りやめる").click()
        page.get_by_role("link", name="紙に署名して提出する").click()
        look_at(page, "desk-by-hand")
        page.get_by_label("カードを持っていない、または忘れた").check()
        page.get_by_label("顔写真のある書類1点").check()
        page.get_by_label("本人が、印刷した確認書を読み").check()
        page.get_by_role("button", name="申請を受け付ける").click()
        expect(page.get_by_text("紙に署名（カードを持っていない")).to_be_visible()
        look_at(page, "desk-receipt")
