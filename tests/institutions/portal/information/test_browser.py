"""My information and the history on a phone, with the keyboard and without a script: chosen, seen, disputed, asked about, saved."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.institutions.portal.house import House
from tests.institutions.portal.test_browser import arrive
from tests.support.exchange import CITY
from tests.support.waiting import eventually
from tests.webkit.face.serving import PHONE, browsing, look_at

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


def press(page: Page, role: str, name: str) -> None:
    """As somebody without a mouse."""
    control = page.get_by_role(role, name=name).first  # type: ignore[arg-type]
    control.focus()
    control.press("Enter")


def test_a_resident_sees_disputes_and_asks_on_a_phone(chromium: Browser, neighbours: House) -> None:
    holder, request_id = neighbours.holder(), uuid4()
    neighbours.exchange.inquire(holder.at_city, request_id=request_id)
    context = chromium.new_context(viewport=PHONE)
    page = arrive(context, neighbours, holder)
    root = page.url.rstrip("/")
    page.goto(f"{root}/information/")
    look_at(page, "portal-information-overview")
    press(page, "button", "わたしの情報を調べる")
    look_at(page, "portal-information-held")
    box = page.get_by_role("checkbox").first
    box.focus()
    box.press("Space")
    press(page, "button", "選んだものを取り寄せる")
    expect(page.get_by_text("1,234,567円")).to_be_visible()
    expect(page.get_by_role("button", name="PDFで書き出す")).to_be_visible()
    look_at(page, "portal-information-values")
    with page.expect_download() as download:
        press(page, "button", "JSONで書き出す")
    assert download.value.suggested_filename == "watashi-no-joho.json"
    press(page, "link", "これは私のことではない")
    look_at(page, "portal-information-dispute")
    page.get_by_role("textbox").fill("この金額に覚えがありません。")
    press(page, "button", "申し出る")
    expect(page.get_by_text("八尾市の窓口に届きました")).to_be_visible()
    look_at(page, "portal-information-case")
    page.goto(f"{root}/records/{CITY}/{request_id}")
    expect(page.get_by_text("聞いた期間")).to_be_visible()
    press(page, "link", "このやりとりについて聞く")
    look_at(page, "portal-information-ask")
    page.get_by_role("textbox").fill("なんのために聞いたのですか。")
    press(page, "button", "送る")
    expect(page.get_by_text("葛飾区の窓口に届きました")).to_be_visible()
    page.goto(f"{root}/records/?q=児童扶養手当&outcome=given&by=institution")
    eventually(lambda: page.reload() and page.get_by_role("table").count(), "the end of the exchange")
    look_at(page, "portal-information-search")
    with page.expect_download() as download:
        press(page, "link", "CSVで書き出す")
    assert download.value.suggested_filename == "yaritori-rireki.csv"
    page.goto(f"{root}/records/?by=self")
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="レシート")).to_be_visible()
    look_at(page, "portal-information-own-record")
    context.close()
