"""The card's page in a real browser: read, stopped, accessible, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.institutions.portal.house import House
from tests.institutions.portal.test_browser import SIZES, arrive
from tests.webkit.face.serving import assert_fits, browsing, look_at

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@SIZES
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_resident_stops_the_card(
    chromium: Browser, neighbours: House, size: ViewportSize, script: bool
) -> None:
    holder = neighbours.holder()
    context = chromium.new_context(viewport=size, java_script_enabled=script)
    page = arrive(context, neighbours, holder)
    page.get_by_role("navigation", name="メニュー").get_by_role("link", name="メニュー").click()
    page.get_by_role("main").get_by_role("link", name="カードと電子証明書の状態").click()
    expect(page.get_by_text("使えます")).to_be_visible()
    assert_fits(page)
    if script:
        page.get_by_text("このカードに起きたこと").click()
        look_at(page, "portal-card")
    page.get_by_role("link", name="カードを止める").press("Enter")
    if script:
        look_at(page, "portal-card-loss")
    page.get_by_role("button", name="カードを止める").press("Enter")
    expect(page.get_by_text("一時停止中")).to_be_visible()
    assert_fits(page)
    if script:
        look_at(page, "portal-card-stopped")
    context.close()
