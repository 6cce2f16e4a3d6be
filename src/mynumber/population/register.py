"""The resident register of a municipality: from structures to entries with names, homes and moves."""

from dataclasses import dataclass
from datetime import date
from itertools import repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mynumber.foundation.numbers import LocalGovernment, local_governments
from mynumber.population import names
from mynumber.population.foreigners import (
    NATIONS,
    STATUS_OF_FAMILIES,
    STATUSES_OF_ADULTS,
    ForeignName,
    read_names,
)
from mynumber.population.households import NOBODY, Role, Structure
from mynumber.population.postal import PostalTown
from mynumber.population.pyramid import FEMALE, MALE
from mynumber.population.records import Resident, SexText

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DAYS_A_YEAR: Final = 365.2425

_FOREIGN_BY_AGE: Final = ((40, 0.055), (60, 0.025), (200, 0.004))
"""Share of foreign households by the age (below) of their oldest member."""
_FORMER_NAMES: Final = 0.02
_PROTECTED: Final = 0.0015
_SINCE_BIRTH: Final = 0.45
_MOVED_WITHIN: Final = 30.0
_SAME_PREFECTURE: Final = 0.5
_FLATS: Final = 0.4
_BUILDINGS: Final = (
    "みどり荘",
    "ハイツさくら",
    "コーポひかり",
    "メゾン富士",
    "サンハイム",
    "グリーンコート",
    "第二ことぶき荘",
)
_RELATIONS: Final = {
    Role.HEAD.value: ("世帯主", "世帯主"),
    Role.SPOUSE.value: ("夫", "妻"),
    Role.UNREGISTERED_SPOUSE.value: ("夫（未届）", "妻（未届）"),
    Role.CHILD.value: ("子", "子"),
    Role.CHILDS_SPOUSE.value: ("子の夫", "子の妻"),
    Role.GRANDCHILD.value: ("子の子", "子の子"),
    Role.PARENT.value: ("父", "母"),
}
_SEXES: Final[tuple[SexText, SexText]] = ("male", "female")


@dataclass(frozen=True, slots=True)
class _Names:
    """Texts of persons, parallel to the structure."""

    family: list[str]
    given: list[str]
    family_kana: list[str]
    given_kana: list[str]
    former: list[str]
    former_kana: list[str]
    alphabet: list[str]
    nationality: list[str]
    status: list[str]


@dataclass(frozen=True, slots=True)
class _Homes:
    """Texts and facts of households."""

    postal_code: list[str]
    town: list[str]
    rest: list[str]
    moved_in: Ints
    """Ordinal of the day the household came, 0 if it was always here."""
    previous: list[str]
    previous_address: list[str]
    protected: Bools


class Register:
    """Writes the entries of one municipality."""

    def __init__(self, municipality: LocalGovernment, towns: tuple[PostalTown, ...], as_of: date) -> None:
        self.municipality = municipality
        self.towns = towns
        self.as_of = as_of
        everywhere = [g for g in local_governments() if g.is_municipality and g.code != municipality.code]
        self.elsewhere = everywhere
        self.nearby = [g for g in everywhere if g.prefecture == municipality.prefecture] or everywhere

    def entries(
        self, rng: np.random.Generator, people: Structure, first_household: int, *, moved_out: bool
    ) -> list[Resident]:
        """An entry for each person, in their order; households are numbered from `first_household`.

        moved_out: they have all moved out in the last months, so nobody may be younger than a year.
        """
        births = self._births(people)
        named = self._names(rng, people, births)
        homes = self._homes(rng, people, named, settled_years=1.0 if moved_out else 0.0)
        households = people.households
        left, next_code, next_address = (
            self._moves_out(rng, households) if moved_out else _nowhere(households)
        )
        digits = rng.bytes(16 * len(people)).hex()
        home = people.household.tolist()
        # A child born after its household came is here since birth.
        came = homes.moved_in[people.household]
        moved = (came > births).tolist()
        # Columns, not rows: a loop over persons in Python would take twice as long.
        return list(
            map(
                Resident,
                [_uuid(digits[at : at + 32]) for at in range(0, len(digits), 32)],
                repeat(self.municipality.code.digits),
                (people.household + first_household).tolist(),
                [
                    _RELATIONS[role][sex]
                    for role, sex in zip(people.role.tolist(), people.sex.tolist(), strict=True)
                ],
                named.family,
                named.given,
                named.family_kana,
                named.given_kana,
                named.former,
                named.former_kana,
                named.alphabet,
                map(date.fromordinal, births.tolist()),
                [_SEXES[sex] for sex in people.sex.tolist()],
                ["foreign" if nationality else "japanese" for nationality in named.nationality],
                named.nationality,
                named.status,
                [homes.postal_code[index] for index in home],
                [homes.town[index] for index in home],
                [homes.rest[index] for index in home],
                [
                    date.fromordinal(day) if has else None
                    for day, has in zip(came.tolist(), moved, strict=True)
                ],
                [homes.previous[index] if has else "" for index, has in zip(home, moved, strict=True)],
                [
                    homes.previous_address[index] if has else ""
                    for index, has in zip(home, moved, strict=True)
                ],
                [left[index] for index in home],
                [next_code[index] for index in home],
                [next_address[index] for index in home],
                homes.protected[people.household].tolist(),
                repeat(""),
            )
        )

    def _births(self, people: Structure) -> Ints:
        """Birth days as ordinals: the age before `as_of`, the youngest born on that day at the latest."""
        return (self.as_of.toordinal() - np.floor(people.age * DAYS_A_YEAR)).astype(np.int64)

    def _names(self, rng: np.random.Generator, people: Structure, births: Ints) -> _Names:
        count = len(people)
        surnames = names.surnames()
        households = people.households
        family = surnames.draw(rng, households)[people.household]
        own = surnames.draw(rng, count)
        partners = people.role == Role.UNREGISTERED_SPOUSE
        family = np.where(partners, own, family)
        given: list[str] = [""] * count
        given_kana: list[str] = [""] * count
        generation = names.generation_of(1970 + (births - date(1970, 1, 1).toordinal()) // 365)
        for sex in (MALE, FEMALE):
            for each in range(len(names.GENERATIONS) + 1):
                who = np.flatnonzero((people.sex == sex) & (generation == each))
                pool = names.given_names(sex, each)
                for index, drawn in zip(who.tolist(), pool.draw(rng, who.size).tolist(), strict=True):
                    given[index] = pool.names[drawn]
                    given_kana[index] = pool.kana[drawn]
        married_women = (people.sex == FEMALE) & (people.spouse != NOBODY) & ~partners & (people.age < 70)
        former = married_women & (rng.random(count) < _FORMER_NAMES) & (own != family)
        named = _Names(
            family=[surnames.names[index] for index in family.tolist()],
            given=given,
            family_kana=[surnames.kana[index] for index in family.tolist()],
            given_kana=given_kana,
            former=[
                surnames.names[i] if has else "" for i, has in zip(own.tolist(), former.tolist(), strict=True)
            ],
            former_kana=[
                surnames.kana[i] if has else "" for i, has in zip(own.tolist(), former.tolist(), strict=True)
            ],
            alphabet=[""] * count,
            nationality=[""] * count,
            status=[""] * count,
        )
        self._name_foreigners(rng, people, named)
        return named

    def _name_foreigners(self, rng: np.random.Generator, people: Structure, named: _Names) -> None:
        """Make some households foreign: all members of one nationality, with names in the alphabet."""
        first = np.flatnonzero(np.diff(people.household, prepend=-1))
        oldest = np.maximum.reduceat(people.age, first)
        ages, shares = zip(*_FOREIGN_BY_AGE, strict=True)
        share = np.array(shares)[np.searchsorted(np.array(ages), oldest, side="right")]
        last = np.append(first[1:], len(people))
        nation_shares = np.cumsum([nation.share for nation in NATIONS])
        status_shares = np.cumsum([weight for _, weight in STATUSES_OF_ADULTS])
        for home in np.flatnonzero(rng.random(first.size) < share).tolist():
            nation = NATIONS[int(np.searchsorted(nation_shares, rng.random() * nation_shares[-1]))]
            status = STATUSES_OF_ADULTS[
                int(np.searchsorted(status_shares, rng.random() * status_shares[-1]))
            ][0]
            families = read_names(nation.families)
            family = families[int(rng.integers(len(families)))]
            pick = int(rng.integers(1000))
            for index in range(int(first[home]), int(last[home])):
                givens = read_names(nation.men if people.sex[index] == MALE else nation.women)
                # Round the list from the first pick on, so that siblings have different names.
                given = givens[(pick + index) % len(givens)]
                self._rename(named, index, family, given)
                named.nationality[index] = nation.japanese
                is_head = people.role[index] == Role.HEAD
                named.status[index] = (
                    status if is_head else STATUS_OF_FAMILIES[status != STATUS_OF_FAMILIES[0]]
                )

    @staticmethod
    def _rename(named: _Names, index: int, family: ForeignName, given: ForeignName) -> None:
        named.alphabet[index] = f"{family.alphabet} {given.alphabet}"
        both = bool(family.kanji and given.kanji)
        named.family[index], named.given[index] = (family.kanji, given.kanji) if both else ("", "")
        named.family_kana[index], named.given_kana[index] = family.kana, given.kana
        named.former[index] = named.former_kana[index] = ""

    def _homes(
        self, rng: np.random.Generator, people: Structure, named: _Names, *, settled_years: float
    ) -> _Homes:
        count = people.households
        first = np.flatnonzero(np.diff(people.household, prepend=-1))
        # Few towns hold many people: the shares fall off, in an order that is the municipality's own.
        order = np.random.default_rng(int(self.municipality.code.digits)).permutation(len(self.towns))
        shares = 1.0 / (order + 4.0)
        town_index = np.searchsorted(np.cumsum(shares / shares.sum()), rng.random(count), side="right")
        towns = [self.towns[min(index, len(self.towns) - 1)] for index in town_index.tolist()]
        numbers = rng.integers(
            [1, 1, 1, 0, 1, 1], [6, 31, 21, len(_BUILDINGS), 6, 9], size=(count, 6)
        ).tolist()
        flats = (rng.random(count) < _FLATS).tolist()
        rests = [_rest(town, row, flat=flat) for town, row, flat in zip(towns, numbers, flats, strict=True)]

        years = settled_years + np.minimum(rng.exponential(9.0, count), _MOVED_WITHIN)
        years = np.minimum(years, people.age[first])
        came = self.as_of.toordinal() - np.floor(years * DAYS_A_YEAR).astype(np.int64) - 1
        foreign = np.array([bool(named.nationality[index]) for index in first.tolist()])
        came = np.where((rng.random(count) < _SINCE_BIRTH) & ~foreign, 0, came)
        near = (rng.random(count) < _SAME_PREFECTURE).tolist()
        drawn = rng.random(count).tolist()
        pools = [self.nearby if is_near else self.elsewhere for is_near in near]
        previous = [pool[int(share * len(pool))] for pool, share in zip(pools, drawn, strict=True)]
        return _Homes(
            postal_code=[town.postal_code for town in towns],
            town=[town.name for town in towns],
            rest=rests,
            moved_in=came,
            previous=[government.code.digits for government in previous],
            previous_address=[government.full_name for government in previous],
            protected=rng.random(count) < _PROTECTED,
        )

    def _moves_out(
        self, rng: np.random.Generator, households: int
    ) -> tuple[list[date | None], list[str], list[str]]:
        """For each household the day it left, within nine months before `as_of`, and where to: code and name."""
        days = rng.integers(1, 270, households)
        to = [self.elsewhere[index] for index in rng.integers(len(self.elsewhere), size=households).tolist()]
        return (
            [date.fromordinal(day) for day in (self.as_of.toordinal() - days).tolist()],
            [place.code.digits for place in to],
            [place.full_name for place in to],
        )


def _nowhere(households: int) -> tuple[list[date | None], list[str], list[str]]:
    """What `_moves_out` gives for those who stay."""
    return [None] * households, [""] * households, [""] * households


def _uuid(digits: str) -> str:
    """A random UUID (version 4) of 32 hexadecimal digits; the uuid module takes ten times as long."""
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def _rest(town: PostalTown, numbers: list[int], *, flat: bool) -> str:
    """番地・方書, such as 三丁目12番5号 or 123番地4　みどり荘203."""
    chome, block, house, building, storey, room = numbers
    lot = (
        f"{'一二三四五'[chome - 1]}丁目{block}番{house}号"
        if town.chome
        else f"{block * 20 + house}番地{house}"
    )
    return f"{lot}　{_BUILDINGS[building]}{storey}0{room}" if flat else lot
