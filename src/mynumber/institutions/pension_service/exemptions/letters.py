"""通知書: the service's decisions as the common letter tells them."""

from __future__ import annotations

from datetime import datetime

from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.rules.national_pension import Kind
from mynumber.institutions.pension_service.exemptions.models import Application, Decision
from mynumber.webkit.examination import letters
from mynumber.webkit.examination.letters import Decided, Notice, read
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.examination.states import DecisionState, Outcome
from mynumber.webkit.paper import Mark, subject_of

SENDER = "日本年金機構理事長"
"""By delegation of the Minister (国民年金法第109条の4第1項)."""


def notice_of(decision: Decision, procedure: Procedure, *, at: datetime) -> Notice:
    """The letter of a decision."""
    application = decision.application
    decided = Decided(
        number=f"{application.receipt}-{decision.pk}",
        receipt=application.receipt,
        to=application.stated_name,
        sender=SENDER,
        arrived_on=day(application.arrived_at),
        outcome=Outcome(decision.outcome),
        words=Kind[decision.kind].japanese if decision.kind else "",
        from_month=decision.from_month,
        until=decision.until_month,
        grounds=tuple(decision.grounds),
    )
    return letters.notice_of(decided, procedure, on=day(at))


def mark_of(application: Application) -> Mark:
    """Whose the papers of an application are; the portal computes the same from what it knows."""
    subject = subject_of(
        application.reference,
        name=application.stated_name,
        birth=application.stated_birth,
        sex=application.stated_sex,
    )
    return Mark(application.reference, subject)


def of_application(application: Application) -> Notice | None:
    """The letter that was sent, if there is one."""
    decision = application.decisions.filter(state=DecisionState.APPROVED).first()
    return read(decision.notice) if decision and decision.notice else None
