"""Proxies: how they come about and end, what they may open, and what they must not."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.urls import get_resolver

from mynumber.foundation.people.ages import attains_on
from mynumber.institutions.portal.account.models import Account, EventKind
from mynumber.institutions.portal.account.sessions import Level
from mynumber.institutions.portal.notices import inbox
from mynumber.institutions.portal.proxies import acting, claiming, granting, kept
from mynumber.institutions.portal.proxies.granting import Fault, NotGranted
from mynumber.institutions.portal.proxies.models import Deed, Function, Kind, Proxy, ProxyEvent
from mynumber.protocols.notices import Category, Notice
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.access import walk_routes
from mynumber.webkit.marks import Access
from tests.institutions.portal.house import Browser, Holder, House
from tests.institutions.portal.visits import newcomer, now, send, token_of, visitor
from tests.support.exchange import CITY

TODAY = granting.today_of(now())
SOON = TODAY + timedelta(days=30)
"""A last day that lies ahead, also where the tests go on over midnight."""


def entrusted(
    person: Account,
    proxy: Account,
    *functions: Function,
    procedures: tuple[str, ...] = (),
    until: date = SOON,
) -> Proxy:
    """A voluntary proxy who has accepted."""
    made = granting.offer(
        person,
        functions=[each.value for each in functions],
        procedures=procedures,
        until=until,
        called=("母さん", "むすめ"),
        meant_for=kept.personal_number(proxy),
        now=now(),
    )
    found = granting.offered(proxy, granting.issue_code(made, now=now()), now=now())
    return granting.accept(found.pk, proxy, now=now())


def told(account: Account, title: str) -> Notice:
    """A notice in the inbox."""
    notice = Notice(
        notice=uuid4(), category=Category.GENERAL, title=title, words="中身", office="霞野市", at=now()
    )
    inbox.put(account, notice, now=now())
    return notice


def acting_for(proxy: Proxy, actor: Account) -> Browser:
    """The proxy's browser after choosing for whom."""
    browser = visitor(actor)
    begun = send(browser, "/proxies/", f"/proxies/{proxy.pk}/act")
    assert begun.headers["Location"] == "/proxies/acting"
    return browser


def card_shown(house: House, browser: Browser, holder: Holder, response: Any) -> None:
    """Follow to the device and come back."""
    assert response.status_code == 303, response.content.decode()
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    asked = house.device.fetch(query["request"][0], now=datetime.now(UTC))
    browser.come_back(asked, house.device.respond(asked, holder.answer(asked)))


def test_a_resident_chooses_a_proxy_who_accepts_with_their_card(house: House) -> None:
    mother, daughter, stranger = house.holder(), house.holder(), house.holder()
    person, proxy, other = Browser(), Browser(), Browser()
    for browser, holder in ((person, mother), (proxy, daughter), (other, stranger)):
        browser.sign_in(house, holder)
    number = re.search(r'<p class="mono">([0-9A-Z-]{9})</p>', proxy.text("/proxies/"))
    assert number is not None
    wanted: dict[str, Any] = {
        "proxy_called": "むすめ",
        "person_called": "母",
        "functions": ["notices"],
        "until": SOON.isoformat(),
    }
    assert send(person, "/proxies/new", **{**wanted, "number": "short"}).status_code == 422
    made = send(person, "/proxies/new", **wanted, number=number[1].lower())
    code_page = made.headers["Location"]
    card_shown(house, person, mother, person.get(code_page))
    code = re.search(r"<strong>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})</strong>", person.text(code_page))
    assert code is not None
    # Somebody else who has seen the code cannot accept, and learns nothing; the very id opens nothing either.
    refused = send(other, "/proxies/accept", code=code[1])
    assert refused.status_code == 422
    assert "母" not in refused.content.decode()
    accept_page = code_page.removesuffix("code") + "accept"
    other.text(accept_page, status=404)
    proxy.text(accept_page, status=404)
    found = send(proxy, "/proxies/accept", code=code[1].replace("-", " ").lower())
    assert found.headers["Location"] == accept_page
    assert "お知らせを見る" in proxy.text(accept_page)
    assert send(proxy, accept_page).headers["Location"] == accept_page + "?card=1"
    # The card that is shown has to be the proxy's own.
    to_device: Any = proxy.get(accept_page + "?card=1")
    card_shown(house, proxy, stranger, to_device)
    proxy.text(accept_page + "?card=1", status=403)
    card_shown(house, proxy, daughter, proxy.get(accept_page + "?card=1"))
    done: Any = proxy.get(accept_page + "?card=1")
    assert done.headers["Location"] == "/proxies/?done=accepted"
    for browser in (person, proxy):
        text = browser.text(code_page.removesuffix("code"))
        assert "代理を引き受けました" in text
        assert "代理を頼みました" in text
    assert send(proxy, "/proxies/accept", code=code[1]).status_code == 422, "a code is used once"


def test_a_proxy_opens_what_was_entrusted_in_the_others_place_and_nothing_else(house: House) -> None:
    person, actor = newcomer(), newcomer()
    proxy = entrusted(person, actor, Function.NOTICES)
    theirs, own = told(person, "母あての通知"), told(actor, "自分あての通知")
    browser = acting_for(proxy, actor)
    for page in ("/proxies/acting", "/notices/", f"/notices/{theirs.notice}"):
        text = browser.text(page)
        assert "代理で操作しています：母さん" in text
        assert "代理で操作中：母さん" in text
    text = browser.text("/notices/")
    assert "母あての通知" in text
    assert "自分あての通知" not in text
    browser.text(f"/notices/{own.notice}", status=404)
    home: Any = browser.get("/")
    assert home.headers["Location"] == "/proxies/acting"
    beyond = (
        *(
            "/records/",
            "/payments/",
            "/applications/",
            "/account/contacts",
            "/account/sessions",
            "/account/history",
        ),
        *("/account/passkeys", "/account/close", "/proxies/", "/proxies/new", "/proxies/accept", "/services"),
        *(f"/proxies/{proxy.pk}/", "/help/inquiries/", "/card/"),
    )
    for page in beyond:
        refused: Any = browser.get(page)
        assert refused.status_code in (403, 404), page
    assert proxy.events.filter(deed=Deed.REFUSED).count() >= 10
    assert proxy.events.filter(deed=Deed.OPENED, what="notices").exists()
    assert (
        send(browser, "/proxies/acting", "/proxies/acting/stop").headers["Location"]
        == "/proxies/?done=stopped"
    )
    text = browser.text("/notices/")
    assert "自分あての通知" in text
    assert "母さん" not in text
    # Both sides read the same record.
    for account in (person, actor):
        record = visitor(account).text(f"/proxies/{proxy.pk}/")
        assert "ページを開きました" in record
        assert "範囲の外のため止めました" in record


def test_every_page_of_residents_is_closed_to_proxies_unless_the_table_opens_it(house: House) -> None:
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert set(acting.PAGES) <= names
    resident = [
        route
        for route in walk_routes("mynumber.institutions.portal.urls")
        if route.mark and route.mark.access is Access.RESIDENT
    ]
    assert len(resident) > 2 * len(acting.PAGES)
    changing = {name for name, function in acting.PAGES.items() if function is not acting.ANY}
    assert not {
        each for each in changing if each.startswith(("proxy", "account", "passkey", "contacts", "service"))
    }


def test_it_ends_at_once_for_a_browser_that_is_in_the_middle(house: House) -> None:
    person, actor = newcomer(), newcomer()
    proxy = entrusted(person, actor, Function.NOTICES)
    told(person, "母あての通知")
    browser = acting_for(proxy, actor)
    browser.text("/notices/")
    assert send(visitor(person), f"/proxies/{proxy.pk}/", f"/proxies/{proxy.pk}/end").status_code == 303
    over: Any = browser.get("/notices/")
    assert over.status_code == 403
    assert "代理は終わっています" in over.content.decode()
    assert "母あての通知" not in browser.text("/notices/"), "from here on it is the proxy's own inbox"
    again: Any = send(browser, "/proxies/", f"/proxies/{proxy.pk}/act")
    assert again.status_code == 404


def test_a_form_of_another_tab_is_worth_nothing_once_somebody_else_is_acted_for(house: House) -> None:
    person, actor = newcomer(), newcomer()
    proxy = entrusted(person, actor, Function.NOTICES)
    mine = told(actor, "自分あての通知")
    browser = visitor(actor)
    first_tab = token_of(browser.text(f"/notices/{mine.notice}"))
    assert send(browser, "/proxies/", f"/proxies/{proxy.pk}/act").status_code == 303
    late: Any = browser.post(f"/notices/{mine.notice}/done", {"csrfmiddlewaretoken": first_tab})
    assert late.status_code == 403
    second_tab = token_of(browser.text("/notices/"))
    assert send(browser, "/proxies/acting", "/proxies/acting/stop").status_code == 303
    late = browser.post(f"/notices/{mine.notice}/put-away", {"csrfmiddlewaretoken": second_tab})
    assert late.status_code == 403


def test_nobody_acts_by_somebody_elses_proxy(house: House) -> None:
    person, actor, stranger = newcomer(), newcomer(), newcomer()
    proxy = entrusted(person, actor, Function.NOTICES)
    for other in (stranger, person):
        refused: Any = send(visitor(other), "/proxies/", f"/proxies/{proxy.pk}/act")
        assert refused.status_code == 404
    visitor(stranger).text(f"/proxies/{proxy.pk}/", status=404)
    visitor(stranger).text(f"/proxies/{uuid4()}/", status=404)
    for deed in ("end", "renew"):
        assert send(visitor(stranger), "/proxies/", f"/proxies/{proxy.pk}/{deed}").status_code == 404
    # A session that names it acts all the same only for its own visitor.
    forged = visitor(stranger, acting=str(proxy.pk))
    assert forged.get("/notices/").status_code == 403
    # The passkey's level is not enough to choose anybody.
    weak: Any = visitor(actor, Level.PASSKEY).get("/proxies/")
    assert weak.status_code == 303


def test_a_proxy_of_a_proxy_is_none(house: House) -> None:
    person, actor, third = newcomer(), newcomer(), newcomer()
    first = entrusted(person, actor, Function.NOTICES)
    entrusted(actor, third, Function.NOTICES)
    told(person, "母あての通知")
    # The third acts for the actor, whose being a proxy is no affair that can be entrusted.
    browser = acting_for(Proxy.objects.get(account=actor, proxy=third), third)
    for page in ("/proxies/", f"/proxies/{first.pk}/"):
        assert browser.get(page).status_code == 403
    token = token_of(browser.text("/proxies/acting"))
    assert browser.post(f"/proxies/{first.pk}/act", {"csrfmiddlewaretoken": token}).status_code == 403
    assert "母あての通知" not in browser.text("/notices/")


def test_a_choice_lasts_for_one_visit(house: House) -> None:
    holder = house.holder()
    browser = Browser()
    browser.sign_in(house, holder)
    actor, person = Account.objects.get(certificate_serial=holder.serial), newcomer()
    proxy = entrusted(person, actor, Function.NOTICES)
    send(browser, "/proxies/", f"/proxies/{proxy.pk}/act")
    assert "母さん" in browser.text("/notices/")
    assert send(browser, "/proxies/acting", "/sign-out").status_code == 303
    browser.sign_in(house, holder)
    assert "母さん" not in browser.text("/notices/")
    assert not person.events.filter(kind=EventKind.SIGNED_OUT).exists()


@pytest.mark.parametrize("days", [-1, granting.LONGEST_DAYS + 2])
def test_a_period_is_from_today_and_a_year_at_most(days: int, house: House) -> None:
    with pytest.raises(NotGranted, match=Fault.BAD_PERIOD):
        entrusted(newcomer(), newcomer(), Function.NOTICES, until=TODAY + timedelta(days=days))


def test_after_its_last_day_a_proxy_is_over_and_before_it_can_be_renewed(house: House) -> None:
    person, actor = newcomer(), newcomer()
    proxy = entrusted(person, actor, Function.NOTICES, until=TODAY + timedelta(days=100))
    assert granting.is_live(proxy, now() + timedelta(days=100))
    assert not granting.is_live(proxy, now() + timedelta(days=101))
    with pytest.raises(NotGranted, match=Fault.NOT_YET):
        granting.renew(proxy.pk, person, now=now())
    with pytest.raises(NotGranted, match=Fault.NOT_THERE):
        granting.renew(proxy.pk, actor, now=now() + timedelta(days=50))
    renewed = granting.renew(proxy.pk, person, now=now() + timedelta(days=50))
    assert renewed.until == TODAY + timedelta(days=50 + granting.LONGEST_DAYS)
    with pytest.raises(NotGranted, match=Fault.NOT_THERE):
        granting.renew(proxy.pk, person, now=now() + timedelta(days=500))


def test_offers_are_checked(house: House) -> None:
    person = newcomer()
    with pytest.raises(NotGranted, match=Fault.ONESELF):
        entrusted(person, person, Function.NOTICES)
    with pytest.raises(NotGranted, match=Fault.NO_FUNCTION):
        entrusted(person, newcomer())
    with pytest.raises(NotGranted, match=Fault.NO_FUNCTION):
        entrusted(person, newcomer(), Function.APPLY)
    for _ in range(granting.MOST_LIVE):
        entrusted(person, newcomer(), Function.NOTICES)
    with pytest.raises(NotGranted, match=Fault.TOO_MANY):
        entrusted(person, newcomer(), Function.NOTICES)


def test_codes_end_and_are_not_guessed(house: House) -> None:
    person, actor = newcomer(), newcomer()
    made = granting.offer(
        person,
        functions=[Function.NOTICES],
        procedures=[],
        until=SOON,
        called=("母", "子"),
        meant_for=kept.personal_number(actor),
        now=now(),
    )
    first = granting.issue_code(made, now=now())
    second = granting.issue_code(made, now=now())
    with pytest.raises(NotGranted, match=Fault.NOT_THERE):
        granting.offered(actor, first, now=now())
    with pytest.raises(NotGranted, match=Fault.NOT_THERE):
        granting.offered(actor, second, now=now() + granting.CODE_VALID_FOR)
    for _ in range(granting.MOST_WRONG_AN_HOUR - 2):
        with pytest.raises(NotGranted, match=Fault.NOT_THERE):
            granting.offered(actor, kept.new_code(), now=now())
    later = now() + granting.CODE_VALID_FOR + timedelta(minutes=1)
    with pytest.raises(NotGranted, match=Fault.TOO_OFTEN):
        granting.offered(actor, second, now=now())
    granting.end(made.pk, person, now=now())
    with pytest.raises(NotGranted, match=Fault.NOT_THERE):
        granting.accept(made.pk, actor, now=later)


# --- by law --------------------------------------------------------------------------------------------------------


def asked_office(parent: Account, kind: Kind = Kind.PARENT, born: date = date(2016, 4, 2)) -> Proxy:
    """A claim that lies with the city."""
    stated = kept.Claimed("架空　長男", born)
    made = claiming.request(parent, kind, called="長男", claimed=stated, now=now())
    card = FourAttributes(
        name="架空　花子", address="東京都葛飾区立石5丁目", birth_date=date(1990, 6, 15), sex="2"
    )
    return claiming.claim(made.pk, parent, card, now=now())


def confirm(
    proxy: Proxy,
    born: date,
    *,
    until: date | None = None,
    reference: str = "",
    serial: str | None = None,
) -> Proxy:
    """What a clerk's confirmation does."""
    person = FourAttributes(name="架空　長男", address="東京都葛飾区立石5丁目", birth_date=born, sex="1")
    return claiming.confirm(
        proxy,
        person=person,
        reference=reference or uuid4().hex,
        until=until,
        certificate_serial=serial,
        now=now(),
    )


def confirmed(parent: Account, born: date, *, reference: str = "", serial: str | None = None) -> Proxy:
    """A parent whom an office confirmed."""
    return confirm(asked_office(parent, born=born), born, reference=reference, serial=serial)


def test_a_parent_acts_for_a_child_without_an_account_until_the_birthday(house: House) -> None:
    mother, father = newcomer(), newcomer()
    born = date(TODAY.year - 10, 4, 2)
    reference = uuid4().hex
    by_mother, by_father = (confirmed(each, born, reference=reference) for each in (mother, father))
    assert by_mother.account == by_father.account
    assert by_mother.until == attains_on(born, 18) == date(TODAY.year + 8, 4, 1)
    assert by_mother.account is not None
    assert by_mother.account.certificate_serial.startswith(claiming.NEW_ACCOUNT)
    told(by_mother.account, "健診の案内")
    assert "健診の案内" in acting_for(by_mother, mother).text("/notices/")
    eve = datetime(TODAY.year + 8, 4, 1, 14, 59, tzinfo=UTC)  # 23:59 in Japan
    assert granting.is_live(by_mother, eve)
    assert not granting.is_live(by_mother, eve + timedelta(minutes=1))
    with pytest.raises(NotGranted, match=Fault.BY_LAW):
        granting.end(by_mother.pk, by_mother.account, now=now())
    granting.end(by_mother.pk, mother, now=now())
    assert granting.is_live(Proxy.objects.get(pk=by_father.pk), now())


def test_a_child_with_a_card_finds_its_own_account(house: House) -> None:
    child, mother = house.holder(), newcomer()
    proxy = confirmed(mother, date(TODAY.year - 16, 1, 1), serial=child.serial)
    browser = Browser()
    browser.sign_in(house, child)
    assert proxy.account == Account.objects.get(certificate_serial=child.serial)
    assert "親権者" in browser.text("/proxies/")


def test_what_an_office_confirms_has_to_fit(house: House) -> None:
    parent, old = newcomer(), date(1940, 1, 1)
    with pytest.raises(NotGranted, match=Fault.BAD_PERIOD):
        confirmed(parent, date(TODAY.year - 18, 1, 1))
    claim = asked_office(newcomer(), Kind.GUARDIAN, old)
    for until in (None, TODAY - timedelta(days=1), TODAY + timedelta(days=granting.LONGEST_DAYS + 1)):
        with pytest.raises(NotGranted, match=Fault.BAD_PERIOD):
            confirm(claim, old, until=until)
    assert confirm(claim, old, until=SOON).by_office == CITY
    with pytest.raises(NotGranted, match=Fault.NOT_THERE):
        confirm(claim, old, until=SOON)


def test_nobody_represents_themself(house: House) -> None:
    somebody = newcomer()
    with pytest.raises(NotGranted, match=Fault.ONESELF):
        confirmed(somebody, date(TODAY.year - 17, 1, 1), serial=somebody.certificate_serial)


# --- records -------------------------------------------------------------------------------------------------------


def test_the_record_cannot_be_rewritten(house: House) -> None:
    entrusted(newcomer(), newcomer(), Function.NOTICES)
    for change in ("UPDATE proxy_event SET deed = 'x'", "DELETE FROM proxy_event"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(change)
    assert ProxyEvent.objects.exists()


def test_names_are_sealed(house: House) -> None:
    proxy = entrusted(newcomer(), newcomer(), Function.NOTICES)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM proxy t WHERE id = %s", [proxy.pk])
        shown = str(cursor.fetchall())
    for name in ("母さん", "むすめ"):
        assert name not in shown
        assert name.encode().hex() not in shown
