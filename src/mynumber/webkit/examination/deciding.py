"""決定: proposed by the rule or by a person with reasons (起案), approved by a second person (決裁), told with grounds and how to object.

行政手続法 art. 8 (reasons). Nothing is told before the second person approved, and what was proposed about answers that have changed since is not approved.
What is decided and what follows from it (a payment, an entry in a record), the body says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from mynumber.foundation.procedures.definition import Procedure
from mynumber.protocols.applications import Step
from mynumber.webkit.examination.examining import held, lock, note
from mynumber.webkit.examination.filed import mark_of
from mynumber.webkit.examination.letters import Notice, content, pdf
from mynumber.webkit.examination.models import Application, Decision
from mynumber.webkit.examination.refusals import CannotDo, No
from mynumber.webkit.examination.sheets import Sheet
from mynumber.webkit.examination.states import DecisionState, Outcome, State
from mynumber.webkit.examination.telling import tell
from mynumber.webkit.staff.models import StaffMember

A = TypeVar("A", bound=Application)
_STEPS: Final = {
    Outcome.GRANTED: Step.GRANTED,
    Outcome.GRANTED_IN_PART: Step.GRANTED_IN_PART,
    Outcome.REFUSED: Step.REFUSED,
}


def ready(application: A, staff: StaffMember) -> A:
    """The locked row, if this member of staff may propose a decision now. Raises CannotDo."""
    row = held(application, staff, State.EXAMINED)
    if row.applicant is None:
        raise CannotDo(No.UNIDENTIFIED)
    return row


def grounds_in(reasons: str, procedure: Procedure) -> list[str]:
    """A person's reasons, a sentence a line, with the clauses of the procedure. Raises CannotDo where there are none."""
    lines = [line.strip() for line in reasons.splitlines() if line.strip()]
    if not lines:
        raise CannotDo(No.NO_REASONS)
    clauses = "、".join(clause.text for clause in procedure.basis[:2])
    return [f"{line}（{clauses}）" for line in lines]


def propose(
    row: Application,
    sheet: Sheet[Any],
    outcome: Outcome,
    staff: StaffMember,
    *,
    by_rule: bool,
    grounds: Sequence[str],
    trace: Sequence[str],
    at: datetime,
    **given: Any,
) -> Any:
    """起案. `given`: what the body decides beside yes and no, as its table has it. The caller holds the row."""
    decision = row.decisions.create(
        outcome=outcome,
        by_rule=by_rule,
        grounds=list(grounds),
        trace=list(trace),
        submission=sheet.submission,
        proposed_by=staff,
        proposed_at=at,
        **given,
    )
    row.state = State.PROPOSED
    row.save(update_fields=["state"])
    note(row, "proposed", staff=staff, at=at, words="規則による" if by_rule else "担当者の判断")
    return decision


def waiting(application: Application) -> Any:
    """What waits for the second person; None: nothing."""
    return application.decisions.filter(state=DecisionState.PROPOSED).first()


def for_second(application: A, staff: StaffMember) -> tuple[A, Any]:
    """The locked row and what waits for a second person, who is another than the first. Raises CannotDo."""
    row = lock(application)
    decision = waiting(row)
    if row.state != State.PROPOSED or decision is None:
        raise CannotDo(No.NOT_NOW)
    if decision.proposed_by_id == staff.pk:
        raise CannotDo(No.OWN)
    return row, decision


def send_back(application: Application, words: str, staff: StaffMember, *, at: datetime) -> None:
    """差戻し, with what is to be looked at again. Raises CannotDo."""
    row, decision = for_second(application, staff)
    if not words.strip():
        raise CannotDo(No.NO_WORDS)
    decision.state, decision.second, decision.second_at = DecisionState.RETURNED, staff, at
    decision.second_words = words.strip()[:1000]
    decision.save()
    row.state = State.EXAMINED
    row.save(update_fields=["state"])
    note(row, "returned", staff=staff, at=at)


def settle(
    row: Application,
    decision: Decision,
    notice: Notice,
    staff: StaffMember,
    *,
    amount: int | None = None,
    at: datetime,
) -> None:
    """決裁: it is decided, written and told. The caller has it from `for_second`."""
    decision.state, decision.second, decision.second_at = DecisionState.APPROVED, staff, at
    decision.notice = content(notice)
    decision.save()
    row.state, row.decided_at = State.DECIDED, at
    row.save(update_fields=["state", "decided_at"])
    note(row, "approved", staff=staff, at=at)
    tell(
        row,
        _STEPS[Outcome(decision.outcome)],
        at=at,
        words=notice.body[:4000],
        grounds=decision.grounds,
        objection=notice.objection,
        amount=amount,
        letter=pdf(notice, mark_of(row)),
    )


def close(row: Application, staff: StaffMember, *, at: datetime) -> None:
    """完了. The caller holds the row."""
    note(row, "closed", staff=staff, at=at)
    end(row, at=at)


def end(row: Application, *, at: datetime) -> None:
    """完了. The caller holds the row and has written down who ends it."""
    row.state, row.closed_at = State.CLOSED, at
    row.save(update_fields=["state", "closed_at"])
    tell(row, Step.CLOSED, at=at)
