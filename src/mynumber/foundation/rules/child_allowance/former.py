"""第5条 and 附則第2条 as they stood until September 2024: income limits and the special benefit (特例給付).

From October 2024 there is neither: 第5条 削除.
"""

from typing import Final

from mynumber.foundation.rules import income as incomes
from mynumber.foundation.rules.child_allowance.amount import TABLE, Place, place
from mynumber.foundation.rules.child_allowance.facts import Claim, Recipient
from mynumber.foundation.rules.child_allowance.requirement import ACT, BEFORE_REFORM, KEPT_SINCE
from mynumber.foundation.rules.clauses import Clause, Law
from mynumber.foundation.rules.findings import Finding, derive, every, holds
from mynumber.foundation.rules.income import AssessedIncome
from mynumber.foundation.rules.months import Month, income_year
from mynumber.foundation.rules.rule import rule
from mynumber.foundation.rules.table import table

ORDER: Final = Law.CHILD_ALLOWANCE_ORDER


def year_of_income(month: Month) -> int:
    """前年の所得（一月から五月までの月分については、前々年の所得）"""
    return income_year(month, turns_in=6)


@rule(Clause(ORDER, "3"), "所得の額", since=KEPT_SINCE, until=BEFORE_REFORM)
def assessed_income(month: Month, claim: Claim) -> Finding[AssessedIncome]:
    """The year's income after the deductions of the Order."""
    income, parameters = claim.income, table(TABLE)
    gross = derive(
        "総所得金額等",
        lambda earnings, other: earnings + other,
        incomes.counted_earnings(month, income, parameters),
        income.other,
    )
    return incomes.assess(gross, incomes.deductions(month, income, parameters))


def _limit(month: Month, claim: Claim, name: str, words: str) -> Finding[int]:
    counts = claim.dependants
    ordinary = derive(
        "扶養親族等と児童の数",
        lambda *numbers: sum(numbers),
        counts.ordinary,
        counts.specified,
        counts.maintained_children,
        unit="人",
    )
    return incomes.limit(month, table(TABLE), name, words, dependant=ordinary, elderly=counts.elderly)


@rule(Clause(ORDER, "1"), "所得制限限度額", since=KEPT_SINCE, until=BEFORE_REFORM)
def income_limit(month: Month, claim: Claim) -> Finding[int]:
    """6,220,000 yen and 380,000 for each dependant, 440,000 for elderly ones."""
    return _limit(month, claim, "income_limit", "所得制限限度額")


@rule(Clause(ORDER, "7"), "所得上限限度額", since=KEPT_SINCE, until=BEFORE_REFORM)
def income_ceiling(month: Month, claim: Claim) -> Finding[int]:
    """8,580,000 yen and the same additions."""
    return _limit(month, claim, "income_ceiling", "所得上限限度額")


@rule(
    Clause(ACT, "5", 1),
    "所得が所得制限限度額以上です",
    "所得が所得制限限度額未満です",
    since=KEPT_SINCE,
    until=BEFORE_REFORM,
)
def income_too_high(month: Month, claim: Claim) -> Finding[bool]:
    """政令で定める額以上であるときは、支給しない. Facilities and corporate guardians: no limit."""
    over = holds(
        "所得の額が限度額以上です",
        "所得の額が限度額未満です",
        lambda amount, limit: amount >= limit,
        assessed_income(month, claim),
        income_limit(month, claim),
    )
    individual = holds(
        "個人が受け取ります",
        "個人が受け取るのではありません",
        lambda recipient: recipient is Recipient.INDIVIDUAL,
        claim.recipient,
    )
    return every(individual, over)


@rule(
    Clause(ACT, "2", 1, supplement=True),
    "特例給付を受けられます",
    "特例給付は受けられません",
    since=KEPT_SINCE,
    until=BEFORE_REFORM,
)
def special_benefit_due(month: Month, claim: Claim) -> Finding[bool]:
    """Over the limit of 第5条 but under the ceiling."""
    under = holds(
        "所得の額が所得上限限度額未満です",
        "所得の額が所得上限限度額以上です",
        lambda amount, ceiling: amount < ceiling,
        assessed_income(month, claim),
        income_ceiling(month, claim),
    )
    return every(income_too_high(month, claim), under)


@rule(Clause(ACT, "2", 2, supplement=True), "特例給付の月額", since=KEPT_SINCE, until=BEFORE_REFORM)
def special_benefit(month: Month, claim: Claim) -> Finding[int]:
    """五千円に…中学校修了前の児童の数を乗じて得た額"""
    places = [place(month, claim, child) for child in claim.children]
    return derive(
        "特例給付の月額",
        lambda each, *roles: each * sum(role is Place.PAID for role in roles),
        table(TABLE).yen(month, "special_benefit"),
        *places,
    )
