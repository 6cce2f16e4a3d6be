"""What revocation lists and OCSP answers say about one certificate: read from DER, weighed by their times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509 import ocsp

from mynumber.foundation.pki import MalformedTrust
from mynumber.foundation.validation.meanings import Reason

CLOCK_SKEW: Final = timedelta(minutes=1)
"""How far the clocks of J-LIS and of a time-stamping authority may be ahead of ours."""
UNREADABLE: Final = (
    ValueError,
    TypeError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    UnsupportedAlgorithm,
)
"""What the X.509 parser raises, at once or when a field is first read."""
_KNOWN_LIST_EXTENSIONS: Final = frozenset(
    {x509.CRLNumber.oid, x509.AuthorityKeyIdentifier.oid, x509.IssuingDistributionPoint.oid}
)


@dataclass(frozen=True, slots=True)
class Status:
    """What lists and answers say about a certificate at a moment."""

    reason: Reason
    """HOLDS, REVOKED_LATER, REVOKED_UNPROVEN, SUSPENDED, NO_STATUS or STATUS_STALE."""
    since: datetime | None = None
    """Revoked or suspended since."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One statement about one certificate."""

    issued: datetime
    until: datetime | None
    revoked_at: datetime | None = None
    is_hold: bool = False

    def speaks_for(self, moment: datetime, *, at: datetime, not_after: datetime) -> bool:
        """Whether silence of this statement says that the certificate was good at `moment`."""
        if self.issued > not_after:
            return False  # certificates that are over may have left the list (RFC 5280 3.3)
        if self.until is not None and self.issued <= at + CLOCK_SKEW and at < self.until:
            return True
        # A proven moment of the past: a statement from after it, or one that was current then.
        return moment < at and (
            self.issued >= moment or (self.until is not None and self.issued <= moment < self.until)
        )


def weigh(statements: Iterable[Evidence], moment: datetime, *, at: datetime, not_after: datetime) -> Status:
    """Whether a certificate was good at `moment` (proven, not after `at`), as far as is known at `at`. not_after: its end."""
    known = sorted(
        (each for each in statements if each.issued <= at + CLOCK_SKEW), key=lambda each: each.issued
    )
    if not known:
        return Status(Reason.NO_STATUS)
    revoked = [each.revoked_at for each in known if each.revoked_at is not None and not each.is_hold]
    newest = known[-1]
    if revoked:  # also a list that is over tells truly what was revoked
        since = min(revoked)
        return Status(Reason.REVOKED_LATER if moment < since else Reason.REVOKED_UNPROVEN, since)
    if newest.revoked_at is not None:
        is_later = moment < newest.revoked_at
        return Status(Reason.REVOKED_LATER if is_later else Reason.SUSPENDED, newest.revoked_at)
    if any(each.speaks_for(moment, at=at, not_after=not_after) for each in known):
        return Status(Reason.HOLDS)
    return Status(Reason.STATUS_STALE)


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A list and what it speaks of."""

    revocations: x509.CertificateRevocationList
    points: frozenset[x509.GeneralName] | None
    """The distribution points it is for; None: every certificate of its issuer."""

    def evidence(self, serial: int) -> Evidence:
        """What the list states of a certificate, on it or not."""
        entry = self.revocations.get_revoked_certificate_by_serial_number(serial)
        issued, until = self.revocations.last_update_utc, self.revocations.next_update_utc
        if entry is None:
            return Evidence(issued, until)
        flag = _reason_of(entry)
        if flag is x509.ReasonFlags.remove_from_crl:
            return Evidence(issued, until)
        return Evidence(issued, until, entry.revocation_date_utc, flag is x509.ReasonFlags.certificate_hold)


def read_list(der: bytes) -> RevocationList:
    """A list that this verifier understands. Raises MalformedTrust."""
    try:
        revocations = x509.load_der_x509_crl(der)
        extensions = list(revocations.extensions)
        _ = revocations.last_update_utc, revocations.next_update_utc
    except UNREADABLE:
        raise MalformedTrust("a revocation list cannot be read") from None
    points: frozenset[x509.GeneralName] | None = None
    for extension in extensions:
        if isinstance(extension.value, x509.IssuingDistributionPoint):
            points = _scope(extension.value)
        elif extension.critical and extension.oid not in _KNOWN_LIST_EXTENSIONS:
            raise MalformedTrust("a revocation list has a critical extension that is not known here")
    return RevocationList(revocations, points)


def _scope(point: x509.IssuingDistributionPoint) -> frozenset[x509.GeneralName] | None:
    if point.indirect_crl or point.only_some_reasons or point.only_contains_attribute_certs:
        raise MalformedTrust("a revocation list is indirect or for some reasons only")
    if point.only_contains_ca_certs or point.relative_name is not None:
        raise MalformedTrust("a revocation list is not one of holders' certificates")
    return frozenset(point.full_name) if point.full_name is not None else None


def read_answer(der: bytes) -> ocsp.OCSPResponse:
    """A response that holds answers. Raises MalformedTrust."""
    try:
        response = ocsp.load_der_ocsp_response(der)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise MalformedTrust("an OCSP response has no answer")
        _ = list(response.responses), response.certificates, response.signature_hash_algorithm
    except UNREADABLE:
        raise MalformedTrust("an OCSP response cannot be read") from None
    return response


def answered(answer: ocsp.OCSPSingleResponse) -> Evidence:
    """What an OCSP answer states."""
    issued, until = answer.this_update_utc, answer.next_update_utc
    if answer.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        is_hold = answer.revocation_reason is x509.ReasonFlags.certificate_hold
        return Evidence(issued, until, answer.revocation_time_utc, is_hold)
    if answer.certificate_status is ocsp.OCSPCertStatus.GOOD:
        return Evidence(issued, until)
    return Evidence(issued, issued)  # "unknown" says nothing: over as soon as it is said


def _reason_of(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except (x509.ExtensionNotFound, *UNREADABLE):
        return None


def points_of(leaf: x509.Certificate) -> frozenset[x509.GeneralName]:
    """The distribution points of a certificate."""
    try:
        points = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return frozenset()
    return frozenset(name for point in points for name in point.full_name or ())
