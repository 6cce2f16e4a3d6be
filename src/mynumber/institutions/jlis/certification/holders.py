"""Whose certificate it is. Only J-LIS knows: the certificate names nobody (公的個人認証法 art. 22)."""

from __future__ import annotations

from datetime import datetime

from mynumber.foundation.pki import MalformedSerial, parse_serial
from mynumber.institutions.jlis.certification.models import AuthenticationCertificate
from mynumber.institutions.jlis.residents.models import Person, Status
from mynumber.protocols.refusal import Hop, Reason, Refused


def holder_of(serial: str, *, at: datetime) -> Person | None:
    """The current resident who holds the certificate; None when it is unknown, over or revoked.

    Raises Refused(MALFORMED) for a text that is no serial number.
    """
    check_serial(serial)
    certificate = (
        AuthenticationCertificate.objects.select_related("person")
        .filter(
            serial=serial,
            issued_at__lte=at,
            not_after__gte=at,
            revoked_at__isnull=True,
            person__status=Status.CURRENT,
        )
        .first()
    )
    return certificate.person if certificate else None


def check_serial(serial: str) -> None:
    """Raise Refused(MALFORMED) unless the text is a serial number in its one spelling."""
    try:
        parse_serial(serial)
    except MalformedSerial:
        raise Refused(Hop.JLIS, Reason.MALFORMED, "not a serial number") from None
