"""What was filed: the form of an application in its version, who filed it, what they said last."""

from __future__ import annotations

from datetime import date
from typing import Any

from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.procedures.loading import UnknownProcedure, catalogue
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.examination.models import Application
from mynumber.webkit.examination.sheets import answers_in, declared_in
from mynumber.webkit.paper import Mark, subject_of


def procedure_of(application: Application) -> Procedure:
    """The procedure in the version under which it was filed. Raises UnknownProcedure."""
    return catalogue().version(application.procedure, application.version)


def version_of(procedure_id: str, first_day: date) -> Procedure:
    """The version of a form by its first day. Raises UnknownProcedure."""
    for each in catalogue().versions(procedure_id):
        if each.since == first_day:
            return each
    raise UnknownProcedure(procedure_id)


def last_submission(application: Application) -> Any:
    """The sending that counts."""
    return application.submissions.order_by("-sequence")[0]


def declared_of(application: Application) -> dict[str, Any]:
    """What the applicant said last. Raises UnknownProcedure."""
    return declared_in(procedure_of(application), answers_in(bytes(last_submission(application).answers)))


def confirmed_of(application: Application) -> dict[str, Any]:
    """What case workers found, by path: the newest counts."""
    return {each.path: each.value for each in application.confirmed.order_by("at", "pk")}


def stated_of(application: Application) -> FourAttributes:
    """The applicant as the certificate names them."""
    return FourAttributes(
        name=application.stated_name,
        address=application.stated_address,
        birth_date=application.stated_birth,
        sex=application.stated_sex,
    )


def mark_of(application: Application) -> Mark:
    """Whose the papers of an application are; the portal computes the same from what it knows."""
    subject = subject_of(
        application.reference,
        name=application.stated_name,
        birth=application.stated_birth,
        sex=application.stated_sex,
    )
    return Mark(application.reference, subject)
