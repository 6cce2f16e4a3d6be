"""The records of the named personas and their families, written out by hand."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final
from uuid import UUID, uuid5

import numpy as np

from mynumber.foundation.numbers import find
from mynumber.population.batch import kana_of, registered_name
from mynumber.population.levy import Situation, levy
from mynumber.population.livelihood import LEAST_THIRD_DEGREE
from mynumber.population.records import (
    Account,
    Pension,
    PensionKind,
    PensionScheme,
    Resident,
    SexText,
    Tax,
)
from mynumber.population.towns import TOWN_ONE, TOWN_TWO

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


FAMILIES: Final = (
    Family(
        home=Home(TOWN_ONE, "1250061", "亀有", "一丁目8番3号　みどり荘203"),
        moved_in=date(2026, 3, 28),
        previous=Home(TOWN_TWO, "5810803", "光町", "一丁目5番12号"),
        came_to_previous=date(2014, 4, 12),
        members=(
            Member(
                "hanako",
                "世帯主",
                ("佐藤", "花子"),
                ("サトウ", "ハナコ"),
                date(1990, 6, 15),
                "female",
                persona=True,
                incomes=(
                    Income(TOWN_TWO, 2025, salary=1_920_000, under_16=2, single_parent=True),
                    Income(TOWN_TWO, 2024, salary=1_860_000, under_16=2, single_parent=True),
                ),
                benefits=(
                    Benefit(
                        "6107294518",
                        "disability",
                        "employees",
                        "障害厚生年金",
                        date(2024, 5, 20),
                        LEAST_THIRD_DEGREE,
                    ),
                ),
                account=("0009", "218", "0481216", date(2023, 9, 4)),
            ),
            Member("hanako.hina", "子", ("佐藤", "陽菜"), ("サトウ", "ヒナ"), date(2016, 9, 3), "female"),
            Member("hanako.ren", "子", ("佐藤", "蓮"), ("サトウ", "レン"), date(2020, 2, 29), "male"),
        ),
    ),
    Family(
        home=Home(TOWN_TWO, "5810004", "東本町", "三丁目4番21号"),
        members=(
            Member(
                "haruo",
                "世帯主",
                ("鈴木", "春男"),
                ("スズキ", "ハルオ"),
                date(1944, 11, 3),
                "male",
                persona=True,
                incomes=tuple(
                    Income(
                        TOWN_TWO,
                        year,
                        old_age_pension=pension,
                        aged_65=True,
                        dependent_spouse=True,
                        elderly_spouse=True,
                    )
                    for year, pension in ((2025, 2_010_000), (2024, 1_972_000))
                ),
                benefits=(
                    Benefit(
                        "3402118765", "old_age", "employees", "老齢厚生年金", date(2009, 11, 2), 2_048_000
                    ),
                ),
                account=("0149", "041", "2203817", date(2022, 11, 14)),
            ),
            Member(
                "chiyo",
                "妻",
                ("鈴木", "千代"),
                ("スズキ", "チヨ"),
                date(1947, 5, 20),
                "female",
                persona=True,
                incomes=tuple(
                    Income(TOWN_TWO, year, old_age_pension=pension, aged_65=True)
                    for year, pension in ((2025, 776_000), (2024, 761_000))
                ),
                benefits=(
                    Benefit("3402118843", "old_age", "national", "老齢基礎年金", date(2012, 5, 19), 790_700),
                ),
            ),
        ),
    ),
    Family(
        home=Home(TOWN_ONE, "1240012", "立石", "二丁目14番6号　ハイツさくら105"),
        moved_in=date(2024, 4, 1),
        members=(
            Member(
                "lan",
                "世帯主",
                ("", ""),
                ("グエン", "ティ ラン"),
                date(1998, 8, 12),
                "female",
                persona=True,
                alphabet="NGUYEN THI LAN",
                nationality="ベトナム",
                status="技術・人文知識・国際業務",
                incomes=(Income(TOWN_ONE, 2025, salary=3_480_000), Income(TOWN_ONE, 2024, salary=2_430_000)),
                account=("9900", "038", "7719045", date(2024, 10, 8)),
            ),
        ),
    ),
    Family(
        home=Home(TOWN_ONE, "1240003", "お花茶屋", "一丁目20番2号　コーポひかり202"),
        moved_in=date(2024, 4, 3),
        previous=Home(TOWN_TWO, "5810006", "清水町", "一丁目9番7号"),
        members=(
            Member(
                "sota",
                "世帯主",
                ("高橋", "颯太"),
                ("タカハシ", "ソウタ"),
                date(2006, 1, 20),
                "male",
                persona=True,
                incomes=(Income(TOWN_ONE, 2025, salary=780_000), Income(TOWN_ONE, 2024, salary=410_000)),
                account=("0036", "251", "3390027", date(2026, 2, 2)),
            ),
        ),
    ),
    Family(
        home=Home(TOWN_ONE, "1250052", "柴又", "四丁目12番5号"),
        moved_in=date(2025, 7, 10),
        previous=Home("142069", "2500011", "栄町", "二丁目7番11号"),
        protected=True,
        members=(
            Member(
                "misaki",
                "世帯主",
                ("伊藤", "美咲"),
                ("イトウ", "ミサキ"),
                date(1988, 12, 5),
                "female",
                persona=True,
                incomes=(Income(TOWN_ONE, 2025, salary=2_860_000),),
                account=("0005", "640", "1058832", date(2025, 8, 21)),
            ),
        ),
    ),
    Family(
        home=Home(TOWN_ONE, "1250062", "青戸", "三丁目5番18号"),
        moved_in=date(2015, 5, 30),
        previous=Home("122076", "2710092", "松戸", "1211番地3"),
        members=(
            Member(
                "kenta",
                "世帯主",
                ("田中", "健太"),
                ("タナカ", "ケンタ"),
                date(1985, 4, 1),
                "male",
                persona=True,
                incomes=(
                    Income(TOWN_ONE, 2025, salary=6_120_000, under_16=3),
                    Income(TOWN_ONE, 2024, salary=5_940_000, under_16=3),
                ),
                account=("0010", "327", "0096641", date(2022, 6, 17)),
            ),
            Member(
                "kenta.naomi",
                "妻",
                ("田中", "直美"),
                ("タナカ", "ナオミ"),
                date(1987, 2, 28),
                "female",
                former=("山本", "ヤマモト"),
                incomes=(Income(TOWN_ONE, 2025, salary=1_480_000), Income(TOWN_ONE, 2024, salary=1_420_000)),
                account=("0001", "455", "2214908", date(2023, 1, 11)),
            ),
            Member("kenta.hiroto", "子", ("田中", "大翔"), ("タナカ", "ヒロト"), date(2013, 4, 1), "male"),
            Member(
                "kenta.yui",
                "子",
                ("田中", "結衣"),
                ("タナカ", "ユイ"),
                date(2016, 4, 2),
                "female",
                born_here=True,
            ),
            Member(
                "kenta.aoi",
                "子",
                ("田中", "葵"),
                ("タナカ", "アオイ"),
                date(2024, 11, 11),
                "female",
                born_here=True,
            ),
        ),
    ),
)
