"""From the form to the rule: the decision of a filled form, and what stays open."""

from datetime import date

import pytest

from mynumber.foundation.procedures.answers import read
from mynumber.foundation.procedures.deciding import UnknownRule, claim, decide, decider, leaves
from mynumber.foundation.rules import Month, grounds, missing
from mynumber.foundation.rules.child_allowance import Claim
from tests.foundation.procedures.test_answers import CHILD, CLAIM, KNOWN, TODAY, TYPED

MAY = Month(2026, 5)


def test_a_filled_form_is_decided_with_sources_of_its_facts() -> None:
    values = read(CLAIM, TYPED, today=TODAY, known=KNOWN).values
    decision = decide(CLAIM, values, MAY)
    assert decision.payable.known() == 15_000
    sheet = claim(CLAIM, values)
    assert isinstance(sheet, Claim)
    (child,) = sheet.children
    assert (child.birth.source, child.cared_for.source) == ("住民基本台帳", "申請書")
    assert (child.key, child.label) == ("children-1", "1人目のお子さん")
    assert any("児童手当法" in line for line in grounds(decision.payable))


def test_the_parent_who_earns_less_is_refused() -> None:
    values = read(CLAIM, {**TYPED, "main_earner": "no"}, today=TODAY, known=KNOWN).values
    decision = decide(CLAIM, values, MAY)
    assert decision.entitled.is_false
    assert decision.payable.known() == 0


def test_what_is_not_answered_stays_unknown_and_is_named() -> None:
    entry = {key: value for key, value in CHILD.items() if key != "in_facility"}
    values = read(CLAIM, {**TYPED, "children": [entry]}, today=TODAY, known=KNOWN).values
    decision = decide(CLAIM, values, MAY)
    assert decision.payable.is_unknown
    assert missing(decision.payable) == ("子が施設等に入所している",)


def test_the_order_of_children_makes_no_difference() -> None:
    known = {
        **KNOWN,
        "children": [
            {**KNOWN["children"][0], "person": f"member-{at}", "birth": f"{year}-06-01"}
            for at, year in enumerate((2006, 2012, 2025))
        ],
    }
    entries = [{**CHILD, "person": f"member-{at}"} for at in range(3)]
    amounts = {
        decide(
            CLAIM, read(CLAIM, {**TYPED, "children": order}, today=TODAY, known=known).values, MAY
        ).payable.known()
        for order in (entries, entries[::-1])
    }
    assert amounts == {40_000}


def test_every_fact_of_a_sheet_has_a_path() -> None:
    paths = leaves(Claim)
    assert paths["children[].birth"].kind is date
    assert {"lives_in_japan", "recipient", "income.earnings", "dependants.elderly"} <= set(paths)


@pytest.mark.parametrize("name", ["no_such_rule", "rule", "../os", "child_allowance.decision", "income"])
def test_only_packages_that_decide_are_rules(name: str) -> None:
    with pytest.raises(UnknownRule):
        decider(name)
