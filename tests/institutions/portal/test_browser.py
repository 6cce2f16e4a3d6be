"""The portal in a real browser: a resident signs in and reads, at a desk and on a phone, with and without script."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import SplitResult, parse_qs
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from mynumber.protocols import sign_in
from tests.institutions.portal.house import PUBLIC, Holder, House
from tests.institutions.portal.test_records import hear_of_a_move
from tests.support.exchange import CITY, PENSION
from tests.webkit.face import device
from tests.webkit.face.serving import DESK, PHONE, browsing, look_at

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize(
    "size", [pytest.param(DESK, id="desk", marks=pytest.mark.thorough), pytest.param(PHONE, id="phone")]
)
PATIENCE_MS = 15_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def person(neighbours: House) -> Holder:
    """Somebody about whom was asked twice: once under the law, once without a row in the table."""
    holder = neighbours.holder()
    neighbours.exchange.inquire(holder.at_city, request_id=PROVIDED)
    neighbours.exchange.refusal(
        lambda: neighbours.exchange.inquire(
            holder.at_city, provider=PENSION, information="local_tax", request_id=REFUSED
        )
    )
    return holder


PROVIDED, REFUSED = uuid4(), uuid4()


def arrive(context: BrowserContext, house: House, holder: Holder) -> Page:
    """Sign in with the mouse; the holder's device is played where the browser would meet it."""
    address = f"http://127.0.0.1:{house.portal.port}"

    def at_the_device(target: SplitResult) -> str:
        asked = house.device.fetch(parse_qs(target.query)["request"][0], now=datetime.now(UTC))
        back = sign_in.finish_url(asked, house.device.respond(asked, holder.answer(asked)))
        return back.replace(PUBLIC, address)

    device.play(at_the_device)
    page = context.new_page()
    page.goto(address)
    page.get_by_role("link", name="マイナンバーカードでサインイン").click()
    page.get_by_role("button", name="カードでサインインする").click()
    expect(page.get_by_text("カードでサインイン中")).to_be_visible()
    return page


def addresses() -> dict[str, str]:
    return {
        "home": "/",
        "records": "/records/",
        "record": f"/records/{CITY}/{PROVIDED}",
        "refusal": f"/records/{CITY}/{REFUSED}",
        "coverage": "/records/coverage",
        "not-me": "/records/not-me",
        "sign-ins": "/account/history",
        "services": "/account/services",
        "passkeys": "/account/passkeys",
        "developers": "/developers/",
        "wrong-filter": "/records/?since=2026-02-02&until=2026-01-01",
        "no-match": "/records/?until=2020-01-01",
        "nowhere": "/nowhere",
    }


@SIZES
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_resident_signs_in_and_reads(
    chromium: Browser, neighbours: House, person: Holder, size: ViewportSize, script: bool
) -> None:
    context = chromium.new_context(viewport=size, java_script_enabled=script)
    page = arrive(context, neighbours, person)
    page.get_by_role("link", name="すべてのやりとりを見る").click()
    expect(page.get_by_role("table", name="あなたの情報のやりとり（新しい順）")).to_be_visible()
    page.goto(page.url + f"{CITY}/{PROVIDED}")
    expect(page.get_by_role("heading", name="レシート")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="receipt-").first.click()
    assert download.value.suggested_filename.startswith("receipt-")
    page.get_by_role("button", name="サインアウト").click()
    expect(page.get_by_text("サインアウトしました")).to_be_visible()
    context.close()


@SIZES
def test_every_page_is_accessible_and_fits(
    chromium: Browser, neighbours: House, person: Holder, size: ViewportSize
) -> None:
    context = chromium.new_context(viewport=size)
    page = arrive(context, neighbours, person)
    root = page.url.rstrip("/")
    _settle(page, root, PROVIDED)
    told = {"change": hear_of_a_move(neighbours, person)}
    for name, path in (told | addresses()).items():
        page.goto(root + path)
        look_at(page, f"portal-{name}")
    context.clear_cookies()
    for name, path in {"landing": "/", "sign-in": "/sign-in/?next=/records/&ended=1"}.items():
        page.goto(root + path)
        look_at(page, f"portal-{name}")
    context.close()


def _settle(page: Page, root: str, request_id: UUID) -> None:
    """Wait until all entries of an exchange have receipts."""
    page.goto(f"{root}/records/{CITY}/{request_id}")
    for _ in range(100):
        if page.get_by_role("link", name="receipt-").count() == 3:
            return
        page.reload()
    raise AssertionError("the signed log did not take the entries in")
