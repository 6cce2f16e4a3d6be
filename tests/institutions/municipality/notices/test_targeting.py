"""Whom a mailing is for: files that are hostile, ages at their edges."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.institutions.municipality.notices.targeting import (
    BadFile,
    Criteria,
    by_numbers,
    by_register,
    read_file,
    towns,
)
from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.conftest import CITY

GOOD = '宛名番号,額\r\n1000000001,100\r\n1000000002,"2,000"\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_table_is_read_as_spreadsheets_write_it(encoding: str) -> None:
    listed = read_file(GOOD.encode(encoding))
    assert listed.columns == ("額",)
    assert listed.values == {"1000000001": {"額": "100"}, "1000000002": {"額": "2,000"}}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "中身がありません"),
        (b"\r\n,\r\n", "中身がありません"),
        (b"\xff\xfe\x00", "文字の読み方"),
        ("宛名番号\r\n1000000001\0\r\n".encode(), "文字の読み方"),
        ("番号\r\n1000000001\r\n".encode(), "「宛名番号」の列がありません"),
        ("宛名番号\r\n".encode(), "一つもありません"),
        ("宛名番号\r\n100000001\r\n".encode(), "2行目の宛名番号が10桁"),
        ("宛名番号\r\n１０００００００００1\r\n".encode(), "2行目の宛名番号が10桁"),
        ("宛名番号\r\n1000000001\r\n1000000001\r\n".encode(), "3行目の宛名番号は、前の行"),
        ("宛名番号,額\r\n1000000001\r\n".encode(), "2行目の列の数"),
        ("宛名番号,額,額\r\n1000000001,1,2\r\n".encode(), "同じ名前の列"),
        ("宛名番号,氏名\r\n1000000001,x\r\n".encode(), "列の名前に使えない"),
        ("宛名番号,{額}\r\n1000000001,x\r\n".encode(), "列の名前に使えない"),
        (("宛名番号," + ",".join("abcdefgh") + "\r\n").encode(), "列が多すぎます"),
        ('宛名番号\r\n"1000000001\r\n'.encode(), "表として読めません"),
        (("宛名番号\r\n" + "1000000001\r\n" * 20_002).encode(), "行が多すぎます"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(content: bytes, says: str) -> None:
    with pytest.raises(BadFile, match=says):
        read_file(content)


@given(st.binary(max_size=400))
def test_no_bytes_do_more_than_be_refused(content: bytes) -> None:
    with suppress(BadFile):
        assert read_file(content).values


@pytest.mark.parametrize(
    ("on", "age_from", "age_to", "found"),
    [
        (date(2026, 11, 22), 66, None, ["1000000003"]),  # 66 on this very day
        (date(2026, 11, 21), 66, None, []),
        (date(2026, 11, 22), 65, 65, ["1000000004"]),
        (date(2026, 2, 28), None, 17, ["1000000002"]),  # born on 29 February: 18 with the end of the 28th
        (date(2026, 3, 1), None, 17, []),
        (date(2026, 3, 1), 18, 18, ["1000000002"]),
        (date(2028, 2, 28), None, 19, ["1000000002"]),
        (date(2028, 2, 29), None, 19, []),
        (date(2026, 11, 22), None, None, ["1000000001", "1000000002", "1000000003", "1000000004"]),
    ],
)
def test_ages_count_on_the_day_itself_and_only_residents_are_found(
    town: InstitutionDatabase, on: date, age_from: int | None, age_to: int | None, found: list[str]
) -> None:
    with acting_as(CITY):
        people = by_register(Criteria(on, age_from, age_to))
        assert [person.addressee for person in people] == found


def test_towns_and_heads_narrow_it(town: InstitutionDatabase) -> None:
    with acting_as(CITY):
        assert towns() == ["亀有三丁目", "立石一丁目"]
        here = Criteria(date(2026, 11, 22), towns=("立石一丁目",))
        assert [each.addressee for each in by_register(here)] == ["1000000001", "1000000002"]
        heads = Criteria(date(2026, 11, 22), towns=("立石一丁目",), heads_only=True)
        assert [each.addressee for each in by_register(heads)] == ["1000000001"]


def test_numbers_of_no_resident_are_named(town: InstitutionDatabase) -> None:
    with acting_as(CITY):
        found, unknown = by_numbers(["1000000001", "1000000005", "9999999999", "1000000001"])
    assert list(found) == ["1000000001"]
    assert unknown == ("1000000005", "9999999999")
