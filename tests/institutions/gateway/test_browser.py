"""The gateway's pages in a real browser, without script: a member's staff works through all of them, wide and narrow."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import psycopg
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from mynumber.foundation.law import InformationKind
from mynumber.protocols.corrections import CORRECT, Correct, CorrectionReason
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.files import Purpose
from mynumber.protocols.holders import ASK_TO_OBTAIN, ObtainRequest, seal_person
from mynumber.protocols.holds import CHANGE_HOLDS, ChangeHolds, Hold, HoldReason
from mynumber.protocols.information import CaseKind
from mynumber.protocols.member import Member
from mynumber.protocols.refusal import Reason, Refused
from mynumber.protocols.residents import FourAttributes
from tests.institutions.gateway.conftest import PASSWORD, add_staff
from tests.support.exchange import CITY, FORMER_CITY, TAX, Exchange, inquiry_of, resident_code
from tests.support.own_information import Self
from tests.support.waiting import eventually
from tests.webkit.face.serving import DESK, PHONE, browsing, look_at, serving

pytestmark = pytest.mark.browser

TENANT = FORMER_CITY.replace(".", "_")


def prepare(exchange: Exchange, prefix: str, times: int) -> None:
    """The former city provides: an item for its desk, a file, a code to obtain, a correction for it and of it; for the `times`-th time."""
    exchange.give_codes(
        {
            resident_code(): {CITY: f"{prefix}c-1", FORMER_CITY: f"{prefix}f-1"},
            (person_code := resident_code()): {CITY: f"{prefix}c-2", FORMER_CITY: f"{prefix}f-2"},
            resident_code(): {CITY: f"{prefix}c-3"},
        }
    )
    for holder, addressee in ((FORMER_CITY, "f-1"), (FORMER_CITY, "f-2"), (CITY, "c-2")):
        exchange.register(holder, f"{prefix}{addressee}", InformationKind.LOCAL_TAX, TAX)
    hold = Hold(addressee=f"{prefix}f-1", reason=HoldReason.PENDING_CASE, since=datetime.now(UTC))
    exchange.call(
        CHANGE_HOLDS, ChangeHolds(set=(hold,)), sender=FORMER_CITY, receiver=f"gateway.{FORMER_CITY}"
    )
    [waiting] = exchange.ask(inquiry_of(f"{prefix}c-1"))
    assert waiting.outcome is Outcome.WAITING
    lines = [
        {"addressee": addressee, "information": "local_tax", "as_of": datetime.now(UTC), "fact": TAX}
        for addressee in (f"{prefix}f-2", "nobody", f"{prefix}f-1")
    ]
    file = io.BytesIO(b"".join(msgspec.json.encode(line) + b"\n" for line in lines) + b"no line\n")
    member = Member(exchange.node(FORMER_CITY), FORMER_CITY, lambda: datetime.now(UTC))
    member.send_file(file, Purpose.COPIES, uuid4())
    in_vain = inquiry_of(f"{prefix}c-3")
    with pytest.raises(Refused, match=Reason.PROVIDER_HAS_NO_CODE.value):
        exchange.inquire(f"{prefix}c-3", request_id=in_vain.request_id)
    person = FourAttributes(
        name="見本　花子",
        address="見本県見本市１",
        birth_date=datetime(1990, 1, 2, tzinfo=UTC).date(),
        sex="2",
    )
    sealed = seal_person(
        person,
        to=exchange.node(CITY).directory.seal_key(FORMER_CITY),
        inquirer=CITY,
        request_id=in_vain.request_id,
    )
    exchange.call(
        ASK_TO_OBTAIN,
        ObtainRequest(request_id=in_vain.request_id, sealed_person=sealed),
        sender=CITY,
        receiver=f"gateway.{CITY}",
    )
    given = exchange.inquire(f"{prefix}f-2", member=FORMER_CITY, provider=CITY)
    assert given.outcome is Outcome.PROVIDED
    correction = Correct(
        correction=uuid4(),
        addressee=f"{prefix}c-2",
        information="local_tax",
        reason=CorrectionReason.WRONG_VALUE,
    )
    exchange.call(CORRECT, correction, sender=CITY, receiver=f"gateway.{CITY}")
    resident = Self(exchange, person_code)
    resident.case(resident.see(), kind=CaseKind.NOT_ME)
    arrived(exchange, times)


def arrived(exchange: Exchange, letters: int) -> None:
    """Until so many letters of each sort are there."""
    with psycopg.connect(exchange.gateway_database.tenant_urls[TENANT], autocommit=True) as former:
        eventually(
            lambda: former.execute(
                """
                SELECT 1 WHERE (SELECT count(*) FROM obtain_request WHERE state = 'open') >= %(letters)s
                    AND (SELECT count(*) FROM received_correction WHERE seen_at IS NULL) >= %(letters)s
                """,
                {"letters": letters},
            ).fetchone(),
            "the letters",
        )


@pytest.fixture(scope="module")
def address(exchange: Exchange, pages: Callable[[Exchange], AbstractContextManager[None]]) -> Iterator[str]:
    """The gateway's pages as a real process, with a member of staff."""
    with pages(exchange):
        add_staff(TENANT)
    prepare(exchange, f"B{DESK['width']}", 1)
    variables = {
        **exchange.systems.environment("gateway"),
        "DATABASE_URL": exchange.gateway_database.url,
        "MYNUMBER_PUBLIC_URLS": '{"guide":"http://localhost:8000"}',
    }
    with serving("mynumber.institutions.gateway.wsgi:application", **variables) as running:
        yield running


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Browser]:
    # After the address: Django's database is not to be used in a thread in which the browser's loop runs.
    with browsing() as browser:
        yield browser


def _check(page: Page, name: str, size: ViewportSize) -> None:
    page.keyboard.press("Tab")  # a hand is on the page: what opens now is its doing
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    look_at(page, f"gateway-{name}", PHONE, size)


def test_a_members_staff_works_through_all_pages(browser: Browser, address: str) -> None:
    """One visit; each page is looked at in both widths."""
    size = DESK
    context = browser.new_context(viewport=size)
    scripts = browser.new_context(viewport=size, java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    _check(page, "home", size)
    page.goto(f"{address}/{TENANT}/")
    page.get_by_label("利用者名").fill("suzuki")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("提供の手動回答")
    _check(page, "desk", size)

    # From here without script, as the same member of staff.
    scripts.add_cookies(context.cookies())  # type: ignore[arg-type]  # what one context gives, the other takes
    plain = scripts.new_page()
    plain.goto(page.url)
    plain.get_by_role("link", name="地方税関係情報").first.click()
    item = plain.url
    page.goto(item)
    _check(page, "desk-item", size)
    plain.get_by_role("button", name="提供しないと回答する").click()
    expect(plain.get_by_text("選んでください。").first).to_be_visible()
    plain.get_by_label("照会先の担当者が確かめ").check()
    plain.get_by_role("button", name="提供しないと回答する").click()
    expect(plain.get_by_text("提供しない").first).to_be_visible()
    page.goto(item)
    _check(page, "desk-item-done", size)

    plain.get_by_role("link", name="自動応答の停止").click()
    plain.get_by_role("combobox", name="情報").select_option("local_tax")
    plain.get_by_role("combobox", name="理由").select_option("by_hand")
    plain.get_by_label("終わりの日").fill("2001-01-01")
    plain.get_by_role("button", name="自動応答を止める").click()
    expect(plain.get_by_text("明日より後の日").first).to_be_visible()
    plain.get_by_label("終わりの日").fill("")
    plain.get_by_role("button", name="自動応答を止める").click()
    page.goto(plain.url)
    _check(page, "holds", size)
    plain.get_by_role("button", name="すべての人の地方税関係情報を自動応答に戻す").click()

    plain.get_by_role("link", name="受付時間").click()
    _fill_hours(plain)
    page.goto(plain.url)
    _check(page, "hours", size)
    for button in ("取り消す",) * 3:
        plain.get_by_role("button", name=button).first.click()

    plain.get_by_role("link", name="符号の取得依頼").click()
    page.goto(plain.url)
    _check(page, "obtain", size)
    plain.get_by_role("button", name="符号を取得した").first.click()
    expect(plain.get_by_text("回答した依頼").first).to_be_visible()

    plain.get_by_role("link", name="副本", exact=True).click()
    plain.get_by_role("textbox", name="宛名番号").fill(f"B{size['width']}f-2")
    plain.get_by_role("button", name="副本を調べる").click()
    expect(plain.get_by_text("地方税関係情報").first).to_be_visible()
    page.goto(plain.url)
    page.get_by_role("textbox", name="宛名番号").fill(f"B{size['width']}f-2")
    page.get_by_role("button", name="副本を調べる").click()
    _check(page, "copies", size)

    plain.get_by_role("link", name="ファイル", exact=True).click()
    page.goto(plain.url)
    _check(page, "files", size)
    plain.get_by_role("link", name="副本の登録").first.click()
    expect(plain.get_by_text("行の形が決まりに合いません。")).to_be_visible()
    page.goto(plain.url)
    _check(page, "file", size)

    plain.get_by_role("link", name="訂正", exact=True).click()
    plain.get_by_role("button", name="訂正を確認した").first.click()
    plain.get_by_role("button", name="受け取った機関に知らせる").click()
    expect(plain.get_by_text("入力してください。").first).to_be_visible()
    plain.get_by_role("textbox", name="宛名番号").fill(f"B{size['width']}f-2")
    plain.get_by_role("combobox", name="情報").select_option("local_tax")
    plain.get_by_label("別の人の情報").check()
    plain.get_by_role("button", name="受け取った機関に知らせる").click()
    page.goto(plain.url)
    _check(page, "corrections", size)

    plain.get_by_role("link", name="本人からの申出").click()
    page.goto(plain.url)
    _check(page, "own-cases", size)
    plain.get_by_role("link", name="これは私のことではない").first.click()
    plain.get_by_role("button", name="記録して、本人に知らせる").click()
    expect(plain.get_by_text("選んでください。").first).to_be_visible()
    plain.get_by_label("調べ始める").check()
    plain.get_by_role("button", name="記録して、本人に知らせる").click()
    expect(plain.get_by_text("調べています（")).to_be_visible()
    page.goto(plain.url)
    _check(page, "own-case", size)
    context.close()
    scripts.close()


def _fill_hours(plain: Page) -> None:
    for summary in plain.locator("details summary").all():
        summary.click()
    plain.get_by_label("月曜日").check()
    plain.locator("#hours_opens").fill("00:00")
    plain.locator("#hours_closes").fill("00:00")
    plain.get_by_role("button", name="この時間を加える").click()
    for summary in plain.locator("details summary").all():
        summary.click()
    plain.locator("#closure_begins").fill("2099-01-01 22:00")
    plain.locator("#closure_ends").fill("2099-01-02 06:00")
    plain.locator("#closure_why").fill("システムの更改")
    plain.get_by_role("button", name="この期間を加える").click()
    for summary in plain.locator("details summary").all():
        summary.click()
    plain.locator("#paper_information").select_option("local_tax")
    plain.locator("#paper_name").fill("課税証明書")
    plain.locator("#paper_where").fill("市民税課の窓口、コンビニ交付")
    plain.get_by_role("button", name="この書類にする").click()
