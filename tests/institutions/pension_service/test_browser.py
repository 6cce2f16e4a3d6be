"""Every page of the desk in a real browser: nothing scrolls sideways, axe finds nothing, on a phone and without script."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Browser

from mynumber.foundation.rules.national_pension import Kind
from mynumber.institutions.pension_service.exemptions import deciding
from mynumber.institutions.pension_service.exemptions.examining import accept
from mynumber.institutions.pension_service.exemptions.models import Application
from mynumber.institutions.pension_service.offers import offering
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.examination.examining import claim
from mynumber.webkit.examination.states import Outcome
from mynumber.webkit.staff.models import StaffMember
from tests.institutions.pension_service.conftest import STAFF_PASSWORD
from tests.institutions.pension_service.test_exemptions import arrive, insure
from tests.institutions.pension_service.test_offers import owes
from tests.support.exchange import Exchange
from tests.webkit.face.serving import PHONE, browsing, look_at, serving

pytestmark = [pytest.mark.browser, pytest.mark.thorough]


@pytest.fixture(scope="module")
def address(service: Exchange, database: InstitutionDatabase) -> Iterator[str]:
    """The service as a real process: one application in examination, one decided, a list of offers."""
    okada, noguchi = (StaffMember.objects.get(username=name) for name in ("okada", "noguchi"))
    other = FourAttributes(
        name="見本　太郎", address="東京都葛飾区立石一丁目9番9号", birth_date=date(1990, 4, 1), sex="1"
    )
    insure()
    insure(other)
    now = timezone.now()
    with transaction.atomic():
        arrive()
        decided = arrive(other)
        for each in Application.objects.all():
            claim(each, okada, at=now)
            accept(each, okada, at=now)
        deciding.propose_by_person(decided, Outcome.GRANTED, Kind.FULL, "失業しました。", okada, at=now)
        deciding.approve(decided, noguchi, at=now)
        owes("亀有九丁目9番9号")
        offering.propose(by=noguchi, now=timezone.now)
    variables = service.systems.environment("pension_service")
    with serving(
        "mynumber.institutions.pension_service.wsgi:application",
        **{**variables, "DATABASE_URL": database.url, "MYNUMBER_PUBLIC_URLS": "{}"},
    ) as running:
        yield running


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Browser]:
    # After the address: Django's database is not to be used in a thread in which the browser's loop runs.
    with browsing() as browser:
        yield browser


def test_every_page_of_the_desk(browser: Browser, address: str) -> None:
    page = browser.new_context(viewport=PHONE).new_page()
    page.goto(address)
    look_at(page, "pension-home")
    page.goto(f"{address}/sign-in")
    look_at(page, "pension-sign-in")
    page.get_by_label("利用者名").fill("okada")
    page.get_by_label("パスワード").fill(STAFF_PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    for path, heading in (
        ("/applications/", "免除・猶予の申請"),
        ("/applications/1", "国民年金保険料の免除・納付猶予の申請"),
        ("/applications/1/correction", "補正を求める"),
        ("/applications/1/decision", "自分の判断で起案する"),
        ("/applications/2", "国民年金保険料の免除・納付猶予の申請"),
        ("/applications/2/letter", "決定通知書"),
        ("/applications/statistics", "件数と時間"),
        ("/offers/", "免除の案内"),
    ):
        page.goto(f"{address}{path}")
        assert heading in page.inner_text("h1"), path
        look_at(page, f"pension{path.replace('/', '-')}")
