"""Deadlines: windows, the standard period, correction, objection, payment days."""

from datetime import date

import pytest

from mynumber.foundation.procedures.deadlines import (
    correct_by,
    days_left,
    decide_by,
    payment_day,
    plus_months,
    review_by,
    window,
)
from mynumber.foundation.procedures.loading import catalogue

TODAY = date(2026, 5, 1)


def get(name: str):  # type: ignore[no-untyped-def]
    return catalogue().get(name, TODAY)


def test_fifteen_days_after_a_birth_run_over_a_holiday() -> None:
    claim = get("child_allowance_claim")
    # 4 May 2026 is a holiday, and so are the 5th and the 6th.
    closes = window(claim, {"cause_on": "2026-04-19"}, on=TODAY).closes
    assert closes == date(2026, 5, 7)
    assert window(claim, {}, on=TODAY).closes is None


def test_a_yearly_window_is_that_of_the_year_and_ends_on_an_open_day() -> None:
    report = window(get("child_rearing_allowance_annual_report"), {}, on=TODAY)
    assert (report.opens, report.closes) == (date(2026, 8, 1), date(2026, 8, 31))
    assert not report.holds(TODAY)
    assert report.holds(date(2026, 8, 31))


def test_an_event_starts_a_period_where_no_field_does() -> None:
    refund = get("high_care_cost_refund")
    assert window(refund, {}, on=TODAY).closes is None
    assert window(refund, {}, on=TODAY, events={"service_used": date(2024, 4, 1)}).closes == date(2026, 4, 1)


def test_the_office_decides_in_calendar_or_business_days() -> None:
    assert decide_by(get("nursery_certification"), TODAY) == date(2026, 6, 1)
    assert decide_by(get("sickness_allowance_claim"), TODAY) == date(2026, 5, 20)


def test_what_the_applicant_takes_to_correct_does_not_count() -> None:
    claim = get("child_allowance_claim")
    assert decide_by(claim, TODAY) == date(2026, 6, 1)
    assert decide_by(claim, TODAY, correcting_days=7) == date(2026, 6, 8)
    assert correct_by(claim, TODAY) == date(2026, 5, 15)
    assert days_left(claim, TODAY, date(2026, 5, 30)) == 2
    assert days_left(claim, TODAY, date(2026, 6, 3)) == -2
    assert days_left(get("sickness_allowance_claim"), TODAY, date(2026, 5, 22)) == -2


def test_one_may_object_for_three_months_but_not_to_a_notice() -> None:
    assert review_by(get("child_allowance_claim"), date(2026, 5, 1)) == date(2026, 8, 3)
    assert review_by(get("care_certification"), date(2026, 11, 30)) == date(2027, 3, 1)
    assert review_by(get("child_allowance_donation"), TODAY) is None


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2026, 12, 15), 3, date(2027, 3, 15)),
    ],
)
def test_months_end_with_the_month_where_there_is_no_such_day(day: date, months: int, expected: date) -> None:
    assert plus_months(day, months) == expected


def test_a_payment_day_that_is_closed_is_brought_forward() -> None:
    payout = get("child_rearing_allowance_claim").payout
    assert payment_day(payout, date(2026, 5, 11)) == date(2026, 7, 10)
    assert payment_day(payout, date(2026, 7, 9)) == date(2026, 7, 10)
    assert payment_day(get("child_allowance_claim").payout, TODAY) is None
