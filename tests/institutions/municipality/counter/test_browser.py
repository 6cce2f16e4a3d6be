"""The counter and the kiosk in a real browser: by keyboard, at a desk and on a phone, with and without script."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test.utils import override_settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, ViewportSize, expect

from mynumber.institutions.municipality.counter import stock
from mynumber.institutions.municipality.register.models import Person
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.card_life import ApplicationReason
from mynumber.protocols.card_reader import EnterPin
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.conftest import CITY
from tests.institutions.municipality.counter.device import Device
from tests.institutions.municipality.counter.far_device import FarClient
from tests.support.exchange import Exchange
from tests.webkit.face.serving import DESK, PHONE, assert_fits, browsing, look_at, serving

pytestmark = pytest.mark.browser
PASSWORD = "とても長い合言葉 for tests"
PERSONAS = {DESK["width"]: "hanako", PHONE["width"]: "misaki"}


@pytest.fixture(scope="module")
def address(towns: InstitutionDatabase, exchange: Exchange) -> Iterator[str]:
    """The municipalities as a real process; two residents whose cards have arrived."""
    # The process that serves the pages knows no quick hasher.
    slow = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.PBKDF2PasswordHasher"])
    with slow, acting_as(CITY):
        member = StaffMember(username="browser", display_name="山田　恵", department="区民課")
        member.set_password(PASSWORD)
        member.save()
    for persona in PERSONAS.values():
        with acting_as(CITY):
            application = stock.apply(
                Person.objects.get(persona=persona),
                stock.placeholder_photo(persona),
                reason=ApplicationReason.FIRST,
                signature_certificate=True,
                clerk=None,
                at=timezone.now(),
            )
        while True:
            stock.look_for_arrivals(CITY, now=timezone.now(), only=(application.application_id,))
            with acting_as(CITY):
                if stock.is_in_safe(application):
                    break
    variables = exchange.systems.environment("municipality")
    with serving(
        "mynumber.institutions.municipality.wsgi:application",
        **{
            **variables,
            "DATABASE_URL": towns.url,
            "MYNUMBER_PUBLIC_URLS": '{"guide":"http://localhost:8000"}',
        },
    ) as running:
        yield running


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


def press(page: Page, role: str, name: str) -> None:
    """As somebody without a mouse."""
    page.get_by_role(role, name=name, exact=True).first.press("Enter")  # type: ignore[arg-type]  # a role


def code_on(page: Page) -> str:
    found = re.search(r"(\d{4})-(\d{4})-(\d{4})", page.content())
    assert found is not None
    return "".join(found.groups())


@pytest.mark.parametrize(
    "size", [pytest.param(DESK, id="desk", marks=pytest.mark.thorough), pytest.param(PHONE, id="phone")]
)
def test_a_card_is_handed_over_changed_and_stopped(
    browser: Browser, address: str, size: ViewportSize
) -> None:
    context = browser.new_context(viewport=size)
    page = context.new_page()
    page.goto(f"{address}/{CITY}/cards")
    page.get_by_label("利用者名").fill("browser")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_label("パスワード").press("Enter")
    expect(page.get_by_role("heading", name="カード", exact=True)).to_be_visible()
    look_at(page, "counter-home")
    page.get_by_label("氏名・振り仮名・宛名番号").fill(
        {"hanako": "佐藤花子", "misaki": "伊藤美咲"}[PERSONAS[size["width"]]]
    )
    page.get_by_label("氏名・振り仮名・宛名番号").press("Enter")
    look_at(page, "counter-residents")
    page.get_by_role("link", name="開く").first.press("Enter")
    expect(page.get_by_text("次にすること").first).to_be_visible()
    resident = page.url
    look_at(page, "counter-resident-delivered")
    press(page, "link", "交付通知書を作る")
    press(page, "button", "通知書を作る")
    look_at(page, "counter-notice")
    page.goto(resident)
    press(page, "link", "カードを交付する")
    press(page, "button", "本人を確かめたので始める")
    expect(page.get_by_text("本人確認をした方法を選んでください").first).to_be_visible()
    look_at(page, "counter-begin-error")
    page.get_by_label("顔写真のある書類1点").check()
    press(page, "button", "本人を確かめたので始める")
    expect(page.get_by_text("窓口の番号", exact=True)).to_be_visible()
    look_at(page, "counter-session-waiting")
    device, code = Device(client=FarClient(address)), code_on(page)
    task = device.use(code, until=EnterPin)
    # The page looks by itself: nobody touches it.
    expect(page.get_by_text("手続き中")).to_be_visible()
    look_at(page, "counter-session-working")
    device.go_on(code, task)
    expect(page.get_by_text("カードの交付が終わりました")).to_be_visible()
    look_at(page, "counter-session-done")
    press(page, "link", "住民のページに戻る")
    expect(page.get_by_text("使用中")).to_be_visible()
    look_at(page, "counter-resident-in-use")
    for name, link in (
        ("pins", "暗証番号を設定し直す"),
        ("renew", "電子証明書を発行・更新する"),
        ("face", "券面事項を書きかえる"),
        ("apply", "再交付・更新の申請を受け付ける"),
        ("loss", "紛失の届出を受ける"),
        ("return", "返納・廃止する"),
        ("change", "異動を入力する"),
    ):
        page.goto(resident)
        press(page, "link", link)
        look_at(page, f"counter-{name}")
    page.goto(resident)
    press(page, "link", "紛失の届出を受ける")
    press(page, "button", "電子証明書を止める")
    expect(page.get_by_role("heading", name="一時停止しました")).to_be_visible()
    look_at(page, "counter-resident-suspended")
    press(page, "link", "見つかったので再開する")
    look_at(page, "counter-found")
    context.close()


@pytest.mark.parametrize(
    "size", [pytest.param(DESK, id="desk", marks=pytest.mark.thorough), pytest.param(PHONE, id="phone")]
)
def test_the_kiosk_works_without_script(browser: Browser, address: str, size: ViewportSize) -> None:
    for script in (True, False):
        context = browser.new_context(viewport=size, java_script_enabled=script)
        page = context.new_page()
        page.goto(f"{address}/{CITY}/kiosk")
        page.get_by_label("利用者証明用の暗証番号").check()
        if script:
            look_at(page, "counter-kiosk")
        press(page, "button", "始める")
        expect(page.get_by_text("窓口の番号", exact=True)).to_be_visible()
        if script:
            look_at(page, "counter-kiosk-waiting")
        press(page, "link", "いまの状態を見る")
        press(page, "button", "取りやめる")
        expect(page.get_by_text("取りやめました").first).to_be_visible()
        assert_fits(page)
        context.close()
