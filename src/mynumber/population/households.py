"""Who lives with whom: persons of the pyramid put into households that could be real.

Ages and sexes are drawn first and stay (so the pyramid is met), then couples are matched, children go to mothers by the
age women have children at, some grown children stay at home, some grandparents live with a family. All of it works on arrays: there is a loop over ages
of children, none over persons.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mynumber.population import pyramid
from mynumber.population.pyramid import FEMALE, MALE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

NOBODY: Final = -1

ADULT: Final = 20
"""Age from which a person may live alone here. (Full age is 18, but few live alone by then.)"""

# Shares of the census of 2020 (配偶関係), rounded, for the five-year classes from 20-24 to 85 and more.
_MARRIED_WOMEN: Final = (0.06, 0.33, 0.60, 0.70, 0.73, 0.72, 0.71, 0.72, 0.72, 0.70, 0.66, 0.58, 0.42, 0.18)
_MARRIED_MEN: Final = (0.04, 0.26, 0.51, 0.62, 0.67, 0.68, 0.68, 0.70, 0.74, 0.77, 0.80, 0.82, 0.80, 0.68)
# Unmarried women who have children: divorced, never married, and later widowed.
_SINGLE_MOTHERS: Final = (0.01, 0.05, 0.12, 0.18, 0.22, 0.25, 0.25, 0.30, 0.40, 0.50, 0.60, 0.70, 0.70, 0.70)
_SINGLE_FATHERS: Final = (0.0, 0.01, 0.02, 0.03, 0.05, 0.06, 0.07, 0.08, 0.10, 0.10, 0.10, 0.10, 0.10, 0.10)
# Unmarried who live with their parents.
_AT_HOME: Final = {18: 0.85, 20: 0.60, 25: 0.42, 30: 0.30, 35: 0.25, 40: 0.20, 45: 0.16}

OLDEST_CHILD_AT_HOME: Final = 49
YOUNGEST_PARENT: Final = 18
OLDEST_MOTHER: Final = 45
OLDEST_FATHER: Final = 60
BIRTH_AGE: Final = 31.0
BIRTH_AGE_SPREAD: Final = 5.0

THREE_GENERATIONS: Final = 0.09
"""Share of families with a child below 18 with whom grandparents live."""
UNREGISTERED_COUPLES: Final = 0.02
"""Share of childless couples who live as such without marriage (未届)."""


class Role(IntEnum):
    """Place in the household, in the order in which a register lists its members."""

    HEAD = 0
    SPOUSE = 1
    UNREGISTERED_SPOUSE = 2
    CHILD = 3
    CHILDS_SPOUSE = 4
    GRANDCHILD = 5
    PARENT = 6


@dataclass(frozen=True, slots=True)
class Structure:
    """Persons as parallel arrays, sorted by household and within it by role and age."""

    sex: NDArray[np.int8]
    age: Floats
    """Years with fraction on the day of the population."""
    household: Ints
    """From 0, without gaps."""
    role: NDArray[np.int8]
    spouse: Ints
    """Index of the husband or wife, or NOBODY."""
    mother: Ints
    """Index of the mother in the same household, or NOBODY."""
    father: Ints

    def __len__(self) -> int:
        return self.age.size

    @property
    def households(self) -> int:
        """How many households there are."""
        return int(self.household[-1]) + 1


def arrange(rng: np.random.Generator, count: int) -> Structure:
    """`count` persons in households."""
    sex, age = pyramid.draw(rng, count)
    return _Arrangement(rng, sex, age).structure()


class _Arrangement:
    """The working arrays while households form."""

    def __init__(self, rng: np.random.Generator, sex: NDArray[np.int8], age: Floats) -> None:
        self.rng = rng
        self.sex = sex
        self.age = age
        count = age.size
        self.spouse = np.full(count, NOBODY, dtype=np.int64)
        self.mother = np.full(count, NOBODY, dtype=np.int64)
        self.father = np.full(count, NOBODY, dtype=np.int64)
        self.role = np.zeros(count, dtype=np.int8)
        # A household carries the index of the person around whom it formed, until the end.
        self.anchor = np.arange(count, dtype=np.int64)

    def structure(self) -> Structure:
        self._marry()
        self._place_children()
        self._join_grandparents()
        household = np.unique(self.anchor, return_inverse=True)[1].astype(np.int64)
        order = np.lexsort((-self.age, self.role, household))
        position = np.empty_like(order)
        position[order] = np.arange(order.size)

        def moved(index: Ints) -> Ints:
            found = index[order]
            return np.where(found == NOBODY, NOBODY, position[found])

        return Structure(
            sex=self.sex[order],
            age=self.age[order],
            household=household[order],
            role=self.role[order],
            spouse=moved(self.spouse),
            mother=moved(self.mother),
            father=moved(self.father),
        )

    def _marry(self) -> None:
        """Couples: as many as women are married, with the men whom the same shares make likely, old with old."""
        women = np.flatnonzero((self.sex == FEMALE) & self._happens(_MARRIED_WOMEN))
        men = np.flatnonzero((self.sex == MALE) & (self.age >= ADULT))
        likely = np.clip(_by_age(_MARRIED_MEN, self.age[men]), 1e-6, 1 - 1e-6)
        men = men[_largest(np.log(likely / (1 - likely)) + self.rng.logistic(size=men.size), women.size)]
        women = self.rng.permutation(women)[: men.size]
        wives = women[np.argsort(self.age[women] + self.rng.normal(0, 2.5, women.size))]
        husbands = men[np.argsort(self.age[men] + self.rng.normal(0, 2.5, men.size))]
        self.spouse[wives], self.spouse[husbands] = husbands, wives
        self.anchor[wives] = husbands
        self.role[wives] = Role.SPOUSE

    def _place_children(self) -> None:
        """Each child, the youngest first, to a mother (or single father) of a likely age, siblings at least a year apart."""
        wives = np.flatnonzero((self.sex == FEMALE) & (self.spouse != NOBODY))
        alone = (self.spouse == NOBODY) & (self.age >= ADULT)
        mothers = np.flatnonzero(alone & (self.sex == FEMALE) & self._happens(_SINGLE_MOTHERS))
        fathers = np.flatnonzero(alone & (self.sex == MALE) & self._happens(_SINGLE_FATHERS))
        nobody = np.full(mothers.size, NOBODY, dtype=np.int64)
        unit_mother = np.concatenate([wives, mothers, np.full(fathers.size, NOBODY, dtype=np.int64)])
        unit_father = np.concatenate([self.spouse[wives], nobody, fathers])
        mothers_age = np.where(unit_mother == NOBODY, self.age[unit_father] - 2, self.age[unit_mother])
        fathers_age = np.where(unit_father == NOBODY, mothers_age + 2, self.age[unit_father])
        children_of = np.zeros(unit_mother.size, dtype=np.int64)
        youngest = np.full(unit_mother.size, -10, dtype=np.int64)

        may_be_child = (self.spouse == NOBODY) & ~np.isin(
            np.arange(self.age.size), np.concatenate([mothers, fathers])
        )
        whole_years = self.age.astype(np.int64)
        for years in range(OLDEST_CHILD_AT_HOME + 1):
            children = np.flatnonzero(may_be_child & (whole_years == years) & self._stays_home(years))
            at_birth = mothers_age - years - 1, fathers_age - years - 1
            fits = (
                (at_birth[0] >= YOUNGEST_PARENT)
                & (at_birth[0] <= OLDEST_MOTHER - 1)
                & (at_birth[1] >= YOUNGEST_PARENT)
                & (at_birth[1] <= OLDEST_FATHER - 1)
                & (years - youngest >= 2)
            )
            units = np.flatnonzero(fits)
            likely = -(((at_birth[0][units] + 0.5 - BIRTH_AGE) / BIRTH_AGE_SPREAD) ** 2) / 2
            likely += np.log(np.array([1.0, 2.2, 0.5, 0.12, 0.02]))[np.minimum(children_of[units], 4)]
            chosen = units[_largest(likely + self.rng.gumbel(size=units.size), children.size)]
            placed, left_over = children[: chosen.size], children[chosen.size :]
            self.mother[placed], self.father[placed] = unit_mother[chosen], unit_father[chosen]
            self.anchor[placed] = np.where(
                unit_father[chosen] == NOBODY, unit_mother[chosen], unit_father[chosen]
            )
            self.role[placed] = Role.CHILD
            children_of[chosen] += 1
            youngest[chosen] = years
            if years < ADULT and left_over.size:
                # Too few parents, as happens in a very small population: these are grown up instead, and live alone.
                self.age[left_over] = ADULT + self.rng.random(left_over.size) * 40

        childless = np.flatnonzero(children_of[: wives.size] == 0)
        unregistered = wives[childless[self.rng.random(childless.size) < UNREGISTERED_COUPLES]]
        self.role[unregistered] = Role.UNREGISTERED_SPOUSE

    def _join_grandparents(self) -> None:
        """Let some families live with the father's widowed mother or both his parents."""
        minors_father = self.father[(self.age < 18) & (self.father != NOBODY) & (self.mother != NOBODY)]
        families = np.unique(minors_father)
        families = families[self.rng.random(families.size) < THREE_GENERATIONS]
        with_children = np.isin(np.arange(self.age.size), np.concatenate([self.mother, self.father]))
        free = (self.sex == FEMALE) & (self.age >= 58) & ~with_children & (self.role != Role.CHILD)
        free &= self.role != Role.UNREGISTERED_SPOUSE
        grandmothers = np.flatnonzero(free)
        for father in families.tolist():
            gap = self.age[grandmothers] - self.age[father]
            distance = np.where((gap >= 19) & (gap <= 44), np.abs(gap - self.rng.normal(28, 4)), np.inf)
            if not grandmothers.size or not np.isfinite(distance.min()):
                continue
            nearest = int(distance.argmin())
            grandmother = int(grandmothers[nearest])
            grandfather = int(self.spouse[grandmother])
            if grandfather != NOBODY and not 19 <= self.age[grandfather] - self.age[father] <= 60:
                continue
            grandmothers = np.delete(grandmothers, nearest)
            self._join(father, grandmother, grandfather)

    def _join(self, father: int, grandmother: int, grandfather: int) -> None:
        family = self.anchor == father
        self.mother[father], self.father[father] = grandmother, grandfather
        if grandfather == NOBODY:
            self.anchor[grandmother] = father
            self.role[grandmother] = Role.PARENT
            return
        self.role[family & (self.role == Role.CHILD)] = Role.GRANDCHILD
        self.role[family & (self.role == Role.SPOUSE)] = Role.CHILDS_SPOUSE
        self.role[father] = Role.CHILD
        self.anchor[family] = grandfather

    def _happens(self, shares: tuple[float, ...]) -> Bools:
        """A draw for everyone by the share of their five-year class, never below ADULT."""
        return (self.age >= ADULT) & (self.rng.random(self.age.size) < _by_age(shares, self.age))

    def _stays_home(self, years: int) -> Bools:
        share = 1.0
        for from_age, at_home in _AT_HOME.items():
            share = at_home if years >= from_age else share
        return self.rng.random(self.age.size) < share


def _by_age(shares: tuple[float, ...], age: Floats) -> Floats:
    classes = np.clip((age - ADULT) // 5, 0, len(shares) - 1).astype(np.int64)
    return np.array(shares)[classes]


def _largest(keys: Floats, count: int) -> Ints:
    """Indices of the `count` largest keys (all, if there are fewer), ascending: the order of a partition depends on the processor."""
    if count >= keys.size:
        return np.arange(keys.size)
    if count <= 0:
        return np.zeros(0, dtype=np.int64)
    return np.sort(np.argpartition(keys, keys.size - count)[keys.size - count :]).astype(np.int64)
