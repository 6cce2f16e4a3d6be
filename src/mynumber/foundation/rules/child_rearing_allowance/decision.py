"""The decision for one month: entitled, how much, paid when (第7条第3項)."""

from dataclasses import dataclass

from mynumber.foundation.rules import payment
from mynumber.foundation.rules.child_rearing_allowance.amount import amount_by_income
from mynumber.foundation.rules.child_rearing_allowance.facts import Claim
from mynumber.foundation.rules.child_rearing_allowance.long_receipt import amount_after_long_receipt
from mynumber.foundation.rules.child_rearing_allowance.pensions import amount_beside_pensions
from mynumber.foundation.rules.child_rearing_allowance.requirement import ACT, KEPT_SINCE, TABLE, is_entitled
from mynumber.foundation.rules.clauses import Clause
from mynumber.foundation.rules.findings import Finding, choose, holds
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.rule import evaluation, rule
from mynumber.foundation.rules.table import table


@dataclass(frozen=True, slots=True)
class Decision:
    """A month's outcome with its trace: `payable` is its root."""

    month: Month
    entitled: Finding[bool]
    payable: Finding[int]
    paid_in: Month


@rule(Clause(ACT, "5"), "支給する額（月額）", since=KEPT_SINCE)
def payable(month: Month, claim: Claim) -> Finding[int]:
    """By income first, then beside pensions, then after long receipt: the order in which the articles refer to one another."""
    by_income = amount_by_income(month, claim)
    beside_pensions = amount_beside_pensions(month, claim, by_income)
    after_long = amount_after_long_receipt(month, claim, beside_pensions)
    nothing = Finding(0, "支給する額")
    nothing_left = choose("", _is_nothing(by_income), nothing, after_long)
    return choose("", is_entitled(month, claim), nothing_left, nothing)


def _is_nothing(amount: Finding[int]) -> Finding[bool]:
    """Once income stops the whole, nobody needs to ask about pensions."""
    return holds(
        "所得により支給されません", "所得による制限の後に支給する額があります", lambda yen: yen == 0, amount
    )


def paid_in(month: Month) -> Month:
    """The payment month in which a month is paid."""
    return payment.paid_in(month, table(TABLE))


def decide(month: Month, claim: Claim) -> Decision:
    """Decide a month. Raises NotInForce before April 2023."""
    with evaluation():
        return Decision(month, is_entitled(month, claim), payable(month, claim), paid_in(month))
