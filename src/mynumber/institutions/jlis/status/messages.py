"""CERTIFICATE-STATUS by signed message, as `certification.checks` answers it, at the speed of this process: every sign-in asks.

The question changes nothing, so that one that is sent again is answered again; each answer is counted. No Django here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from mynumber.foundation.pki import JAPAN, MalformedSerial, Purpose, parse_serial
from mynumber.institutions.jlis.certification.words import StoredState, UseKind, VerifierPurpose
from mynumber.institutions.jlis.status.store import CertificateRow, Count
from mynumber.institutions.jlis.status.usage import Usage
from mynumber.institutions.jlis.status.verifiers import Verifiers
from mynumber.protocols import certification
from mynumber.protocols.certification import (
    CertificateState,
    CertificateStatus,
    StatusAnswer,
    StatusQuestion,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.asgi import Question

CHECKS: Final = {
    Purpose.AUTHENTICATION: UseKind.AUTHENTICATION_CHECK,
    Purpose.SIGNATURE: UseKind.SIGNATURE_CHECK,
}
_PURPOSES: Final = {
    certification.Purpose.AUTHENTICATION: (Purpose.AUTHENTICATION, VerifierPurpose.AUTHENTICATION),
    certification.Purpose.SIGNATURE: (Purpose.SIGNATURE, VerifierPurpose.SIGNATURE),
}
_CHANGED: Final = (CertificateState.SUSPENDED, CertificateState.REVOKED)

LookUp = Callable[[str], Awaitable[CertificateRow | None]]


class StatusMessages:
    """Answers CHECK_STATUS."""

    def __init__(self, verifiers: Verifiers, look_up: LookUp, usage: Usage) -> None:
        self._verifiers = verifiers
        self._look_up = look_up
        self._usage = usage

    async def answer(self, question: Question[StatusQuestion]) -> StatusAnswer:
        """How certificates stand, in the order of the question. Raises Refused: NOT_ENTITLED, MALFORMED."""
        purpose, wanted = _PURPOSES[question.body.purpose]
        verifier = await self._verifiers.of_system(question.sender)
        if verifier is None:
            raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "not a registered verifier")
        if wanted not in verifier.purposes:
            raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, f"not registered for this: {wanted.value}")
        for serial in question.body.serials:
            _check(serial)
        statuses = tuple(
            [
                _status(serial, await self._look_up(serial), purpose, question.at)
                for serial in question.body.serials
            ]
        )
        day = question.at.astimezone(JAPAN).date()
        self._usage.add(Count(verifier.id, CHECKS[purpose], day), len(statuses))
        return StatusAnswer(statuses=statuses)


def _check(serial: str) -> None:
    try:
        parse_serial(serial)
    except MalformedSerial:
        raise Refused(Hop.JLIS, Reason.MALFORMED, "not a serial number") from None


def _status(serial: str, row: CertificateRow | None, purpose: Purpose, at: datetime) -> CertificateStatus:
    """A serial number of the other hierarchy is unknown in this one."""
    if row is None or row.hierarchy != purpose.value:
        return CertificateStatus(serial=serial, state=CertificateState.UNKNOWN)
    is_over = row.not_after < at or row.state == StoredState.EXPIRED
    state = CertificateState.EXPIRED if is_over else CertificateState(row.state)
    return CertificateStatus(serial=serial, state=state, since=row.since if state in _CHANGED else None)
