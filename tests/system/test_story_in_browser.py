"""The whole story in Chromium, as a visitor does it: from the landing page, as the case worker and as the resident (acceptance 6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect

from mynumber.foundation import tlog
from mynumber.platform.guide.demo import Demo, read_demo
from mynumber.platform.registry import INSTITUTIONS
from tests.support.platform import Platform
from tests.webkit.face.serving import DESK, PHONE, browsing, look_at

pytestmark = pytest.mark.browser

CITY = "131229"
BOTH_SIZES = pytest.mark.parametrize(
    "size", [pytest.param(DESK, id="desk", marks=pytest.mark.thorough), pytest.param(PHONE, id="phone")]
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, which finds NAME.localhost by itself."""
    with browsing() as browser:
        yield browser


@pytest.fixture
def demo(platform: Platform) -> Demo:
    """Names, passwords and PINs that the landing page shows."""
    return read_demo(platform.home)[0]


class Visitor:
    """Somebody at a browser; every page they come to is checked and kept as a picture."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        # that a page answers 403, 404 or 422 on purpose is no complaint; a broken policy or script is
        if (
            message.type in {"error", "warning"}
            and "the server responded with a status of 4" not in message.text
        ):
            self.complaints.append(message.text)

    def look(self, name: str, *widths: ViewportSize) -> None:
        """axe finds nothing, nothing scrolls sideways, and it is whole."""
        look_at(self.page, f"story-{name}", *widths)
        self.is_whole()

    def is_whole(self) -> None:
        """One h1, Japanese, no complaint of the browser."""
        assert self.page.locator("h1").count() == 1
        assert self.page.locator("html").get_attribute("lang") == "ja"
        assert self.complaints == []


def sign_in_as_case_worker(page: Page, platform: Platform, demo: Demo) -> None:
    login = demo.login_of(CITY)
    assert login is not None
    page.goto(platform.url("municipality", f"/{CITY}/sign-in"))
    page.get_by_label("利用者名").fill(login.username)
    page.get_by_label("パスワード").fill(login.password)
    page.get_by_role("button", name="サインイン").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("案件")


def go_to_the_device(page: Page, platform: Platform) -> None:
    """From the portal to the resident's device, which shows what is to be signed."""
    page.goto(platform.url("portal"))
    page.get_by_role("link", name="マイナンバーカードでサインイン").click()
    page.get_by_role("button", name="カードでサインインする").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("カードでサインイン")
    assert page.url.startswith(platform.url("wallet", "/sign-in"))


def enter_pin(page: Page, name: str, pin: str) -> None:
    go_on = page.get_by_role("button", name="次へ：暗証番号")
    if go_on.count():  # after a wrong PIN the card is chosen already
        page.get_by_label(name).check()
        go_on.click()
    page.get_by_label(re.compile("暗証番号※")).fill(pin)
    page.get_by_role("button", name="署名してサインイン").click()


@BOTH_SIZES
def test_the_story(
    chromium: Browser, platform: Platform, demo: Demo, size: ViewportSize, tmp_path: Path
) -> None:
    context = chromium.new_context(viewport=size)
    visitor = Visitor(context)
    page = visitor.page

    page.goto(platform.url())
    visitor.look("guide")

    # the case worker
    page.goto(platform.url("municipality"))
    visitor.look("towns")
    page.goto(platform.url("municipality", f"/{CITY}/sign-in"))
    visitor.look("sign-in")
    sign_in_as_case_worker(page, platform, demo)
    visitor.look("cases")
    page.get_by_label("氏名・振り仮名・宛名番号").fill("さとうはなこ")
    page.get_by_role("button", name="探す").click()
    visitor.look("found")
    page.get_by_role("row").filter(has_text="佐藤").get_by_role("link").first.or_(
        page.get_by_role("link", name="始める").first
    ).first.click()
    begin = page.get_by_role("button", name="この事務で始める")
    offers = page.get_by_role("heading", name="法律が照会を認めている情報")
    expect(begin.or_(offers).first).to_be_visible()  # a case of hers may be open already
    if begin.count():
        visitor.look("choose-affair")
        begin.click()
    expect(offers).to_be_visible()
    visitor.look("case")
    choices = page.get_by_role(
        "checkbox", name=re.compile("八尾市に聞く|日本年金機構に聞く|デジタル庁に聞く")
    )
    for wanted in (
        "地方税関係情報を八尾市に聞く",
        "日本年金機構に聞く",
        "公的給付支給等口座登録簿関係情報をデジタル庁に聞く",
    ):
        choices.and_(page.get_by_role("checkbox", name=re.compile(wanted))).first.check()
    page.get_by_role("button", name="まとめて照会する").click()
    for provider in ("八尾市", "日本年金機構", "デジタル庁"):
        expect(page.locator("[data-outcome=provided]").filter(has_text=provider).first).to_be_visible()
    expect(page.get_by_text("総所得金額等").first).to_be_visible()
    visitor.look("answers")
    page.get_by_role("link", name="表にない照会を試す").click()
    visitor.look("by-hand")
    page.get_by_label("情報").select_option("family_register")
    page.get_by_label("照会先").select_option("municipality.272124")
    page.get_by_role("button", name="照会を試す").click()
    expect(page.get_by_text("認める規定が、法令の表にありません").first).to_be_visible()
    visitor.look("refused")

    # the resident
    card = demo.card_of("hanako")
    assert card is not None
    go_to_the_device(page, platform)
    visitor.look("device")
    enter_pin(page, card.name, "0000" if card.pin != "0000" else "0001")
    expect(page.get_by_text(re.compile("あと2回")).first).to_be_visible()
    visitor.look("wrong-pin")
    enter_pin(page, card.name, card.pin)
    expect(page.get_by_text("カードでサインイン中")).to_be_visible()
    visitor.look("portal")
    page.get_by_role("link", name="すべてのやりとりを見る").click()
    expect(page.get_by_text("提供されず（拒否）").first).to_be_visible()
    expect(page.get_by_text("提供済み").first).to_be_visible()
    visitor.look("records")
    provided = page.get_by_role("row").filter(has_text="提供済み").filter(has_text="八尾市").first
    provided.get_by_role("link").first.click()
    for _ in range(200):  # the signed log takes an entry in within a second
        if page.get_by_role("link", name="receipt-").count() == 3:
            break
        page.reload()
    expect(page.get_by_text("八十一の項").first).to_be_visible()
    visitor.look("record")

    with page.expect_download() as download:
        page.get_by_role("link", name="receipt-").first.click()
    receipt = tmp_path / download.value.suggested_filename
    download.value.save_as(receipt)
    text = receipt.read_text(encoding="utf-8")
    vkey = platform.settings.log_key.read_text(encoding="utf-8").strip()
    assert tlog.verify_receipt(text, vkey).record["affair"] == "81-1"
    assert platform.run("receipt", "verify", str(receipt), check=False).returncode == 0
    altered = bytearray(receipt.read_bytes())
    altered[len(altered) // 3] ^= 1
    receipt.write_bytes(altered)
    assert platform.run("receipt", "verify", str(receipt), check=False).returncode == 1

    page.get_by_role("button", name="サインアウト").click()
    expect(page.get_by_text("サインアウトしました")).to_be_visible()
    context.close()


@pytest.mark.thorough
def test_the_resident_reads_without_script(chromium: Browser, platform: Platform, demo: Demo) -> None:
    """The reading pages, and the whole sign-in, with JavaScript off."""
    platform.run("demo")  # so that there is something to read
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    card = demo.card_of("hanako")
    assert card is not None
    go_to_the_device(page, platform)
    enter_pin(page, card.name, card.pin)
    expect(page.get_by_text("カードでサインイン中")).to_be_visible()
    page.get_by_role("link", name="すべてのやりとりを見る").click()
    page.get_by_role("row").filter(has_text="提供済み").first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="法律の根拠")).to_be_visible()
    page.goto(platform.url("portal", "/records/coverage"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    sign_in_as_case_worker(page, platform, demo)
    page.get_by_role("link", name=re.compile("佐藤|0001")).first.click()
    expect(page.get_by_text("総所得金額等").first).to_be_visible()
    for institution in INSTITUTIONS:
        page.goto(platform.url(institution.host))
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    context.close()


def test_every_public_page(chromium: Browser, platform: Platform) -> None:
    context = chromium.new_context(viewport=PHONE)
    for institution in INSTITUTIONS:
        visitor = Visitor(context)
        visitor.page.goto(platform.url(institution.host))
        visitor.look(f"home-{institution.name}", PHONE, DESK)
        visitor.page.goto(platform.url(institution.host, "/no/such/page"))
        visitor.is_whole()  # the page is everybody's: axe looks at one of them, below
        visitor.page.close()
    visitor = Visitor(context)
    for name, host, path in (
        ("missing", "portal", "/no/such/page"),
        ("wrong-password", "municipality", f"/{CITY}/sign-in"),
        ("not-signed-in", "portal", "/records/"),
        ("no-town", "municipality", "/999999/"),
        ("stray-request", "wallet", "/sign-in?request=x&portal=http://evil.example"),
    ):
        visitor.page.goto(platform.url(host, path))
        if name == "wrong-password":
            visitor.page.get_by_label("利用者名").fill("yamada")
            visitor.page.get_by_label("パスワード").fill("not the password")
            visitor.page.get_by_role("button", name="サインイン").click()
        visitor.look(name, PHONE, DESK)
    context.close()


@pytest.mark.thorough
def test_a_blocked_pin_says_what_to_do(chromium: Browser, platform: Platform, demo: Demo) -> None:
    """Three wrong PINs block the card of a persona that no other test needs."""
    card = demo.card_of("haruo")
    assert card is not None
    context = chromium.new_context(viewport=PHONE)
    visitor = Visitor(context)
    wrong = "0000" if card.pin != "0000" else "0001"
    go_to_the_device(visitor.page, platform)
    for left in ("あと2回", "あと1回"):
        enter_pin(visitor.page, card.name, wrong)
        expect(visitor.page.get_by_text(re.compile(left)).first).to_be_visible()
    enter_pin(visitor.page, card.name, wrong)
    expect(visitor.page.get_by_text(re.compile("ロック")).first).to_be_visible()
    visitor.look("blocked")
    context.close()


def test_the_device_works_by_keyboard_alone(chromium: Browser, platform: Platform, demo: Demo) -> None:
    card = demo.card_of("lan")
    assert card is not None
    context = chromium.new_context(viewport=DESK)
    page = context.new_page()
    go_to_the_device(page, platform)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "radio":
            break
    for _ in range(10):
        if card.name in page.evaluate("document.activeElement.labels[0].innerText"):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="カードと暗証番号")).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "password":
            break
    page.keyboard.type(card.pin)
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "the focus cannot be seen"
    page.keyboard.press("Enter")
    expect(page.get_by_text("カードでサインイン中")).to_be_visible()
    context.close()
