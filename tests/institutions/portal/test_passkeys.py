"""Passkeys: made with the card, they open a visit that does less than the card's."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from mynumber.institutions.portal.account.models import Account, Passkey
from mynumber.protocols import sign_in
from tests.institutions.portal.authenticator import PRESENT, Authenticator
from tests.institutions.portal.house import PUBLIC, Browser, Holder, House
from tests.institutions.portal.identity.service import led_to
from tests.webkit.face import device
from tests.webkit.face.serving import assert_accessible, browsing, keep_picture, look_at

ORIGIN, RP_ID = PUBLIC, "portal.localhost"
PATIENCE_MS = 15_000


def options_on(page: str) -> dict[str, Any]:
    found = re.search(r'data-options="([^"]+)"', page)
    assert found is not None
    options: dict[str, Any] = json.loads(html.unescape(found[1]))
    return options


def give_card(house: House, holder: Holder, browser: Browser, response: Any) -> str:
    """Follow to the device, give the card, come back: where the browser is led."""
    assert response.status_code == 303, response.content.decode()
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    asked = house.device.fetch(query["request"][0], now=datetime.now(UTC))
    accepted = house.device.respond(asked, holder.answer(asked))
    return led_to(browser.get(sign_in.finish_url(asked, accepted).removeprefix(PUBLIC)))


def to_the_form(house: House, holder: Holder, browser: Browser) -> str:
    """Signed in with the card, and the card given again: the page that makes a passkey."""
    browser.sign_in(house, holder)
    began: Any = browser.post_form("/account/passkeys", "/account/passkeys/begin")
    assert began.headers["Location"] == "/account/passkeys/new"
    return browser.text(give_card(house, holder, browser, browser.get("/account/passkeys/new")))


def send(browser: Browser, page: str, action: str, **fields: str) -> Any:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    return browser.post(action, {"csrfmiddlewaretoken": token[1], **fields})


def registered(house: House, holder: Holder, browser: Browser) -> Authenticator:
    page = to_the_form(house, holder, browser)
    authenticator = Authenticator(ORIGIN, RP_ID)
    answer = authenticator.create(options_on(page))
    done = send(browser, page, "/account/passkeys/new", name="わたしの電話", answer=answer)
    assert (done.status_code, done.headers.get("Location")) == (303, "/account/passkeys")
    return authenticator


def sign_in_with(browser: Browser, authenticator: Authenticator, **changes: Any) -> Any:
    page = browser.text("/sign-in/passkey?next=/account/history")
    answer = authenticator.get(options_on(page), **changes)
    return send(browser, page, "/sign-in/passkey", answer=answer, next="/account/history")


def test_a_passkey_opens_a_visit_that_needs_the_card_for_more(
    house: House, holder: Holder, browser: Browser
) -> None:
    authenticator = registered(house, holder, browser)
    assert "わたしの電話" in browser.text("/account/passkeys")
    other = Browser()
    response = sign_in_with(other, authenticator)
    assert (response.status_code, response.headers["Location"]) == (303, "/account/history")
    history = other.text("/account/history")
    assert "パスキーでサインイン中" in history
    assert "パスキーを作りました" in history
    home = other.text("/")
    assert "やりとりを見るには、カードが必要です" in home
    assert other.get("/account/services").status_code == 200
    for path in ("/records/", "/records/coverage", "/account/passkeys/new"):
        refused = other.get(path)
        assert refused.status_code == 303
        assert refused.headers["Location"].startswith("/sign-in/?next=")
        assert refused.headers["Location"].endswith("card=1")
    assert "カードが必要なページです" in other.text("/sign-in/?next=/records/&card=1")
    # the card raises the level
    raised: Any = other.post_form("/sign-in/?next=/records/&card=1", "/sign-in/start", next="/records/")
    query = parse_qs(urlsplit(raised.headers["Location"]).query)
    asked = house.device.fetch(query["request"][0], now=datetime.now(UTC))
    other.come_back(asked, house.device.respond(asked, holder.answer(asked)))
    assert "カードでサインイン中" in other.text("/records/")


def test_a_passkey_needs_the_card_at_the_moment_it_is_made(
    house: House, holder: Holder, browser: Browser
) -> None:
    browser.sign_in(house, holder)
    page = browser.text("/account/passkeys")
    answer = Authenticator(ORIGIN, RP_ID).create({"challenge": "AAAA"})
    response = send(browser, page, "/account/passkeys/new", name="x", answer=answer)
    assert response.headers["Location"].startswith("http://wallet.localhost:8000/sign-in?")
    assert not Passkey.objects.filter(account__certificate_serial=holder.serial).exists()


def test_somebody_elses_card_confirms_nothing(house: House, holder: Holder, browser: Browser) -> None:
    browser.sign_in(house, holder)
    led = give_card(house, house.holder(), browser, browser.get("/account/passkeys/new"))
    response = browser.get(led)
    assert response.status_code == 403
    assert "サインインしたカードと違います" in response.content.decode()
    # the visit is still the first card's
    assert Account.objects.get(certificate_serial=holder.serial).serial_ending in browser.text(
        "/account/history"
    )


@pytest.mark.parametrize(
    ("authenticator", "changes"),
    [
        (Authenticator("https://evil.example", RP_ID), {}),
        (Authenticator(ORIGIN, "evil.example"), {}),
        (Authenticator(ORIGIN, RP_ID), {"flags": PRESENT}),
        (Authenticator(ORIGIN, RP_ID), {"flags": 0}),
    ],
)
def test_a_passkey_of_another_site_or_without_its_user_is_not_taken(
    house: House, holder: Holder, browser: Browser, authenticator: Authenticator, changes: dict[str, int]
) -> None:
    page = to_the_form(house, holder, browser)
    answer = authenticator.create(options_on(page), **changes)
    response = send(browser, page, "/account/passkeys/new", name="x", answer=answer)
    assert response.status_code == 422
    assert not Passkey.objects.filter(account__certificate_serial=holder.serial).exists()


@pytest.mark.parametrize("answer", ["", "{}", "[]", "x", '{"id": 1}', "{" * 1000, "é", "x" * 20_000])
def test_what_is_no_answer_of_a_passkey_is_refused(browser: Browser, answer: str) -> None:
    page = browser.text("/sign-in/passkey")
    assert send(browser, page, "/sign-in/passkey", answer=answer).status_code == 403


def test_an_answer_fits_its_challenge_browser_and_user(
    house: House, holder: Holder, browser: Browser
) -> None:
    authenticator = registered(house, holder, browser)
    mine, theirs = Browser(), Browser()
    page = mine.text("/sign-in/passkey")
    foreign = options_on(theirs.text("/sign-in/passkey"))
    answer = authenticator.get(options_on(page))
    assert send(mine, page, "/sign-in/passkey", answer=authenticator.get(foreign)).status_code == 403
    # the challenge was used up by that
    assert send(mine, page, "/sign-in/passkey", answer=answer).status_code == 403
    assert sign_in_with(Browser(), authenticator, flags=PRESENT).status_code == 403
    stranger = Authenticator(ORIGIN, RP_ID)
    assert sign_in_with(Browser(), stranger).status_code == 403
    stranger.credential_id = authenticator.credential_id
    stranger.count = 99
    assert sign_in_with(Browser(), stranger).status_code == 403
    assert sign_in_with(Browser(), authenticator).status_code == 303


def test_a_cloned_passkey_is_noticed(house: House, holder: Holder, browser: Browser) -> None:
    authenticator = registered(house, holder, browser)
    assert sign_in_with(Browser(), authenticator).status_code == 303
    assert sign_in_with(Browser(), authenticator, count_up=False).status_code == 403


def test_a_passkey_of_a_lost_card_opens_nothing(house: House, holder: Holder, browser: Browser) -> None:
    authenticator = registered(house, holder, browser)
    house.revoke(holder)
    assert sign_in_with(Browser(), authenticator).status_code == 403


def test_a_removed_passkey_is_dead_and_nobody_elses_is_touched(
    house: House, holder: Holder, browser: Browser
) -> None:
    authenticator = registered(house, holder, browser)
    passkey = Passkey.objects.get(account__certificate_serial=holder.serial)
    stranger = Browser()
    stranger.sign_in(house, house.holder())
    send(stranger, stranger.text("/account/passkeys"), f"/account/passkeys/{passkey.pk}/remove")
    assert Passkey.objects.filter(pk=passkey.pk).exists()
    send(browser, browser.text("/account/passkeys"), f"/account/passkeys/{passkey.pk}/remove")
    assert sign_in_with(Browser(), authenticator).status_code == 403
    assert "パスキーを消しました" in browser.text("/account/history")


# --- in a real browser, with its virtual authenticator -------------------------------------------------


@pytest.fixture
def chromium(neighbours: House) -> Iterator[BrowserContext]:
    """Chromium that finds the portal at its public address, and holds an authenticator with a user at it."""
    with browsing({urlsplit(PUBLIC).netloc: neighbours.portal.port}) as browser:
        yield browser.new_context()


@pytest.mark.browser
def test_chromium_makes_and_uses_a_passkey(neighbours: House, chromium: BrowserContext) -> None:
    holder = neighbours.holder()

    def at_the_device(target: SplitResult) -> str:
        asked = neighbours.device.fetch(parse_qs(target.query)["request"][0], now=datetime.now(UTC))
        return sign_in.finish_url(asked, neighbours.device.respond(asked, holder.answer(asked)))

    device.play(at_the_device)
    page: Page = chromium.new_page()
    session = chromium.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    page.goto(f"{PUBLIC}/sign-in/")
    page.get_by_role("button", name="カードでサインインする").click()
    page.get_by_role("link", name="メニュー", exact=True).click()
    page.get_by_role("link", name="カードがなくても入れる鍵").click()
    assert_accessible(page)
    page.get_by_role("button", name="カードで確かめて、パスキーを作る").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("パスキーを作る")
    look_at(page, "passkey-new")
    page.get_by_label("パスキーの名前").fill("窓口のパソコン")
    page.get_by_role("button", name="この端末で作る").click()
    expect(page.get_by_role("heading", name="窓口のパソコン")).to_be_visible()
    keep_picture(page, "passkeys")
    page.get_by_role("button", name="サインアウト").click()
    page.get_by_role("link", name="パスキーでサインインする").click()
    assert_accessible(page)
    page.get_by_role("button", name="パスキーを使う").click()
    expect(page.get_by_text("パスキーでサインイン中")).to_be_visible()
    expect(page.get_by_text("やりとりを見るには、カードが必要です")).to_be_visible()
    assert_accessible(page)
