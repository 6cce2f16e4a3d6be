"""The face in a real browser: accessible, fitting, usable without script, with the keyboard, in forced colours, light on the wire."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect

from tests.webkit.face.serving import (
    DESK,
    PHONE,
    assert_accessible,
    assert_fits,
    browsing,
    keep_picture,
    look_at,
    serving,
)

pytestmark = pytest.mark.browser

PAGES = [
    "/",
    "/words",
    "/fields",
    "/fields?state=wrong",
    "/pickers",
    "/procedure",
    "/card",
    "/values",
    "/refused",
    "/broken",
    "/nowhere",
]
SIZES = pytest.mark.parametrize(
    "size", [pytest.param(DESK, id="desk", marks=pytest.mark.thorough), pytest.param(PHONE, id="phone")]
)
URLS = '{"guide":"http://localhost:8000","portal":"http://portal.localhost:8000"}'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    with serving(
        "tests.webkit.face_gallery.wsgi:application",
        MYNUMBER_INSTITUTION="guide",
        MYNUMBER_PUBLIC_URLS=URLS,
    ) as address:
        yield f"{address}/face"


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport=DESK)
    yield page
    page.close()


def name_of(path: str) -> str:
    return path.strip("/").replace("?state=", "-") or "gallery"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_fits_in_each_width_and_asks_nobody_else(
    browser: Browser, gallery: str, path: str
) -> None:
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(gallery + path)
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        look_at(page, f"face-{name_of(path)}")
    # 1280 px at 200 % and at 400 % leave 640 and 320 (WCAG 2.2, 1.4.4 and 1.4.10).
    for width in (640, 320):
        page.set_viewport_size(ViewportSize(width=width, height=512))
        assert_fits(page)
    assert all(url.startswith(gallery.removesuffix("/face")) for url in asked)
    assert len(asked) <= 6
    # that a page answers 404 or 422 on purpose is no complaint
    assert [text for text in complaints if "the server responded with a status of" not in text] == []
    context.close()


@pytest.mark.parametrize("language", ["ja-x-easy", "en"])
def test_every_language_is_accessible(browser: Browser, gallery: str, language: str) -> None:
    context = browser.new_context(viewport=PHONE)
    context.add_cookies([{"name": "guide_language", "value": language, "url": gallery}])
    page = context.new_page()
    for path in ("/fields?state=wrong", "/procedure"):
        page.goto(gallery + path)
        look_at(page, f"face-{name_of(path)}-{language}")
    context.close()


@SIZES
def test_a_rejected_form_starts_at_its_errors(browser: Browser, gallery: str, size: ViewportSize) -> None:
    page = browser.new_page(viewport=size)
    page.goto(gallery + "/fields")
    page.get_by_role("button", name="確かめる").click()
    expect(page.locator("#error-summary")).to_be_focused()
    page.locator("#error-summary a").first.click()
    expect(page.get_by_label("氏名", exact=False).first).to_be_focused()
    page.close()


def test_everything_can_be_read_and_sent_without_script(browser: Browser, gallery: str) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(gallery + "/values")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.locator("#way summary").click()
    expect(page.locator("#way").get_by_role("table")).to_be_visible()
    page.goto(gallery + "/fields")
    expect(page.get_by_label("就労証明書")).to_have_css("opacity", "1")
    expect(page.get_by_text("ファイルを選ぶ")).to_be_hidden()
    page.get_by_role("button", name="確かめる").click()
    expect(page.get_by_role("alert")).to_contain_text("入力を確かめてください")
    page.goto(gallery + "/card")
    expect(page.locator(".pin__pad")).to_be_hidden()
    expect(page.get_by_label("利用者証明用の暗証番号")).to_be_editable()
    page.goto(gallery + "/procedure")
    expect(page.get_by_text("10分で自動的にサインアウトします")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_text("This is a simulation.")).to_be_visible()
    context.close()


def test_an_address_is_picked_without_script_by_keyboard_alone(browser: Browser, gallery: str) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(gallery + "/pickers")
    page.get_by_label("郵便番号").first.focus()
    page.keyboard.type("124-0012")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    area = page.get_by_label("都道府県・市区町村・町名").first
    expect(area).to_have_value("東京都葛飾区立石")
    expect(page.locator("#error-summary")).to_have_count(0)
    page.get_by_label("丁目・番地・号").first.focus()
    page.keyboard.type("5丁目13番1号")
    page.keyboard.press("Enter")
    expect(page.locator("#error-summary")).to_have_count(0)
    expect(area).to_have_value("東京都葛飾区立石")
    context.close()


def test_a_bank_is_picked_without_script(browser: Browser, gallery: str) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(gallery + "/pickers")
    form = page.locator("form", has=page.locator("[name=b-account]"))
    form.get_by_label("銀行の名前か番号").fill("三菱")
    form.get_by_role("button", name="銀行をさがす").click()
    form.get_by_label("三菱UFJ銀行").check()
    form.get_by_role("button", name="この銀行にする").click()
    form.get_by_label("支店の名前か店番").fill("001")
    form.get_by_role("button", name="支店をさがす").click()
    expect(form.get_by_role("button", name="支店を選びなおす")).to_be_visible()
    form.get_by_label("口座番号").fill("１２３４５６７")
    form.get_by_role("button", name="次へ").click()
    expect(page.locator("#error-summary")).to_have_count(0)
    context.close()


def test_the_first_tab_skips_to_the_words(desk: Page, gallery: str) -> None:
    desk.goto(gallery + "/values")
    desk.keyboard.press("Tab")
    skip = desk.get_by_role("link", name="本文へ進む")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    desk.keyboard.press("Enter")
    expect(desk.locator("main")).to_be_focused()


@pytest.mark.parametrize("path", ["/fields", "/procedure", "/card"])
def test_the_keyboard_goes_through_a_page_in_the_order_of_its_words(
    desk: Page, gallery: str, path: str
) -> None:
    desk.goto(gallery + path)
    wanted = desk.evaluate(
        """() => {
            const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, pre[tabindex='0']")]
                .filter(one => !one.disabled && one.tabIndex >= 0 && one.checkVisibility() && !one.closest("dialog"));
            const seen = new Set();
            return all.filter(one => one.type !== "radio" || (!seen.has(one.name) && seen.add(one.name)))
                .map((one, number) => (one.dataset.order = number));
        }"""
    )
    passed = []
    for _ in wanted:
        desk.keyboard.press("Tab")
        passed.append(int(desk.locator(":focus").get_attribute("data-order") or -1))
    assert passed == wanted


def test_the_focus_shows_in_yellow_and_black(desk: Page, gallery: str) -> None:
    desk.goto(gallery + "/fields")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Tab")
    ring = "e => { const s = getComputedStyle(e); return [s.outlineStyle, s.outlineColor, s.boxShadow] }"
    style, colour, shadow = desk.locator(":focus").evaluate(ring)
    assert (style, colour) == ("solid", "rgb(17, 17, 17)")
    assert "rgb(255, 207, 51)" in shadow


def test_a_wide_table_becomes_cards_and_stays_a_table(browser: Browser, gallery: str) -> None:
    page = browser.new_page(viewport=PHONE)
    page.goto(gallery + "/values")
    table = page.get_by_role("table", name="照会の記録")
    expect(table.get_by_role("row")).to_have_count(4)
    expect(table.get_by_role("columnheader")).to_have_count(5)
    assert table.locator("tbody tr").first.evaluate("e => getComputedStyle(e).display") == "block"
    page.close()


def test_forced_colours_and_reduced_motion_keep_every_control(browser: Browser, gallery: str) -> None:
    context = browser.new_context(viewport=DESK, forced_colors="active", reduced_motion="reduce")
    page = context.new_page()
    width = "e => [getComputedStyle(e).borderTopWidth, getComputedStyle(e).borderTopStyle]"
    # Whatever runs by itself or glides: no transition and no animation.
    moving = """() => [...document.querySelectorAll('*')].filter(e => {
        const s = getComputedStyle(e); return s.transitionDuration !== '0s' || s.animationName !== 'none' }).length"""
    shown = {
        "/words": (".button", ".chip", ".notice", ".panel", ".identity__proxy"),
        "/card": (".tap", ".pin__key", ".field input"),
        "/procedure": (".course__mark", ".button"),
        "/pickers": (".choice--tile", ".picker input"),
    }
    for path, selectors in shown.items():
        page.goto(gallery + path)
        assert page.evaluate(moving) == 0
        for selector in selectors:
            thickness, style = page.locator(selector).first.evaluate(width)
            assert (float(thickness.removesuffix("px")) >= 1, style != "none") == (True, True), selector
        look_at(page, f"face-{name_of(path)}-forced-colours")
    context.close()


def test_a_dialog_asks_takes_the_focus_and_gives_it_back(desk: Page, gallery: str) -> None:
    desk.goto(gallery + "/words")
    opener = desk.get_by_role("link", name="申請を取り下げる")
    opener.focus()
    desk.keyboard.press("Enter")
    dialog = desk.get_by_role("dialog", name="申請を取り下げますか")
    expect(dialog).to_be_visible()
    assert_accessible(desk)
    desk.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_end_of_a_visit_is_announced_and_can_be_put_off(browser: Browser, gallery: str) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.clock.install()
    page.goto(gallery + "/procedure")
    warning = page.get_by_role("alertdialog", name="まもなくサインアウトします")
    page.clock.run_for(530_000)
    expect(warning).to_be_hidden()
    page.clock.run_for(15_000)
    expect(warning).to_be_visible()
    look_at(page, "face-timeout")
    with page.expect_response(lambda answer: answer.url.endswith("/stay") and answer.status == 204):
        warning.get_by_role("button", name="続ける").click()
    expect(warning).to_be_hidden()
    page.clock.run_for(545_000)
    expect(warning).to_be_visible()
    page.clock.run_for(60_000)
    page.wait_for_url(gallery + "/")
    context.close()


def test_the_keys_on_the_screen_type_a_pin(desk: Page, gallery: str) -> None:
    desk.goto(gallery + "/card")
    keys = desk.get_by_role("group", name="数字のボタン")
    pin = desk.get_by_label("利用者証明用の暗証番号")
    for key in "12345":
        keys.get_by_role("button", name=key, exact=True).click()
    expect(pin).to_have_value("1234")
    expect(desk.get_by_role("status")).to_have_text("4けたのうち4けた")
    keys.get_by_role("button", name="1字消す").click()
    expect(pin).to_have_value("123")
    keys.get_by_role("button", name="全部消す").click()
    expect(pin).to_have_value("")


def test_a_file_is_chosen_in_the_words_of_the_page_and_its_name_is_told(
    browser: Browser, gallery: str
) -> None:
    context = browser.new_context(viewport=PHONE)
    context.add_cookies([{"name": "guide_language", "value": "en", "url": gallery}])
    page = context.new_page()
    page.goto(gallery + "/fields")
    box, control = page.locator(".file"), page.get_by_label("Certificate of employment")
    told = box.get_by_role("status")
    expect(box.get_by_text("Choose a file")).to_be_visible()
    expect(told).to_have_text("None chosen yet")
    control.set_input_files(FilePayload(name="手紙.pdf", mimeType="application/pdf", buffer=b"%PDF-"))
    expect(told).to_have_text("手紙.pdf")
    with page.expect_file_chooser():
        control.click()
    control.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(control).to_be_focused()
    expect(box).to_have_css("outline-style", "solid")
    look_at(page, "face-fields-file")
    context.close()


def test_paper_gets_the_words_and_not_the_doors(desk: Page, gallery: str) -> None:
    desk.goto(gallery + "/values")
    desk.emulate_media(media="print")
    expect(desk.locator(".house-nav")).to_be_hidden()
    expect(desk.get_by_role("heading", level=1)).to_be_visible()
    keep_picture(desk, "face-gallery-print")


def test_a_command_can_be_copied(browser: Browser, gallery: str) -> None:
    context = browser.new_context(viewport=DESK, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(gallery + "/values")
    page.get_by_role("button", name="コピー").first.click()
    expect(page.get_by_role("button", name="コピーしました")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "mynumber receipt verify receipt.json"
    context.close()
