"""The kernel: three-valued logic, versions, exceptions, rounding, months, explanation."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.rules import (
    Clause,
    Conflict,
    Finding,
    Law,
    Month,
    Need,
    NotInForce,
    StillUnknown,
    Unknown,
    choose,
    cut_below,
    derive,
    either,
    evaluation,
    every,
    half_up_below,
    if_at_most,
    income_year,
    known,
    missing,
    negated,
    outline,
    raise_below,
    reasons,
    record,
    rules_citing,
)
from mynumber.foundation.rules.months import anniversary
from mynumber.foundation.rules.rule import Rule, Version

ACT = Law.CHILD_ALLOWANCE_ACT
YES, NO = Finding(True, "甲です", "甲ではありません"), Finding(False, "乙です", "乙ではありません")
OPEN: Finding[bool] = Finding(Unknown(frozenset({Need("open", "丙")})), "丙です")
OTHER: Finding[bool] = Finding(Unknown(frozenset({Need("other", "丁")})), "丁です")
TRUTHS = {True: YES, False: NO, None: OPEN}


def truth(finding: Finding[bool]) -> bool | None:
    return None if finding.is_unknown else finding.known()


@pytest.mark.parametrize("one", [True, False, None])
@pytest.mark.parametrize("other", [True, False, None])
def test_and_or_not_are_kleenes(one: bool | None, other: bool | None) -> None:
    both, any_ = every(TRUTHS[one], TRUTHS[other]), either(TRUTHS[one], TRUTHS[other])
    assert truth(both) is (False if False in (one, other) else None if None in (one, other) else True)
    assert truth(any_) is (True if True in (one, other) else None if None in (one, other) else False)
    assert truth(negated(both)) is truth(either(negated(TRUTHS[one]), negated(TRUTHS[other])))


def test_a_finding_has_no_truth_value_of_its_own() -> None:
    with pytest.raises(TypeError, match="may be unknown"):
        bool(OPEN)
    with pytest.raises(TypeError, match="may be unknown"):
        bool(YES)


def test_what_is_needed_comes_from_every_unknown_part() -> None:
    assert missing(every(OPEN, YES, OTHER)) == ("丁", "丙")
    assert missing(every(OPEN, NO)) == ()
    with pytest.raises(StillUnknown) as refusal:
        derive("和", lambda *parts: sum(parts), OPEN, YES).known()
    assert refusal.value.needs == OPEN.needs


@pytest.mark.parametrize(("then", "otherwise", "expected"), [(1, 1, 1), (1, 2, None)])
def test_an_unknown_condition_matters_only_if_the_outcomes_differ(
    then: int, otherwise: int, expected: int | None
) -> None:
    chosen = choose("額", OPEN, Finding(then), Finding(otherwise))
    assert (None if chosen.is_unknown else chosen.known()) == expected


def test_a_finding_prints_no_value() -> None:
    assert "1234" not in repr(every(known(True, "戸籍"), words="1")) + repr(Finding(1234, "額"))


# Rules.


def a_rule(value: int = 1) -> Rule[[], int]:
    return Rule(
        "額", "", Version(Clause(ACT, "1"), date(2024, 4, 1), date(2025, 3, 31), lambda month: Finding(value))
    )


@pytest.mark.parametrize(
    ("month", "expected"), [(Month(2024, 4), 1), (Month(2025, 3), 1), (Month(2025, 4), 2)]
)
def test_the_version_in_force_on_the_first_day_applies(month: Month, expected: int) -> None:
    rule = a_rule()
    rule.version(Clause(ACT, "1"), since=date(2025, 4, 1))(lambda month: Finding(2))
    assert rule(month).known() == expected
    with pytest.raises(NotInForce):
        rule(Month(2024, 3))


def test_two_versions_on_one_day_are_refused() -> None:
    with pytest.raises(ValueError, match="two versions"):
        a_rule().version(Clause(ACT, "1"), since=date(2025, 3, 31))(lambda month: Finding(2))


def excepted(*exceptions: tuple[int, Finding[bool], int]) -> Finding[int]:
    rule = a_rule()

    def add(number: int, priority: int, condition: Finding[bool], value: int) -> None:
        def body(month: Month) -> tuple[Finding[bool], Finding[int]]:
            return condition, Finding(value)

        rule.except_when(Clause(ACT, str(number)), priority=priority)(body)

    for number, exception in enumerate(exceptions, start=2):
        add(number, *exception)
    return rule(Month(2024, 4))


@pytest.mark.parametrize(
    ("exceptions", "expected"),
    [
        ([(1, NO, 2)], 1),
        ([(1, YES, 2)], 2),
        ([(1, YES, 2), (2, YES, 3)], 3),
        ([(1, YES, 2), (2, NO, 3)], 2),
        ([(1, YES, 2), (1, YES, 2)], 2),
        ([(1, OPEN, 2)], None),
        ([(1, OPEN, 1)], 1),
        ([(1, OPEN, 2), (2, YES, 3)], 3),  # the higher one applies: the lower one does not matter
        ([(1, YES, 2), (2, OPEN, 3)], None),
        ([(1, YES, 2), (2, OPEN, 2)], 2),
        ([(1, YES, 2), (1, OPEN, 3)], None),
    ],
)
def test_exceptions_go_by_priority(
    exceptions: list[tuple[int, Finding[bool], int]], expected: int | None
) -> None:
    outcome = excepted(*exceptions)
    assert (None if outcome.is_unknown else outcome.known()) == expected


def test_two_exceptions_of_one_priority_that_disagree_are_a_conflict() -> None:
    with pytest.raises(Conflict) as conflict:
        excepted((1, YES, 2), (1, YES, 3))
    assert [clause.text for clause in conflict.value.clauses] == ["児童手当法第2条", "児童手当法第3条"]


def test_an_exception_has_its_own_period() -> None:
    rule = a_rule()
    rule.except_when(Clause(ACT, "2"), until=date(2024, 9, 30))(lambda month: (YES, Finding(2)))
    assert [rule(Month(2024, 9)).known(), rule(Month(2024, 10)).known()] == [2, 1]


def test_the_rules_of_an_article_are_found() -> None:
    found = {rule.where.rpartition(".")[2] for rule in rules_citing(Law.CHILD_REARING_ALLOWANCE_ACT, "12")}
    assert found == {"own_income_too_high", "over_full_limit", "relative_too_high"}


def test_a_rule_answers_once_in_an_evaluation_and_anew_in_the_next() -> None:
    asked = []

    def body(month: Month, sheet: object) -> Finding[int]:
        asked.append(month)
        return Finding(len(asked))

    rule: Rule[[object], int] = Rule("額", "", Version(Clause(ACT, "1"), date(2024, 4, 1), None, body))
    april, may, sheet, other = Month(2024, 4), Month(2024, 5), object(), object()
    with evaluation():
        assert [rule(april, sheet).known(), rule(april, sheet).known()] == [1, 1]
        with evaluation():
            assert rule(april, sheet).known() == 1
        assert [rule(may, sheet).known(), rule(april, other).known(), rule(april, sheet).known()] == [2, 3, 1]
    assert rule(april, sheet).known() == 4


def test_sheets_that_are_alike_but_not_the_same_are_told_apart() -> None:
    """What is remembered goes by identity, and a sheet made in passing lives as long as the memory of it."""
    rule: Rule[[list[int]], int] = Rule(
        "額", "", Version(Clause(ACT, "1"), date(2024, 4, 1), None, lambda month, sheet: Finding(sheet[0]))
    )
    with evaluation():
        assert [rule(Month(2024, 4), [number]).known() for number in range(50)] == list(range(50))


# Explanation.


def test_reasons_leave_out_what_made_no_difference() -> None:
    both = every(
        YES, NO, words="すべてに当たります", denial="すべてには当たりません", clause=Clause(ACT, "4")
    )
    assert reasons(both) == ("すべてには当たりません（児童手当法第4条）", "乙ではありません")
    assert reasons(negated(NO, "乙でないとき")) == ("乙でないとき", "乙ではありません")
    assert list(outline(both)) == [
        "すべてには当たりません（児童手当法第4条）",
        "  甲です",
        "  乙ではありません",
    ]


def test_unknown_is_said_to_be_unknown() -> None:
    assert reasons(every(OPEN, YES, words="当たります")) == (
        "当たります：まだ分かりません",
        "丙です：まだ分かりません",
    )
    assert record(OPEN) == {"says": "丙です", "needs": ["open"]}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1_234_567, "額：1,234,567円"),
        (Fraction("0.0264029"), "額：0.0264029"),
        (Fraction(2, 3), "額：2/3"),
        (date(2026, 4, 1), "額：2026年4月1日"),
        (Month(2026, 4), "額：2026年4月"),
    ],
)
def test_values_are_shown_as_people_read_them(value: Any, shown: str) -> None:
    assert reasons(Finding(value, "額")) == (shown,)


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        (Clause(ACT, "6", 1, "1イ"), "児童手当法第6条第1項第1号イ"),
        (Clause(Law.CHILD_REARING_ALLOWANCE_ACT, "13_2", 4), "児童扶養手当法第13条の2第4項"),
        (Clause(ACT, "2", 1, supplement=True), "児童手当法附則第2条第1項"),
    ],
)
def test_clauses_are_written_as_the_law_does(clause: Clause, text: str) -> None:
    assert clause.text == text


def test_the_counterfactual_is_a_sentence() -> None:
    assert if_at_most("所得", 2_159_999, "支給されます") == "所得が2,159,999円以下なら、支給されます"
    assert if_at_most("所得", None, "支給されます") == ""


# Helpers.


@given(st.fractions(0, 10_000_000), st.sampled_from([1, 10, 100, 1000]))
def test_rounding_stays_within_its_unit(amount: Fraction, unit: int) -> None:
    down, near, up = cut_below(amount, unit), half_up_below(amount, unit), raise_below(amount, unit)
    assert all(each % unit == 0 for each in (down, near, up))
    assert down <= amount < down + unit
    assert up - unit < amount <= up
    assert Fraction(-unit, 2) < near - amount <= Fraction(unit, 2)


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        (Fraction("4.99"), 10, 0),
        (5, 10, 10),
        (Fraction("14.999"), 10, 10),
        (15, 10, 20),
        (Fraction("0.5"), 1, 1),
    ],
)
def test_five_of_ten_yen_is_raised(amount: Fraction, unit: int, expected: int) -> None:
    assert half_up_below(amount, unit) == expected


def test_money_is_never_a_float() -> None:
    wrong: Any = 1.5
    with pytest.raises(TypeError, match="never a float"):
        cut_below(wrong)
    with pytest.raises(ValueError, match="not negative"):
        cut_below(-1)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(-500, 500))
def test_months_add_up(day: date, number: int) -> None:
    month = Month.of(day)
    assert month.first_day <= day <= month.last_day
    assert month.plus(number).plus(-number) == month
    assert (month.plus(number) > month) == (number > 0)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 2, 29), 12, date(2025, 3, 1)),
        (date(2024, 2, 29), 24 * 2, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 3, 1)),
        (date(2026, 1, 1), 18, date(2027, 7, 1)),
    ],
)
def test_a_term_of_months_ends_before_the_day_that_answers_its_first(
    day: date, months: int, expected: date
) -> None:
    assert anniversary(day, months) == expected


@pytest.mark.parametrize(
    ("month", "turns_in", "year"),
    [
        (Month(2026, 5), 6, 2024),
        (Month(2026, 6), 6, 2025),
        (Month(2026, 10), 11, 2024),
        (Month(2026, 11), 11, 2025),
    ],
)
def test_the_year_of_income_turns_in_its_month(month: Month, turns_in: int, year: int) -> None:
    assert income_year(month, turns_in=turns_in) == year


def test_a_month_is_one_of_the_calendar() -> None:
    with pytest.raises(ValueError, match="month"):
        Month(2026, 13)
