"""決定: proposed by the rule or by a person with reasons (起案), approved by a second person (決裁), told with grounds and how to object, then paid.

行政手続法 art. 8 (reasons), 行政不服審査法 art. 82 (how to object). Nothing is told before the second person approved, and what was proposed about answers that
have changed since is not approved.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from mynumber.institutions.municipality.applications import letters
from mynumber.institutions.municipality.applications.examining import lock, note
from mynumber.institutions.municipality.applications.finding import procedure_of
from mynumber.institutions.municipality.applications.models import (
    Application,
    Decision,
    PayoutOrder,
    PayoutState,
)
from mynumber.institutions.municipality.applications.opinions import opinion
from mynumber.institutions.municipality.applications.sheets import day, sheet_of
from mynumber.institutions.municipality.applications.telling import tell
from mynumber.institutions.municipality.applications.words import office_of
from mynumber.institutions.municipality.payouts.accounts import words_of
from mynumber.protocols.applications import Step
from mynumber.webkit.examination.refusals import CannotDo, No
from mynumber.webkit.examination.states import DecisionState, Outcome, State
from mynumber.webkit.staff.models import StaffMember

_MONTH: Final = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)
_STEPS: Final = {
    Outcome.GRANTED: Step.GRANTED,
    Outcome.GRANTED_IN_PART: Step.GRANTED_IN_PART,
    Outcome.REFUSED: Step.REFUSED,
}


def propose_by_rule(application: Application, staff: StaffMember, *, at: datetime) -> Decision:
    """Put the rule's outcome forward. Raises CannotDo: also while a fact is unknown."""
    row = _ready(application, staff)
    sheet = sheet_of(row, at=at)
    found = opinion(row, sheet, today=day(at))
    if found is None or found.outcome is None:
        raise CannotDo(No.UNKNOWN)
    return _propose(
        row,
        Decision(
            application=row,
            outcome=found.outcome,
            by_rule=True,
            amount=found.amount,
            from_month=f"{found.month.year:04d}-{found.month.month:02d}",
            due_amount=found.due_amount,
            due_on=found.due_on,
            grounds=list(found.grounds),
            trace=list(found.trace),
            content={"words": found.words} if found.words else {},
            submission=sheet.submission,
            proposed_by=staff,
            proposed_at=at,
        ),
        staff,
        at,
    )


def propose_by_person(
    application: Application,
    outcome: Outcome,
    reasons: str,
    staff: StaffMember,
    *,
    amount: int | None = None,
    from_month: str = "",
    at: datetime,
) -> Decision:
    """Put a person's judgement forward, with reasons. What the rule says stands beside it in the trace. Raises CannotDo."""
    row = _ready(application, staff)
    lines = [line.strip() for line in reasons.splitlines() if line.strip()]
    if not lines:
        raise CannotDo(No.NO_REASONS)
    if amount is not None and amount <= 0:
        raise CannotDo(No.NO_AMOUNT)
    sheet = sheet_of(row, at=at)
    procedure = sheet.procedure
    granted = outcome is not Outcome.REFUSED
    if granted and procedure.payout is not None and amount is None:
        raise CannotDo(No.NO_AMOUNT)
    found = opinion(row, sheet, today=day(at))
    clauses = "、".join(clause.text for clause in procedure.basis[:2])
    return _propose(
        row,
        Decision(
            application=row,
            outcome=outcome,
            by_rule=False,
            amount=amount if granted else None,
            from_month=from_month if granted and _MONTH.fullmatch(from_month) else "",
            due_amount=amount if granted and procedure.payout is not None else None,
            grounds=[f"{line}（{clauses}）" for line in lines],
            trace=list(found.trace) if found else [],
            submission=sheet.submission,
            proposed_by=staff,
            proposed_at=at,
        ),
        staff,
        at,
    )


def _ready(application: Application, staff: StaffMember) -> Application:
    row = lock(application)
    if row.holder_id != staff.pk:
        raise CannotDo(No.NOT_YOURS)
    if row.state != State.EXAMINED:
        raise CannotDo(No.NOT_NOW)
    if row.applicant_id is None:
        raise CannotDo(No.UNIDENTIFIED)
    return row


def _propose(row: Application, decision: Decision, staff: StaffMember, at: datetime) -> Decision:
    decision.save()
    row.state = State.PROPOSED
    row.save(update_fields=["state"])
    how = "規則による" if decision.by_rule else "担当者の判断"
    note(row, "proposed", staff=staff, at=at, words=how)
    return decision


def waiting(application: Application) -> Decision | None:
    """What waits for the second person."""
    return application.decisions.filter(state=DecisionState.PROPOSED).first()


def send_back(application: Application, words: str, staff: StaffMember, *, at: datetime) -> None:
    """差戻し, with what is to be looked at again. Raises CannotDo."""
    row, decision = _second(application, staff)
    if not words.strip():
        raise CannotDo(No.NO_WORDS)
    decision.state, decision.second, decision.second_at = DecisionState.RETURNED, staff, at
    decision.second_words = words.strip()[:1000]
    decision.save()
    row.state = State.EXAMINED
    row.save(update_fields=["state"])
    note(row, "returned", staff=staff, at=at)


def approve(application: Application, staff: StaffMember, *, at: datetime) -> Decision:
    """決裁: it is decided, written, told, and ordered to be paid, in one transaction. Raises CannotDo.

    The cases under which the network was asked stay as they are: somebody may be working on one of them beside the application.
    """
    row, decision = _second(application, staff)
    procedure = procedure_of(row)
    decision.state, decision.second, decision.second_at = DecisionState.APPROVED, staff, at
    notice = letters.notice_of(decision, procedure, at=at)
    decision.content = {**decision.content, "notice": letters.content(notice)}
    decision.save()
    row.state, row.decided_at = State.DECIDED, at
    row.save(update_fields=["state", "decided_at"])
    note(row, "approved", staff=staff, at=at)
    tell(
        row,
        _STEPS[Outcome(decision.outcome)],
        at=at,
        holder=office_of(row),
        words=notice.body[:4000],
        grounds=decision.grounds,
        objection=notice.objection,
        amount=decision.amount,
        letter=letters.pdf(notice, letters.mark_of(row)),
    )
    if not _order_payment(row, decision, staff, at):
        _close(row, staff, at)
    return decision


def _second(application: Application, staff: StaffMember) -> tuple[Application, Decision]:
    row = lock(application)
    decision = waiting(row)
    if row.state != State.PROPOSED or decision is None:
        raise CannotDo(No.NOT_NOW)
    if decision.proposed_by_id == staff.pk:
        raise CannotDo(No.OWN)
    return row, decision


def _order_payment(row: Application, decision: Decision, staff: StaffMember, at: datetime) -> bool:
    payout = procedure_of(row).payout
    if payout is None or not decision.due_amount:
        return False
    order = PayoutOrder.objects.create(
        application=row,
        decision=decision,
        key=uuid5(NAMESPACE_URL, f"payout:{row.tenant}:{row.reference}:{decision.pk}"),
        money=payout.money,
        amount=decision.due_amount,
        account=f"submission:{decision.submission_id}:{payout.account}",
        due_on=decision.due_on,
        ordered_at=at,
    )
    note(row, "ordered", staff=staff, at=at)
    tell(
        row,
        Step.PAYMENT_ORDERED,
        at=at,
        holder=office_of(row),
        expected_by=decision.due_on,
        amount=decision.due_amount,
        account=words_of(order),
    )
    return True


def confirm_paid(application: Application, staff: StaffMember, *, at: datetime) -> None:
    """支払済み, otherwise than through the bank (窓口払). With it the application is done. Raises CannotDo: also while a bank is paying it."""
    row = lock(application)
    order = row.payouts.select_for_update().filter(state=PayoutState.ORDERED).first()
    if row.state != State.DECIDED or order is None or order.transfers.filter(state="waiting").exists():
        raise CannotDo(No.NOT_NOW)
    order.state, order.paid_at = PayoutState.PAID, at
    order.save(update_fields=["state", "paid_at"])
    note(row, "paid", staff=staff, at=at)
    tell(row, Step.PAID, at=at, holder=office_of(row), amount=order.amount)
    _close(row, staff, at)


def close(application: Application, staff: StaffMember, *, at: datetime) -> None:
    """完了. Raises CannotDo."""
    row = lock(application)
    if row.state != State.DECIDED:
        raise CannotDo(No.NOT_NOW)
    _close(row, staff, at)


def _close(row: Application, staff: StaffMember, at: datetime) -> None:
    note(row, "closed", staff=staff, at=at)
    end(row, at=at)


def end(row: Application, *, at: datetime) -> None:
    """完了. The caller holds the row and has written down who ends it."""
    row.state, row.closed_at = State.CLOSED, at
    row.save(update_fields=["state", "closed_at"])
    tell(row, Step.CLOSED, at=at, holder=office_of(row))
