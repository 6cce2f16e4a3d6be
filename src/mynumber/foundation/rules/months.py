"""Months, in which allowances are counted (月を単位として), and the years that a month looks back to."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the calendar. Raises ValueError if there is none such."""

    year: int
    month: int

    def __post_init__(self) -> None:
        date(self.year, self.month, 1)

    @classmethod
    def of(cls, day: date) -> Self:
        """The month a day belongs to (の属する月)."""
        return cls(day.year, day.month)

    def plus(self, months: int) -> "Month":
        """So many months later; earlier if negative."""
        years, month = divmod(self.month - 1 + months, 12)
        return Month(self.year + years, month + 1)

    @property
    def following(self) -> "Month":
        """翌月"""
        return self.plus(1)

    @property
    def first_day(self) -> date:
        """初日"""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """末日"""
        return self.following.first_day - timedelta(days=1)

    @property
    def text(self) -> str:
        """2026年4月"""
        return f"{self.year}年{self.month}月"


def anniversary(day: date, months: int) -> date:
    """The day of the calendar on which a term of months from `day` has passed (民法第143条第2項), the day after its last."""
    month = Month.of(day).plus(months)
    if day.day > month.last_day.day:
        return month.following.first_day
    return date(month.year, month.month, day.day)


def income_year(month: Month, *, turns_in: int) -> int:
    """The calendar year of 前年の所得 for a month, where the year of payment turns in month `turns_in`.

    With 11, November 2026 to October 2027 look at the income of 2025: "前年の所得 ... その年の十一月から翌年の十月まで".
    """
    return month.year - 1 if month.month >= turns_in else month.year - 2
