"""児童手当法: the amounts and who receives them, for fiscal 2026 and before the reform of October 2024."""

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.rules import Finding, Month, NotInForce, highest, missing, outline, reasons, record
from mynumber.foundation.rules.child_allowance import (
    Child,
    Claim,
    Recipient,
    Relation,
    decide,
    first_month,
    paid_in,
)
from mynumber.foundation.rules.child_allowance.former import assessed_income, income_ceiling, income_limit
from mynumber.foundation.rules.findings import UNASKED, FactSheet
from tests.foundation.rules.households import child, claim, dependants, income, told

APRIL_2026 = Month(2026, 4)
BIRTHS = st.dates(date(2000, 1, 1), date(2026, 4, 30))


def amount(month: Month, case: Claim) -> int:
    return decide(month, case).payable.known()


def family(*births: date) -> Claim:
    return claim(*(child(f"child-{n}", birth) for n, birth in enumerate(births)))


@pytest.mark.parametrize(
    ("births", "expected"),
    [
        ([date(2025, 6, 1)], 15_000),
        ([date(2020, 6, 1)], 10_000),
        ([date(2009, 6, 1)], 10_000),
        ([date(2018, 6, 1), date(2020, 6, 1), date(2025, 6, 1)], 50_000),
        ([date(2024, 6, 1), date(2025, 6, 1), date(2026, 2, 1)], 60_000),
        # The municipality's worked example: 20, 15 and 10 years old; the ten-year-old is the third child.
        ([date(2006, 1, 10), date(2011, 1, 10), date(2016, 1, 10)], 40_000),
        # Two of 19 to 22 and two children: both are third or later.
        ([date(2004, 5, 1), date(2006, 5, 1), date(2010, 5, 1), date(2025, 5, 1)], 60_000),
        ([date(2007, 4, 1)], 0),
        ([], 0),
    ],
)
def test_amounts_of_fiscal_2026(births: list[date], expected: int) -> None:
    assert amount(APRIL_2026, family(*births)) == expected


@settings(deadline=None)
@given(st.lists(BIRTHS, max_size=7))
def test_counting_from_the_eldest_is_the_table_of_article_6(births: list[date]) -> None:
    ages = sorted(births)
    past = [b for b in ages if b <= date(2008, 4, 1)]
    counted = [b for b in past if b >= date(2004, 4, 2)]
    young = [b for b in ages if b > date(2023, 3, 31)]
    older = [b for b in ages if b not in past and b not in young]
    under, over, elder = len(young), len(older), len(counted)
    # The cells of the table, as the article words them.
    if elder >= 2:
        expected = 30_000 * (under + over)
    elif elder == 1 and not over:
        expected = 15_000 + 30_000 * (under - 1) if under else 0
    elif elder == 1:
        expected = 10_000 + 30_000 * (over - 1) + 30_000 * under
    elif not over:
        expected = 15_000 * min(under, 2) + 30_000 * max(0, under - 2)
    elif over == 1:
        expected = 10_000 + (15_000 + 30_000 * (under - 1) if under else 0)
    else:
        expected = 20_000 + 30_000 * (over - 2) + 30_000 * under
    assert amount(APRIL_2026, family(*births)) == expected


@settings(deadline=None)
@given(
    st.lists(BIRTHS, max_size=6),
    st.randoms(use_true_random=False),
    st.sampled_from([APRIL_2026, Month(2024, 4)]),
)
def test_the_order_in_which_children_are_named_does_not_matter(
    births: list[date], chance: random.Random, month: Month
) -> None:
    shuffled = births[:]
    chance.shuffle(shuffled)
    assert amount(month, family(*births)) == amount(month, family(*shuffled))


@settings(deadline=None)
@given(st.lists(BIRTHS, max_size=5), BIRTHS)
def test_one_more_child_never_lowers_the_amount(births: list[date], another: date) -> None:
    assert amount(APRIL_2026, family(*births, another)) >= amount(APRIL_2026, family(*births))


@pytest.mark.parametrize(
    ("birth", "last_month_of_the_higher_amount"),
    [
        (date(2023, 4, 1), Month(2026, 4)),  # born on the first: three when three years are over
        (date(2023, 4, 2), Month(2026, 4)),
        (date(2023, 4, 30), Month(2026, 4)),
        (date(2023, 5, 1), Month(2026, 5)),
        (date(2024, 2, 29), Month(2027, 2)),
    ],
)
def test_the_amount_falls_after_the_month_of_the_third_birthday(
    birth: date, last_month_of_the_higher_amount: Month
) -> None:
    assert amount(last_month_of_the_higher_amount, family(birth)) == 15_000
    assert amount(last_month_of_the_higher_amount.following, family(birth)) == 10_000


@pytest.mark.parametrize(
    ("birth", "last"),
    [
        (date(2008, 4, 1), Month(2026, 3)),
        (date(2008, 4, 2), Month(2027, 3)),
        (date(2009, 4, 1), Month(2027, 3)),
    ],
)
def test_childhood_ends_with_the_fiscal_year_in_which_one_attains_eighteen(birth: date, last: Month) -> None:
    """A person born on 1 April attains eighteen on 31 March (年齢計算ニ関スル法律)."""
    assert amount(last, family(birth)) == 10_000
    assert amount(last.following, family(birth)) == 0


@pytest.mark.parametrize(
    ("eldest", "third"), [(date(2004, 4, 1), 10_000), (date(2004, 4, 2), 30_000), (date(2003, 4, 2), 10_000)]
)
def test_counting_ends_with_the_fiscal_year_in_which_one_attains_twenty_two(eldest: date, third: int) -> None:
    births = (eldest, date(2010, 6, 1), date(2012, 6, 1))
    assert amount(Month(2026, 4), family(*births)) == 10_000 + third


@pytest.mark.parametrize(
    "facts",
    [
        {"shares_livelihood": told(False)},
        {"cared_for": told(False)},
        {"in_facility": told(True)},
        {"lives_in_japan": told(False)},
    ],
)
def test_a_grown_child_is_counted_only_while_the_claimant_supports_it(facts: dict[str, Any]) -> None:
    elder = child("elder", date(2006, 1, 10), **facts)
    others = (child("b", date(2011, 1, 10)), child("c", date(2016, 1, 10)))
    assert amount(APRIL_2026, claim(elder, *others)) == 20_000


@pytest.mark.parametrize("recipient", [Recipient.CORPORATION])
def test_a_corporate_guardian_receives_no_third_child_amount(recipient: Recipient) -> None:
    children = tuple(
        child(f"child-{n}", date(2018 + n, 6, 1), relation=told(Relation.GUARDIAN)) for n in range(3)
    )
    assert amount(APRIL_2026, claim(*children, recipient=told(recipient))) == 30_000


def test_a_foster_parent_receives_for_children_in_care_and_the_parent_does_not() -> None:
    fostered = child("a", date(2025, 6, 1), in_facility=told(True))
    assert amount(APRIL_2026, claim(fostered, recipient=told(Recipient.FACILITY))) == 15_000
    assert amount(APRIL_2026, claim(fostered)) == 0


def test_of_two_parents_the_main_earner_receives() -> None:
    both = {"other_parent_cares": told(True), "other_lives_with_child": told(True)}
    assert amount(APRIL_2026, claim(child("a", date(2020, 1, 1), **both))) == 10_000
    less = child("a", date(2020, 1, 1), **both, main_earner=told(False))
    decision = decide(APRIL_2026, claim(less))
    assert decision.payable.known() == 0
    assert any("第4条第3項" in line for line in reasons(decision.payable))


@pytest.mark.parametrize("main_earner", [True, False])
def test_of_several_guardians_the_main_earner_receives(main_earner: bool) -> None:
    facts = {
        "relation": told(Relation.GUARDIAN),
        "other_parent_cares": told(True),
        "main_earner": told(main_earner),
    }
    shared = child("a", date(2020, 1, 1), **facts, other_lives_with_child=told(True))
    decision = decide(APRIL_2026, claim(shared))
    assert decision.payable.known() == (10_000 if main_earner else 0)
    assert any("児童手当法第4条第2項" in line for line in reasons(decision.payable)) is not main_earner
    apart = replace(shared, parents_live_apart=told(True), other_lives_with_child=told(False))
    assert amount(APRIL_2026, claim(apart)) == 10_000  # 第4項: 前二項の規定にかかわらず


@pytest.mark.parametrize(
    ("relation", "together", "expected"),
    [
        (Relation.DESIGNATED, True, 10_000),
        (Relation.DESIGNATED, False, 0),
        (Relation.DESIGNATED_APART, False, 10_000),
        (Relation.PARENT, False, 10_000),
    ],
)
def test_a_designated_relative_lives_with_the_child_unless_that_is_difficult(
    relation: Relation, together: bool, expected: int
) -> None:
    facts = {"relation": told(relation), "lives_together": told(together)}
    assert amount(APRIL_2026, claim(child("a", date(2020, 1, 1), **facts))) == expected


@pytest.mark.parametrize(("parents_care", "expected"), [(True, 0), (False, 10_000)])
def test_a_carer_comes_after_parents_who_care(parents_care: bool, expected: int) -> None:
    facts = {"relation": told(Relation.CARER), "other_parent_cares": told(parents_care)}
    assert amount(APRIL_2026, claim(child("a", date(2020, 1, 1), **facts))) == expected


def test_a_parent_who_lives_apart_with_the_child_goes_before_the_main_earner() -> None:
    apart = {"other_parent_cares": told(True), "parents_live_apart": told(True), "main_earner": told(False)}
    assert amount(APRIL_2026, claim(child("a", date(2020, 1, 1), **apart))) == 10_000
    away = {"lives_together": told(False), "other_lives_with_child": told(True), "main_earner": told(True)}
    assert amount(APRIL_2026, claim(child("a", date(2020, 1, 1), **(apart | away)))) == 0


def test_a_child_abroad_counts_only_while_studying() -> None:
    abroad = {"lives_in_japan": told(False)}
    assert amount(APRIL_2026, claim(child("a", date(2015, 1, 1), **abroad))) == 0
    assert (
        amount(APRIL_2026, claim(child("a", date(2015, 1, 1), **abroad, studies_abroad=told(True)))) == 10_000
    )


def test_a_claimant_abroad_receives_nothing() -> None:
    assert amount(APRIL_2026, claim(child("a", date(2020, 1, 1)), lives_in_japan=told(False))) == 0


def facts_of(sheet: FactSheet) -> list[str]:
    return [name for name in sheet.__dataclass_fields__ if isinstance(getattr(sheet, name), Finding)]


def without(sheet: Child, name: str) -> Child:
    """The sheet with one fact not known."""
    fields: dict[str, Any] = {name: UNASKED}
    return replace(sheet, **fields)


@pytest.mark.parametrize("month", [APRIL_2026, Month(2024, 4)])
def test_unknown_never_becomes_no(month: Month) -> None:
    """Leaving out any fact leaves the amount as it was or unknown; never another amount."""
    case = claim(child("a", date(2018, 6, 1)), child("b", date(2025, 6, 1)))
    whole = amount(month, case)
    unknown = set()
    for name in facts_of(case.children[0]):
        less = replace(case, children=(without(case.children[0], name), case.children[1]))
        outcome = decide(month, less).payable
        assert outcome.is_unknown or outcome.known() == whole, name
        if outcome.is_unknown:
            unknown.add(name)
            assert f"a.{name}" in {need.name for need in outcome.needs}
    assert {"birth", "cared_for", "in_facility", "shares_livelihood", "lives_in_japan"} <= unknown
    assert "main_earner" not in unknown  # only one parent: nobody needs to know who earns more


def test_who_earns_more_is_needed_only_if_both_parents_care() -> None:
    shared = child("a", date(2018, 6, 1), other_parent_cares=told(True), other_lives_with_child=told(True))
    outcome = decide(APRIL_2026, claim(without(shared, "main_earner"))).payable
    assert {need.name for need in outcome.needs} == {"a.main_earner"}


def test_nothing_known_is_unknown_and_says_what_is_needed() -> None:
    outcome = decide(APRIL_2026, Claim(children=(replace(child("a", date(2020, 1, 1)), birth=UNASKED),)))
    assert outcome.payable.is_unknown
    assert outcome.entitled.is_unknown
    assert "生年月日" in missing(outcome.payable)


# Before October 2024.


@pytest.mark.parametrize(
    ("births", "expected"),
    [
        ([date(2023, 6, 1)], 15_000),
        ([date(2015, 6, 1), date(2017, 6, 1), date(2019, 6, 1)], 35_000),
        ([date(2006, 6, 1), date(2015, 6, 1), date(2017, 6, 1)], 25_000),  # the eldest is counted, not paid
        ([date(2010, 6, 1), date(2010, 6, 1), date(2010, 6, 1)], 30_000),
        ([date(2006, 6, 1)], 0),
        ([date(2002, 6, 1), date(2015, 6, 1), date(2017, 6, 1)], 20_000),  # nobody counts after eighteen
    ],
)
def test_amounts_before_the_reform(births: list[date], expected: int) -> None:
    assert amount(Month(2024, 9), family(*births)) == expected


def test_the_reform_begins_with_october_2024() -> None:
    case = family(date(2007, 6, 1), date(2015, 6, 1), date(2017, 6, 1))
    assert amount(Month(2024, 9), case) == 25_000
    assert amount(Month(2024, 10), case) == 50_000


@pytest.mark.parametrize(
    ("other", "expected"),
    [(6_299_999, 10_000), (6_300_000, 5_000), (8_659_999, 5_000), (8_660_000, 0)],
)
def test_income_limits_at_their_edges(other: int, expected: int) -> None:
    """6,220,000 and 8,580,000 yen without dependants, and 80,000 that everybody deducts."""
    case = claim(child("a", date(2015, 6, 1)), income=income(other=other))
    assert amount(Month(2024, 9), case) == expected
    assert amount(Month(2024, 10), case) == 10_000


@pytest.mark.parametrize(
    ("counts", "limit", "ceiling"),
    [
        (dependants(), 6_220_000, 8_580_000),
        (dependants(1), 6_600_000, 8_960_000),
        (dependants(0, 0, 0, 2), 6_980_000, 9_340_000),
        (dependants(3), 7_360_000, 9_720_000),
        (dependants(5), 8_120_000, 10_480_000),
        (dependants(1, 1), 7_040_000, 9_400_000),
    ],
)
def test_limits_by_dependants_are_the_published_ones(counts: object, limit: int, ceiling: int) -> None:
    case = claim(child("a", date(2015, 6, 1)), dependants=counts)
    assert income_limit(Month(2024, 4), case).known() == limit
    assert income_ceiling(Month(2024, 4), case).known() == ceiling


def test_deductions_of_the_former_order() -> None:
    case = claim(
        income=income(
            earnings=5_000_000,
            other=100_000,
            actual=told(50_000),
            disabled=told(1),
            specially_disabled=told(1),
            single_parent=told(True),
        )
    )
    assert (
        assessed_income(Month(2024, 4), case).known()
        == 4_900_000 + 100_000 - 80_000 - 50_000 - 270_000 - 400_000 - 350_000
    )


@settings(deadline=None)
@given(st.integers(0, 20_000_000), st.integers(0, 20_000_000))
def test_more_income_never_brings_more(one: int, other: int) -> None:
    low, high = sorted((one, other))
    children = (child("a", date(2015, 6, 1)), child("b", date(2023, 6, 1)))
    assert amount(Month(2024, 4), claim(*children, income=income(other=low))) >= amount(
        Month(2024, 4), claim(*children, income=income(other=high))
    )


def test_the_counterfactual_names_the_last_yen() -> None:
    case = claim(child("a", date(2015, 6, 1)), income=income(other=9_000_000))

    def with_income(yen: int) -> Finding[int]:
        return decide(Month(2024, 9), replace(case, income=income(other=yen))).payable

    assert highest(with_income, lambda paid: paid == 10_000, at_most=20_000_000) == 6_299_999
    assert highest(with_income, lambda paid: paid > 0, at_most=20_000_000) == 8_659_999


def test_months_that_are_not_kept_are_refused() -> None:
    with pytest.raises(NotInForce):
        decide(Month(2022, 5), family(date(2020, 1, 1)))


def test_an_unknown_income_is_asked_for_only_before_the_reform() -> None:
    case = Claim(
        children=(child("a", date(2015, 6, 1)),),
        lives_in_japan=told(True),
        recipient=told(Recipient.INDIVIDUAL),
    )
    assert decide(Month(2024, 9), case).payable.is_unknown
    assert amount(Month(2024, 10), case) == 10_000


# Article 8.


@pytest.mark.parametrize(
    ("month", "paid"),
    [
        (Month(2026, 4), Month(2026, 6)),
        (Month(2026, 5), Month(2026, 6)),
        (Month(2026, 12), Month(2027, 2)),
        (Month(2024, 10), Month(2024, 12)),
        (Month(2024, 9), Month(2024, 10)),
        (Month(2024, 6), Month(2024, 10)),
        (Month(2024, 5), Month(2024, 6)),
        (Month(2023, 10), Month(2024, 2)),
    ],
)
def test_payment_months(month: Month, paid: Month) -> None:
    assert paid_in(month) == paid


def test_the_first_month_is_the_one_after_the_claim() -> None:
    assert first_month(date(2026, 4, 10)) == Month(2026, 5)
    assert first_month(date(2026, 12, 31)) == Month(2027, 1)


@pytest.mark.parametrize(
    ("claimed", "first"), [(date(2026, 5, 5), Month(2026, 5)), (date(2026, 5, 6), Month(2026, 6))]
)
def test_a_claim_within_fifteen_days_after_moving_loses_no_month(claimed: date, first: Month) -> None:
    assert first_month(claimed, prevented_from=date(2026, 4, 20)) == first


def test_the_trace_names_clause_and_source_and_is_plain_data() -> None:
    decision = decide(APRIL_2026, family(date(2020, 6, 1)))
    lines = list(outline(decision.payable))
    assert any("児童手当法第6条第1項" in line for line in lines)
    assert any("住民基本台帳" in line and "生年月日：2020年6月1日" in line for line in lines)
    assert record(decision.payable)["value"] == 10_000
    assert "2020" not in repr(decision)
