"""決定: proposed by the rule or by a person with reasons (起案), approved by a second person (決裁), told with grounds and how to object, and entered.

行政手続法 art. 8 (reasons), 国民年金法 art. 101 (審査請求 to the 社会保険審査官). Nothing is told before the second person approved, and what was proposed
about answers that have changed since is not approved. What is granted stands in the record of premiums of each month from then on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from mynumber.foundation.rules import Month
from mynumber.foundation.rules.national_pension import Kind, earliest_month, months_of_application
from mynumber.institutions.pension_service.exemptions import letters
from mynumber.institutions.pension_service.exemptions.examining import held, lock, note
from mynumber.institutions.pension_service.exemptions.models import Application, Decision
from mynumber.institutions.pension_service.exemptions.sheets import Sheet, month_of, procedure_of, sheet_of
from mynumber.institutions.pension_service.exemptions.telling import tell
from mynumber.institutions.pension_service.exemptions.words import office_of
from mynumber.institutions.pension_service.pensions.models import PremiumMonth, PremiumState
from mynumber.protocols.applications import Step
from mynumber.webkit.examination.letters import content, pdf
from mynumber.webkit.examination.opinions import Opinion, opinion
from mynumber.webkit.examination.refusals import CannotDo, No
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.examination.states import DecisionState, Outcome, State
from mynumber.webkit.staff.models import StaffMember

GRANTED: Final = tuple(kind for kind in Kind if kind is not Kind.DUE)
_STEPS: Final = {
    Outcome.GRANTED: Step.GRANTED,
    Outcome.GRANTED_IN_PART: Step.GRANTED_IN_PART,
    Outcome.REFUSED: Step.REFUSED,
}


def opinion_on(application: Application, sheet: Sheet, *, today: date) -> Opinion | None:
    """The rule's word for the first month that is applied for."""
    return opinion(sheet, claimed=day(application.arrived_at), today=today)


def months_for(application: Application, sheet: Sheet) -> tuple[Month, Month]:
    """From and until when relief can be given on this application: as asked for, within one year of application, and not before the premium lapsed.

    施行規則第77条第1項, 第77条の4第1項; 国民年金法第102条第4項.
    """
    claimed = day(application.arrived_at)
    first = max(month_of(sheet.values, otherwise=claimed), earliest_month(claimed))
    _, last = months_of_application(first, student=sheet.values.get("student") is True)
    wished = sheet.values.get("months_until")
    if isinstance(wished, str):
        last = min(last, max(first, Month.of(date.fromisoformat(f"{wished}-01"))))
    return first, last


def kind_named(words: str) -> Kind | None:
    """The kind of relief behind the rule's words."""
    return next((kind for kind in GRANTED if kind.japanese == words), None)


def propose_by_rule(application: Application, staff: StaffMember, *, at: datetime) -> Decision:
    """Put the rule's outcome forward. Raises CannotDo: also while a fact is unknown."""
    row = _ready(application, staff)
    sheet = sheet_of(row)
    found = opinion_on(row, sheet, today=day(at))
    if found is None or found.outcome is None:
        raise CannotDo(No.UNKNOWN)
    kind = kind_named(found.words) if found.outcome is not Outcome.REFUSED else None
    return _propose(row, sheet, found.outcome, kind, found.grounds, found.trace, staff, at, by_rule=True)


def propose_by_person(
    application: Application,
    outcome: Outcome,
    kind: Kind | None,
    reasons: str,
    staff: StaffMember,
    *,
    at: datetime,
) -> Decision:
    """Put a person's judgement forward, with reasons. What the rule says stands beside it in the trace. Raises CannotDo."""
    row = _ready(application, staff)
    lines = [line.strip() for line in reasons.splitlines() if line.strip()]
    if not lines:
        raise CannotDo(No.NO_REASONS)
    if outcome is not Outcome.REFUSED and kind not in GRANTED:
        raise CannotDo(No.NOT_A_VALUE)
    sheet = sheet_of(row)
    found = opinion_on(row, sheet, today=day(at))
    clauses = "、".join(clause.text for clause in sheet.procedure.basis[:2])
    grounds = tuple(f"{line}（{clauses}）" for line in lines)
    given = kind if outcome is not Outcome.REFUSED else None
    return _propose(
        row, sheet, outcome, given, grounds, found.trace if found else (), staff, at, by_rule=False
    )


def _ready(application: Application, staff: StaffMember) -> Application:
    row = held(application, staff, State.EXAMINED)
    if row.applicant is None:
        raise CannotDo(No.UNIDENTIFIED)
    return row


def _propose(
    row: Application,
    sheet: Sheet,
    outcome: Outcome,
    kind: Kind | None,
    grounds: tuple[str, ...],
    trace: tuple[str, ...],
    staff: StaffMember,
    at: datetime,
    *,
    by_rule: bool,
) -> Decision:
    first, last = months_for(row, sheet)
    decision = Decision.objects.create(
        application=row,
        outcome=outcome,
        by_rule=by_rule,
        kind=kind.name if kind else "",
        from_month=_text(first) if kind else "",
        until_month=_text(last) if kind else "",
        grounds=list(grounds),
        trace=list(trace),
        submission=sheet.submission,
        proposed_by=staff,
        proposed_at=at,
    )
    row.state = State.PROPOSED
    row.save(update_fields=["state"])
    note(row, "proposed", staff=staff, at=at, words="規則による" if by_rule else "担当者の判断")
    return decision


def _text(month: Month) -> str:
    return f"{month.year:04d}-{month.month:02d}"


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
    """決裁: it is decided, written, told and entered into the record of premiums, in one transaction. Raises CannotDo."""
    row, decision = _second(application, staff)
    decision.state, decision.second, decision.second_at = DecisionState.APPROVED, staff, at
    notice = letters.notice_of(decision, procedure_of(row), at=at)
    decision.notice = content(notice)
    decision.save()
    _enter(row, decision, at)
    note(row, "approved", staff=staff, at=at)
    row.state, row.decided_at, row.closed_at = State.CLOSED, at, at
    row.save(update_fields=["state", "decided_at", "closed_at"])
    tell(
        row,
        _STEPS[Outcome(decision.outcome)],
        at=at,
        holder=office_of(row),
        words=notice.body[:4000],
        grounds=decision.grounds,
        objection=notice.objection,
        letter=pdf(notice, letters.mark_of(row)),
    )
    note(row, "closed", staff=staff, at=at)
    tell(row, Step.CLOSED, at=at, holder=office_of(row))
    return decision


def _second(application: Application, staff: StaffMember) -> tuple[Application, Decision]:
    row = lock(application)
    decision = waiting(row)
    if row.state != State.PROPOSED or decision is None:
        raise CannotDo(No.NOT_NOW)
    if decision.proposed_by_id == staff.pk:
        raise CannotDo(No.OWN)
    return row, decision


def _enter(row: Application, decision: Decision, at: datetime) -> None:
    """免除等の記録: each month of the relief."""
    if not decision.kind or row.applicant is None:
        return
    state = PremiumState[decision.kind]
    for month in months_between(decision.from_month, decision.until_month):
        PremiumMonth.objects.update_or_create(
            insured=row.applicant, month=month, defaults={"state": state, "since": at}
        )


def months_between(first: str, last: str) -> Iterator[str]:
    """2026-11, 2026-12, 2027-01: every month from the first to the last."""
    month, end = (Month.of(date.fromisoformat(f"{text}-01")) for text in (first, last))
    while month <= end:
        yield _text(month)
        month = month.following
