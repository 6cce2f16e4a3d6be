"""Municipal inhabitant tax (個人市町村民税) of many persons at once, in integer yen.

Close to the law (所得税法 第28条・第35条, 地方税法 第292条・第295条・第314条の2・第314条の6) in what an ordinary household needs; it leaves out what
the synthetic people do not have (business, property, donations, insurance and medical deductions, the ward and forest taxes).
"""

from dataclasses import dataclass, fields, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PER_CAPITA_LEVY: Final = 3_000
LEVY_PERCENT: Final = 6
"""Rate of a municipality other than a designated city (地方税法 第314条の3)."""
SOCIAL_INSURANCE_PERMILLE_OF_SALARY: Final = 148
SOCIAL_INSURANCE_PERMILLE_OF_PENSION: Final = 80
SINGLE_PARENT_EXEMPTION: Final = 1_350_000
"""Total income up to which a single parent, a disabled person or a minor is exempt (地方税法 第295条)."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Revenue and family of persons in one income year: parallel arrays, yen and persons."""

    salary: Ints
    pension: Ints
    """Taxable public pensions: old age only. Pensions for disability and survivors are free of tax."""
    aged_65: Bools
    """65 or older at the end of the income year."""
    dependants_under_16: Ints
    dependants_16_to_18: Ints
    specific_dependants: Ints
    elderly_dependants: Ints
    """70 or older, a spouse not counted."""
    dependent_spouse: Bools
    elderly_spouse: Bools
    """The dependent spouse is 70 or older."""
    single_parent: Bools
    disabled: Bools

    @classmethod
    def empty(cls, count: int) -> Self:
        """`count` persons without revenue and family."""
        kinds = {field.name: bool if field.type is Bools else np.int64 for field in fields(cls)}
        return cls(**{name: np.zeros(count, dtype=kind) for name, kind in kinds.items()})

    def at(self, index: NDArray[np.intp]) -> Self:
        """The persons of an index."""
        return replace(self, **{field.name: getattr(self, field.name)[index] for field in fields(self)})


@dataclass(frozen=True, slots=True)
class Levy:
    """What follows from a situation: parallel arrays in yen."""

    total_income: Ints
    social_insurance_deduction: Ints
    taxable_income: Ints
    income_levy: Ints
    per_capita_levy: Ints
    dependants: Ints


def salary_income(salary: Ints, income_year: int) -> Ints:
    """給与所得: revenue less its deduction (所得税法 第28条); the least deduction rose to 650,000 yen with 2025."""
    least, until = (650_000, 1_900_000) if income_year >= 2025 else (550_000, 1_625_000)
    deduction: Ints = np.select(
        [salary <= until, salary <= 1_800_000, salary <= 3_600_000, salary <= 6_600_000, salary <= 8_500_000],
        [
            np.full_like(salary, least),
            salary * 40 // 100 - 100_000,
            salary * 30 // 100 + 80_000,
            salary * 20 // 100 + 440_000,
            salary * 10 // 100 + 1_100_000,
        ],
        1_950_000,
    )
    income: Ints = np.maximum(salary - deduction, 0)
    return income


def pension_income(pension: Ints, aged_65: Bools) -> Ints:
    """公的年金等に係る雑所得 (所得税法 第35条) of persons with little other income."""
    least = np.where(aged_65, 1_100_000, 600_000)
    until = np.where(aged_65, 3_300_000, 1_300_000)
    deduction: Ints = np.select(
        [pension <= until, pension <= 4_100_000, pension <= 7_700_000],
        [least, pension * 25 // 100 + 275_000, pension * 15 // 100 + 685_000],
        1_455_000,
    )
    income: Ints = np.maximum(pension - deduction, 0)
    return income


def levy(situation: Situation, income_year: int) -> Levy:
    """The levy of the fiscal year after `income_year`."""
    s = situation
    total = salary_income(s.salary, income_year) + pension_income(s.pension, s.aged_65)
    social = (
        s.salary * SOCIAL_INSURANCE_PERMILLE_OF_SALARY + s.pension * SOCIAL_INSURANCE_PERMILLE_OF_PENSION
    ) // 1000
    spouse = s.dependent_spouse.astype(np.int64)
    elderly_spouse = (s.dependent_spouse & s.elderly_spouse).astype(np.int64)
    single, disabled = s.single_parent.astype(np.int64), s.disabled.astype(np.int64)
    deductions = (
        430_000
        + social
        + 330_000 * spouse
        + 50_000 * elderly_spouse
        + 330_000 * s.dependants_16_to_18
        + 450_000 * s.specific_dependants
        + 380_000 * s.elderly_dependants
        + 300_000 * single
        + 260_000 * disabled
    )
    # Differences to the deductions of the national income tax, which the adjustment credit (調整控除) makes good.
    differences = (
        50_000
        + 50_000 * spouse
        + 50_000 * elderly_spouse
        + 50_000 * s.dependants_16_to_18
        + 180_000 * s.specific_dependants
        + 100_000 * s.elderly_dependants
        + 50_000 * single
        + 10_000 * disabled
    )
    taxable = np.maximum(total - deductions, 0) // 1000 * 1000
    credit_base = np.where(
        taxable <= 2_000_000,
        np.minimum(differences, taxable),
        np.maximum(differences - (taxable - 2_000_000), 50_000),
    )
    dependants = (
        s.dependants_under_16 + s.dependants_16_to_18 + s.specific_dependants + s.elderly_dependants + spouse
    )
    family = dependants > 0
    spared = (s.single_parent | s.disabled) & (total <= SINGLE_PARENT_EXEMPTION)
    no_income_levy = spared | (total <= 350_000 * (dependants + 1) + 100_000 + 320_000 * family)
    no_levy = spared | (total <= 350_000 * (dependants + 1) + 100_000 + 210_000 * family)
    income_levy = np.maximum(taxable * LEVY_PERCENT // 100 - credit_base * 3 // 100, 0) // 100 * 100
    return Levy(
        total_income=total,
        social_insurance_deduction=social,
        taxable_income=taxable,
        income_levy=np.where(no_income_levy, 0, income_levy),
        per_capita_levy=np.where(no_levy, 0, PER_CAPITA_LEVY),
        dependants=dependants,
    )
