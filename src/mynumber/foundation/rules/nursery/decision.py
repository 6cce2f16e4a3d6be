"""The decision on the certification (教育・保育給付認定)."""

from dataclasses import dataclass
from datetime import date, timedelta

from mynumber.foundation.rules.findings import Finding
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.nursery.extent import CareHours, care_hours, valid_until
from mynumber.foundation.rules.nursery.facts import Claim, Class
from mynumber.foundation.rules.nursery.requirement import TABLE, class_of, needs_care
from mynumber.foundation.rules.rule import evaluation
from mynumber.foundation.rules.table import table


@dataclass(frozen=True, slots=True)
class Decision:
    """An outcome with its trace."""

    kind: Finding[Class]
    needs_care: Finding[bool]
    hours: Finding[CareHours]
    """Of the second and third class."""
    valid_until: Finding[date]


def decide(month: Month, claim: Claim) -> Decision:
    """Decide a certification that takes effect in the month. Raises NotInForce before April 2023, ValueError without guardians."""
    if not claim.guardians:
        raise ValueError("a claim names the guardians")
    with evaluation():
        return Decision(
            class_of(month, claim),
            needs_care(month, claim),
            care_hours(month, claim),
            valid_until(month, claim),
        )


def decide_by(claimed: date) -> date:
    """法第20条第6項: the last day for the decision, unless the guardian is told why it takes longer."""
    return claimed + timedelta(days=table(TABLE).number(Month.of(claimed), "decision_days").known())
