"""After a death: 国民健康保険法第58条 (葬祭費) and 国民年金法第19条 (未支給年金)."""

from datetime import date
from typing import Any

import pytest

from mynumber.foundation.rules import Month, NotInForce, funeral_benefit, grounds, unpaid_pension
from mynumber.foundation.rules.unpaid_pension import Relation
from tests.foundation.rules.households import told
from tests.foundation.rules.leaving_out import needed

NOVEMBER = Month(2026, 11)


def funeral(**facts: Any) -> funeral_benefit.Claim:
    """A funeral of November 2026 in a city that gives 70,000 yen."""
    complete: dict[str, Any] = {
        "insured": told(True),
        "conducted": told(True),
        "funeral_on": told(date(2026, 11, 7)),
        "claimed_on": told(date(2026, 11, 22)),
        "paid_elsewhere": told(False),
        "ordinance_amount": told(70_000),
    }
    return funeral_benefit.Claim(**(complete | facts))


def test_who_held_the_funeral_gets_the_amount_of_the_ordinance() -> None:
    decision = funeral_benefit.decide(NOVEMBER, funeral())
    assert (decision.entitled.is_true, decision.payable.known()) == (True, 70_000)
    assert "（国民健康保険法第58条第1項）" in grounds(decision.payable)[0]


@pytest.mark.parametrize(
    "facts", [{"insured": told(False)}, {"conducted": told(False)}, {"paid_elsewhere": told(True)}]
)
def test_nobody_else_does(facts: dict[str, Any]) -> None:
    decision = funeral_benefit.decide(NOVEMBER, funeral(**facts))
    assert (decision.entitled.is_false, decision.payable.known()) == (True, 0)


@pytest.mark.parametrize(("claimed", "yen"), [(date(2028, 11, 7), 70_000), (date(2028, 11, 8), 0)])
def test_two_years_after_the_day_of_the_funeral_it_has_lapsed(claimed: date, yen: int) -> None:
    assert funeral_benefit.decide(NOVEMBER, funeral(claimed_on=told(claimed))).payable.known() == yen


def test_what_is_not_known_of_a_funeral_is_asked() -> None:
    asked = needed(funeral(), lambda claim: (funeral_benefit.decide(NOVEMBER, claim).payable,))
    assert asked == {
        *("insured", "conducted", "funeral_on", "claimed_on", "paid_elsewhere", "ordinance_amount"),
    }


def pension(**facts: Any) -> unpaid_pension.Claim:
    """A widow; he died in November, and August and September were paid in October."""
    complete: dict[str, Any] = {
        "receiving": told(True),
        "relation": told(Relation.SPOUSE),
        "nearer_relative": told(False),
        "shares_livelihood": told(True),
        "died_on": told(date(2026, 11, 2)),
        "paid_through": told(date(2026, 9, 1)),
        "annual_amount": told(780_000),
    }
    return unpaid_pension.Claim(**(complete | facts))


def test_the_months_up_to_that_of_the_death_are_paid() -> None:
    decision = unpaid_pension.decide(NOVEMBER, pension())
    assert (decision.months.known(), decision.payable.known()) == (2, 130_000)


@pytest.mark.parametrize(
    ("died", "paid", "months"),
    [
        (date(2026, 11, 30), date(2026, 10, 1), 1),
        (date(2026, 12, 1), date(2026, 10, 1), 2),
        (date(2027, 1, 31), date(2026, 11, 1), 2),
        (date(2026, 11, 2), date(2026, 11, 1), 0),
        (date(2026, 11, 2), date(2026, 12, 1), 0),
    ],
)
def test_each_month_counts_whole_on_whatever_day_the_death_was(died: date, paid: date, months: int) -> None:
    decision = unpaid_pension.decide(NOVEMBER, pension(died_on=told(died), paid_through=told(paid)))
    assert (decision.months.known(), decision.payable.known()) == (months, months * 65_000)


def test_what_is_below_a_yen_is_cut_off() -> None:
    decision = unpaid_pension.decide(NOVEMBER, pension(annual_amount=told(779_999)))
    assert decision.payable.known() == 129_999


@pytest.mark.parametrize(
    ("facts", "entitled"),
    [
        ({"receiving": told(False)}, False),
        ({"shares_livelihood": told(False)}, False),
        ({"relation": told(Relation.NONE)}, False),
        ({"relation": told(Relation.SIBLING)}, True),
        ({"relation": told(Relation.SIBLING), "nearer_relative": told(True)}, False),
        ({"relation": told(Relation.SPOUSE), "nearer_relative": told(True)}, True),
    ],
)
def test_the_nearest_relative_who_shared_the_livelihood_claims(facts: dict[str, Any], entitled: bool) -> None:
    decision = unpaid_pension.decide(NOVEMBER, pension(**facts))
    assert decision.entitled.known() is entitled
    assert (decision.payable.known() > 0) is entitled


def test_what_is_not_known_of_a_pension_is_asked() -> None:
    facts = {"receiving", "relation", "shares_livelihood", "died_on", "paid_through", "annual_amount"}
    child = pension(relation=told(Relation.CHILD))
    for case, wanted in ((pension(), facts), (child, facts | {"nearer_relative"})):
        assert needed(case, lambda claim: (unpaid_pension.decide(NOVEMBER, claim).payable,)) == wanted


def test_before_april_2020_nothing_is_kept() -> None:
    with pytest.raises(NotInForce):
        funeral_benefit.decide(Month(2020, 3), funeral())
    with pytest.raises(NotInForce):
        unpaid_pension.decide(Month(2020, 3), pension())
