"""Figures of the law that change with time or are uncertain: one row from each day on. What is marked uncertain is a parameter, no fact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from mynumber.foundation.pki import JAPAN


def day_in_japan(at: datetime) -> date:
    """The day of a moment, as the law counts days."""
    return at.astimezone(JAPAN).date()


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds from a day on."""

    since: date
    abroad_keeps_card: bool
    """Whether card and authentication certificate go on when their holder moves abroad (Act art. 17, as in force since 2024-05-27)."""
    signature_from_age: int = 15
    """Younger people get no signature certificate (default of the practice statement)."""
    days_to_arrive: int = 30
    """After the day of moving out that was notified, the card ends unless a municipality takes the holder in (個人番号カード省令 art. 28 ff.)."""
    days_to_notify: int = 14
    """A moving-in is notified within so many days of it (住民基本台帳法 art. 22): they are added, since J-LIS hears of the notification only.
    Uncertain: how the real system adds the two terms."""
    order_minutes: int = 60
    """How long after the order to make a key the certificate may be asked for. This project's choice."""

    @property
    def time_to_be_taken_in(self) -> timedelta:
        """From the day of moving out to the end of the card."""
        return timedelta(days=self.days_to_arrive + self.days_to_notify)


_RULES: Final = (
    Rules(since=date(2016, 1, 1), abroad_keeps_card=False),
    Rules(since=date(2024, 5, 27), abroad_keeps_card=True),
)


def rules_on(day: date) -> Rules:
    """The rules of a day; before the first card those of the first day."""
    return next((rules for rules in reversed(_RULES) if rules.since <= day), _RULES[0])


@dataclass(frozen=True, slots=True)
class Fees:
    """手数料: yen a check from a day on (公的個人認証法 art. 67; what is taken today is uncertain)."""

    since: date
    signature_check: int
    authentication_check: int


_FEES: Final = (
    Fees(since=date(2016, 1, 1), signature_check=20, authentication_check=2),
    Fees(since=date(2023, 1, 1), signature_check=0, authentication_check=0),
)


def fees_on(day: date) -> Fees:
    """What a check costs on a day."""
    return next((fees for fees in reversed(_FEES) if fees.since <= day), _FEES[0])
