"""Pages of contacts, of open sessions, of ending the use, and of devices that many use."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mynumber.institutions.portal.account import open_sessions
from mynumber.institutions.portal.account.devices import device_words
from mynumber.institutions.portal.account.models import Account, EventKind
from mynumber.institutions.portal.account.sessions import Level
from mynumber.institutions.portal.contacts import addresses, outbox
from mynumber.institutions.portal.contacts.models import Contact
from mynumber.institutions.portal.contacts.posting import MailServer
from mynumber.protocols import sign_in
from tests.institutions.portal.contacts.mail import Mailbox
from tests.institutions.portal.house import Browser, House
from tests.institutions.portal.visits import newcomer, now, send, visitor

ADDRESS = "hanako@example.jp"


def code_in(box: Mailbox, address: str = ADDRESS) -> str:
    found = re.search(r"\b([0-9]{6})\b", box.words_to(address)[-1])
    assert found is not None
    return found[1]


def test_an_address_is_registered_on_the_pages(box: Mailbox, post: MailServer) -> None:
    browser = visitor(newcomer())
    refused = send(browser, "/account/contacts/address", address="hana@a.jp\r\nBcc: x@y.jp")
    assert refused.status_code == 422
    assert "name@example.jp" in refused.content.decode()
    assert (
        send(browser, "/account/contacts/address", address=ADDRESS).headers["Location"]
        == "/account/contacts/prove"
    )
    outbox.deliver_due(post, now=now())
    code = code_in(box)
    wrong = send(browser, "/account/contacts/prove", code=f"{(int(code) + 1) % 10**6:06d}")
    assert wrong.status_code == 422
    assert "番号が違います" in wrong.content.decode()
    assert send(browser, "/account/contacts/prove", code=code).status_code == 303
    assert ADDRESS in browser.text("/account/contacts")
    assert send(browser, "/account/contacts", "/account/contacts/remove").status_code == 303
    assert ADDRESS not in browser.text("/account/contacts")


def test_the_link_of_the_e_mail_needs_a_press_and_the_same_account(box: Mailbox, post: MailServer) -> None:
    account = newcomer()
    addresses.begin(account, ADDRESS, now=now())
    outbox.deliver_due(post, now=now())
    link = re.search(
        r"http://portal\.localhost:8000(/account/contacts/confirm\?token=\S+)", box.words_to(ADDRESS)[0]
    )
    assert link is not None
    token = link[1].partition("=")[2]
    stranger = visitor(newcomer())
    assert send(stranger, link[1], "/account/contacts/confirm", token=token).status_code == 422
    # Without a visit one is led to sign in and back to this very link.
    led: Any = Browser().get(link[1])
    assert led.headers["Location"].startswith("/sign-in/?next=%2Faccount%2Fcontacts%2Fconfirm%3Ftoken%3D")
    browser = visitor(account, Level.PASSKEY)
    browser.text(link[1])
    assert addresses.verified(account) is None, "reading proves nothing"
    assert send(browser, link[1], "/account/contacts/confirm", token=token).status_code == 303
    assert addresses.verified(account) == ADDRESS


def test_preferences_are_kept_and_shown_and_spoken(box: Mailbox) -> None:
    account = newcomer()
    browser = visitor(account)
    saved = send(
        browser,
        "/account/contacts/preferences",
        nickname="<b>はな</b>",
        written_in="en",
        alerts=["notice"],
    )
    assert saved.status_code == 303
    assert saved.cookies["portal_language"].value == "en"
    text = browser.text("/account/contacts")
    assert "&lt;b&gt;はな&lt;/b&gt;" in text
    assert "Contacts and alerts" in text
    contact = Contact.objects.get(account=account)
    assert (contact.alert_notice, contact.alert_sign_in) == (True, False)
    assert "はな".encode() not in bytes(contact.nickname or b"")
    refused = send(browser, "/account/contacts/preferences", nickname="x" * 21, written_in="fr")
    assert refused.status_code == 422


@pytest.mark.parametrize("page", ["contacts", "contacts/address", "contacts/preferences", "close"])
def test_what_changes_an_account_needs_the_card(page: str, house: House) -> None:
    response: Any = visitor(newcomer(), Level.PASSKEY).get(f"/account/{page}")
    assert response.status_code == 303
    assert "card=1" in response.headers["Location"]
    assert f"next=%2Faccount%2F{page.replace('/', '%2F')}" in response.headers["Location"]


def test_the_notice_of_a_level_that_is_too_low_keeps_the_deep_link(house: House) -> None:
    browser = visitor(newcomer(), Level.PASSKEY)
    led: Any = browser.get("/account/contacts/address?from=mail&x=1")
    text = browser.text(led.headers["Location"])
    assert "カードが必要なページです" in text
    assert 'name="next" value="/account/contacts/address?from=mail&amp;x=1"' in text


def test_my_open_sessions_are_listed_and_ended(house: House) -> None:
    account, other = newcomer(), newcomer()
    here, there, phone, theirs = (
        visitor(account),
        visitor(account, device="iPhone・Safari"),
        visitor(account, Level.PASSKEY, device=""),
        visitor(other, device="Mac・Firefox"),
    )
    old = visitor(
        account, began=(now() - timedelta(hours=2)).timestamp(), seen=(now() - timedelta(hours=2)).timestamp()
    )
    text = here.text("/account/sessions")
    assert text.count('<li class="card">') == 3
    assert "iPhone・Safari" in text
    assert "Mac・Firefox" not in text
    for browser in (here, there, phone, theirs, old):
        assert browser.session_key is not None
        assert browser.session_key not in text
    keys = {name: each.session_key or "" for name, each in (("there", there), ("theirs", theirs))}
    # Somebody else's is not touched, even by its right name.
    send(here, "/account/sessions", "/account/sessions/end", session=open_sessions.ident_of(keys["theirs"]))
    theirs.text("/account/sessions")
    ended = send(
        here, "/account/sessions", "/account/sessions/end", session=open_sessions.ident_of(keys["there"])
    )
    assert ended.headers["Location"] == "/account/sessions?ended=1"
    assert there.get("/account/sessions").status_code == 303
    send(here, "/account/sessions", "/account/sessions/end", others="1")
    assert phone.get("/account/sessions").status_code == 303
    assert "ほかにサインインしている端末はありません" in here.text("/account/sessions?ended=<x>")
    assert account.events.filter(kind=EventKind.SESSIONS_ENDED).count() == 2


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36",
            "Windows・Chrome",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "iPhone・Safari",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Linux・Firefox"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Windows・Edge"),
        ('"account":1 <script>', ""),
        ("", ""),
    ],
)
def test_a_device_is_known_by_few_words(said: str, words: str) -> None:
    assert device_words(said) == words


def test_closing_deletes_what_was_given_and_keeps_what_the_law_wants(
    house: House, box: Mailbox, post: MailServer
) -> None:
    holder = house.holder()
    browser, elsewhere = Browser(), Browser()
    browser.sign_in(house, holder)
    elsewhere.sign_in(house, holder)
    account = Account.objects.get(certificate_serial=holder.serial)
    addresses.begin(account, ADDRESS, now=now())
    outbox.deliver_due(post, now=now())
    addresses.prove_by_code(account, code_in(box), now=now())
    page = "/account/close"
    assert send(browser, page).status_code == 422, "one has to be sure"
    to_card = send(browser, page, sure="on")
    assert to_card.headers["Location"] == "/account/close?card=1"
    to_device: Any = browser.get(to_card.headers["Location"])
    request_id = re.search(r"request=([^&]+)", to_device.headers["Location"])
    assert request_id is not None
    asked = house.device.fetch(request_id[1], now=datetime.now(UTC))
    browser.come_back(asked, house.device.respond(asked, holder.answer(asked)))
    browser.text("/account/close?card=1")
    done = send(browser, page, sure="on")
    assert done.headers["Location"] == "/account/closed"
    assert done.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "利用を終わりました" in browser.text("/account/closed")
    for each in (browser, elsewhere):
        assert each.get("/account/sessions").status_code == 303
    closed = Account.objects.get(pk=account.pk)
    assert closed.closed_at is not None
    assert closed.code is None
    assert holder.serial not in closed.certificate_serial
    assert not Contact.objects.filter(account=closed).exists()
    assert closed.events.filter(kind=EventKind.CLOSED).exists()
    browser.sign_in(house, holder)
    again = Account.objects.get(certificate_serial=holder.serial)
    assert again.pk != closed.pk
    assert again.events.count() == 2


def test_a_kiosk_forgets_after_a_minute_and_offers_no_passkey(house: House) -> None:
    browser = Browser()
    assert "パスキーでサインインする" in browser.text("/sign-in/")
    assert send(browser, "/kiosk", kiosk="on").status_code == 303
    assert "パスキーでサインインする" not in browser.text("/sign-in/")
    account = newcomer()
    browser.cookies["portal_session"] = visitor(account, kiosk=True).session_key or ""
    browser.text("/account/sessions")
    browser.grow_older(timedelta(seconds=61))
    led: Any = browser.get("/account/sessions")
    assert led.headers["Location"] == "/sign-in/?ended=1", (
        "where the last visitor was is nothing for the next one"
    )
    browser.cookies["portal_session"] = visitor(account, kiosk=True).session_key or ""
    out = send(browser, "/account/sessions", "/sign-out")
    assert out.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "cookies" not in out.headers["Clear-Site-Data"]
    assert out.cookies["portal_language"].value == ""
    begun: Any = Browser().get("/sign-in/?kiosk&next=/procedures/")
    assert (begun.cookies["portal_kiosk"].value, begun.cookies["portal_kiosk"]["max-age"]) == ("1", "")
    assert "パスキーでサインインする" not in begun.content.decode()
    assert send(browser, "/kiosk", kiosk="off").status_code == 303
    assert "パスキーでサインインする" in browser.text("/sign-in/")


def test_a_visit_at_a_kiosk_ends_with_the_card(house: House) -> None:
    holder = house.holder()
    browser, home = Browser(), Browser()
    send(browser, "/kiosk", kiosk="on")
    home.sign_in(house, holder)
    asked = house.device.fetch(browser.begin("/account/sessions"), now=datetime.now(UTC))
    accepted = house.device.respond(asked, holder.answer(asked))
    browser.come_back(asked, accepted)
    browser.text("/account/sessions")
    removed = f"/kiosk/card-removed/{asked.request_id}"
    for code in ("", "x" * 22, sign_in.new_identifier()):
        assert Browser().post(removed, {"code": code}).status_code == 204
        browser.text("/account/sessions")
    assert Browser().post(removed, {"code": accepted.return_code}).status_code == 204
    assert browser.get("/account/sessions").status_code == 303
    home.text("/account/sessions")
