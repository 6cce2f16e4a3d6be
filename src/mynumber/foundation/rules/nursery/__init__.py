"""保育: certification of the need (子ども・子育て支援法 arts. 19 to 23) and the adjustment of use (児童福祉法 art. 24(3)).

Where it is: `requirement` art. 19 and Rule art. 1-5, `extent` Rule arts. 4 and 8 (how many hours, until when), `decision` both;
`points` a municipality's decision table, `ranking` order, ties, places and the waiting list.
"""

from mynumber.foundation.rules.nursery.decision import Decision, decide, decide_by
from mynumber.foundation.rules.nursery.extent import CareHours
from mynumber.foundation.rules.nursery.facts import (
    Child,
    Claim,
    Class,
    Ground,
    Guardian,
    Household,
    Municipality,
)
from mynumber.foundation.rules.nursery.points import (
    MalformedPoints,
    PointsFault,
    PointTable,
    Score,
    example_table,
    score,
)
from mynumber.foundation.rules.nursery.ranking import Application, Outcome, Ranked, allocate, rank

__all__ = [
    "Application",
    "CareHours",
    "Child",
    "Claim",
    "Class",
    "Decision",
    "Ground",
    "Guardian",
    "Household",
    "MalformedPoints",
    "Municipality",
    "Outcome",
    "PointTable",
    "PointsFault",
    "Ranked",
    "Score",
    "allocate",
    "decide",
    "decide_by",
    "example_table",
    "rank",
    "score",
]
