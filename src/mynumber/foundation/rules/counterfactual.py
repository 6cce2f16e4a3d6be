"""What would have had to be otherwise: 「所得が1,069,999円以下なら対象になります」."""

from collections.abc import Callable
from typing import Any

from mynumber.foundation.rules.findings import Finding


def highest(
    evaluate: Callable[[int], Finding[Any]], accepts: Callable[[Any], bool], *, at_most: int
) -> int | None:
    """The highest amount from 0 to `at_most` yen whose outcome is known and accepted; None if even 0 is not.

    `evaluate` gives the outcome for an amount. Acceptance must not return as the amount rises (a test of the rule proves that).
    """

    def accepted(amount: int) -> bool:
        outcome = evaluate(amount)
        return not outcome.is_unknown and accepts(outcome.value)

    if not accepted(0):
        return None
    low, high = 0, at_most
    if accepted(high):
        return high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if accepted(middle) else (low, middle)
    return low


def if_at_most(words: str, yen: int | None, outcome: str) -> str:
    """「所得が2,159,999円以下なら、一部が支給されます」; empty if no amount would do."""
    return "" if yen is None else f"{words}が{yen:,}円以下なら、{outcome}"
