"""第3条 (who is a child), 第4条 (who receives the allowance) and 第4条の2 (one allowance a child)."""

from datetime import date
from typing import Final

from mynumber.foundation.people import attains_on, fiscal_year_end_after_attaining
from mynumber.foundation.rules.child_rearing_allowance.facts import Child, Claim, Ground, Kind
from mynumber.foundation.rules.clauses import Clause, Law
from mynumber.foundation.rules.findings import Finding, derive, either, every, holds, negated
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.rule import rule

ACT: Final = Law.CHILD_REARING_ALLOWANCE_ACT
ORDER: Final = Law.CHILD_REARING_ALLOWANCE_ORDER
TABLE: Final = "child_rearing_allowance"
KEPT_SINCE: Final = date(2023, 4, 1)


def claims_as(claim: Claim, *kinds: Kind) -> Finding[bool]:
    """The claimant is of one of the kinds."""
    named = "又は".join(kind.japanese for kind in kinds)
    return holds(
        f"請求者は{named}です", f"請求者は{named}ではありません", lambda kind: kind in kinds, claim.kind
    )


@rule(Clause(ACT, "3", 1), "児童です", "児童ではありません", since=KEPT_SINCE)
def is_child(month: Month, child: Child) -> Finding[bool]:
    """Until the 31 March after attaining eighteen; with a disability of the Order's first table, while under twenty."""
    young = holds(
        "18歳の年度末までです",
        "18歳の年度末を過ぎているか、まだ生まれていません",
        lambda birth: (
            birth <= month.last_day and month.first_day <= fiscal_year_end_after_attaining(birth, 18)
        ),
        child.birth,
    )
    under_twenty = holds(
        "20歳未満です",
        "20歳に達しているか、まだ生まれていません",
        lambda birth: birth <= month.last_day and month.first_day <= attains_on(birth, 20),
        child.birth,
    )
    return either(young, every(under_twenty, child.disabled))


@rule(
    Clause(ACT, "4", 1),
    "手当の対象になる児童です",
    "手当の対象になる児童ではありません",
    since=KEPT_SINCE,
)
def is_eligible(month: Month, claim: Claim, child: Child) -> Finding[bool]:
    """A child with one of the grounds whom the mother cares for, the father cares for and lives on one livelihood with, or the
    carer raises (監護等児童)."""
    ground = holds(
        "ひとり親等の事由に当たります",
        "ひとり親等の事由に当たりません",
        lambda ground, kind: (
            ground is not Ground.NONE and (kind is Kind.CARER or ground is not Ground.NO_PARENTS)
        ),
        child.ground,
        claim.kind,
    )
    livelihood = either(
        claims_as(claim, Kind.MOTHER),
        child.shares_livelihood,
        words="母であるか、児童と生計を同じくして（養育者は同居し生計を維持して）います",
        denial="児童と生計を同じくして（養育者は同居し生計を維持して）いません",
    )
    return every(is_child(month, child), ground, child.cared_for, livelihood)


@is_eligible.except_when(Clause(ACT, "4", 2, "1"))
def _abroad(month: Month, claim: Claim, child: Child) -> tuple[Finding[bool], Finding[bool]]:
    """日本国内に住所を有しないとき"""
    return negated(child.lives_in_japan, "児童が日本国内に住所を有しません"), Finding(False)


@is_eligible.except_when(Clause(ACT, "4", 2, "2"))
def _fostered(month: Month, claim: Claim, child: Child) -> tuple[Finding[bool], Finding[bool]]:
    """里親に委託されているとき"""
    return every(
        child.fostered, words="児童が里親に委託されています", denial="里親に委託されていません"
    ), Finding(False)


@is_eligible.except_when(Clause(ACT, "4", 2, "3"))
def _with_the_other_parent(month: Month, claim: Claim, child: Child) -> tuple[Finding[bool], Finding[bool]]:
    """父（父に対する手当では母：第5号）と生計を同じくしているとき, unless that parent has the disability."""
    condition = every(
        child.with_other_parent,
        holds(
            "もう一方の父母は障害の状態にありません",
            "もう一方の父母は障害の状態にあります",
            lambda ground: ground is not Ground.DISABILITY,
            child.ground,
        ),
        words="児童がもう一方の父母と生計を同じくしています",
        denial="もう一方の父母と生計を同じくしている場合に当たりません",
    )
    return condition, Finding(False)


@is_eligible.except_when(Clause(ACT, "4", 2, "4"))
def _raised_by_a_spouse(month: Month, claim: Claim, child: Child) -> tuple[Finding[bool], Finding[bool]]:
    """母の配偶者（父に対する手当では父の配偶者：第6号）に養育されているとき; a partner without registration too (第3条第3項)."""
    condition = every(
        child.raised_by_spouse,
        words="児童が配偶者（事実婚を含みます）に養育されています",
        denial="配偶者に養育されていません",
    )
    return condition, Finding(False)


@is_eligible.except_when(Clause(ACT, "4_2"))
def _others_go_first(month: Month, claim: Claim, child: Child) -> tuple[Finding[bool], Finding[bool]]:
    """The mother before the father and the carer, the carer before the father."""
    condition = every(
        child.others_go_first, words="支給が優先される人がほかにいます", denial="支給が優先される人はいません"
    )
    return condition, Finding(False)


def number_of_children(month: Month, claim: Claim) -> Finding[int]:
    """監護等児童の数"""
    return derive(
        "手当の対象になる児童の数",
        lambda *eligible: sum(eligible),
        *(is_eligible(month, claim, child) for child in claim.children),
        unit="人",
    )


@rule(Clause(ACT, "4"), "支給要件に当てはまります", "支給要件に当てはまりません", since=KEPT_SINCE)
def is_entitled(month: Month, claim: Claim) -> Finding[bool]:
    """At least one child, and the claimant lives in Japan (第3項)."""
    anybody = either(
        *(is_eligible(month, claim, child) for child in claim.children),
        words="手当の対象になる児童がいます",
        denial="手当の対象になる児童がいません",
    )
    return every(anybody, claim.lives_in_japan)
