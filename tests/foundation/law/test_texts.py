"""Both official forms of the text: what they yield, and what is refused."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.law.basis import committed_history
from mynumber.foundation.law.egov_xml import MAX_BYTES, parse_egov_xml
from mynumber.foundation.law.errors import MalformedText, TextFault
from mynumber.foundation.law.history import history_of
from mynumber.foundation.law.markdown import MAX_CHARACTERS, parse_markdown
from mynumber.foundation.law.sources import read_text
from mynumber.foundation.law.table import TextTable
from tests.foundation.law.official import TEXTS, Cells, egov_xml, markdown, rows_of_history

LAST = date(2026, 6, 14)
SMALL: list[Cells] = [
    ("一\u3000甲大臣", "甲の事務であって次条で定めるもの", "乙大臣", "子の情報であって次条で定めるもの"),
    (None, None, "丙大臣", "丑の情報であって次条で定めるもの"),
    (None, "別の事務であって次条で定めるもの", "乙大臣", "子の情報であって次条で定めるもの"),
    (
        "一の二\u3000丁",
        "丁の事務であって第三条の二で定めるもの",
        "乙大臣",
        "寅の情報であって第三条の二で定めるもの",
    ),
    ("二\u3000削除", None, None, None),
    ("三\u3000戊", "戊の事務であって第五条で定めるもの", "乙大臣", "子の情報であって第五条で定めるもの"),
    (None, None, "丙大臣", "子の情報であって第五条で定めるもの"),
]


def _fault(text: str | bytes) -> TextFault:
    with pytest.raises(MalformedText) as raised:
        _parse(text)
    return raised.value.fault


def _parse(text: str | bytes) -> TextTable:
    return parse_egov_xml(text) if isinstance(text, bytes) else parse_markdown(text)


def _summary(table: TextTable) -> list[tuple[str, str, str, str, list[tuple[str, str]]]]:
    return [
        (
            affair.item,
            affair.inquirer,
            affair.words,
            affair.article,
            [(row.provider, row.information) for row in affair.provisions],
        )
        for affair in table.affairs
    ]


@pytest.mark.parametrize("seed", range(20))
def test_rows_of_items_affairs_and_provisions(seed: int) -> None:
    for table in (parse_markdown(markdown(SMALL, seed)), parse_egov_xml(egov_xml(SMALL, seed))):
        assert _summary(table) == [
            ("1", "甲大臣", "甲の事務", "3", [("乙大臣", "子の情報"), ("丙大臣", "丑の情報")]),
            ("1", "甲大臣", "別の事務", "3", [("乙大臣", "子の情報")]),
            ("1_2", "丁", "丁の事務", "3_2", [("乙大臣", "寅の情報")]),
            ("3", "戊", "戊の事務", "5", [("乙大臣", "子の情報"), ("丙大臣", "子の情報")]),
        ]
        assert table.deleted == ("2",)
        assert (table.items, len(table.affairs), table.provisions) == (4, 4, 6)


@pytest.mark.parametrize("day", TEXTS)
def test_the_committed_rows_come_back_through_both_forms(day: str) -> None:
    on = date.fromisoformat(day)
    rows = rows_of_history(committed_history(), on)
    from_markdown = parse_markdown(markdown(rows, seed=len(rows)))
    assert parse_egov_xml(egov_xml(rows, seed=len(rows))) == from_markdown
    assert parse_egov_xml(egov_xml(rows, seed=2, item_titles=True)) == from_markdown


def test_the_committed_table_is_what_its_texts_yield() -> None:
    """Rebuild the whole history from texts printed from it: ids, days and words are all found again."""
    history = committed_history()
    texts = {on: parse_egov_xml(egov_xml(rows_of_history(history, on), seed=7)) for on in history.texts}
    assert history_of(texts) == history


@given(st.integers(0, 10_000))
def test_any_mixture_of_spans_reads_the_same(seed: int) -> None:
    assert parse_egov_xml(egov_xml(SMALL, seed)) == parse_markdown(markdown(SMALL, seed + 1))


def test_readings_and_line_breaks_are_no_words() -> None:
    text = egov_xml(SMALL).replace("乙大臣".encode(), "<Ruby>乙<Rt>おつ</Rt></Ruby>\n   大臣".encode())
    assert parse_egov_xml(text).affairs[0].provisions[0].provider == "乙大臣"


def test_joint_deletions() -> None:
    head: list[Cells] = [
        SMALL[0],
        ("二及び三\u3000削除", None, None, None),
        ("四から六まで\u3000削除", None, None, None),
    ]
    table = parse_markdown(markdown(head))
    assert table.deleted == ("2", "3", "4", "5", "6")
    assert table.items == 6


# --- what is refused, in both forms


def _with(position: int, row: Cells) -> list[Cells]:
    return [*SMALL[:position], row, *SMALL[position:]]


BAD_ROWS = {
    "item again": (_with(1, SMALL[0]), TextFault.BAD_ITEM),
    "item backwards": ([*SMALL, SMALL[3]], TextFault.BAD_ITEM),
    "first item missing": (SMALL[4:], TextFault.BAD_ITEM),
    "no number": (_with(0, ("甲", *SMALL[0][1:])), TextFault.BAD_ROW),
    "number without inquirer": (_with(0, ("一", *SMALL[0][1:])), TextFault.BAD_ROW),
    "number that is none": (_with(0, ("一一\u3000甲", *SMALL[0][1:])), TextFault.BAD_ITEM),
    "deleted item with cells": (_with(1, ("二\u3000削除", *SMALL[0][1:])), TextFault.BAD_ROW),
    "row after a deletion": (_with(5, SMALL[1]), TextFault.BAD_ROW),
    "same row twice": (_with(2, SMALL[1]), TextFault.DUPLICATE),
    "affair without article": (_with(0, ("一\u3000甲", "甲の事務", *SMALL[0][2:])), TextFault.BAD_ARTICLE),
    "information without article": (_with(1, (None, None, "丙", "情報")), TextFault.BAD_ARTICLE),
    "item without affair": (_with(1, ("一の二\u3000甲", None, None, None)), TextFault.BAD_ROW),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_rows_that_do_not_fit_are_refused_in_both_forms(name: str) -> None:
    rows, fault = BAD_ROWS[name]
    assert _fault(markdown(rows)) is fault
    assert _fault(egov_xml(rows, seed=3)) is fault


def test_a_gap_in_the_items_means_lost_rows() -> None:
    rows = [*SMALL[:1], *SMALL[5:]]
    assert _fault(markdown(rows)) is TextFault.BAD_ITEM
    assert _fault(egov_xml(rows)) is TextFault.BAD_ITEM


# --- hostile Markdown


@pytest.mark.parametrize(
    "text", ["", "# 民法", "| a | b | c | d |\n| --- | --- | --- | --- |\n", "\x00" * 100]
)
def test_another_text_has_no_table(text: str) -> None:
    assert _fault(text) is TextFault.NO_TABLE


def test_a_text_with_two_tables_is_refused() -> None:
    assert _fault(markdown(SMALL) + markdown(SMALL)) is TextFault.SECOND_TABLE


def test_an_empty_table_is_refused() -> None:
    assert _fault(markdown([])) is TextFault.NO_TABLE
    assert _fault(egov_xml([])) is TextFault.NO_TABLE


def test_a_text_cut_anywhere_in_the_table_is_refused() -> None:
    text = markdown(SMALL)
    first, end = text.index("| 情報照会者"), text.index("**第三条**")
    for cut in range(first, end + 1):
        with pytest.raises(MalformedText):
            parse_markdown(text[:cut])


def test_five_cells_are_no_row() -> None:
    text = markdown(SMALL).replace("| 丙大臣 |", "| 丙大臣 | 余り |", 1)
    assert _fault(text) in (TextFault.BAD_ROW, TextFault.TRUNCATED)


def test_one_cell_away_from_the_first_column_is_no_row() -> None:
    text = markdown(SMALL).replace("\n\n**第三条**", "\n|  | 丙大臣 |  |  |\n\n**第三条**")
    assert _fault(text) is TextFault.BAD_ROW


def test_a_huge_text_is_refused_before_reading() -> None:
    assert _fault("|" * (MAX_CHARACTERS + 1)) is TextFault.TOO_LARGE
    assert _fault(b"<" * (MAX_BYTES + 1)) is TextFault.TOO_LARGE


@given(st.text())
def test_no_text_breaks_the_markdown_parser(text: str) -> None:
    with pytest.raises(MalformedText):
        parse_markdown(text)


@given(st.data())
def test_a_damaged_text_yields_a_table_or_a_typed_error(data: st.DataObject) -> None:
    text = markdown(SMALL)
    at = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:at] + data.draw(st.text(max_size=3)) + text[at + data.draw(st.integers(0, 5)) :]
    with contextlib.suppress(MalformedText):
        assert parse_markdown(damaged).provisions > 0


# --- hostile XML

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {name} "{f"&{inner};" * 10}">' for inner, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><Law>&i;</Law>"
)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (BOMB.encode(), TextFault.FORBIDDEN_XML),
        (b'<!DOCTYPE l SYSTEM "file:///etc/passwd"><Law/>', TextFault.FORBIDDEN_XML),
        (b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><Law>&x;</Law>', TextFault.FORBIDDEN_XML),
        (b"", TextFault.NOT_XML),
        (b"<Law>", TextFault.NOT_XML),
        (b"<Law>&nbsp;</Law>", TextFault.NOT_XML),
        (b'<?xml version="1.0" encoding="klingon"?><Law/>', TextFault.NOT_XML),
        (b"\x00\x01\x02", TextFault.NOT_XML),
        (b"<Law/>", TextFault.NO_TABLE),
        (b"<MainProvision><Article Num='2'><Table/></Article></MainProvision>", TextFault.NO_TABLE),
    ],
)
def test_hostile_xml_is_refused(data: bytes, fault: TextFault) -> None:
    assert _fault(data) is fault


def test_truncated_xml_is_refused_wherever_it_is_cut() -> None:
    text = egov_xml(SMALL)
    for cut in range(0, len(text) - 1, 37):
        with pytest.raises(MalformedText):
            parse_egov_xml(text[:cut])


def test_only_the_table_of_article_2_of_the_main_provisions_counts() -> None:
    text = egov_xml(SMALL)
    assert _fault(text.replace(b'<Article Num="2">', b'<Article Num="4">', 1)) is TextFault.NO_TABLE
    assert _fault(text.replace(b"MainProvision>", b"SupplProvision>")) is TextFault.NO_TABLE
    table = text[text.index(b"<Table ") : text.index(b"</TableStruct>")]
    assert _fault(text.replace(table, table + table)) is TextFault.SECOND_TABLE


@pytest.mark.parametrize("span", ["0", "-1", "2.5", "99999999999999999999", "x", "9999", "", "２"])
def test_a_span_that_cannot_be_is_refused(span: str) -> None:
    text = egov_xml(SMALL).replace(b'BorderTop="solid">', f'BorderTop="solid" rowspan="{span}">'.encode(), 5)
    assert _fault(text) is TextFault.BAD_SPAN


def test_more_or_fewer_cells_than_columns_are_refused() -> None:
    text = egov_xml([SMALL[0]])
    cell = b"<TableColumn><Sentence>x</Sentence></TableColumn>"
    head, _, rest = text.rpartition(b"</TableRow>")
    assert _fault(head + cell + b"</TableRow>" + rest) is TextFault.BAD_ROW
    last = head.rindex(b"<TableColumn")
    assert _fault(head[:last] + b"</TableRow>" + rest) is TextFault.BAD_ROW


def test_a_cell_over_two_columns_reads_as_the_first() -> None:
    text = egov_xml([SMALL[0], ("二\u3000削除", None, None, None)])
    row = text[text.rindex(b"<TableRow>") : text.rindex(b"</TableRow>")]
    one = "<TableRow><TableColumn colspan='4'><Sentence>二\u3000削除</Sentence></TableColumn>".encode()
    assert parse_egov_xml(text.replace(row, one)).deleted == ("2",)
    assert _fault(text.replace(row, one.replace(b"'4'", b"'5'"))) is TextFault.BAD_ROW


def test_deeply_nested_xml_is_read_without_recursion() -> None:
    depth = 200_000
    nested = b"<Ruby>" * depth + "乙大臣".encode() + b"</Ruby>" * depth
    text = egov_xml(SMALL).replace("乙大臣".encode(), nested, 1)
    assert parse_egov_xml(text).affairs[0].provisions[0].provider == "乙大臣"


# --- which form, which day


def test_the_form_is_told_from_the_content() -> None:
    table = parse_markdown(markdown(SMALL))
    assert read_text(markdown(SMALL).encode(), name="x.txt", on=LAST).table == table
    assert read_text(b"\xef\xbb\xbf" + egov_xml(SMALL), name="x.md", on=LAST).table == table


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("506M60004008009_2025-04-01.md", date(2025, 4, 1)),
        ("506M60004008009_20251001_507M60004008001.xml", date(2025, 10, 1)),
        ("order.md", LAST),
    ],
)
def test_the_day_is_in_the_name_or_else_in_the_text(name: str, day: date) -> None:
    assert read_text(markdown(SMALL).encode(), name=name).on == day
    assert read_text(markdown(SMALL).encode(), name=name, on=date(2031, 1, 1)).on == date(2031, 1, 1)


def test_the_day_in_the_answer_of_the_e_gov_interface() -> None:
    day = b"<ApplData><amendment_enforcement_date>2026-06-14</amendment_enforcement_date>"
    assert read_text(egov_xml(SMALL).replace(b"<ApplData>", day)).on == LAST


@pytest.mark.parametrize(
    ("data", "name", "fault"),
    [
        (egov_xml(SMALL), "order.xml", TextFault.NO_DATE),
        (markdown(SMALL).replace("enforced_at", "enforced").encode(), "order.md", TextFault.NO_DATE),
        (markdown(SMALL).encode(), "order_2026-02-30.md", TextFault.NO_DATE),
        ("情報".encode("euc-jp"), "order_2026-06-14.md", TextFault.NOT_TEXT),
        (b"", "order_2026-06-14.md", TextFault.NO_TABLE),
    ],
)
def test_a_file_that_says_no_day_or_no_text_is_refused(data: bytes, name: str, fault: TextFault) -> None:
    with pytest.raises(MalformedText) as raised:
        read_text(data, name=name)
    assert raised.value.fault is fault
