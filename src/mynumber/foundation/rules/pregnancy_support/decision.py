"""The decision: certified, how much in all, what is paid now and what after the notification."""

from dataclasses import dataclass

from mynumber.foundation.rules.clauses import Clause
from mynumber.foundation.rules.findings import Finding, choose, derive
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.pregnancy_support.facts import Claim
from mynumber.foundation.rules.pregnancy_support.payment import amount, first_payment, second_payment
from mynumber.foundation.rules.pregnancy_support.requirement import ACT, STARTED, is_certified
from mynumber.foundation.rules.rule import evaluation, rule


@dataclass(frozen=True, slots=True)
class Decision:
    """An outcome with its trace: `payable` is its root."""

    certified: Finding[bool]
    whole: Finding[int]
    """Yen for the pregnancy from this municipality, both payments."""
    first: Finding[int]
    second: Finding[int]
    """Nothing until the number of unborn children is notified."""
    payable: Finding[int]
    """Yen payable as things stand: `first` and `second`."""


@rule(Clause(ACT, "10_12", 1), "いま支給する額", since=STARTED)
def payable(month: Month, claim: Claim) -> Finding[int]:
    """Both parts as far as they are due, for who is certified."""
    both = derive(
        "支払う額",
        lambda first, second: first + second,
        first_payment(month, claim),
        second_payment(month, claim),
    )
    return choose("いま支給する額", is_certified(month, claim), both, Finding(0, "いま支給する額"))


def _granted(month: Month, claim: Claim, part: Finding[int]) -> Finding[int]:
    return choose(part.words, is_certified(month, claim), part, Finding(0, part.words))


def decide(month: Month, claim: Claim) -> Decision:
    """Decide a month. Raises NotInForce before April 2025."""
    with evaluation():
        return Decision(
            is_certified(month, claim),
            _granted(month, claim, amount(month, claim)),
            _granted(month, claim, first_payment(month, claim)),
            _granted(month, claim, second_payment(month, claim)),
            payable(month, claim),
        )
