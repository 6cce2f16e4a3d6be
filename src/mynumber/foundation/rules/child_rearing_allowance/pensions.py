"""第13条の2: public pensions come first; the allowance pays what it exceeds them by (施行令第6条の3から第6条の6まで)."""

from fractions import Fraction
from typing import Final

from mynumber.foundation.rules.child_rearing_allowance.facts import Claim
from mynumber.foundation.rules.child_rearing_allowance.requirement import (
    ACT,
    KEPT_SINCE,
    ORDER,
    TABLE,
    is_eligible,
)
from mynumber.foundation.rules.clauses import Clause
from mynumber.foundation.rules.findings import Finding, choose, derive
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.rounding import cut_below, half_up_below
from mynumber.foundation.rules.rule import rule
from mynumber.foundation.rules.table import table

MONTHS_OF_A_YEAR: Final = 12
MONTHS_OF_BEREAVEMENT: Final = 72
"""遺族補償等の額を七十二で除して得た額"""


def monthly(yearly: int) -> int:
    """十二で除して得た額（一円未満切捨て）"""
    return cut_below(Fraction(yearly, MONTHS_OF_A_YEAR))


def bereavement_monthly(lump: int) -> int:
    """七十二で除して得た額（一円未満切捨て）"""
    return cut_below(Fraction(lump, MONTHS_OF_BEREAVEMENT))


def _capped(second_cap: int, third_cap: int, *of_children: int) -> int:
    """児童別…合算額: the lowest in full, the second lowest to 5,000 yen, the others to 3,000; then to 10 yen."""
    ascending = sorted(of_children)
    caps = [None, second_cap, *[third_cap] * len(ascending)]
    whole = sum(each if cap is None else min(each, cap) for each, cap in zip(ascending, caps, strict=False))
    return half_up_below(whole, 10)


def _by_children(month: Month, words: str, of_children: list[Finding[int | None]]) -> Finding[int]:
    caps = table(TABLE)
    return derive(
        words,
        lambda second, third, *each: _capped(
            second, third, *(amount for amount in each if amount is not None)
        ),
        caps.yen(month, "pension_cap", "second"),
        caps.yen(month, "pension_cap", "third"),
        *of_children,
    )


@rule(Clause(ORDER, "6_3"), "児童に関する公的年金給付等（月額）", since=KEPT_SINCE)
def childrens_benefits(month: Month, claim: Claim) -> Finding[int]:
    """Survivors' pensions of children, additions for them to a parent's pension, compensation for a death (第13条の2第1項)."""
    return _by_children(
        month,
        "児童に関する公的年金給付等（月額）",
        [
            derive(
                "児童ごとの公的年金給付等",
                lambda eligible, pension, addition, lump: (
                    monthly(pension) + monthly(addition) + bereavement_monthly(lump) if eligible else None
                ),
                is_eligible(month, claim, child),
                child.death_pension,
                child.pension_addition,
                child.bereavement,
            )
            for child in claim.children
        ],
    )


@rule(Clause(ORDER, "6_5"), "請求者の公的年金給付等（月額）", since=KEPT_SINCE)
def own_benefits(month: Month, claim: Claim) -> Finding[int]:
    """The claimant's own pensions but disability basic pensions (第13条の2第2項).

    Beside a disability basic pension only their additions for children count (施行令第6条の5第2項第6号).
    """
    whole = derive(
        "請求者の公的年金給付等（月額）",
        lambda pension, lump: half_up_below(monthly(pension) + bereavement_monthly(lump), 10),
        claim.pension,
        claim.bereavement,
    )
    additions = _by_children(
        month,
        "公的年金に付く児童の加算（月額）",
        [
            derive(
                "児童ごとの加算",
                lambda eligible, addition: monthly(addition) if eligible else None,
                is_eligible(month, claim, child),
                child.other_addition,
            )
            for child in claim.children
        ],
    )
    return choose("", claim.disability_pension, additions, whole)


@rule(Clause(ORDER, "6_6"), "障害基礎年金等の児童の加算（月額）", since=KEPT_SINCE)
def disability_additions(month: Month, claim: Claim) -> Finding[int]:
    """Of a disability basic pension only the additions for children (第13条の2第3項; since March 2021)."""
    additions = _by_children(
        month,
        "障害基礎年金等の児童の加算（月額）",
        [
            derive(
                "児童ごとの加算",
                lambda eligible, addition: monthly(addition) if eligible else None,
                is_eligible(month, claim, child),
                child.disability_addition,
            )
            for child in claim.children
        ],
    )
    return choose("", claim.disability_pension, additions, Finding(0))


@rule(Clause(ACT, "13_2"), "公的年金等との調整後の月額", since=KEPT_SINCE)
def amount_beside_pensions(month: Month, claim: Claim, amount: Finding[int]) -> Finding[int]:
    """公的年金給付等合算額に相当する部分 is not paid; at or above the allowance, nothing is."""
    return derive(
        "公的年金等との調整後の月額",
        lambda whole, *less: max(0, whole - sum(less)),
        amount,
        childrens_benefits(month, claim),
        own_benefits(month, claim),
        disability_additions(month, claim),
    )
