"""Households that could be real, for any seed and size, and the pyramid they keep."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.population import pyramid
from mynumber.population.households import (
    NOBODY,
    OLDEST_FATHER,
    OLDEST_MOTHER,
    YOUNGEST_PARENT,
    Role,
    Structure,
    arrange,
)
from mynumber.population.pyramid import FEMALE, MALE

MANY = arrange(np.random.default_rng(7), 40_000)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.integers(0, 2**32))
def test_every_household_could_be_real(count: int, seed: int) -> None:
    check(arrange(np.random.default_rng(seed), count), count)


def test_a_large_population_could_be_real() -> None:
    check(MANY, 40_000)


def check(people: Structure, count: int) -> None:
    assert len(people) == count
    index = np.arange(count)
    # One head each, first in the household, grown up.
    heads = people.role == Role.HEAD
    assert np.array_equal(people.household[heads], np.arange(people.household.max() + 1))
    assert np.array_equal(np.flatnonzero(heads), np.flatnonzero(np.diff(people.household, prepend=-1)))
    assert people.age[heads].min() >= YOUNGEST_PARENT
    assert np.all(np.diff(people.household) >= 0)
    # Couples live together, are of two sexes and grown up, and know of each other.
    married = people.spouse != NOBODY
    partner = people.spouse[married]
    assert np.array_equal(people.spouse[partner], index[married])
    assert np.array_equal(people.household[partner], people.household[married])
    assert np.all(people.sex[partner] != people.sex[married])
    assert np.all(people.age[married] >= 20)
    # Parents are of the right sex and age and live with the child; siblings are not closer than a year.
    for parent, sex, oldest in ((people.mother, FEMALE, OLDEST_MOTHER), (people.father, MALE, OLDEST_FATHER)):
        child = parent != NOBODY
        gap = people.age[parent[child]] - people.age[child]
        assert np.all(people.sex[parent[child]] == sex)
        assert np.array_equal(people.household[parent[child]], people.household[child])
        assert np.all(gap >= YOUNGEST_PARENT)
        assert np.all(gap <= oldest + 1)
    for role in (Role.CHILD, Role.GRANDCHILD):
        who = np.flatnonzero((people.role == role) & ((people.mother != NOBODY) | (people.father != NOBODY)))
        parent = np.where(people.mother[who] == NOBODY, people.father[who] + count, people.mother[who])
        order = np.lexsort((people.age[who], parent))
        same = np.diff(parent[order]) == 0
        assert np.all(np.diff(people.age[who][order])[same] > 1)
    # Nobody below 18 is without a parent.
    assert np.all((people.mother != NOBODY)[people.age < 18] | (people.father != NOBODY)[people.age < 18])


def test_ages_and_sexes_are_those_of_the_census() -> None:
    expected = np.array(pyramid.PERSONS, dtype=float)
    expected /= expected.sum()
    classes = np.minimum(MANY.age // pyramid.CLASS_YEARS, expected.shape[1] - 1).astype(int)
    found = np.zeros_like(expected)
    np.add.at(found, (MANY.sex.astype(int), classes), 1 / len(MANY))
    # Five standard deviations of a draw of this size, and never more than half a percentage point.
    tolerance = 5 * np.sqrt(expected * (1 - expected) / len(MANY))
    assert np.all(np.abs(found - expected) <= tolerance)
    assert tolerance.max() < 0.006


def test_households_are_of_the_kinds_that_japan_has() -> None:
    sizes = np.bincount(MANY.household)
    assert 0.35 < np.mean(sizes == 1) < 0.55
    assert 1.8 < sizes.mean() < 2.4
    minors = MANY.age < 18
    alone = (MANY.mother[minors] == NOBODY) | (MANY.father[minors] == NOBODY)
    assert 0.05 < alone.mean() < 0.15
    roles = np.bincount(MANY.role, minlength=len(Role))
    assert roles.min() > 0
    mothers = np.bincount(MANY.mother[minors & (MANY.mother != NOBODY)])
    assert 1.3 < mothers[mothers > 0].mean() < 2.0


def test_a_class_of_the_pyramid_lasts_five_years() -> None:
    sex, age = pyramid.draw(np.random.default_rng(1), 1000)
    assert set(np.unique(sex)) == {MALE, FEMALE}
    assert 0 <= age.min() < age.max() < 105


def test_drawing_nobody_gives_nobody() -> None:
    sex, age = pyramid.draw(np.random.default_rng(1), 0)
    assert sex.size == age.size == 0
