"""第8条: from which month the allowance runs (第2項, 第3項: a move counts as being prevented), and when a month is paid (第4項)."""

from mynumber.foundation.rules import payment
from mynumber.foundation.rules.child_allowance.amount import TABLE
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.payment import first_month
from mynumber.foundation.rules.table import table


def paid_in(month: Month) -> Month:
    """The payment month in which a month is paid."""
    return payment.paid_in(month, table(TABLE))


__all__ = ["first_month", "paid_in"]
