"""第6条: the amount of a month.

The article words it as a table of numbers of children. Counting from the eldest, as every municipality explains it, gives the same
sum (a test holds the two against each other): from the third on, those up to the fiscal year end after 22 counted, each child has
the third child's amount.
"""

from collections.abc import Iterable
from datetime import date
from enum import IntEnum
from typing import Final

from mynumber.foundation.people import fiscal_year_end_after_attaining
from mynumber.foundation.rules.child_allowance.facts import Child, Claim, Recipient
from mynumber.foundation.rules.child_allowance.requirement import (
    ACT,
    BEFORE_REFORM,
    KEPT_SINCE,
    REFORM,
    is_paid_for,
    lives_here,
    until_fiscal_year_end_after,
)
from mynumber.foundation.rules.clauses import Clause
from mynumber.foundation.rules.findings import Finding, choose, derive, every, holds, negated
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.rule import rule
from mynumber.foundation.rules.table import Table, table

TABLE: Final = "child_allowance"
_PLACES: Final = ("first", "second", "third")


class Place(IntEnum):
    """What a person is in the sum of a month."""

    NOTHING = 0
    COUNTED = 1
    """Makes later children third, is not paid for."""
    PAID = 2

    @property
    def japanese(self) -> str:
        return ("数えません", "人数にだけ数えます", "支給の対象です")[self]


@rule(
    Clause(ACT, "6", 2, "2"),
    "第三子以降算定額算定対象者です（22歳の年度末まで）",
    "第三子以降算定額算定対象者ではありません",
    since=REFORM,
)
def counts_after_eighteen(month: Month, child: Child) -> Finding[bool]:
    """Past childhood, up to the 31 March after attaining 22, at home, and the claimant still looks after and pays for the person."""
    return every(
        until_fiscal_year_end_after(22, "22歳の年度末までです", "22歳の年度末を過ぎています", month, child),
        holds(
            "18歳の年度末を過ぎています",
            "18歳の年度末までです",
            lambda birth: fiscal_year_end_after_attaining(birth, 18) < month.first_day,
            child.birth,
        ),
        lives_here(child),
        negated(
            child.in_facility,
            "施設等の支援を受けていません（延長者等ではありません）",
            "施設等の支援を受ける延長者等です",
        ),
        child.cared_for,
        child.shares_livelihood,
    )


@counts_after_eighteen.version(Clause(ACT, "6", 1, "1"), since=KEPT_SINCE, until=BEFORE_REFORM)
def _nobody_after_eighteen(month: Month, child: Child) -> Finding[bool]:
    """Before the reform only children counted."""
    return Finding(False)


@rule(Clause(ACT, "6", 1, "1"), "この子の数え方", since=REFORM)
def place(month: Month, claim: Claim, child: Child) -> Finding[Place]:
    """Paid for, counted only, or neither."""
    elder = choose(
        "",
        counts_after_eighteen(month, child),
        Finding(Place.COUNTED),
        Finding(Place.NOTHING),
    )
    return choose("", is_paid_for(month, claim, child), Finding(Place.PAID), elder)


@place.version(Clause(ACT, "6", 1, "1イ"), since=KEPT_SINCE, until=BEFORE_REFORM)
def _place_formerly(month: Month, claim: Claim, child: Child) -> Finding[Place]:
    """After junior high school: counted only."""
    junior = until_fiscal_year_end_after(15, "中学校修了前です", "中学校修了後です", month, child)
    eligible = choose("", junior, Finding(Place.PAID), Finding(Place.COUNTED))
    return choose("", is_paid_for(month, claim, child), eligible, Finding(Place.NOTHING))


def stage(month: Month, birth: date) -> str:
    """The age group that the amount goes by.

    The lower age counts for the whole month of the third birthday: a reduction begins with the following month (第9条第3項), and a
    child born on the first of a month is three only when three years from birth are over (第6条第2項第4号).
    """
    if month <= Month(birth.year + 3, birth.month):
        return "under_3"
    if month.first_day >= REFORM:
        return "from_3"
    if month.first_day <= fiscal_year_end_after_attaining(birth, 12):
        return "to_12"
    return "to_15"


@rule(Clause(ACT, "6", 1, "1"), "児童手当の月額", since=REFORM)
def monthly_amount(month: Month, claim: Claim) -> Finding[int]:
    """The sum over the children, from the eldest."""
    parts = [part for child in claim.children for part in (child.birth, place(month, claim, child))]
    amounts = table(TABLE)
    return derive(
        "児童手当の月額",
        lambda recipient, *each: sum(
            amount for amount, _ in _amounts(month, amounts, recipient, _pairs(each))
        ),
        claim.recipient,
        *parts,
    )


@monthly_amount.version(Clause(ACT, "6", 1, "1"), since=KEPT_SINCE, until=BEFORE_REFORM)
def _formerly(month: Month, claim: Claim) -> Finding[int]:
    """The same counting, other age groups and amounts."""
    return monthly_amount.versions[0].body(month, claim)


def amounts_by_child(month: Month, claim: Claim) -> tuple[Finding[int], ...]:
    """The amount of each child in the order of the claim, with the line of the table it comes from."""
    parts = [part for child in claim.children for part in (child.birth, place(month, claim, child))]
    whole = derive(
        "",
        lambda recipient, *each: _amounts(month, table(TABLE), recipient, _pairs(each)),
        claim.recipient,
        *parts,
    )
    if whole.is_unknown:
        return tuple(derive("月額", lambda *_: 0, whole) for _ in claim.children)
    return tuple(
        Finding(amount, words, clause=Clause(ACT, "6", 3 if month.first_day >= REFORM else 1))
        for amount, words in whole.known()
    )


def _pairs(values: tuple[object, ...]) -> list[tuple[date, Place]]:
    births, places = values[0::2], values[1::2]
    return [
        (b, p) for b, p in zip(births, places, strict=True) if isinstance(b, date) and isinstance(p, Place)
    ]


def _amounts(
    month: Month, amounts: Table, recipient: Recipient, children: list[tuple[date, Place]]
) -> Iterable[tuple[int, str]]:
    """Amount and words of each child in the order given."""
    individual = recipient is Recipient.INDIVIDUAL
    eldest_first = sorted(range(len(children)), key=lambda index: children[index][0])
    counted = [index for index in eldest_first if children[index][1] is not Place.NOTHING]
    result: dict[int, tuple[int, str]] = {}
    for position, index in enumerate(counted):
        birth, role = children[index]
        if role is not Place.PAID:
            continue
        group = stage(month, birth)
        line = (
            amounts.yen(month, "monthly", f"{group} {_PLACES[min(position, 2)]}")
            if individual
            else amounts.yen(month, "monthly_flat", group)
        )
        result[index] = (line.known(), f"第{position + 1}子：{line.words}" if individual else line.words)
    return [result.get(index, (0, "支給の対象ではありません")) for index in range(len(children))]
