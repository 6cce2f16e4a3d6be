"""到達 at the pension service: which forms it decides, who applies and for which right."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from mynumber.foundation.people import fold
from mynumber.foundation.procedures.definition import Procedure
from mynumber.institutions.pension_service.exemptions.models import Application, Submission
from mynumber.institutions.pension_service.exemptions.people import identify
from mynumber.institutions.pension_service.pensions.models import Insured
from mynumber.institutions.pension_service.systems import verifier
from mynumber.protocols import applications as protocol
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.examination import arriving
from mynumber.webkit.examination.arriving import Sound
from mynumber.webkit.examination.representation import require_scope
from mynumber.webkit.examination.trust import Verifier

PROCEDURES: Final = frozenset({"pension_exemption"})
"""What the service decides."""


class Arriving(arriving.Arriving):
    """The pension service as it takes a sending in."""

    applications = Application
    submissions = Submission

    def verifier(self) -> Verifier:
        """The service's own."""
        return verifier()

    def form_here(
        self, application: protocol.Application, procedure: Procedure, *, at: datetime
    ) -> Procedure:
        """Raises Refused: the form is not decided here, or not for a proxy."""
        require_decided_here(procedure)
        require_scope(procedure, application.proxy, application.representation, at=application.sent_at)
        return procedure

    def person_of(self, stated: FourAttributes) -> Insured | None:
        """The one insured with these attributes."""
        return identify(stated).person

    def entitlement_of(self, sound: Sound, person: Any, stated: FourAttributes) -> str:
        """Relief from premiums is one right of an insured."""
        return entitlement_of(sound.procedure, person, stated)


def require_decided_here(procedure: Procedure) -> None:
    """Raises Refused."""
    if procedure.id not in PROCEDURES:
        raise Refused(Hop.PROVIDER, Reason.UNKNOWN_RECORD, "the form is not decided here")


def entitlement_of(procedure: Procedure, person: Insured | None, stated: FourAttributes) -> str:
    """SHA-256 (hex) of the right and of whose it is. While the person is not identified, of the attributes they stated."""
    if person is not None:
        who = f"insured:{person.pk}"
    else:
        who = f"stated:{fold(stated.name)}:{stated.birth_date.isoformat()}:{stated.sex}"
    return sha256(f"{procedure.entitlement.key}\n{who}".encode()).hexdigest()
