"""第5条 (the amount) and 第9条第1項 with 施行令第2条の4第2項から第4項まで (what is withheld of it)."""

from fractions import Fraction
from typing import Final

from mynumber.foundation.rules.child_rearing_allowance.facts import Claim
from mynumber.foundation.rules.child_rearing_allowance.income_limits import (
    assessed_income,
    full_limit,
    over_full_limit,
    own_income_too_high,
    relatives_too_high,
)
from mynumber.foundation.rules.child_rearing_allowance.requirement import (
    ACT,
    KEPT_SINCE,
    ORDER,
    TABLE,
    number_of_children,
)
from mynumber.foundation.rules.clauses import Clause
from mynumber.foundation.rules.findings import Finding, choose, derive, either
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.rounding import half_up_below
from mynumber.foundation.rules.rule import rule
from mynumber.foundation.rules.table import table

_NOTHING: Final = Finding(0, "支給する額")


def _over_children(
    words: str, number: Finding[int], base: Finding[int], second: Finding[int], third: Finding[int]
) -> Finding[int]:
    """The base for the first child, one addition for the second, another for each further child; nothing for none."""

    def counted(each: Finding[int], first: int, last: int | None) -> Finding[int]:
        return derive(
            each.words,
            lambda children, amount: amount * max(0, min(children, last or children) - first + 1),
            number,
            each,
            clause=each.clause,
        )

    parts = counted(base, 1, 1), counted(second, 2, 2), counted(third, 3, None)
    return derive(words, lambda *amounts: sum(amounts), *parts)


@rule(Clause(ACT, "5"), "全部支給の月額", since=KEPT_SINCE)
def full_amount(month: Month, claim: Claim) -> Finding[int]:
    """The base amount and an addition for each further child; until October 2024 a smaller one from the third child on."""
    amounts = table(TABLE)
    return _over_children(
        "全部支給の月額",
        number_of_children(month, claim),
        amounts.yen(month, "base"),
        amounts.yen(month, "addition", "second"),
        amounts.yen(month, "addition", "third"),
    )


@rule(Clause(ORDER, "2_4", 2, "2"), "所得により支給しない額", since=KEPT_SINCE)
def withheld(month: Month, claim: Claim) -> Finding[int]:
    """基本額一部支給停止額 and one 加算額一部支給停止額 for each further child."""
    rates = table(TABLE)
    step = rates.yen(month, "suspension_step")
    excess = derive(
        "限度額を超える所得",
        lambda amount, limit: max(0, amount - limit),
        assessed_income(month, claim),
        full_limit(month, claim),
    )
    parts = [
        derive(rate.words.replace("の係数", ""), _suspension, excess, rate, step, clause=rate.clause)
        for case in ("base", "second", "third")
        for rate in (rates.ratio(month, "suspension_rate", case),)
    ]
    base, second, third = parts
    return _over_children("所得により支給しない額", number_of_children(month, claim), base, second, third)


def _suspension(excess: int, rate: Fraction, step: int) -> int:
    """五円未満は切り捨て、五円以上十円未満は十円に切り上げ、十円を加えて得た額"""
    return half_up_below(excess * rate, 10) + step


@rule(Clause(ACT, "9", 1), "所得による制限後の月額", since=KEPT_SINCE)
def amount_by_income(month: Month, claim: Claim) -> Finding[int]:
    """The whole under the first limit, a part under the second, else nothing."""
    full = full_amount(month, claim)
    partial = derive("一部支給の月額", lambda whole, less: whole - less, full, withheld(month, claim))
    stopped = either(
        own_income_too_high(month, claim),
        relatives_too_high(month, claim),
        words="所得により全部が支給停止です",
        denial="全部が支給停止になる所得ではありません",
    )
    return choose("", stopped, _NOTHING, choose("", over_full_limit(month, claim), partial, full))
