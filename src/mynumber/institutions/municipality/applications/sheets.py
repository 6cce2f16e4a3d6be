"""The form of an application beside what register, own records and network say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mynumber.foundation.procedures.definition import Procedure
from mynumber.institutions.municipality.applications.finding import Looking, in_registers
from mynumber.institutions.municipality.applications.models import Application, Submission
from mynumber.institutions.municipality.applications.received import in_answers
from mynumber.institutions.municipality.applications.senders import put_said
from mynumber.institutions.municipality.register.models import Person
from mynumber.webkit.examination import sheets
from mynumber.webkit.examination.filed import confirmed_of, declared_of, last_submission, procedure_of
from mynumber.webkit.examination.sheets import Found, Origin, day, joined

Sheet = sheets.Sheet[Submission]


def sheet_of(application: Application) -> Sheet:
    """The sheet as it is now. Raises UnknownProcedure."""
    procedure, declared = procedure_of(application), declared_of(application)
    submission = last_submission(application)
    found = _found(application, procedure, declared)
    put_said(found, procedure, submission)
    return sheets.compose(
        procedure, submission, declared, found, confirmed_of(application), today=day(submission.arrived_at)
    )


def _found(application: Application, procedure: Procedure, declared: Mapping[str, Any]) -> Found:
    if application.applicant is None:
        found = Found()
        arrived = application.arrived_at
        for each in procedure.field:
            if getattr(each.source, "item", None) == "applied_on":
                found.put(each.id, day(arrived).isoformat(), Origin("受付の記録", arrived))
        return found
    looking = Looking(procedure, application.applicant, application.arrived_at, declared)
    found = in_registers(looking)
    from_network = in_answers(application, looking)
    for name, value in from_network.values.items():
        held = found.values.get(name)
        if isinstance(value, list) and isinstance(held, list):
            found.values[name] = joined(held, value)
        else:
            found.put(name, value, from_network.origins[name])
    return found


def looking_of(application: Application, person: Person, *, at: datetime) -> Looking:
    """For whom one looks in the examination of an application, and with which answers. Raises UnknownProcedure."""
    return Looking(procedure_of(application), person, at, declared_of(application))
