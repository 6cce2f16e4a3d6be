"""From which month an allowance runs and in which month a month is paid, as the laws of allowances word it alike."""

from datetime import date
from typing import Final

from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.table import Table

GRACE_DAYS: Final = 15
"""…た後十五日以内にその請求をしたとき"""


def first_month(
    claimed: date, *, prevented_from: date | None = None, prevention_ended: date | None = None
) -> Month:
    """認定の請求をした日の属する月の翌月.

    Who was prevented from claiming and claims within fifteen days after that ended has it from the month after the day
    `prevented_from`; `prevention_ended` where that was another day (a move is one day).
    """
    if prevented_from is not None:
        ended = prevention_ended or prevented_from
        if 0 <= (claimed - ended).days <= GRACE_DAYS:
            return Month.of(prevented_from).following
    return Month.of(claimed).following


def months_lost(
    entitled: date,
    claimed: date,
    *,
    prevented_from: date | None = None,
    prevention_ended: date | None = None,
) -> int:
    """How many months a late claim loses: those from the month after the day `entitled` to the month before the first paid.

    Nothing but a claim brings them back: a move or an unavoidable reason with a claim within fifteen days counts, no other reason.
    """
    due = Month.of(entitled).following
    first = first_month(claimed, prevented_from=prevented_from, prevention_ended=prevention_ended)
    return max(0, 12 * (first.year - due.year) + first.month - due.month)


def paid_in(month: Month, table: Table) -> Month:
    """The first payment month after a month (それぞれの前月までの分を支払う), by the table's `payment_months`. Raises NotInForce."""
    candidate = month.following
    while candidate.month not in table.months(candidate, "payment_months"):
        candidate = candidate.following
    return candidate
