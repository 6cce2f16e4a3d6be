"""The decision of a claim: which days are paid, and how much."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from mynumber.foundation.rules.clauses import Clause
from mynumber.foundation.rules.findings import Finding, choose, derive, every, holds
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.rule import evaluation, rule
from mynumber.foundation.rules.sickness_allowance.amount import ACT, KEPT_SINCE, daily_amount
from mynumber.foundation.rules.sickness_allowance.facts import Claim, Stretch
from mynumber.foundation.rules.sickness_allowance.overlap import (
    counted_against,
    daily_payable,
    lump_sum_left,
)
from mynumber.foundation.rules.sickness_allowance.requirement import is_eligible
from mynumber.foundation.rules.sickness_allowance.term import REFORM, Term, lapsed, term


class Paid(NamedTuple):
    """What is paid: for how many days, how many yen."""

    days: int
    yen: int

    def __str__(self) -> str:
        return f"{self.days}日分、{self.yen:,}円"


@dataclass(frozen=True, slots=True)
class Decision:
    """A claim's outcome with its trace: `payable` is its root."""

    eligible: Finding[bool]
    daily: Finding[int]
    """The amount of a day before anything is subtracted, by the first day of the claim."""
    days: Finding[int]
    """How many days something is paid for."""
    payable: Finding[int]
    """Yen for all days of the claim."""


@rule(Clause(ACT, "99", 1), "この日は支給の対象です", "この日は支給の対象ではありません", since=KEPT_SINCE)
def is_due(month: Month, claim: Claim, stretch: Stretch) -> Finding[bool]:
    """Eligible and unable to work; waiting, term and lapse are counted day by day."""
    return every(is_eligible(month, claim), stretch.unable)


@rule(Clause(ACT, "99"), "支給する日数と額", since=KEPT_SINCE)
def paid(month: Month, claim: Claim) -> Finding[Paid]:
    """Day by day: after waiting, while unable, within the term, not lapsed, less what is received beside."""
    stretches = tuple(_by_month(claim.stretches))
    each = [
        choose(
            f"{_span(stretch)}の日額",
            is_due(when, claim, stretch),
            daily_payable(when, claim, stretch),
            Finding(0),
        )
        for when, stretch in stretches
    ]
    full = [
        choose("", is_due(when, claim, stretch), daily_amount(when, claim), Finding(0))
        for when, stretch in stretches
    ]
    less = [
        choose("", is_due(when, claim, stretch), counted_against(when, claim, stretch), Finding(0))
        for when, stretch in stretches
    ]
    nothing = every(*(_is_nothing(amount) for amount in each)) if each else Finding(True)
    number = len(stretches)

    def count(waited: date, left: Term, lump: int, claimed: date, *amounts: Any) -> Paid:
        days, yen, over = 0, 0, lump
        for (_, stretch), payable, whole, against in zip(
            stretches, amounts[:number], amounts[number : 2 * number], amounts[2 * number :], strict=True
        ):
            for on in _days(stretch):
                if on <= waited or days >= left.days or on > left.until or lapsed(on, claimed):
                    continue
                today = payable
                if over:
                    today = min(max(0, whole - over), max(0, whole - against))
                    over = max(0, over - whole)
                days += today > 0
                yen += today
        return Paid(days, yen)

    first = stretches[0][0] if stretches else month
    worked_out = derive(
        "支給する日数と額",
        count,
        claim.waited_until,
        term(first, claim),
        lump_sum_left(claim),
        claim.claimed,
        *each,
        *full,
        *less,
    )
    return choose("支給する日数と額", nothing, Finding(Paid(0, 0)), worked_out)


def _is_nothing(amount: Finding[int]) -> Finding[bool]:
    return holds("支給する日額がありません", "支給する日額があります", lambda yen: yen == 0, amount)


def _span(stretch: Stretch) -> str:
    return f"{stretch.since.month}月{stretch.since.day}日から{stretch.until.month}月{stretch.until.day}日まで"


def _days(stretch: Stretch) -> Iterator[date]:
    for offset in range((stretch.until - stretch.since).days + 1):
        yield stretch.since + timedelta(days=offset)


def _by_month(stretches: tuple[Stretch, ...]) -> Iterator[tuple[Month, Stretch]]:
    """Each stretch with the month of its first day: the rule in force then applies. Raises ValueError, see `decide`."""
    ordered = sorted(stretches, key=lambda stretch: stretch.since)
    if ordered and ordered[0].since < REFORM <= ordered[-1].until:
        raise ValueError("the term was counted otherwise until 2021: two claims")
    for one, other in pairwise(ordered):
        if other.since <= one.until:
            raise ValueError("two stretches of a claim share a day")
    for stretch in ordered:
        yield Month.of(stretch.since), stretch


def decide(claim: Claim) -> Decision:
    """Decide a claim. Raises NotInForce before January 2020, ValueError if stretches overlap, are none, or cross the end of 2021."""
    if not claim.stretches:
        raise ValueError("a claim names the days it is for")
    month = Month.of(min(stretch.since for stretch in claim.stretches))
    with evaluation():
        outcome = paid(month, claim)
        return Decision(
            is_eligible(month, claim),
            daily_amount(month, claim),
            derive("支給する日数", lambda paid: paid.days, outcome, unit="日"),
            derive("支給する額", lambda paid: paid.yen, outcome),
        )
