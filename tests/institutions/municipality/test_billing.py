"""Numbers of bills, and the comparison of a day: pure."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.institutions.municipality.billing.numbers import is_sound, new_number, with_check_digits
from mynumber.institutions.municipality.billing.reconciling import Finding, Known, compare
from mynumber.protocols.payments import Method

bodies = st.from_regex(r"[1-9][0-9]{9}", fullmatch=True)


@given(bodies, st.data())
def test_a_wrong_digit_in_a_number_is_found(body: str, data: st.DataObject) -> None:
    number = with_check_digits(body)
    assert is_sound(number)
    place = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    assert not is_sound(number[:place] + other + number[place + 1 :])


@given(bodies, st.integers(0, 10))
def test_two_digits_that_changed_places_are_found(body: str, place: int) -> None:
    number = with_check_digits(body)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert is_sound(swapped) == (swapped == number)


def test_a_new_number_tells_kind_and_year() -> None:
    number = new_number(2, 2026)
    assert (len(number), number[:3], is_sound(number)) == (12, "226", True)


@pytest.mark.parametrize("text", ["", "1", "１２", "abc", "126 123456705"])
def test_what_is_no_number_is_not_sound(text: str) -> None:
    assert not is_sound(text)


def known(amount: int = 100, bill: int | None = 100, *, counted: bool = True) -> Known:
    return Known(uuid4(), "1", Method.CARD, amount, bill, counted)


@pytest.mark.parametrize(
    ("payment", "settled", "finding"),
    [
        (known(), 100, Finding.MATCHED),
        (known(), None, Finding.MISSING),
        (known(), 99, Finding.WRONG_AMOUNT),
        (known(90, counted=False), 90, Finding.WRONG_AMOUNT),
        (known(counted=False), 100, Finding.SURPLUS),
        (known(bill=None, counted=False), 100, Finding.SURPLUS),
        (known(bill=None, counted=False), None, Finding.MISSING),
    ],
)
def test_every_payment_gets_one_finding(payment: Known, settled: int | None, finding: Finding) -> None:
    (line,) = compare([payment], {} if settled is None else {payment.payment: settled})
    assert line.finding is finding
