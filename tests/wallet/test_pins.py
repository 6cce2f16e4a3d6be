"""PINs as people type them."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.smartcard import PIN_RULES, MalformedPin, PinName
from mynumber.wallet.pins import PIN_WORDS, read_pin, why_malformed, wrong_pin

FULL_WIDTH = str.maketrans(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ",
)
DIGITS = st.text("0123456789", min_size=4, max_size=4)
PASSWORDS = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=6, max_size=16).filter(
    PIN_RULES[PinName.SIGNATURE].allows
)


@given(DIGITS)
def test_digits_are_read_however_wide(digits: str) -> None:
    for name in (PinName.AUTHENTICATION, PinName.TEXT_SUPPORT, PinName.JUKI):
        assert read_pin(digits, name) == read_pin(digits.translate(FULL_WIDTH), name)
        assert read_pin(digits, name).encode() == digits.encode()


@given(PASSWORDS)
def test_a_password_is_upper_case_however_typed(password: str) -> None:
    expected = password.encode()
    for typed in (password, password.lower(), password.translate(FULL_WIDTH)):
        assert read_pin(typed, PinName.SIGNATURE).encode() == expected


@given(st.text(max_size=30), st.sampled_from(PinName))
def test_whatever_is_typed_is_a_pin_of_its_rules_or_none(typed: str, name: PinName) -> None:
    try:
        pin = read_pin(typed, name)
    except MalformedPin:
        return
    assert PIN_RULES[name].allows(pin.encode().decode())
    assert pin.encode().decode() not in repr(pin)


@pytest.mark.parametrize(
    "typed", ["4649 ", " 4649", "４６４９．", "46⑨9x", "四六四九", "46\u00a049", "4649\n", "-649"]
)
def test_what_is_no_digit_is_none(typed: str) -> None:
    with pytest.raises(MalformedPin):
        read_pin(typed, PinName.AUTHENTICATION)


@pytest.mark.parametrize(
    "typed", ["ABCDEF", "123456", "ABC12", "A" * 16 + "1", "ABC-123", "ÄBC123", "AB#123"]
)
def test_a_password_has_letters_and_digits(typed: str) -> None:
    with pytest.raises(MalformedPin):
        read_pin(typed, PinName.SIGNATURE)


def test_every_pin_has_words() -> None:
    assert set(PIN_WORDS) == set(PinName)
    for name, words in PIN_WORDS.items():
        with translation.override("ja"):
            assert words.label in wrong_pin(name, 2)
            assert "減っていません" in why_malformed(name)
        with translation.override("en"):
            assert wrong_pin(name, 2).isascii()
            assert why_malformed(name).isascii()
            assert words.called.isascii()
        # A kiosk helps with one of the two only through the other.
        assert words.kiosk_with is None or PIN_WORDS[words.kiosk_with].kiosk_with is name
