"""What institutions hold about the money of residents: local tax, public pensions, receiving accounts."""

from datetime import date
from itertools import repeat
from typing import Final

import numpy as np

from mynumber.foundation.numbers import LocalGovernment
from mynumber.foundation.people import fiscal_year
from mynumber.population import livelihood
from mynumber.population.households import Structure
from mynumber.population.levy import levy
from mynumber.population.records import Account, Pension, PensionKind, Resident, SexText, Tax
from mynumber.population.register import DAYS_A_YEAR

FISCAL_YEARS_OF_TAX: Final = 2
"""Levies in the files: of the current fiscal year and this many less one before it."""
ACCOUNTS_SINCE: Final = date(2022, 3, 28)
"""The day from which the registry took accounts."""

BANKS: Final = ("0001", "0005", "0009", "0010", "0033", "0036", "0038", "0149", "0134", "9900")
_BANK_SHARES: Final = (0.13, 0.16, 0.14, 0.07, 0.04, 0.10, 0.06, 0.04, 0.04, 0.22)
_HAS_ACCOUNT: Final = 0.62
_PENSION_KINDS: Final[dict[str, PensionKind]] = {"老": "old_age", "障": "disability", "遺": "survivors"}


class Ledgers:
    """Writes the lines about the residents of one municipality; `persons` are parallel to the structure."""

    def __init__(self, municipality: LocalGovernment, as_of: date) -> None:
        self.municipality = municipality
        self.as_of = as_of

    def tax(
        self,
        rng: np.random.Generator,
        people: Structure,
        living: livelihood.Livelihood,
        persons: list[Resident],
    ) -> list[Tax]:
        """Levies of those who were 20 at the end of an income year and lived here the day after it."""
        code = self.municipality.code.digits
        latest = fiscal_year(self.as_of)
        records: list[Tax] = []
        salary = living.salary
        came = np.array([person.moved_in.toordinal() if person.moved_in else 0 for person in persons])
        out = np.array(
            [
                person.moved_out.toordinal() if person.moved_out else self.as_of.toordinal() + 1
                for person in persons
            ]
        )
        for levy_year in range(latest, latest - FISCAL_YEARS_OF_TAX, -1):
            age = people.age - (self.as_of.toordinal() - date(levy_year, 1, 1).toordinal()) / DAYS_A_YEAR
            situation = livelihood.situation(people, living, salary, levy_year - 1, age)
            due_day = date(levy_year, 1, 1).toordinal()
            who = np.flatnonzero((age >= 20) & (came <= due_day) & (out > due_day))
            own = situation.at(who)
            result = levy(own, levy_year - 1)
            records += map(
                Tax,
                [persons[index].person for index in who.tolist()],
                repeat(code),
                repeat(levy_year),
                repeat(levy_year - 1),
                own.salary.tolist(),
                own.pension.tolist(),
                result.total_income.tolist(),
                result.social_insurance_deduction.tolist(),
                result.taxable_income.tolist(),
                result.income_levy.tolist(),
                result.per_capita_levy.tolist(),
                result.dependants.tolist(),
                own.dependants_under_16.tolist(),
                own.dependants_16_to_18.tolist(),
                own.specific_dependants.tolist(),
                (own.elderly_dependants + own.elderly_spouse).tolist(),
                own.single_parent.tolist(),
                own.disabled.tolist(),
            )
            salary = (salary * rng.uniform(0.9, 1.03, salary.size)).astype(np.int64) // 1000 * 1000
        return records

    def pensions(
        self,
        rng: np.random.Generator,
        people: Structure,
        living: livelihood.Livelihood,
        persons: list[Resident],
    ) -> list[Pension]:
        pensions = living.pensions
        basic_numbers = rng.integers(10**9, 10**10, len(people)).tolist()
        today = self.as_of.toordinal()
        since = today - np.floor((people.age[pensions.person] - pensions.from_age) * DAYS_A_YEAR).astype(
            np.int64
        )
        owners = [persons[index] for index in pensions.person.tolist()]
        return list(
            map(
                Pension,
                *self._four(owners),
                [str(basic_numbers[index]) for index in pensions.person.tolist()],
                [_PENSION_KINDS[name[0]] for name in pensions.name],
                ["employees" if "厚生" in name else "national" for name in pensions.name],
                pensions.name,
                map(date.fromordinal, since.tolist()),
                pensions.annual_amount.tolist(),
                pensions.child_addition.tolist(),
                repeat(""),
            )
        )

    def accounts(self, rng: np.random.Generator, people: Structure, persons: list[Resident]) -> list[Account]:
        who = np.flatnonzero((people.age >= 18) & (rng.random(len(people)) < _HAS_ACCOUNT))
        banks = rng.choice(len(BANKS), size=who.size, p=np.array(_BANK_SHARES)).tolist()
        branches = rng.integers(1, 1000, who.size).tolist()
        numbers = rng.integers(1, 10**7, who.size).tolist()
        first, last = ACCOUNTS_SINCE.toordinal(), max(self.as_of.toordinal(), ACCOUNTS_SINCE.toordinal() + 1)
        days = rng.integers(first, last, who.size).tolist()
        owners = [persons[index] for index in who.tolist()]
        return list(
            map(
                Account,
                *self._four(owners),
                [BANKS[bank] for bank in banks],
                [f"{branch:03d}" for branch in branches],
                repeat("1"),
                [f"{number:07d}" for number in numbers],
                [owner.alphabet or kana_of(owner) for owner in owners],
                map(date.fromordinal, days),
                repeat(""),
            )
        )

    def _four(
        self, owners: list[Resident]
    ) -> tuple[list[str], list[str], list[str], list[date], list[SexText], list[str]]:
        """Columns that pensions and accounts begin with: person, and the basic four attributes with the reading."""
        prefix = self.municipality.full_name
        return (
            [owner.person for owner in owners],
            [registered_name(owner) for owner in owners],
            [kana_of(owner) for owner in owners],
            [owner.birth for owner in owners],
            [owner.sex for owner in owners],
            [prefix + owner.town + owner.rest for owner in owners],
        )


def registered_name(person: Resident) -> str:
    """氏名 as `mynumber.foundation.people.PersonName.registered` gives it."""
    return person.alphabet or f"{person.family}　{person.given}"


def kana_of(person: Resident) -> str:
    """The reading with a full-width space."""
    return f"{person.family_kana}　{person.given_kana}"
