# ruff: noqa: RUF009 - `asked` makes a dataclasses.field
"""児童扶養手当法第28条 and 施行規則第4条, 第3条の4: the annual report (現況届) of the child-rearing allowance, from April 2023 on.

The report of August renews the allowance of November to October. Who receives nothing because of income reports too, since the
certification goes on. A report not made withholds payment (第15条), and two years later the right has lapsed (第22条).
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from mynumber.foundation.rules.clauses import Clause, Law
from mynumber.foundation.rules.findings import FactSheet, Finding, asked, every, negated
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.rule import evaluation, rule
from mynumber.foundation.rules.table import table

ACT: Final = Law.CHILD_REARING_ALLOWANCE_ACT
RULE: Final = Law.CHILD_REARING_ALLOWANCE_RULE
TABLE: Final = "child_rearing_allowance_report"
KEPT_SINCE: Final = date(2023, 4, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(FactSheet):
    """One recipient in August of a year."""

    certified: Finding[bool] = asked("8月に手当の認定を受けている（全部支給停止を含む）")
    claimed_in_summer: Finding[bool] = asked("その年の7月から9月までに認定の請求をした")
    income_reported: Finding[bool] = asked("その年の所得状況届を出した")
    """施行規則第3条の5: from the claim to 31 October."""
    reported: Finding[bool] = asked("その年の現況届を出した")
    long_receipt: Finding[bool] = asked("受給から5年等の期間が過ぎている")
    exempted: Finding[bool] = asked("一部支給停止の適用除外を受けている")
    reliance_reported: Finding[bool] = asked("一部支給停止適用除外事由届出書を出した")


@dataclass(frozen=True, slots=True)
class Decision:
    """An outcome with its trace."""

    must_report: Finding[bool]
    must_report_reliance: Finding[bool]
    """一部支給停止適用除外事由届出書."""
    withholdable: Finding[bool]
    """Whether the payment of the month may be withheld for want of the report."""
    exemption_lost: Finding[bool]
    """Whether half is withheld from the month on because the exemption was not reported anew."""


def year_of_report(month: Month) -> int:
    """The year whose report of August a month rests on: November to October."""
    (first,) = table(TABLE).months(month, "first_month")
    return month.year if month.month >= first else month.year - 1


def window(year: int) -> tuple[date, date]:
    """The first and the last day for the report of a year: 八月一日から同月三十一日まで."""
    (number,) = table(TABLE).months(Month(year, 8), "report_month")
    month = Month(year, number)
    return month.first_day, month.last_day


@rule(Clause(RULE, "4"), "現況届を出す必要があります", "現況届を出す必要はありません", since=KEPT_SINCE)
def must_report(month: Month, claim: Claim) -> Finding[bool]:
    """Every year; who claimed from July to September reports the income instead (第3条の5), and then not again in that year."""
    instead = every(
        claim.claimed_in_summer,
        claim.income_reported,
        words="所得状況届を出したので、その年の現況届は要りません",
        denial="所得状況届で足りる場合に当たりません",
        clause=Clause(RULE, "3_5"),
    )
    return every(claim.certified, negated(instead))


@rule(
    Clause(RULE, "3_4", 2),
    "一部支給停止適用除外事由届出書を出す必要があります",
    "一部支給停止適用除外事由届出書を出す必要はありません",
    since=KEPT_SINCE,
)
def must_report_reliance(month: Month, claim: Claim) -> Finding[bool]:
    """引き続き適用を受けようとするものは毎年八月."""
    return every(claim.certified, claim.long_receipt, claim.exempted)


@rule(
    Clause(ACT, "15"),
    "現況届が出ていないため、支払を一時差し止めることができます",
    "支払を一時差し止める場合に当たりません",
    since=KEPT_SINCE,
)
def withholdable(month: Month, claim: Claim) -> Finding[bool]:
    """正当な理由がなくて、届出をせず: whether there was a good reason is for the case worker."""
    return every(
        must_report(month, claim), negated(claim.reported, "現況届が出ていません", "現況届が出ています")
    )


@rule(
    Clause(ACT, "13_3", 1),
    "適用除外の届出がないため、一部が支給停止になります",
    "適用除外の届出による支給停止はありません",
    since=KEPT_SINCE,
)
def exemption_lost(month: Month, claim: Claim) -> Finding[bool]:
    """第13条の3第2項 applies only by the report; `child_rearing_allowance` then takes `self_reliant` as false."""
    return every(
        must_report_reliance(month, claim),
        negated(claim.reliance_reported, "届出書が出ていません", "届出書が出ています"),
    )


def decide(month: Month, claim: Claim) -> Decision:
    """Decide a month. Raises NotInForce before April 2023."""
    with evaluation():
        return Decision(
            must_report(month, claim),
            must_report_reliance(month, claim),
            withholdable(month, claim),
            exemption_lost(month, claim),
        )


__all__ = ["Claim", "Decision", "decide", "window", "year_of_report"]
