"""A whole claim of child allowance in Chromium: 360 pixels wide, with the keyboard alone, without script; then axe on each page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from mynumber.protocols import sign_in, signing
from mynumber.protocols.applications import MarkedField, Step
from mynumber.protocols.signing import SigningClient
from tests.institutions.portal.applications.body import City
from tests.institutions.portal.applications.people import CLAIM, Person
from tests.institutions.portal.house import PUBLIC, House
from tests.webkit.face.serving import PHONE, assert_accessible, assert_fits, browsing, keep_picture

pytestmark = pytest.mark.browser
MOST_TABS = 90


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


def played_device(context: BrowserContext, person: Person) -> None:
    """The holder's device, where the browser would meet it: signs in, hands attributes over, signs documents."""
    device = person.house.device
    address = f"http://127.0.0.1:{person.house.portal.port}"

    def at_the_device(route: Route) -> None:
        target = urlsplit(route.request.url)
        request_id = parse_qs(target.query)["request"][0]
        now = datetime.now(UTC)
        if target.path == "/signing":
            client = SigningClient(device)
            asked = client.fetch(request_id, now=now)
            back = signing.finish_url(asked, client.respond(asked, person.signed(asked)))
        else:
            wanted = device.fetch(request_id, now=now)
            back = sign_in.finish_url(wanted, device.respond(wanted, person.holder.answer(wanted)))
        route.fulfill(status=303, headers={"Location": back.replace(PUBLIC, address)})

    context.route("http://wallet.localhost:8000/**", at_the_device)


class Keyboard:
    """Somebody who only has the keys."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, selector: str) -> None:
        """Tab until the control has the focus."""
        wanted = self.page.locator(selector).first
        expect(wanted).to_be_visible()
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if wanted.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(f"no key leads to {selector}")

    def press(self, selector: str) -> None:
        """Reach a link or button and press it."""
        self.reach(selector)
        self.enter()

    def enter(self) -> None:
        """Press Enter, and wait for the page that follows; pages that lead on by themselves are none."""
        self.page.evaluate("window.before = true")
        self.page.keyboard.press("Enter")
        self.page.wait_for_function(
            "!window.before && document.readyState === 'complete' && !document.querySelector('meta[http-equiv=refresh]')"
        )

    def write(self, name: str, text: str) -> None:
        """Reach a text and write."""
        self.reach(f'[name="{name}"]')
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def tick(self, name: str, value: str = "") -> None:
        """Reach a group of choices and take one."""
        box = self.page.locator(f'[name="{name}"]')
        if not value:
            self.reach(f'[name="{name}"]')
            self.page.keyboard.press("Space")
            return
        # A group is one stop of the tab key: its first one, or the one that is chosen; arrows go on from there.
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.name || ''") == name:
                break
        else:
            raise AssertionError(f"no key leads to {name}")
        self.page.keyboard.press("Space")
        for _ in range(box.count()):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name} has no {value}")

    def go_on(self) -> None:
        """Save and go on, from the top of the page."""
        self.press('.buttons button:has-text("保存して次へ")')


def test_a_claim_by_keyboard_without_script_on_a_phone(
    chromium: Browser, house: House, city: City, person: Person
) -> None:
    address = f"http://127.0.0.1:{house.portal.port}"
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    played_device(context, person)
    page = context.new_page()
    keys = Keyboard(page)
    page.goto(f"{address}/procedures/")
    keys.write("q", "赤ちゃんが生まれた")
    keys.enter()
    keys.press(f'a[href="/procedures/{CLAIM}/"]')
    assert_fits(page)
    keys.press('a:has-text("申請をはじめる")')
    keys.press('button:has-text("カードでサインインする")')
    keys.press('button:has-text("下書きを作る")')
    keys.press('button:has-text("同意して、カードで確かめる")')
    expect(page.get_by_text("役所の情報を入れました")).to_be_visible()
    ident = re.search(r"/applications/([0-9a-f-]{36})/", page.url)
    assert ident is not None
    keys.press('a:has-text("続ける")')
    keys.write("phone", "０３-1234-5678")
    keys.go_on()
    keys.tick("cause", "birth")
    keys.write("cause_on", "R8.11.10")
    keys.go_on()
    keys.tick("children.0.relation", "parent")
    keys.tick("children.0.cared_for", "yes")
    keys.tick("children.0.shares_livelihood", "yes")
    keys.tick("children.0.in_facility", "no")
    assert_fits(page)
    keys.go_on()
    keys.tick("other_parent_cares", "no")
    keys.go_on()
    keys.write("account_bank", "0001")
    keys.press('button:has-text("銀行をさがす")')
    keys.write("account_branch", "001")
    keys.press('button:has-text("支店をさがす")')
    keys.write("account.number", "7654321")
    keys.write("account.holder", "カクウ ハナコ")
    keys.go_on()
    keys.tick("consent_facts")
    keys.tick("true_statement")
    keys.go_on()
    expect(page.get_by_role("heading", name="内容を確かめる")).to_be_visible()
    assert_fits(page)
    keys.press('button:has-text("署名して送る")')
    expect(page.get_by_text("役所に届きました")).to_be_visible()
    assert_fits(page)
    assert any(str(key) == ident[1] for key, _ in city.arrived)
    context.close()


def test_every_page_is_accessible_and_fits(
    chromium: Browser, house: House, city: City, person: Person
) -> None:
    address = f"http://127.0.0.1:{house.portal.port}"
    context = chromium.new_context(viewport=PHONE)
    played_device(context, person)
    page = context.new_page()

    def look(name: str, path: str) -> None:
        page.goto(address + path)
        keep_picture(page, f"portal-applications-{name}-360")
        assert_accessible(page)
        assert_fits(page)

    look("find", "/procedures/")
    look("found", "/procedures/?q=児童手当")
    look("fit", "/procedures/fit?raises_child_under_19=yes")
    look("guide", f"/procedures/{CLAIM}/")
    page.goto(f"{address}/procedures/{CLAIM}/begin")
    page.get_by_role("button", name="カードでサインインする").click()
    expect(page.get_by_role("button", name="下書きを作る")).to_be_visible()
    look("begin", f"/procedures/{CLAIM}/begin")
    look("none", "/applications/")
    page.goto(f"{address}/procedures/{CLAIM}/begin")
    page.get_by_role("button", name="下書きを作る").click()
    expect(page.get_by_role("button", name="同意して")).to_be_visible()
    at = urlsplit(page.url).path.removesuffix("consent")
    look("consent", f"{at}consent")
    page.get_by_role("button", name="同意して").click()
    expect(page.get_by_text("役所の情報を入れました")).to_be_visible()
    look("tasks", at)
    for section in ("you", "request", "children", "family", "payment", "confirm"):
        look(section, f"{at}form/{section}")
    page.get_by_role("button", name="保存して次へ").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    keep_picture(page, "portal-applications-errors-360")
    assert_accessible(page)
    look("documents", f"{at}documents")
    look("unready", f"{at}check")
    look("discard", f"{at}withdraw")
    look("mine", "/applications/")
    # Filled at the other end of the house, by the same person: drafts go on elsewhere.
    applicant = Person(house, person.holder)

    def fill_elsewhere() -> None:
        applicant.sign_in()
        applicant.begin_again(at)
        applicant.fill_all()
        connections.close_all()

    # In a thread of its own: this one has the browser's event loop, in which Django asks no database.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(fill_elsewhere).result()
    look("check", f"{at}check")
    page.get_by_role("button", name="署名して送る").click()
    expect(page.get_by_text("役所に届きました")).to_be_visible()
    keep_picture(page, "portal-applications-arrived-360")
    assert_accessible(page)
    ident = applicant.ident
    city.tell(
        city.step(ident, Step.ARRIVED),
        city.step(ident, Step.ACCEPTED, expected_by=City.in_days(20)),
    )
    look("under-way", at)
    look("receipt", f"{at}receipt")
    look("question", f"{at}question")
    look("withdraw", f"{at}withdraw")
    city.tell(
        city.step(
            ident,
            Step.CORRECTION_ASKED,
            words="電話がつながりません。",
            fields=(MarkedField(path="phone", words="番号を確かめてください。"),),
            expected_by=City.in_days(14),
        )
    )
    look("correction", at)
    look("marked", f"{at}form/you")
    city.tell(
        city.step(
            ident,
            Step.GRANTED,
            words="認定しました。",
            grounds=("児童手当法第7条第1項：受給資格があります。",),
            objection="決定を知った日の翌日から3か月以内に、区長に審査請求ができます。",
            amount=15_000,
            letter=city.letter(ident),
        )
    )
    look("decided", at)
    context.close()
