"""第88条の2 to 第90条の3 and the postponement: relief by law, by application, for students.

Of relief by application each person has one kind; students have their own. A partial exemption counts only once the rest is paid.
"""

from collections.abc import Callable
from datetime import date

from mynumber.foundation.people import attains_on
from mynumber.foundation.rules.clauses import Clause, Law
from mynumber.foundation.rules.findings import Finding, either, every, holds, negated
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.national_pension.facts import Claim, Earner
from mynumber.foundation.rules.national_pension.grounds import (
    cannot_pay,
    low_for_full,
    low_for_half,
    low_for_quarter,
    low_for_students,
    low_for_three_quarters,
)
from mynumber.foundation.rules.national_pension.income import ACT, KEPT_SINCE, TABLE
from mynumber.foundation.rules.rule import rule
from mynumber.foundation.rules.table import table


def _no_student(claim: Claim) -> Finding[bool]:
    return negated(claim.student, "学生等ではありません", "学生等です")


@rule(
    Clause(ACT, "88_2"),
    "産前産後期間の免除に当たります",
    "産前産後期間の免除に当たりません",
    since=KEPT_SINCE,
)
def maternity(month: Month, claim: Claim) -> Finding[bool]:
    """From the month before the month of birth (of several babies: three months before) to the second month after it."""
    around = holds(
        "出産予定月の前月（多胎は3月前）から翌々月までの月です",
        "出産予定月の前月（多胎は3月前）から翌々月までの月ではありません",
        lambda due, several: Month.of(due).plus(-3 if several else -1) <= month <= Month.of(due).plus(2),
        claim.due_date,
        claim.several_babies,
    )
    return every(claim.insured, claim.gives_birth, around)


@rule(Clause(ACT, "89", 1), "法定免除に当たります", "法定免除に当たりません", since=KEPT_SINCE)
def statutory(month: Month, claim: Claim) -> Finding[bool]:
    """Disability pensions, livelihood aid, sanatoriums: from the month before that in which it begins."""
    ground = either(claim.disability_pension, claim.livelihood_aid, claim.in_sanatorium)
    return every(claim.insured, ground)


@statutory.except_when(Clause(ACT, "89", 2))
def _wants_to_pay(month: Month, claim: Claim) -> tuple[Finding[bool], Finding[bool]]:
    """保険料を納付する旨の申出があつたとき."""
    return every(
        claim.wants_to_pay, words="納付する旨の申出をしました", denial="納付の申出はありません"
    ), Finding(False)


def _household(
    month: Month, claim: Claim, low: Callable[[Month, Earner], Finding[bool]], *, with_head: bool = True
) -> Finding[bool]:
    """The insured meets a ground, and so do the head of the household and the spouse (ただし書)."""
    head = either(
        claim.is_head,
        every(claim.has_spouse, claim.spouse_is_head),
        cannot_pay(month, claim, claim.head, low),
        words="世帯主も事由に当たります（本人か配偶者が世帯主のときは別に見ません）",
        denial="世帯主が事由のどれにも当たりません",
    )
    spouse = either(
        negated(claim.has_spouse, "配偶者はいません", "配偶者がいます"),
        cannot_pay(month, claim, claim.spouse, low),
        words="配偶者も事由に当たるか、配偶者がいません",
        denial="配偶者が事由のどれにも当たりません",
    )
    parts = (head, spouse) if with_head else (spouse,)
    return every(claim.insured, _no_student(claim), cannot_pay(month, claim, claim.myself, low), *parts)


@rule(Clause(ACT, "90", 1), "全額免除に当たります", "全額免除に当たりません", since=KEPT_SINCE)
def full(month: Month, claim: Claim) -> Finding[bool]:
    """Insured, head and spouse each meet a ground."""
    return _household(month, claim, low_for_full)


@rule(Clause(ACT, "90_2", 1), "4分の3免除に当たります", "4分の3免除に当たりません", since=KEPT_SINCE)
def three_quarters(month: Month, claim: Claim) -> Finding[bool]:
    """The same with a higher limit."""
    return _household(month, claim, low_for_three_quarters)


@rule(Clause(ACT, "90_2", 2), "半額免除に当たります", "半額免除に当たりません", since=KEPT_SINCE)
def half(month: Month, claim: Claim) -> Finding[bool]:
    """The same with a higher limit."""
    return _household(month, claim, low_for_half)


@rule(Clause(ACT, "90_2", 3), "4分の1免除に当たります", "4分の1免除に当たりません", since=KEPT_SINCE)
def quarter(month: Month, claim: Claim) -> Finding[bool]:
    """The same with a higher limit."""
    return _household(month, claim, low_for_quarter)


@rule(
    Clause(Law.PENSION_OPERATION_ACT, "14", 1, supplement=True),
    "納付猶予に当たります",
    "納付猶予に当たりません",
    since=KEPT_SINCE,
    until=date(2035, 6, 30),
)
def postponement(month: Month, claim: Claim) -> Finding[bool]:
    """Before the month of attaining fifty; the head of the household does not count.

    Those under thirty have it by 平成16年法律第104号附則第19条第2項 in the same words.
    """
    age = table(TABLE).number(month, "postponement_age")
    young = holds(
        "50歳に達する月の前月までです",
        "50歳に達する月の前月を過ぎています",
        lambda birth, limit: month < Month.of(attains_on(birth, limit)),
        claim.birth,
        age,
    )
    return every(
        young,
        _household(month, claim, low_for_full, with_head=False),
        negated(claim.refuses_postponement, "納付猶予を希望しています", "納付猶予を希望していません"),
    )


@rule(Clause(ACT, "90_3", 1), "学生納付特例に当たります", "学生納付特例に当たりません", since=KEPT_SINCE)
def student_special(month: Month, claim: Claim) -> Finding[bool]:
    """Students: their own income only."""
    return every(
        claim.insured, claim.student, cannot_pay(month, claim, claim.myself, low_for_students, student=True)
    )
