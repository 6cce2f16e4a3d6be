# ruff: noqa: RUF009 - `asked` makes a dataclasses.field
"""国民年金法 (Act 141 of 1959) art. 19: pension that was due to a person who died and was not yet paid (未支給年金), for deaths from April 2020 on.

Not decided here: pensions that the person had not claimed (第19条第3項), and payments of months that lapsed one by one (第102条第1項).
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from mynumber.foundation.rules.clauses import Clause, Law
from mynumber.foundation.rules.findings import (
    FactSheet,
    Finding,
    asked,
    choose,
    derive,
    either,
    every,
    holds,
    negated,
)
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.rule import evaluation, rule

ACT: Final = Law.NATIONAL_PENSION_ACT
KEPT_SINCE: Final = date(2020, 4, 1)
MONTHS_A_YEAR: Final = 12


class Relation(Enum):
    """What the claimant was to the person who died, the nearest first."""

    SPOUSE = "配偶者"
    CHILD = "子"
    PARENT = "父母"
    GRANDCHILD = "孫"
    GRANDPARENT = "祖父母"
    SIBLING = "兄弟姉妹"
    WITHIN_THIRD_DEGREE = "そのほかの三親等内の親族"
    NONE = "どれにも当たらない"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(FactSheet):
    """One claimant."""

    receiving: Finding[bool] = asked("亡くなった人が年金の受給権者だった")
    relation: Finding[Relation] = asked("亡くなった人から見た請求者の続柄")
    nearer_relative: Finding[bool] = asked("生計を同じくしていた、先の順位の人がいる")
    shares_livelihood: Finding[bool] = asked("亡くなったとき、生計を同じくしていた")
    died_on: Finding[date] = asked("亡くなった日")
    paid_through: Finding[date] = asked("最後に支払った月分")
    """Any day of the month."""
    annual_amount: Finding[int] = asked("年金額（年額）")


@dataclass(frozen=True, slots=True)
class Decision:
    """An outcome with its trace: `payable` is its root."""

    entitled: Finding[bool]
    months: Finding[int]
    payable: Finding[int]
    """Yen, once; to one claimant for all of the same degree (第19条第5項)."""


@rule(
    Clause(ACT, "19", 1),
    "未支給年金を請求できる人です",
    "未支給年金を請求できる人ではありません",
    since=KEPT_SINCE,
)
def is_entitled(month: Month, claim: Claim) -> Finding[bool]:
    """A relative of the list who shared the livelihood at the death; of several, the nearest."""
    relative = holds(
        "三親等内の親族です",
        "三親等内の親族ではありません",
        lambda relation: relation is not Relation.NONE,
        claim.relation,
    )
    receiving = claim.receiving.saying(
        "亡くなった人は年金の受給権者でした", "亡くなった人は年金の受給権者ではありませんでした"
    )
    together = claim.shares_livelihood.saying(
        "亡くなったとき、生計を同じくしていました", "亡くなったとき、生計を同じくしていませんでした"
    )
    return every(receiving, relative, together, goes_first(month, claim))


@rule(Clause(ACT, "19", 4), "先の順位の人はいません", "先の順位の人がいます", since=KEPT_SINCE)
def goes_first(month: Month, claim: Claim) -> Finding[bool]:
    """The order of 第1項; before a spouse there is nobody."""
    spouse = holds(
        "配偶者です",
        "配偶者ではありません",
        lambda relation: relation is Relation.SPOUSE,
        claim.relation,
    )
    return either(
        spouse,
        negated(
            claim.nearer_relative,
            "生計を同じくしていた、先の順位の人はいません",
            "生計を同じくしていた、先の順位の人がいます",
        ),
    )


@rule(Clause(ACT, "18", 1), "まだ支払われていない月数", since=KEPT_SINCE)
def months_unpaid(month: Month, claim: Claim) -> Finding[int]:
    """権利が消滅した日の属する月で終る: from the month after the last paid one to that of the death."""
    return derive(
        "まだ支払われていない月数",
        lambda died, paid: max(0, _ordinal(died) - _ordinal(paid)),
        claim.died_on,
        claim.paid_through,
        unit="か月",
    )


def _ordinal(day: date) -> int:
    return day.year * MONTHS_A_YEAR + day.month


@rule(Clause(ACT, "18_2", 1), "未支給年金の額", since=KEPT_SINCE)
def payable(month: Month, claim: Claim) -> Finding[int]:
    """A twelfth of the year for each month, what is below a yen cut off."""
    whole = derive(
        "未支給年金の額",
        lambda year, months: year * months // MONTHS_A_YEAR,
        claim.annual_amount,
        months_unpaid(month, claim),
    )
    return choose("未支給年金の額", is_entitled(month, claim), whole, Finding(0, "未支給年金の額"))


def decide(month: Month, claim: Claim) -> Decision:
    """Decide for a death in a month. Raises NotInForce before April 2020."""
    with evaluation():
        return Decision(is_entitled(month, claim), months_unpaid(month, claim), payable(month, claim))


__all__ = ["Claim", "Decision", "Relation", "decide", "goes_first", "is_entitled", "months_unpaid", "payable"]
