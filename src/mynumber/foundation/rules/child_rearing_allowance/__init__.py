"""児童扶養手当法 (Act 238 of 1961): the child-rearing allowance, for months from April 2023 on.

Where an article is: `requirement` arts. 3 to 4-2, `amount` arts. 5 and 9, `income_limits` arts. 9 to 12 with the Order's arts. 2-4
to 4, `pensions` art. 13-2, `long_receipt` art. 13-3, `decision` all together with art. 7.
"""

from mynumber.foundation.rules.child_rearing_allowance.decision import Decision, decide, paid_in
from mynumber.foundation.rules.child_rearing_allowance.facts import (
    Child,
    Claim,
    Ground,
    Kind,
    ParentIncome,
    Relative,
)
from mynumber.foundation.rules.payment import first_month

__all__ = [
    "Child",
    "Claim",
    "Decision",
    "Ground",
    "Kind",
    "ParentIncome",
    "Relative",
    "decide",
    "first_month",
    "paid_in",
]
