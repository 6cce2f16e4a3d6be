"""Days on which offices work, and deadlines counted in them.

Public holidays (国民の祝日に関する法律) are those of the package jpholiday. Offices are closed on Saturdays, Sundays, public holidays and from
29 December to 3 January (地方自治法第4条の2第2項; 行政機関の休日に関する法律第1条).
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import jpholiday

FIRST_YEAR: Final = 1949
"""The Act came into force on 20 July 1948."""
LAST_YEAR: Final = 2099
"""As far as the equinoxes can be told beforehand; 国立天文台 publishes them each February for the year after."""
_DAY: Final = timedelta(days=1)


class UnknownYear(LookupError):
    """The holidays of this year are not known."""


@lru_cache(128)
def holidays(year: int) -> dict[date, str]:
    """The public holidays of a year by day. Raises UnknownYear."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UnknownYear(year)
    return dict(jpholiday.year_holidays(year))


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
