"""The pages of the device, with its real cards; the portal's side is bytes recorded from its protocol.

The whole way, with the real portal and a browser, is the system test's.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client, RequestFactory

from mynumber.foundation.pki import CertificateAuthority, Trust
from mynumber.foundation.smartcard import CardFileUnusable, PinName
from mynumber.protocols import card_handover, sign_in
from mynumber.protocols.card_handover import HandedCard
from mynumber.protocols.sign_in import SignInRequest
from mynumber.wallet.cards import CardFolder
from mynumber.wallet.views import common
from mynumber.wallet.views.entering import Entry, use_card
from mynumber.webkit.access import walk_routes
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.forms import PlainForm
from tests.wallet.conftest import PORTAL, Wire

HOST = {"host": "wallet.localhost:8000"}
pytestmark = pytest.mark.usefixtures("device", "folder")


@pytest.fixture
def browser(device: None) -> Client:
    return Client(enforce_csrf_checks=True, headers=HOST)


def a_request(**changes: object) -> SignInRequest:
    fields: dict[str, object] = {
        "portal": PORTAL,
        "relying_party": "マイナポータル",
        "purpose": "あなたの情報のやりとりの記録を見るためのサインイン",
        "now": datetime.now(UTC),
    }
    return sign_in.new_request(**{**fields, **changes})  # type: ignore[arg-type]


def says(request: SignInRequest) -> tuple[int, bytes]:
    return 200, sign_in.encode(request)


def refusal(status: int, text: str) -> tuple[int, bytes]:
    return status, text.encode()


def open_page(browser: Client, wire: Wire, request: SignInRequest) -> dict[str, str]:
    """Open the page as the portal's redirect does; return the hidden fields and the CSRF token of its form."""
    wire.will_say(says(request))
    url = urlsplit(sign_in.wallet_url("http://wallet.localhost:8000", request))
    page = browser.get(f"{url.path}?{url.query}")
    assert page.status_code == 200
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))


def enter(
    browser: Client, wire: Wire, request: SignInRequest, pin: str, *then: tuple[int, bytes]
) -> tuple[int, str]:
    """Open the page, pick the card, enter the PIN. Status and text (or the address) of the answer."""
    form = open_page(browser, wire, request)
    wire.will_say(says(request), *then)
    answer = browser.post("/sign-in", {**form, "card": "hanako", "pin": pin})
    return answer.status_code, answer.headers.get("Location") or answer.content.decode()


def test_my_cards_are_shown(browser: Client) -> None:
    page = browser.get("/").content.decode()
    assert "甲野 花子" in page
    assert page.count("あと3回") == 3
    assert "あと5回" in page
    assert "5月3日" in page


def test_an_empty_device_says_so(browser: Client, folder: CardFolder) -> None:
    (folder.path / "hanako.card").unlink()
    assert "カードが入っていません" in browser.get("/").content.decode()


def test_the_page_shows_who_asks_for_what_and_the_very_words_that_are_signed(
    browser: Client, wire: Wire
) -> None:
    request = a_request()
    wire.will_say(says(request))
    url = urlsplit(sign_in.wallet_url("http://wallet.localhost:8000", request))
    page = browser.get(f"{url.path}?{url.query}").content.decode()
    for line in (request.relying_party, request.purpose, PORTAL, *sign_in.statement(request).splitlines()):
        assert line in page
    assert 'type="password"' in page
    assert 'autocomplete="off"' in page
    assert "no-store" in browser.get("/").headers["Cache-Control"]


def test_the_device_asks_in_the_language_that_its_holder_reads(browser: Client, wire: Wire) -> None:
    request = a_request()
    form = open_page(browser, wire, request)
    here = html.unescape(form["next"])
    chosen = browser.post("/language", {**form, "next": here, "language": "en"})
    assert chosen.headers["Location"] == here
    wire.will_say(says(request))
    page = browser.get(here).content.decode()
    for words in ("Look who asks, and what for.", "PIN for signing in", "Sign and sign in", "Four digits."):
        assert words in page
    main = page.partition("<main")[2].partition("</main>")[0]
    assert "利用者証明用" not in main
    assert "暗証番号" not in main
    wire.will_say(says(request))
    refused = browser.post("/sign-in", {**form, "card": "hanako", "pin": "46"}).content.decode()
    assert "It was not sent to the card" in refused
    again = re.search(r'name="next" value="([^"]+)"', refused)
    assert again is not None
    assert request.request_id in again[1]
    assert "card=hanako" in again[1]


def test_the_device_begins_in_the_language_of_the_portal_until_its_holder_chooses(
    browser: Client, wire: Wire
) -> None:
    request = a_request()
    here = sign_in.wallet_url("", request)

    def is_english(address: str) -> bool:
        wire.will_say(says(request))
        return "Look who asks" in browser.get(address).content.decode()

    assert not is_english(f"{here}&ui_locales=xx")
    assert is_english(f"{here}&ui_locales=xx+en")
    assert is_english(here), "also after a form"
    assert not is_english(f"{here}&ui_locales=ja")
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "ja"
    assert not is_english(f"{here}&ui_locales=en")


def test_the_right_pin_signs_the_statement_and_goes_back(
    browser: Client, wire: Wire, authority: CertificateAuthority
) -> None:
    request = a_request()
    accepted = sign_in.SignInAccepted(return_code=sign_in.new_identifier())
    status, address = enter(browser, wire, request, "4649", (200, sign_in.encode(accepted)))
    assert (status, address) == (303, sign_in.finish_url(request, accepted))
    head, _, body = wire.heard[-1].partition(b"\r\n\r\n")
    assert head.startswith(f"POST /sign-in/requests/{request.request_id}/response HTTP/1.1".encode())
    response = sign_in.decode_response(body)
    now = datetime.now(UTC)
    trust = Trust(
        roots=[authority.certificate_der()],
        revocation_lists=[authority.revocation_list([], number=1, now=now)],
    )
    holder = trust.verify(
        certificate=response.certificate,
        challenge=sign_in.challenge(request),
        signature=response.signature,
        now=now + timedelta(seconds=1),
    )
    assert holder.serial
    assert b"4649" not in b"".join(wire.heard)


def test_a_japanese_keyboard_gives_a_pin_too(browser: Client, wire: Wire) -> None:
    accepted = sign_in.SignInAccepted(return_code=sign_in.new_identifier())
    status, _ = enter(browser, wire, a_request(), "４６４９", (200, sign_in.encode(accepted)))
    assert status == 303


def test_a_wrong_pin_counts_down_on_the_page_until_the_card_is_blocked(browser: Client, wire: Wire) -> None:
    for words in ("あと2回まちがえると", "あと1回まちがえると", "暗証番号がロックされました"):
        status, page = enter(browser, wire, a_request(), "0000")
        assert status == 422
        assert words in page
        assert "0000" not in re.sub(
            r'name="(shown|csrfmiddlewaretoken|request)" value="[^"]*"|nonce: \S+', "", page
        )
    assert "窓口" in page
    assert 'name="pin"' not in page  # no usable card is left to enter a PIN for
    assert "ロックされています" in browser.get("/").content.decode()


@pytest.mark.parametrize("pin", ["", "123", "12345", "abcd", "46 9"])
def test_what_is_no_pin_costs_no_try(browser: Client, wire: Wire, folder: CardFolder, pin: str) -> None:
    status, page = enter(browser, wire, a_request(), pin)
    assert status == 422
    assert 'id="error-summary"' in page
    assert folder.card("hanako").stand(PinName.AUTHENTICATION).left == 3
    assert len(wire.heard) == 2  # the request twice, no response


def test_an_unknown_card_costs_nothing(browser: Client, wire: Wire) -> None:
    request = a_request()
    form = open_page(browser, wire, request)
    wire.will_say(says(request))
    page = browser.post("/sign-in", {**form, "card": "../hanako", "pin": "4649"})
    assert page.status_code == 422
    assert 'id="error-summary"' in page.content.decode()


def test_a_card_that_was_taken_away_meanwhile_is_said_and_nothing_is_sent(
    browser: Client, wire: Wire, folder: CardFolder
) -> None:
    request = a_request()
    form = open_page(browser, wire, request)
    away = folder.card("hanako")
    folder.remove("hanako")
    wire.will_say(says(request))
    page = browser.post("/sign-in", {**form, "card": "hanako", "pin": "4649"})
    assert page.status_code == 422
    assert "いまこの端末にありません" in page.content.decode()
    assert len(wire.heard) == 2  # the request twice, no response
    # Between the choice and the card's answer: no form is left that could be shown again.
    with pytest.raises(CardFileUnusable, match="missing"):
        use_card(Entry(away, PlainForm()), lambda here: here.transmit(b""))
    taken: Any = common.page("GET")(lambda _: HttpResponse(folder.card("hanako").name))
    with pytest.raises(PageRefused, match="card_away"):
        taken(RequestFactory().get("/"))


def test_a_form_from_another_site_is_refused(wire: Wire, folder: CardFolder, browser: Client) -> None:
    request = a_request()
    form = open_page(browser, wire, request)
    stranger = Client(enforce_csrf_checks=True, headers=HOST)
    answer = stranger.post("/sign-in", {**form, "card": "hanako", "pin": "0000"})
    assert answer.status_code == 403
    assert folder.card("hanako").stand(PinName.AUTHENTICATION).left == 3


def test_only_what_was_shown_is_signed(browser: Client, wire: Wire, folder: CardFolder) -> None:
    request = a_request()
    form = open_page(browser, wire, request)
    changed = sign_in.decode_request(
        sign_in.encode(request).replace("サインイン".encode(), "送金の同意".encode())
    )
    assert changed != request
    wire.will_say(says(changed))
    answer = browser.post("/sign-in", {**form, "card": "hanako", "pin": "4649"})
    assert answer.status_code == 502
    assert "依頼の内容が変わりました" in answer.content.decode()
    assert len(wire.heard) == 2


@pytest.mark.parametrize(
    ("portal", "status", "words"),
    [
        ("http://evil.localhost:8000", 403, "知らない相手"),
        ("http://127.0.0.1:5432", 403, "知らない相手"),
        ("", 403, "知らない相手"),
    ],
)
def test_a_stranger_is_never_called(
    browser: Client, wire: Wire, portal: str, status: int, words: str
) -> None:
    answer = browser.get("/sign-in", {"request": "A" * 22, "portal": portal})
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert wire.heard == []


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        (refusal(404, '{"reason":"unknown_request"}'), 404, "見つかりません"),
        (refusal(410, '{"reason":"expired"}'), 410, "時間が切れました"),
        (refusal(409, '{"reason":"already_answered"}'), 409, "もう使われています"),
        (refusal(500, "<html>"), 502, "つながりません"),
        (refusal(200, "{}"), 502, "つながりません"),
    ],
)
def test_a_request_that_cannot_be_answered_stops(
    browser: Client, wire: Wire, said: tuple[int, bytes], status: int, words: str
) -> None:
    wire.will_say(said)
    answer = browser.get("/sign-in", {"request": "A" * 22, "portal": PORTAL})
    assert answer.status_code == status
    assert words in answer.content.decode()


def test_a_request_that_is_over_is_not_shown(browser: Client, wire: Wire) -> None:
    request = a_request(now=datetime.now(UTC) - timedelta(minutes=6))
    wire.will_say(says(request))
    answer = browser.get("/sign-in", {"request": request.request_id, "portal": PORTAL})
    assert answer.status_code == 410


def test_a_certificate_that_could_not_be_checked_is_not_called_bad(browser: Client, wire: Wire) -> None:
    refused = refusal(403, '{"reason":"certificate_not_accepted","detail":"revocation_list_stale"}')
    status, page = enter(browser, wire, a_request(), "4649", refused)
    assert status == 403
    assert "いまは電子証明書を確かめられません" in page
    assert "失効しているか" not in page


def test_a_refused_certificate_is_explained(browser: Client, wire: Wire) -> None:
    refused = refusal(403, '{"reason":"certificate_not_accepted","detail":"revoked"}')
    status, page = enter(browser, wire, a_request(), "4649", refused)
    assert status == 403
    assert "このカードの電子証明書は使えません" in page
    assert "revoked" in page


def test_words_of_the_portal_are_text_not_html(browser: Client, wire: Wire) -> None:
    request = a_request(relying_party="<script>alert(1)</script>")
    wire.will_say(says(request))
    page = browser.get("/sign-in", {"request": request.request_id, "portal": PORTAL}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_way_back_is_allowed_by_the_pages_policy(browser: Client) -> None:
    policy = browser.get("/").headers["Content-Security-Policy"]
    assert f"form-action 'self' {PORTAL}" in policy


def test_every_route_has_a_mark(device: None) -> None:
    routes = walk_routes("mynumber.wallet.urls")
    assert {"", "sign-in", "signing", "readers", "healthz"} <= {route.pattern for route in routes}
    assert all(route.mark is not None for route in routes)


def test_the_address_of_the_request_has_no_personal_value() -> None:
    query = parse_qs(urlsplit(sign_in.wallet_url("http://wallet.localhost:8000", a_request())).query)
    assert set(query) == {"request", "portal"}


# --- taking cards in ----------------------------------------------------------------------------------------


def hand_over(path: Path, *lines: bytes) -> Path:
    path.write_bytes(b"".join(lines))
    return path


def test_cards_are_received_and_the_file_is_gone(
    tmp_path: Path, handed: HandedCard, folder: CardFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    second = HandedCard(id="taro", name="乙野 太郎", card=handed.card)
    file = hand_over(tmp_path / "cards.ndjson", card_handover.encode(handed), card_handover.encode(second))
    call_command("receive_cards", str(file))
    assert [card.id for card in folder.cards()] == ["hanako", "taro"]
    assert not file.exists()
    assert "1 cards received, 1 were already here" in capsys.readouterr().out


def test_a_bad_line_leaves_the_file(tmp_path: Path, handed: HandedCard, folder: CardFolder) -> None:
    second = HandedCard(id="taro", name="乙野 太郎", card=handed.card)
    file = hand_over(tmp_path / "cards.ndjson", card_handover.encode(second), b"rubbish\n")
    with pytest.raises(CommandError, match="line 2"):
        call_command("receive_cards", str(file))
    assert file.exists()


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no such file"):
        call_command("receive_cards", str(tmp_path / "nothing"))
