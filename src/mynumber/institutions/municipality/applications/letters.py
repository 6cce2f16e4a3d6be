"""通知書 of a municipality: its decisions as the common letter tells them."""

from __future__ import annotations

from datetime import datetime

from mynumber.foundation.procedures.definition import Procedure
from mynumber.institutions.municipality.applications.models import Application, Decision
from mynumber.institutions.municipality.applications.sheets import day
from mynumber.institutions.municipality.applications.words import town
from mynumber.webkit.examination import letters
from mynumber.webkit.examination.letters import Decided, Notice, content, pdf, read
from mynumber.webkit.examination.states import Outcome
from mynumber.webkit.paper import Mark, subject_of

__all__ = ["Notice", "content", "mark_of", "notice_of", "of_application", "pdf", "read"]


def notice_of(decision: Decision, procedure: Procedure, *, at: datetime) -> Notice:
    """The letter of a decision."""
    application = decision.application
    decided = Decided(
        number=f"{application.receipt}-{decision.pk}",
        receipt=application.receipt,
        to=application.stated_name,
        sender=f"{town(application.tenant)}長",
        arrived_on=day(application.arrived_at),
        outcome=Outcome(decision.outcome),
        amount=decision.amount,
        words=str(decision.content.get("words") or ""),
        from_month=decision.from_month,
        due_amount=decision.due_amount,
        due_on=decision.due_on,
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
    decision = application.decisions.filter(state="approved").first()
    return read(decision.content["notice"]) if decision and "notice" in decision.content else None
