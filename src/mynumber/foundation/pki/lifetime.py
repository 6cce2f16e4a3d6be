"""How long a card and its certificates are valid, and serial numbers as text.

Source: docs/protocols/card.md, life cycle.
"""

from __future__ import annotations

import calendar
import re
import secrets
from datetime import UTC, date, datetime, time, timedelta, timezone

JAPAN = timezone(timedelta(hours=9), "JST")
CERTIFICATE_BIRTHDAYS = 5
CARD_BIRTHDAYS_ADULT = 10
CARD_BIRTHDAYS_MINOR = 5
ADULT_AGE = 18
RENEWAL_WINDOW_MONTHS = 3
_SERIAL = re.compile(r"[1-9A-F][0-9A-F]{0,39}")
_SERIAL_BITS = 63


class MalformedSerial(Exception):
    """The text is no serial number. Never says which text: a serial number stands for a person."""


def birthday_in(year: int, birth: date) -> date:
    """The birthday in a year; 29 February counts as 28 February in every year.

    Uncertain for 29 February: which day the real certificates end on is not in our sources.
    """
    if (birth.month, birth.day) == (2, 29):
        return date(year, 2, 28)
    return birth.replace(year=year)


def nth_birthday_after(day: date, birth: date, count: int) -> date:
    """The `count`-th birthday after `day`; a birthday on `day` itself is not counted."""
    first = day.year if birthday_in(day.year, birth) > day else day.year + 1
    return birthday_in(first + count - 1, birth)


def certificate_expiry(
    issued: date,
    birth: date,
    *,
    renews: date | None = None,
    card_expiry: date | None = None,
    authentication_expiry: date | None = None,
) -> date:
    """Last day of a certificate: the 5th birthday after issue, never past the card.

    renews: expiry of the certificate that this one replaces. Renewed when less than 3 months of it are left, a certificate lasts to the 6th
    birthday, so that nobody loses a year by being early.
    authentication_expiry: of a signature certificate, the end of the authentication certificate beside it: it does not last longer.
    """
    last = nth_birthday_after(issued, birth, CERTIFICATE_BIRTHDAYS + in_renewal_window(issued, renews))
    return min(last, card_expiry or last, authentication_expiry or last)


def card_expiry(
    issued: date, birth: date, *, adult: bool, renews: date | None = None, stay_until: date | None = None
) -> date:
    """Last day of a card: the 10th birthday after issue, the 5th for a person under 18 when it is issued.

    renews: expiry of the card that this one replaces; one birthday more when less than 3 months of it are left, as for certificates.
    stay_until: the end of the period of stay (在留期間) of a foreign resident who has one: the card does not last longer.
    """
    birthdays = CARD_BIRTHDAYS_ADULT if adult else CARD_BIRTHDAYS_MINOR
    last = nth_birthday_after(issued, birth, birthdays + in_renewal_window(issued, renews))
    return min(last, stay_until or last)


def in_renewal_window(issued: date, renews: date | None) -> bool:
    """Whether what is renewed on a day is renewed early, so that it lasts a birthday longer. Less than 3 months are left from the day after the one 3 months before; where that month has no such day, from the 1st of the next.

    On the last day itself nothing is lost: the birthday of that day is not counted anyway.
    """
    return renews is not None and _months_before(renews, RENEWAL_WINDOW_MONTHS) < issued < renews


def end_of_day(day: date) -> datetime:
    """The last second of a day in Japan, as UTC (14:59:59Z): notAfter of a certificate."""
    return datetime.combine(day, time(23, 59, 59), JAPAN).astimezone(UTC)


def new_serial() -> int:
    """A random positive serial number of 63 bits. Whoever stores it makes sure that it is the only one."""
    return secrets.randbits(_SERIAL_BITS - 1) + 1


def serial_text(serial: int) -> str:
    """A serial number as programs keep it: upper-case hexadecimal without leading zeros."""
    if serial <= 0:
        raise MalformedSerial("a serial number is positive")
    return f"{serial:X}"


def parse_serial(text: str) -> int:
    """Read `serial_text` back. Raises MalformedSerial."""
    if not _SERIAL.fullmatch(text):
        raise MalformedSerial("a serial number is upper-case hexadecimal without leading zeros")
    return int(text, 16)


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    month += 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
