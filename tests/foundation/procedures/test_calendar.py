"""Days on which offices work, boundary by boundary."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.procedures.calendar import (
    UnknownYear,
    add_business_days,
    business_days_between,
    holidays,
    is_closed,
    next_open,
    previous_open,
)

DAYS = st.dates(date(2022, 1, 10), date(2029, 12, 1))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 12), "成人の日"),
        (date(2026, 3, 20), "春分の日"),
        (date(2026, 5, 6), "憲法記念日 振替休日"),
        (date(2026, 7, 20), "海の日"),
        (date(2026, 9, 21), "敬老の日"),
        (date(2026, 9, 22), "国民の休日"),
        (date(2026, 9, 23), "秋分の日"),
        (date(2026, 10, 12), "スポーツの日"),
        (date(2024, 2, 12), "建国記念の日 振替休日"),
        (date(2027, 3, 22), "春分の日 振替休日"),
    ],
)
def test_a_holiday_has_its_name(day: date, name: str) -> None:
    assert holidays(day.year)[day] == name


def test_the_year_2026_has_eighteen_holidays() -> None:
    assert len(holidays(2026)) == 18


@pytest.mark.parametrize("year", [1948, 2100])
def test_a_year_that_is_not_kept_is_refused(year: int) -> None:
    with pytest.raises(UnknownYear):
        holidays(year)


def test_the_turn_of_the_year_is_closed() -> None:
    assert add_business_days(date(2026, 12, 28), 1) == date(2027, 1, 4)
    assert next_open(date(2026, 12, 29)) == date(2027, 1, 4)
    assert previous_open(date(2027, 1, 3)) == date(2026, 12, 28)


def test_the_golden_week_is_skipped() -> None:
    assert add_business_days(date(2026, 5, 1), 1) == date(2026, 5, 7)


@settings(deadline=None)  # a year's holidays are found once
@given(DAYS, st.integers(1, 40))
def test_business_days_count_back_to_what_was_added(day: date, days: int) -> None:
    after = add_business_days(day, days)
    assert not is_closed(after)
    assert business_days_between(day, after) == days


@settings(deadline=None)
@given(DAYS)
def test_the_open_day_next_to_a_day_is_at_most_ten_days_off(day: date) -> None:
    assert previous_open(day) <= day <= next_open(day)
    assert next_open(day) - previous_open(day) <= timedelta(days=12)
