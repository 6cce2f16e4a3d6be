"""The inhabitant tax against sums done by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.population.levy import Ints, Situation, levy, pension_income, salary_income


def yen(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


@pytest.mark.parametrize(
    ("salary", "year", "income"),
    [
        (0, 2025, 0),
        (650_000, 2025, 0),
        (651_000, 2025, 1_000),
        (1_900_000, 2025, 1_250_000),
        (550_000, 2024, 0),
        (1_625_000, 2024, 1_075_000),
        (1_800_000, 2024, 1_180_000),
        (3_600_000, 2024, 2_440_000),
        (6_600_000, 2025, 4_840_000),
        (8_500_000, 2025, 6_550_000),
        (10_000_000, 2025, 8_050_000),
    ],
)
def test_income_from_salary(salary: int, year: int, income: int) -> None:
    assert salary_income(yen(salary), year).tolist() == [income]


@pytest.mark.parametrize(
    ("pension", "old", "income"),
    [
        (1_100_000, True, 0),
        (2_010_000, True, 910_000),
        (4_100_000, True, 2_800_000),
        (600_000, False, 0),
        (1_300_000, False, 700_000),
        (10_000_000, True, 8_545_000),
    ],
)
def test_income_from_pensions(pension: int, old: bool, income: int) -> None:
    assert pension_income(yen(pension), np.array([old])).tolist() == [income]


def test_a_single_employee() -> None:
    # 3,480,000 - (30 % + 80,000) = 2,356,000; - 430,000 - 515,040 = 1,410,960; 6 % - 3 % of 50,000
    result = levy(replace(Situation.empty(1), salary=yen(3_480_000)), 2025)
    assert result.total_income.tolist() == [2_356_000]
    assert result.taxable_income.tolist() == [1_410_000]
    assert result.income_levy.tolist() == [83_100]
    assert result.per_capita_levy.tolist() == [3_000]


def test_a_single_parent_of_small_income_is_exempt() -> None:
    situation = replace(
        Situation.empty(2), salary=yen(1_920_000, 1_920_000), single_parent=np.array([True, False])
    )
    result = levy(situation, 2025)
    assert result.income_levy.tolist()[0] == 0 < result.income_levy.tolist()[1]
    assert result.per_capita_levy.tolist() == [0, 3_000]


def test_a_family_is_exempt_up_to_a_higher_income() -> None:
    situation = replace(Situation.empty(2), salary=yen(2_200_000, 2_200_000), dependants_under_16=yen(0, 3))
    result = levy(situation, 2025)
    assert (result.income_levy > 0).tolist() == [True, False]
    assert result.dependants.tolist() == [0, 3]


@given(
    st.integers(0, 30_000_000), st.integers(0, 5_000_000), st.integers(0, 5), st.sampled_from([2024, 2025])
)
def test_more_salary_never_means_less_income_or_absurd_tax(
    salary: int, more: int, children: int, year: int
) -> None:
    situation = replace(
        Situation.empty(2), salary=yen(salary, salary + more), dependants_16_to_18=yen(children, children)
    )
    result = levy(situation, year)
    less, greater = result.total_income.tolist()
    assert 0 <= less <= greater
    for taxable, due in zip(result.taxable_income.tolist(), result.income_levy.tolist(), strict=True):
        assert taxable % 1000 == due % 100 == 0
        assert 0 <= due <= taxable * 6 // 100
