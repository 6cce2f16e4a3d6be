"""通知書: the service's decisions as the common letter tells them."""

from __future__ import annotations

from datetime import datetime

from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.rules.national_pension import Kind
from mynumber.institutions.pension_service.exemptions.models import Decision
from mynumber.webkit.examination import letters
from mynumber.webkit.examination.letters import Notice, decided_of
from mynumber.webkit.examination.sheets import day

SENDER = "日本年金機構理事長"
"""By delegation of the Minister (国民年金法第109条の4第1項)."""


def notice_of(decision: Decision, procedure: Procedure, *, at: datetime) -> Notice:
    """The letter of a decision."""
    words = Kind[decision.kind].japanese if decision.kind else ""
    decided = decided_of(decision, sender=SENDER, words=words, until=decision.until_month)
    return letters.notice_of(decided, procedure, on=day(at))
