"""決定 at a municipality: the amount and since when, and its payment (支払指示).

行政不服審査法 art. 82 (how to object).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from mynumber.institutions.municipality.applications.letters import notice_of
from mynumber.institutions.municipality.applications.models import (
    Application,
    Decision,
    PayoutOrder,
    PayoutState,
)
from mynumber.institutions.municipality.applications.sheets import sheet_of
from mynumber.institutions.municipality.payouts.accounts import words_of
from mynumber.protocols.applications import Step
from mynumber.webkit.examination import deciding
from mynumber.webkit.examination.deciding import end, for_second, grounds_in, ready, settle
from mynumber.webkit.examination.examining import lock, note
from mynumber.webkit.examination.filed import procedure_of
from mynumber.webkit.examination.opinions import opinion
from mynumber.webkit.examination.refusals import CannotDo, No
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.examination.states import Outcome, State
from mynumber.webkit.examination.telling import tell
from mynumber.webkit.staff.models import StaffMember

__all__ = ["approve", "close", "confirm_paid", "end", "propose_by_person", "propose_by_rule"]

_MONTH: Final = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)


def propose_by_rule(application: Application, staff: StaffMember, *, at: datetime) -> Decision:
    """Put the rule's outcome forward. Raises CannotDo: also while a fact is unknown."""
    row = ready(application, staff)
    sheet = sheet_of(row)
    found = opinion(sheet, claimed=day(row.arrived_at), today=day(at))
    if found is None or found.outcome is None:
        raise CannotDo(No.UNKNOWN)
    decision: Decision = deciding.propose(
        row,
        sheet,
        found.outcome,
        staff,
        by_rule=True,
        grounds=found.grounds,
        trace=found.trace,
        at=at,
        amount=found.amount,
        from_month=f"{found.month.year:04d}-{found.month.month:02d}",
        due_amount=found.due_amount,
        due_on=found.due_on,
        content={"words": found.words} if found.words else {},
    )
    return decision


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
    row = ready(application, staff)
    procedure = procedure_of(row)
    grounds = grounds_in(reasons, procedure)
    granted = outcome is not Outcome.REFUSED
    lacking = granted and procedure.payout is not None and amount is None
    if lacking or (amount is not None and amount <= 0):
        raise CannotDo(No.NO_AMOUNT)
    sheet = sheet_of(row)
    found = opinion(sheet, claimed=day(row.arrived_at), today=day(at))
    decision: Decision = deciding.propose(
        row,
        sheet,
        outcome,
        staff,
        by_rule=False,
        grounds=grounds,
        trace=found.trace if found else (),
        at=at,
        amount=amount if granted else None,
        from_month=from_month if granted and _MONTH.fullmatch(from_month) else "",
        due_amount=amount if granted and procedure.payout is not None else None,
    )
    return decision


def approve(application: Application, staff: StaffMember, *, at: datetime) -> Decision:
    """決裁: it is decided, written, told, and ordered to be paid, in one transaction. Raises CannotDo.

    The cases under which the network was asked stay as they are: somebody may be working on one of them beside the application.
    """
    decision: Decision
    row, decision = for_second(application, staff)
    notice = notice_of(decision, procedure_of(row), at=at)
    settle(row, decision, notice, staff, amount=decision.amount, at=at)
    if not _order_payment(row, decision, staff, at):
        deciding.close(row, staff, at=at)
    return decision


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
    tell(row, Step.PAID, at=at, amount=order.amount)
    deciding.close(row, staff, at=at)


def close(application: Application, staff: StaffMember, *, at: datetime) -> None:
    """完了. Raises CannotDo."""
    row = lock(application)
    if row.state != State.DECIDED:
        raise CannotDo(No.NOT_NOW)
    deciding.close(row, staff, at=at)
