"""How dates, times, money and identifiers are written on a page for people in Japan."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Protocol

from mynumber.foundation.people import MalformedPersonalData, Wareki

JST = timezone(timedelta(hours=9), "JST")
_WEEKDAYS = "月火水木金土日"


class Said(Protocol):
    """One text in several languages, as the catalogue holds them."""

    def in_language(self, language: str) -> str:
        """The text in "ja", "easy" or "en"."""
        ...


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as words and as the machine-readable value of `<time datetime>`."""

    words: str
    machine: str


def moment(at: datetime) -> Moment:
    """A point in time in Japan, to the second. Raises ValueError for a naive datetime."""
    if at.tzinfo is None:
        raise ValueError("a naive datetime has no place on a page")
    local = at.astimezone(JST)
    return Moment(f"{_day(local.date())} {local:%H:%M:%S}", local.isoformat(timespec="seconds"))


def day(on: date) -> Moment:
    """A calendar day with its weekday: 2026年11月22日(日)."""
    if isinstance(on, datetime):
        if on.tzinfo is None:
            raise ValueError("a naive datetime has no place on a page")
        on = on.astimezone(JST).date()
    return Moment(f"{_day(on)}({_WEEKDAYS[on.weekday()]})", on.isoformat())


def both_calendars(on: date) -> Moment:
    """A calendar day with both years: 2026年（令和8年）4月1日. Days before 1873 have the Gregorian year alone."""
    try:
        era = f"（{Wareki.of(on).year_text}）"
    except MalformedPersonalData:
        era = ""
    return Moment(f"{on.year}年{era}{on.month}月{on.day}日", on.isoformat())


def yen(amount: int) -> str:
    """Integer yen with separators: 1,234,567円. Raises TypeError for anything but an integer."""
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise TypeError("money is integer yen")
    return f"{amount:,}円"


def in_groups(digits: str, size: int = 4) -> str:
    """A long identifier in groups, so that a person can read it aloud: 1234 5678 9012."""
    return " ".join(digits[start : start + size] for start in range(0, len(digits), size))


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"
