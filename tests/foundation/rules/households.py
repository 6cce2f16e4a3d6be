"""Synthetic households for the tests of rules: complete facts, from a source, unless a test leaves one out."""

from datetime import date
from typing import Any

from mynumber.foundation.rules import Finding, known
from mynumber.foundation.rules.child_allowance import Child, Claim, Recipient, Relation
from mynumber.foundation.rules.income import Dependants, Income

REGISTER = "住民基本台帳"
TAX = "地方税関係情報"
DECLARED = "請求書"


def told(value: Any) -> Finding[Any]:
    """A fact from the resident's own declaration."""
    return known(value, DECLARED)


def child(key: str, birth: date, **facts: Any) -> Child:
    """A child at home with a parent who cares for it alone."""
    complete: dict[str, Any] = {
        "birth": known(birth, REGISTER),
        "lives_in_japan": known(True, REGISTER),
        "studies_abroad": told(False),
        "in_facility": told(False),
        "relation": told(Relation.PARENT),
        "cared_for": told(True),
        "shares_livelihood": told(True),
        "lives_together": known(True, REGISTER),
        "other_lives_with_child": known(False, REGISTER),
        "other_parent_cares": told(False),
        "parents_live_apart": told(False),
        "main_earner": told(True),
    }
    return Child(key=key, **(complete | facts))


def income(key: str = "income", *, earnings: int = 0, other: int = 0, **facts: Any) -> Income:
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
    }
    return Income(key=key, **(complete | facts))


def dependants(
    ordinary: int = 0, elderly: int = 0, specified: int = 0, children: int = 0, key: str = "dependants"
) -> Dependants:
    """Numbers by kind."""
    return Dependants(
        key=key,
        ordinary=known(ordinary, TAX),
        elderly=known(elderly, TAX),
        specified=known(specified, TAX),
        maintained_children=known(children, TAX),
    )


def claim(*children: Child, **facts: Any) -> Claim:
    """An individual in Japan without income."""
    complete: dict[str, Any] = {
        "lives_in_japan": known(True, REGISTER),
        "recipient": told(Recipient.INDIVIDUAL),
        "income": income(),
        "dependants": dependants(),
    }
    return Claim(children=children, **(complete | facts))
