"""An offer of an office: read, taken up as a filled draft, declined; nobody takes up another's."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest

from mynumber.foundation.procedures import answers
from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.applications import kept
from mynumber.institutions.portal.applications.models import Application
from mynumber.institutions.portal.notices import inbox
from mynumber.protocols import sign_in
from mynumber.protocols.notices import Category, Notice, Offer
from tests.institutions.portal.applications.body import CHILD, City
from tests.institutions.portal.applications.people import CLAIM, Person
from tests.institutions.portal.house import PUBLIC, House
from tests.institutions.portal.identity.service import led_to

KNOWN = {
    "applicant_kana": "カクウ　ハナコ",
    "children": [{"person": CHILD, "name": "架空　太郎", "birth": "2026-11-10"}],
}


def offered(person: Person, encoded: bytes | None = None) -> UUID:
    """A notice of the city with an offer, in the inbox of this person."""
    now = datetime.now(UTC)
    procedure = catalogue().get(CLAIM, now.date())
    reading = answers.read(
        procedure, {"cause": "birth", "cause_on": "2026-11-10"}, today=now.date(), known=KNOWN
    )
    account = Account.objects.get(certificate_serial=person.holder.serial)
    notice = Notice(
        notice=uuid4(),
        category=Category.PROCEDURE,
        title="お子さんが生まれました",
        words="この手続ができます。",
        office="葛飾区　子育て支援課",
        at=now,
        due=date(2026, 11, 25),
        offer=Offer(
            procedure=CLAIM,
            reason="お子さんが生まれました",
            answers=answers.encode(procedure, reading.values) if encoded is None else encoded,
        ),
    )
    inbox.put(account, notice, now=now, sender="municipality.131229")
    return notice.notice


def take_up(person: Person, notice: UUID) -> None:
    """One click and the card."""
    response: Any = person.browser.post_form(f"/offers/{notice}/", f"/offers/{notice}/")
    assert response.status_code == 303
    target = urlsplit(response.headers["Location"])
    assert target.netloc == "wallet.localhost:8000"
    asked = person.house.device.fetch(parse_qs(target.query)["request"][0], now=datetime.now(UTC))
    accepted = person.house.device.respond(asked, person.holder.answer(asked))
    back = person.browser.get(sign_in.finish_url(asked, accepted).removeprefix(PUBLIC))
    onward = urlsplit(led_to(back))
    assert onward.query == "on=1"
    person.ident = UUID(onward.path.strip("/").rpartition("/")[2])


def test_an_offer_opens_as_a_filled_draft_and_its_sender_hears_when_it_was_sent(
    person: Person, city: City
) -> None:
    person.sign_in()
    notice = offered(person)
    page = person.browser.text(f"/offers/{notice}/")
    assert "お子さんが生まれました" in page
    assert "申請のきっかけ" in page
    take_up(person, notice)
    row = Application.objects.get(pk=person.ident)
    content = kept.content_of(row)
    assert content.typed["cause_on"] == "2026-11-10"
    assert content.known["children"][0]["person"] == CHILD
    assert content.origins["children"].source == "葛飾区　子育て支援課"
    assert "続きを開く" in person.browser.text(f"/offers/{notice}/")
    straight = person.browser.get(person.at("?on=1"))
    assert (straight.status_code, straight.headers["Location"]) == (303, person.at("form/you"))
    request = person.browser.text(person.at("form/request"))
    assert "令和8年11月10日" in request
    person.fill("request")
    person.fill_all()
    account = Account.objects.get(certificate_serial=person.holder.serial)
    held = inbox.find(account, notice)
    assert held is not None
    assert held.acted_at is None
    person.send()
    held = inbox.find(account, notice)
    assert held is not None
    assert held.act == "applied"


def test_an_offer_can_be_declined_and_taken_up_all_the_same(person: Person, city: City) -> None:
    person.sign_in()
    notice = offered(person)
    response: Any = person.browser.post_form(f"/offers/{notice}/", f"/offers/{notice}/", decline="1")
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert "「今回は使わない」と答えています" in person.browser.text(f"/offers/{notice}/")
    take_up(person, notice)
    assert Application.objects.filter(pk=person.ident).exists()


def test_an_offer_keeps_what_a_draft_says_already(person: Person, city: City) -> None:
    person.sign_in()
    person.begin()
    row = Application.objects.get(pk=person.ident)
    content = kept.content_of(row)
    content.typed["phone"] = "0312345678"
    kept.put(row, content)
    row.save()
    first, notice = person.ident, offered(person)
    take_up(person, notice)
    assert person.ident == first
    content = kept.content_of(Application.objects.get(pk=first))
    assert content.typed["phone"] == "0312345678"
    assert "cause_on" not in content.typed


@pytest.mark.parametrize("encoded", [b"", b"[]", b"{}", b'{"answers":5,"procedure":"child_allowance_claim"}'])
def test_answers_that_cannot_be_read_leave_an_empty_draft(person: Person, city: City, encoded: bytes) -> None:
    person.sign_in()
    notice = offered(person, encoded)
    take_up(person, notice)
    content = kept.content_of(Application.objects.get(pk=person.ident))
    assert (content.typed, content.known) == ({}, {})


def test_anothers_offer_is_as_none(person: Person, house: House, city: City) -> None:
    person.sign_in()
    notice = offered(person)
    other = Person(house, house.holder())
    other.sign_in()
    assert other.browser.get(f"/offers/{notice}/").status_code == 404
    response: Any = other.browser.post_form("/menu", f"/offers/{notice}/")
    assert response.status_code == 404
    assert not Application.objects.filter(account__certificate_serial=other.holder.serial).exists()
