"""The generator: a municipality, a number of residents and a seed become people. Same arguments, same people.

It works in batches that do not depend on one another, so a city of any size is generated in little memory. Within a batch all choices are made on
arrays; only the making of the records goes person by person.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np

from mynumber.foundation.numbers import LocalGovernment
from mynumber.population import personas
from mynumber.population.batch import Assembly
from mynumber.population.postal import municipality_of, towns_of
from mynumber.population.records import Account, Pension, Resident, Tax
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
    return _batches(Assembly(government, towns, as_of), residents, seed, with_personas=with_personas)


def _batches(assembly: Assembly, residents: int, seed: int, *, with_personas: bool) -> Iterator[Batch]:
    code = assembly.municipality.code.digits
    remaining = residents
    household = 1
    if with_personas and (family := personas.of_town(code)) and len(family.residents) <= remaining:
        yield Batch(
            list(family.residents),
            list(family.removed),
            list(family.tax),
            list(family.pensions),
            list(family.accounts),
        )
        remaining -= len(family.residents)
        household += family.households
    number = 0
    while remaining > 0:
        count = min(remaining, BATCH_RESIDENTS)
        rng = np.random.default_rng([seed, int(code), number])
        batch = Batch()
        household = assembly.add_residents(rng, batch, count, household)
        household = assembly.add_removed(rng, batch, round(count * REMOVED_SHARE), household)
        yield batch
        remaining -= count
        number += 1
