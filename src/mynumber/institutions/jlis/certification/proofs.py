"""Whose key signed: a certificate that a holder shows, believed by the tables and not by a list.

J-LIS asks itself: the certificate must be one it issued (by signature, not by serial number alone) and must be good now.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from mynumber.foundation.pki import MalformedSerial, serial_text
from mynumber.institutions.jlis.certification.holders import state_of
from mynumber.institutions.jlis.certification.models import Certificate, RootCertificate
from mynumber.protocols.certification import CertificateKind, CertificateState
from mynumber.protocols.refusal import Hop, Reason, Refused

_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    MalformedSerial,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate that was shown and is good."""

    row: Certificate
    public_key: rsa.RSAPublicKey = field(repr=False)


def believe(
    certificate: bytes,
    *,
    digest: bytes,
    signature: bytes,
    kinds: Container[CertificateKind],
    at: datetime,
) -> Shown:
    """The good certificate whose key signed a SHA-256 digest (PKCS#1 v1.5). Locks its holder's row: it stays good until the caller has acted.

    Raises Refused: MALFORMED for what is no certificate, NOT_ENTITLED for one that is not ours, of another kind or not good, BAD_SIGNATURE.
    """
    leaf, key = _read(certificate)
    row = _row_of(leaf)
    if row is None or CertificateKind(row.kind) not in kinds:
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "not a certificate of this service for this use")
    state = state_of(row, at=at)
    if state is not CertificateState.GOOD:
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, f"the certificate is not good: {state.value}")
    try:
        key.verify(signature, digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    except InvalidSignature:
        raise Refused(Hop.JLIS, Reason.BAD_SIGNATURE, "the holder's key did not sign this") from None
    return Shown(row, key)


def _read(certificate: bytes) -> tuple[x509.Certificate, rsa.RSAPublicKey]:
    try:
        leaf = x509.load_der_x509_certificate(certificate)
        key = leaf.public_key()
    except _UNREADABLE:
        raise _not_a_certificate() from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise _not_a_certificate()
    return leaf, key


def _row_of(leaf: x509.Certificate) -> Certificate | None:
    """The row of a certificate, if the generation it names signed it."""
    try:
        serial = serial_text(leaf.serial_number)
    except _UNREADABLE:
        return None
    row = (
        Certificate.objects.select_related("card")
        .select_for_update(of=("self",))
        .filter(serial=serial)
        .first()
    )
    if row is None:
        return None
    root = RootCertificate.objects.get(hierarchy=row.hierarchy, generation=row.generation)
    try:
        leaf.verify_directly_issued_by(x509.load_der_x509_certificate(bytes(root.certificate)))
    except (InvalidSignature, *_UNREADABLE):
        return None
    return row


def _not_a_certificate() -> Refused:
    return Refused(Hop.JLIS, Reason.MALFORMED, "not a certificate with an RSA key")
