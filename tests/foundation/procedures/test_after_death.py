"""葬祭費 and 未支給年金: the form with the facts of the sources comes to the decision that the law gives."""

from typing import Any

import pytest

from mynumber.foundation.procedures.answers import read
from mynumber.foundation.procedures.deadlines import window
from mynumber.foundation.procedures.deciding import decide
from mynumber.foundation.rules import Month
from tests.foundation.procedures.test_deep import TODAY, filled, get

DEAD = {"deceased": "member-2", "deceased_name": "模型\u3000太郎", "died_on": "2026-04-11"}
APRIL = Month(2026, 4)


@pytest.mark.parametrize(("elsewhere", "yen"), [("no", 70_000), ("yes", 0)])
def test_a_funeral_is_paid_once_by_one_scheme(elsewhere: str, yen: int) -> None:
    typed = {"conducted": "yes", "funeral_on": "R8.4.16", "paid_elsewhere": elsewhere}
    reading = filled("funeral_benefit_claim", typed, **DEAD, insured=True, ordinance_amount=70_000)
    assert reading.is_complete, reading.all_problems
    assert decide(reading.procedure, reading.values, APRIL).payable.known() == yen
    closes = window(reading.procedure, reading.values, on=TODAY).closes
    assert closes is not None
    assert closes.isoformat() == "2028-04-17", "the sixteenth is a Sunday"


def test_somebody_of_another_household_says_who_died() -> None:
    procedure = get("funeral_benefit_claim")
    assert {"deceased_name", "deceased_birth", "died_on"} <= set(read(procedure, {}, today=TODAY).missing)
    typed = {"deceased_name": "模型 太郎", "deceased_birth": "S29.10.5", "died_on": "R8.4.11"}
    reading = read(procedure, typed, today=TODAY)
    assert reading.values["died_on"] == "2026-04-11"
    assert not set(typed) & set(reading.missing)


def test_a_child_says_whether_somebody_nearer_is_there() -> None:
    typed = {"relation": "child", "lived_together": "no", "shares_livelihood": "yes"}
    office = {"receiving": True, "annual_amount": 780_000, "paid_through": "2026-03"}
    lacking = filled("unpaid_pension_claim", typed, **DEAD, **office)
    assert set(lacking.missing) == {"nearer_relative", "livelihood"}
    full = {**typed, "nearer_relative": "no", "livelihood": "毎月の仕送り"}
    reading = filled("unpaid_pension_claim", full, **DEAD, **office)
    assert reading.is_complete, reading.all_problems
    assert decide(reading.procedure, reading.values, APRIL).payable.known() == 65_000


def test_a_widow_is_asked_nothing_about_others() -> None:
    typed: dict[str, Any] = {"relation": "spouse", "lived_together": "yes", "shares_livelihood": "yes"}
    reading = filled(
        "unpaid_pension_claim",
        typed,
        **DEAD,
        receiving=True,
        annual_amount=780_000,
        paid_through="2026-01",
    )
    assert reading.is_complete, reading.all_problems
    assert decide(reading.procedure, reading.values, APRIL).payable.known() == 195_000
