"""Whose certificate it is. Only J-LIS knows: an authentication certificate names nobody (公的個人認証法 art. 22)."""

from __future__ import annotations

from datetime import datetime

from mynumber.foundation.pki import MalformedSerial, parse_serial
from mynumber.institutions.jlis.certification.models import Certificate
from mynumber.institutions.jlis.certification.words import StoredState
from mynumber.institutions.jlis.residents.models import Person, Status
from mynumber.protocols.certification import CertificateKind, CertificateState
from mynumber.protocols.refusal import Hop, Reason, Refused

AUTHENTICATION_KINDS = (CertificateKind.AUTHENTICATION, CertificateKind.PHONE_AUTHENTICATION)


def holder_of(serial: str, *, at: datetime) -> Person | None:
    """The current resident who signs in with this authentication certificate; None when it is unknown, over, suspended or revoked.

    Raises Refused(MALFORMED) for a text that is no serial number.
    """
    check_serial(serial)
    certificate = (
        Certificate.objects.select_related("person")
        .filter(
            serial=serial,
            kind__in=AUTHENTICATION_KINDS,
            issued_at__lte=at,
            not_after__gte=at,
            state=StoredState.GOOD,
            person__status=Status.CURRENT,
        )
        .first()
    )
    return certificate.person if certificate else None


def state_of(certificate: Certificate, *, at: datetime) -> CertificateState:
    """How a certificate stands at a moment that is not before its last change."""
    if certificate.not_after < at or certificate.state == StoredState.EXPIRED:
        return CertificateState.EXPIRED
    return CertificateState(certificate.state)


def check_serial(serial: str) -> None:
    """Raise Refused(MALFORMED) unless the text is a serial number in its one spelling."""
    try:
        parse_serial(serial)
    except MalformedSerial:
        raise Refused(Hop.JLIS, Reason.MALFORMED, "not a serial number") from None
