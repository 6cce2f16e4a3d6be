"""The drawing of numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.numbers import IndividualNumber, ResidentCode
from mynumber.institutions.jlis.residents import numbering


@given(st.integers(min_value=0, max_value=300))
def test_as_many_pairs_are_drawn_as_asked_each_in_its_form(count: int) -> None:
    drawn = numbering.draw(count)
    assert len(drawn) == count
    for numbers in drawn:
        IndividualNumber.parse(numbers.individual_number)
        ResidentCode.parse(numbers.resident_code)


def test_drawn_numbers_do_not_print_themselves() -> None:
    (numbers,) = numbering.draw(1)
    assert numbers.individual_number not in repr(numbers)
    assert numbers.resident_code not in repr(numbers)


def test_numbers_fill_their_whole_range_evenly() -> None:
    bases = numbering.draw_bases(200_000)
    assert bases.min() >= 0
    assert bases.max() < numbering.BASES
    # Each tenth of the range holds 20,000 of them; 700 is five standard deviations (134) and more.
    tenths = np.bincount(bases // (numbering.BASES // 10), minlength=10)
    assert tenths.size == 10
    assert abs(tenths - 20_000).max() < 700


def test_values_that_would_favour_low_numbers_are_drawn_again() -> None:
    unfair, fair = 2**64 - 1, 99_999_999_999
    chunks = iter([np.array([unfair, 5], dtype=np.uint64), np.array([fair], dtype=np.uint64)])
    bases = numbering.draw_bases(2, random=lambda _: next(chunks).tobytes())
    assert bases.tolist() == [5, fair]
