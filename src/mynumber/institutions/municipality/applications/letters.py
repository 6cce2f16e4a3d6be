"""通知書 of a municipality: its decisions as the common letter tells them."""

from __future__ import annotations

from datetime import datetime

from mynumber.foundation.procedures.definition import Procedure
from mynumber.institutions.municipality.applications.models import Decision
from mynumber.webkit.examination import letters
from mynumber.webkit.examination.letters import Notice, decided_of
from mynumber.webkit.examination.sheets import day


def notice_of(decision: Decision, procedure: Procedure, *, at: datetime) -> Notice:
    """The letter of a decision."""
    decided = decided_of(
        decision,
        sender=f"{decision.application.body}長",
        amount=decision.amount,
        words=str(decision.content.get("words") or ""),
        due_amount=decision.due_amount,
        due_on=decision.due_on,
    )
    return letters.notice_of(decided, procedure, on=day(at))
