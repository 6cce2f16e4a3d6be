"""現況届 of both allowances, what follows from not making it, and when changes begin and end."""

from datetime import date
from typing import Any

import pytest

from mynumber.foundation.rules import Month, NotInForce, grounds
from mynumber.foundation.rules import child_allowance_report as child_report
from mynumber.foundation.rules import child_rearing_allowance_report as rearing_report
from mynumber.foundation.rules.child_allowance.change import (
    Change,
    decrease_is_reported,
    end_is_reported,
    first_month_of_decrease,
    first_month_of_increase,
    last_month,
)
from mynumber.foundation.rules.child_allowance_report import Recipient
from mynumber.foundation.rules.payment import months_lost
from tests.foundation.rules.households import told
from tests.foundation.rules.leaving_out import needed

JUNE_2026 = Month(2026, 6)


def recipient(kind: Recipient = Recipient.INDIVIDUAL, **facts: Any) -> child_report.Claim:
    names = ("sheltered", "unregistered_child", "divorcing", "unconfirmed", "reported")
    return child_report.Claim(**({name: told(False) for name in names} | {"recipient": told(kind)} | facts))


@pytest.mark.parametrize(
    ("facts", "must"),
    [
        ({}, False),
        ({"kind": Recipient.FACILITY}, True),
        ({"kind": Recipient.CORPORATION}, True),
        ({"sheltered": told(True)}, True),
        ({"unregistered_child": told(True)}, True),
        ({"divorcing": told(True)}, True),
        ({"unconfirmed": told(True)}, True),
    ],
)
def test_who_still_reports_on_the_child_allowance(facts: dict[str, Any], must: bool) -> None:
    decision = child_report.decide(JUNE_2026, recipient(**facts))
    assert decision.must_report.known() is must
    assert decision.withholdable.known() is must


def test_until_may_2022_everybody_reported() -> None:
    assert child_report.decide(Month(2022, 5), recipient()).must_report.is_true
    assert child_report.decide(Month(2022, 6), recipient()).must_report.is_false
    with pytest.raises(NotInForce):
        child_report.decide(Month(2021, 5), recipient())


def test_a_report_that_was_made_withholds_nothing() -> None:
    decision = child_report.decide(JUNE_2026, recipient(divorcing=told(True), reported=told(True)))
    assert (decision.must_report.known(), decision.withholdable.known()) == (True, False)
    missing = child_report.decide(JUNE_2026, recipient(divorcing=told(True)))
    assert any("児童手当法第11条" in line for line in grounds(missing.withholdable))


@pytest.mark.parametrize(
    ("month", "year"), [(Month(2026, 5), 2025), (JUNE_2026, 2026), (Month(2027, 5), 2026)]
)
def test_a_report_of_june_carries_a_year(month: Month, year: int) -> None:
    assert child_report.year_of_report(month) == year
    assert child_report.window(2026) == (date(2026, 6, 1), date(2026, 6, 30))


def single_parent(**facts: Any) -> rearing_report.Claim:
    names = (
        "claimed_in_summer",
        "income_reported",
        "reported",
        "long_receipt",
        "exempted",
        "reliance_reported",
    )
    return rearing_report.Claim(**({name: told(False) for name in names} | {"certified": told(True)} | facts))


@pytest.mark.parametrize(
    ("facts", "must", "withheld"),
    [
        ({}, True, True),
        ({"reported": told(True)}, True, False),
        ({"certified": told(False)}, False, False),
        ({"claimed_in_summer": told(True), "income_reported": told(True)}, False, False),
        ({"claimed_in_summer": told(True)}, True, True),
        ({"income_reported": told(True)}, True, True),
    ],
)
def test_who_reports_on_the_child_rearing_allowance(
    facts: dict[str, Any], must: bool, withheld: bool
) -> None:
    decision = rearing_report.decide(Month(2026, 11), single_parent(**facts))
    assert (decision.must_report.known(), decision.withholdable.known()) == (must, withheld)


@pytest.mark.parametrize(
    ("facts", "must", "lost"),
    [
        ({}, False, False),
        ({"long_receipt": told(True)}, False, False),
        ({"long_receipt": told(True), "exempted": told(True)}, True, True),
        ({"long_receipt": told(True), "exempted": told(True), "reliance_reported": told(True)}, True, False),
    ],
)
def test_after_long_receipt_the_exemption_is_reported_every_august(
    facts: dict[str, Any], must: bool, lost: bool
) -> None:
    decision = rearing_report.decide(Month(2026, 11), single_parent(**facts))
    assert (decision.must_report_reliance.known(), decision.exemption_lost.known()) == (must, lost)


@pytest.mark.parametrize(
    ("month", "year"), [(Month(2026, 10), 2025), (Month(2026, 11), 2026), (Month(2027, 10), 2026)]
)
def test_a_report_of_august_carries_from_november_to_october(month: Month, year: int) -> None:
    assert rearing_report.year_of_report(month) == year
    assert rearing_report.window(2026) == (date(2026, 8, 1), date(2026, 8, 31))


def test_unknown_never_becomes_no() -> None:
    for case in (recipient(), recipient(divorcing=told(True)), recipient(Recipient.FACILITY)):
        needed(
            case,
            lambda less: (
                child_report.decide(JUNE_2026, less).withholdable,
                child_report.decide(JUNE_2026, less).must_report,
            ),
        )
    long = {"long_receipt": told(True), "exempted": told(True)}
    for other in (single_parent(), single_parent(**long), single_parent(certified=told(False))):
        asked = needed(
            other,
            lambda less: (
                rearing_report.decide(Month(2026, 11), less).must_report,
                rearing_report.decide(Month(2026, 11), less).withholdable,
                rearing_report.decide(Month(2026, 11), less).exemption_lost,
            ),
        )
        assert "certified" in asked


# Changes.


def test_an_increase_begins_after_the_claim_and_a_decrease_after_the_event() -> None:
    born, claimed = date(2026, 4, 30), date(2026, 5, 10)
    assert first_month_of_increase(claimed) == Month(2026, 6)
    assert first_month_of_increase(claimed, prevented_from=born) == Month(2026, 5)
    assert first_month_of_decrease(date(2026, 4, 1)) == Month(2026, 5)
    assert last_month(date(2026, 4, 1)) == Month(2026, 4)


def test_what_the_register_tells_by_age_is_not_reported() -> None:
    assert [decrease_is_reported(change) for change in Change] == [False, False, False, True]
    assert [end_is_reported(change) for change in Change] == [True, False, True, True]


@pytest.mark.parametrize(
    ("claimed", "reason", "lost"),
    [
        (date(2026, 4, 30), {}, 0),
        (date(2026, 5, 1), {}, 1),
        (date(2026, 5, 5), {"prevented_from": date(2026, 4, 20)}, 0),
        (date(2026, 5, 6), {"prevented_from": date(2026, 4, 20)}, 1),
        (date(2026, 9, 15), {"prevented_from": date(2026, 4, 20), "prevention_ended": date(2026, 8, 31)}, 0),
        (date(2026, 9, 16), {"prevented_from": date(2026, 4, 20), "prevention_ended": date(2026, 8, 31)}, 5),
        (date(2027, 4, 20), {}, 12),
    ],
)
def test_what_a_late_claim_loses(claimed: date, reason: dict[str, date], lost: int) -> None:
    assert months_lost(date(2026, 4, 20), claimed, **reason) == lost
