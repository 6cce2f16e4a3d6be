"""Dates of which a part is unknown (不詳), as old family registers hold them."""

import calendar
import re
from datetime import date
from typing import Self

from mynumber.foundation.people.faults import Flaw, MalformedPersonalData
from mynumber.foundation.people.masked import Masked
from mynumber.foundation.people.wareki import Wareki

_FORM = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


class PartialDate(Masked, frozen=True):
    """A date whose day, or month and day, or whole may be unknown; None is 不詳. Raises MalformedPersonalData."""

    year: int | None
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if (self.year is None and self.month is not None) or (self.month is None and self.day is not None):
            raise MalformedPersonalData("a known part stands below an unknown one", Flaw.FORM)
        try:
            date(
                2000 if self.year is None else self.year,
                1 if self.month is None else self.month,
                1 if self.day is None else self.day,
            )
        except (ValueError, OverflowError):
            raise MalformedPersonalData("the calendar has no such day", Flaw.NO_SUCH_DAY) from None

    @classmethod
    def of(cls, day: date) -> Self:
        """A date of which all is known."""
        return cls(day.year, day.month, day.day)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read YYYY-MM-DD, where 00 (and 0000) stands for an unknown part."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise MalformedPersonalData("not a date of the form YYYY-MM-DD", Flaw.FORM)
        year, month, day = (int(part) or None for part in match.groups())
        return cls(year, month, day)

    @property
    def iso(self) -> str:
        """YYYY-MM-DD with 00 for unknown parts; what `parse` reads."""
        return f"{self.year or 0:04d}-{self.month or 0:02d}-{self.day or 0:02d}"

    @property
    def exact(self) -> date | None:
        """The day if all parts are known."""
        if self.year is None or self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)

    @property
    def earliest(self) -> date | None:
        """The first day it can be; None if the year is unknown."""
        return None if self.year is None else date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date | None:
        """The last day it can be; None if the year is unknown."""
        if self.year is None:
            return None
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @property
    def text(self) -> str:
        """昭和20年3月10日, 昭和20年3月日不詳, 昭和20年月日不詳, 年月日不詳.

        A year in which an era changed is ambiguous without month and day: it is then written by both eras (昭和64年・平成元年).
        """
        first, last = self.earliest, self.latest
        if first is None or last is None:
            return "年月日不詳"
        begin, end = Wareki.of(first), Wareki.of(last)
        if self.exact:
            return begin.text
        years = begin.year_text if begin.era is end.era else f"{begin.year_text}・{end.year_text}"
        return f"{years}月日不詳" if self.month is None else f"{years}{self.month}月日不詳"
