"""児童手当法 (Act 73 of 1971): the child allowance, for months from June 2022 on.

Where an article is: `requirement` arts. 3 and 4, `amount` art. 6, `former` art. 5 and 附則 art. 2 as they stood until
September 2024, `payment` art. 8, `decision` all together.
"""

from mynumber.foundation.rules.child_allowance.decision import Decision, decide
from mynumber.foundation.rules.child_allowance.facts import Child, Claim, Recipient, Relation
from mynumber.foundation.rules.child_allowance.payment import first_month, paid_in

__all__ = ["Child", "Claim", "Decision", "Recipient", "Relation", "decide", "first_month", "paid_in"]
