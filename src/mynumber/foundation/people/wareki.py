"""Dates by era (和暦), both ways, for the solar calendar since 明治6年1月1日 (1873-01-01).

The day after 明治5年12月2日 of the lunisolar calendar was 明治6年1月1日 (明治5年太政官布告第337号). Earlier dates follow no rule that a
program can compute without tables of that calendar, so they are refused rather than guessed.
"""

import re
from datetime import date
from enum import Enum
from typing import Final, Self

from mynumber.foundation.people.faults import Flaw, MalformedPersonalData
from mynumber.foundation.people.masked import Masked

SOLAR_CALENDAR_FROM: Final = date(1873, 1, 1)


class Era(Enum):
    """元号 with its first day. A day on which an era began belongs wholly to the new era."""

    MEIJI = ("明治", "M", date(1868, 10, 23))
    TAISHO = ("大正", "T", date(1912, 7, 30))
    SHOWA = ("昭和", "S", date(1926, 12, 25))
    HEISEI = ("平成", "H", date(1989, 1, 8))
    REIWA = ("令和", "R", date(2019, 5, 1))

    def __init__(self, japanese: str, letter: str, first_day: date) -> None:
        self.japanese = japanese
        self.letter = letter
        self.first_day = first_day


_BY_MARK: Final = {mark: era for era in Era for mark in (era.japanese, era.letter)}
_LONG = re.compile(r"(明治|大正|昭和|平成|令和)(元|[1-9][0-9]?)年([1-9][0-9]?)月([1-9][0-9]?)日")
_SHORT = re.compile(r"([MTSHR])([0-9]{2})\.([0-9]{2})\.([0-9]{2})")


def era_of(day: date) -> Era:
    """The era of a day. Raises MalformedPersonalData before 1873-01-01."""
    if day < SOLAR_CALENDAR_FROM:
        raise MalformedPersonalData("the day is before the solar calendar", Flaw.BEFORE_SOLAR_CALENDAR)
    return next(era for era in reversed(Era) if era.first_day <= day)


class Wareki(Masked, frozen=True):
    """A day as era, year of the era (1 is 元年), month and day. Raises MalformedPersonalData."""

    era: Era
    year: int
    month: int
    day: int

    def __post_init__(self) -> None:
        self.to_date()

    @classmethod
    def of(cls, day: date) -> Self:
        """The era date of a day from 1873-01-01 on."""
        era = era_of(day)
        return cls(era, day.year - era.first_day.year + 1, day.month, day.day)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 令和元年5月1日 (or 令和1年) or R01.05.01, ASCII digits only."""
        match = _LONG.fullmatch(text) or _SHORT.fullmatch(text)
        if match is None:
            raise MalformedPersonalData("not a date by era", Flaw.FORM)
        mark, year, month, day = match.groups()
        return cls(_BY_MARK[mark], 1 if year == "元" else int(year), int(month), int(day))

    def to_date(self) -> date:
        """The day of the Gregorian calendar."""
        if self.era is Era.MEIJI and 1 <= self.year < 6:
            raise MalformedPersonalData("the day is before the solar calendar", Flaw.BEFORE_SOLAR_CALENDAR)
        if self.year < 1:
            raise MalformedPersonalData("an era has no such year", Flaw.NO_SUCH_DAY)
        try:
            day = date(self.era.first_day.year + self.year - 1, self.month, self.day)
        except (ValueError, OverflowError):
            raise MalformedPersonalData("the calendar has no such day", Flaw.NO_SUCH_DAY) from None
        if era_of(day) is not self.era:
            raise MalformedPersonalData("the day is outside the era", Flaw.NO_SUCH_DAY)
        return day

    @property
    def text(self) -> str:
        """令和元年5月1日"""
        return f"{self.year_text}{self.month}月{self.day}日"

    @property
    def year_text(self) -> str:
        """令和元年"""
        return f"{self.era.japanese}{'元' if self.year == 1 else self.year}年"

    @property
    def short(self) -> str:
        """R01.05.01"""
        return f"{self.era.letter}{self.year:02d}.{self.month:02d}.{self.day:02d}"
