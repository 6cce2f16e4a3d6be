"""健康保険法 (Act 70 of 1922) arts. 99 ff.: the injury and sickness allowance (傷病手当金), for days from January 2020 on.

Where an article is: `amount` arts. 99(2) and Rule 84-2, `requirement` arts. 55, 99(1), 104, 107, 116, 118, `term` art. 99(4), Rule
84-3 and the lapse of art. 193, `overlap` arts. 103 and 108, `decision` all together.
"""

from mynumber.foundation.rules.sickness_allowance.decision import Decision, decide
from mynumber.foundation.rules.sickness_allowance.facts import Claim, Status, Stretch
from mynumber.foundation.rules.sickness_allowance.term import days_of_term, waiting_ends

__all__ = ["Claim", "Decision", "Status", "Stretch", "days_of_term", "decide", "waiting_ends"]
