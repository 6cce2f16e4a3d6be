"""子ども・子育て支援法第10条の2 ff.: the support benefit for pregnant women, from April 2025."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.rules import Month, NotInForce, missing, reasons
from mynumber.foundation.rules.findings import UNASKED, Finding
from mynumber.foundation.rules.pregnancy_support import Claim, decide, lapsed, notifiable_from
from tests.foundation.rules.households import told
from tests.foundation.rules.leaving_out import needed

APRIL_2026 = Month(2026, 4)
DUE = date(2026, 10, 1)


def claim(**facts: Any) -> Claim:
    """Expecting one child in October 2026; the number is not notified yet."""
    complete: dict[str, Any] = {
        "confirmed": told(True),
        "ended": told(False),
        "ended_on": told(date(2000, 1, 1)),
        "lives_in_japan": told(True),
        "lives_here": told(True),
        "false_statements": told(False),
        "due_date": told(DUE),
        "number_notified": told(False),
        "notified_on": told(date(2000, 1, 1)),
        "unborn": told(1),
        "paid_elsewhere": told(0),
    }
    return Claim(**(complete | facts))


def notified(on: date = date(2026, 9, 1), **facts: Any) -> Claim:
    return claim(number_notified=told(True), notified_on=told(on), **facts)


def amounts(case: Claim, month: Month = APRIL_2026) -> tuple[int, int, int]:
    decision = decide(month, case)
    return decision.first.known(), decision.second.known(), decision.whole.known()


@pytest.mark.parametrize(
    ("unborn", "whole"),
    # As published: 50,000 yen, and 50,000 for each child.
    [(0, 50_000), (1, 100_000), (2, 150_000), (3, 200_000)],
)
def test_fifty_thousand_yen_and_fifty_thousand_for_each(unborn: int, whole: int) -> None:
    case = claim(unborn=told(unborn))
    assert amounts(case) == (50_000, 0, whole)
    case = notified(unborn=told(unborn))
    assert amounts(case) == (50_000, whole - 50_000, whole)
    assert decide(APRIL_2026, case).payable.known() == whole


@pytest.mark.parametrize(
    ("on", "second"), [(date(2026, 8, 5), 0), (date(2026, 8, 6), 50_000), (date(2027, 1, 1), 50_000)]
)
def test_the_number_is_notified_from_eight_weeks_before_the_due_date(on: date, second: int) -> None:
    assert notifiable_from(DUE) == date(2026, 8, 6)
    assert amounts(notified(on))[1] == second


@pytest.mark.parametrize(("on", "second"), [(date(2026, 5, 9), 0), (date(2026, 5, 10), 50_000)])
def test_after_a_miscarriage_it_is_notified_from_that_day(on: date, second: int) -> None:
    facts = {"ended": told(True), "ended_on": told(date(2026, 5, 10))}
    assert notifiable_from(DUE, date(2026, 5, 10)) == date(2026, 5, 10)
    assert amounts(notified(on, **facts)) == (50_000, second, 100_000)


@pytest.mark.parametrize(("ended", "certified"), [(date(2025, 3, 31), False), (date(2025, 4, 1), True)])
def test_the_law_began_in_april_2025(ended: date, certified: bool) -> None:
    case = claim(ended=told(True), ended_on=told(ended))
    assert decide(Month(2025, 4), case).certified.known() is certified
    with pytest.raises(NotInForce):
        decide(Month(2025, 3), case)


@pytest.mark.parametrize(
    ("elsewhere", "expected"),
    [(50_000, (0, 50_000, 50_000)), (100_000, (0, 0, 0)), (150_000, (0, 0, 0)), (1, (0, 99_999, 99_999))],
)
def test_what_another_municipality_paid_is_subtracted_and_all_comes_after_the_notification(
    elsewhere: int, expected: tuple[int, int, int]
) -> None:
    assert amounts(notified(paid_elsewhere=told(elsewhere))) == expected


@pytest.mark.parametrize(
    "facts",
    [
        {"confirmed": told(False)},
        {"lives_in_japan": told(False)},
        {"lives_here": told(False)},
        {"false_statements": told(True)},
    ],
)
def test_who_is_not_certified(facts: dict[str, Any]) -> None:
    assert decide(APRIL_2026, notified(**facts)).certified.is_false
    assert amounts(notified(**facts)) == (0, 0, 0)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 5), st.integers(0, 400_000), st.integers(1, 100_000))
def test_more_children_never_bring_less_and_more_from_elsewhere_never_more(
    unborn: int, elsewhere: int, more: int
) -> None:
    here = sum(amounts(notified(unborn=told(unborn), paid_elsewhere=told(elsewhere)))[:2])
    assert sum(amounts(notified(unborn=told(unborn + 1), paid_elsewhere=told(elsewhere)))[:2]) >= here
    assert sum(amounts(notified(unborn=told(unborn), paid_elsewhere=told(elsewhere + more)))[:2]) <= here


@pytest.mark.parametrize(
    "case",
    [
        claim(),
        notified(),
        notified(ended=told(True), ended_on=told(date(2026, 9, 1)), unborn=told(2)),
        notified(paid_elsewhere=told(50_000)),
        claim(lives_here=told(False)),
    ],
)
def test_unknown_never_becomes_no(case: Claim) -> None:
    def outcomes(less: Claim) -> tuple[Finding[Any], ...]:
        decision = decide(APRIL_2026, less)
        return decision.payable, decision.certified, decision.whole, decision.first, decision.second

    asked = needed(case, outcomes)
    if case.lives_here.is_true:
        assert {"confirmed", "lives_in_japan", "lives_here", "false_statements"} <= asked


def test_the_first_payment_needs_no_number_of_children() -> None:
    early = claim(unborn=UNASKED, due_date=UNASKED)
    assert decide(APRIL_2026, early).payable.known() == 50_000
    assert decide(APRIL_2026, early).whole.is_unknown
    assert missing(decide(APRIL_2026, notified(unborn=UNASKED)).payable) == ("胎児の数",)


@pytest.mark.parametrize(("claimed", "gone"), [(date(2028, 8, 6), False), (date(2028, 8, 7), True)])
def test_the_right_lapses_after_two_years(claimed: date, gone: bool) -> None:
    assert lapsed(date(2026, 8, 6), claimed) is gone


def test_reasons_name_the_clauses() -> None:
    lines = " ".join(reasons(decide(APRIL_2026, notified()).payable))
    for clause in ("第10条の12第1項", "第10条の14第1項", "第10条の8"):
        assert f"子ども・子育て支援法{clause}" in lines
    moved = replace(notified(), lives_here=told(False))
    assert "この市町村は妊婦給付認定をしません" in " ".join(reasons(decide(APRIL_2026, moved).payable))
