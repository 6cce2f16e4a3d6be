"""児童扶養手当法: the official worked example, both sides of each threshold, and the amendments of 2024 to 2026."""

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.rules import Finding, Month, NotInForce, grounds, highest, missing, outline, reasons
from mynumber.foundation.rules.child_rearing_allowance import (
    Child,
    Claim,
    Ground,
    Kind,
    decide,
    paid_in,
)
from mynumber.foundation.rules.child_rearing_allowance.income_limits import (
    assessed_income,
    full_limit,
    orphan_carer_limit,
    partial_limit,
    relative_limit,
    relatives_income,
    year_of_income,
)
from mynumber.foundation.rules.child_rearing_allowance.long_receipt import reduced_from
from mynumber.foundation.rules.findings import UNASKED, FactSheet
from tests.foundation.rules.households import dependants, told
from tests.foundation.rules.single_parents import amount, child, claim, income, relative

APRIL_2026 = Month(2026, 4)
LIMIT, CEILING = 690_000, 2_080_000
UNIFORM = 80_000


def earning(assessed: int, **facts: Any) -> Claim:
    """A claim whose assessed income is that."""
    return claim(income=income(other=assessed + UNIFORM), **facts)


def children(number: int, **facts: Any) -> tuple[Child, ...]:
    return tuple(child(f"child-{n}", date(2012 + n, 6, 15), **facts) for n in range(number))


def test_the_official_worked_example_of_fiscal_2026() -> None:
    """The Children and Families Agency: assessed income 1,220,000 yen, one dependant, one child: 44,080 yen.

    It comes of earnings of 1,160,000 and child support of 300,000 yen: 1,060,000 + 240,000 - 80,000.
    """
    case = claim(income=income(earnings=1_160_000, support=300_000), dependants=dependants(1))
    assert assessed_income(APRIL_2026, case).known() == 1_220_000
    assert amount(APRIL_2026, case) == 44_080


@pytest.mark.parametrize(
    ("month", "of_children"),
    [
        (Month(2026, 4), (48_050, 59_400, 70_750, 82_100)),
        (Month(2026, 3), (46_690, 57_720, 68_750, 79_780)),
        (Month(2025, 4), (46_690, 57_720, 68_750, 79_780)),
        (Month(2025, 3), (45_500, 56_250, 67_000, 77_750)),
        (Month(2024, 11), (45_500, 56_250, 67_000, 77_750)),
        (Month(2024, 10), (45_500, 56_250, 62_700, 69_150)),
        (Month(2024, 4), (45_500, 56_250, 62_700, 69_150)),
        (Month(2023, 4), (44_140, 54_560, 60_810, 67_060)),
    ],
)
def test_full_amounts_over_the_amendments(month: Month, of_children: tuple[int, ...]) -> None:
    for number, expected in enumerate(of_children, start=1):
        assert amount(month, claim(*children(number))) == expected


@pytest.mark.parametrize(
    ("month", "limit", "ceiling", "highest_part", "lowest_part"),
    [
        (Month(2026, 4), 690_000, 2_080_000, (48_040, 11_340), (11_340, 5_680)),
        (Month(2025, 4), 690_000, 2_080_000, (46_680, 11_020), (11_010, 5_520)),
        (Month(2024, 11), 690_000, 2_080_000, (45_490, 10_740), (10_740, 5_380)),
    ],
)
def test_partial_amounts_run_between_the_published_ends(
    month: Month, limit: int, ceiling: int, highest_part: tuple[int, int], lowest_part: tuple[int, int]
) -> None:
    def of(assessed: int, number: int) -> int:
        return amount(month, claim(*children(number), income=income(other=assessed + UNIFORM)))

    assert of(limit - 1, 1) > highest_part[0]
    for assessed, (first, further) in ((limit, highest_part), (ceiling - 1, lowest_part)):
        assert of(assessed, 1) == first
        assert of(assessed, 2) == first + further
        assert of(assessed, 3) == first + 2 * further
    assert of(ceiling, 1) == 0


def test_partial_amounts_before_november_2024() -> None:
    """Published for fiscal 2024: 45,490-10,740, second child 10,740-5,380, third and further 6,440-3,230."""

    def of(assessed: int, number: int) -> int:
        return amount(Month(2024, 4), claim(*children(number), income=income(other=assessed + UNIFORM)))

    assert [of(490_000, n) for n in (1, 2, 3)] == [45_490, 45_490 + 10_740, 45_490 + 10_740 + 6_440]
    assert [of(1_919_999, n) for n in (1, 2, 3)] == [10_740, 10_740 + 5_380, 10_740 + 5_380 + 3_230]
    assert of(1_920_000, 1) == 0
    assert of(489_999, 1) == 45_500


@pytest.mark.parametrize(
    ("counts", "full", "partial", "relatives"),
    [
        (dependants(), 690_000, 2_080_000, 2_360_000),
        (dependants(1), 1_070_000, 2_460_000, 2_740_000),
        (dependants(2), 1_450_000, 2_840_000, 3_120_000),
        (dependants(3), 1_830_000, 3_220_000, 3_500_000),
        (dependants(0, 1), 1_170_000, 2_560_000, 2_740_000),
        (dependants(1, 1), 1_550_000, 2_940_000, 3_180_000),
        (dependants(0, 0, 1), 1_220_000, 2_610_000, 2_740_000),
    ],
)
def test_limits_by_dependants(counts: Any, full: int, partial: int, relatives: int) -> None:
    case = claim(dependants=counts)
    assert full_limit(APRIL_2026, case).known() == full
    assert partial_limit(APRIL_2026, case).known() == partial
    assert full_limit(Month(2024, 10), case).known() == full - 200_000
    assert partial_limit(Month(2024, 10), case).known() == partial - 160_000
    grandparent = replace(relative(), dependants=counts)
    assert relative_limit(APRIL_2026, grandparent).known() == relatives
    assert relative_limit(Month(2024, 10), grandparent).known() == relatives


def test_children_maintained_without_being_dependants_raise_the_own_limits_only() -> None:
    counts = dependants(0, 1, 0, 1)
    assert full_limit(APRIL_2026, claim(dependants=counts)).known() == 1_550_000
    assert (
        orphan_carer_limit(APRIL_2026, claim(dependants=counts)).known()
        == 2_360_000 + 380_000 + 440_000 - 60_000
    )
    assert relative_limit(APRIL_2026, replace(relative(), dependants=counts)).known() == 2_740_000


@settings(deadline=None)
@given(
    st.integers(0, 4_000_000),
    st.integers(0, 4_000_000),
    st.integers(1, 5),
    st.sampled_from([APRIL_2026, Month(2024, 10)]),
)
def test_more_income_never_brings_more(one: int, other: int, number: int, month: Month) -> None:
    low, high = sorted((one, other))
    assert amount(month, claim(*children(number), income=income(other=low))) >= amount(
        month, claim(*children(number), income=income(other=high))
    )


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.dates(date(2004, 1, 1), date(2026, 4, 30)), st.integers(0, 900_000)),
        min_size=1,
        max_size=5,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_in_which_children_are_named_does_not_matter(
    facts: list[tuple[date, int]], chance: random.Random
) -> None:
    sheets = [child(f"c{n}", birth, death_pension=told(pension)) for n, (birth, pension) in enumerate(facts)]
    shuffled = sheets[:]
    chance.shuffle(shuffled)
    assert amount(APRIL_2026, claim(*sheets)) == amount(APRIL_2026, claim(*shuffled))


@settings(deadline=None)
@given(st.integers(0, 3_000_000))
def test_an_amount_is_a_multiple_of_ten_within_its_range(assessed: int) -> None:
    paid = amount(APRIL_2026, earning(assessed))
    assert paid % 10 == 0
    assert paid == 0 or 11_340 <= paid <= 48_050


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"ground": told(Ground.NONE)}, 0),
        ({"cared_for": told(False)}, 0),
        ({"lives_in_japan": told(False)}, 0),
        ({"fostered": told(True)}, 0),
        ({"with_other_parent": told(True)}, 0),
        ({"with_other_parent": told(True), "ground": told(Ground.DISABILITY)}, 48_050),
        ({"raised_by_spouse": told(True)}, 0),
        ({"others_go_first": told(True)}, 0),
        ({"shares_livelihood": told(False)}, 48_050),
        *(
            ({"ground": told(ground)}, 48_050)
            for ground in Ground
            if ground not in (Ground.NONE, Ground.NO_PARENTS)
        ),
    ],
)
def test_grounds_and_bars_of_article_4_for_a_mother(facts: dict[str, Any], expected: int) -> None:
    assert amount(APRIL_2026, claim(child(**facts))) == expected


def test_a_father_shares_a_livelihood_with_the_child() -> None:
    assert amount(APRIL_2026, claim(child(), kind=told(Kind.FATHER))) == 48_050
    assert amount(APRIL_2026, claim(child(shares_livelihood=told(False)), kind=told(Kind.FATHER))) == 0


def test_a_carer_may_claim_for_a_child_without_parents() -> None:
    orphan = child(ground=told(Ground.NO_PARENTS))
    assert amount(APRIL_2026, claim(orphan, kind=told(Kind.CARER))) == 48_050
    assert amount(APRIL_2026, claim(orphan)) == 0


def test_a_claimant_abroad_receives_nothing() -> None:
    assert amount(APRIL_2026, claim(lives_in_japan=told(False))) == 0


@pytest.mark.parametrize(
    ("birth", "disabled", "last"),
    [
        (date(2008, 4, 1), False, Month(2026, 3)),
        (date(2008, 4, 2), False, Month(2027, 3)),
        (date(2006, 10, 1), True, Month(2026, 9)),
        (date(2006, 10, 2), True, Month(2026, 10)),
        (date(2006, 4, 1), True, Month(2026, 3)),
    ],
)
def test_childhood_ends_after_eighteen_or_with_a_disability_at_twenty(
    birth: date, disabled: bool, last: Month
) -> None:
    case = claim(child("c", birth, disabled=told(disabled)))
    assert amount(last, case) > 0
    assert amount(last.following, case) == 0


# Income: article 9 of the Act, articles 3 and 4 of the Order.


def test_deductions_depend_on_who_claims() -> None:
    facts: dict[str, Any] = {"other": 3_000_000, "widow": told(True), "single_parent": told(True)}
    base = 3_000_000 - UNIFORM
    for kind, expected in ((Kind.MOTHER, base), (Kind.FATHER, base - 270_000), (Kind.CARER, base - 620_000)):
        assert assessed_income(APRIL_2026, claim(income=income(**facts), kind=told(kind))).known() == expected
    of_relative = replace(relative(), income=income("r", **facts))
    assert relatives_income(APRIL_2026, of_relative).known() == base - 620_000


@pytest.mark.parametrize(
    ("support", "counted"), [(1, 1), (3, 2), (4, 3), (300_000, 240_000), (300_001, 240_001)]
)
def test_eighty_per_cent_of_child_support_counts_to_the_nearest_yen(support: int, counted: int) -> None:
    with_support = claim(income=income(other=1_000_000, support=support))
    assert assessed_income(APRIL_2026, with_support).known() == 1_000_000 + counted - UNIFORM
    carer = replace(with_support, kind=told(Kind.CARER))
    assert assessed_income(APRIL_2026, carer).known() == 1_000_000 - UNIFORM


@pytest.mark.parametrize(("earnings", "left"), [(0, 0), (99_999, 0), (100_000, 0), (100_001, 1)])
def test_earnings_lose_a_hundred_thousand_yen_but_not_more(earnings: int, left: int) -> None:
    case = claim(income=income(earnings=earnings, other=500_000))
    assert assessed_income(APRIL_2026, case).known() == 500_000 + left - UNIFORM


def test_the_special_deduction_for_relatives_counts_from_november_2026() -> None:
    case = claim(income=income(other=1_000_000, relative_special=told(450_000)))
    assert assessed_income(Month(2026, 10), case).known() == 920_000
    assert assessed_income(Month(2026, 11), case).known() == 470_000


@pytest.mark.parametrize(
    ("month", "year"), [(Month(2026, 10), 2024), (Month(2026, 11), 2025), (Month(2027, 1), 2025)]
)
def test_the_income_of_a_year_counts_from_november(month: Month, year: int) -> None:
    assert year_of_income(month) == year


@pytest.mark.parametrize(("other", "expected"), [(2_439_999, 48_050), (2_440_000, 0)])
def test_a_relative_over_the_limit_stops_the_whole(other: int, expected: int) -> None:
    assert amount(APRIL_2026, claim(relatives=(relative(), relative("relative-2", other=other)))) == expected


def test_relatives_nobody_has_asked_about_leave_the_amount_unknown() -> None:
    case = claim(relatives_complete=UNASKED)
    assert decide(APRIL_2026, case).payable.is_unknown
    assert {need.name for need in decide(APRIL_2026, case).payable.needs} == {"relatives_complete"}
    denied = claim(relatives_complete=told(False))
    assert decide(APRIL_2026, denied).payable.is_unknown
    over = replace(case, relatives=(relative(other=9_000_000),))
    assert amount(APRIL_2026, over) == 0


@pytest.mark.parametrize(("assessed", "expected"), [(2_359_999, 48_050), (2_360_000, 0)])
def test_carers_of_orphans_have_a_limit_of_their_own(assessed: int, expected: int) -> None:
    case = earning(assessed, kind=told(Kind.CARER), orphans=told(True))
    assert amount(APRIL_2026, case) == expected


def test_a_disaster_lifts_the_income_limits_of_whom_it_struck() -> None:
    assert amount(APRIL_2026, earning(5_000_000, disaster=told(True))) == 48_050
    struck = relative(other=9_000_000, disaster=True)
    assert amount(APRIL_2026, claim(relatives=(struck,))) == 48_050
    assert amount(APRIL_2026, earning(5_000_000, relatives=(struck,))) == 0


# Pensions: article 13-2.


@pytest.mark.parametrize(
    ("yearly", "expected"),
    [
        (0, 48_050),
        (240_000, 28_050),
        (59, 48_050),  # 4 yen a month: cut
        (60, 48_040),  # 5 yen a month: raised to ten
        (576_599, 0),  # 48,049 yen a month is rounded up to the whole
        (576_480, 10),
        (2_000_000, 0),
    ],
)
def test_a_pension_of_the_claimant_is_subtracted(yearly: int, expected: int) -> None:
    assert amount(APRIL_2026, claim(pension=told(yearly))) == expected


def test_a_pension_is_subtracted_from_a_partial_allowance_too() -> None:
    partial = earning(1_000_000)
    assert amount(APRIL_2026, replace(partial, pension=told(120_000))) == amount(APRIL_2026, partial) - 10_000


def test_of_a_disability_basic_pension_only_the_childs_addition_counts() -> None:
    supported = child(disability_addition=told(240_000))
    case = claim(supported, disability_pension=told(True), pension=told(600_000))
    assert amount(APRIL_2026, case) == 28_050


def test_of_several_children_the_second_pension_counts_to_5000_yen_and_further_ones_to_3000() -> None:
    pensions = (360_000, 240_000, 120_000, 240_000)
    sheets = tuple(
        child(f"c{n}", date(2014 + n, 1, 15), death_pension=told(pension))
        for n, pension in enumerate(pensions)
    )
    whole = 48_050 + 3 * 11_350
    assert amount(APRIL_2026, claim(*sheets)) == whole - (10_000 + 5_000 + 3_000 + 3_000)


def test_compensation_for_a_death_is_spread_over_six_years() -> None:
    assert amount(APRIL_2026, claim(bereavement=told(720_000))) == 38_050
    assert amount(APRIL_2026, claim(child(bereavement=told(720_000)))) == 38_050


@settings(deadline=None)
@given(st.lists(st.integers(0, 1_000_000), min_size=1, max_size=4), st.integers(0, 1_000_000))
def test_more_pension_never_brings_more(pensions: list[int], more: int) -> None:
    def with_first(extra: int) -> Claim:
        sheets = (
            child(f"c{n}", date(2014 + n, 1, 15), death_pension=told(each + (extra if n == 0 else 0)))
            for n, each in enumerate(pensions)
        )
        return claim(*sheets)

    assert amount(APRIL_2026, with_first(0)) >= amount(APRIL_2026, with_first(more))


# Long receipt: article 13-3.


@pytest.mark.parametrize(
    ("claimed", "started", "ground_since", "births", "first"),
    [
        (date(2021, 3, 10), date(2021, 4, 1), date(2021, 3, 1), [date(2015, 1, 1)], Month(2026, 4)),
        (date(2021, 3, 10), date(2021, 4, 1), date(2019, 4, 20), [date(2015, 1, 1)], Month(2026, 4)),
        (date(2021, 3, 10), date(2021, 4, 1), date(2019, 3, 20), [date(2015, 1, 1)], Month(2026, 3)),
        (date(2021, 3, 10), date(2021, 4, 1), date(2021, 3, 1), [date(2020, 6, 15)], Month(2028, 7)),
        (date(2021, 3, 10), date(2021, 4, 1), date(2021, 3, 1), [date(2018, 3, 11)], Month(2026, 4)),
        (date(2021, 3, 10), date(2021, 4, 1), date(2021, 3, 1), [date(2018, 3, 12)], Month(2026, 4)),
        (date(2021, 3, 10), date(2021, 4, 1), date(2021, 3, 1), [date(2022, 1, 1)], Month(2026, 4)),
    ],
)
def test_when_the_term_of_long_receipt_passes(
    claimed: date, started: date, ground_since: date, births: list[date], first: Month
) -> None:
    assert reduced_from(claimed, started, ground_since, *births) == first


def test_after_the_term_half_is_withheld_from_who_reports_nothing() -> None:
    long = {
        "claimed": told(date(2021, 3, 10)),
        "started": told(date(2021, 4, 1)),
        "ground_since": told(date(2021, 3, 1)),
    }
    case = claim(child("c", date(2015, 1, 1)), **long, amount_when_long=told(48_050))
    assert amount(Month(2026, 3), case) == 46_690
    assert amount(Month(2026, 4), case) == 48_050 - 24_020
    assert amount(Month(2026, 4), replace(case, self_reliant=told(True))) == 48_050
    assert amount(Month(2026, 4), replace(case, kind=told(Kind.CARER))) == 48_050
    assert amount(Month(2026, 4), replace(case, amount_when_long=told(20_000))) == 38_050
    assert decide(Month(2026, 4), replace(case, amount_when_long=UNASKED)).payable.is_unknown


# Three-valued logic and explanation.


def fact_names(sheet: FactSheet) -> list[str]:
    return [name for name in sheet.__dataclass_fields__ if isinstance(getattr(sheet, name), Finding)]


def without(sheet: Any, name: str) -> Any:
    """The sheet with one fact not known."""
    return replace(sheet, **{name: UNASKED})


def variants(case: Claim) -> list[tuple[str, Claim]]:
    """The claim with each single fact left out."""
    found = [(name, without(case, name)) for name in fact_names(case)]
    found += [
        (f"income.{name}", replace(case, income=without(case.income, name)))
        for name in fact_names(case.income)
    ]
    found += [
        (f"dependants.{name}", replace(case, dependants=without(case.dependants, name)))
        for name in fact_names(case.dependants)
    ]
    first, *others = case.children
    found += [
        (f"{first.key}.{name}", replace(case, children=(without(first, name), *others)))
        for name in fact_names(first)
    ]
    return found


@pytest.mark.parametrize(
    "case", [claim(*children(2)), earning(1_000_000), earning(3_000_000)], ids=["full", "part", "none"]
)
def test_unknown_never_becomes_no(case: Claim) -> None:
    whole = amount(APRIL_2026, case)
    for name, less in variants(case):
        outcome = decide(APRIL_2026, less).payable
        assert outcome.is_unknown or outcome.known() == whole, name
        if outcome.is_unknown:
            assert name in {need.name for need in outcome.needs}


def test_what_cannot_matter_is_not_asked() -> None:
    """Over the limit, nobody needs to know about pensions or long receipt."""
    over = earning(3_000_000)
    for name in ("pension", "disability_pension", "started", "self_reliant"):
        assert amount(APRIL_2026, without(over, name)) == 0


def test_nothing_known_says_what_is_needed() -> None:
    outcome = decide(APRIL_2026, Claim(children=(Child(key="c"),))).payable
    assert outcome.is_unknown
    assert {"児童の生年月日", "請求者の区分"} <= set(missing(outcome))


def test_the_counterfactual_names_the_last_yen() -> None:
    case = earning(2_500_000)

    def with_assessed(yen: int) -> Finding[int]:
        return decide(APRIL_2026, earning(yen)).payable

    assert amount(APRIL_2026, case) == 0
    assert highest(with_assessed, lambda paid: paid > 0, at_most=10_000_000) == CEILING - 1
    assert highest(with_assessed, lambda paid: paid == 48_050, at_most=10_000_000) == LIMIT - 1
    assert highest(with_assessed, lambda paid: paid > 48_050, at_most=10_000_000) is None


def test_reasons_name_amounts_limits_and_clauses() -> None:
    case = claim(income=income(earnings=1_160_000, support=300_000), dependants=dependants(1))
    lines = reasons(decide(APRIL_2026, case).payable)
    assert "請求者の所得の額：1,220,000円（児童扶養手当法施行令第4条）" in lines
    assert "全部支給の限度額：1,070,000円（児童扶養手当法施行令第2条の4第1項）" in lines
    assert "所得が全部支給の限度額以上です（児童扶養手当法第9条第1項）" in lines
    assert any("0.0264029" in line for line in lines)
    assert any("児童のもう一方の父母から受けた養育費（年額）：300,000円（請求書）" in line for line in lines)


def test_a_refusal_says_why() -> None:
    barred = decide(APRIL_2026, claim(child(raised_by_spouse=told(True)))).payable
    assert any("第4条第2項第4号" in line for line in grounds(barred))
    assert "支給要件に当てはまりません（児童扶養手当法第4条）" in grounds(barred)
    over = decide(APRIL_2026, earning(3_000_000)).payable
    assert "請求者の所得により全部が支給停止です（児童扶養手当法第9条第1項）" in grounds(over)
    assert "一部支給の限度額：2,080,000円（児童扶養手当法施行令第2条の4第2項第1号）" in grounds(over)
    relatives = decide(APRIL_2026, claim(relatives=(relative(other=9_000_000),))).payable
    assert "配偶者・扶養義務者の所得により全部が支給停止です（児童扶養手当法第10条）" in grounds(relatives)


def test_the_trace_tells_children_apart_and_repeats_nothing() -> None:
    sheets = (
        child("c1", date(2018, 6, 15), label="1人目の児童"),
        child("c2", date(2006, 6, 15), label="2人目の児童"),
    )
    outcome = decide(APRIL_2026, claim(*sheets)).payable
    assert outcome.known() == 48_050
    lines = [line.strip() for line in outline(outcome)]
    assert "1人目の児童：手当の対象になる児童です（児童扶養手当法第4条第1項）" in lines
    assert "2人目の児童：手当の対象になる児童ではありません（児童扶養手当法第4条第1項）" in lines
    assert lines.count("2人目の児童：児童ではありません（児童扶養手当法第3条第1項）") == 1


def test_what_is_paid_for_no_child_is_not_explained() -> None:
    lines = reasons(decide(APRIL_2026, earning(1_000_000)).payable)
    assert not any(
        "2人目" in line or "加算額" in line
        for line in lines
        if "（児童扶養手当法施行令" in line and "：0円" not in line
    )


@pytest.mark.parametrize(
    ("month", "paid"),
    [(Month(2026, 4), Month(2026, 5)), (Month(2026, 5), Month(2026, 7)), (Month(2026, 12), Month(2027, 1))],
)
def test_payment_months(month: Month, paid: Month) -> None:
    assert paid_in(month) == paid


def test_months_that_are_not_kept_are_refused() -> None:
    with pytest.raises(NotInForce):
        decide(Month(2023, 3), claim())
