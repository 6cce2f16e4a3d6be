"""健康保険法第99条 and 第108条: the injury and sickness allowance, its term since 2022, and what is subtracted."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.rules import Month, NotInForce, highest, missing, reasons
from mynumber.foundation.rules.findings import UNASKED, Finding
from mynumber.foundation.rules.sickness_allowance import (
    Claim,
    Status,
    Stretch,
    days_of_term,
    decide,
    waiting_ends,
)
from mynumber.foundation.rules.sickness_allowance.amount import daily_basis
from mynumber.foundation.rules.sickness_allowance.term import lapsed
from tests.foundation.rules.households import told
from tests.foundation.rules.leaving_out import needed

APRIL = Month(2026, 4)
FIRST = date(2026, 4, 4)


def stretch(
    since: date = date(2026, 4, 1),
    until: date = date(2026, 4, 30),
    *,
    unable: bool = True,
    wage: int = 0,
    maternity: int = 0,
    key: str = "days-1",
) -> Stretch:
    return Stretch(
        key=key, since=since, until=until, unable=told(unable), wage=told(wage), maternity=told(maternity)
    )


def claim(*stretches: Stretch, **facts: Any) -> Claim:
    """An employee ill since 1 April 2026 with 300,000 yen a month: 10,000 a day, two thirds 6,667."""
    complete: dict[str, Any] = {
        name: told(False)
        for name in (
            "insured_a_year",
            "receiving_at_loss",
            "seafarer",
            "accident_insurance",
            "own_crime",
            "detained",
        )
    }
    complete |= {
        name: told(0)
        for name in (
            "paid_before",
            "other_illness",
            "disability_pension",
            "disability_lump_sum",
            "since_lump_sum",
            "old_age_pension",
        )
    }
    complete |= {
        "status": told(Status.INSURED),
        "waited_until": told(date(2026, 4, 3)),
        "first_paid": told(FIRST),
        "monthly": told((300_000,) * 12),
        "all_insured": told(320_000),
        "claimed": told(date(2026, 5, 10)),
    }
    return Claim(stretches=stretches or (stretch(),), **(complete | facts))


def yen(case: Claim) -> int:
    return decide(case).payable.known()


def days(case: Claim) -> int:
    return decide(case).days.known()


def test_the_worked_example_of_the_health_insurance_association() -> None:
    """Two months of 260,000 and ten of 300,000: 9,780 a day, of which two thirds are 6,520 yen."""
    case = claim(monthly=told((260_000,) * 2 + (300_000,) * 10))
    assert daily_basis(APRIL, case).known() == 9_780
    assert decide(case).daily.known() == 6_520


def test_three_days_are_waited_for_and_the_rest_is_paid() -> None:
    assert (days(claim()), yen(claim())) == (27, 27 * 6_667)


@pytest.mark.parametrize(
    ("monthly", "everybody", "expected"),
    [
        ((300_000,) * 11, 320_000, 6_667),  # fewer than twelve months: the own average is lower
        ((500_000,) * 11, 320_000, 7_113),  # 10,670 a day of all insured
        ((500_000,) * 12, 320_000, 11_113),  # twelve months: others do not matter
        ((500_000,) * 12 + (100_000,), 320_000, 10_373),  # the latest twelve only
        ((58_000,), 320_000, 1_287),  # 1,933.33 is 1,930 to ten yen
        ((88_000,), 320_000, 1_953),  # 2,933.33 is 2,930; two thirds 1,953.33
        ((104_000,), 320_000, 2_313),  # 3,466.67 is 3,470
        ((134_000,), 320_000, 2_980),  # 4,466.67 is 4,470
    ],
)
def test_the_amount_of_a_day(monthly: tuple[int, ...], everybody: int, expected: int) -> None:
    assert decide(claim(monthly=told(monthly), all_insured=told(everybody))).daily.known() == expected


def test_with_twelve_months_the_average_of_all_is_not_asked() -> None:
    assert decide(claim(all_insured=UNASKED)).daily.known() == 6_667
    fewer = claim(all_insured=UNASKED, monthly=told((300_000,) * 11))
    assert missing(decide(fewer).daily) == ("保険者の全被保険者の平均による標準報酬月額",)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(range(58_000, 1_390_001, 2_000)), min_size=1, max_size=12), st.randoms())
def test_the_amount_is_two_thirds_of_the_average_within_rounding(monthly: list[int], chance: Any) -> None:
    case = claim(monthly=told(tuple(monthly)), all_insured=told(1_390_000))
    exact = sum(monthly) / len(monthly) / 30 * 2 / 3
    assert abs(decide(case).daily.known() - exact) <= 5 * 2 / 3 + 0.5
    shuffled = monthly[:]
    chance.shuffle(shuffled)
    assert decide(replace(case, monthly=told(tuple(shuffled)))).daily.known() == decide(case).daily.known()


@pytest.mark.parametrize(
    ("offsets", "expected"),
    [
        ([0, 1, 2], 2),
        ([0, 1, 3, 4], None),
        ([0, 1, 3, 4, 5, 6], 5),
        ([2, 0, 1], 2),
        ([], None),
        ([0, 2, 4, 6], None),
    ],
)
def test_waiting_takes_three_days_in_a_row(offsets: list[int], expected: int | None) -> None:
    start = date(2026, 12, 30)
    found = waiting_ends(start + timedelta(days=offset) for offset in offsets)
    assert found == (None if expected is None else start + timedelta(days=expected))


# The term: 第99条第4項.


def test_the_worked_example_of_the_ministry_for_the_term() -> None:
    """Paid from 4 March 2022: to 3 September 2023, 549 days; after 38, 10 and 31 days 470 are left."""
    assert days_of_term(date(2022, 3, 4)) == 549
    facts = {
        "first_paid": told(date(2022, 3, 4)),
        "waited_until": told(date(2022, 3, 3)),
        "claimed": told(date(2023, 12, 1)),
    }
    first, second, third = (
        stretch(date(2022, 3, 1), date(2022, 4, 10)),
        stretch(date(2022, 4, 11), date(2022, 4, 20), key="days-2"),
        stretch(date(2022, 5, 11), date(2022, 6, 10), key="days-3"),
    )
    assert [days(claim(each, **facts)) for each in (first, second, third)] == [38, 10, 31]
    without_a_break = claim(stretch(date(2022, 6, 11), date(2023, 9, 23)), **facts, paid_before=told(79))
    assert days(without_a_break) == 470
    longer = claim(stretch(date(2022, 6, 11), date(2023, 11, 30)), **facts, paid_before=told(79))
    assert days(longer) == 470


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (date(2026, 4, 1), 548),  # to 30 September 2027
        (date(2026, 8, 31), 548),  # no 31 February: to the end of February 2028, a leap year
        (date(2024, 8, 30), 548),
        (date(2024, 2, 29), 547),
    ],
)
def test_a_year_and_six_months_by_the_calendar(first: date, expected: int) -> None:
    assert days_of_term(first) == expected


@pytest.mark.parametrize(
    ("before", "expected"), [(0, 27), (520, 27), (522, 26), (547, 1), (548, 0), (600, 0)]
)
def test_only_days_paid_use_up_the_term(before: int, expected: int) -> None:
    assert days_of_term(FIRST) == 548
    assert days(claim(paid_before=told(before))) == expected


@pytest.mark.parametrize(
    ("first", "in_december", "in_february"),
    [
        # Published: begun on 1 July 2020 it ran out with 2021, begun on 2 July it comes under the new law.
        (date(2020, 6, 30), 29, 0),
        (date(2020, 7, 1), 31, 0),
        (date(2020, 7, 2), 31, 28),
    ],
)
def test_until_2021_the_term_ran_by_the_calendar(first: date, in_december: int, in_february: int) -> None:
    """With the reform the days on which nothing was paid come back, unless the term had run out."""
    facts = {
        "first_paid": told(first),
        "waited_until": told(first - timedelta(days=1)),
        "paid_before": told(30),
        "claimed": told(date(2022, 3, 10)),
    }
    assert days(claim(stretch(date(2021, 12, 1), date(2021, 12, 31)), **facts)) == in_december
    assert days(claim(stretch(date(2022, 2, 1), date(2022, 2, 28)), **facts)) == in_february


def test_a_claim_across_the_reform_is_two_claims() -> None:
    with pytest.raises(ValueError, match="two claims"):
        decide(claim(stretch(date(2021, 12, 31), date(2022, 1, 1))))


def test_days_on_which_nothing_is_paid_do_not_use_up_the_term() -> None:
    paid_leave = stretch(date(2026, 4, 4), date(2026, 4, 13), wage=10_000)
    ill = stretch(date(2026, 4, 14), date(2026, 4, 30), key="days-2")
    assert days(claim(paid_leave, ill, paid_before=told(548 - 17))) == 17


# What is received beside: 第103条, 第108条.


@pytest.mark.parametrize(
    ("wage", "daily"), [(0, 6_667), (1, 6_666), (3_000, 3_667), (6_666, 1), (6_667, 0), (10_000, 0)]
)
def test_wages_are_subtracted(wage: int, daily: int) -> None:
    assert yen(claim(stretch(wage=wage))) == 27 * daily


@pytest.mark.parametrize(
    ("wage", "maternity", "daily"),
    [(0, 6_667, 0), (0, 5_000, 1_667), (1_000, 5_000, 667), (6_000, 667, 0)],
)
def test_the_maternity_allowance_goes_first(wage: int, maternity: int, daily: int) -> None:
    assert yen(claim(stretch(wage=wage, maternity=maternity))) == 27 * daily


@pytest.mark.parametrize(
    ("pension", "wage", "maternity", "daily"),
    [
        (1_080_000, 0, 0, 3_667),  # 3,000 a day
        (1_080_359, 0, 0, 3_667),  # fractions of a yen are cut off
        (1_080_360, 0, 0, 3_666),
        (1_080_000, 2_000, 0, 3_667),  # the higher of the two counts, not the sum
        (1_080_000, 4_000, 0, 2_667),
        (1_080_000, 0, 5_000, 1_667),
        (1_080_000, 1_000, 5_000, 667),
        (1_080_000, 9_000, 0, 0),
        (2_400_120, 0, 0, 0),  # 6,667 a day
        (2_400_119, 0, 0, 1),
    ],
)
def test_of_disability_pension_and_wages_the_higher_is_subtracted(
    pension: int, wage: int, maternity: int, daily: int
) -> None:
    case = claim(stretch(wage=wage, maternity=maternity), disability_pension=told(pension))
    assert yen(case) == 27 * daily


def test_a_disability_lump_sum_is_reached_before_anything_is_paid() -> None:
    """100,000 yen: fifteen days come to 100,005, so the fifteenth pays 5 yen and the twelve after it the whole."""
    case = claim(disability_lump_sum=told(100_000))
    assert (days(case), yen(case)) == (13, 5 + 12 * 6_667)
    assert yen(replace(case, since_lump_sum=told(100_000))) == 27 * 6_667
    assert yen(replace(case, disability_lump_sum=told(9_000_000))) == 0
    with_wage = claim(stretch(wage=6_664), disability_lump_sum=told(100_000))
    assert yen(with_wage) == 3 + 12 * 3  # 施行令第36条の2第3号: the lower of the two differences


def test_old_age_pensions_are_subtracted_only_after_leaving() -> None:
    former = {"status": told(Status.FORMER), "insured_a_year": told(True), "receiving_at_loss": told(True)}
    assert yen(claim(old_age_pension=told(720_000))) == 27 * 6_667
    assert yen(claim(old_age_pension=told(720_000), **former)) == 27 * 4_667
    assert yen(claim(old_age_pension=told(2_400_120), **former)) == 0


def test_of_two_illnesses_the_higher_amount_is_paid() -> None:
    assert decide(claim(other_illness=told(7_000))).daily.known() == 7_000
    assert decide(claim(other_illness=told(6_000))).daily.known() == 6_667


@settings(deadline=None, max_examples=50)
@given(
    st.integers(0, 12_000),
    st.integers(0, 8_000),
    st.integers(0, 3_000_000),
    st.integers(1, 5_000),
    st.sampled_from(["wage", "maternity", "pension", "old_age"]),
)
def test_more_beside_never_brings_more(
    wage: int, maternity: int, pension: int, more: int, which: str
) -> None:
    former = {"status": told(Status.FORMER), "insured_a_year": told(True), "receiving_at_loss": told(True)}

    def paid(**extra: int) -> int:
        return yen(
            claim(
                stretch(wage=wage + extra.get("wage", 0), maternity=maternity + extra.get("maternity", 0)),
                disability_pension=told(pension + extra.get("pension", 0)),
                old_age_pension=told(extra.get("old_age", 0)),
                **former,
            )
        )

    assert 0 <= paid(**{which: more}) <= paid() <= 27 * 6_667


# Who receives it.


@pytest.mark.parametrize(
    ("facts", "granted"),
    [
        ({}, True),
        ({"status": told(Status.VOLUNTARY)}, False),
        ({"status": told(Status.FORMER), "insured_a_year": told(True)}, False),
        ({"status": told(Status.FORMER), "receiving_at_loss": told(True)}, False),
        (
            {
                "status": told(Status.VOLUNTARY),
                "insured_a_year": told(True),
                "receiving_at_loss": told(True),
            },
            True,
        ),
        (
            {
                "status": told(Status.FORMER),
                "insured_a_year": told(True),
                "receiving_at_loss": told(True),
                "seafarer": told(True),
            },
            False,
        ),
        ({"accident_insurance": told(True)}, False),
        ({"own_crime": told(True)}, False),
        ({"detained": told(True)}, False),
    ],
)
def test_who_receives_it(facts: dict[str, Any], granted: bool) -> None:
    assert decide(claim(**facts)).eligible.known() is granted
    assert (yen(claim(**facts)) > 0) is granted


def test_who_works_is_not_paid() -> None:
    assert yen(claim(stretch(unable=False))) == 0


@pytest.mark.parametrize(
    ("day", "claimed", "gone"),
    [
        (date(2024, 4, 1), date(2026, 4, 1), False),
        (date(2024, 4, 1), date(2026, 4, 2), True),
        (date(2024, 2, 28), date(2026, 2, 28), False),
        (date(2024, 2, 28), date(2026, 3, 1), True),
    ],
)
def test_the_right_lapses_day_by_day_after_two_years(day: date, claimed: date, gone: bool) -> None:
    assert lapsed(day, claimed) is gone


def test_of_a_late_claim_the_days_that_have_not_lapsed_are_paid() -> None:
    assert days(claim(claimed=told(date(2028, 4, 20)))) == 11  # from 20 to 30 April


def test_stretches_that_share_a_day_are_refused() -> None:
    with pytest.raises(ValueError, match="share a day"):
        decide(claim(stretch(), stretch(date(2026, 4, 30), date(2026, 5, 2), key="days-2")))
    with pytest.raises(ValueError, match="names the days"):
        decide(replace(claim(), stretches=()))


def test_the_order_of_stretches_does_not_matter() -> None:
    one, other = stretch(), stretch(date(2026, 5, 1), date(2026, 5, 9), wage=3_000, key="days-2")
    assert yen(claim(one, other)) == yen(claim(other, one)) == 27 * 6_667 + 9 * 3_667


@pytest.mark.parametrize(
    "case",
    [
        claim(),
        claim(stretch(wage=10_000)),
        claim(stretch(unable=False)),
        claim(stretch(wage=2_000), stretch(date(2026, 5, 1), date(2026, 5, 9), key="days-2")),
        claim(status=told(Status.FORMER), insured_a_year=told(True), receiving_at_loss=told(True)),
        claim(accident_insurance=told(True)),
        claim(disability_pension=told(1_000_000), monthly=told((300_000,) * 5)),
    ],
)
def test_unknown_never_becomes_no(case: Claim) -> None:
    def outcomes(less: Claim) -> tuple[Finding[Any], ...]:
        decision = decide(less)
        return decision.payable, decision.eligible, decision.daily, decision.days

    asked = needed(case, outcomes)
    if yen(case):
        assert {"waited_until", "days-1.unable", "claimed", "monthly"} <= asked


def test_what_cannot_matter_is_not_asked() -> None:
    asked = needed(claim(), lambda less: (decide(less).payable,))
    assert not asked & {"old_age_pension", "insured_a_year", "receiving_at_loss", "all_insured", "seafarer"}


def test_the_counterfactual_says_from_which_wage_on_nothing_is_left() -> None:
    def with_wage(wage: int) -> Finding[int]:
        return decide(claim(stretch(wage=wage))).payable

    assert highest(with_wage, lambda paid: paid > 0, at_most=100_000) == 6_666


def test_reasons_name_the_clauses() -> None:
    lines = " ".join(reasons(decide(claim(stretch(wage=3_000))).payable))
    for clause in ("健康保険法第99条第2項", "健康保険法第108条"):
        assert clause in lines
    assert "支給する日数と額：27日分、99,009円（健康保険法第99条）" in lines
    assert "支給できる残りの日数：548日（健康保険法第99条第4項）" in lines
    assert "標準報酬月額（12月まで）：300,000円、300,000円" in lines
    refusal = " ".join(reasons(decide(claim(accident_insurance=told(True))).payable))
    assert "労災保険などから相当する給付を受けられます（健康保険法第55条第1項）" in refusal


def test_days_that_are_not_kept_are_refused() -> None:
    with pytest.raises(NotInForce):
        decide(claim(stretch(date(2019, 12, 1), date(2019, 12, 31))))
