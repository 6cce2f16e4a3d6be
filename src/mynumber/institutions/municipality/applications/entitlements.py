"""One live application for an entitlement (二重申請の防止): which right, and whose."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from mynumber.foundation.people import fold
from mynumber.foundation.procedures.definition import Per, Procedure
from mynumber.institutions.municipality.register.models import Person
from mynumber.protocols.residents import FourAttributes


def entitlement_of(
    procedure: Procedure, answers: Mapping[str, Any], person: Person | None, stated: FourAttributes
) -> str:
    """SHA-256 (hex) of the right and of whose it is. While the person is not identified, of the attributes they stated."""
    who = f"person:{person.pk}" if person else _unidentified(stated)
    match procedure.entitlement.per:
        case Per.APPLICANT:
            whose = who
        case Per.HOUSEHOLD:
            whose = f"household:{person.household_id}" if person else who
        case Per.SUBJECT:
            subject = answers.get(procedure.entitlement.field)
            whose = f"subject:{subject}" if isinstance(subject, str) else who
        case Per.EVENT:
            whose = f"{who}\n{answers.get(procedure.entitlement.field)}"
    return hashlib.sha256(f"{procedure.entitlement.key}\n{whose}".encode()).hexdigest()


def _unidentified(stated: FourAttributes) -> str:
    return f"stated:{fold(stated.name)}:{stated.birth_date.isoformat()}:{stated.sex}"
