"""第90条第1項各号 (and 第90条の2, 第90条の3, which refer to it): who cannot be expected to pay.

Each ground is looked at for the insured person, the head of the household and the spouse apart.
"""

from collections.abc import Callable
from datetime import date
from typing import Final

from mynumber.foundation.rules.clauses import Clause
from mynumber.foundation.rules.findings import Finding, either, every, holds
from mynumber.foundation.rules.income import AssessedIncome
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.national_pension.facts import Claim, Earner
from mynumber.foundation.rules.national_pension.income import (
    ACT,
    KEPT_SINCE,
    RULE,
    TABLE,
    full_limit,
    gross_income,
    half_limit,
    net_income,
    quarter_limit,
    student_limit,
    three_quarters_limit,
    year_of_income,
)
from mynumber.foundation.rules.rule import rule
from mynumber.foundation.rules.table import table

REFORM: Final = date(2021, 7, 1)
BEFORE_REFORM: Final = date(2021, 6, 30)


def _within(amount: Finding[AssessedIncome], limit: Finding[int]) -> Finding[bool]:
    return holds(
        "所得の額が限度額以下です",
        "所得の額が限度額を超えています",
        lambda amount, limit: amount <= limit,
        amount,
        limit,
    )


@rule(
    Clause(ACT, "90", 1, "1"),
    "所得が全額免除の限度額以下です",
    "所得が全額免除の限度額を超えています",
    since=KEPT_SINCE,
)
def low_for_full(month: Month, earner: Earner) -> Finding[bool]:
    """政令で定める額以下."""
    return _within(gross_income(month, earner), full_limit(month, earner))


@rule(
    Clause(ACT, "90_2", 1, "1"),
    "所得が4分の3免除の限度額以下です",
    "所得が4分の3免除の限度額を超えています",
    since=KEPT_SINCE,
)
def low_for_three_quarters(month: Month, earner: Earner) -> Finding[bool]:
    """After deductions."""
    return _within(net_income(month, earner), three_quarters_limit(month, earner))


@rule(
    Clause(ACT, "90_2", 2, "1"),
    "所得が半額免除の限度額以下です",
    "所得が半額免除の限度額を超えています",
    since=KEPT_SINCE,
)
def low_for_half(month: Month, earner: Earner) -> Finding[bool]:
    """After deductions."""
    return _within(net_income(month, earner), half_limit(month, earner))


@rule(
    Clause(ACT, "90_2", 3, "1"),
    "所得が4分の1免除の限度額以下です",
    "所得が4分の1免除の限度額を超えています",
    since=KEPT_SINCE,
)
def low_for_quarter(month: Month, earner: Earner) -> Finding[bool]:
    """After deductions."""
    return _within(net_income(month, earner), quarter_limit(month, earner))


@rule(
    Clause(ACT, "90_3", 1, "1"),
    "所得が学生納付特例の限度額以下です",
    "所得が学生納付特例の限度額を超えています",
    since=KEPT_SINCE,
)
def low_for_students(month: Month, earner: Earner) -> Finding[bool]:
    """After deductions."""
    return _within(net_income(month, earner), student_limit(month, earner))


@rule(
    Clause(ACT, "90", 1, "3"),
    "障害者・寡婦・ひとり親で、所得が限度額以下です",
    "障害者・寡婦・ひとり親で所得が限度額以下の場合に当たりません",
    since=REFORM,
)
def of_a_class(month: Month, earner: Earner) -> Finding[bool]:
    """地方税法に定める障害者、寡婦、ひとり親 (施行令第6条の7の2) with at most 1,350,000 yen before deductions."""
    return every(
        either(earner.is_disabled, earner.is_widow, earner.is_single_parent), _class_income(month, earner)
    )


@of_a_class.version(Clause(ACT, "90", 1, "3"), since=KEPT_SINCE, until=BEFORE_REFORM)
def _of_a_class_formerly(month: Month, earner: Earner) -> Finding[bool]:
    """障害者 (第3号) or 寡婦 (第4号); a single parent was no class of its own."""
    return every(either(earner.is_disabled, earner.is_widow), _class_income(month, earner))


def _class_income(month: Month, earner: Earner) -> Finding[bool]:
    return _within(gross_income(month, earner), table(TABLE).yen(month, "limit_class"))


def _lately(
    happened: Finding[bool], on: Finding[date], month: Month, *, student: bool, words: str
) -> Finding[bool]:
    """期間の属する年又はその前年（1月から6月まで、学生は3月まで: その前々年）における."""
    first = year_of_income(month, student=student)
    return every(
        happened,
        holds(
            f"{words}が{first}年以後です",
            f"{words}が{first}年より前か、この年より後です",
            lambda day: first <= day.year <= month.year,
            on,
        ),
    )


@rule(
    Clause(RULE, "77_7"),
    "災害・失業等により納付が困難です",
    "災害・失業等の事由に当たりません",
    since=KEPT_SINCE,
)
def in_hardship(month: Month, earner: Earner, student: bool) -> Finding[bool]:
    """第1号 disaster, 第2号 loss of employment, 第4号 the like. Violence (第3号) is `violence`."""
    return either(
        _lately(earner.disaster, earner.disaster_on, month, student=student, words="災害"),
        _lately(earner.lost_work, earner.lost_work_on, month, student=student, words="失業等"),
        earner.hardship,
    )


def violence(claim: Claim) -> Finding[bool]:
    """施行規則第77条の7第3号: the insured and the head are in hardship, and the spouse who was violent does not count."""
    return every(
        claim.violence,
        words="配偶者からの暴力により納付が困難です",
        denial="配偶者からの暴力の場合に当たりません",
        clause=Clause(RULE, "77_7", 1, "3"),
    )


def cannot_pay(
    month: Month,
    claim: Claim,
    earner: Earner,
    low: Callable[[Month, Earner], Finding[bool]],
    *,
    student: bool = False,
) -> Finding[bool]:
    """次の各号のいずれかに該当する."""
    return either(
        low(month, earner),
        earner.aided,
        of_a_class(month, earner),
        in_hardship(month, earner, student),
        violence(claim),
        words=f"{earner.label}が免除・猶予の事由に当たります",
        denial=f"{earner.label}が免除・猶予の事由のどれにも当たりません",
    )
