"""Revocation lists as a verifier reads them: whole lists or none, and of which certificates they speak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from mynumber.foundation.pki.municipality import Municipality

UNREADABLE: Final = (
    ValueError,
    TypeError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    UnsupportedAlgorithm,
)
"""What the X.509 parser raises, at once or when a field is first read."""
_KNOWN_EXTENSIONS: Final = frozenset(
    {x509.CRLNumber.oid, x509.AuthorityKeyIdentifier.oid, x509.IssuingDistributionPoint.oid}
)


class MalformedTrust(Exception):
    """A root or a revocation list of the verifier itself cannot be used."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a list says of one certificate."""

    revoked_at: datetime
    suspended: bool
    """certificateHold: it may come back."""


@dataclass(frozen=True, slots=True)
class KnownList:
    """A list that was read; whose signature holds is for the one who reads it to ask."""

    parsed: x509.CertificateRevocationList
    number: int
    this_update: datetime
    next_update: datetime
    scope: bytes | None
    """DER of the one distribution point whose certificates it speaks of; None: of all of its issuer."""
    serials: frozenset[int] = field(repr=False)
    """Of all lines: asking the parsed list walks through all of it each time."""

    @classmethod
    def read(cls, der: bytes) -> KnownList:
        """Raises MalformedTrust, also for what this reader does not understand, such as a list of some reasons only."""
        try:
            parsed = x509.load_der_x509_crl(der)
            extensions = parsed.extensions
            number = extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
            serials = frozenset(line.serial_number for line in parsed)
            this_update, next_update = parsed.last_update_utc, parsed.next_update_utc
        except x509.ExtensionNotFound:
            raise MalformedTrust("the revocation list has no number") from None
        except UNREADABLE:
            raise MalformedTrust("a root or a revocation list is not DER") from None
        if not ends_in(der, parsed.signature):
            raise MalformedTrust("a revocation list has unused bits in its signature")
        if any(extension.critical and extension.oid not in _KNOWN_EXTENSIONS for extension in extensions):
            raise MalformedTrust("the revocation list has a critical extension that is not known here")
        if next_update is None:
            raise MalformedTrust("the revocation list does not say when the next one comes")
        return cls(parsed, number, this_update, next_update, _scope(extensions), serials)

    def signed_by(self, root: x509.Certificate) -> bool:
        """Whether the list is of this generation of its issuer."""
        key = root.public_key()
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            return False
        try:
            return self.parsed.issuer == root.subject and self.parsed.is_signature_valid(key)
        except UNREADABLE:
            return False

    def line(self, serial: int) -> Line | None:
        """What the list says of a certificate; None: it is not on it."""
        if serial not in self.serials:
            return None
        found = self.parsed.get_revoked_certificate_by_serial_number(serial)
        if found is None:  # cannot be: the number is one of the list
            raise MalformedTrust("the revocation list cannot be read")
        try:
            reason = found.extensions.get_extension_for_class(x509.CRLReason).value.reason
        except (x509.ExtensionNotFound, *UNREADABLE):
            return Line(found.revocation_date_utc, suspended=False)
        return Line(found.revocation_date_utc, suspended=reason is x509.ReasonFlags.certificate_hold)


def distribution_points(certificate: x509.Certificate) -> tuple[x509.Name, ...]:
    """The directory names under which a certificate may be listed. Raises what the parser raises (UNREADABLE)."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(
        name.value
        for point in points
        if point.reasons is None and point.crl_issuer is None
        for name in point.full_name or ()
        if isinstance(name, x509.DirectoryName)
    )


def municipality_of(certificate: bytes | x509.Certificate) -> Municipality | None:
    """On which municipality's list a certificate would stand; None: on the list of the whole CA, or it cannot be read.

    For a verifier that fetches lists one by one. Nothing is checked.
    """
    try:
        if isinstance(certificate, bytes):
            certificate = x509.load_der_x509_certificate(certificate)
        points = distribution_points(certificate)
    except UNREADABLE:
        return None
    for point in points:
        units = point.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
        names = point.get_attributes_for_oid(NameOID.COMMON_NAME)
        if len(names) == 1 and units:
            city = str(names[0].value).removesuffix(" CRLDP")
            return Municipality.named(str(units[-1].value), city)
    return None


def newest(lists: Sequence[KnownList]) -> KnownList | None:
    """The list of the highest number."""
    return max(lists, key=lambda known: known.number, default=None)


def ends_in(der: bytes, signature: bytes) -> bool:
    """True when the signature, a whole number of bytes, ends the DER.

    The parser would take a signature with unused bits for the same one: one certificate, two encodings.
    """
    return der.endswith(b"\0" + signature)


def _scope(extensions: x509.Extensions) -> bytes | None:
    try:
        point = extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    except x509.ExtensionNotFound:
        return None
    narrowed = (
        point.only_contains_user_certs,
        point.only_contains_ca_certs,
        point.only_contains_attribute_certs,
        point.indirect_crl,
        point.only_some_reasons is not None,
        point.relative_name is not None,
    )
    names = list(point.full_name or ())
    if any(narrowed) or len(names) != 1 or not isinstance(names[0], x509.DirectoryName):
        raise MalformedTrust(
            "the revocation list speaks of a part of its certificates that is not known here"
        )
    return names[0].value.public_bytes()
