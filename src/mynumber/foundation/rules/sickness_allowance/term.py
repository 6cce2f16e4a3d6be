"""第99条第1項 (waiting), 第4項 (a year and six months), 第193条 (two years to claim)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, NamedTuple

from mynumber.foundation.rules.clauses import Clause
from mynumber.foundation.rules.findings import Finding, derive
from mynumber.foundation.rules.months import Month, anniversary
from mynumber.foundation.rules.rule import rule
from mynumber.foundation.rules.sickness_allowance.amount import ACT, KEPT_SINCE, TABLE
from mynumber.foundation.rules.sickness_allowance.facts import Claim
from mynumber.foundation.rules.table import table

REFORM: Final = date(2022, 1, 1)
BEFORE_REFORM: Final = date(2021, 12, 31)
TERM_MONTHS: Final = 18
"""一年六月間."""


def waiting_ends(unable: Iterable[date]) -> date | None:
    """The third of three days in a row of being unable to work, holidays and paid leave included; None if there are none."""
    days = set(unable)
    thirds = (
        day for day in sorted(days) if day - timedelta(days=1) in days and day - timedelta(days=2) in days
    )
    return next(thirds, None)


def days_of_term(first: date) -> int:
    """How many days a year and six months from the first day paid are: what the days paid are counted up to."""
    return (anniversary(first, TERM_MONTHS) - first).days


class Term(NamedTuple):
    """What is left: so many days, none of them after `until`."""

    days: int
    until: date

    def __str__(self) -> str:
        return f"{self.days}日" + ("" if self.until == date.max else f"（{self.until.isoformat()}まで）")


@rule(Clause(ACT, "99", 4), "支給できる残りの日数", since=REFORM)
def term(month: Month, claim: Claim) -> Finding[Term]:
    """通算して: only days paid count (施行規則第84条の3). What had run out by the end of 2021 stays so (令和3年法律第66号附則第3条第2項)."""
    return derive(
        "支給できる残りの日数",
        lambda first, paid: Term(
            0 if anniversary(first, TERM_MONTHS) <= REFORM else max(0, days_of_term(first) - paid),
            date.max,
        ),
        claim.first_paid,
        claim.paid_before,
    )


@term.version(Clause(ACT, "99", 4), since=KEPT_SINCE, until=BEFORE_REFORM)
def _from_the_first_day(month: Month, claim: Claim) -> Finding[Term]:
    """起算して一年六月を超えない: days on which nothing was paid counted, too."""
    return derive(
        "支給できる最後の日",
        lambda first: Term(days_of_term(first), anniversary(first, TERM_MONTHS) - timedelta(days=1)),
        claim.first_paid,
    )


def lapsed(day: date, claimed: date) -> bool:
    """第193条第1項: whether the right to the allowance of a day has lapsed when it is claimed: two years from the day after."""
    years = table(TABLE).number(Month.of(day), "lapse_years").known()
    return claimed >= anniversary(day + timedelta(days=1), 12 * years)
