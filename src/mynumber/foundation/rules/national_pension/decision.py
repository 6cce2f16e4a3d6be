"""The decision for one month: which relief, and what is left to pay (第87条第3項, 第90条の2第6項)."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from mynumber.foundation.rules.clauses import Clause
from mynumber.foundation.rules.findings import Finding, choose, derive
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.national_pension.facts import Claim, Kind
from mynumber.foundation.rules.national_pension.income import ACT, KEPT_SINCE, TABLE
from mynumber.foundation.rules.national_pension.remission import (
    full,
    half,
    maternity,
    postponement,
    quarter,
    statutory,
    student_special,
    three_quarters,
)
from mynumber.foundation.rules.rounding import half_up_below
from mynumber.foundation.rules.rule import Rule, evaluation, rule
from mynumber.foundation.rules.table import table

IN_ORDER: Final[tuple[tuple[Kind, Rule[[Claim], bool]], ...]] = (
    (Kind.MATERNITY, maternity),
    (Kind.STATUTORY, statutory),
    (Kind.STUDENT, student_special),
    (Kind.FULL, full),
    (Kind.POSTPONED, postponement),
    (Kind.THREE_QUARTERS, three_quarters),
    (Kind.HALF, half),
    (Kind.QUARTER, quarter),
)
"""By law first; then, unless the applicant says otherwise, the order in which the pension service examines."""

PARTIAL: Final = {Kind.THREE_QUARTERS: "three_quarters", Kind.HALF: "half", Kind.QUARTER: "quarter"}


@dataclass(frozen=True, slots=True)
class Decision:
    """A month's outcome with its trace."""

    month: Month
    each: dict[Kind, Finding[bool]]
    """Whether the person meets what each kind asks, whatever the others."""
    kind: Finding[Kind]
    """Which of them is given."""
    due: Finding[int]
    """Yen left to pay for the month."""
    counted: Finding[Fraction]
    """The share of the month in the old-age basic pension while the rest is paid and nothing is paid later."""


@rule(Clause(ACT, "87", 3), "保険料（月額）", since=KEPT_SINCE)
def premium(month: Month) -> Finding[int]:
    """17,000 yen times the rate of the year, to ten yen. Raises NotInForce for years whose rate is not known."""
    parameters = table(TABLE)
    return derive(
        "保険料（月額）",
        lambda base, rate: half_up_below(base * rate, 10),
        parameters.yen(month, "premium_base"),
        parameters.ratio(month, "premium_revision"),
    )


@rule(Clause(ACT, "90", 1), "保険料の扱い", since=KEPT_SINCE)
def kind_of(month: Month, claim: Claim) -> Finding[Kind]:
    """The first kind in order whose conditions are met."""
    outcome: Finding[Kind] = Finding(Kind.DUE, "保険料の扱い")
    for kind, conditions in reversed(IN_ORDER):
        outcome = choose("保険料の扱い", conditions(month, claim), Finding(kind, "保険料の扱い"), outcome)
    return outcome


@rule(Clause(ACT, "90_2", 6), "納付する額（月額）", since=KEPT_SINCE)
def due(month: Month, claim: Claim) -> Finding[int]:
    """Nothing, a part to ten yen, or the whole."""
    shares = {kind: table(TABLE).ratio(month, "remitted", case).known() for kind, case in PARTIAL.items()}
    shares[Kind.DUE] = Fraction(0)
    return derive(
        "納付する額（月額）",
        lambda kind, whole: half_up_below(whole * (1 - shares.get(kind, Fraction(1))), 10),
        kind_of(month, claim),
        premium(month),
    )


@rule(Clause(ACT, "27"), "老齢基礎年金に数える割合", since=KEPT_SINCE)
def counted(month: Month, claim: Claim) -> Finding[Fraction]:
    """Paid and maternity months whole; exempted ones in part; postponed and students' ones not (unless paid later)."""
    parameters = table(TABLE)
    shares = {
        kind: parameters.ratio(month, "counted", case).known()
        for kind, case in ({Kind.FULL: "full", Kind.STATUTORY: "full"} | PARTIAL).items()
    }
    whole = {Kind.MATERNITY: Fraction(1), Kind.DUE: Fraction(1)}
    return derive(
        "老齢基礎年金に数える割合",
        lambda kind: (shares | whole).get(kind, Fraction(0)),
        kind_of(month, claim),
    )


def decide(month: Month, claim: Claim) -> Decision:
    """Decide a month. Raises NotInForce before July 2020 and for months whose premium is not fixed yet."""
    with evaluation():
        return Decision(
            month,
            {kind: conditions(month, claim) for kind, conditions in IN_ORDER},
            kind_of(month, claim),
            due(month, claim),
            counted(month, claim),
        )
