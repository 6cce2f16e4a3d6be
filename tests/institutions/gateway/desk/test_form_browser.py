"""The form of a layout in a real browser: what must be said stands open, faults stand at their controls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from mynumber.foundation.law import InformationKind
from tests.institutions.gateway.conftest import PASSWORD, add_staff
from tests.institutions.gateway.desk.test_desk import TENANT, put_on_desk
from tests.support.exchange import CITY, TAX, Exchange, resident_code
from tests.webkit.face.serving import DESK, PHONE, browsing, look_at, serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(exchange: Exchange, pages: Callable[[Exchange], AbstractContextManager[None]]) -> Iterator[str]:
    exchange.give_codes({resident_code(): {CITY: "D-1"}})
    exchange.register(CITY, "D-1", InformationKind.LOCAL_TAX, TAX)
    with pages(exchange):
        add_staff(TENANT)
    with serving(
        "mynumber.institutions.gateway.wsgi:application",
        **exchange.systems.environment("gateway"),
        DATABASE_URL=exchange.gateway_database.url,
        MYNUMBER_PUBLIC_URLS='{"guide":"http://localhost:8000"}',
    ) as running:
        yield running


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.mark.parametrize(
    "size", [pytest.param(DESK, id="desk", marks=pytest.mark.thorough), pytest.param(PHONE, id="phone")]
)
def test_an_answer_is_typed_and_its_faults_are_found(
    browser: Browser, address: str, exchange: Exchange, size: ViewportSize
) -> None:
    digests = {kind: put_on_desk(exchange, kind) for kind in ("local_tax", "pension_benefit")}
    page = browser.new_context(viewport=size).new_page()
    page.goto(f"{address}/{TENANT}/sign-in")
    page.get_by_label("利用者名").fill("suzuki")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン").click()

    page.goto(f"{address}/{TENANT}/items/{digests['local_tax']}")
    expect(page.get_by_label("総所得金額等（円）")).to_have_value("1234567")
    optional = page.locator("details", has_text="当てはまるときに入力する項目")
    expect(optional.locator("#id_taxation")).to_be_hidden()
    optional.locator("summary").click()
    optional.locator("#id_taxation").select_option("非課税")
    look_at(page, "gateway-desk-form")

    page.goto(f"{address}/{TENANT}/items/{digests['pension_benefit']}")
    first = page.locator("details", has_text="公的年金給付 1")
    first.locator("summary").click()
    first.get_by_label("給付の種類").fill("老齢基礎年金")
    page.get_by_role("button", name="この内容で回答する").click()
    expect(first.get_by_label("年額（円）")).to_be_visible()
    expect(first.get_by_label("年額（円）")).to_have_attribute("aria-invalid", "true")
    look_at(page, "gateway-desk-form-faults")
