"""第8条: from which month the allowance runs, and in which month a month is paid."""

from datetime import date
from typing import Final

from mynumber.foundation.rules.child_allowance.amount import TABLE
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.table import table

GRACE_DAYS: Final = 15
"""第8条第3項: …た後十五日以内にその請求をしたとき"""


def first_month(
    claimed: date, *, prevented_from: date | None = None, prevention_ended: date | None = None
) -> Month:
    """認定の請求をした日の属する月の翌月 (第2項).

    Who moved, or could not claim for a disaster or the like (第3項), and claims within fifteen days after, has it from the month
    after the day of moving or of being prevented: `prevented_from`, and `prevention_ended` where that was another day.
    """
    if prevented_from is not None:
        ended = prevention_ended or prevented_from
        if 0 <= (claimed - ended).days <= GRACE_DAYS:
            return Month.of(prevented_from).following
    return Month.of(claimed).following


def paid_in(month: Month) -> Month:
    """The payment month in which a month is paid: the first one after it (第4項: それぞれの前月までの分)."""
    candidate = month.following
    while candidate.month not in table(TABLE).months(candidate, "payment_months"):
        candidate = candidate.following
    return candidate
