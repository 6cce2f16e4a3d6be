"""Pages of the history of exchanges, on records that a running network holds."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from mynumber.foundation import tlog
from mynumber.institutions.portal.account.models import Account
from mynumber.protocols.corrections import CORRECT, Correct, CorrectionReason
from mynumber.protocols.events import (
    PUBLISH,
    SUBSCRIPTIONS,
    WATCHES,
    ChangeEvent,
    ChangeSubscriptions,
    ChangeWatches,
    EventKind,
    PublishEvents,
    Topic,
)
from mynumber.protocols.refusal import Hop, Reason
from tests.institutions.portal.house import Browser, Holder, House
from tests.support.exchange import CITY, FORMER_CITY, PENSION
from tests.support.waiting import eventually


@pytest.fixture
def resident(house: House, holder: Holder, browser: Browser) -> Browser:
    """A browser signed in by the holder."""
    response: Any = browser.sign_in(house, holder)
    assert response.status_code == 303
    return browser


def ask(house: House, holder: Holder) -> str:
    """The city asks the former city; the address of the record's page."""
    request_id = uuid4()
    house.exchange.inquire(holder.at_city, request_id=request_id)
    return f"/records/{CITY}/{request_id}"


def settled(resident: Browser, address: str, receipts: int = 3) -> str:
    """The page of a record, once all its entries are in the signed log."""

    def look() -> str | None:
        page = resident.text(address)
        return page if page.count(".txt</a>") == receipts else None

    return eventually(look)


def test_the_list_says_who_asked_whom_for_which_affair_under_which_item(
    house: House, holder: Holder, resident: Browser
) -> None:
    assert "やりとりはまだありません" in resident.text("/records/")
    address = ask(house, holder)
    settled(resident, address)
    page = resident.text("/records/")
    assert address in page
    for words in (
        "児童扶養手当法による児童扶養手当の支給に関する事務",
        "八十一の項",
        "葛飾区",
        "八尾市",
        "地方税",
        "提供済み",
        "全部で 1 件",
        "この一覧に載っているもの",
    ):
        assert words in page, words
    assert "児童扶養手当" in resident.text("/")


def test_a_record_tells_its_life_the_law_and_who_knew_what(
    house: House, holder: Holder, resident: Browser
) -> None:
    page = settled(resident, ask(house, holder))
    for words in (
        "あなたの情報が提供されました",
        "法律の表で確かめ、許可しました",
        "情報を提供しました",
        "回答を受け取りました",
        "第二条の表 八十一の項",
        "子育て支援課",
        "このやりとりが通った道",
        "記録用の符号だけ",
        house.exchange.vkey,
    ):
        assert words.replace("+", "&#x2B;") in page or words in page, words


def test_a_refusal_is_shown_with_where_and_why_and_that_nothing_moved(
    house: House, holder: Holder, resident: Browser
) -> None:
    request_id = uuid4()
    assert house.exchange.refusal(
        lambda: house.exchange.inquire(
            holder.at_city, provider=PENSION, information="local_tax", request_id=request_id
        )
    ) == (Hop.NETWORK, Reason.NOT_IN_TABLE)
    assert "提供されず（拒否）" in resident.text("/records/")
    page = settled(resident, f"/records/{CITY}/{request_id}", receipts=1)
    for words in (
        "あなたの情報は渡されていません",
        "情報提供ネットワークシステム</strong>",
        "という行が法令の表にありません",
        "認める行はありません",
        "ここで拒否",
    ):
        assert words in page, words


def test_a_receipt_is_a_file_that_verifies_without_any_server(
    house: House, holder: Holder, resident: Browser, tmp_path: Path
) -> None:
    page = settled(resident, ask(house, holder))
    links = re.findall(r'href="(/records/receipts/(\d+))"', page)
    assert len(links) == 3
    assert "mynumber receipt verify --policy log.policy" in page
    key, policy = tmp_path / "log.vkey", tmp_path / "log.policy"
    key.write_bytes(Browser().get("/records/log-key").content)
    policy.write_bytes(Browser().get("/records/log-policy").content)
    assert policy.read_text() == f"log {house.exchange.vkey}\nquorum none\n"
    for link, index in links:
        response = resident.get(link)
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert response.headers["Content-Disposition"] == f'attachment; filename="receipt-{index}.txt"'
        assert response.headers["Cache-Control"] == "no-store"
        assert tlog.verify_receipt(response.content.decode(), house.exchange.vkey).index == int(index)
        file = tmp_path / f"receipt-{index}.txt"
        file.write_bytes(response.content)
    for trusted in (("--key", str(key)), ("--policy", str(policy))):
        verify = [sys.executable, "-m", "mynumber.platform.cli", "receipt", "verify", *trusted, str(file)]
        done = subprocess.run(verify, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_nobody_sees_a_record_or_a_receipt_of_somebody_else(
    house: House, holder: Holder, resident: Browser
) -> None:
    address = ask(house, holder)
    link = re.findall(r'href="(/records/receipts/\d+)"', settled(resident, address))[0]
    stranger = Browser()
    stranger.sign_in(house, house.holder())
    assert stranger.get(address).status_code == 404
    assert stranger.get(link).status_code == 404
    assert stranger.get("/records/receipts/999999999").status_code == 404
    assert "やりとりはまだありません" in stranger.text("/records/")


def test_the_list_is_filtered_by_institution_and_period_and_keeps_what_was_typed(
    house: House, holder: Holder, resident: Browser
) -> None:
    address = ask(house, holder)
    today = datetime.now(UTC) + timedelta(hours=9)
    day, before = f"{today:%Y-%m-%d}", f"{today - timedelta(days=1):%Y-%m-%d}"
    assert address in resident.text(
        f"/records/?since={day}&until={day}&inquirer={CITY}&provider={FORMER_CITY}"
    )
    for query in (f"provider={PENSION}", f"inquirer={FORMER_CITY}", f"until={before}"):
        page = resident.text(f"/records/?{query}")
        assert "この条件に当てはまるやりとりはありません" in page
        assert address not in page
    page = resident.text(f"/records/?since={day}&until={before}")
    assert "より後の日にしてください" in page
    assert f'value="{day}"' in page
    assert "入力を確かめてください" in resident.text("/records/?inquirer=nobody")
    assert "入力を確かめてください" in resident.text("/records/?since=soon")


def hear_of_a_move(house: House, holder: Holder) -> str:
    """The city has a case about the holder, and the former city tells that they moved out; the address of the change's page."""
    topic = Topic(affair="81-1", provider_kind="municipality", information="resident_record")
    call = house.exchange.call
    call(SUBSCRIPTIONS, ChangeSubscriptions(begin=(topic,)), sender=CITY, receiver=f"gateway.{CITY}")
    watch = ChangeWatches(topic=topic, watch=(holder.at_city,))
    call(WATCHES, watch, sender=CITY, receiver=f"gateway.{CITY}")
    event = ChangeEvent(
        event_id=uuid4(),
        addressee=holder.at_former,
        kind=EventKind.MOVED_OUT,
        information="resident_record",
        occurred_at=datetime.now(UTC),
    )
    sent = PublishEvents(events=(event,))
    call(PUBLISH, sent, sender=FORMER_CITY, receiver=f"gateway.{FORMER_CITY}")

    def look() -> str | None:
        with psycopg.connect(house.exchange.network_database.owner_url) as core:
            row = core.execute(
                "SELECT index FROM event_entry WHERE event_id = %s", [event.event_id]
            ).fetchone()
        return f"/records/changes/{row[0]}" if row else None

    return eventually(look)


def test_a_change_that_was_told_is_shown_with_its_basis_and_its_receipt(
    house: House, holder: Holder, resident: Browser
) -> None:
    assert "知らされた機関は、まだありません" in resident.text("/records/")
    address = hear_of_a_move(house, holder)
    page = resident.text("/records/")
    for words in (address, "転出", "葛飾区", "八尾市", "児童扶養手当の支給に関する事務", "八十一の項"):
        assert words in page, words
    page = settled(resident, address, receipts=1)
    for words in ("転出", "第二条の表 八十一の項", "中身は入っていません", "mynumber receipt verify"):
        assert words in page, words
    (link,) = re.findall(r'href="(/records/receipts/\d+)"', page)
    verified = tlog.verify_receipt(resident.get(link).content.decode(), house.exchange.vkey)
    assert verified.record["kind"] == "moved_out"
    assert "知らされた変化" in resident.text("/records/coverage")
    assert "知らされた変化</dt><dd>1 件" in resident.text("/records/coverage").replace("\n", "").replace(
        " <", "<"
    )
    stranger = Browser()
    stranger.sign_in(house, house.holder())
    assert stranger.get(address).status_code == 404
    assert stranger.get(link).status_code == 404


def test_changes_are_filtered_like_exchanges(house: House, holder: Holder, resident: Browser) -> None:
    address = hear_of_a_move(house, holder)
    yesterday = f"{datetime.now(UTC) + timedelta(hours=9) - timedelta(days=1):%Y-%m-%d}"
    assert address in resident.text(f"/records/?inquirer={CITY}&provider={FORMER_CITY}")
    for query in (f"inquirer={FORMER_CITY}", f"provider={PENSION}", f"until={yesterday}"):
        assert address not in resident.text(f"/records/?{query}"), query
    assert address in resident.text("/records/?changes=99")
    assert resident.get(f"/records/changes/{2**63}").status_code == 404


def test_the_list_has_pages(
    house: House, holder: Holder, resident: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mynumber.institutions.portal.records import views

    addresses = [ask(house, holder) for _ in range(3)]
    monkeypatch.setattr(views, "RECORDS_A_PAGE", 2)
    first, second = resident.text("/records/"), resident.text(f"/records/?page=2&inquirer={CITY}")
    assert [address in first for address in addresses] == [False, True, True]
    assert [address in second for address in addresses] == [True, False, False]
    assert "3件中 3〜3件" in second
    assert "3件中 1〜2件" in resident.text("/records/?page=99")
    assert "3件中 1〜2件" in resident.text("/records/?page=x")


def test_what_may_not_be_shown_is_not_shown_and_the_page_says_that_such_records_exist(
    house: House, holder: Holder, resident: Browser
) -> None:
    house.exchange.inquire(holder.at_city, non_disclosure=True)
    assert "やりとりはまだありません" in resident.text("/records/")
    page = resident.text("/records/coverage")
    for words in ("第40条第2項", "0 件", "7 年", "止められた問い合わせ"):
        assert words in page, words


def test_without_the_network_the_pages_say_so_and_the_rest_works(
    house: House, holder: Holder, resident: Browser
) -> None:
    address = ask(house, holder)
    with house.away("network"):
        for path in ("/records/", address, "/records/coverage", "/records/receipts/0"):
            page = resident.text(path, status=503)
            assert "記録を取り寄せられません" in page
            assert "Traceback" not in page
        assert "記録を取り寄せられません" in resident.text("/")
        assert "サインイン" in resident.text("/account/history")
    assert address in resident.text("/records/")


def test_a_core_that_does_not_answer_is_said_to_be_missing(
    house: House, holder: Holder, resident: Browser
) -> None:
    """What the others keep is shown, and nobody takes it for everything."""
    address = ask(house, holder)
    everything, missing = "あなたについてのやりとりの全部です", "network.westが応答しません"

    def saying(words: str) -> str:
        return eventually(lambda: page if words in (page := resident.text("/records/")) else None)

    saying(everything)
    house.exchange.systems.also("network.west")
    try:
        page = saying(missing)
        assert address in page
        assert everything not in page
        assert "ここの記録は載っていません" in resident.text("/records/coverage")
        assert missing in resident.text("/")
        assert "照会番号" in resident.text(address)
    finally:
        house.exchange.systems.moved({})
    saying(everything)


def test_a_code_that_did_not_come_is_asked_again_with_one_button(
    house: House, holder: Holder, browser: Browser
) -> None:
    asked = house.device.fetch(browser.begin(next_path="/records/"), now=datetime.now(UTC))
    accepted = house.device.respond(asked, holder.answer(asked))
    with house.away("jlis"):
        response: Any = browser.come_back(asked, accepted)
        assert response.headers["Location"] == "/records/"
        assert Account.objects.get(certificate_serial=holder.serial).code is None
        for path in ("/", "/records/", "/records/coverage"):
            assert "符号を受け取る" in browser.text(path)
        refused: Any = browser.post_form("/records/", "/account/code", next="/records/")
        assert refused.status_code == 503
        assert "符号を受け取れませんでした" in refused.content.decode()
        assert "ホームのページで" in browser.text(f"/records/{CITY}/{uuid4()}", status=503)
    obtained: Any = browser.post_form("/records/", "/account/code", next="/records/")
    assert (obtained.status_code, obtained.headers["Location"]) == (303, "/records/")
    assert "やりとりはまだありません" in browser.text("/records/")


def test_two_cards_of_one_person_lead_to_the_same_records(
    house: House, holder: Holder, resident: Browser
) -> None:
    address = ask(house, holder)
    second = house.new_card(holder)
    other = Browser()
    other.sign_in(house, second)
    assert address in other.text("/records/")
    codes = Account.objects.filter(certificate_serial__in=[holder.serial, second.serial])
    assert len({account.code for account in codes}) == 1


def test_a_corrected_value_is_shown_as_wrong(house: House, holder: Holder, resident: Browser) -> None:
    address = ask(house, holder)
    assert "誤りがありました" not in settled(resident, address)
    correction = Correct(
        correction=uuid4(),
        addressee=holder.at_former,
        information="local_tax",
        reason=CorrectionReason.WRONG_LINK,
    )
    house.exchange.call(CORRECT, correction, sender=FORMER_CITY, receiver=f"gateway.{FORMER_CITY}")

    def look() -> str | None:
        page = resident.text(address)
        return page if "提供された情報に誤りがありました" in page else None

    assert "別の人の情報（紐付け誤り）" in eventually(look)
