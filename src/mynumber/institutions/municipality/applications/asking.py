"""Asking the network for an application: under the affairs of its procedure, as the case work does (番号法第19条第8号)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mynumber.foundation.law import InformationKind, UnknownAffair, legal_basis
from mynumber.foundation.procedures.definition import Network, Procedure
from mynumber.institutions.municipality.applications.models import Application, ApplicationCase
from mynumber.institutions.municipality.applications.received import people_of
from mynumber.institutions.municipality.applications.sheets import looking_of
from mynumber.institutions.municipality.casework import asking
from mynumber.institutions.municipality.casework.allowed import affairs_of, allowed
from mynumber.institutions.municipality.casework.asking import Wanted
from mynumber.institutions.municipality.casework.models import Case, CaseInquiry
from mynumber.institutions.municipality.casework.opening import open_case
from mynumber.institutions.municipality.register.models import Person
from mynumber.institutions.municipality.systems import directory
from mynumber.webkit.examination.examining import held, lock, note
from mynumber.webkit.examination.filed import procedure_of
from mynumber.webkit.examination.refusals import CannotDo, No
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.examination.states import LIVE
from mynumber.webkit.staff.models import StaffMember


def kinds_of(procedure: Procedure) -> tuple[str, ...]:
    """The kinds of information that the form takes from the network, in its order."""
    named = (field.source.kind for _, field in procedure.every_field() if isinstance(field.source, Network))
    return tuple(dict.fromkeys(named))


def ask_for(application: Application, staff: StaffMember, *, code: str, now: Callable[[], datetime]) -> int:
    """Ask for everything the form takes from the network, about everybody it concerns, and that was not answered yet; how many inquiries. Raises CannotDo.

    Who is asked: whom the register points to (the municipality of before) and those who alone hold a kind of information. Other providers the case
    worker chooses on the page of the case.
    """
    row = held(application, staff, *LIVE)
    if row.applicant is None:
        raise CannotDo(No.UNIDENTIFIED)
    at = now()
    affairs = _affairs(row, code, at)
    people = people_of(looking_of(row, row.applicant, at=at))
    asked = sum(
        _ask_about(row, person, kinds, affairs, staff, code=code, now=now) for person, kinds in people.items()
    )
    note(row, "asked", staff=staff, at=now(), words=f"{len(people)}人について{asked}件")
    return asked


def ask_for_account(
    application: Application, staff: StaffMember, *, code: str, now: Callable[[], datetime]
) -> None:
    """Ask for the registered account (公金受取口座) of the applicant, who wants to be paid to it. Raises CannotDo: where the affair may not."""
    row = lock(application)
    if row.applicant is None:
        raise CannotDo(No.UNIDENTIFIED)
    kinds = (InformationKind.RECEIVING_ACCOUNT.value,)
    asked = _ask_about(row, row.applicant, kinds, _affairs(row, code, now()), staff, code=code, now=now)
    if not asked:
        raise CannotDo(No.NOT_NOW)
    note(row, "asked", staff=staff, at=now(), words="公金受取口座")


def _affairs(row: Application, code: str, at: datetime) -> list[str]:
    """Those of the procedure for which this municipality may ask."""
    entitled = {affair.id for affair in affairs_of(directory(), code, on=day(at))}
    return [each for each in procedure_of(row).competent.affair if each in entitled]


def _ask_about(
    row: Application,
    person: Person,
    kinds: tuple[str, ...],
    affairs: list[str],
    staff: StaffMember,
    *,
    code: str,
    now: Callable[[], datetime],
) -> int:
    left, asked = set(kinds), 0
    for affair_id in affairs:
        if not left:
            break
        try:
            affair = legal_basis(day(now())).affair(affair_id)
        except UnknownAffair:
            continue
        offered = [
            candidate
            for each in allowed(directory(), code, affair, person)
            for candidate in each.candidates
            if candidate.information.value in left and candidate.suggested
        ]
        if not offered:
            continue
        case = _case(row, person, affair_id, staff, now())
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
    return asked


def _case(application: Application, person: Person, affair: str, staff: StaffMember, at: datetime) -> Case:
    """The case under which a person is asked about: of somebody beside the applicant it is their own (対象者)."""
    case = open_case(
        person,
        affair,
        received_on=day(application.arrived_at),
        organisation=staff.department,
        opened_by=staff,
        at=at,
    )
    ApplicationCase.objects.get_or_create(application=application, case=case)
    return case
