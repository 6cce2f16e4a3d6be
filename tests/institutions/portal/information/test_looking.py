"""My information, asked of a running network: what there is, the values, their source, why not, files, and that nothing is kept."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest

from mynumber.foundation.law import InformationKind
from mynumber.institutions.portal.information import settling
from mynumber.institutions.portal.information.models import OwnInquiry
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.facts import LocalTaxFact
from mynumber.protocols.holds import CHANGE_HOLDS, ChangeHolds, Hold, HoldKey, HoldReason
from mynumber.protocols.information import OWN_REQUEST, PORTAL
from mynumber.protocols.records import QUERY_RECORDS, QUERY_SIDE, RecordQuery, SideQuery
from tests.institutions.portal.house import Browser, Holder, House
from tests.support.directory import NOWHERE
from tests.support.exchange import CITY, FORMER_CITY
from tests.support.waiting import eventually

WANTED = f"{FORMER_CITY}|local_tax|fy2026"


def post(browser: Browser, page: str, action: str, fields: dict[str, Any]) -> str:
    """Send a form of a page; the page that comes back, whole."""
    browser.text(page)
    token = browser.cookies["portal_csrf"].value
    response = browser.post(action, {"csrfmiddlewaretoken": token, **fields})
    assert response.status_code == 200, response.status_code
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return content.decode()


def look(browser: Browser, *wanted: str) -> str:
    return post(browser, "/information/", "/information/values", {"want": list(wanted or (WANTED,))})


def carried(page: str) -> str:
    return page.split('name="carried" value="')[1].split('"')[0]


def latest(holder: Holder) -> OwnInquiry:
    return OwnInquiry.objects.filter(account__certificate_serial=holder.serial).order_by("-asked_at")[0]


def test_what_there_is_stands_by_subject_with_its_source(resident: Browser) -> None:
    overview = resident.text("/information/")
    assert "届いた中身を保存しません" in overview
    page = post(resident, "/information/", "/information/held", {})
    for words in (
        "世帯・税・口座",
        "地方税関係情報",
        "八尾市",
        "令和8年度（2026年度）",
        "登録がなかった機関",
        "葛飾区",
    ):
        assert words in page, words
    assert WANTED in page
    assert "1,234,567円" not in page  # the list has no value


def test_a_value_comes_with_meaning_source_and_freshness(
    house: House, holder: Holder, resident: Browser
) -> None:
    page = look(resident)
    for words in (
        "1／1件",
        "届きました",
        "1,234,567円",
        "令和8年度（2026年度）",
        "きょう",
        "八尾市",
        "副本",
        "この情報はまちがっている",
    ):
        assert words in page, words
    assert page.rstrip().endswith("</html>")
    row = latest(holder)
    assert (row.outcome, row.given, row.sheet) == ("provided", ["fy2026"], None)
    assert row.told_at is not None
    # the three records: the portal's, the provider's, the network's
    (side,) = house.exchange.call(
        QUERY_SIDE, SideQuery(request_ids=(row.pk,)), sender=FORMER_CITY, receiver=f"gateway.{FORMER_CITY}"
    ).records
    (own,) = house.exchange.call(
        QUERY_SIDE, SideQuery(request_ids=(row.pk,)), sender="network", receiver=PORTAL
    ).records
    assert side.affair == own.affair == OWN_REQUEST
    assert (side.permit_digest, side.outcome, side.given) == (own.permit_digest, own.outcome, own.given)

    def recorded() -> bool:
        found = house.exchange.call(
            QUERY_RECORDS,
            RecordQuery(code=row.account.code or "", inquirer=PORTAL, request_id=row.pk),
            sender=PORTAL,
            receiver="network",
        ).records
        return bool(found) and {event.side for event in found[0].events} == {
            "network",
            "provider",
            "inquirer",
        }

    eventually(lambda: recorded() or None, "three entries of the network")
    shown = resident.text(f"/records/{PORTAL}/{row.pk}")
    assert "本人の求め" in shown
    assert "番号法附則第6条" in shown
    assert "本人の求め" in resident.text("/records/")


def test_several_kinds_and_years_come_in_one_page(house: House, holder: Holder, resident: Browser) -> None:
    older = LocalTaxFact(fiscal_year=2025, total_income=987_654, income_levy=1, dependants=0)
    house.exchange.register(FORMER_CITY, holder.at_former, InformationKind.LOCAL_TAX, older)
    page = look(
        resident,
        f"{FORMER_CITY}|local_tax|fy2026",
        f"{FORMER_CITY}|local_tax|fy2025",
        f"{FORMER_CITY}|local_tax|fy2024",
        f"{CITY}|resident_record|",
        f"{FORMER_CITY}|pension_benefit|",
    )
    for words in (
        *("1,234,567円", "987,654円", "この期間の登録はありません", "3／3件"),
        *("登録していません", "この情報をネットワークで渡すことになっていません"),
    ):
        assert words in page, words


def rows_with_the_value(house: House) -> set[tuple[str, str]]:
    """Table and row. Other tests of the same portal type a telephone number that contains it."""
    spellings = ("1234567", b"1234567".hex(), "1,234,567")
    with psycopg.connect(house.database.owner_url) as owner:
        tables = [
            name for (name,) in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        assert "own_inquiry" in tables
        return {
            (table, row)
            for table in tables
            for (row,) in owner.execute(f'SELECT t::text FROM "{table}" AS t')  # noqa: S608 - own tables
            if any(each in row for each in spellings)
        }


def test_nothing_of_a_value_stays_at_the_portal(house: House, holder: Holder, resident: Browser) -> None:
    before = rows_with_the_value(house)
    page = look(resident)
    assert "1,234,567円" in page
    resident.post_form("/information/", "/information/export", carried=carried(page), format="json")
    assert {table for table, _ in rows_with_the_value(house) - before} == set()


def test_why_not_is_said_and_what_waits_can_be_looked_at_again(
    house: House, holder: Holder, resident: Browser
) -> None:
    hold = Hold(
        addressee=holder.at_former,
        information="local_tax",
        reason=HoldReason.BY_HAND,
        since=datetime.now(UTC),
    )

    def change(asked: ChangeHolds) -> None:
        house.exchange.call(CHANGE_HOLDS, asked, sender=FORMER_CITY, receiver=f"gateway.{FORMER_CITY}")

    change(ChangeHolds(set=(hold,)))
    page = look(resident)
    assert "担当者が確かめてから示すことになっています" in page
    assert "1,234,567円" not in page
    change(
        ChangeHolds(
            lift=(HoldKey(addressee=holder.at_former, information="local_tax", reason=HoldReason.BY_HAND),)
        )
    )
    row = latest(holder)
    assert row.outcome == Outcome.WAITING
    overview = resident.text("/information/")
    assert f"/information/waiting/{row.pk}" in overview
    again = post(resident, "/information/", f"/information/waiting/{row.pk}", {})
    assert "担当者の確認待ち" in again  # nobody has decided


def test_an_institution_that_is_away_is_named_with_its_reason(
    house: House, holder: Holder, resident: Browser
) -> None:
    with house.away(f"gateway.{FORMER_CITY}"):
        page = look(resident)
    assert "この機関のシステムにつながりません" in page
    row = latest(holder)
    assert row.outcome == Outcome.OPEN
    # what was left open is settled: the permit that nobody used is given up
    OwnInquiry.objects.filter(pk=row.pk).update(asked_at=datetime.now(UTC) - timedelta(minutes=4))
    settling.settle(now=datetime.now(UTC))
    row.refresh_from_db()
    assert (row.outcome, row.told_at is not None) == (Outcome.ABANDONED, True)


def test_a_page_becomes_a_file_of_the_same(house: House, holder: Holder, resident: Browser) -> None:
    page = look(resident, WANTED, f"{FORMER_CITY}|pension_benefit|")
    sealed = carried(page)
    asked = OwnInquiry.objects.count()
    response: Any = resident.post_form("/information/", "/information/export", carried=sealed, format="json")
    assert response["Content-Disposition"].endswith('"watashi-no-joho.json"')
    made = json.loads(response.content)
    (given,) = [item for item in made["items"] if item["outcome"] == "provided"]
    assert given["provider_name"] == "八尾市"
    assert given["values"][0]["fact"]["total_income"] == 1_234_567
    schema = json.loads(resident.text("/information/schema.json"))
    assert made["$schema"] == schema["$id"]
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(schema)
    assert list(validator.iter_errors(made)) == []
    given["values"][0]["fact"]["total_income"] = "much"
    assert list(validator.iter_errors(made)) != []
    pdf: Any = resident.post_form("/information/", "/information/export", carried=sealed, format="pdf")
    assert pdf["Content-Type"] == "application/pdf"
    if shutil.which("pdftotext"):
        words = subprocess.run(
            ["pdftotext", "-", "-"], input=pdf.content, capture_output=True, check=True
        ).stdout.decode()
        for word in ("1,234,567円", "八尾市", "総所得金額等", "このサイトは、この内容を保存していません"):
            assert word in "".join(words.split()), word
    assert OwnInquiry.objects.count() == asked  # nothing was asked again


def test_what_is_away_altogether_is_a_page_that_says_so(house: House, resident: Browser) -> None:
    resident.text("/information/")
    token = resident.cookies["portal_csrf"].value
    with house.away("network"):
        response = resident.post("/information/held", {"csrfmiddlewaretoken": token})
    assert response.status_code == 503
    assert "いまは取り寄せられません" in response.content.decode()


def test_the_core_compares_the_portals_records_too(house: House, holder: Holder, resident: Browser) -> None:
    look(resident)
    row = latest(holder)
    assert isinstance(row.pk, UUID)
    found = house.exchange.call(
        QUERY_SIDE, SideQuery(request_ids=(row.pk,)), sender="network", receiver=PORTAL
    )
    assert msgspec.to_builtins(found)["records"][0]["outcome"] == "provided"
    assert NOWHERE  # the portal of the house is a process of its own


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("What was fetched", "Here it is", "This is wrong", "Save as PDF", "1,234,567円")),
        ("ja-x-easy", ("とりよせた じょうほう", "とどきました", "これは まちがって います", "PDFに する")),
    ],
)
def test_a_page_that_comes_in_pieces_keeps_its_language(
    resident: Browser, language: str, words: tuple[str, ...]
) -> None:
    resident.cookies["portal_language"] = language
    page = look(resident)
    for word in words:
        assert word in page, word
    assert ("My information" if language == "en" else "わたしの じょうほう") in resident.text("/information/")
