"""The case worker's acts at the pension service, beside those that need nothing of its own (`webkit.examination.examining`)."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from mynumber.institutions.pension_service.exemptions.arriving import entitlement_of
from mynumber.institutions.pension_service.exemptions.models import Application
from mynumber.institutions.pension_service.exemptions.sheets import sheet_of
from mynumber.institutions.pension_service.pensions.models import Insured
from mynumber.webkit.examination import examining
from mynumber.webkit.examination.filed import procedure_of, stated_of
from mynumber.webkit.staff.models import StaffMember

accept = partial(examining.accept, sheet_of)


def identify_as(application: Application, number: str, staff: StaffMember, *, at: datetime) -> None:
    """A person looked and says by the basic pension number who it is (四情報で一人に定まらないとき). Raises CannotDo."""
    person = Insured.objects.filter(pk=number, birth_date=application.stated_birth).first()
    entitlement = entitlement_of(procedure_of(application), person, stated_of(application))
    examining.identify_as(application, person, entitlement, staff, at=at)
