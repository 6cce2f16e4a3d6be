"""The desk of the case worker in a real browser, without script: the main job from sign-in to the answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, ViewportSize, expect

from mynumber.foundation.law import InformationKind
from mynumber.institutions.municipality.register.intake import take_in
from mynumber.institutions.municipality.register.models import Person
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.events import PUBLISH, ChangeEvent, EventKind, PublishEvents
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.conftest import CITY, PROJECT
from tests.support import exchange as network
from tests.support.exchange import Exchange, resident_code
from tests.support.waiting import PATIENCE_SECONDS
from tests.webkit import faces
from tests.webkit.face.serving import DESK, PHONE, browsing, look_at, serving

pytestmark = pytest.mark.browser

PASSWORD = "とても長い合言葉 for tests"


@pytest.fixture(scope="module")
def address(exchange: Exchange, database: InstitutionDatabase, populations: dict[str, Path]) -> Iterator[str]:
    """The municipalities as a real process, with a town full of people and a member of staff."""
    variables = exchange.systems.environment("municipality")
    with faces.face(PROJECT, database, **variables):
        take_in(CITY, populations[CITY], at=timezone.now())
        with acting_as(CITY):
            addressee = Person.objects.get(persona="hanako").addressee
            member = StaffMember(username="yamada", display_name="山田　恵", department="子育て支援課")
            member.set_password(PASSWORD)
            member.save()
    members = {network.CITY: addressee, network.FORMER_CITY: "F-hanako", network.PENSION: "P-browser"}
    exchange.give_codes({resident_code(): members})
    exchange.register(network.FORMER_CITY, "F-hanako", InformationKind.LOCAL_TAX, network.TAX)
    exchange.register(network.PENSION, "P-browser", InformationKind.PUBLIC_PENSION_BENEFIT, network.PENSIONS)
    with serving(
        "mynumber.institutions.municipality.wsgi:application",
        **{
            **variables,
            "DATABASE_URL": database.url,
            "MYNUMBER_PUBLIC_URLS": '{"guide":"http://localhost:8000"}',
        },
    ) as running:
        yield running


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Browser]:
    # After the address: Django's database is not to be used in a thread in which the browser's loop runs.
    with browsing() as browser:
        yield browser


@pytest.fixture
def _no_cases(database: InstitutionDatabase) -> None:
    """As if nobody had worked yet."""
    with psycopg.connect(database.tenant_urls[CITY]) as city:
        city.execute("UPDATE municipality_casework_caseinquiry SET again_of_id = NULL")
        for table in ("receivedfact", "caseinquiry", "casechild", "case"):
            city.execute(f"DELETE FROM municipality_casework_{table}")  # noqa: S608


def _check(page: Page, name: str, size: ViewportSize) -> None:
    look_at(page, f"municipality-{name}")


@pytest.mark.parametrize(
    "size", [pytest.param(DESK, id="desk", marks=pytest.mark.thorough), pytest.param(PHONE, id="phone")]
)
@pytest.mark.usefixtures("_no_cases")
def test_the_case_worker_does_the_main_job(browser: Browser, address: str, size: ViewportSize) -> None:
    context = browser.new_context(viewport=size)
    scripts = browser.new_context(viewport=size, java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    _check(page, "towns", size)
    page.get_by_role("link", name="東京都葛飾区").click()
    _check(page, "sign-in", size)
    page.get_by_label("利用者名").fill("yamada")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("案件")
    _check(page, "home-empty", size)

    # From here without script, as the same member of staff.
    scripts.add_cookies(context.cookies())  # type: ignore[arg-type]  # what one context gives, the other takes
    plain = scripts.new_page()
    plain.goto(page.url)
    plain.get_by_role("searchbox").or_(plain.get_by_label("氏名・振り仮名・宛名番号")).fill("さとうはなこ")
    plain.get_by_role("button", name="探す").click()
    found = plain.url
    plain.get_by_role("link", name="始める").first.click()
    opening = plain.url
    plain.get_by_role("button", name="この事務で始める").click()
    case = plain.url
    page.goto(found)
    _check(page, "residents", size)
    page.goto(f"{address}/{CITY}/residents?words=&birth=1990")
    _check(page, "residents-error", size)
    page.goto(opening)
    _check(page, "open", size)
    page.goto(case)
    _check(page, "case-new", size)

    plain.get_by_role("button", name="まとめて照会する").click()
    expect(plain.get_by_text("1,234,567円")).to_be_visible()
    expect(plain.get_by_text("照会先の機関は、この人の符号を持っていません")).to_be_visible()
    plain.get_by_role("link", name="表にない照会を試す").click()
    by_hand = plain.url
    plain.get_by_label("情報").select_option("family_register")
    plain.get_by_label("照会先").select_option(network.FORMER_CITY)
    plain.get_by_role("button", name="照会を試す").click()
    expect(plain.get_by_text("認める規定が、法令の表にありません")).to_be_visible()
    plain.get_by_role("button", name="もう一度照会する").click()
    expect(plain.get_by_text("照会し直す前の照会")).to_be_visible()

    page.goto(case)
    for disclosure in page.locator("details").all():
        disclosure.locator("summary").click()
    _check(page, "case", size)
    page.goto(by_hand)
    _check(page, "by-hand", size)
    page.goto(f"{case}/records")
    expect(page.get_by_text("提供許可の指紋").first).to_be_visible()
    _check(page, "records", size)
    page.goto(f"{address}/{CITY}/")
    _check(page, "home", size)
    for path in (
        "applications/statistics",
        "notices/",
        "offers/",
        "own-use/new",
        "own-use/new/81-1",
        "desk/",
        "representation/",
    ):
        page.goto(f"{address}/{CITY}/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        _check(page, path.strip("/").replace("/", "-"), size)
    context.close()
    scripts.close()


@pytest.mark.parametrize(
    "size", [pytest.param(DESK, id="desk", marks=pytest.mark.thorough), pytest.param(PHONE, id="phone")]
)
@pytest.mark.usefixtures("_no_cases")
def test_a_change_elsewhere_appears_on_the_page_of_the_case(
    browser: Browser, address: str, exchange: Exchange, size: ViewportSize
) -> None:
    page = browser.new_context(viewport=size).new_page()
    page.goto(f"{address}/{CITY}/sign-in")
    page.get_by_label("利用者名").fill("yamada")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    page.goto(f"{address}/{CITY}/residents?words=さとうはなこ")
    page.get_by_role("link", name="始める").first.click()
    page.get_by_role("button", name="この事務で始める").click()
    expect(page.get_by_role("heading", name="ほかの機関からの回答")).to_be_visible()
    expect(page.get_by_role("heading", name="受付の後の変更")).not_to_be_visible()
    deadline = datetime.now(UTC).timestamp() + PATIENCE_SECONDS
    # The town's worker tells the network of the case in its own time, and hears in its own time: whoever pays pensions goes on deciding.
    while not page.get_by_role("heading", name="受付の後の変更").is_visible():
        assert datetime.now(UTC).timestamp() < deadline
        award = ChangeEvent(
            event_id=uuid4(),
            addressee="P-browser",
            kind=EventKind.BENEFIT_AWARDED,
            information=InformationKind.PUBLIC_PENSION_BENEFIT.value,
            occurred_at=datetime.now(UTC),
        )
        exchange.call(
            PUBLISH,
            PublishEvents(events=(award,)),
            sender=network.PENSION,
            receiver=f"gateway.{network.PENSION}",
        )
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_role("heading", name="給付の決定").first).to_be_visible()
    _check(page, "case-changes", size)
