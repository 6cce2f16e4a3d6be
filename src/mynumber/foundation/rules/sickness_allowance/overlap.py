"""第103条 and 第108条: what is left of a day beside wages, the maternity allowance and pensions."""

from mynumber.foundation.rules.clauses import Clause
from mynumber.foundation.rules.findings import Finding, choose, derive, holds
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.rule import rule
from mynumber.foundation.rules.sickness_allowance.amount import ACT, KEPT_SINCE, RULE, TABLE, daily_amount
from mynumber.foundation.rules.sickness_allowance.facts import Claim, Stretch
from mynumber.foundation.rules.sickness_allowance.requirement import after_leaving
from mynumber.foundation.rules.table import table


@rule(Clause(ACT, "108", 1), "報酬と出産手当金（日額）", since=KEPT_SINCE)
def wages_and_maternity(month: Month, stretch: Stretch) -> Finding[int]:
    """報酬の額と出産手当金の額との合算額 (第103条第1項ただし書, 第108条第1項ただし書)."""
    return derive("報酬と出産手当金（日額）", lambda *parts: sum(parts), stretch.wage, stretch.maternity)


@rule(Clause(RULE, "89", 1), "障害年金の額（日額）", since=KEPT_SINCE)
def disability_daily(month: Month, claim: Claim) -> Finding[int]:
    """The year's pensions divided by 360, fractions of a yen cut off."""
    return derive(
        "障害年金の額（日額）",
        lambda yearly, days: yearly // days,
        claim.disability_pension,
        table(TABLE).number(month, "pension_days"),
    )


@rule(Clause(RULE, "89", 2), "老齢・退職の年金の額（日額）", since=KEPT_SINCE)
def old_age_daily(month: Month, claim: Claim) -> Finding[int]:
    """The same of old-age pensions."""
    return derive(
        "老齢・退職の年金の額（日額）",
        lambda yearly, days: yearly // days,
        claim.old_age_pension,
        table(TABLE).number(month, "old_age_days"),
    )


@rule(Clause(ACT, "108", 3), "調整する額（日額）", since=KEPT_SINCE)
def counted_against(month: Month, claim: Claim, stretch: Stretch) -> Finding[int]:
    """The higher of wages with the maternity allowance (up to the amount of a day) and the disability pension.

    Without a pension this is 第108条第1項 or 第103条第1項; without wages the pension alone (第3項第1号).
    """
    return derive(
        "調整する額（日額）",
        lambda amount, earned, pension: max(min(earned, amount), pension),
        daily_amount(month, claim),
        wages_and_maternity(month, stretch),
        disability_daily(month, claim),
    )


@rule(Clause(ACT, "108"), "調整後の日額", since=KEPT_SINCE)
def daily_payable(month: Month, claim: Claim, stretch: Stretch) -> Finding[int]:
    """その差額を支給する; nothing if it is none."""
    left = derive(
        "報酬・出産手当金・障害年金を引いた額",
        lambda amount, less: max(0, amount - less),
        daily_amount(month, claim),
        counted_against(month, claim, stretch),
    )
    return _after_old_age(month, claim, left)


def _after_old_age(month: Month, claim: Claim, left: Finding[int]) -> Finding[int]:
    """第108条第5項: of who keeps the benefit after leaving, the old-age pension too is subtracted."""
    further = derive(
        "老齢・退職の年金を引いた額",
        lambda amount, pension: max(0, amount - pension),
        left,
        old_age_daily(month, claim),
        clause=Clause(ACT, "108", 5),
    )
    nothing = holds("調整後の額がありません", "調整後の額があります", lambda yen: yen == 0, left)
    return choose("調整後の日額", nothing, Finding(0), choose("", after_leaving(claim), further, left))


def lump_sum_left(claim: Claim) -> Finding[int]:
    """第108条第4項: how much of the disability lump sum the allowance has yet to reach before this claim."""
    return derive(
        "障害手当金の額に達するまでの額",
        lambda lump_sum, so_far: max(0, lump_sum - so_far),
        claim.disability_lump_sum,
        claim.since_lump_sum,
        clause=Clause(ACT, "108", 4),
    )
