"""What people live on: salaries, pensions, and who depends on whom. Made up, with medians and shares like those of Japan.

Amounts of public pensions are those of fiscal year 2026 (令和8年度): full basic pension 847,300 yen, addition for a child 243,800 yen for each of the first two.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mynumber.population.households import NOBODY, Role, Structure
from mynumber.population.levy import Situation, pension_income, salary_income
from mynumber.population.pyramid import FEMALE, MALE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

BASIC_PENSION: Final = 847_300
"""老齢基礎年金 (満額), 障害基礎年金2級 and 遺族基礎年金, a year."""
BASIC_PENSION_FIRST_DEGREE: Final = 1_059_125
"""障害基礎年金1級: a quarter more."""
CHILD_ADDITION: Final = 243_800
LEAST_THIRD_DEGREE: Final = 635_500
"""障害厚生年金3級の最低保障額: three quarters of the basic pension."""
PENSION_AGE: Final = 65

# By age: share of men, women who earn a salary.
_EARNING_AGES: Final = (18, 22, 60, 65, 70, 80)
_EARNING_MEN: Final = (0.25, 0.93, 0.84, 0.60, 0.25, 0.0)
_EARNING_WOMEN: Final = (0.28, 0.78, 0.62, 0.38, 0.14, 0.0)
_SALARY_AGES: Final = (18.0, 22.0, 30.0, 40.0, 52.0, 60.0, 65.0, 75.0)
_SALARY: Final = (0.9e6, 2.6e6, 4.0e6, 5.0e6, 5.6e6, 4.2e6, 2.8e6, 1.8e6)
_OLD_AGE: Final = 0.97
_DISABILITY: Final = 0.021
_SURVIVING_PARENT: Final = 0.08
"""Share of single parents with minor children whose spouse has died."""
_WIDOWS: Final = 0.55
"""Share of women of pension age without a husband who receive a survivors' pension."""


@dataclass(frozen=True, slots=True)
class Pensions:
    """A public pension of each of some persons, as parallel arrays."""

    person: Ints
    """Index into the structure."""
    name: list[str]
    annual_amount: Ints
    child_addition: Ints
    from_age: Floats
    """Age at which the entitlement arose."""


@dataclass(frozen=True, slots=True)
class Livelihood:
    """Revenue of the most recent income year and pensions of today, parallel to a structure."""

    salary: Ints
    old_age: Ints
    """Annual old-age pension, yen; the only pension that is taxed."""
    disabled: Bools
    pensions: Pensions


def livelihood(rng: np.random.Generator, people: Structure) -> Livelihood:
    """Draw salaries and pensions."""
    salary = _salaries(rng, people)
    employees = rng.random(len(people)) < np.where(people.sex == MALE, 0.85, 0.62)
    old_age = _old_age(rng, people, employees=employees)
    disabled = (people.age >= 20) & (people.age < PENSION_AGE) & (rng.random(len(people)) < _DISABILITY)
    salary = np.where(disabled & (rng.random(len(people)) < 0.5), 0, salary)
    pensions = [
        _pensions_for_old_age(people, old_age, employees=employees),
        _pensions_for_disability(rng, people, disabled),
        _pensions_for_survivors(rng, people, disabled),
    ]
    return Livelihood(salary=salary, old_age=old_age, disabled=disabled, pensions=_joined(pensions))


def situation(
    people: Structure, living: Livelihood, salary: Ints, income_year: int, age: Floats
) -> Situation:
    """Revenue and dependants as they were in an income year; `age` is that at its end (negative: not yet born)."""
    count = len(people)
    aged_65 = age >= PENSION_AGE
    pension = np.where(aged_65, living.old_age, 0)
    income = salary_income(salary, income_year) + pension_income(pension, aged_65)
    limit = 580_000 if income_year >= 2025 else 480_000
    poor = (income <= limit) & (age >= 0)

    husband_earns = (people.spouse != NOBODY) & (people.role != Role.UNREGISTERED_SPOUSE)
    spouse = np.where(husband_earns, people.spouse, 0)
    husband_earns &= people.role[spouse] != Role.UNREGISTERED_SPOUSE
    # Of two spouses with equal income neither depends on the other; the poorer one does if poor enough.
    dependent_spouse = husband_earns & poor[spouse] & (income > income[spouse])

    parent_earns_more = income[np.maximum(people.mother, 0)] > income[np.maximum(people.father, 0)]
    parent = np.where(
        (people.father == NOBODY) | ((people.mother != NOBODY) & parent_earns_more),
        people.mother,
        people.father,
    )
    child = poor & (parent != NOBODY) & (age < 23)
    head = _heads(people)
    elder = poor & (age >= 70) & (people.role == Role.PARENT)

    def supported(who: Bools, by: Ints) -> Ints:
        return np.bincount(by[who], minlength=count).astype(np.int64)

    single = (people.spouse == NOBODY) & (supported(child, parent) > 0) & (income <= 5_000_000)
    return Situation(
        salary=salary,
        pension=pension,
        aged_65=aged_65,
        dependants_under_16=supported(child & (age < 16), parent),
        dependants_16_to_18=supported(child & (age >= 16) & (age < 19), parent),
        specific_dependants=supported(child & (age >= 19), parent),
        elderly_dependants=supported(elder, head),
        dependent_spouse=dependent_spouse,
        elderly_spouse=dependent_spouse & (age[spouse] >= 70),
        single_parent=single,
        disabled=living.disabled,
    )


def _heads(people: Structure) -> Ints:
    """Index of the head of each person's household: the first of the household."""
    first = np.flatnonzero(np.diff(people.household, prepend=-1))
    return first[people.household].astype(np.int64)


def _salaries(rng: np.random.Generator, people: Structure) -> Ints:
    count = len(people)
    step = np.searchsorted(np.array(_EARNING_AGES), people.age, side="right") - 1
    shares = np.where(people.sex == MALE, np.array(_EARNING_MEN)[step], np.array(_EARNING_WOMEN)[step])
    earns = (people.age >= _EARNING_AGES[0]) & (rng.random(count) < shares)
    full = np.interp(people.age, _SALARY_AGES, _SALARY) * rng.lognormal(0, 0.38, count)
    part_time = (people.sex == FEMALE) & (rng.random(count) < np.where(people.spouse == NOBODY, 0.25, 0.55))
    revenue = np.where(
        part_time, rng.normal(1.15e6, 2.5e5, count), full * np.where(people.sex == MALE, 1.0, 0.8)
    )
    return np.where(earns, np.maximum(revenue, 300_000) // 1000 * 1000, 0).astype(np.int64)


def _old_age(rng: np.random.Generator, people: Structure, *, employees: Bools) -> Ints:
    count = len(people)
    basic = BASIC_PENSION * np.clip(rng.normal(0.92, 0.1, count), 0.3, 1.0)
    earned = np.where(people.sex == MALE, rng.normal(1.15e6, 3e5, count), rng.normal(5e5, 2e5, count))
    total = basic + np.where(employees, np.maximum(earned, 100_000), 0)
    entitled = (people.age >= PENSION_AGE) & (rng.random(count) < _OLD_AGE)
    return np.where(entitled, total // 100 * 100, 0).astype(np.int64)


def _pensions_for_old_age(people: Structure, amounts: Ints, *, employees: Bools) -> Pensions:
    who = np.flatnonzero(amounts)
    return Pensions(
        person=who,
        name=["老齢厚生年金" if employed else "老齢基礎年金" for employed in employees[who].tolist()],
        annual_amount=amounts[who],
        child_addition=np.zeros(who.size, dtype=np.int64),
        from_age=np.full(who.size, float(PENSION_AGE)),
    )


def _pensions_for_disability(rng: np.random.Generator, people: Structure, disabled: Bools) -> Pensions:
    who = np.flatnonzero(disabled)
    children = np.minimum(_minor_children(people)[who], 2)
    draw = rng.random(who.size)
    third = draw < 0.2
    addition = np.where(third, 0, children * CHILD_ADDITION)
    base = np.where(
        third, LEAST_THIRD_DEGREE, np.where(draw < 0.4, BASIC_PENSION_FIRST_DEGREE, BASIC_PENSION)
    )
    return Pensions(
        person=who,
        name=["障害厚生年金" if is_third else "障害基礎年金" for is_third in third.tolist()],
        annual_amount=base + addition,
        child_addition=addition,
        from_age=20 + (people.age[who] - 20) * rng.random(who.size),
    )


def _pensions_for_survivors(rng: np.random.Generator, people: Structure, disabled: Bools) -> Pensions:
    """For single parents whose spouse died, and for widows. A person receives one kind before old age, hence not the disabled."""
    children = _minor_children(people)
    alone = (people.spouse == NOBODY) & ~disabled
    parents = np.flatnonzero(alone & (children > 0) & (rng.random(len(people)) < _SURVIVING_PARENT))
    old = alone & (people.sex == FEMALE) & (people.age >= PENSION_AGE) & (children == 0)
    widows = np.flatnonzero(old & (rng.random(len(people)) < _WIDOWS))
    addition = np.minimum(children[parents], 2) * CHILD_ADDITION
    earned = np.maximum(rng.normal(7e5, 2e5, widows.size), 100_000) // 100 * 100
    youngest = _youngest_child(people)[parents]
    return Pensions(
        person=np.concatenate([parents, widows]),
        name=["遺族基礎年金"] * parents.size + ["遺族厚生年金"] * widows.size,
        annual_amount=np.concatenate([BASIC_PENSION + addition, earned.astype(np.int64)]),
        child_addition=np.concatenate([addition, np.zeros(widows.size, dtype=np.int64)]),
        from_age=np.concatenate(
            [
                people.age[parents] - youngest * rng.random(parents.size),
                people.age[widows] * (0.85 + 0.15 * rng.random(widows.size)),
            ]
        ),
    )


def _minor_children(people: Structure) -> Ints:
    """Children below 18 in the household, of each person."""
    minors = people.age < 18
    counts = np.zeros(len(people), dtype=np.int64)
    for parent in (people.mother, people.father):
        counts += np.bincount(parent[minors & (parent != NOBODY)], minlength=len(people))
    return counts


def _youngest_child(people: Structure) -> Floats:
    """Age of each person's youngest child in the household; infinite without one."""
    youngest = np.full(len(people), np.inf)
    for parent in (people.mother, people.father):
        child = parent != NOBODY
        np.minimum.at(youngest, parent[child], people.age[child])
    return youngest


def _joined(parts: list[Pensions]) -> Pensions:
    person = np.concatenate([part.person for part in parts])
    order = np.argsort(person, kind="stable")
    names = [name for part in parts for name in part.name]
    return Pensions(
        person=person[order],
        name=[names[index] for index in order.tolist()],
        annual_amount=np.concatenate([part.annual_amount for part in parts])[order],
        child_addition=np.concatenate([part.child_addition for part in parts])[order],
        from_age=np.concatenate([part.from_age for part in parts])[order],
    )
