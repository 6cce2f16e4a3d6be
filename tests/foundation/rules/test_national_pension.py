"""国民年金法: who is relieved of the premium, for fiscal 2026 and over the change of limits of July 2021."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.rules import Month, NotInForce, grounds, highest, if_at_most, missing, reasons
from mynumber.foundation.rules.findings import UNASKED, Finding
from mynumber.foundation.rules.national_pension import (
    Claim,
    Earner,
    Kind,
    decide,
    earliest_month,
    months_of_application,
    offer,
    repayable,
)
from mynumber.foundation.rules.national_pension.decision import premium
from mynumber.foundation.rules.national_pension.facts import Dependants
from mynumber.foundation.rules.national_pension.income import (
    full_limit,
    half_limit,
    net_income,
    quarter_limit,
    three_quarters_limit,
    year_of_income,
)
from tests.foundation.rules.households import TAX, told
from tests.foundation.rules.leaving_out import needed

JULY_2026 = Month(2026, 7)


def dependants(key: str, ordinary: int = 0, elderly: int = 0, specified: int = 0) -> Dependants:
    return Dependants(
        key=f"{key}.dependants", ordinary=told(ordinary), elderly=told(elderly), specified=told(specified)
    )


def earner(key: str, total: int = 0, *, counts: tuple[int, int, int] = (0, 0, 0), **facts: Any) -> Earner:
    complete: dict[str, Any] = {
        name: told(False)
        for name in (
            "widow",
            "single_parent",
            "working_student",
            "is_disabled",
            "is_widow",
            "is_single_parent",
            "aided",
            "disaster",
            "lost_work",
            "hardship",
        )
    }
    complete |= {name: told(0) for name in ("actual", "disabled", "specially_disabled", "cattle_exempt")}
    complete |= {"total": told(total), "total_after_losses": told(total)}
    complete |= {"disaster_on": told(date(2000, 1, 1)), "lost_work_on": told(date(2000, 1, 1))}
    return Earner(key=key, label=key, dependants=dependants(key, *counts), **(complete | facts))


def claim(own: int | Earner = 0, **facts: Any) -> Claim:
    """A single head of a household of 30."""
    complete: dict[str, Any] = {
        name: told(False)
        for name in (
            "student",
            "disability_pension",
            "livelihood_aid",
            "in_sanatorium",
            "wants_to_pay",
            "gives_birth",
            "several_babies",
            "has_spouse",
            "spouse_is_head",
            "violence",
            "refuses_postponement",
        )
    }
    complete |= {
        "insured": told(True),
        "birth": told(date(1996, 5, 1)),
        "due_date": told(date(2000, 1, 1)),
        "is_head": told(True),
        "myself": own if isinstance(own, Earner) else earner("myself", own),
        "head": earner("head"),
        "spouse": earner("spouse"),
    }
    return Claim(**(complete | facts))


def kind(case: Claim, month: Month = JULY_2026) -> Kind:
    return decide(month, case).kind.known()


def whether(case: Claim, *kinds: Kind, month: Month = JULY_2026) -> list[bool]:
    return [decide(month, case).each[each].known() for each in kinds]


APPLIED_FOR = (Kind.FULL, Kind.THREE_QUARTERS, Kind.HALF, Kind.QUARTER, Kind.POSTPONED, Kind.STUDENT)


@pytest.mark.parametrize(
    ("counts", "full", "three_quarters", "half", "quarter"),
    [
        # The limits that the pension service publishes, without and with dependants.
        ((0, 0, 0), 670_000, 880_000, 1_280_000, 1_680_000),
        ((1, 0, 0), 1_020_000, 1_260_000, 1_660_000, 2_060_000),
        ((3, 0, 0), 1_720_000, 2_020_000, 2_420_000, 2_820_000),
        ((0, 1, 1), 1_370_000, 1_990_000, 2_390_000, 2_790_000),
    ],
)
def test_limits_by_dependants_are_the_published_ones(
    counts: tuple[int, int, int], full: int, three_quarters: int, half: int, quarter: int
) -> None:
    somebody = earner("myself", counts=counts)
    found = [
        limit(JULY_2026, somebody).known()
        for limit in (full_limit, three_quarters_limit, half_limit, quarter_limit)
    ]
    assert found == [full, three_quarters, half, quarter]


@pytest.mark.parametrize(
    ("income", "expected"),
    [
        (0, Kind.FULL),
        (670_000, Kind.FULL),
        (670_001, Kind.THREE_QUARTERS),
        (880_000, Kind.THREE_QUARTERS),
        (880_001, Kind.HALF),
        (1_280_000, Kind.HALF),
        (1_280_001, Kind.QUARTER),
        (1_680_000, Kind.QUARTER),
        (1_680_001, Kind.DUE),
    ],
)
def test_each_limit_at_its_edge(income: int, expected: Kind) -> None:
    assert kind(claim(income)) is expected


@pytest.mark.parametrize(
    ("month", "income", "expected"),
    [
        (Month(2021, 6), 570_000, Kind.FULL),
        (Month(2021, 6), 570_001, Kind.THREE_QUARTERS),
        (Month(2021, 6), 670_000, Kind.THREE_QUARTERS),
        (Month(2021, 7), 670_000, Kind.FULL),
        (Month(2021, 6), 1_580_001, Kind.DUE),
        (Month(2021, 7), 1_580_001, Kind.QUARTER),
    ],
)
def test_the_limits_rose_in_july_2021(month: Month, income: int, expected: Kind) -> None:
    assert kind(claim(income), month) is expected


@pytest.mark.parametrize(
    ("month", "income", "granted"),
    [
        (Month(2021, 3), 1_180_000, True),
        (Month(2021, 3), 1_180_001, False),
        (Month(2021, 4), 1_180_001, True),
        (Month(2026, 4), 1_280_000, True),
        (Month(2026, 4), 1_280_001, False),
    ],
)
def test_students_have_a_limit_of_their_own_and_their_year_begins_in_april(
    month: Month, income: int, granted: bool
) -> None:
    student = claim(income, student=told(True))
    assert kind(student, month) is (Kind.STUDENT if granted else Kind.DUE)


def test_a_student_is_looked_at_alone_and_has_nothing_else() -> None:
    rich_parents = {"is_head": told(False), "head": earner("head", 9_000_000)}
    assert kind(claim(0, student=told(True), **rich_parents)) is Kind.STUDENT
    assert whether(claim(0, student=told(True)), *APPLIED_FOR) == [False] * 5 + [True]
    assert kind(claim(0, **rich_parents)) is Kind.POSTPONED


@pytest.mark.parametrize("who", ["head", "spouse"])
def test_head_and_spouse_have_to_meet_a_ground_too(who: str) -> None:
    facts: dict[str, Any] = {"is_head": told(False), "has_spouse": told(True), who: earner(who, 900_000)}
    assert whether(claim(0, **facts), Kind.FULL, Kind.THREE_QUARTERS, Kind.HALF) == [False, False, True]
    assert decide(JULY_2026, claim(0, **facts)).each[Kind.POSTPONED].known() is (who == "head")
    text = " ".join(grounds(decide(JULY_2026, claim(0, **facts)).each[Kind.FULL]))
    assert "国民年金法第90条第1項第1号" in text


def test_where_the_spouse_is_the_head_only_one_income_beside_the_own_counts() -> None:
    facts = {"is_head": told(False), "has_spouse": told(True), "spouse_is_head": told(True)}
    assert kind(claim(0, **facts, head=earner("head", 9_000_000))) is Kind.FULL


@pytest.mark.parametrize(
    ("birth", "last"),
    [
        (date(1976, 8, 1), Month(2026, 6)),
        (date(1976, 8, 2), Month(2026, 7)),
        (date(1976, 9, 30), Month(2026, 8)),
    ],
)
def test_the_postponement_ends_before_the_month_of_attaining_fifty(birth: date, last: Month) -> None:
    """Who is born on the first of a month attains fifty in the month before."""
    facts = {"birth": told(birth), "is_head": told(False), "head": earner("head", 9_000_000)}
    assert kind(claim(0, **facts), last) is Kind.POSTPONED
    assert kind(claim(0, **facts), last.following) is Kind.DUE


def test_the_postponement_goes_before_partial_exemptions_unless_it_is_refused() -> None:
    facts = {"is_head": told(False), "head": earner("head", 900_000)}
    assert kind(claim(0, **facts)) is Kind.POSTPONED
    assert kind(claim(0, **facts, refuses_postponement=told(True))) is Kind.HALF


@pytest.mark.parametrize("month", [Month(2026, 7), Month(2026, 12), Month(2027, 1), Month(2027, 6)])
def test_losing_work_counts_in_the_year_the_year_before_and_until_june_the_one_before(month: Month) -> None:
    first = 2025
    assert year_of_income(month) == first
    for year, granted in ((first - 1, False), (first, True), (month.year, True), (month.year + 1, False)):
        somebody = earner("myself", 9_000_000, lost_work=told(True), lost_work_on=told(date(year, 12, 31)))
        assert (kind(claim(somebody), month) is Kind.FULL) is granted, (year, month)


@pytest.mark.parametrize(
    "facts",
    [
        {"aided": told(True)},
        {"hardship": told(True)},
        {"disaster": told(True), "disaster_on": told(date(2026, 1, 1))},
        {"lost_work": told(True), "lost_work_on": told(date(2025, 3, 31))},
    ],
)
def test_special_grounds_relieve_at_any_income_of_those_they_concern(facts: dict[str, Any]) -> None:
    assert kind(claim(earner("myself", 9_000_000, **facts))) is Kind.FULL
    spouse = {"has_spouse": told(True), "spouse": earner("spouse", 9_000_000)}
    assert kind(claim(earner("myself", 9_000_000, **facts), **spouse)) is Kind.DUE
    both = spouse | {"spouse": earner("spouse", 9_000_000, **facts)}
    assert kind(claim(earner("myself", 9_000_000, **facts), **both)) is Kind.FULL


def test_the_income_of_a_violent_spouse_does_not_count() -> None:
    facts = {"has_spouse": told(True), "spouse": earner("spouse", 9_000_000), "violence": told(True)}
    decision = decide(JULY_2026, claim(2_000_000, **facts))
    assert decision.kind.known() is Kind.FULL
    assert any("国民年金法施行規則第77条の7第1項第3号" in line for line in reasons(decision.kind))


@pytest.mark.parametrize(
    ("month", "income", "named", "granted"),
    [
        (Month(2026, 7), 1_350_000, "is_single_parent", True),
        (Month(2026, 7), 1_350_001, "is_single_parent", False),
        (Month(2026, 7), 1_350_000, "is_disabled", True),
        (Month(2026, 7), 1_350_000, "is_widow", True),
        (Month(2021, 6), 1_250_000, "is_widow", True),
        (Month(2021, 6), 1_250_001, "is_widow", False),
        (Month(2021, 6), 1_000_000, "is_single_parent", False),
        (Month(2021, 7), 1_000_000, "is_single_parent", True),
    ],
)
def test_disabled_people_widows_and_since_2021_single_parents_have_a_higher_limit(
    month: Month, income: int, named: str, granted: bool
) -> None:
    facts: dict[str, Any] = {named: told(True)}
    assert whether(claim(earner("myself", income, **facts)), Kind.FULL, month=month) == [granted]


@pytest.mark.parametrize(
    ("several", "first", "last"),
    [(False, Month(2026, 6), Month(2026, 9)), (True, Month(2026, 4), Month(2026, 9))],
)
def test_maternity_months(several: bool, first: Month, last: Month) -> None:
    """Born in July: from June to September, twins from April."""
    case = claim(
        9_000_000, gives_birth=told(True), due_date=told(date(2026, 7, 20)), several_babies=told(several)
    )
    inside = [
        month for month in (Month(2026, 1).plus(n) for n in range(12)) if kind(case, month) is Kind.MATERNITY
    ]
    assert (inside[0], inside[-1], len(inside)) == (first, last, 6 if several else 4)


def test_relief_by_law_needs_no_application_and_can_be_waived() -> None:
    assert kind(claim(9_000_000, disability_pension=told(True))) is Kind.STATUTORY
    assert kind(claim(9_000_000, livelihood_aid=told(True), wants_to_pay=told(True))) is Kind.DUE


def test_deductions_count_for_partial_exemptions_only() -> None:
    somebody = earner(
        "myself",
        1_500_000,
        actual=told(100_000),
        disabled=told(1),
        specially_disabled=told(1),
        single_parent=told(True),
        working_student=told(True),
        cattle_exempt=told(10_000),
    )
    assert (
        net_income(JULY_2026, somebody).known() == 1_500_000 - 110_000 - 270_000 - 400_000 - 350_000 - 270_000
    )
    assert kind(claim(somebody)) is Kind.THREE_QUARTERS


@pytest.mark.parametrize(
    ("month", "whole", "parts"),
    [
        # The amounts that the pension service publishes.
        (Month(2020, 7), 16_540, (4_140, 8_270, 12_410)),
        (Month(2024, 4), 16_980, (4_250, 8_490, 12_740)),
        (Month(2025, 4), 17_510, (4_380, 8_760, 13_130)),
        (Month(2026, 4), 17_920, (4_480, 8_960, 13_440)),
        (Month(2027, 4), 18_290, (4_570, 9_150, 13_720)),
    ],
)
def test_what_is_left_to_pay(month: Month, whole: int, parts: tuple[int, int, int]) -> None:
    assert premium(month).known() == whole
    found = [
        decide(month, claim(income)).due.known() for income in (0, 780_000, 1_180_000, 1_500_000, 9_000_000)
    ]
    assert found == [0, *parts, whole]


def test_what_a_month_counts_in_the_pension() -> None:
    shares = [
        decide(JULY_2026, claim(income)).counted.known()
        for income in (0, 880_000, 1_280_000, 1_680_000, 9**9)
    ]
    assert shares == [Fraction(1, 2), Fraction(5, 8), Fraction(3, 4), Fraction(7, 8), 1]
    assert decide(JULY_2026, claim(0, student=told(True))).counted.known() == 0


BETTER = [Kind.FULL, Kind.THREE_QUARTERS, Kind.HALF, Kind.QUARTER, Kind.DUE]


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 3_000_000),
    st.integers(0, 3_000_000),
    st.integers(0, 4),
    st.sampled_from([JULY_2026, Month(2021, 6), Month(2027, 1)]),
)
def test_more_income_never_relieves_more_and_more_dependants_never_less(
    one: int, other: int, number: int, month: Month
) -> None:
    low, high = sorted((one, other))
    no = {"refuses_postponement": told(True)}
    few = [
        kind(claim(earner("myself", income, counts=(number, 0, 0)), **no), month) for income in (low, high)
    ]
    assert BETTER.index(few[0]) <= BETTER.index(few[1])
    more = kind(claim(earner("myself", high, counts=(number + 1, 0, 0)), **no), month)
    assert BETTER.index(more) <= BETTER.index(few[1])


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2_000_000), st.integers(0, 2_000_000))
def test_head_and_spouse_may_change_places(one: int, other: int) -> None:
    def between(head: int, spouse: int) -> Kind:
        return kind(
            claim(
                0,
                is_head=told(False),
                has_spouse=told(True),
                refuses_postponement=told(True),
                head=earner("head", head),
                spouse=earner("spouse", spouse),
            )
        )

    assert between(one, other) is between(other, one)


@pytest.mark.parametrize(
    "case",
    [
        claim(0),
        claim(700_000),
        claim(9_000_000),
        claim(1_000_000, is_head=told(False), has_spouse=told(True), head=earner("head", 1_500_000)),
        claim(500_000, student=told(True)),
        claim(earner("myself", 9_000_000, lost_work=told(True), lost_work_on=told(date(2026, 3, 31)))),
    ],
)
def test_unknown_never_becomes_no(case: Claim) -> None:
    asked = needed(case, lambda less: _everything(JULY_2026, less))
    assert ("insured" in asked) is (kind(case) is not Kind.DUE)


def test_unknown_never_became_no_before_the_reform() -> None:
    assert "myself.total" in needed(claim(500_000), lambda less: _everything(Month(2021, 6), less))


def _everything(month: Month, case: Claim) -> tuple[Finding[Any], ...]:
    decision = decide(month, case)
    return decision.kind, decision.due, decision.counted, *decision.each.values()


def test_what_cannot_matter_is_not_asked() -> None:
    """No spouse: her income is not asked for. The head himself: no other head. No student: no school."""
    asked = needed(claim(0), lambda less: (decide(JULY_2026, less).kind,))
    assert not {name for name in asked if name.startswith(("head.", "spouse."))}
    assert "myself.lost_work" not in asked  # the income suffices


def test_the_counterfactual_names_the_last_yen() -> None:
    def with_income(yen: int) -> Finding[Kind]:
        return decide(JULY_2026, claim(yen)).kind

    last = highest(with_income, lambda kind: kind is Kind.FULL, at_most=9_000_000)
    assert if_at_most("所得", last, "全額免除になります") == "所得が670,000円以下なら、全額免除になります"
    assert highest(with_income, lambda kind: kind is not Kind.DUE, at_most=9_000_000) == 1_680_000


def test_one_click_where_everything_is_known() -> None:
    made = offer(Month(2026, 10), claim(0))
    assert made.worth_making
    assert made.ask == ()
    assert made.simplified.is_true
    assert (made.first, made.last) == (Month(2026, 10), Month(2027, 6))


def test_an_offer_asks_only_what_it_needs_and_is_none_while_it_is_open() -> None:
    made = offer(JULY_2026, claim(0, has_spouse=UNASKED))
    assert made.worth_making  # a spouse without income changes nothing
    open_case = claim(0, has_spouse=UNASKED, spouse=Earner(key="spouse", label="配偶者"))
    made = offer(JULY_2026, open_case)
    assert not made.worth_making
    assert made.simplified.is_unknown
    assert "配偶者（事実婚を含む）がいる" in missing(made.decision.kind)
    assert not offer(JULY_2026, claim(9_000_000)).worth_making


def test_who_may_only_postpone_gets_the_simple_form_too() -> None:
    facts = {"is_head": told(False), "head": earner("head", 9_000_000)}
    made = offer(JULY_2026, claim(0, **facts))
    assert made.simplified.is_true
    assert made.decision.kind.known() is Kind.POSTPONED
    assert offer(JULY_2026, claim(earner("myself", 9_000_000, aided=told(True)))).simplified.is_false


def test_an_offer_to_a_student_runs_to_march() -> None:
    made = offer(Month(2026, 10), claim(0, student=told(True)))
    assert (made.first, made.last) == (Month(2026, 10), Month(2027, 3))


def test_years_of_application_and_the_months_one_may_still_apply_for() -> None:
    assert months_of_application(Month(2027, 6)) == (Month(2026, 7), Month(2027, 6))
    assert months_of_application(Month(2027, 3), student=True) == (Month(2026, 4), Month(2027, 3))
    # Published: two years and one month back.
    assert earliest_month(date(2026, 7, 31)) == Month(2024, 6)
    assert repayable(Month(2016, 7), date(2026, 7, 1))
    assert not repayable(Month(2016, 6), date(2026, 7, 1))
    assert not repayable(Month(2026, 7), date(2026, 7, 1))


def test_months_that_are_not_kept_are_refused() -> None:
    for month in (Month(2020, 6), Month(2028, 4)):
        with pytest.raises(NotInForce):
            decide(month, claim(0))


def test_income_comes_with_its_source_and_prints_no_value() -> None:
    somebody = replace(earner("myself", 1_234_567), total=replace(told(1_234_567), source=TAX))
    decision = decide(JULY_2026, claim(somebody))
    assert "1234567" not in repr(decision) + repr(somebody)
