"""A mailing in Chromium, 360 pixels wide: written, addressed, proposed; axe on each page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Browser, expect

from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.conftest import CITY
from tests.webkit.face.serving import PHONE, browsing, look_at, serving

pytestmark = pytest.mark.browser

PASSWORD = "とても長い合言葉 for tests"


@pytest.fixture
def address(town: InstitutionDatabase) -> Iterator[str]:
    """The municipalities as a real process, with an author."""
    with acting_as(CITY):
        member = StaffMember(username="sakusei", display_name="作成　する", department="子育て支援課")
        member.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt-of-the-tests", 1000)
        member.save()
    with serving(
        "mynumber.institutions.municipality.wsgi:application",
        DATABASE_URL=town.url,
        MYNUMBER_PUBLIC_URLS="{}",
    ) as running:
        yield running


@pytest.fixture
def browser(address: str) -> Iterator[Browser]:
    # After the address: Django's database is not to be used in a thread in which the browser's loop runs.
    with browsing() as browser:
        yield browser


def test_a_mailing_is_written_addressed_and_proposed(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{address}/{CITY}/sign-in")
    page.get_by_label("利用者名").fill("sakusei")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    page.goto(f"{address}/{CITY}/notices/")

    def look(name: str) -> None:
        look_at(page, f"municipality-notices-{name}")

    page.get_by_role("link", name="新しく作る").click()
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("alert").or_(page.locator(".error-summary")).first).to_be_visible()
    look("errors")
    page.get_by_label("件名").fill("健診のお知らせ")
    page.get_by_label("本文").fill("{氏名}様\n健診を受けてください。")
    page.get_by_label("住民票の条件で選ぶ").check()
    page.get_by_role("button", name="保存する").click()
    page.get_by_label("何歳から").fill("60")
    page.get_by_role("button", name="この条件で選ぶ").click()
    expect(page.get_by_text("模擬　三太様")).to_be_visible()
    look("addressed")
    page.get_by_role("button", name="決裁に回す").click()
    expect(page.get_by_text("決裁待ち")).to_be_visible()
