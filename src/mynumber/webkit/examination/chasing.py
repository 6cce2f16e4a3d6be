"""補正の期限: who does not answer is reminded once; after that the office decides on what it has (行政手続法第7条).

The application does not end by itself: whether what is there suffices is a decision with reasons and four eyes like every other, and an answer that comes late is
still taken in while nothing is decided.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from mynumber.foundation.procedures.deadlines import decide_by
from mynumber.protocols.applications import APPLICANT, Step
from mynumber.webkit.examination.filed import procedure_of
from mynumber.webkit.examination.models import Application, rows_of
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.examination.states import State
from mynumber.webkit.examination.telling import tell

WORKER: Final = "corrections"
LOOK_EVERY_SECONDS: Final = 600.0
GRACE: Final = timedelta(days=7)
"""After the reminder, before the office goes on."""
_SYSTEM: Final = "（システム）"


def chase(applications: type[Application], *, at: datetime) -> tuple[int, int]:
    """Remind whose day has passed, and go on without those who were reminded long enough ago; how many of each. In a transaction of the body."""
    today = day(at)
    reminded = went_on = 0
    waiting = rows_of(applications).select_for_update().filter(state=State.CORRECTING, correct_by__lt=today)
    for row in waiting.order_by("pk"):
        if row.correct_by is not None and today > row.correct_by + GRACE:
            _go_on(row, at)
            went_on += 1
        elif not row.entries.filter(act="reminded", at__gte=row.asked_at).exists():
            _remind(row, at)
            reminded += 1
    return reminded, went_on


def _remind(row: Application, at: datetime) -> None:
    until = (row.correct_by or day(at)) + GRACE
    row.entries.create(at=at, by_name=_SYSTEM, act="reminded")
    tell(
        row,
        Step.WORDS,
        at=at,
        holder=APPLICANT,
        expected_by=until,
        words=f"直していただく期限を過ぎました。{until.year}年{until.month}月{until.day}日までに届かないときは、いま届いている内容で決定します。",
    )


def _go_on(row: Application, at: datetime) -> None:
    count_correction(row, at)
    row.state = State.EXAMINED if row.accepted_at else State.ARRIVED
    row.correct_by = None
    row.save(update_fields=["correcting_days", "decide_by", "state", "correct_by"])
    row.entries.create(at=at, by_name=_SYSTEM, act="overdue")
    tell(
        row,
        Step.WORDS,
        at=at,
        expected_by=row.decide_by,
        words="期限までに届かなかったため、いま届いている内容で審査します。決定までは、直した内容を送れます。",
    )


def count_correction(row: Application, at: datetime) -> None:
    """The days that the applicant was waited for do not count for the office. The caller saves the row."""
    if row.asked_at is not None:
        row.correcting_days += (day(at) - day(row.asked_at)).days
    row.decide_by = decide_by(procedure_of(row), day(row.arrived_at), correcting_days=row.correcting_days)
