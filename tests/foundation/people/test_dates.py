"""Eras, unknown parts, legal age, school and fiscal years at their boundaries."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.people import (
    Era,
    Flaw,
    MalformedPersonalData,
    PartialDate,
    Wareki,
    attains_on,
    era_of,
    fiscal_year,
    fiscal_year_end_after_attaining,
    has_attained,
    in_compulsory_education,
    legal_age,
    school_year,
)

SOLAR_DAYS = st.dates(date(1873, 1, 1), date(2117, 12, 31))
BIRTHS = st.dates(date(1900, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(1873, 1, 1), "明治6年1月1日"),
        (date(1912, 7, 29), "明治45年7月29日"),
        (date(1912, 7, 30), "大正元年7月30日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2024, 2, 29), "令和6年2月29日"),
    ],
)
def test_eras_change_on_their_days(day: date, text: str) -> None:
    assert Wareki.of(day).text == text
    assert Wareki.parse(text).to_date() == day


@given(SOLAR_DAYS)
def test_every_solar_day_goes_both_ways(day: date) -> None:
    era_date = Wareki.of(day)
    assert era_date.to_date() == day
    assert Wareki.parse(era_date.text) == era_date
    if era_date.year < 100:
        assert Wareki.parse(era_date.short) == era_date


@given(SOLAR_DAYS)
def test_days_and_eras_are_in_the_same_order(day: date) -> None:
    eras = list(Era)
    assert eras.index(era_of(day)) <= eras.index(era_of(day + timedelta(days=1)))


def test_the_first_year_is_read_both_ways() -> None:
    assert Wareki.parse("令和1年5月1日") == Wareki.parse("令和元年5月1日") == Wareki.parse("R01.05.01")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("明治45年7月30日", Flaw.NO_SUCH_DAY),
        ("大正元年7月29日", Flaw.NO_SUCH_DAY),
        ("大正15年12月25日", Flaw.NO_SUCH_DAY),
        ("昭和64年1月8日", Flaw.NO_SUCH_DAY),
        ("平成31年5月1日", Flaw.NO_SUCH_DAY),
        ("令和元年4月30日", Flaw.NO_SUCH_DAY),
        ("令和5年2月29日", Flaw.NO_SUCH_DAY),
        ("令和5年13月1日", Flaw.NO_SUCH_DAY),
        ("R00.01.01", Flaw.NO_SUCH_DAY),
        ("明治5年12月3日", Flaw.BEFORE_SOLAR_CALENDAR),
        ("明治5年12月2日", Flaw.BEFORE_SOLAR_CALENDAR),
        ("明治元年10月23日", Flaw.BEFORE_SOLAR_CALENDAR),
        ("令和05年1月1日", Flaw.FORM),
        ("令和５年1月1日", Flaw.FORM),
        ("令和5年1月1日 ", Flaw.FORM),
        ("慶応4年1月1日", Flaw.FORM),
        ("r05.01.01", Flaw.FORM),
        ("R5.1.1", Flaw.FORM),
        ("", Flaw.FORM),
        ("令和999年1月1日", Flaw.FORM),
    ],
)
def test_a_date_that_never_was_is_refused(text: str, reason: Flaw) -> None:
    with pytest.raises(MalformedPersonalData) as refused:
        Wareki.parse(text)
    assert refused.value.reason is reason


def test_a_day_before_the_solar_calendar_is_not_guessed() -> None:
    with pytest.raises(MalformedPersonalData) as refused:
        Wareki.of(date(1872, 12, 31))
    assert refused.value.reason is Flaw.BEFORE_SOLAR_CALENDAR


@pytest.mark.parametrize(
    ("iso", "text", "earliest", "latest"),
    [
        ("1945-03-10", "昭和20年3月10日", date(1945, 3, 10), date(1945, 3, 10)),
        ("1944-02-00", "昭和19年2月日不詳", date(1944, 2, 1), date(1944, 2, 29)),
        ("1945-00-00", "昭和20年月日不詳", date(1945, 1, 1), date(1945, 12, 31)),
        ("1989-00-00", "昭和64年・平成元年月日不詳", date(1989, 1, 1), date(1989, 12, 31)),
        ("1926-12-00", "大正15年・昭和元年12月日不詳", date(1926, 12, 1), date(1926, 12, 31)),
        ("0000-00-00", "年月日不詳", None, None),
    ],
)
def test_unknown_parts_keep_what_is_known(
    iso: str, text: str, earliest: date | None, latest: date | None
) -> None:
    partial = PartialDate.parse(iso)
    assert (partial.iso, partial.text, partial.earliest, partial.latest) == (iso, text, earliest, latest)


@pytest.mark.parametrize(
    ("iso", "reason"),
    [
        ("1945-00-10", Flaw.FORM),
        ("0000-03-00", Flaw.FORM),
        ("1945-02-30", Flaw.NO_SUCH_DAY),
        ("1945-13-00", Flaw.NO_SUCH_DAY),
        ("1945-3-1", Flaw.FORM),
        ("", Flaw.FORM),
        ("19450310", Flaw.FORM),
    ],
)
def test_a_partial_date_that_cannot_be_is_refused(iso: str, reason: Flaw) -> None:
    with pytest.raises(MalformedPersonalData) as refused:
        PartialDate.parse(iso)
    assert refused.value.reason is reason


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_a_known_date_stays_exact(day: date) -> None:
    assert PartialDate.parse(PartialDate.of(day).iso).exact == day


@pytest.mark.parametrize(
    ("birth", "age", "attained"),
    [
        (date(2000, 5, 10), 18, date(2018, 5, 9)),
        (date(2008, 4, 1), 18, date(2026, 3, 31)),
        (date(2008, 1, 1), 18, date(2025, 12, 31)),
        (date(2004, 2, 29), 1, date(2005, 2, 28)),
        (date(2004, 2, 29), 4, date(2008, 2, 28)),
        (date(2000, 3, 1), 4, date(2004, 2, 29)),
        (date(2000, 3, 1), 5, date(2005, 2, 28)),
    ],
)
def test_an_age_is_attained_the_day_before_the_birthday(birth: date, age: int, attained: date) -> None:
    assert attains_on(birth, age) == attained
    assert not has_attained(birth, age, attained - timedelta(days=1))
    assert has_attained(birth, age, attained)
    assert legal_age(birth, attained) == age - 1
    assert legal_age(birth, attained + timedelta(days=1)) == age


def test_born_on_29_february_is_a_year_older_on_1_march_of_a_common_year() -> None:
    birth = date(2004, 2, 29)
    assert [
        legal_age(birth, day)
        for day in (date(2005, 2, 28), date(2005, 3, 1), date(2008, 2, 28), date(2008, 2, 29))
    ] == [0, 1, 3, 4]


@given(BIRTHS, st.integers(0, 45000))
def test_ages_only_grow_and_by_one_a_year(birth: date, days: int) -> None:
    day = birth + timedelta(days=days)
    age = legal_age(birth, day)
    assert age * 365.2425 - 2 <= days <= (age + 1) * 365.2425 + 2
    assert legal_age(birth, day + timedelta(days=1)) - age in (0, 1)
    assert age == 0 or has_attained(birth, age, day)


def test_there_is_no_age_before_birth() -> None:
    with pytest.raises(ValueError, match="before birth"):
        legal_age(date(2000, 1, 2), date(2000, 1, 1))
    with pytest.raises(ValueError, match="from 1 on"):
        attains_on(date(2000, 1, 2), 0)


def test_a_child_of_1_april_goes_to_school_with_the_older_ones() -> None:
    first_day = date(2025, 4, 1)
    assert school_year(date(2019, 4, 1), first_day) == 1
    assert school_year(date(2018, 4, 2), first_day) == 1
    assert school_year(date(2019, 4, 2), first_day) == 0
    assert school_year(date(2018, 4, 1), first_day) == 2
    assert school_year(date(2019, 4, 1), date(2025, 3, 31)) == 0
    assert in_compulsory_education(date(2019, 4, 1), date(2034, 3, 31))
    assert not in_compulsory_education(date(2019, 4, 1), date(2034, 4, 1))


@given(BIRTHS)
def test_a_child_is_six_when_school_begins(birth: date) -> None:
    entry = next(
        year for year in range(birth.year + 6, birth.year + 9) if school_year(birth, date(year, 4, 1)) == 1
    )
    assert legal_age(birth, date(entry, 4, 1)) == 6


def test_a_child_of_1_april_leaves_the_allowance_a_year_earlier() -> None:
    assert fiscal_year_end_after_attaining(date(2008, 4, 1), 18) == date(2026, 3, 31)
    assert fiscal_year_end_after_attaining(date(2008, 4, 2), 18) == date(2027, 3, 31)


def test_the_fiscal_year_begins_in_april() -> None:
    assert [fiscal_year(day) for day in (date(2026, 3, 31), date(2026, 4, 1), date(2027, 1, 1))] == [
        2025,
        2026,
        2026,
    ]
