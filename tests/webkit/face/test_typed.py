"""What people type is read, in every form they may type it, and nothing else is."""

import re
import unicodedata
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.people import Wareki
from mynumber.webkit.face import typed, words
from mynumber.webkit.face.typed import Mistake, Mistyped

DAYS = st.dates(min_value=date(1873, 1, 1), max_value=date(2117, 12, 31))
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
HIRAGANA = st.text("".join(map(chr, range(0x3041, 0x3097))), min_size=1, max_size=20)
HALF_KANA = st.text("".join(map(chr, range(0xFF71, 0xFF9E))), min_size=1, max_size=20)


def forms(day: date) -> list[str]:
    """Ways in which a day is written."""
    era = Wareki.of(day)
    letter, year = era.era.letter, era.year
    written = f"{day.year}年{day.month}月{day.day}日"
    return [
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y%m%d}",
        written,
        f"西暦{written}",
        era.text,
        era.short,
        f"{letter}{year}.{day.month}.{day.day}",
        f"{letter.lower()}{year}/{day.month}/{day.day}",
        f"{era.era.japanese[0]}{year}-{day.month}-{day.day}",
        f"{letter}{year:02d}{day.month:02d}{day.day:02d}",
    ]


@given(DAYS, st.sampled_from(range(12)), st.booleans(), st.sampled_from(["", " ", "　"]))
def test_a_day_is_read_however_it_is_written(day: date, form: int, wide: bool, around: str) -> None:
    text = forms(day)[form]
    assert typed.a_day(f"{around}{text.translate(FULL_WIDTH) if wide else text}{around}") == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年五月一日", date(2019, 5, 1)),
        ("昭和六十四年一月七日", date(1989, 1, 7)),
        ("二〇二六年四月一日", date(2026, 4, 1)),
        ("㋿8年4月1日", date(2026, 4, 1)),
        ("2026ー4ー1", date(2026, 4, 1)),
        ("2026−04−01", date(2026, 4, 1)),
        ("令和 8 年 4 月 1 日", date(2026, 4, 1)),
        ("明治6年1月1日", date(1873, 1, 1)),
        ("2024-02-29", date(2024, 2, 29)),
    ],
)
def test_other_ways_of_writing_a_day(text: str, day: date) -> None:
    assert typed.a_day(text) == day


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", Mistake.NO_DATE),
        ("昨日", Mistake.NO_DATE),
        ("2026-04", Mistake.NO_DATE),
        ("2026-04-01-01", Mistake.NO_DATE),
        ("X8.4.1", Mistake.NO_DATE),
        ("令和十十年4月1日", Mistake.NO_DATE),
        ("٢٠٢٦-04-01", Mistake.NO_DATE),
        ("8.4.1", Mistake.ERA_MISSING),
        ("26/4/1", Mistake.ERA_MISSING),
        ("2026-13-01", Mistake.NO_SUCH_MONTH),
        ("令和8年0月1日", Mistake.NO_SUCH_MONTH),
        ("2025-02-29", Mistake.NO_SUCH_DAY),
        ("0000-01-01", Mistake.NO_SUCH_DAY),
        ("令和8年4月31日", Mistake.NO_SUCH_DAY),
        ("昭和65年4月1日", Mistake.OUTSIDE_ERA),
        ("平成31年5月1日", Mistake.OUTSIDE_ERA),
        ("令和元年4月30日", Mistake.OUTSIDE_ERA),
        ("令和0年4月1日", Mistake.OUTSIDE_ERA),
        ("明治5年12月2日", Mistake.TOO_OLD),
        ("1" * 201, Mistake.TOO_LONG),
    ],
)
def test_what_is_no_day_is_refused_with_its_reason(text: str, mistake: Mistake) -> None:
    with pytest.raises(Mistyped) as refused:
        typed.a_day(text)
    assert refused.value.mistake is mistake
    assert str(refused.value) == mistake.value


@given(st.text(max_size=40))
def test_any_text_is_a_day_or_mistyped(text: str) -> None:
    with suppress(Mistyped):
        assert isinstance(typed.a_day(text), date)


@given(DAYS)
def test_both_years_of_a_day_are_one_year(day: date) -> None:
    shown = words.both_calendars(day).words
    found = re.fullmatch(r"([0-9]{4})年（(.+年)）(.+日)", shown)
    assert found is not None
    assert typed.a_day(found[1] + "年" + found[3]) == typed.a_day(found[2] + found[3]) == day


@given(HIRAGANA)
def test_hiragana_becomes_its_katakana(text: str) -> None:
    assert typed.katakana(text) == "".join(chr(ord(one) + 0x60) for one in text)


@given(HALF_KANA)
def test_half_width_kana_becomes_full_width(text: str) -> None:
    assert typed.katakana(text) == unicodedata.normalize("NFKC", text)


@given(st.text(max_size=60))
def test_kana_once_read_stays_as_it_is(text: str) -> None:
    try:
        once = typed.katakana(text)
    except Mistyped:
        return
    assert typed.katakana(once) == once
    assert re.fullmatch("[ァ-ヶーヽヾ・　]*", once)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("か゛き゜", "ガキ゚"),
        ("カクウ  ハナコ", "カクウ　ハナコ"),
        ("ﾊﾟｰﾃｨｰ", "パーティー"),
        ("こーひ-", "コーヒー"),
        ("ゔぁいおりん", "ヴァイオリン"),
        ("", ""),
    ],
)
def test_kana_as_people_type_it(text: str, read: str) -> None:
    if "゚" in read:
        with pytest.raises(Mistyped):
            typed.katakana(text)
    else:
        assert typed.katakana(text) == read


@pytest.mark.parametrize("text", ["架空", "Hanako", "カナ1", "カナ\x00", "カナ\u202e", "カ\u200bナ"])
def test_what_is_no_kana_is_refused(text: str) -> None:
    with pytest.raises(Mistyped) as refused:
        typed.katakana(text)
    assert refused.value.mistake is Mistake.NOT_KANA
