"""The generator: a municipality, a number of residents and a seed become people. Same arguments, same people.

It works in batches that do not depend on one another, so a city of any size is generated in little memory. Within a batch all choices are made on
arrays; only the making of the records goes person by person.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import numpy as np

from mynumber.foundation.numbers import LocalGovernment
from mynumber.population import personas
from mynumber.population.households import arrange
from mynumber.population.insured import insured
from mynumber.population.ledgers import Ledgers
from mynumber.population.livelihood import livelihood
from mynumber.population.persona_families import FAMILIES
from mynumber.population.postal import PostalTown, municipality_of, towns_of
from mynumber.population.records import Account, Insured, Pension, Resident, Tax
from mynumber.population.register import Register
from mynumber.population.towns import AS_OF

BATCH_RESIDENTS: Final = 10_000
REMOVED_SHARE: Final = 0.012
"""Former residents (消除された住民票 of the last months), for each resident."""


@dataclass(slots=True)
class Batch:
    """Some of the people. `removed` are former residents; their tax lines are in `tax`."""

    residents: list[Resident] = field(default_factory=list)
    removed: list[Resident] = field(default_factory=list)
    tax: list[Tax] = field(default_factory=list)
    pensions: list[Pension] = field(default_factory=list)
    insured: list[Insured] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)


def generate(
    municipality: str | LocalGovernment,
    residents: int,
    seed: int,
    *,
    as_of: date = AS_OF,
    with_personas: bool = True,
) -> Iterator[Batch]:
    """Batches with exactly `residents` residents altogether, and some former ones beyond them.

    municipality: code of six digits. Raises MalformedNumber or UnknownLocalGovernment at once if nobody can live there.
    with_personas: the personas of the town come first, if it has any (`personas.of_town`) and there is room for them.
    """
    if residents < 0 or seed < 0:
        raise ValueError("residents and seed are not negative")
    government = municipality_of(municipality) if isinstance(municipality, str) else municipality
    towns = towns_of(government)
    return _batches(_Town(government, towns, as_of), residents, seed, with_personas=with_personas)


def _batches(town: "_Town", residents: int, seed: int, *, with_personas: bool) -> Iterator[Batch]:
    remaining = residents
    household = 1
    if with_personas and (family := personas.of_town(town.code)) and len(family.residents) <= remaining:
        yield Batch(
            list(family.residents),
            list(family.removed),
            list(family.tax),
            list(family.pensions),
            insured(family.residents, _salaries(), family.pensions, as_of=town.as_of),
            list(family.accounts),
        )
        remaining -= len(family.residents)
        household += family.households
    number = 0
    while remaining > 0:
        count = min(remaining, BATCH_RESIDENTS)
        rng = np.random.default_rng([seed, int(town.code), number])
        batch = Batch()
        household = town.add_residents(rng, batch, count, household)
        household = town.add_removed(rng, batch, round(count * REMOVED_SHARE), household)
        yield batch
        remaining -= count
        number += 1


def _salaries() -> dict[str, int]:
    """What personas and their families earned in the latest year, wherever they lived then."""
    return {
        member.person: max(member.incomes, key=lambda income: income.year).salary
        for family in FAMILIES
        for member in family.members
        if member.incomes
    }


class _Town:
    """The register and the ledgers of one municipality."""

    def __init__(self, municipality: LocalGovernment, towns: tuple[PostalTown, ...], as_of: date) -> None:
        self.code = municipality.code.digits
        self.as_of = as_of
        self.register = Register(municipality, towns, as_of)
        self.ledgers = Ledgers(municipality, as_of)

    def add_residents(self, rng: np.random.Generator, batch: Batch, count: int, household: int) -> int:
        """Add `count` residents in households numbered from `household`; returns the next free number."""
        people = arrange(rng, count)
        persons = self.register.entries(rng, people, household, moved_out=False)
        living = livelihood(rng, people)
        batch.residents += persons
        batch.tax += self.ledgers.tax(rng, people, living, persons)
        pensions = self.ledgers.pensions(rng, people, living, persons)
        batch.pensions += pensions
        earned = dict(zip((each.person for each in persons), living.salary.tolist(), strict=True))
        batch.insured += insured(persons, earned, pensions, as_of=self.as_of)
        batch.accounts += self.ledgers.accounts(rng, people, persons)
        return household + people.households

    def add_removed(self, rng: np.random.Generator, batch: Batch, count: int, household: int) -> int:
        """Add `count` former residents who moved out in the last months, with the tax that is still held here."""
        if not count:
            return household
        people = arrange(rng, count)
        # All were born, and had come, before the first of them left.
        people = replace(people, age=people.age + 1)
        persons = self.register.entries(rng, people, household, moved_out=True)
        batch.removed += persons
        batch.tax += self.ledgers.tax(rng, people, livelihood(rng, people), persons)
        return household + people.households
