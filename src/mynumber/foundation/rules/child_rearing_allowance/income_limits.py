"""第9条から第12条まで: the income that counts and the limits it is held against (施行令第2条の4から第4条まで)."""

from datetime import date

from mynumber.foundation.rules import income as incomes
from mynumber.foundation.rules.child_rearing_allowance.facts import Claim, Kind, ParentIncome, Relative
from mynumber.foundation.rules.child_rearing_allowance.requirement import (
    ACT,
    KEPT_SINCE,
    ORDER,
    TABLE,
    claims_as,
)
from mynumber.foundation.rules.clauses import Clause
from mynumber.foundation.rules.findings import Finding, Need, Unknown, derive, either, every, holds, negated
from mynumber.foundation.rules.income import AssessedIncome, Dependants
from mynumber.foundation.rules.months import Month, income_year
from mynumber.foundation.rules.rounding import half_up_below
from mynumber.foundation.rules.rule import rule
from mynumber.foundation.rules.table import table


def year_of_income(month: Month) -> int:
    """前年の所得 … その年の十一月から翌年の十月まで"""
    return income_year(month, turns_in=11)


@rule(Clause(ACT, "9", 2), "所得に加える養育費", since=KEPT_SINCE)
def support_counted(month: Month, claim: Claim) -> Finding[int]:
    """Eighty per cent of what the other parent paid, half a yen up; of a mother or father, not of a carer."""
    return derive(
        "所得に加える養育費",
        lambda paid, share, parent: half_up_below(paid * share) if parent else 0,
        claim.income.child_support,
        table(TABLE).ratio(month, "support_counted"),
        claims_as(claim, Kind.MOTHER, Kind.FATHER),
    )


def _deductions(month: Month, income: ParentIncome, **denied: Finding[bool]) -> Finding[int]:
    further = [income.spouse_special, income.cattle_exempt]
    if month.first_day >= date(2026, 11, 1):  # 令和7年政令第355号附則第3条: months from November 2026
        further.append(income.relative_special)
    return incomes.deductions(month, income, table(TABLE), *further, denied=denied)


@rule(Clause(ORDER, "4"), "請求者の所得の額", since=KEPT_SINCE)
def assessed_income(month: Month, claim: Claim) -> Finding[AssessedIncome]:
    """The claimant's income of the year, child support added, after deductions.

    A mother deducts neither as widow nor as single parent, a father not as single parent (第4条第2項第3号・第4号).
    """
    gross = derive(
        "総所得金額等と養育費の合計",
        lambda earnings, other, support: earnings + other + support,
        incomes.counted_earnings(month, claim.income, table(TABLE)),
        claim.income.other,
        support_counted(month, claim),
    )
    denied = {
        "widow": claims_as(claim, Kind.MOTHER),
        "single_parent": claims_as(claim, Kind.MOTHER, Kind.FATHER),
    }
    return incomes.assess(gross, _deductions(month, claim.income, **denied))


@rule(Clause(ORDER, "4"), "配偶者・扶養義務者の所得の額", since=KEPT_SINCE)
def relatives_income(month: Month, relative: Relative) -> Finding[AssessedIncome]:
    """A relative's income of the year after deductions."""
    gross = derive(
        "総所得金額等",
        lambda earnings, other: earnings + other,
        incomes.counted_earnings(month, relative.income, table(TABLE)),
        relative.income.other,
    )
    return incomes.assess(gross, _deductions(month, relative.income))


def _own_limit(month: Month, claim: Claim, name: str, words: str) -> Finding[int]:
    counts = claim.dependants
    dependant = derive(
        "扶養親族等と児童の数",
        lambda *numbers: sum(numbers),
        counts.ordinary,
        counts.maintained_children,
        unit="人",
    )
    return incomes.limit(
        month,
        table(TABLE),
        name,
        words,
        dependant=dependant,
        elderly=counts.elderly,
        specified=counts.specified,
    )


@rule(Clause(ORDER, "2_4", 1), "全部支給の限度額", since=KEPT_SINCE)
def full_limit(month: Month, claim: Claim) -> Finding[int]:
    """六十九万円 and additions; until October 2024 四十九万円."""
    return _own_limit(month, claim, "full_limit", "全部支給の限度額")


@rule(Clause(ORDER, "2_4", 2, "1"), "一部支給の限度額", since=KEPT_SINCE)
def partial_limit(month: Month, claim: Claim) -> Finding[int]:
    """二百八万円 and additions; until October 2024 百九十二万円."""
    return _own_limit(month, claim, "partial_limit", "一部支給の限度額")


def _others_limit(month: Month, counts: Dependants, name: str, words: str, *, children: bool) -> Finding[int]:
    """236万円: 380,000 for each, 440,000 for elderly ones; 60,000 less if there are elderly dependants only."""
    parameters = table(TABLE)
    dependants = derive(
        "老人扶養親族以外の扶養親族等の数",
        lambda *numbers: sum(numbers),
        counts.ordinary,
        counts.specified,
        unit="人",
    )
    maintained = counts.maintained_children if children else Finding(0, unit="人")
    return derive(
        words,
        lambda base, each, old, less, young, elderly, kept: (
            base + each * (young + kept) + old * elderly - (less if elderly and not young else 0)
        ),
        parameters.yen(month, name),
        parameters.yen(month, name, "dependant"),
        parameters.yen(month, name, "elderly"),
        parameters.yen(month, name, "only_elderly"),
        dependants,
        counts.elderly,
        maintained,
    )


@rule(Clause(ORDER, "2_4", 6), "孤児等の養育者の限度額", since=date(2024, 11, 1))
def orphan_carer_limit(month: Month, claim: Claim) -> Finding[int]:
    """Art. 9-2 of the Act."""
    return _others_limit(
        month, claim.dependants, "orphan_carer_limit", "孤児等の養育者の限度額", children=True
    )


@orphan_carer_limit.version(Clause(ORDER, "2_4", 7), since=KEPT_SINCE, until=date(2024, 10, 31))
def _orphan_carer_formerly(month: Month, claim: Claim) -> Finding[int]:
    return orphan_carer_limit.versions[0].body(month, claim)


@rule(Clause(ORDER, "2_4", 7), "配偶者・扶養義務者の限度額", since=date(2024, 11, 1))
def relative_limit(month: Month, relative: Relative) -> Finding[int]:
    """Art. 10 of the Act."""
    return _others_limit(
        month, relative.dependants, "relative_limit", "配偶者・扶養義務者の限度額", children=False
    )


@relative_limit.version(Clause(ORDER, "2_4", 8), since=KEPT_SINCE, until=date(2024, 10, 31))
def _relative_formerly(month: Month, relative: Relative) -> Finding[int]:
    return relative_limit.versions[0].body(month, relative)


@rule(
    Clause(ACT, "9", 1),
    "所得が全部支給の限度額以上です",
    "所得が全部支給の限度額未満です",
    since=KEPT_SINCE,
)
def over_full_limit(month: Month, claim: Claim) -> Finding[bool]:
    """A part or all is withheld. Carers of orphans fall under art. 9-2 instead."""
    over = holds(
        "所得の額が全部支給の限度額以上です",
        "所得の額が全部支給の限度額未満です",
        lambda amount, limit: amount >= limit,
        assessed_income(month, claim),
        full_limit(month, claim),
    )
    return every(negated(_cares_for_orphans(claim)), over)


def _cares_for_orphans(claim: Claim) -> Finding[bool]:
    return every(
        claims_as(claim, Kind.CARER),
        claim.orphans,
        words="孤児等の養育者です",
        denial="孤児等の養育者ではありません",
    )


@rule(
    Clause(ACT, "9", 1),
    "請求者の所得により全部が支給停止です",
    "請求者の所得により全部が停止されることはありません",
    since=KEPT_SINCE,
)
def own_income_too_high(month: Month, claim: Claim) -> Finding[bool]:
    """At or over the limit of partial payment."""
    over = holds(
        "所得の額が一部支給の限度額以上です",
        "所得の額が一部支給の限度額未満です",
        lambda amount, limit: amount >= limit,
        assessed_income(month, claim),
        partial_limit(month, claim),
    )
    return every(negated(_cares_for_orphans(claim)), over)


@own_income_too_high.except_when(Clause(ACT, "9_2"))
def _carer_of_orphans(month: Month, claim: Claim) -> tuple[Finding[bool], Finding[bool]]:
    """A limit of their own, all or nothing."""
    over = holds(
        "所得の額が孤児等の養育者の限度額以上です",
        "所得の額が孤児等の養育者の限度額未満です",
        lambda amount, limit: amount >= limit,
        assessed_income(month, claim),
        orphan_carer_limit(month, claim),
    )
    return _cares_for_orphans(claim), over


@own_income_too_high.except_when(Clause(ACT, "12", 1), priority=2)
def _own_disaster(month: Month, claim: Claim) -> tuple[Finding[bool], Finding[bool]]:
    """第九条から前条までの規定を適用しない"""
    return every(claim.disaster, words="災害の特例に当たります", denial="災害の特例に当たりません"), Finding(
        False
    )


@over_full_limit.except_when(Clause(ACT, "12", 1), priority=2)
def _own_disaster_in_part(month: Month, claim: Claim) -> tuple[Finding[bool], Finding[bool]]:
    """The same for partial payment."""
    return every(claim.disaster, words="災害の特例に当たります", denial="災害の特例に当たりません"), Finding(
        False
    )


@rule(
    Clause(ACT, "10"),
    "この配偶者・扶養義務者の所得が限度額以上です",
    "この配偶者・扶養義務者の所得は限度額未満です",
    since=KEPT_SINCE,
)
def relative_too_high(month: Month, relative: Relative) -> Finding[bool]:
    """At or over the limit for relatives."""
    return holds(
        "",
        "",
        lambda amount, limit: amount >= limit,
        relatives_income(month, relative),
        relative_limit(month, relative),
    )


@relative_too_high.except_when(Clause(ACT, "12", 1))
def _relatives_disaster(month: Month, relative: Relative) -> tuple[Finding[bool], Finding[bool]]:
    """当該被災者の所得に関しては"""
    return every(
        relative.disaster, words="災害の特例に当たります", denial="災害の特例に当たりません"
    ), Finding(False)


def _unlisted(claim: Claim) -> Finding[bool]:
    """Relatives that nobody has named may have any income."""
    complete = claim.relatives_complete
    value = False if complete.is_true else Unknown(complete.needs or _need_of(complete))
    return Finding(
        value,
        "まだ分かっていない配偶者・扶養義務者がいます",
        "ほかに配偶者・扶養義務者はいません",
        of=(complete,),
    )


def _need_of(fact: Finding[bool]) -> frozenset[Need]:
    return frozenset({Need(fact.name, fact.words)})


@rule(
    Clause(ACT, "10"),
    "配偶者・扶養義務者の所得により全部が支給停止です",
    "配偶者・扶養義務者の所得による停止はありません",
    since=KEPT_SINCE,
)
def relatives_too_high(month: Month, claim: Claim) -> Finding[bool]:
    """One spouse or relative over the limit stops the whole; for carers art. 11 says the same of who maintains them."""
    return either(*(relative_too_high(month, relative) for relative in claim.relatives), _unlisted(claim))
