"""Applications that a proxy makes for somebody: what both sides and the office see, and everything beyond the scope, which is refused without losing a draft."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import msgspec
import pytest

from mynumber.foundation.pki import read_signature_holder
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.applications import kept, outbox
from mynumber.institutions.portal.applications.models import Application, Sending, Standing
from mynumber.institutions.portal.proxies import claiming, granting
from mynumber.institutions.portal.proxies import kept as proxies_kept
from mynumber.institutions.portal.proxies.models import Deed, Function, Kind, Proxy
from mynumber.protocols import signing
from mynumber.protocols.applications import Step
from mynumber.protocols.refusal import Reason, Refused
from mynumber.protocols.representation import (
    ClaimedRepresentation,
    ClaimStanding,
    DecidedRepresentation,
    RepresentationKind,
)
from mynumber.protocols.residents import FourAttributes
from mynumber.protocols.sign_in import SignInRefused
from mynumber.protocols.signing import SigningClient
from tests.institutions.portal.applications.body import OTHER_CITY, City
from tests.institutions.portal.applications.people import CLAIM, Person, now
from tests.institutions.portal.house import PUBLIC, Holder, House
from tests.institutions.portal.identity.service import led_to
from tests.institutions.portal.visits import newcomer, send, visitor
from tests.support.waiting import eventually

EVERYTHING = (Function.APPLY, Function.PREFILL, Function.NOTICES)
TODAY = granting.today_of(now())
SOON = TODAY + timedelta(days=30)
MOTHER = FourAttributes(
    name="架空　花子", address="東京都葛飾区立石5丁目13番1号", birth_date=date(1950, 6, 15), sex="2"
)


def who(holder: Holder) -> FourAttributes:
    """Whom a card names."""
    named = read_signature_holder(holder.signing()[0])
    assert named.birth_date.exact is not None
    sex = {"male": "1", "female": "2"}[named.sex.value]
    return FourAttributes(name=named.name, address=named.address, birth_date=named.birth_date.exact, sex=sex)


def account_of(holder: Holder) -> Account:
    """The account of a card."""
    at = {"opened_at": now(), "last_signed_in_at": now()}
    return Account.objects.get_or_create(certificate_serial=holder.serial, defaults=at)[0]


def entrust(
    person: Account,
    proxy: Person,
    *functions: Function,
    called: str = "母さん",
    named: FourAttributes = MOTHER,
) -> Proxy:
    """A grant that the proxy accepted."""
    taker = account_of(proxy.holder)
    made = granting.offer(
        person,
        functions=[each.value for each in functions or EVERYTHING],
        procedures=[CLAIM],
        until=SOON,
        called=(called, "むすめ"),
        meant_for=proxies_kept.personal_number(taker),
        now=now(),
    )
    code = granting.issue_code(made, now=now(), person=named)
    return granting.accept(granting.offered(taker, code, now=now()).pk, taker, now=now())


def act(proxy: Person, grant: Proxy) -> None:
    """From here on for somebody."""
    assert send(proxy.browser, "/proxies/", f"/proxies/{grant.pk}/act").status_code == 303


def stop(proxy: Person) -> None:
    """Back to one's own affairs."""
    send(proxy.browser, "/proxies/acting", "/proxies/acting/stop")


def ready(proxy: Person) -> None:
    """Begun, agreed and filled."""
    proxy.begin()
    assert proxy.agree() == proxy.at()
    proxy.browser.text(proxy.at())
    proxy.fill_all()


def held(proxy: Person) -> Application:
    return Application.objects.get(pk=proxy.ident)


def refused(proxy: Person, page: str, status: int) -> str:
    """The words with which a page is refused."""
    return proxy.browser.text(page, status=status)


@pytest.fixture(scope="module")
def cards(neighbours: House) -> tuple[Holder, Holder]:
    """Of somebody who helps, and of somebody who is helped; accounts of others need none."""
    first, second = (neighbours.with_signature(neighbours.holder()) for _ in range(2))
    return first, second


@pytest.fixture
def proxy(house: House, cards: tuple[Holder, Holder], city: City) -> Person:
    """Somebody who helps, signed in."""
    return Person(house, cards[0], visitor(account_of(cards[0])))


def test_a_proxy_fills_signs_with_their_own_card_and_sends_for_the_person(proxy: Person, city: City) -> None:
    person = newcomer()
    grant, browser_of_person = entrust(person, proxy), visitor(person)
    act(proxy, grant)
    assert f"/procedures/{CLAIM}/begin" in proxy.browser.text("/proxies/acting")
    proxy.begin()
    page = proxy.browser.text(proxy.at("consent"))
    assert "代理人として申請する" in page
    assert proxy.agree() == proxy.at()
    assert "役所の情報を入れました" in proxy.browser.text(proxy.at())
    asked = city.asked[-1]
    assert asked.applicant == MOTHER
    assert asked.proxy == who(proxy.holder)
    proxy.fill_all()
    to_sign = proxy.to_the_device()
    assert to_sign.purpose == "母さんの代理人として、申請に電子署名して送る"
    back = proxy.come_back(to_sign, proxy.signed(to_sign))
    assert led_to(back) == proxy.at() + "?sent=1"
    proxy.browser.text(proxy.at())
    sent, _ = city.arrived[proxy.ident, 0]
    assert (sent.applicant, sent.proxy) == (MOTHER, who(proxy.holder))
    assert sent.certificate == proxy.holder.serial
    assert sent.representation is not None
    assert sent.representation.grant == grant.pk
    assert sent.representation.procedures == (CLAIM,)
    assert b"for another: voluntary" in signing_statement(to_sign)
    # Both see it, both logs say so, and the person is told.
    for browser in (browser_of_person, proxy.browser):
        text = browser.text(proxy.at())
        assert "むすめ" in text
        assert "母さん" in text
        assert city.arrived[proxy.ident, 0][1].receipt in browser.text(proxy.at("receipt"))
        paper: Any = browser.get(proxy.at("receipt.pdf"))
        assert paper.content.startswith(b"%PDF")
    assert "代理人が、あなたの申請を送りました" in browser_of_person.text("/notices/")
    stop(proxy)
    for browser in (browser_of_person, proxy.browser):
        record = browser.text(f"/proxies/{grant.pk}/")
        assert "申請を送りました" in record
        assert "申請の下書きをはじめました" in record
    # A correction: the proxy hears that there is something, and reads it while acting.
    marked = city.step(proxy.ident, Step.CORRECTION_ASKED, words="電話番号を直してください。")
    first = msgspec.structs.replace(marked, number=1)
    city.steps[-1] = first
    city.tell(first)
    own = proxy.browser.text("/notices/")
    assert "代理でした申請に動きがあります" in own
    assert "電話番号" not in own
    act(proxy, grant)
    assert "電話番号を直してください。" in proxy.browser.text(proxy.at())
    proxy.fill("you", phone="03-9999-9999")
    assert proxy.send() == proxy.at() + "?sent=1"
    outbox.deliver_due(now=now(), application=held(proxy))
    assert city.arrived[proxy.ident, 1][0].proxy == who(proxy.holder)


def signing_statement(asked: signing.SigningRequest) -> bytes:
    (document,) = asked.documents
    assert document.content is not None
    return document.content


def test_beyond_the_scope_nothing_opens(house: House, proxy: Person, city: City) -> None:
    mother = newcomer()
    person = Person(house, proxy.holder, visitor(mother))
    person.begin()
    grant = entrust(mother, proxy, Function.APPLY)
    act(proxy, grant)
    # The person's own draft, by its id and in the way.
    proxy.ident = person.ident
    for page in ("", "consent", "form/you", "documents", "check", "withdraw"):
        assert proxy.browser.get(proxy.at(page)).status_code == 404, page
    assert person.at() not in proxy.browser.text("/applications/")
    in_the_way: Any = send(proxy.browser, "/proxies/acting", f"/procedures/{CLAIM}/begin")
    assert in_the_way.status_code == 409
    assert "もうはじまっています" in in_the_way.content.decode()
    # Another procedure than the entrusted one; it stands in the log of both.
    other = refused(proxy, "/procedures/care_certification/begin", 403)
    assert "代理ではできないことです" in other
    assert send(proxy.browser, "/proxies/acting", "/procedures/care_certification/begin").status_code == 403
    assert grant.events.filter(deed=Deed.REFUSED, what="procedure:care_certification").count() == 2
    # One's own application in another tab.
    stop(proxy)
    proxy.begin()
    act(proxy, grant)
    assert "これはあなた自身の申請です" in refused(proxy, proxy.at(), 409)
    assert held(proxy).editing
    # Without the part of the scope that covers it, nothing of the person comes into the draft.
    person.browser.post_form(person.at("withdraw"), person.at("withdraw"))
    before = len(city.asked)
    proxy.begin()
    assert "まかされた範囲に入っていない" in proxy.browser.text(proxy.at("consent"))
    assert proxy.agree() == proxy.at()
    proxy.browser.text(proxy.at())
    proxy.browser.post_form(proxy.at(), proxy.at("prefill"))
    assert len(city.asked) == before
    assert kept.content_of(held(proxy)).known == {}
    assert kept.applicant_of(held(proxy)) == MOTHER
    # Records, notices, payments, contacts and what was delivered are no part of applying.
    for page in ("/records/", "/notices/", "/payments/", "/account/contacts", "/deliveries/"):
        assert proxy.browser.get(page).status_code == 403, page


def test_a_draft_survives_wrong_cards_other_people_and_the_end_of_the_grant(
    house: House, cards: tuple[Holder, Holder], proxy: Person, city: City
) -> None:
    mother = account_of(cards[1])
    person = Person(house, cards[1], visitor(mother))
    grant = entrust(mother, proxy, named=who(cards[1]))
    other_grant = entrust(newcomer(), proxy, called="父さん")
    act(proxy, grant)
    proxy.begin()
    # The represented person's card neither agrees nor signs for the proxy.
    assert proxy.agree(person.holder) == proxy.at("consent")
    assert held(proxy).applicant is None
    assert proxy.agree() == proxy.at()
    proxy.browser.text(proxy.at())
    proxy.fill_all()
    typed = kept.content_of(held(proxy)).typed
    asked = proxy.to_the_device()
    with pytest.raises(SignInRefused):
        proxy.come_back(asked, proxy.signed(asked, person.holder))
    # The person in their own visit: looks, does not fill, does not sign.
    person.ident = proxy.ident
    assert "代理の申請です" in person.browser.text(person.at("check"))
    assert "代理人が作っている申請です" in refused(person, person.at("form/you"), 409)
    assert send(person.browser, person.at("check"), person.at("sign")).status_code == 409
    # A second tab acts for somebody else by the time the device leads back.
    asked = proxy.to_the_device()
    accepted = SigningClient(house.device).respond(asked, proxy.signed(asked))
    stop(proxy)
    act(proxy, other_grant)
    proxy.browser.get(signing.finish_url(asked, accepted).removeprefix(PUBLIC))
    assert "代理でした申請です" in refused(proxy, proxy.at(), 409)
    assert "代理でした申請です" in refused(proxy, proxy.at("form/you"), 409)
    # Not acting at all.
    stop(proxy)
    assert "代理でした申請です" in refused(proxy, proxy.at("check"), 409)
    # The grant ends while the proxy is at the device.
    act(proxy, grant)
    asked = proxy.to_the_device()
    accepted = SigningClient(house.device).respond(asked, proxy.signed(asked))
    granting.end(grant.pk, mother, now=now())
    over: Any = proxy.browser.get(signing.finish_url(asked, accepted).removeprefix(PUBLIC))
    assert over.status_code == 403
    assert "代理は終わっています" in over.content.decode()
    assert "代理は終わっています" in refused(proxy, proxy.at(), 403)
    # Nothing was sent, nothing was lost.
    assert not Sending.objects.filter(application_id=proxy.ident).exists()
    assert held(proxy).standing == Standing.DRAFT
    assert kept.content_of(held(proxy)).typed == typed
    # Entrusted anew, the proxy goes on; or the person takes it over.
    again = entrust(mother, proxy, named=who(cards[1]))
    act(proxy, again)
    Proxy.objects.filter(pk=again.pk).update(since=TODAY - timedelta(days=9), until=TODAY - timedelta(days=1))
    assert "代理は終わっています" in refused(proxy, proxy.at("check"), 403), "over by its day"
    Proxy.objects.filter(pk=again.pk).update(since=TODAY, until=SOON)
    act(proxy, again)
    assert "署名して送る" in proxy.browser.text(proxy.at("check"))
    assert send(person.browser, person.at("check"), f"/proxies{person.at('take-over')}").status_code == 303
    assert proxy.browser.get(proxy.at()).status_code == 404
    assert person.agree() == person.at()
    person.browser.text(person.at())
    assert kept.content_of(held(person)).typed == typed
    assert person.send() == person.at() + "?sent=1"
    outbox.deliver_due(now=now(), application=held(person))
    assert city.arrived[person.ident, 0][0].proxy is None
    assert again.events.filter(deed=Deed.TAKEN).exists()


# --- by law --------------------------------------------------------------------------------------------------------


def card_shown(proxy: Person, page: str) -> Any:
    """Follow to the device and come back."""
    to_device: Any = proxy.browser.get(page)
    assert to_device.status_code == 303, to_device.content.decode()
    query = parse_qs(urlsplit(to_device.headers["Location"]).query)
    asked = proxy.house.device.fetch(query["request"][0], now=now())
    proxy.browser.come_back(asked, proxy.house.device.respond(asked, proxy.holder.answer(asked)))
    return proxy.browser.get(page)


def test_a_parent_files_for_a_child_once_the_office_confirmed_and_not_before(
    proxy: Person, city: City
) -> None:
    born = date(TODAY.year - 10, 4, 2)
    asked: Any = send(
        proxy.browser,
        "/proxies/represent",
        kind="parent",
        called="長男",
        name="架空 一郎",
        birth=born.isoformat(),
    )
    page = asked.headers["Location"]
    assert card_shown(proxy, page).headers["Location"] == "/proxies/?done=claimed"
    assert proxy.browser.get(page).status_code == 404
    with_office = "役所の確認待ち"
    assert with_office in proxy.browser.text("/proxies/")

    def brought() -> list[ClaimedRepresentation]:
        claiming.deliver_due(now=now() + timedelta(hours=1))
        return [each for each in city.claims if each.representative == who(proxy.holder)]

    # A try may fail on a busy machine; the next one brings it.
    (claim,) = eventually(brought, "the claim at its office")
    assert claim.representative == who(proxy.holder)
    assert (claim.person_name, claim.person_birth) == ("架空 一郎", born)
    grant = Proxy.objects.get(pk=claim.claim)
    assert grant.kind == Kind.PARENT
    assert send(proxy.browser, "/proxies/", f"/proxies/{grant.pk}/act").status_code == 404
    child = FourAttributes(name="架空　一郎", address="東京都葛飾区立石5丁目13-1", birth_date=born, sex="1")
    decided = DecidedRepresentation(
        claim=claim.claim,
        number=1,
        standing=ClaimStanding.CONFIRMED,
        at=now(),
        office="東京都葛飾区",
        person=child,
        reference=f"p-{uuid4().hex[:24]}",
    )
    # Only the office that was asked, and only what can be.
    with pytest.raises(Refused) as unknown:
        city.decide(decided, sender=OTHER_CITY)
    assert unknown.value.reason is Reason.UNKNOWN_RECORD
    with pytest.raises(Refused) as malformed:
        city.decide(msgspec.structs.replace(decided, person=None))
    assert malformed.value.reason is Reason.MALFORMED
    grown = msgspec.structs.replace(child, birth_date=date(TODAY.year - 30, 1, 1))
    with pytest.raises(Refused):
        city.decide(msgspec.structs.replace(decided, person=grown))
    assert city.decide(decided) == city.decide(decided) == 1
    assert "代理が確認されました：長男" in proxy.browser.text("/notices/")
    grant.refresh_from_db()
    act(proxy, grant)
    ready(proxy)
    assert proxy.send() == proxy.at() + "?sent=1"
    outbox.deliver_due(now=now(), application=held(proxy))
    sent, _ = city.arrived[proxy.ident, 0]
    assert (sent.applicant, sent.proxy) == (child, who(proxy.holder))
    by = sent.representation
    assert by is not None
    assert (by.kind, by.confirmed_by, by.procedures) == (RepresentationKind.PARENT, grant.by_office, ())
    # Custody ended: the office says so, and the draft that was under way is closed to the former representative.
    over = msgspec.structs.replace(
        decided,
        number=2,
        standing=ClaimStanding.ENDED,
        reason="親権者が変わりました。",
        person=None,
        reference="",
    )
    assert city.decide(over) == 1
    assert "代理は終わっています" in refused(proxy, proxy.at(), 403)
    assert "親権者が変わりました。" in proxy.browser.text(f"/proxies/{grant.pk}/")


def test_a_refused_claim_says_why_and_opens_nothing(proxy: Person, city: City) -> None:
    stated = proxies_kept.Claimed("架空 花子", date(TODAY.year - 3, 1, 1))
    made = claiming.request(account_of(proxy.holder), Kind.PARENT, called="長女", claimed=stated, now=now())
    claiming.claim(made.pk, account_of(proxy.holder), who(proxy.holder), now=now())
    decided = DecidedRepresentation(
        claim=made.pk,
        number=1,
        standing=ClaimStanding.REFUSED,
        at=now(),
        office="東京都葛飾区",
        reason="住民票で確かめられませんでした。",
    )
    assert city.decide(decided) == 1
    assert "住民票で確かめられませんでした。" in proxy.browser.text(f"/proxies/{made.pk}/")
    assert send(proxy.browser, "/proxies/", f"/proxies/{made.pk}/act").status_code == 404
    confirmed = msgspec.structs.replace(
        decided, standing=ClaimStanding.CONFIRMED, person=who(proxy.holder), reference="p-1"
    )
    assert city.decide(confirmed) == 0, "what was refused is not confirmed by another message"
