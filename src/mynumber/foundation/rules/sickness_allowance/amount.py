"""第99条第2項: the amount of a day."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Final

from mynumber.foundation.rules.clauses import Clause, Law
from mynumber.foundation.rules.findings import Finding, choose, derive, holds
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.rounding import half_up_below
from mynumber.foundation.rules.rule import rule
from mynumber.foundation.rules.sickness_allowance.facts import Claim
from mynumber.foundation.rules.table import table

ACT: Final = Law.HEALTH_INSURANCE_ACT
RULE: Final = Law.HEALTH_INSURANCE_RULE
ORDER: Final = Law.HEALTH_INSURANCE_ORDER
TABLE: Final = "sickness_allowance"
KEPT_SINCE: Final = date(2020, 1, 1)


def _thirtieth(amount: Fraction | int, share: Fraction) -> int:
    """三十分の一に相当する額: 五円未満切捨て、五円以上十円未満は十円に切上げ."""
    return half_up_below(amount * share, 10)


def _average(monthly: Sequence[int]) -> Fraction:
    return Fraction(sum(monthly), len(monthly))


@rule(Clause(ACT, "99", 2), "標準報酬日額に当たる額", since=KEPT_SINCE)
def daily_basis(month: Month, claim: Claim) -> Finding[int]:
    """A thirtieth of the average of twelve months; of fewer, but no more than a thirtieth of the average of all insured."""
    parameters = table(TABLE)
    share, whole = parameters.ratio(month, "days_of_month"), parameters.number(month, "months_averaged")
    twelve = holds(
        "直近の継続した12月の標準報酬月額があります",
        "標準報酬月額が定められている継続した月が12月に満ちません",
        lambda monthly, whole: len(monthly) >= whole,
        claim.monthly,
        whole,
    )
    own = derive(
        "標準報酬月額の平均の30分の1",
        lambda monthly, whole, share: _thirtieth(_average(monthly[-whole:]), share) if monthly else 0,
        claim.monthly,
        whole,
        share,
    )
    everybody = derive("全被保険者の平均の30分の1", _thirtieth, claim.all_insured, share)
    lower = derive("いずれか少ない額", min, own, everybody)
    return choose("標準報酬日額に当たる額", twelve, own, lower)


@rule(Clause(ACT, "99", 2), "傷病手当金の日額", since=KEPT_SINCE)
def daily_amount(month: Month, claim: Claim) -> Finding[int]:
    """Two thirds, to the nearest yen; beside another illness's allowance the higher of the two (施行規則第84条の2第7項)."""
    own = derive(
        "傷病手当金の日額",
        lambda basis, share: half_up_below(basis * share),
        daily_basis(month, claim),
        table(TABLE).ratio(month, "share"),
    )
    return derive("傷病手当金の日額", max, own, claim.other_illness)
