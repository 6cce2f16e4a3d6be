"""What a prefilled offer (ワンクリック申請) knows, and what it still has to ask the person.

施行規則第77条第4項 and 第77条の5第4項: where the municipality's income and household data make it highly likely that the income condition
of the full exemption or of the postponement is met, an application without the income particulars suffices.
"""

from dataclasses import dataclass

from mynumber.foundation.rules.clauses import Clause
from mynumber.foundation.rules.findings import Finding, Need, either, every, negated
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.national_pension.decision import Decision, decide
from mynumber.foundation.rules.national_pension.facts import Claim, Kind
from mynumber.foundation.rules.national_pension.grounds import low_for_full
from mynumber.foundation.rules.national_pension.income import KEPT_SINCE, RULE
from mynumber.foundation.rules.national_pension.period import months_of_application
from mynumber.foundation.rules.national_pension.remission import postponement
from mynumber.foundation.rules.rule import evaluation, rule


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer for the rest of a year of application."""

    decision: Decision
    simplified: Finding[bool]
    """Whether the application without income particulars suffices."""
    first: Month
    last: Month
    ask: tuple[Need, ...]
    """What to ask before the outcome is known; empty: one click."""

    @property
    def worth_making(self) -> bool:
        """The outcome is known to be relief by application; an unknown outcome is a question, not an offer."""
        kind = self.decision.kind
        return not kind.is_unknown and kind.known() not in (Kind.DUE, Kind.STATUTORY, Kind.MATERNITY)


@rule(
    Clause(RULE, "77", 4),
    "所得の記載を省いた申請で足ります",
    "所得の記載を省いた申請はできません",
    since=KEPT_SINCE,
)
def simplified(month: Month, claim: Claim) -> Finding[bool]:
    """法第90条第1項第1号に係る要件に該当する蓋然性が高い: by income alone, for the insured, the spouse and, for the exemption, the head."""
    spouse = either(
        negated(claim.has_spouse, "配偶者はいません", "配偶者がいます"), low_for_full(month, claim.spouse)
    )
    head = either(
        claim.is_head, every(claim.has_spouse, claim.spouse_is_head), low_for_full(month, claim.head)
    )
    return every(low_for_full(month, claim.myself), spouse, either(head, postponement(month, claim)))


def offer(month: Month, claim: Claim) -> Offer:
    """An offer from `month` to the end of its year of application. Raises NotInForce."""
    with evaluation():
        decision = decide(month, claim)
        first, last = months_of_application(month, student=claim.student.is_true)
        ask = tuple(sorted(decision.kind.needs))
        return Offer(decision, simplified(month, claim), max(first, month), last, ask)
