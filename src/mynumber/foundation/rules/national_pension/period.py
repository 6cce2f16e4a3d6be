"""Which months one may apply for, in which years of application, and until when one may pay later."""

from datetime import date
from typing import Final

from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.national_pension.income import TABLE
from mynumber.foundation.rules.table import table

MONTHS_BACK: Final = 25
"""A month's premium is due by the end of the next month (第91条) and lapses two years later (第102条第4項)."""


def earliest_month(applied: date) -> Month:
    """The earliest month whose premium can still be remitted on an application of this day."""
    return Month.of(applied).plus(-MONTHS_BACK)


def months_of_application(month: Month, *, student: bool = False) -> tuple[Month, Month]:
    """The first and last month of the year of application that a month is in.

    July to June (施行規則第77条第1項); of students April to March (第77条の4第1項).
    """
    turns = 4 if student else 7
    first = Month(month.year if month.month >= turns else month.year - 1, turns)
    return first, first.plus(11)


def repayable(month: Month, on: date) -> bool:
    """追納: whether a remitted month may still be paid (第94条第1項: 承認の日の属する月前十年以内)."""
    years = table(TABLE).number(Month.of(on), "repay_years").known()
    return Month.of(on).plus(-12 * years) <= month < Month.of(on)
