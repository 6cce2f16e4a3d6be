"""What a typed card is: brand, check digit, expiry, code; and that it prints nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn as independent

from mynumber.institutions.acquirer.payments.cards import (
    TEST_CARDS,
    BadCard,
    Card,
    CardFault,
    Outcome,
    luhn,
)

TODAY = date(2026, 11, 22)
GOOD = "4111 1111 1111 1111"


def read(number: str = GOOD, expiry: str = "04/29", code: str = "123") -> Card:
    return Card.read(number, expiry, code, today=TODAY)


@given(st.from_regex(r"[0-9]{2,25}", fullmatch=True))
def test_the_check_digit_is_that_of_an_independent_implementation(digits: str) -> None:
    assert luhn(digits) == independent.is_valid(digits)


@pytest.mark.parametrize("number", TEST_CARDS)
def test_every_test_card_is_sound_and_has_its_outcome(number: str) -> None:
    card = read(number, code="1234" if number.startswith("3782") else "123")
    assert card.outcome is TEST_CARDS[number][0]
    assert card.last_four == number[-4:]


def test_an_unknown_card_is_declined() -> None:
    assert read("4012888888881881").outcome is Outcome.DECLINED


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"number": "4111111111111112"}, CardFault.NUMBER),
        ({"number": "4111"}, CardFault.NUMBER),
        ({"number": "４１１１1111111111１"}, CardFault.NUMBER),
        ({"number": "4111111111111111;--"}, CardFault.NUMBER),
        ({"number": "6011000990139424"}, CardFault.BRAND),
        ({"number": "4222222222222"}, CardFault.BRAND),
        ({"expiry": "13/29"}, CardFault.EXPIRY),
        ({"expiry": "0429"}, CardFault.EXPIRY),
        ({"expiry": "04/2929"}, CardFault.EXPIRY),
        ({"expiry": "10/26"}, CardFault.EXPIRED),
        ({"code": "12"}, CardFault.CODE),
        ({"code": "1234"}, CardFault.CODE),
        ({"number": "378282246310005"}, CardFault.CODE),
        ({"code": "1２3"}, CardFault.CODE),
    ],
)
def test_what_is_wrong_is_said_without_the_digits(typed: dict[str, str], fault: CardFault) -> None:
    with pytest.raises(BadCard) as bad:
        read(**typed)
    assert bad.value.fault is fault
    assert not any(character.isdigit() for character in str(bad.value))


def test_a_card_is_good_until_the_end_of_its_month_and_prints_nothing() -> None:
    card = read(expiry="11/26")
    assert "1111" not in repr(card)
    assert read(expiry="11/2026").number == card.number
