"""Asking the network for an application: under the affairs of its procedure, as the case work does (番号法第19条第8号)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mynumber.foundation.law import UnknownAffair, legal_basis
from mynumber.foundation.procedures.definition import Network, Procedure
from mynumber.institutions.municipality.applications.examining import CannotDo, No, lock, note
from mynumber.institutions.municipality.applications.finding import procedure_of
from mynumber.institutions.municipality.applications.models import LIVE, Application, ApplicationCase
from mynumber.institutions.municipality.applications.sheets import day
from mynumber.institutions.municipality.casework import asking
from mynumber.institutions.municipality.casework.allowed import affairs_of, allowed
from mynumber.institutions.municipality.casework.asking import Wanted
from mynumber.institutions.municipality.casework.models import Case, CaseInquiry
from mynumber.institutions.municipality.casework.opening import open_case
from mynumber.institutions.municipality.systems import directory
from mynumber.webkit.staff.models import StaffMember


def kinds_of(procedure: Procedure) -> tuple[str, ...]:
    """The kinds of information that the form takes from the network for the applicant, in its order."""
    named = (
        field.source.kind
        for _, field in procedure.every_field()
        if isinstance(field.source, Network) and field.source.of == "applicant"
    )
    return tuple(dict.fromkeys(named))


def ask_for(application: Application, staff: StaffMember, *, code: str, now: Callable[[], datetime]) -> int:
    """Ask for everything the form takes from the network and that was not answered yet; how many inquiries. Raises CannotDo.

    Who is asked: whom the register points to (the municipality of before) and those who alone hold a kind of information. Other providers the case
    worker chooses on the page of the case.
    """
    row = lock(application)
    if row.holder_id != staff.pk:
        raise CannotDo(No.NOT_YOURS)
    if row.state not in LIVE:
        raise CannotDo(No.NOT_NOW)
    if row.applicant is None:
        raise CannotDo(No.UNIDENTIFIED)
    procedure = procedure_of(row)
    today = day(now())
    systems = directory()
    entitled = {affair.id for affair in affairs_of(systems, code, on=today)}
    left = set(kinds_of(procedure))
    asked = 0
    for affair_id in procedure.competent.affair:
        if affair_id not in entitled or not left:
            continue
        try:
            affair = legal_basis(today).affair(affair_id)
        except UnknownAffair:
            continue
        offered = [
            candidate
            for each in allowed(systems, code, affair, row.applicant)
            for candidate in each.candidates
            if candidate.information.value in left and candidate.suggested
        ]
        if not offered:
            continue
        case = _case(row, affair_id, staff, now())
        answered = set(
            CaseInquiry.objects.filter(case=case, outcome="provided").values_list("provider", "information")
        )
        wanted = [
            Wanted(one.provider, one.information.value)
            for one in offered
            if (one.provider, one.information.value) not in answered
        ]
        left -= {one.information.value for one in offered}
        if wanted:
            asked += len(asking.begin(case, wanted, staff, non_disclosure=False, code=code, now=now))
    note(row, "asked", staff=staff, at=now(), words=f"{asked}件")
    return asked


def _case(application: Application, affair: str, staff: StaffMember, at: datetime) -> Case:
    if application.applicant is None:
        raise CannotDo(No.UNIDENTIFIED)
    case = open_case(
        application.applicant,
        affair,
        received_on=day(application.arrived_at),
        organisation=staff.department,
        opened_by=staff,
        at=at,
    )
    ApplicationCase.objects.get_or_create(application=application, case=case)
    return case
