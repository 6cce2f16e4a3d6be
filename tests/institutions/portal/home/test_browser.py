"""Home, menu, life events, an offer and the employer's pages in Chromium, on a phone: axe finds nothing, nothing scrolls sideways, the keyboard reaches what matters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, expect

from tests.institutions.portal.applications.body import City
from tests.institutions.portal.applications.people import Person
from tests.institutions.portal.applications.test_browser import played_device
from tests.institutions.portal.employers.test_employers import NUMBER, Employer, ask, draft_of
from tests.institutions.portal.home.test_offers import offered
from tests.institutions.portal.house import House
from tests.support.keyboard import Keyboard
from tests.webkit.face.serving import (
    DESK,
    PHONE,
    PICTURES,
    assert_accessible,
    assert_fits,
    browsing,
    keep_picture,
    look_at,
)

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


def elsewhere(work: Callable[[], Any]) -> Any:
    """In a thread of its own: this one has the browser's event loop, in which Django asks no database."""

    def run() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def press(page: Page, selector: str) -> None:
    """Reach a control by the keyboard and press it."""
    Keyboard(page).reach(selector)
    page.keyboard.press("Enter")


def looking(page: Page, address: str) -> Callable[[str, str], None]:
    def look(name: str, path: str) -> None:
        page.goto(address + path)
        look_at(page, f"portal-home-{name}")

    return look


ANSWERS = "on=2026-11-10&receives_child_allowance=no&needs_nursery=yes&gave_birth_within_two_years=yes"


def test_anybody_finds_what_is_due_on_a_phone(chromium: Browser, house: House) -> None:
    context = chromium.new_context(viewport=PHONE)
    look = looking(context.new_page(), f"http://127.0.0.1:{house.portal.port}")
    look("landing", "/")
    look("menu-public", "/menu")
    look("events", "/events/")
    look("event", f"/events/birth/?{ANSWERS}")
    context.close()


def test_a_resident_sees_what_to_do_on_a_phone(
    chromium: Browser, house: House, city: City, person: Person
) -> None:
    address = f"http://127.0.0.1:{house.portal.port}"
    context = chromium.new_context(viewport=PHONE)
    played_device(person)
    page = context.new_page()
    look = looking(page, address)
    page.goto(f"{address}/events/birth/?{ANSWERS}")
    press(page, 'a:has-text("まとめてはじめる")')
    expect(page.get_by_role("button", name="カードでサインインする")).to_be_visible(timeout=PATIENCE_MS)
    press(page, 'button:has-text("カードでサインインする")')
    expect(page.get_by_role("button", name="下書きを作る")).to_be_visible(timeout=PATIENCE_MS)
    assert_accessible(page)
    press(page, 'button:has-text("下書きを作る")')
    expect(page.get_by_role("button", name="同意して")).to_be_visible(timeout=PATIENCE_MS)
    at = urlsplit(page.url).path
    assert_accessible(page)
    press(page, 'button:has-text("同意して、カードで確かめる")')
    expect(page.get_by_text("まとめてすること").first).to_be_visible(timeout=PATIENCE_MS)
    look("set", at)
    look("questions", f"{at}questions")
    look("home", "/")
    notice = elsewhere(lambda: offered(person))
    look("offer", f"/offers/{notice}/")
    if PICTURES:
        page.set_viewport_size(DESK)
        for name, path in (("home", "/"), ("menu", "/menu"), ("event", "/events/birth/"), ("set", at)):
            page.goto(address + path)
            keep_picture(page, f"portal-home-{name}-1280")
            assert_fits(page)
    context.close()


def test_an_employer_needs_no_account(chromium: Browser, house: House, city: City, person: Person) -> None:
    employer: Employer = elsewhere(lambda: ask(draft_of(person)))
    address = f"http://127.0.0.1:{house.portal.port}"
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    look = looking(page, address)
    played_device(person)
    page.goto(address + person.at("employers"))
    page.get_by_role("button", name="カードでサインインする").click()
    expect(page).to_have_url(address + person.at("employers"))
    look_at(page, "portal-home-employers")
    context.clear_cookies()
    look("employer", employer.link)
    page.goto(address + employer.link)
    keys = Keyboard(page)
    keys.write("code", employer.code)
    keys.write("corporate_number", NUMBER)
    press(page, 'button:has-text("開く")')
    expect(page.get_by_role("heading", name="事業所・証明情報")).to_be_visible(timeout=PATIENCE_MS)
    look("employer-form", employer.at("form/employer"))
    page.get_by_role("button", name="保存して次へ").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible(timeout=PATIENCE_MS)
    assert_accessible(page)
    look("employer-check", employer.at("check"))
    context.close()
