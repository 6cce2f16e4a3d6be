# ruff: noqa: RUF009 - `asked` makes a dataclasses.field
"""The facts that 児童手当法 asks about. A fact that is not given is unknown, never a default."""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from mynumber.foundation.rules.findings import FactSheet, Finding, asked
from mynumber.foundation.rules.income import Dependants, Income


class Relation(Enum):
    """What the claimant is to the child (第4条第1項第1号から第3号まで)."""

    PARENT = "父又は母"
    GUARDIAN = "未成年後見人"
    DESIGNATED = "父母指定者"
    """第2号: named by parents abroad who maintain the child, and living with it."""
    DESIGNATED_APART = "父母指定者（子と同居することが困難と認められる）"
    """第2号括弧書."""
    CARER = "その他の養育者"

    @property
    def japanese(self) -> str:
        return self.value


class Recipient(Enum):
    """Whom the allowance is paid to (第6条第2項)."""

    INDIVIDUAL = "個人受給資格者"
    CORPORATION = "法人受給資格者"
    FACILITY = "施設等受給資格者"

    @property
    def japanese(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Child(FactSheet):
    """A person up to 22 for whom the claimant cares."""

    birth: Finding[date] = asked("生年月日")
    lives_in_japan: Finding[bool] = asked("子が日本国内に住所を有する")
    studies_abroad: Finding[bool] = asked("子が留学で日本国内に住所を有しない")
    in_facility: Finding[bool] = asked("子が施設等に入所している")
    relation: Finding[Relation] = asked("子との関係")
    cared_for: Finding[bool] = asked("請求者が子を監護している")
    """From 18 on: 監護に相当する日常生活上の世話及び必要な保護."""
    shares_livelihood: Finding[bool] = asked("請求者と子が生計を同じくしている")
    """For other carers: 生計を維持している. From 18 on: 生計費の相当部分を負担している."""
    lives_together: Finding[bool] = asked("請求者と子が同居している")
    other_lives_with_child: Finding[bool] = asked("もう一方の父母等と子が同居している")
    other_parent_cares: Finding[bool] = asked("もう一方の父母等も子を監護し生計を同じくしている")
    """Another guardian if the claimant is one (第2項); for other carers, any parent, guardian or designated relative (第1項第3号)."""
    parents_live_apart: Finding[bool] = asked("もう一方の父母等とは生計が別である")
    main_earner: Finding[bool] = asked("請求者のほうが子の生計を維持する程度が高い")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(FactSheet):
    """One claimant and the children, in any order."""

    lives_in_japan: Finding[bool] = asked("請求者が日本国内に住所を有する")
    recipient: Finding[Recipient] = asked("受給資格者の区分")
    children: tuple[Child, ...] = ()
    income: Income = field(default_factory=lambda: Income(key="income"))
    """Looked at for months until September 2024 only."""
    dependants: Dependants = field(default_factory=lambda: Dependants(key="dependants"))
