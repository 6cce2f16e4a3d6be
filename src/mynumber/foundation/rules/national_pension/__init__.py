"""国民年金法 (Act 141 of 1959): relief from the premium, for months from July 2020 on.

Where an article is: `income` the amounts and limits of the Order arts. 6-7 to 6-12, `grounds` the items of art. 90(1) and what the
Rule arts. 76-2 and 77-7 add, `remission` arts. 88-2 to 90-3 and the postponement, `decision` all together with the premium that is
left (arts. 87, 90-2(6)), `period` the months one may apply for, `offer` what a prefilled offer knows and asks.
"""

from mynumber.foundation.rules.national_pension.decision import Decision, decide
from mynumber.foundation.rules.national_pension.facts import Claim, Earner, Kind
from mynumber.foundation.rules.national_pension.offer import Offer, offer
from mynumber.foundation.rules.national_pension.period import earliest_month, months_of_application, repayable

__all__ = [
    "Claim",
    "Decision",
    "Earner",
    "Kind",
    "Offer",
    "decide",
    "earliest_month",
    "months_of_application",
    "offer",
    "repayable",
]
