"""Dates, money and identifiers in words."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.webkit.face import words

AWARE = st.datetimes(
    min_value=datetime(1900, 1, 2), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip


def test_a_moment_is_told_in_japan() -> None:
    assert words.moment(datetime(2026, 12, 31, 15, 0, 1, tzinfo=UTC)) == words.Moment(
        "2027年1月1日 00:00:01", "2027-01-01T00:00:01+09:00"
    )


@given(AWARE)
def test_the_machine_form_is_the_same_moment(at: datetime) -> None:
    assert datetime.fromisoformat(words.moment(at).machine) == at.replace(microsecond=0)


@given(AWARE, st.integers(-11, 11))
def test_words_do_not_depend_on_the_zone_a_moment_came_in(at: datetime, hours: int) -> None:
    assert words.moment(at.astimezone(timezone(timedelta(hours=hours)))) == words.moment(at)


def test_a_naive_datetime_has_no_place_on_a_page() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the hostile input
    with pytest.raises(ValueError, match="naive"):
        words.moment(naive)
    with pytest.raises(ValueError, match="naive"):
        words.day(naive)


def test_a_day_names_its_weekday() -> None:
    assert words.day(date(2026, 11, 22)).words == "2026年11月22日(日)"
    assert words.day(datetime(2026, 11, 22, 15, 0, tzinfo=UTC)).words == "2026年11月23日(月)"


def test_english_pages_have_english_dates() -> None:
    assert words.day(date(2026, 11, 22), english=True).words == "Sun 22 November 2026"
    assert words.both_calendars(date(2026, 4, 1), english=True).words == "1 April 2026"
    assert words.plain_day(date(2026, 11, 3), english=True) == "3 November 2026"
    assert words.month(2026, 11, english=True) == "November 2026"
    assert words.yen(50_000, english=True) == "50,000 yen"
    assert words.both_calendars(date(1870, 4, 1)).words == "1870年4月1日"
    at = datetime(2026, 12, 31, 15, 0, 1, tzinfo=UTC)
    assert words.moment(at, english=True) == words.Moment(
        "1 January 2027 00:00:01", "2027-01-01T00:00:01+09:00"
    )


@given(st.integers(-(10**13), 10**13))
def test_yen_reads_back(amount: int) -> None:
    assert int(words.yen(amount).removesuffix("円").replace(",", "")) == amount


@pytest.mark.parametrize("amount", [1.0, True, "1", None])
def test_money_is_integer_yen(amount: object) -> None:
    with pytest.raises(TypeError, match="integer yen"):
        words.yen(amount)  # type: ignore[arg-type]


@given(st.text("0123456789", max_size=30), st.integers(1, 9))
def test_groups_lose_no_digit(digits: str, size: int) -> None:
    grouped = words.in_groups(digits, size)
    assert grouped.replace(" ", "") == digits
    assert all(len(group) <= size for group in grouped.split())
