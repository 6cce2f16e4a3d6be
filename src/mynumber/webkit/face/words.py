"""How dates, times, money and identifiers are written on a page for people in Japan."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Protocol

from mynumber.foundation.people import MalformedPersonalData, Wareki

JST = timezone(timedelta(hours=9), "JST")
_WEEKDAYS = "月火水木金土日"
# Not strftime's: the words must not depend on the locale of the process.
_ENGLISH_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


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


def moment(at: datetime, *, english: bool = False) -> Moment:
    """A point in time in Japan, to the second: 2026年11月22日 13:05:06. Raises ValueError for a naive datetime."""
    if at.tzinfo is None:
        raise ValueError("a naive datetime has no place on a page")
    local = at.astimezone(JST)
    on = _day_in_english(local.date()) if english else _day(local.date())
    return Moment(f"{on} {local:%H:%M:%S}", local.isoformat(timespec="seconds"))


def day(on: date, *, english: bool = False) -> Moment:
    """A calendar day with its weekday: 2026年11月22日(日), or Sun 22 November 2026."""
    if isinstance(on, datetime):
        if on.tzinfo is None:
            raise ValueError("a naive datetime has no place on a page")
        on = on.astimezone(JST).date()
    if english:
        return Moment(f"{_ENGLISH_WEEKDAYS[on.weekday()]} {_day_in_english(on)}", on.isoformat())
    return Moment(f"{_day(on)}({_WEEKDAYS[on.weekday()]})", on.isoformat())


def both_calendars(on: date, *, english: bool = False) -> Moment:
    """A calendar day with both years: 2026年（令和8年）4月1日, in English 1 April 2026. Days before 1873 have the Gregorian year alone."""
    if english:
        return Moment(_day_in_english(on), on.isoformat())
    try:
        era = Wareki.of(on).year_text
    except MalformedPersonalData:
        era = ""
    return Moment(f"{on.year}年{f'（{era}）' if era else ''}{on.month}月{on.day}日", on.isoformat())


def plain_day(on: date, *, english: bool = False) -> str:
    """A calendar day within a sentence: 2026年11月3日, or 3 November 2026."""
    return _day_in_english(on) if english else _day(on)


def month(year: int, month: int, *, english: bool = False) -> str:
    """A calendar month: 2026年11月, or November 2026. month: 1 to 12."""
    return f"{_ENGLISH_MONTHS[month - 1]} {year}" if english else f"{year}年{month}月"


def yen(amount: int, *, english: bool = False) -> str:
    """Integer yen with separators: 1,234,567円, or 1,234,567 yen. Raises TypeError for anything but an integer."""
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise TypeError("money is integer yen")
    return f"{amount:,} yen" if english else f"{amount:,}円"


def in_groups(digits: str, size: int = 4) -> str:
    """A long identifier in groups, so that a person can read it aloud: 1234 5678 9012."""
    return " ".join(digits[start : start + size] for start in range(0, len(digits), size))


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def _day_in_english(on: date) -> str:
    return f"{on.day} {_ENGLISH_MONTHS[on.month - 1]} {on.year}"
