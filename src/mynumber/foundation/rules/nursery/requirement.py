"""法第19条 and 施行規則第1条の5: whether a child needs care outside its home, and of which class it is."""

from datetime import date
from typing import Final

from mynumber.foundation.people import attains_on, has_attained
from mynumber.foundation.rules.clauses import Clause, Law
from mynumber.foundation.rules.findings import Finding, choose, derive, either, every, holds
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.nursery.facts import Claim, Class, Ground, Guardian
from mynumber.foundation.rules.rule import rule
from mynumber.foundation.rules.table import table

ACT: Final = Law.CHILD_SUPPORT_ACT
RULE: Final = Law.CHILD_SUPPORT_RULE
TABLE: Final = "nursery"
KEPT_SINCE: Final = date(2023, 4, 1)
"""From this day art. 19 counts its classes without a paragraph number (第十九条第二号)."""


def has_ground(guardian: Guardian, *grounds: Ground) -> Finding[bool]:
    """The guardian's ground is one of these."""
    named = "・".join(ground.japanese for ground in grounds)
    return holds(
        f"事由は{named}です",
        f"事由は{named}ではありません",
        lambda ground: ground in grounds,
        guardian.ground,
    )


def least_hours(month: Month, claim: Claim) -> Finding[int]:
    """第1号: what the municipality lays down within 48 to 64 hours a month."""
    parameters = table(TABLE)
    return derive(
        "就労時間の下限",
        lambda laid_down, lowest, highest: min(max(laid_down, lowest), highest),
        claim.municipality.working_hours,
        parameters.number(month, "working_hours", "lowest"),
        parameters.number(month, "working_hours", "highest"),
        unit="時間",
    )


@rule(
    Clause(RULE, "1_5"),
    "保育を必要とする事由があります",
    "保育を必要とする事由がありません",
    since=KEPT_SINCE,
)
def cannot_care(month: Month, claim: Claim, guardian: Guardian) -> Finding[bool]:
    """One of the ten grounds; of work as many hours as laid down, of parental leave only for a child already enrolled."""
    working = holds(
        "就労時間が下限以上です",
        "就労時間が下限に足りません",
        lambda hours, least: hours >= least,
        guardian.hours,
        least_hours(month, claim),
    )
    rest = tuple(each for each in Ground if each not in (Ground.WORK, Ground.LEAVE, Ground.NONE))
    return either(
        every(has_ground(guardian, Ground.WORK), working),
        every(has_ground(guardian, Ground.LEAVE), claim.child.enrolled),
        has_ground(guardian, *rest),
    )


@rule(
    Clause(ACT, "19", None, "2"),
    "家庭において必要な保育を受けることが困難です",
    "家庭において保育を受けられます",
    since=KEPT_SINCE,
)
def needs_care(month: Month, claim: Claim) -> Finding[bool]:
    """保護者のいずれもが: every guardian has a ground."""
    return every(
        claim.guardians_complete, *(cannot_care(month, claim, guardian) for guardian in claim.guardians)
    )


@rule(Clause(ACT, "19"), "小学校就学前子どもの区分", since=KEPT_SINCE)
def class_of(month: Month, claim: Claim) -> Finding[Class]:
    """By the age on the day the certification takes effect: three from the day before the birthday on."""
    before_school = holds(
        "小学校就学前です",
        "小学校就学前ではありません",
        lambda birth, on: birth <= on < school_starts(birth),
        claim.child.birth,
        claim.starts,
    )
    three = holds(
        "満3歳以上です",
        "満3歳未満です",
        lambda birth, on: has_attained(birth, 3, on),
        claim.child.birth,
        claim.starts,
    )
    older = choose("", needs_care(month, claim), Finding(Class.SECOND), Finding(Class.FIRST))
    younger = choose("", needs_care(month, claim), Finding(Class.THIRD), Finding(Class.NONE))
    return choose("", before_school, choose("", three, older, younger), Finding(Class.NONE))


def school_starts(birth: date) -> date:
    """小学校就学の始期: the 1 April after the day of attaining six (学校教育法第17条)."""
    attained = attains_on(birth, 6)
    return date(attained.year + 1 if attained >= date(attained.year, 4, 1) else attained.year, 4, 1)
