# ruff: noqa: RUF009 - `asked` makes a dataclasses.field
"""児童手当法第26条 and 施行規則第4条: the annual report (現況届) of the child allowance, for months from June 2021 on.

Since June 2022 the municipality may do without it where its registers tell what it would say (第3項). The law does not list whom that
leaves; the facts asked are those that the national guidance names.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from mynumber.foundation.rules.child_allowance.facts import Recipient
from mynumber.foundation.rules.clauses import Clause, Law
from mynumber.foundation.rules.findings import FactSheet, Finding, asked, either, every, holds, negated
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.rule import evaluation, rule
from mynumber.foundation.rules.table import table

ACT: Final = Law.CHILD_ALLOWANCE_ACT
RULE: Final = Law.CHILD_ALLOWANCE_RULE
KEPT_SINCE: Final = date(2021, 6, 1)
REFORM: Final = date(2022, 6, 1)
BEFORE_REFORM: Final = date(2022, 5, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(FactSheet):
    """One recipient in June of a year."""

    recipient: Finding[Recipient] = asked("受給者の区分")
    sheltered: Finding[bool] = asked("配偶者からの暴力等により、住民票と異なる市町村で受給している")
    unregistered_child: Finding[bool] = asked("支給要件児童の戸籍や住民票がない")
    divorcing: Finding[bool] = asked("離婚協議中で、配偶者と別居している")
    unconfirmed: Finding[bool] = asked("ほかに公簿等で確認できない事項がある（市町村から案内があった）")
    reported: Finding[bool] = asked("その年の現況届を出した")


@dataclass(frozen=True, slots=True)
class Decision:
    """An outcome with its trace."""

    must_report: Finding[bool]
    withholdable: Finding[bool]
    """Whether the payment of the month may be withheld for want of the report."""


def year_of_report(month: Month) -> int:
    """The year whose report a month rests on: June to May."""
    return month.year if month.month >= _report_month(month) else month.year - 1


def window(year: int) -> tuple[date, date]:
    """The first and the last day for the report of a year: 六月一日から同月三十日まで."""
    month = Month(year, _report_month(Month(year, 6)))
    return month.first_day, month.last_day


def _report_month(month: Month) -> int:
    (number,) = table("child_allowance_report").months(month, "report_month")
    return number


@rule(Clause(RULE, "4", 1), "現況届を出す必要があります", "現況届を出す必要はありません", since=REFORM)
def must_report(month: Month, claim: Claim) -> Finding[bool]:
    """Facilities always (第4項); others only where public registers do not tell (第3項)."""
    always = holds(
        "施設等受給者です（省略の規定がありません）",
        "一般受給者です",
        lambda recipient: recipient is Recipient.FACILITY,
        claim.recipient,
    )
    corporate = holds(
        "法人である未成年後見人です",
        "法人である未成年後見人ではありません",
        lambda recipient: recipient is Recipient.CORPORATION,
        claim.recipient,
    )
    hidden = either(
        corporate,
        claim.sheltered,
        claim.unregistered_child,
        claim.divorcing,
        claim.unconfirmed,
        words="公簿等で確認できない事項があります",
        denial="届け出る内容を公簿等で確認できます",
        clause=Clause(RULE, "4", 3),
    )
    return either(always, hidden)


@must_report.version(Clause(RULE, "4", 1), since=KEPT_SINCE, until=BEFORE_REFORM)
def _everybody(month: Month, claim: Claim) -> Finding[bool]:
    """Until May 2022 every recipient reported every June."""
    return Finding(True)


@rule(
    Clause(ACT, "11"),
    "現況届が出ていないため、支払を一時差し止めることができます",
    "支払を一時差し止める場合に当たりません",
    since=KEPT_SINCE,
)
def withholdable(month: Month, claim: Claim) -> Finding[bool]:
    """正当な理由がなくて、届出をせず: from the months whose report is due; whether there was a good reason is for the case worker."""
    return every(
        must_report(month, claim), negated(claim.reported, "現況届が出ていません", "現況届が出ています")
    )


def decide(month: Month, claim: Claim) -> Decision:
    """Decide a month. Raises NotInForce before June 2021."""
    with evaluation():
        return Decision(must_report(month, claim), withholdable(month, claim))


__all__ = ["Claim", "Decision", "Recipient", "decide", "window", "year_of_report"]
