"""The decision for one month: entitled, and how much."""

from dataclasses import dataclass

from mynumber.foundation.rules.child_allowance import former
from mynumber.foundation.rules.child_allowance.amount import amounts_by_child, monthly_amount
from mynumber.foundation.rules.child_allowance.facts import Claim
from mynumber.foundation.rules.child_allowance.payment import paid_in
from mynumber.foundation.rules.child_allowance.requirement import (
    ACT,
    BEFORE_REFORM,
    KEPT_SINCE,
    REFORM,
    is_entitled,
)
from mynumber.foundation.rules.clauses import Clause
from mynumber.foundation.rules.findings import Finding, choose
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.rule import evaluation, rule


@dataclass(frozen=True, slots=True)
class Decision:
    """A month's outcome with its trace: `payable` is its root."""

    month: Month
    entitled: Finding[bool]
    payable: Finding[int]
    """Yen for the month; the special benefit included until September 2024."""
    by_child: tuple[Finding[int], ...]
    """The child allowance of each child, in the order of the claim, as if entitled and without income limit."""
    paid_in: Month


@rule(Clause(ACT, "6", 1), "支給する額（月額）", since=REFORM)
def payable(month: Month, claim: Claim) -> Finding[int]:
    """The amount of art. 6 for who meets art. 4."""
    return choose(
        "支給する額", is_entitled(month, claim), monthly_amount(month, claim), Finding(0, "支給する額")
    )


@payable.version(Clause(ACT, "6", 1), since=KEPT_SINCE, until=BEFORE_REFORM)
def _with_income_limits(month: Month, claim: Claim) -> Finding[int]:
    """Under the limit the allowance, between limit and ceiling the special benefit, above nothing."""
    special = choose(
        "特例給付",
        former.special_benefit_due(month, claim),
        former.special_benefit(month, claim),
        Finding(0, "支給する額"),
    )
    tiers = choose(
        "児童手当又は特例給付", former.income_too_high(month, claim), special, monthly_amount(month, claim)
    )
    return choose("支給する額", is_entitled(month, claim), tiers, Finding(0, "支給する額"))


def decide(month: Month, claim: Claim) -> Decision:
    """Decide a month. Raises NotInForce before June 2022."""
    with evaluation():
        return Decision(
            month,
            is_entitled(month, claim),
            payable(month, claim),
            amounts_by_child(month, claim),
            paid_in(month),
        )
