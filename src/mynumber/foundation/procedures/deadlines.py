"""Deadlines of a case: until when one may apply, and until when the office decides.

The times of a case are kept apart (手続法): 送信 sent, 到達 arrived, 受理 taken up, 補正 corrected, 決定 decided. The application has its effect when
it arrives (到達: デジタル手続法第6条第3項), whatever the hour; the standard period of processing runs from arrival (行政手続法第6条), and what
the applicant takes to correct does not count.
"""

import calendar as months
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from mynumber.foundation.procedures.calendar import (
    add_business_days,
    business_days_between,
    next_open,
    previous_open,
)
from mynumber.foundation.procedures.definition import (
    ApplyWithin,
    DayCount,
    Payout,
    PayoutRhythm,
    Procedure,
    ReviewBody,
)
from mynumber.foundation.procedures.values import Value


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when one may apply; None: open to that side."""

    opens: date | None
    closes: date | None

    def holds(self, on: date) -> bool:
        """Whether one may apply on the day."""
        return (self.opens is None or self.opens <= on) and (self.closes is None or on <= self.closes)


def window(
    procedure: Procedure, answers: Mapping[str, Value], *, on: date, events: Mapping[str, date] | None = None
) -> Window:
    """The window of application for these answers. `events` gives the day of an event the period counts from, where no field does.

    A yearly window is that of the year of `on`. Who applies later is not turned away by this: what is lost then the rule says.
    """
    apply = procedure.deadlines.apply
    if apply.opens:
        return Window(_in_year(apply.opens, on.year), next_open(_in_year(apply.closes, on.year)))
    since = _since(apply, answers, events or {})
    if since is None:
        return Window(None, None)
    if apply.days is not None:
        last = since + timedelta(days=apply.days)
    else:
        last = plus_months(since, (apply.months or 0) + 12 * (apply.years or 0))
    return Window(since, next_open(last))


def _since(apply: ApplyWithin, answers: Mapping[str, Value], events: Mapping[str, date]) -> date | None:
    said = answers.get(apply.after)
    return date.fromisoformat(said) if isinstance(said, str) else events.get(apply.after)


def _in_year(month_day: str, year: int) -> date:
    month, day = (int(part) for part in month_day.split("-"))
    return date(year, month, min(day, months.monthrange(year, month)[1]))


def plus_months(day: date, count: int) -> date:
    """The day that corresponds so many months later; the last of the month where there is none (民法第143条第2項)."""
    year, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))


def decide_by(procedure: Procedure, arrived: date, *, correcting_days: int = 0) -> date:
    """The last day of the standard (or legal) period of processing; days spent on correction are added."""
    processing = procedure.deadlines.processing
    if processing.count is DayCount.BUSINESS:
        return add_business_days(arrived, processing.days + correcting_days)
    return next_open(arrived + timedelta(days=processing.days + correcting_days))


def correct_by(procedure: Procedure, asked: date) -> date:
    """Until when to correct (補正), an open day."""
    return next_open(asked + timedelta(days=procedure.deadlines.correction_days))


def days_left(procedure: Procedure, arrived: date, today: date, *, correcting_days: int = 0) -> int:
    """Days until `decide_by`, in the procedure's own count; negative when it is past."""
    last = decide_by(procedure, arrived, correcting_days=correcting_days)
    if procedure.deadlines.processing.count is DayCount.BUSINESS:
        left = business_days_between(today, last)
        return left if today <= last else -business_days_between(last, today)
    return (last - today).days


def review_by(procedure: Procedure, known_on: date) -> date | None:
    """Until when to object (審査請求): three months from the day after one knew (行政不服審査法第18条第1項); None if there is no objection."""
    if procedure.letters.review is ReviewBody.NONE:
        return None
    return next_open(plus_months(known_on, procedure.letters.months))


def payment_day(payout: Payout, decided: date) -> date | None:
    """The first payment day after a decision in a payout of fixed months; None where the body sets its own."""
    if payout.rhythm is not PayoutRhythm.MONTHS or payout.day is None:
        return None
    year, month = decided.year, decided.month
    for _ in range(13):
        if month in payout.months:
            day = previous_open(date(year, month, payout.day))
            if day > decided:
                return day
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return None
