"""How long cards and certificates are valid."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.pki import (
    MalformedSerial,
    card_expiry,
    certificate_expiry,
    end_of_day,
    new_serial,
    parse_serial,
    serial_text,
)

births = st.dates(date(1910, 1, 1), date(2025, 12, 31))
issues = st.dates(date(2026, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("issued", "birth", "expiry"),
    [
        (date(2026, 11, 22), date(1990, 12, 1), date(2030, 12, 1)),  # the first of the five comes soon
        (date(2026, 11, 22), date(1990, 11, 21), date(2031, 11, 21)),
        (date(2026, 11, 22), date(1990, 11, 22), date(2031, 11, 22)),  # issued on the birthday: not counted
        (date(2026, 11, 22), date(2020, 2, 29), date(2031, 2, 28)),
        (date(2028, 2, 28), date(2020, 2, 29), date(2033, 2, 28)),
        (date(2028, 2, 27), date(2020, 2, 29), date(2032, 2, 28)),
    ],
)
def test_a_certificate_lasts_to_the_fifth_birthday(issued: date, birth: date, expiry: date) -> None:
    assert certificate_expiry(issued, birth) == expiry


@given(issues, births)
def test_a_certificate_lasts_between_four_and_five_years(issued: date, birth: date) -> None:
    days = (certificate_expiry(issued, birth) - issued).days
    assert 4 * 365 < days <= 5 * 365 + 2


@pytest.mark.parametrize(
    ("issued", "expiry"),
    [
        (date(2030, 8, 31), date(2034, 12, 1)),  # one day too early
        (date(2030, 9, 1), date(2035, 12, 1)),  # three months before
        (date(2030, 11, 30), date(2035, 12, 1)),
        (date(2030, 12, 1), date(2035, 12, 1)),  # on the last day
        (date(2030, 12, 2), date(2035, 12, 1)),  # already over: five as for anyone
    ],
)
def test_an_early_renewal_loses_nobody_a_year(issued: date, expiry: date) -> None:
    assert certificate_expiry(issued, date(1990, 12, 1), renews=date(2030, 12, 1)) == expiry


def test_the_renewal_window_ends_in_short_months() -> None:
    birth = date(1990, 5, 31)  # three months before 31 May is the last day of February
    assert certificate_expiry(date(2030, 2, 28), birth, renews=date(2030, 5, 31)) == date(2035, 5, 31)
    assert certificate_expiry(date(2030, 2, 27), birth, renews=date(2030, 5, 31)) == date(2034, 5, 31)


def test_a_certificate_never_outlives_the_card() -> None:
    birth = date(2012, 6, 1)
    card = card_expiry(date(2026, 11, 22), birth, adult=False)
    assert card == date(2031, 6, 1)
    assert certificate_expiry(date(2029, 1, 1), birth, card_expiry=card) == card


def test_the_card_of_an_adult_lasts_to_the_tenth_birthday() -> None:
    assert card_expiry(date(2026, 11, 22), date(1990, 12, 1), adult=True) == date(2035, 12, 1)


def test_the_last_day_ends_at_midnight_in_japan() -> None:
    assert end_of_day(date(2030, 12, 1)) == datetime(2030, 12, 1, 14, 59, 59, tzinfo=UTC)


@given(st.integers(1, 2**159))
def test_a_serial_survives_its_text(serial: int) -> None:
    assert parse_serial(serial_text(serial)) == serial


@pytest.mark.parametrize("text", ["", "0", "0A", "a1", "-1", "1 ", "1\n", "G", "１", "F" * 41])
def test_a_malformed_serial_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(MalformedSerial) as error:
        parse_serial(text)
    assert str(error.value) == "a serial number is upper-case hexadecimal without leading zeros"


def test_a_serial_is_positive() -> None:
    with pytest.raises(MalformedSerial):
        serial_text(0)
    assert all(0 < new_serial() < 2**63 for _ in range(1000))
