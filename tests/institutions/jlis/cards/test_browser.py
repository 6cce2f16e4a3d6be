"""Applying, the factory's desk and the loss desk in a real browser, by keyboard, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.staff.models import StaffMember
from tests.institutions.jlis.cards.making import PHOTO
from tests.institutions.jlis.cards.test_pages import PASSWORD, card_of, form_of
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.people import somebody
from tests.support.directory import Systems
from tests.webkit.face.serving import DESK, PHONE, browsing, look_at, serving

pytestmark = pytest.mark.browser


@pytest.fixture
def address(door: Door, systems: Systems, database: InstitutionDatabase) -> Iterator[str]:
    """J-LIS as a real process, and somebody of its staff."""
    member, _ = StaffMember.objects.get_or_create(
        username="suzuki", defaults={"display_name": "鈴木", "department": "カード製造"}
    )
    member.set_password(PASSWORD)
    member.save()
    with serving(
        "mynumber.institutions.jlis.wsgi:application",
        **{
            **systems.environment("jlis"),
            "DATABASE_URL": database.url,
            "MYNUMBER_PUBLIC_URLS": "{}",
        },
    ) as running:
        yield running


@pytest.mark.parametrize(
    "size", [pytest.param(DESK, id="desk", marks=pytest.mark.thorough), pytest.param(PHONE, id="phone")]
)
def test_applying_and_the_two_desks(door: Door, address: str, tmp_path: Path, size: ViewportSize) -> None:
    attributes = somebody()
    card_of(door, attributes)
    form = form_of(door)
    (tmp_path / "me.png").write_bytes(PHOTO)
    with browsing() as browser:
        _applicant(browser, address, size, form, tmp_path / "me.png")
        _staff(browser, address, size, attributes.name, attributes.address)


def _applicant(browser: Browser, address: str, size: ViewportSize, form: str, photo: Path) -> None:
    context = browser.new_context(viewport=size)
    page = context.new_page()
    page.goto(f"{address}/cards/")
    look_at(page, "jlis-cards-home")
    page.get_by_role("heading", name="カードを申請する").get_by_role("link").press("Enter")
    page.get_by_role("button", name="申請する").press("Enter")
    expect(page.get_by_text("写真を選んでください").first).to_be_visible()
    look_at(page, "jlis-cards-apply-error")
    page.get_by_label("申請書ID").fill(form)
    page.get_by_label("生年月日").fill("平成2年4月1日")
    page.get_by_label("顔写真").set_input_files(photo)
    look_at(page, "jlis-cards-apply")
    page.get_by_role("button", name="申請する").press("Enter")
    expect(page.get_by_role("heading", name="申請を受け付けました")).to_be_visible()
    look_at(page, "jlis-cards-applied")
    page.get_by_role("main").get_by_role("link", name="申請の状況を見る").press("Enter")
    page.get_by_label("申請書ID").fill(form)
    page.get_by_label("申請書ID").press("Enter")
    expect(page.get_by_text("写真を確かめています")).to_be_visible()
    look_at(page, "jlis-cards-status")
    context.close()


def _staff(browser: Browser, address: str, size: ViewportSize, name: str, home: str) -> None:
    context = browser.new_context(viewport=size)
    page = context.new_page()
    page.goto(f"{address}/cards/desk")
    page.get_by_label("利用者名").fill("suzuki")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_label("パスワード").press("Enter")
    expect(page.get_by_role("heading", name="カードの製造")).to_be_visible()
    look_at(page, "jlis-cards-desk")
    page.get_by_role("link", name="申請 ").first.press("Enter")
    expect(page.get_by_alt_text("申請者の顔写真")).to_be_visible()
    look_at(page, "jlis-cards-application")
    page.get_by_label("製造に回す").check()
    page.get_by_role("button", name="決める").press("Enter")
    expect(page.get_by_text("写真を確認し、製造に回しました")).to_be_visible()
    page.get_by_role("link", name="紛失の受付").press("Enter")
    look_at(page, "jlis-cards-loss")
    page.get_by_label("氏名").fill(name)
    page.get_by_label("住所").fill(home)
    page.get_by_label("生年月日").fill("1990-04-01")
    page.get_by_label("女").check()
    page.get_by_label("折り返して、本人か家族").check()
    page.get_by_role("button", name="電子証明書を止める").press("Enter")
    expect(page.get_by_role("heading", name="一時停止")).to_be_visible()
    look_at(page, "jlis-cards-loss-done")
    context.close()
