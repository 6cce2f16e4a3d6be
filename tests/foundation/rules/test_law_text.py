"""Code and tables against the text of the law: each cited clause exists, each value in force stands in the clause it cites."""

import os
import re
import tarfile
from datetime import date
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import pytest

from mynumber.foundation.law.numerals import article_label
from mynumber.foundation.rules import Clause, Law, Unit
from mynumber.foundation.rules.index import clauses, lines, tables
from mynumber.foundation.rules.table import Row

ROOT = Path(__file__).parents[3]
TEXTS = ROOT.parent / "shared" / "data" / "laws" / "laws-md-20260614.tar.xz"
DOCUMENT = ROOT / "docs" / "rules.md"
stored = pytest.mark.skipif(not TEXTS.exists(), reason="the stored law texts are not here")

FISCAL_2025 = "2025-04-01"
"""Of two revisions of the Order of 1 April 2026 the stored text is the one that still has the amounts of fiscal 2025."""
REPLACED_ON_THE_SAME_DAY = {"base", "addition", "suspension_rate"}


PRINTED_IN = {Law.PENSION_OPERATION_ACT: Law.NATIONAL_PENSION_ACT}
"""An amending law has no file of its own: its supplementary provisions stand behind the law it amended."""


@lru_cache
def text_of(law: Law) -> str:
    """The text as of 14 June 2026: from the archive, or from MYNUMBER_LAWS, a directory of the same collection's files.

    The archive holds the laws that the network's table cites; those only the rules cite are skipped without the directory.
    """
    name = f"{PRINTED_IN.get(law, law).identifier}.md"
    elsewhere = Path(os.environ.get("MYNUMBER_LAWS", "/nowhere")) / name
    if elsewhere.exists():
        return elsewhere.read_text("utf-8")
    if name not in stored_texts():
        pytest.skip(f"{law.title} is not in the archive")
    return stored_texts()[name]


@lru_cache
def stored_texts() -> dict[str, str]:
    """What the archive has of the laws that rules cite, by file name: one pass, since it is unpacked from its beginning each time."""
    wanted, found = {f"./{law.identifier}.md" for law in Law}, {}
    with tarfile.open(TEXTS) as archive:
        for member in archive:
            if member.name in wanted and (file := archive.extractfile(member)) is not None:
                found[member.name.removeprefix("./")] = file.read().decode()
    return found


@lru_cache
def articles(law: Law) -> dict[str, list[str]]:
    """The articles of the main provisions: label -> text of each paragraph."""
    text = text_of(law).partition("\n## 附則")[0]
    found = {}
    for part in re.split(r"(?m)^(?=\*\*第)", text)[1:]:
        label = re.match(r"\*\*(第[^条]+条(?:の[一二三四五六七八九十]+)*)", part)
        assert label is not None
        found[label[1]] = re.split(r"(?m)^(?=\*\*(?:[１２３４５６７８９]+|[②-⑳])\*\*)", part)
    return found


def paragraph(clause: Clause) -> str:
    """The text of the cited paragraph, or of the whole article; of 附則 whatever stands there under the article's number."""
    label = article_label(clause.article)
    if clause.supplement:
        supplement = text_of(clause.law).partition("\n## 附則")[2]
        return "".join(re.findall(rf"(?ms)^\*\*{label}（.*?(?=^\*\*第)", supplement))
    paragraphs = articles(clause.law)[label]
    return paragraphs[clause.paragraph - 1] if clause.paragraph else "".join(paragraphs)


CITED = sorted({clause for clause, _ in clauses()}, key=lambda clause: clause.text)


@stored
@pytest.mark.parametrize(
    "clause", [each for each in CITED if not each.supplement], ids=lambda clause: clause.text
)
def test_each_cited_article_exists(clause: Clause) -> None:
    """Former articles kept their number: 児童手当法第5条 is there as 削除; the articles of the former Order were renumbered."""
    assert article_label(clause.article) in articles(clause.law) or clause in former()


def former() -> set[Clause]:
    """Clauses that only lines and versions of the past cite."""
    gone = Law.CHILD_ALLOWANCE_ORDER
    return {clause for clause in CITED if clause.law is gone}


def in_kanji(number: int) -> str:
    """1,070,000 as 百七万."""
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        return f"{in_kanji(high)}万{in_kanji(low) if low else ''}"
    text = ""
    for unit, mark in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += ("" if digit == 1 and mark else "〇一二三四五六七八九"[digit]) + mark
    return text


def digits(number: str) -> str:
    """1.030 as 一・〇三〇."""
    return number.translate(str.maketrans("0123456789.", "〇一二三四五六七八九・"))


def written(row: Row) -> list[str]:
    """Patterns of the forms in which the law may write a value."""
    match row.value:
        case int() as yen if row.unit is Unit.YEN:
            return [f"{in_kanji(yen)}円"]
        case int() as number:
            return [f"(?<![一二三四五六七八九十百千万]){in_kanji(number)}(?:日|月|年|歳|週|時間|を限度|で除)"]
        case Fraction() as ratio:
            exact = f"{in_kanji(ratio.denominator)}分の{in_kanji(ratio.numerator)}"
            halves = ["半額"] if ratio == Fraction(1, 2) else []
            decimal = f"{float(ratio):.7f}".rstrip("0")
            return [
                digits(decimal),
                digits(f"{float(ratio):.3f}"),
                f"百分の{in_kanji(int(ratio * 100))}",
                exact,
                *halves,
            ]
        case months:
            *most, last = (f"{in_kanji(month)}月" for month in months)
            return [f"{'、'.join(most)}及び{last}" if most else f"(?<!十){last}"]


STORED_ON = date(2026, 6, 14)


def rows_of_the_stored_text() -> list[Row]:
    rows = [row for table in tables() for row in table.rows]
    current = [row for row in rows if row.in_force(STORED_ON) and row.name not in REPLACED_ON_THE_SAME_DAY]
    return current + [
        row for row in rows if row.name in REPLACED_ON_THE_SAME_DAY and row.since.isoformat() == FISCAL_2025
    ]


@stored
@pytest.mark.parametrize("row", rows_of_the_stored_text(), ids=lambda row: f"{row.name} {row.case}")
def test_each_value_stands_in_the_paragraph_it_cites(row: Row) -> None:
    text = paragraph(row.clause)
    assert any(re.search(form, text) for form in written(row)), f"{row.value} not in {row.clause.text}"


def test_the_writer_of_numbers_writes_as_the_law_does() -> None:
    assert [in_kanji(n) for n in (690_000, 48_050, 11_030, 2_080_000, 5_000)] == [
        "六十九万",
        "四万八千五十",
        "一万千三十",
        "二百八万",
        "五千",
    ]


def test_the_rates_follow_from_the_amounts() -> None:
    """The rate is what leads from the highest to the lowest partial amount over the 1,390,000 yen between the limits.

    Published lowest amounts: fiscal 2026 11,340 and 5,680 yen, fiscal 2025 11,010 and 5,520. Proves the lines of fiscal 2026
    apart from the text they were copied from.
    """
    parameters = {
        (row.name, row.case, row.since.isoformat()): row.value for table in tables() for row in table.rows
    }
    for since, base, first, addition, further in (
        ("2026-04-01", 48_050, 11_340, 11_350, 5_680),
        (FISCAL_2025, 46_690, 11_010, 11_030, 5_520),
    ):
        assert parameters["base", "", since] == base
        assert parameters["addition", "second", since] == addition
        for case, top, bottom in (("base", base, first), ("second", addition, further)):
            exact = Fraction(top - 10 - bottom, 2_080_000 - 690_000)
            assert parameters["suspension_rate", case, since] == Fraction(round(exact * 10**7), 10**7)


def test_the_document_lists_every_article_and_every_unverified_line() -> None:
    document = DOCUMENT.read_text("utf-8")
    assert [line for line in lines() if line not in document] == []
    for table in tables():
        for row in table.unverified():
            assert f"`{table.name}.csv {row.name} {row.case}`" in document


def test_every_unit_is_used() -> None:
    assert {row.unit for table in tables() for row in table.rows} == set(Unit)
