"""Days on which offices work, and deadlines counted in them.

Public holidays (国民の祝日に関する法律, arts. 2 and 3) as the Act has read since 2022; the equinoxes by the usual formula, which gives the days
that 国立天文台 publishes each February for the year after. Offices are closed on Saturdays, Sundays, public holidays and from
29 December to 3 January (地方自治法第4条の2第2項; 行政機関の休日に関する法律第1条).
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

FIRST_YEAR: Final = 2022
"""In 2020 and 2021 holidays were moved by special law; before, other days held."""
LAST_YEAR: Final = 2099
"""As far as the formula of the equinoxes holds."""
_FIXED: Final = {
    (1, 1): "元日",
    (2, 11): "建国記念の日",
    (2, 23): "天皇誕生日",
    (4, 29): "昭和の日",
    (5, 3): "憲法記念日",
    (5, 4): "みどりの日",
    (5, 5): "こどもの日",
    (8, 11): "山の日",
    (11, 3): "文化の日",
    (11, 23): "勤労感謝の日",
}
_MONDAYS: Final = {(1, 2): "成人の日", (7, 3): "海の日", (9, 3): "敬老の日", (10, 2): "スポーツの日"}
"""Month and which Monday of it."""
_DAY: Final = timedelta(days=1)
_SUNDAY: Final = 6


class UnknownYear(LookupError):
    """The holidays of this year are not kept."""


@lru_cache(128)
def holidays(year: int) -> dict[date, str]:
    """The public holidays of a year by day. Raises UnknownYear."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UnknownYear(year)
    days = {date(year, month, day): name for (month, day), name in _FIXED.items()}
    for (month, number), name in _MONDAYS.items():
        first = date(year, month, 1)
        days[first + timedelta(days=-first.weekday() % 7 + 7 * (number - 1))] = name
    days[date(year, 3, _equinox(year, 20.8431))] = "春分の日"
    days[date(year, 9, _equinox(year, 23.2488))] = "秋分の日"
    named = dict(days)
    for day in sorted(named):
        # 第3条第2項: of a holiday on a Sunday the next day that is no holiday.
        if day.weekday() == _SUNDAY:
            moved = day + _DAY
            while moved in named:
                moved += _DAY
            days[moved] = "休日（振替）"
        # 第3条第3項: a day between two holidays.
        between = day + _DAY
        if between not in named and between + _DAY in named and between not in days:
            days[between] = "休日（祝日にはさまれた日）"
    return dict(sorted(days.items()))


def _equinox(year: int, base: float) -> int:
    return int(base + 0.242194 * (year - 1980) - (year - 1980) // 4)


def is_closed(day: date) -> bool:
    """Whether offices are closed (閉庁日). Raises UnknownYear."""
    turn_of_the_year = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() >= 5 or turn_of_the_year or day in holidays(day.year)


def next_open(day: date) -> date:
    """The day itself if offices are open, else the next open day: a period that ends on a closed day ends then (地方自治法第4条の2第4項)."""
    while is_closed(day):
        day += _DAY
    return day


def previous_open(day: date) -> date:
    """The day itself if offices are open, else the open day before: for payment days that are brought forward."""
    while is_closed(day):
        day -= _DAY
    return day


def add_business_days(day: date, days: int) -> date:
    """The business day so many business days after; the first day does not count (初日不算入, 民法第140条)."""
    for _ in range(days):
        day = next_open(day + _DAY)
    return day


def business_days_between(since: date, until: date) -> int:
    """How many business days are after `since` up to and including `until`; 0 if until is not later."""
    return sum(1 for at in range(1, (until - since).days + 1) if not is_closed(since + timedelta(days=at)))
