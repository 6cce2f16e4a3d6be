"""What staff fill in."""

from __future__ import annotations

from mynumber.webkit.face.fields import WarekiDateField
from mynumber.webkit.face.forms import PlainForm


class DayForm(PlainForm):
    """Which day is paid on."""

    pay_on = WarekiDateField(label="振込の日")
