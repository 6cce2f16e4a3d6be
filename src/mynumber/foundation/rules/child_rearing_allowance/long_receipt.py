"""第13条の3: after five years of receipt (or seven of the ground) up to half is withheld from who does nothing for self-reliance."""

from datetime import date
from typing import Any, Final

from mynumber.foundation.people import attains_on, has_attained
from mynumber.foundation.rules.child_rearing_allowance.facts import Claim, Kind
from mynumber.foundation.rules.child_rearing_allowance.requirement import (
    ACT,
    KEPT_SINCE,
    ORDER,
    TABLE,
    claims_as,
)
from mynumber.foundation.rules.clauses import Clause
from mynumber.foundation.rules.findings import Finding, choose, derive, every, holds
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.rounding import cut_below
from mynumber.foundation.rules.rule import rule
from mynumber.foundation.rules.table import table

FIVE_YEARS: Final = 60
SEVEN_YEARS: Final = 84


def reduced_from(claimed: date, started: date, ground_since: date, *births: date) -> Month:
    """The month after the term has passed.

    Five years from the month the allowance began or seven from the month the ground arose, whichever ends first; where a child
    under three was cared for on the day of the claim, five years from the month after it attained three (of several: the last).
    """
    infants = [birth for birth in births if birth <= claimed and not has_attained(birth, 3, claimed)]
    if infants:
        return Month.of(attains_on(max(infants), 3)).following.plus(FIVE_YEARS)
    return min(Month.of(started).plus(FIVE_YEARS), Month.of(ground_since).plus(SEVEN_YEARS))


@rule(
    Clause(ACT, "13_3", 1),
    "受給から5年等が過ぎ、一部が支給停止になります",
    "5年等の経過による一部支給停止はありません",
    since=KEPT_SINCE,
)
def received_long(month: Month, claim: Claim) -> Finding[bool]:
    """Of a mother or father, not of a carer."""
    since = derive(
        "一部支給停止が始まる月",
        reduced_from,
        claim.claimed,
        claim.started,
        claim.ground_since,
        *_births(claim),
    )
    passed = holds("5年等が過ぎています", "5年等が過ぎていません", lambda first: month >= first, since)
    return every(claims_as(claim, Kind.MOTHER, Kind.FATHER), passed)


@received_long.except_when(Clause(ACT, "13_3", 2))
def _self_reliant(month: Month, claim: Claim) -> tuple[Finding[bool], Finding[bool]]:
    """Working, seeking work, disabled, ill or the like, and having said so (施行令第8条)."""
    condition = every(
        claim.self_reliant, words="適用除外の事由を届け出ています", denial="適用除外の事由の届出がありません"
    )
    return condition, Finding(False)


def _births(claim: Claim) -> list[Finding[Any]]:
    return [child.birth for child in claim.children]


@rule(Clause(ORDER, "7"), "5年等の経過後の月額", since=KEPT_SINCE)
def amount_after_long_receipt(month: Month, claim: Claim, amount: Finding[int]) -> Finding[int]:
    """Half is withheld, at most half of what was due when the term had passed; below ten yen the withheld part is cut."""
    reduced = derive(
        "一部支給停止後の月額",
        lambda now, then, share: now - cut_below(min(now, then) * share, 10),
        amount,
        claim.amount_when_long,
        table(TABLE).ratio(month, "long_receipt_share"),
    )
    return choose("", received_long(month, claim), reduced, amount)
