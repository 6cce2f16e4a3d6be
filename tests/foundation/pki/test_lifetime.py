"""How long cards and certificates are valid."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

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
        (date(2030, 9, 1), date(2034, 12, 1)),  # three months are left: one day too early
        (date(2030, 9, 2), date(2035, 12, 1)),  # less than three months
        (date(2030, 11, 30), date(2035, 12, 1)),
        (date(2030, 12, 1), date(2035, 12, 1)),  # on the last day
        (date(2030, 12, 2), date(2035, 12, 1)),  # already over: five as for anyone
    ],
)
def test_an_early_renewal_loses_nobody_a_year(issued: date, expiry: date) -> None:
    assert certificate_expiry(issued, date(1990, 12, 1), renews=date(2030, 12, 1)) == expiry


@pytest.mark.parametrize(
    ("expiry", "first"),
    [
        (date(2023, 7, 7), date(2023, 4, 8)),  # both examples of a city's page
        (date(2023, 5, 28), date(2023, 3, 1)),
        (date(2030, 5, 31), date(2030, 3, 1)),  # February has no 31st
        (date(2028, 5, 29), date(2028, 3, 1)),
        (date(2028, 5, 28), date(2028, 2, 29)),
        (date(2031, 1, 31), date(2030, 11, 1)),
    ],
)
def test_renewal_begins_when_less_than_three_months_are_left(expiry: date, first: date) -> None:
    birth = expiry.replace(year=1990)
    early = certificate_expiry(first - timedelta(days=1), birth, renews=expiry)
    assert early == expiry.replace(year=expiry.year + 4)
    assert certificate_expiry(first, birth, renews=expiry) == expiry.replace(year=expiry.year + 5)


def test_who_was_born_on_29_february_renews_as_on_28() -> None:
    birth = date(2000, 2, 29)
    assert certificate_expiry(date(2027, 11, 28), birth, renews=date(2028, 2, 28)) == date(2032, 2, 28)
    assert certificate_expiry(date(2027, 11, 29), birth, renews=date(2028, 2, 28)) == date(2033, 2, 28)


def test_a_signature_certificate_never_outlives_the_authentication_certificate() -> None:
    birth, issued = date(1990, 5, 3), date(2026, 11, 22)
    other = date(2028, 5, 3)
    assert certificate_expiry(issued, birth, authentication_expiry=other) == other
    assert certificate_expiry(issued, birth, authentication_expiry=date(2040, 5, 3)) == date(2031, 5, 3)


def test_a_card_that_replaces_one_early_lasts_a_birthday_more() -> None:
    birth, old = date(1990, 12, 1), date(2026, 12, 1)
    assert card_expiry(date(2026, 11, 22), birth, adult=True, renews=old) == date(2036, 12, 1)
    assert card_expiry(date(2026, 9, 1), birth, adult=True, renews=old) == date(2035, 12, 1)


def test_a_card_never_outlives_the_period_of_stay() -> None:
    until = date(2028, 3, 31)
    assert card_expiry(date(2026, 11, 22), date(1990, 12, 1), adult=True, stay_until=until) == until


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
