"""補正の期限: who does not answer is reminded once; after that the service decides on what it has (行政手続法第7条)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Final

from django.db import transaction

from mynumber.foundation.procedures.deadlines import decide_by
from mynumber.institutions.pension_service.exemptions.models import Application, Entry
from mynumber.institutions.pension_service.exemptions.sheets import procedure_of
from mynumber.institutions.pension_service.exemptions.telling import tell
from mynumber.institutions.pension_service.exemptions.words import office_of
from mynumber.protocols.applications import Step
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.examination.states import State
from mynumber.webkit.turns import take_turns

GRACE: Final = timedelta(days=7)
"""After the reminder, before the service goes on."""
LOOK_EVERY_SECONDS: Final = 600.0
_SYSTEM: Final = "（システム）"


def chase(*, at: datetime) -> tuple[int, int]:
    """Remind whose day has passed, and go on without those who were reminded long enough ago; how many of each."""
    reminded = went_on = 0
    with transaction.atomic():
        waiting = Application.objects.select_for_update().filter(
            state=State.CORRECTING, correct_by__lt=day(at)
        )
        for row in waiting.order_by("pk"):
            if row.correct_by is not None and day(at) > row.correct_by + GRACE:
                _go_on(row, at)
                went_on += 1
            elif not row.entries.filter(act="reminded", at__gte=row.asked_at).exists():
                _remind(row, at)
                reminded += 1
    return reminded, went_on


def _remind(row: Application, at: datetime) -> None:
    until = (row.correct_by or day(at)) + GRACE
    Entry.objects.create(application=row, at=at, by_name=_SYSTEM, act="reminded")
    tell(
        row,
        Step.WORDS,
        at=at,
        holder="申請者",
        expected_by=until,
        words=f"直していただく期限を過ぎました。{until.year}年{until.month}月{until.day}日までに届かないときは、いま届いている内容で決定します。",
    )


def _go_on(row: Application, at: datetime) -> None:
    """The days that the applicant was waited for do not count for the office."""
    if row.asked_at is not None:
        row.correcting_days += (day(at) - day(row.asked_at)).days
    row.decide_by = decide_by(procedure_of(row), day(row.arrived_at), correcting_days=row.correcting_days)
    row.state = State.EXAMINED if row.accepted_at else State.ARRIVED
    row.correct_by = None
    row.save(update_fields=["correcting_days", "decide_by", "state", "correct_by"])
    Entry.objects.create(application=row, at=at, by_name=_SYSTEM, act="overdue")
    tell(
        row,
        Step.WORDS,
        at=at,
        holder=office_of(row),
        expected_by=row.decide_by,
        words="期限までに届かなかったため、いま届いている内容で審査します。決定までは、直した内容を送れます。",
    )


def start() -> Thread:
    """Look as long as the process lives."""
    return take_turns("corrections", lambda: chase(at=datetime.now(UTC)), every=LOOK_EVERY_SECONDS)
