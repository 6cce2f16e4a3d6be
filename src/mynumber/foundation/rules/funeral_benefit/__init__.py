# ruff: noqa: RUF009 - `asked` makes a dataclasses.field
"""国民健康保険法 (Act 192 of 1958) art. 58(1): the funeral benefit (葬祭費) of national health insurance, for deaths from April 2020 on.

How much it is, and that there is none beside a like benefit of another scheme, the municipality's ordinance says; the Act leaves both to it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from mynumber.foundation.rules.clauses import Clause, Law
from mynumber.foundation.rules.findings import FactSheet, Finding, asked, choose, every, holds, negated
from mynumber.foundation.rules.months import Month, anniversary
from mynumber.foundation.rules.rule import evaluation, rule
from mynumber.foundation.rules.table import table

ACT: Final = Law.NATIONAL_HEALTH_INSURANCE_ACT
TABLE: Final = "funeral_benefit"
KEPT_SINCE: Final = date(2020, 4, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(FactSheet):
    """One funeral."""

    insured: Finding[bool] = asked("亡くなった人がこの市町村の国民健康保険の被保険者だった")
    conducted: Finding[bool] = asked("申請者が葬祭を行った")
    funeral_on: Finding[date] = asked("葬祭を行った日")
    claimed_on: Finding[date] = asked("申請した日")
    paid_elsewhere: Finding[bool] = asked("ほかの制度から、葬祭についての給付を受けられる")
    """健康保険法第105条 and its like: who left an employer within three months before the death."""
    ordinance_amount: Finding[int] = asked("条例で定める葬祭費の額")


@dataclass(frozen=True, slots=True)
class Decision:
    """An outcome with its trace: `payable` is its root."""

    entitled: Finding[bool]
    payable: Finding[int]
    """Yen, once."""


@rule(Clause(ACT, "58", 1), "葬祭費の支給の対象です", "葬祭費の支給の対象ではありません", since=KEPT_SINCE)
def is_entitled(month: Month, claim: Claim) -> Finding[bool]:
    """被保険者の死亡に関し、条例の定めるところにより: whoever held the funeral, unless another scheme pays."""
    alone = negated(
        claim.paid_elsewhere,
        "ほかの制度から葬祭についての給付は受けられません",
        "ほかの制度から葬祭についての給付を受けられます",
    )
    insured = claim.insured.saying(
        "亡くなった人はこの市町村の国民健康保険の被保険者でした",
        "亡くなった人はこの市町村の国民健康保険の被保険者ではありませんでした",
    )
    conducted = claim.conducted.saying("申請者が葬祭を行いました", "申請者は葬祭を行っていません")
    return every(insured, conducted, alone)


@is_entitled.except_when(Clause(ACT, "110", 1))
def _lapsed(month: Month, claim: Claim) -> tuple[Finding[bool], Finding[bool]]:
    """Two years from when it could be claimed, the day of the funeral, which is not counted (民法第140条)."""
    lapsed = holds(
        "葬祭を行った日の翌日から2年を過ぎた請求です",
        "葬祭を行った日の翌日から2年以内の請求です",
        lambda funeral, claimed, years: claimed >= anniversary(funeral + timedelta(days=1), 12 * years),
        claim.funeral_on,
        claim.claimed_on,
        table(TABLE).number(month, "lapse_years"),
    )
    return lapsed, Finding(False)


@rule(Clause(ACT, "58", 1), "葬祭費の額", since=KEPT_SINCE)
def payable(month: Month, claim: Claim) -> Finding[int]:
    """The amount of the ordinance, for who is entitled."""
    return choose("葬祭費の額", is_entitled(month, claim), claim.ordinance_amount, Finding(0, "葬祭費の額"))


def decide(month: Month, claim: Claim) -> Decision:
    """Decide for a death in a month. Raises NotInForce before April 2020."""
    with evaluation():
        return Decision(is_entitled(month, claim), payable(month, claim))


__all__ = ["Claim", "Decision", "decide", "is_entitled", "payable"]
