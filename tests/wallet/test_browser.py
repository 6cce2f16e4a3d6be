"""The device in a real browser: accessible, fitting, without script, with the keyboard alone, in forced colours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect

from mynumber.foundation.smartcard import CardPins
from mynumber.protocols import sign_in
from mynumber.protocols.card_handover import HandedCard
from mynumber.protocols.card_life import PinName
from mynumber.protocols.card_reader import EnterPin, Finished, PinAction
from mynumber.protocols.sign_in import Attribute
from mynumber.protocols.signing import Document, SigningRequest
from mynumber.wallet.cards import CardFolder
from tests.wallet.conftest import PINS, Issuers, pin
from tests.wallet.far_end import FarEnd, Reader, far_end, public_urls
from tests.webkit.face.serving import DESK, PHONE, assert_fits, browsing, look_at, serving

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize(
    "size", [pytest.param(DESK, id="desk", marks=pytest.mark.thorough), pytest.param(PHONE, id="phone")]
)


@dataclass(frozen=True)
class Device:
    address: str
    end: FarEnd
    folder: CardFolder

    @property
    def portal(self) -> str:
        return f"http://portal.localhost:{self.end.port}"

    def sign_in(self, *attributes: Attribute) -> str:
        request = sign_in.new_request(
            portal=self.portal,
            relying_party="あおぞら銀行（架空）" if attributes else "マイナポータル",
            purpose="口座を開くときの本人確認" if attributes else "マイナポータルにサインインする",
            now=datetime.now(UTC),
            attributes=attributes,
        )
        return self.address + self.end.expects(request)

    def signing(self) -> str:
        text = "申込書\n\n普通預金口座の開設を申し込みます。\n".encode()
        request = SigningRequest(
            request_id=sign_in.new_identifier(),
            portal=self.portal,
            relying_party="あおぞら銀行（架空）",
            purpose="普通預金口座の申込み",
            documents=(
                Document(
                    name="口座開設の申込書",
                    digest=sha256(text).digest(),
                    summary="普通預金口座を開きます。\n手数料はかかりません。",
                    content=text,
                ),
                Document(name="個人情報の取り扱いへの同意", digest=sha256(b"x").digest()),
            ),
            nonce=b"n" * 32,
            expires_at=int(datetime.now(UTC).timestamp()) + 300,
        )
        return self.address + self.end.expects(request)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory, issuers: Issuers) -> Iterator[Device]:
    home = tmp_path_factory.mktemp("device")
    folder = CardFolder(home / "wallet" / "cards")
    all_pins = CardPins(*(pin(name) for name in PINS))
    for card_id, name, note, signature in (
        ("hanako", "甲野 花子", "ひとりで子を育てている", True),
        ("taro", "乙野 太郎", "", False),
    ):
        card = issuers.card(pins=all_pins, signature=signature)
        folder.receive(HandedCard(id=card_id, name=name, note=note, card=card), at=datetime.now(UTC))
    with far_end() as end:
        urls = public_urls(end)
        with serving(
            "mynumber.wallet.wsgi:application", MYNUMBER_HOME=str(home), MYNUMBER_PUBLIC_URLS=urls
        ) as address:
            yield Device(address, end, folder)


def look(page: Page, name: str) -> None:
    """axe finds nothing, it fits, and a person may look at it."""
    look_at(page, f"wallet-{name}")


@SIZES
def test_pages_at_rest(browser: Browser, device: Device, size: ViewportSize) -> None:
    page = browser.new_page(viewport=size)
    for name, path in {
        "cards": "/",
        "card": "/cards/hanako",
        "change": "/cards/hanako/pins/signature",
        "remove": "/cards/hanako/remove",
        "readers": "/readers",
        "device": "/device",
        "phone": "/phone",
        "unknown": "/cards/nobody",
    }.items():
        page.goto(device.address + path)
        look(page, name)
    page.close()


@SIZES
def test_signing_in(browser: Browser, device: Device, size: ViewportSize) -> None:
    page = browser.new_page(viewport=size)
    page.goto(device.sign_in())
    look(page, "choose")
    page.get_by_label("甲野 花子").check()
    page.get_by_role("button", name="次へ：暗証番号").click()
    look(page, "sign-in")
    page.get_by_role("button", name="1", exact=True).click()
    page.get_by_role("button", name="署名してサインイン").click()
    look(page, "sign-in-error")
    for digit in PINS_OF_HANAKO:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="署名してサインイン").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("戻りました")
    page.close()


@SIZES
def test_a_card_on_a_reader(browser: Browser, device: Device, size: ViewportSize) -> None:
    page = browser.new_page(viewport=size)
    words = "本人であることを確かめるため、暗証番号を入力してください。"
    device.end.readers["012345678901"] = Reader(
        [
            EnterPin(pin=PinName.AUTHENTICATION, action=PinAction.VERIFY, words=words),
            EnterPin(pin=PinName.JUKI, action=PinAction.SET, words="新しく決めてください。"),
            Finished(words="カードを取ってください。"),
        ]
    )
    page.goto(device.address + "/readers")
    page.get_by_label("窓口の番号").fill("0123-4567-8901")
    page.get_by_label("甲野 花子").check()
    page.get_by_role("button", name="置く").click()
    look(page, "reader-pin")
    page.get_by_label("利用者証明用の暗証番号※必須").fill("4649")
    page.get_by_role("button", name="入力する", exact=True).click()
    look(page, "reader-set")
    page.get_by_role("button", name="入力しないで進む").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("読み取りが終わりました")
    look(page, "reader-done")
    page.get_by_role("button", name="カードを取って終わる").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("わたしのカード")
    page.close()


@SIZES
def test_signing_a_file(browser: Browser, device: Device, size: ViewportSize) -> None:
    page = browser.new_page(viewport=size)
    page.goto(device.address + "/documents")
    look(page, "documents")
    letter = FilePayload(name="手紙.txt", mimeType="text/plain", buffer="こんにちは".encode())
    page.get_by_label("署名するファイル").set_input_files(letter)
    page.get_by_role("button", name="次へ：内容を確かめる").click()
    look(page, "document")
    page.get_by_label("署名用パスワード※必須").fill("hanako1990")
    page.get_by_role("button", name="署名する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("署名しました")
    look(page, "document-signed")
    with page.expect_download() as download:
        page.get_by_role("link", name="保存する").click()
    assert download.value.suggested_filename == "手紙.txt.p7s"
    page.close()


PINS_OF_HANAKO = "4649"


@SIZES
def test_handing_over_attributes(browser: Browser, device: Device, size: ViewportSize) -> None:
    page = browser.new_page(viewport=size)
    page.goto(device.sign_in(Attribute.NAME, Attribute.ADDRESS))
    look(page, "attributes")
    page.get_by_label("署名用パスワード※必須").fill("hanako1990")
    page.get_by_label("利用者証明用の暗証番号※必須").fill("4649")
    page.get_by_role("button", name="署名してサインイン").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("戻りました")
    page.close()


@SIZES
def test_signing_documents(browser: Browser, device: Device, size: ViewportSize) -> None:
    page = browser.new_page(viewport=size)
    page.goto(device.signing())
    look(page, "signing")
    page.get_by_text("画面のボタンで入力する").click()
    look(page, "signing-letters")
    page.get_by_label("署名用パスワード※必須").fill("HANAKO1990")
    page.get_by_role("button", name="署名する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("戻りました")
    page.close()


@SIZES
def test_a_blocked_card_says_what_to_do(
    browser: Browser, device: Device, issuers: Issuers, size: ViewportSize
) -> None:
    card_id = f"blocked-{size['width']}"
    card = issuers.card(pins=CardPins(*(pin(name) for name in PINS)))
    device.folder.receive(HandedCard(id=card_id, name="丙野 三郎", card=card), at=datetime.now(UTC))
    page = browser.new_page(viewport=size)
    page.goto(f"{device.sign_in()}&card={card_id}")
    for left in ("あと2回", "あと1回", "ロックされました"):
        page.get_by_label("利用者証明用の暗証番号※必須").fill("0000")
        page.get_by_role("button", name="署名してサインイン").click()
        expect(page.get_by_role("alert").filter(has_text=left)).to_be_visible()
    expect(page.get_by_role("link", name="キオスク端末")).to_be_visible()
    look(page, "blocked-sign-in")
    for name, path in {
        "cards": "/",
        "card": f"/cards/{card_id}",
        "change": f"/cards/{card_id}/pins/authentication",
        "phone": f"/phone?card={card_id}",
    }.items():
        page.goto(device.address + path)
        look(page, f"blocked-{name}")
    device.folder.remove(card_id)
    page.close()


def test_the_keyboard_is_enough(browser: Browser, device: Device) -> None:
    """Card, PIN pad and button by Tab, arrows and Enter; the focus is seen at each stop."""
    page = browser.new_page(viewport=DESK)
    page.goto(device.sign_in())

    def go_to(is_there: str) -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            seen = "document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle"
            assert page.evaluate(seen) != "none", page.evaluate("document.activeElement.outerHTML")
            if page.evaluate(f"(() => {{ const e = document.activeElement; return {is_there}; }})()"):
                return
        raise AssertionError(f"no way by Tab to {is_there}")

    go_to("e.type === 'radio'")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="カードと暗証番号")).to_be_visible()
    for digit in PINS_OF_HANAKO:
        go_to(f"e.textContent === '{digit}'")
        page.keyboard.press("Enter")
    go_to("e.textContent === '署名してサインイン'")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("戻りました")
    page.close()


def test_the_pad_says_how_many_and_never_which(browser: Browser, device: Device) -> None:
    page = browser.new_page(viewport=PHONE)
    page.goto(device.sign_in() + "&card=hanako")
    pad = page.get_by_role("group", name="利用者証明用の暗証番号を入力するボタン")
    for digit in "46":
        pad.get_by_role("button", name=digit, exact=True).click()
    expect(page.get_by_role("status").filter(has_text="2けた入力しました")).to_be_attached()
    assert page.locator("#id_pin").input_value() == "46"
    assert page.locator("#id_pin").get_attribute("type") == "password"
    # Elsewhere on the page stands until when it may be answered, which may be 16:46.
    assert not any("46" in said for said in (*page.get_by_role("status").all_inner_texts(), pad.inner_text()))
    pad.get_by_role("button", name="1つ消す").click()
    assert page.locator("#id_pin").input_value() == "4"
    pad.get_by_role("button", name="全部消す").click()
    assert page.locator("#id_pin").input_value() == ""
    for digit in "46495":
        pad.get_by_role("button", name=digit, exact=True).click()
    expect(page.get_by_role("status").filter(has_text="もう入りません")).to_be_attached()
    smallest = min(box["height"] for key in pad.get_by_role("button").all() if (box := key.bounding_box()))
    assert smallest >= 44
    # Gone and back: the browser brings no PIN along.
    page.goto(device.address + "/device")
    page.go_back()
    assert page.locator("#id_pin").input_value() == ""
    page.close()


@SIZES
def test_without_script(browser: Browser, device: Device, size: ViewportSize) -> None:
    context = browser.new_context(viewport=size, java_script_enabled=False)
    page = context.new_page()
    page.goto(device.sign_in(Attribute.SEX))
    assert page.get_by_role("group", name="暗証番号").count() == 0
    assert_fits(page)
    page.get_by_label("利用者証明用の暗証番号※必須").fill("0000")
    page.get_by_label("署名用パスワード※必須").fill("hanako1990")
    page.get_by_role("button", name="署名してサインイン").click()
    expect(page.locator("#id_pin-error")).to_contain_text("あと2回")
    page.get_by_label("利用者証明用の暗証番号※必須").fill("4649")
    page.get_by_label("署名用パスワード※必須").fill("hanako1990")
    page.get_by_role("button", name="署名してサインイン").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("戻りました")
    context.close()


@SIZES
def test_forced_colours_and_little_motion(browser: Browser, device: Device, size: ViewportSize) -> None:
    context = browser.new_context(viewport=size, forced_colors="active", reduced_motion="reduce")
    page = context.new_page()
    for name, path in {"cards": "/", "pins": "/cards/hanako/pins/juki"}.items():
        page.goto(device.address + path)
        look(page, f"forced-{name}")
    card = page.locator(".plate").first
    assert card.evaluate("card => getComputedStyle(card).borderTopStyle") == "solid"
    context.close()


@pytest.mark.parametrize("path", ["/", "/cards/hanako", "/cards/hanako/pins/signature", "/readers", "/phone"])
def test_320_pixels_are_enough(browser: Browser, device: Device, path: str) -> None:
    page = browser.new_page(viewport=ViewportSize(width=320, height=640))
    page.goto(device.address + path)
    assert_fits(page)
    page.close()


def test_nothing_complains_and_nothing_is_fetched_from_elsewhere(browser: Browser, device: Device) -> None:
    page = browser.new_page(viewport=DESK)
    heard: list[str] = []
    page.on(
        "console",
        lambda message: heard.append(message.text) if message.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith(device.address) else heard.append(request.url),
    )
    for path in (
        "/",
        "/cards/hanako",
        "/cards/hanako/pins/authentication",
        "/readers",
        "/documents",
        "/phone",
    ):
        page.goto(device.address + path)
    assert heard == []
    page.close()
