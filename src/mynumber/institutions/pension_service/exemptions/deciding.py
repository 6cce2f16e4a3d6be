"""決定 at the pension service: the kind of relief, the months it is for, and its entry in the record of premiums.

国民年金法 art. 101 (審査請求 to the 社会保険審査官). What is granted stands in the record of premiums of each month from its approval on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from mynumber.foundation.rules import Month
from mynumber.foundation.rules.national_pension import Kind, earliest_month, months_of_application
from mynumber.institutions.pension_service.exemptions.letters import notice_of
from mynumber.institutions.pension_service.exemptions.models import Application, Decision
from mynumber.institutions.pension_service.exemptions.sheets import Sheet, month_of, sheet_of
from mynumber.institutions.pension_service.pensions.models import PremiumMonth, PremiumState
from mynumber.webkit.examination import deciding
from mynumber.webkit.examination.deciding import grounds_in, ready
from mynumber.webkit.examination.filed import procedure_of
from mynumber.webkit.examination.opinions import Opinion, opinion
from mynumber.webkit.examination.refusals import CannotDo, No
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.examination.states import Outcome
from mynumber.webkit.staff.models import StaffMember

GRANTED: Final = tuple(kind for kind in Kind if kind is not Kind.DUE)


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
    row = ready(application, staff)
    sheet = sheet_of(row)
    found = opinion_on(row, sheet, today=day(at))
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
        **_given(row, sheet, found.outcome, kind_named(found.words)),
    )
    return decision


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
    row = ready(application, staff)
    grounds = grounds_in(reasons, procedure_of(row))
    if outcome is not Outcome.REFUSED and kind not in GRANTED:
        raise CannotDo(No.NOT_A_VALUE)
    sheet = sheet_of(row)
    found = opinion_on(row, sheet, today=day(at))
    decision: Decision = deciding.propose(
        row,
        sheet,
        outcome,
        staff,
        by_rule=False,
        grounds=grounds,
        trace=found.trace if found else (),
        at=at,
        **_given(row, sheet, outcome, kind),
    )
    return decision


def _given(row: Application, sheet: Sheet, outcome: Outcome, kind: Kind | None) -> dict[str, str]:
    if outcome is Outcome.REFUSED or kind is None:
        return {}
    first, last = months_for(row, sheet)
    return {"kind": kind.name, "from_month": _text(first), "until_month": _text(last)}


def _text(month: Month) -> str:
    return f"{month.year:04d}-{month.month:02d}"


def approve(application: Application, staff: StaffMember, *, at: datetime) -> Decision:
    """決裁: it is decided, written, told and entered into the record of premiums, in one transaction. Raises CannotDo."""
    decision: Decision
    row, decision = deciding.for_second(application, staff)
    deciding.settle(row, decision, notice_of(decision, procedure_of(row), at=at), staff, at=at)
    _enter(row, decision, at)
    deciding.close(row, staff, at=at)
    return decision


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
