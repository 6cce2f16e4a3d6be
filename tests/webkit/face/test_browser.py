"""The face in a real browser: accessible, fitting, usable without script, with the keyboard, in forced colours."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.webkit.face.serving import (
    DESK,
    PHONE,
    assert_accessible,
    assert_fits,
    browsing,
    keep_picture,
    serving,
)

pytestmark = pytest.mark.browser

PAGES = ["/", "/form", "/refused", "/broken", "/nowhere"]
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
URLS = '{"guide":"http://localhost:8000","portal":"http://portal.localhost:8000"}'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    with serving("tests.webkit.face_gallery.wsgi:application", MYNUMBER_PUBLIC_URLS=URLS) as address:
        yield address


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport=DESK)
    yield page
    page.close()


@SIZES
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_and_fits(browser: Browser, gallery: str, path: str, size: ViewportSize) -> None:
    page = browser.new_page(viewport=size)
    page.goto(gallery + path)
    assert_accessible(page)
    assert_fits(page)
    keep_picture(page, f"face-{path.strip('/') or 'gallery'}-{size['width']}")
    page.close()


@SIZES
def test_a_rejected_form_is_accessible_and_starts_at_its_errors(
    browser: Browser, gallery: str, size: ViewportSize
) -> None:
    page = browser.new_page(viewport=size)
    page.goto(gallery + "/form")
    page.get_by_role("button", name="確かめる").click()
    expect(page.locator("#error-summary")).to_be_focused()
    assert_accessible(page)
    assert_fits(page)
    keep_picture(page, f"face-form-errors-{size['width']}")
    page.locator("#error-summary a").first.click()
    expect(page.get_by_label("氏名")).to_be_focused()
    page.close()


def test_a_page_obeys_its_own_policy(desk: Page, gallery: str) -> None:
    complaints: list[str] = []
    desk.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    desk.goto(gallery + "/")
    assert complaints == []


def test_everything_can_be_read_and_sent_without_script(browser: Browser, gallery: str) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(gallery + "/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.locator("#way summary").click()
    expect(page.locator("#way").get_by_role("table")).to_be_visible()
    page.goto(gallery + "/form")
    page.get_by_role("button", name="確かめる").click()
    expect(page.get_by_role("alert")).to_contain_text("入力を確かめてください")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_text("This is a simulation.")).to_be_visible()
    context.close()


def test_the_first_tab_skips_to_the_words(desk: Page, gallery: str) -> None:
    desk.goto(gallery + "/")
    desk.keyboard.press("Tab")
    skip = desk.get_by_role("link", name="本文へ進む")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    desk.keyboard.press("Enter")
    expect(desk.locator("main")).to_be_focused()


def test_the_focus_shows_in_yellow_and_black(desk: Page, gallery: str) -> None:
    desk.goto(gallery + "/form")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Tab")
    ring = "e => { const s = getComputedStyle(e); return [s.outlineStyle, s.outlineColor, s.boxShadow] }"
    style, colour, shadow = desk.locator(":focus").evaluate(ring)
    assert (style, colour) == ("solid", "rgb(17, 17, 17)")
    assert "rgb(255, 207, 51)" in shadow


def test_a_wide_table_becomes_cards_and_stays_a_table(browser: Browser, gallery: str) -> None:
    page = browser.new_page(viewport=PHONE)
    page.goto(gallery + "/")
    table = page.get_by_role("table", name="照会の記録")
    expect(table.get_by_role("row")).to_have_count(4)
    expect(table.get_by_role("columnheader")).to_have_count(5)
    assert table.locator("tbody tr").first.evaluate("e => getComputedStyle(e).display") == "block"
    page.close()


def test_forced_colours_keep_every_control_visible(browser: Browser, gallery: str) -> None:
    context = browser.new_context(viewport=DESK, forced_colors="active", reduced_motion="reduce")
    page = context.new_page()
    page.goto(gallery + "/")
    width = "e => [getComputedStyle(e).borderTopWidth, getComputedStyle(e).borderTopStyle]"
    for selector in (".button", ".chip", ".notice", ".card", ".panel"):
        thickness, style = page.locator(selector).first.evaluate(width)
        assert (float(thickness.removesuffix("px")) >= 1, style != "none") == (True, True), selector
    keep_picture(page, "face-gallery-forced-colours")
    context.close()


def test_reduced_motion_moves_nothing(browser: Browser, gallery: str) -> None:
    context = browser.new_context(viewport=DESK, reduced_motion="reduce")
    page = context.new_page()
    page.goto(gallery + "/")
    moving = "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration !== '0s').length"
    assert page.evaluate(moving) == 0
    context.close()


def test_text_at_twice_the_size_still_fits(browser: Browser, gallery: str) -> None:
    # 200 % of a 1280 px window and 400 % of it leave 640 and 320 CSS pixels (WCAG 2.2, 1.4.4 and 1.4.10).
    for width in (640, 320):
        page = browser.new_page(viewport=ViewportSize(width=width, height=512))
        page.goto(gallery + "/")
        assert_fits(page)
        page.goto(gallery + "/form")
        assert_fits(page)
        page.close()


def test_paper_gets_the_words_and_not_the_doors(desk: Page, gallery: str) -> None:
    desk.goto(gallery + "/")
    desk.emulate_media(media="print")
    expect(desk.locator(".house-nav")).to_be_hidden()
    expect(desk.get_by_role("heading", level=1)).to_be_visible()
    keep_picture(desk, "face-gallery-print")


def test_a_command_can_be_copied(browser: Browser, gallery: str) -> None:
    context = browser.new_context(viewport=DESK, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(gallery + "/")
    page.get_by_role("button", name="コピー").first.click()
    expect(page.get_by_role("button", name="コピーしました")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "mynumber receipt verify receipt.json"
    context.close()
