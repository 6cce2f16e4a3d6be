"""Synthetic single parents for the tests of the child-rearing allowance: complete facts unless a test leaves one out."""

from datetime import date
from typing import Any

from mynumber.foundation.rules import Month, known
from mynumber.foundation.rules.child_rearing_allowance import (
    Child,
    Claim,
    Ground,
    Kind,
    ParentIncome,
    Relative,
    decide,
)
from tests.foundation.rules.households import DECLARED, REGISTER, TAX, dependants, told

PENSIONS = "年金給付関係情報"


def child(key: str = "child-1", birth: date = date(2018, 6, 15), **facts: Any) -> Child:
    """A child of divorced parents at home with the claimant, without any pension."""
    complete: dict[str, Any] = {
        "birth": known(birth, REGISTER),
        "disabled": told(False),
        "lives_in_japan": known(True, REGISTER),
        "ground": told(Ground.DIVORCE),
        "cared_for": told(True),
        "shares_livelihood": told(True),
        "fostered": told(False),
        "with_other_parent": told(False),
        "raised_by_spouse": told(False),
        "others_go_first": told(False),
        "death_pension": known(0, PENSIONS),
        "pension_addition": known(0, PENSIONS),
        "bereavement": told(0),
        "disability_addition": known(0, PENSIONS),
        "other_addition": known(0, PENSIONS),
    }
    return Child(key=key, **(complete | facts))


def income(
    key: str = "income", *, earnings: int = 0, other: int = 0, support: int = 0, **facts: Any
) -> ParentIncome:
    """A year's income without deductions of its own."""
    complete: dict[str, Any] = {
        "earnings": known(earnings, TAX),
        "other": known(other, TAX),
        "actual": known(0, TAX),
        "disabled": known(0, TAX),
        "specially_disabled": known(0, TAX),
        "widow": known(False, TAX),
        "single_parent": known(False, TAX),
        "working_student": known(False, TAX),
        "child_support": known(support, DECLARED),
        "spouse_special": known(0, TAX),
        "relative_special": known(0, TAX),
        "cattle_exempt": known(0, TAX),
    }
    return ParentIncome(key=key, **(complete | facts))


def relative(key: str = "relative-1", *, other: int = 0, disaster: bool = False, **counts: int) -> Relative:
    """A grandparent of one livelihood."""
    return Relative(
        key=key,
        income=income(f"{key}.income", other=other),
        dependants=dependants(**counts, key=f"{key}.dependants"),
        disaster=told(disaster),
    )


def claim(*children: Child, **facts: Any) -> Claim:
    """A mother in Japan without income, relatives or pensions, new to the allowance."""
    complete: dict[str, Any] = {
        "kind": told(Kind.MOTHER),
        "lives_in_japan": known(True, REGISTER),
        "income": income(),
        "dependants": dependants(),
        "disaster": told(False),
        "orphans": told(False),
        "relatives_complete": told(True),
        "pension": known(0, PENSIONS),
        "bereavement": told(0),
        "disability_pension": known(False, PENSIONS),
        "claimed": told(date(2026, 3, 10)),
        "started": told(date(2026, 4, 1)),
        "ground_since": told(date(2026, 3, 1)),
        "self_reliant": told(False),
        "amount_when_long": told(0),
    }
    return Claim(children=children or (child(),), **(complete | facts))


def amount(month: Month, case: Claim) -> int:
    """Yen for the month."""
    return decide(month, case).payable.known()
