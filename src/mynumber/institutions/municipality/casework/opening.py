"""Opening a case: an application is received (受付)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection
from django.db.models import Max

from mynumber.foundation.people import legal_age
from mynumber.institutions.municipality.casework.following import follow_case
from mynumber.institutions.municipality.casework.models import ALLOWANCE_AFFAIR, Case, CaseChild, CaseStatus
from mynumber.institutions.municipality.register.models import Person
from mynumber.webkit.staff.models import StaffMember

CHILD_RELATIONS = ("子",)
LAST_AGE = 18


def open_case(
    applicant: Person,
    affair: str,
    *,
    received_on: date,
    organisation: str,
    opened_by: StaffMember | None,
    at: datetime,
    children: Sequence[Person] = (),
) -> Case:
    """Receive an application; the open case of the same person and affair if there is one (no second application for one entitlement)."""
    _one_at_a_time()
    same = Case.objects.filter(applicant=applicant, affair=affair, status=CaseStatus.OPEN).first()
    if same is not None:
        return same
    last = Case.objects.aggregate(last=Max("number"))["last"] or 0
    case = Case.objects.create(
        number=last + 1,
        applicant=applicant,
        affair=affair,
        received_on=received_on,
        organisation=organisation,
        opened_by=opened_by,
        opened_at=at,
    )
    CaseChild.objects.bulk_create([CaseChild(case=case, person=child) for child in children])
    follow_case(case, at=at)
    return case


def children_of(applicant: Person, affair: str, *, on: date) -> list[Person]:
    """対象児童: for the allowance the children of the household until the end of the school year in which they turn 18.

    児童扶養手当法 第3条第1項; for other affairs nobody.
    """
    if affair != ALLOWANCE_AFFAIR:
        return []
    end_of_school_year = date(on.year if on < date(on.year, 4, 1) else on.year + 1, 3, 31)
    household = Person.objects.filter(
        household_id=applicant.household_id, moved_out=None, died_on=None, relation__in=CHILD_RELATIONS
    ).exclude(pk=applicant.pk)
    return [
        child
        for child in household.order_by("birth")
        if legal_age(child.birth, end_of_school_year) <= LAST_AGE
    ]


def _one_at_a_time() -> None:
    """Numbers count up without holes or doubles."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('case ' || current_user))")
