"""Linking, consenting and reading in Chromium, at both sites under their own names, 360 pixels wide; axe on each page."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import SplitResult, parse_qs, urlsplit

import pytest
from django.db import connections
from playwright.sync_api import Browser, expect

from mynumber.protocols import sign_in
from tests.institutions.portal.deliveries.firm import (
    HERE,
    LIFE,
    OPERATOR,
    PAGE,
    PASSWORD,
    XML_KIND,
    Firm,
    Resident,
)
from tests.institutions.portal.house import PUBLIC, House
from tests.webkit.face import device
from tests.webkit.face.serving import DESK, PHONE, browsing, look_at

pytestmark = pytest.mark.browser


@pytest.fixture
def chromium(house: House, firm: Firm, resident: Resident) -> Iterator[Browser]:
    """A browser for which the two names lead to the two processes, as on the platform. Begun last: its event loop keeps Django from the database."""
    ports = {PUBLIC: house.portal.port, HERE: firm.server.port}
    with browsing({urlsplit(name).netloc: port for name, port in ports.items()}) as browser:
        yield browser


def elsewhere(work: object) -> object:
    """In a thread of its own: this one has the browser's event loop, in which Django asks no database."""

    def alone() -> object:
        try:
            return work()  # type: ignore[operator]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(alone).result()


def test_a_resident_links_consents_reads_and_moves_on(
    chromium: Browser, house: House, firm: Firm, resident: Resident
) -> None:
    elsewhere(lambda: firm.known_to_the_process(resident.number))
    context = chromium.new_context(viewport=PHONE)

    def at_the_device(target: SplitResult) -> str:
        asked = house.device.fetch(parse_qs(target.query)["request"][0], now=datetime.now(UTC))
        return sign_in.finish_url(asked, house.device.respond(asked, resident.holder.answer(asked)))

    device.play(at_the_device)
    page = context.new_page()

    def look(name: str) -> None:
        look_at(page, f"portal-deliveries-{name}")

    page.goto(f"{PUBLIC}/deliveries/")
    page.get_by_role("button", name="カードでサインインする").click()
    expect(page.get_by_text("届いた書類はありません")).to_be_visible()
    page.get_by_role("link", name="民間送達サービス").click()
    look("provider")
    page.get_by_role("button", name="つなぐ", exact=True).click()
    expect(page.get_by_label("お客さま番号")).to_be_visible()
    look("enter")
    page.get_by_label("お客さま番号").fill(resident.number)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="入る", exact=True).click()
    expect(page.get_by_role("heading", name="マイナポータルとつなぎますか")).to_be_visible()
    look("link")
    page.get_by_role("button", name="つなぐ", exact=True).click()
    expect(page.get_by_role("heading", name="あおぞら架空生命保険")).to_be_visible()
    look("senders")
    page.get_by_label("生命保険料控除証明書").check()
    page.locator("button", has_text="この内容で同意する").first.click()
    expect(page.get_by_text("同意を受け付けました")).to_be_visible()

    def send() -> None:
        firm.send(resident.told(), LIFE, XML_KIND)

    elsewhere(send)
    page.goto(f"{PUBLIC}/deliveries/")
    look("inbox")
    page.get_by_role("link", name="生命保険料控除証明書").click()
    page.get_by_text("署名をどう確かめたか").click()
    look("document")
    page.get_by_role("link", name="消す").click()
    look("delete")

    # At the firm: register the card, and come back later from the portal without it.
    page.goto(f"{HERE}/mine")
    look("mine")
    page.get_by_role("button", name="カードで入れるようにする").click()
    page.get_by_role("button", name="カードで確かめる").click()
    expect(page.get_by_role("heading", name="に渡すもの")).to_be_visible()
    page.get_by_label("次からは").check()
    page.get_by_role("button", name="同意して進む").click()
    expect(page.get_by_text("次からは、カードで入れます")).to_be_visible()
    page.get_by_role("button", name="サインアウト").click()
    page.goto(f"{PUBLIC}/account/services")
    look("services")
    page.locator("button", has_text="サインインし直さずに進む").first.click()
    expect(page.get_by_role("heading", name="お客さまのページ")).to_be_visible()
    page.goto(f"{PUBLIC}/account/links/")
    look("links")
    page.locator("button", has_text="つながりを外す").first.click()
    expect(page.get_by_text("つながりを外しました")).to_be_visible()
    page.goto(f"{PUBLIC}{PAGE}")
    expect(page.get_by_role("heading", name="はじめに、アカウントをつなぎます")).to_be_visible()
    page.goto(f"{PUBLIC}/deliveries/")
    expect(page.get_by_role("link", name="生命保険料控除証明書")).to_be_visible()
    context.close()


def test_the_operators_desk(chromium: Browser, firm: Firm, resident: Resident) -> None:
    def prepare() -> None:
        resident.ready()
        firm.known_to_the_process(resident.number)

    elsewhere(prepare)
    context = chromium.new_context(viewport=DESK)
    page = context.new_page()
    page.goto(f"{HERE}/desk/")
    page.get_by_label("利用者名").fill(OPERATOR)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    page.get_by_label("お客さま").select_option(label=f"{resident.number} 架空　客{resident.number}")
    page.get_by_label("書類").select_option(label="あおぞら架空生命保険：ご契約内容のお知らせ")
    page.get_by_role("button", name="署名して送る").click()
    expect(page.get_by_text("届きました", exact=True).first).to_be_visible()
    look_at(page, "courier-desk", DESK, PHONE)
    page.goto(f"{HERE}/")
    look_at(page, "courier-home")
    context.close()
