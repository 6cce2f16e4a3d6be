"""The form of an application beside what register, own records and network say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mynumber.foundation.procedures.definition import Procedure
from mynumber.institutions.municipality.applications.finding import (
    Looking,
    in_registers,
    procedure_of,
)
from mynumber.institutions.municipality.applications.models import Application, Submission
from mynumber.institutions.municipality.applications.received import in_answers
from mynumber.institutions.municipality.applications.senders import put_said
from mynumber.institutions.municipality.register.models import Person
from mynumber.webkit.examination import sheets
from mynumber.webkit.examination.sheets import (
    ANSWERABLE,
    JAPAN,
    Found,
    Open,
    Origin,
    answers_in,
    day,
    declared_in,
    joined,
)

__all__ = ["ANSWERABLE", "Open", "Sheet", "day", "latest_confirmed", "looking_of", "sheet_of"]

Sheet = sheets.Sheet[Submission]


def sheet_of(application: Application, *, at: datetime) -> Sheet:
    """The sheet as it is now. Raises UnknownProcedure."""
    procedure = procedure_of(application)
    submission = application.submissions.order_by("-sequence")[0]
    declared = declared_in(procedure, answers_in(bytes(submission.answers)))
    found = _found(application, procedure, declared, at)
    put_said(found, procedure, submission)
    return sheets.compose(
        procedure,
        submission,
        declared,
        found,
        latest_confirmed(application),
        today=day(submission.arrived_at),
    )


def latest_confirmed(application: Application) -> dict[str, Any]:
    """What case workers found, by path."""
    return {each.path: each.value for each in application.confirmed.order_by("at", "pk")}


def _found(
    application: Application, procedure: Procedure, declared: Mapping[str, Any], at: datetime
) -> Found:
    if application.applicant is None:
        found = Found()
        arrived = application.arrived_at
        for each in procedure.field:
            if getattr(each.source, "item", None) == "applied_on":
                found.put(
                    each.id, arrived.astimezone(JAPAN).date().isoformat(), Origin("受付の記録", arrived)
                )
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
    procedure = procedure_of(application)
    submission = application.submissions.order_by("-sequence")[0]
    return Looking(procedure, person, at, declared_in(procedure, answers_in(bytes(submission.answers))))
