"""How a family that is written out by hand becomes records, in the town where it lives and in the one it came from."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final
from uuid import UUID, uuid5

import numpy as np

from mynumber.foundation.numbers import find
from mynumber.population.ledgers import kana_of, registered_name
from mynumber.population.levy import Situation, levy
from mynumber.population.records import (
    Account,
    Pension,
    PensionKind,
    PensionScheme,
    Resident,
    SexText,
    Tax,
)

_NAMESPACE: Final = UUID("7d1f3c5e-8a42-4f0b-9c66-2e5b70d4a913")


@dataclass(frozen=True)
class Home:
    """An address of which the town is a real one."""

    municipality: str
    postal_code: str
    town: str
    rest: str

    @cached_property
    def text(self) -> str:
        """The address as one text."""
        return f"{find(self.municipality).full_name}{self.town}{self.rest}"


@dataclass(frozen=True, slots=True)
class Income:
    """What a member earned in a calendar year, and who depended on it."""

    municipality: str
    """Where the member lived on 1 January after it."""
    year: int
    salary: int = 0
    old_age_pension: int = 0
    aged_65: bool = False
    under_16: int = 0
    dependent_spouse: bool = False
    elderly_spouse: bool = False
    single_parent: bool = False


@dataclass(frozen=True, slots=True)
class Benefit:
    """A pension."""

    number: str
    kind: PensionKind
    scheme: PensionScheme
    name: str
    since: date
    amount: int


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a family. `key` is the persona's key for personas."""

    key: str
    relation: str
    name: tuple[str, str]
    kana: tuple[str, str]
    birth: date
    sex: SexText
    persona: bool = False
    former: tuple[str, str] = ("", "")
    alphabet: str = ""
    nationality: str = ""
    status: str = ""
    born_here: bool = False
    incomes: tuple[Income, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    account: tuple[str, str, str, date] | None = None
    """Bank, branch, number, day of registration."""

    @property
    def person(self) -> str:
        """UUID in the records."""
        return str(uuid5(_NAMESPACE, self.key))


@dataclass(frozen=True, slots=True)
class Family:
    """A household now, and the one it was before a move between the two towns."""

    home: Home
    members: tuple[Member, ...]
    moved_in: date | None = None
    previous: Home | None = None
    protected: bool = False
    came_to_previous: date | None = None
    """The day the family had come to the previous home, if that town is one of ours and keeps its removed record."""

    @property
    def municipality(self) -> str:
        """Where the family lives."""
        return self.home.municipality

    @property
    def municipalities(self) -> tuple[str, ...]:
        """The towns that hold a record of the family."""
        if self.previous and self.came_to_previous:
            return self.home.municipality, self.previous.municipality
        return (self.home.municipality,)

    def residents(self, household: int) -> tuple[Resident, ...]:
        """The records of the town the family lives in."""
        return tuple(self._resident(member, household) for member in self.members)

    def removed(self, household: int) -> tuple[Resident, ...]:
        """The removed records of the town it came from."""
        return tuple(self._removed(member, household) for member in self.members)

    def tax(self) -> tuple[Tax, ...]:
        """Levies of all towns."""
        return tuple(_tax(member, income) for member in self.members for income in member.incomes)

    def pensions(self) -> tuple[Pension, ...]:
        """Pensions of the members."""
        return tuple(
            Pension(
                *self._four(member),
                benefit.number,
                benefit.kind,
                benefit.scheme,
                benefit.name,
                benefit.since,
                benefit.amount,
                0,
                member.key if member.persona else "",
            )
            for member in self.members
            for benefit in member.benefits
        )

    def accounts(self) -> tuple[Account, ...]:
        """Registered receiving accounts of the members."""
        return tuple(
            Account(
                *self._four(member),
                bank,
                branch,
                "1",
                number,
                member.alphabet or "　".join(member.kana),
                registered_on,
                member.key if member.persona else "",
            )
            for member in self.members
            if member.account
            for bank, branch, number, registered_on in [member.account]
        )

    def _four(self, member: Member) -> tuple[str, str, str, date, SexText, str]:
        resident = self._resident(member, 0)
        return (
            member.person,
            registered_name(resident),
            kana_of(resident),
            member.birth,
            member.sex,
            self.home.text,
        )

    def _resident(self, member: Member, household: int) -> Resident:
        came = None if member.born_here else self.moved_in
        previous = self.previous if came else None
        return self._record(
            member,
            household,
            self.home,
            came,
            previous.municipality if previous else "",
            previous.text if previous else "",
        )

    def _removed(self, member: Member, household: int) -> Resident:
        if self.previous is None:
            raise ValueError("the family has not moved")
        came = (
            self.came_to_previous if self.came_to_previous and self.came_to_previous > member.birth else None
        )
        return self._record(
            member,
            household,
            self.previous,
            came,
            "",
            "",
            self.moved_in,
            self.home.municipality,
            self.home.text,
        )

    def _record(
        self,
        member: Member,
        household: int,
        home: Home,
        moved_in: date | None,
        previous: str,
        previous_address: str,
        moved_out: date | None = None,
        following: str = "",
        next_address: str = "",
    ) -> Resident:
        return Resident(
            person=member.person,
            municipality=home.municipality,
            household=household,
            relation=member.relation,
            family=member.name[0],
            given=member.name[1],
            family_kana=member.kana[0],
            given_kana=member.kana[1],
            former_family=member.former[0],
            former_family_kana=member.former[1],
            alphabet=member.alphabet,
            birth=member.birth,
            sex=member.sex,
            nationality_kind="foreign" if member.nationality else "japanese",
            nationality=member.nationality,
            residence_status=member.status,
            postal_code=home.postal_code,
            town=home.town,
            rest=home.rest,
            moved_in=moved_in,
            previous_municipality=previous,
            previous_address=previous_address,
            moved_out=moved_out,
            next_municipality=following,
            next_address=next_address,
            protected=self.protected,
            persona=member.key if member.persona else "",
        )


def _tax(member: Member, income: Income) -> Tax:
    def one(value: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([value], dtype=np.int64)

    def flag(value: bool) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.array([value])

    result = levy(
        Situation(
            salary=one(income.salary),
            pension=one(income.old_age_pension),
            aged_65=flag(income.aged_65),
            dependants_under_16=one(income.under_16),
            dependants_16_to_18=one(0),
            specific_dependants=one(0),
            elderly_dependants=one(0),
            dependent_spouse=flag(income.dependent_spouse),
            elderly_spouse=flag(income.elderly_spouse),
            single_parent=flag(income.single_parent),
            disabled=flag(False),
        ),
        income.year,
    )
    return Tax(
        person=member.person,
        municipality=income.municipality,
        fiscal_year=income.year + 1,
        income_year=income.year,
        salary_revenue=income.salary,
        pension_revenue=income.old_age_pension,
        total_income=int(result.total_income[0]),
        social_insurance_deduction=int(result.social_insurance_deduction[0]),
        taxable_income=int(result.taxable_income[0]),
        income_levy=int(result.income_levy[0]),
        per_capita_levy=int(result.per_capita_levy[0]),
        dependants=int(result.dependants[0]),
        dependants_under_16=income.under_16,
        dependants_16_to_18=0,
        specific_dependants=0,
        elderly_dependants=int(income.elderly_spouse),
        single_parent=income.single_parent,
        disabled=False,
    )
