"""Searching the history and taking it along: by words, institution, days, end and asker; files that no spreadsheet calculates; what must not leak."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from mynumber.institutions.portal.records.exporting import HEAD, guarded
from mynumber.protocols.exchange import Inquiry
from tests.institutions.portal.house import Browser, Holder, House
from tests.support.exchange import ALLOWANCE, CITY, FORMER_CITY, PENSION
from tests.support.waiting import eventually


@pytest.fixture
def resident(house: House, holder: Holder, browser: Browser) -> Browser:
    """Somebody about whom was asked four times: given, nothing held, refused; and once not to be disclosed."""
    response: Any = browser.sign_in(house, holder)
    assert response.status_code == 303
    asked: list[dict[str, Any]] = [
        {"organisation": "子育て支援課"},
        {"organisation": '=HYPERLINK("http://evil.invalid")', "information": "public_pension_benefit"},
        {"provider": PENSION, "organisation": "年金係"},
        {"organisation": "秘密の係", "non_disclosure": True},
    ]
    for one in asked:
        inquiry = Inquiry(
            **{
                "request_id": uuid4(),
                "addressee": holder.at_city,
                "affair": ALLOWANCE,
                "provider": FORMER_CITY,
                "information": "local_tax",
                **one,
            }
        )
        house.exchange.ask(inquiry)
    # the gateways tell the core how it ended in their own time
    eventually(lambda: "提供済み" in browser.text("/records/"), "the end of the exchange")
    return browser


def counted(page: str) -> str:
    return page.split("この一覧に載っているもの")[1]


def test_words_ends_and_askers_narrow_the_list(resident: Browser) -> None:
    everything = resident.text("/records/")
    assert "全部で 3 件" in everything
    for query, there, not_there, count in (
        ("q=子育て", "提供済み", "年金係", 1),
        ("q=ｺｿﾀﾞﾃ", "", "提供済み", 0),
        ("q=児童扶養手当　八尾", "提供済み", "", 2),
        ("outcome=given", "提供済み", "拒否", 1),
        ("outcome=stopped", "拒否", "提供済み", 2),
        ("outcome=nothing", "", "提供済み", 0),
        ("by=self", "", "提供済み", 0),
        ("by=institution&q=提供済み", "提供済み", "拒否", 1),
        (f"inquirer={CITY}&q=地方税", "提供済み", "", 2),
        ("inquirer=portal", "", "提供済み", 0),
    ):
        page = resident.text(f"/records/?{query}")
        table = page.split("<table")[1].split("</table>")[0] if "<table" in page else ""
        assert there in table, query
        assert not not_there or not_there not in table, query
        assert f"この条件で {count} 件" in counted(page), query


def test_what_is_not_to_be_disclosed_is_in_no_search_file_or_count(resident: Browser) -> None:
    for query in ("", "?q=秘密", "?outcome=given", "?by=institution"):
        assert "秘密の係" not in resident.text(f"/records/{query}")
        for kind in ("csv", "pdf"):
            response = resident.get(f"/records/export.{kind}{query}")
            assert response.status_code == 200
            assert "秘密の係".encode() not in response.content
    assert "この条件で 0 件" in resident.text("/records/?q=秘密の係")
    lines = _lines(resident, "")
    assert len(lines) == 3


def _lines(resident: Browser, query: str) -> list[dict[str, str]]:
    response = resident.get(f"/records/export.csv{query}")
    assert response["Content-Disposition"] == 'attachment; filename="yaritori-rireki.csv"'
    assert response["Cache-Control"].find("no-store") >= 0
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_a_csv_holds_what_was_searched_and_calculates_nothing(resident: Browser) -> None:
    lines = _lines(resident, "?outcome=given")
    assert [(line["結果"], line["担当"], line["種類"]) for line in lines] == [
        ("提供済み", "子育て支援課", "やりとり")
    ]
    (evil,) = [line for line in _lines(resident, "") if "HYPERLINK" in line["担当"]]
    assert evil["担当"].startswith("'=")
    assert tuple(evil) == HEAD


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x"])
def test_every_beginning_of_a_formula_is_text(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    assert guarded(f"a{cell}") == f"a{cell}"


def test_a_pdf_says_what_it_covers(resident: Browser) -> None:
    response = resident.get("/records/export.pdf?outcome=given")
    assert response["Content-Type"] == "application/pdf"
    if shutil.which("pdftotext"):
        done = subprocess.run(
            ["pdftotext", "-", "-"], input=response.content, capture_output=True, check=True
        )
        words = "".join(done.stdout.decode().split())
        for word in ("やりとり履歴", "結果情報が提供された", "子育て支援課", "1件", "レシート"):
            assert word in words, word


def test_a_question_about_an_exchange_reaches_who_asked(
    house: House, holder: Holder, resident: Browser
) -> None:
    (line,) = _lines(resident, "?outcome=given")
    address = f"/records/{CITY}/{line['照会番号']}"
    page = resident.text(address)
    assert "聞いた期間" in page
    assert "いちばん新しいもの" in page
    assert "令和8年度（2026年度）" in page
    response: Any = resident.post_form(f"{address}/ask", f"{address}/ask", words="なんのためですか。")
    assert response.status_code == 303
    assert "葛飾区の窓口に届きました" in resident.text(response["Location"])
    assert "やりとりについての問い合わせ" in resident.text(address)
    other = Browser()
    assert other.sign_in(house, house.holder()).status_code == 303  # type: ignore[attr-defined]
    assert other.get(f"{address}/ask").status_code == 404  # another's exchange, as one that is none
    assert other.get(f"/records/{CITY}/{uuid4()}/ask").status_code == 404


def test_no_other_kind_of_file_and_no_bad_filter(resident: Browser) -> None:
    assert resident.get("/records/export.xlsx").status_code == 404
    assert resident.get("/records/export.csv?since=tomorrow").status_code == 404
    assert datetime.now(UTC).year >= 2026
