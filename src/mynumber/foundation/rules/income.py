# ruff: noqa: RUF009 - `asked` makes a dataclasses.field
"""The amount of income that limits look at (所得の額): from the year's income to what counts after deductions.

The orders of both allowances compute it alike, each with its own parameters: 児童手当法施行令 第3条 (until September 2024) and
児童扶養手当法施行令 第4条.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NewType

from mynumber.foundation.rules.findings import FactSheet, Finding, asked, derive
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.table import Table

AssessedIncome = NewType("AssessedIncome", int)
"""所得の額: after deductions, yen a year; what limits are compared with."""

_COUNTED: Final = ("disabled", "specially_disabled")
_GRANTED: Final = ("widow", "single_parent", "working_student")


@dataclass(frozen=True, slots=True, kw_only=True)
class Income(FactSheet):
    """What the municipality's tax records say of one person for one calendar year, yen."""

    earnings: Finding[int] = asked("給与所得と公的年金等に係る所得の合計")
    """After 給与所得控除 and 公的年金等控除, before anything else."""
    other: Finding[int] = asked("その他の所得の合計")
    """Business, retirement, forestry, transfers and so on."""
    actual: Finding[int] = asked("雑損・医療費・小規模企業共済等掛金控除の合計")
    disabled: Finding[int] = asked("控除の対象となった障害者の数", "人")
    """特別障害者 not counted."""
    specially_disabled: Finding[int] = asked("控除の対象となった特別障害者の数", "人")
    widow: Finding[bool] = asked("寡婦控除を受けた")
    single_parent: Finding[bool] = asked("ひとり親控除を受けた")
    working_student: Finding[bool] = asked("勤労学生控除を受けた")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependants(FactSheet):
    """扶養親族等 on 31 December of the income's year, by kind; one person is in one kind.

    Relatives from 30 to 69 who are not 控除対象扶養親族 are in none.
    """

    ordinary: Finding[int] = asked("扶養親族等の数（下の区分を除く）", "人")
    elderly: Finding[int] = asked("70歳以上の同一生計配偶者・老人扶養親族の数", "人")
    specified: Finding[int] = asked("特定扶養親族・19歳未満の控除対象扶養親族の数", "人")
    maintained_children: Finding[int] = asked("扶養親族等でない児童で生計を維持したものの数", "人")


def counted_earnings(month: Month, income: Income, table: Table) -> Finding[int]:
    """給与所得と公的年金等に係る所得の合計額から十万円を控除 (零を下回る場合には、零)."""
    return derive(
        "給与所得等から10万円を引いた額",
        lambda earnings, reduction: max(0, earnings - reduction),
        income.earnings,
        table.yen(month, "deduction", "earnings"),
    )


def deductions(
    month: Month,
    income: Income,
    table: Table,
    *further: Finding[int],
    denied: Mapping[str, Finding[bool]] = MappingProxyType({}),
) -> Finding[int]:
    """The deductions that the order allows, the uniform one included.

    `further` are amounts that only one of the orders allows; `denied` says whether a deduction is withheld from this person.
    """
    counted = [
        derive(amount.words, lambda number, each: number * each, getattr(income, kind), amount)
        for kind in _COUNTED
        for amount in (table.yen(month, "deduction", kind),)
    ]
    granted = [
        derive(
            amount.words,
            lambda yes, no, each: each if yes and not no else 0,
            getattr(income, kind),
            denied.get(kind, Finding(False)),
            amount,
        )
        for kind in _GRANTED
        for amount in (table.yen(month, "deduction", kind),)
    ]
    uniform = table.yen(month, "deduction", "uniform")
    return derive(
        "控除の合計", lambda *parts: sum(parts), uniform, income.actual, *counted, *granted, *further
    )


def assess(gross: Finding[int], deducted: Finding[int]) -> Finding[AssessedIncome]:
    """所得の額: what is left, at least nothing."""
    return derive("所得の額", lambda whole, less: AssessedIncome(max(0, whole - less)), gross, deducted)


def limit(month: Month, table: Table, name: str, words: str, **counts: Finding[int]) -> Finding[int]:
    """A limit with additions: `counts` are the dependants of each kind that has an addition in the table."""
    additions = [
        derive(each.words, lambda number, amount: number * amount, count, each)
        for kind, count in counts.items()
        for each in (table.yen(month, name, kind),)
    ]
    return derive(words, lambda *parts: sum(parts), table.yen(month, name), *additions)
