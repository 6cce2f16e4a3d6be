"""The inbox in Chromium, 360 pixels wide, by the keyboard; axe on each page."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from urllib.parse import SplitResult, parse_qs, urlsplit

import pytest
from django.db import connections, transaction
from playwright.sync_api import Browser, expect

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.notices import inbox
from mynumber.protocols import sign_in
from mynumber.protocols.notices import Category
from tests.institutions.portal.house import PUBLIC, Holder, House
from tests.institutions.portal.notices.writing import a_bill, a_notice, an_offer
from tests.support.exchange import CITY
from tests.webkit.face import device
from tests.webkit.face.serving import PHONE, browsing, look_at

pytestmark = pytest.mark.browser

WORDS = "令和8年度の固定資産税の納税通知書をお送りします。\nくわしくは、通知書をご覧ください。"


@pytest.fixture
def chromium(neighbours: House) -> Iterator[Browser]:
    """A browser for which the portal's name leads to the portal's process."""
    with browsing({urlsplit(PUBLIC).netloc: neighbours.portal.port}) as browser:
        yield browser


def test_notices_are_found_read_and_put_away(house: House, holder: Holder, chromium: Browser) -> None:
    context = chromium.new_context(viewport=PHONE)

    def at_the_device(target: SplitResult) -> str:
        asked = house.device.fetch(parse_qs(target.query)["request"][0], now=datetime.now(UTC))
        return sign_in.finish_url(asked, house.device.respond(asked, holder.answer(asked)))

    device.play(at_the_device)
    page = context.new_page()

    def look(name: str) -> None:
        look_at(page, f"portal-notices-{name}")

    page.goto(f"{PUBLIC}/notices/")
    page.get_by_role("button", name="カードでサインインする").click()
    expect(page.get_by_text("お知らせはまだありません")).to_be_visible()

    def put() -> None:
        account, now = Account.objects.get(certificate_serial=holder.serial), datetime.now(UTC)
        with transaction.atomic():
            for notice in (
                a_notice(
                    title="令和8年度 固定資産税の納税通知",
                    words=WORDS,
                    category=Category.PAYMENT,
                    bill=a_bill(),
                ),
                a_notice(due=date(2099, 12, 28), link="/procedures/", letter=b"%PDF-", offer=an_offer()),
            ):
                inbox.put(account, notice, now=now, sender=CITY)
        connections.close_all()

    with ThreadPoolExecutor(
        1
    ) as pool:  # this thread has the browser's event loop, in which Django asks no database
        pool.submit(put).result()
    page.reload()
    expect(page.get_by_role("link", name="固定資産税")).to_be_visible()
    look("list")
    page.get_by_role("link", name="固定資産税").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="納付へ進む")).to_be_visible()
    look("bill")
    page.goto(f"{PUBLIC}/notices/?q=現況届&shelf=due")
    page.get_by_role("link", name="現況届").click()
    page.get_by_role("button", name="済んだことにする").click()
    expect(page.get_by_text("済みました").first).to_be_visible()
    look("done")
    page.get_by_role("button", name="しまう").click()
    expect(page.get_by_role("link", name="固定資産税")).to_be_visible()
    expect(page.get_by_role("link", name="現況届")).to_have_count(0)
    context.close()
