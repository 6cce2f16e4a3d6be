"""施行令第6条の7 to 第6条の12: the two amounts of income and the limits by dependants."""

from datetime import date
from typing import Final

from mynumber.foundation.rules import income as incomes
from mynumber.foundation.rules.clauses import Clause, Law
from mynumber.foundation.rules.findings import Finding, derive
from mynumber.foundation.rules.income import AssessedIncome
from mynumber.foundation.rules.months import Month, income_year
from mynumber.foundation.rules.national_pension.facts import Earner
from mynumber.foundation.rules.rule import rule
from mynumber.foundation.rules.table import table

ACT: Final = Law.NATIONAL_PENSION_ACT
ORDER: Final = Law.NATIONAL_PENSION_ORDER
RULE: Final = Law.NATIONAL_PENSION_RULE
TABLE: Final = "national_pension"
KEPT_SINCE: Final = date(2020, 7, 1)


def year_of_income(month: Month, *, student: bool = False) -> int:
    """前年の所得; for months from January to June (of students: to March) that of the year before (施行規則第77条の2)."""
    return income_year(month, turns_in=4 if student else 7)


@rule(Clause(ORDER, "6_11"), "所得の額（控除前）", since=KEPT_SINCE)
def gross_income(month: Month, earner: Earner) -> Finding[AssessedIncome]:
    """For the full exemption and the postponement no deduction counts."""
    return derive("所得の額（控除前）", lambda total: AssessedIncome(max(0, total)), earner.total)


@rule(Clause(ORDER, "6_12"), "所得の額（控除後）", since=KEPT_SINCE)
def net_income(month: Month, earner: Earner) -> Finding[AssessedIncome]:
    """For partial exemptions and students: after the deductions of the year's municipal tax."""
    parameters = table(TABLE)
    counted = [
        derive(amount.words, lambda number, each: int(number) * each, getattr(earner, kind), amount)
        for kind in ("disabled", "specially_disabled", "widow", "single_parent", "working_student")
        for amount in (parameters.yen(month, "deduction", kind),)
    ]
    deducted = derive("控除の合計", lambda *parts: sum(parts), earner.actual, earner.cattle_exempt, *counted)
    return incomes.assess(earner.total_after_losses, deducted)


@rule(Clause(ORDER, "6_7"), "全額免除・納付猶予の限度額", since=KEPT_SINCE)
def full_limit(month: Month, earner: Earner) -> Finding[int]:
    """（扶養親族等の数＋1）×35万円＋32万円."""
    counts = earner.dependants
    number = derive(
        "扶養親族等の数",
        lambda *numbers: sum(numbers),
        counts.ordinary,
        counts.elderly,
        counts.specified,
        unit="人",
    )
    return derive(
        "全額免除・納付猶予の限度額",
        lambda number, each, base: (number + 1) * each + base,
        number,
        table(TABLE).yen(month, "limit_full", "each"),
        table(TABLE).yen(month, "limit_full", "base"),
    )


def partial_limit(month: Month, earner: Earner, name: str, words: str) -> Finding[int]:
    """The limit of a partial exemption with its additions."""
    counts = earner.dependants
    return incomes.limit(
        month,
        table(TABLE),
        name,
        words,
        dependant=counts.ordinary,
        elderly=counts.elderly,
        specified=counts.specified,
    )


@rule(Clause(ORDER, "6_8_2"), "4分の3免除の限度額", since=KEPT_SINCE)
def three_quarters_limit(month: Month, earner: Earner) -> Finding[int]:
    """880,000 yen and additions."""
    return partial_limit(month, earner, "limit_three_quarters", "4分の3免除の限度額")


@rule(Clause(ORDER, "6_9"), "半額免除の限度額", since=KEPT_SINCE)
def half_limit(month: Month, earner: Earner) -> Finding[int]:
    """1,280,000 yen and additions."""
    return partial_limit(month, earner, "limit_half", "半額免除の限度額")


@rule(Clause(ORDER, "6_9"), "学生納付特例の限度額", since=KEPT_SINCE)
def student_limit(month: Month, earner: Earner) -> Finding[int]:
    """The same amounts, three months earlier where they changed: a student's year begins in April."""
    return partial_limit(month, earner, "limit_student", "学生納付特例の限度額")


@rule(Clause(ORDER, "6_9_2"), "4分の1免除の限度額", since=KEPT_SINCE)
def quarter_limit(month: Month, earner: Earner) -> Finding[int]:
    """1,680,000 yen and additions."""
    return partial_limit(month, earner, "limit_quarter", "4分の1免除の限度額")
