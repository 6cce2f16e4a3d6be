"""The CA of user-authentication certificates: its root, the leaves it issues, its revocation lists.

No input or output here: keys come and go as PEM bytes of the caller's key ring, and time is an argument.
Source: docs/protocols/card.md; 公的個人認証法 art. 22 ff.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from mynumber.foundation.pki.lifetime import JAPAN, birthday_in, end_of_day, new_serial
from mynumber.foundation.pki.profile import SIMULATION, AuthenticationProfile

KEY_BITS = 2048
PUBLIC_EXPONENT = 65537


class IssueReason(StrEnum):
    """Why the CA does not issue."""

    KEY_TOO_WEAK = "key_too_weak"
    ALREADY_OVER = "already_over"
    """The certificate would be over before it starts."""
    OUTLIVES_AUTHORITY = "outlives_authority"
    """The CA ends before the certificate would: a newer generation has to issue it."""
    BAD_COMMON_NAME = "bad_common_name"


class IssueRefused(Exception):
    """The CA does not issue this certificate."""

    def __init__(self, reason: IssueReason) -> None:
        super().__init__(f"the certificate is not issued: {reason.value}")
        self.reason = reason


class AuthorityDamaged(Exception):
    """The key of the CA cannot be read, or is not the key of its certificate."""


class RevocationReason(StrEnum):
    """Why a certificate is revoked, in the words of RFC 5280."""

    UNSPECIFIED = "unspecified"
    LOST = "keyCompromise"
    """The card is lost or stolen."""
    SUPERSEDED = "superseded"
    RETURNED = "cessationOfOperation"
    """The card is returned, or its holder has died or left the country."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """One line of a revocation list."""

    serial: int = field(repr=False)
    revoked_at: datetime
    reason: RevocationReason = RevocationReason.UNSPECIFIED


@dataclass(frozen=True, slots=True)
class CertificateAuthority:
    """One generation of the CA, with its key. Does not print the key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey = field(repr=False)
    profile: AuthenticationProfile = SIMULATION

    @classmethod
    def create(
        cls, *, now: datetime, profile: AuthenticationProfile = SIMULATION, serial: int | None = None
    ) -> CertificateAuthority:
        """Make a new generation: RSA-2048, SHA-256, self-signed, valid from `now` for `authority_years`."""
        key = rsa.generate_private_key(PUBLIC_EXPONENT, KEY_BITS)
        name = profile.authority_name()
        local = now.astimezone(JAPAN).date()
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(serial or new_serial())
            .not_valid_before(now)
            .not_valid_after(end_of_day(birthday_in(local.year + profile.authority_years, local)))
            .add_extension(_key_usage(certificates=True), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.DirectoryName(profile.authority_alternative_name())]),
                critical=False,
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_distribution_point(name), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        return cls(builder.sign(key, hashes.SHA256()), key, profile)

    @classmethod
    def load(
        cls, *, key_pem: bytes, certificate: bytes, profile: AuthenticationProfile = SIMULATION
    ) -> CertificateAuthority:
        """Take up a generation from its key (PEM) and its certificate (DER). Raises AuthorityDamaged."""
        try:
            root = x509.load_der_x509_certificate(certificate)
            key = load_pem_private_key(key_pem, None)
        except (ValueError, TypeError, x509.InvalidVersion):
            raise AuthorityDamaged("the key or the certificate of the CA cannot be read") from None
        if not isinstance(key, rsa.RSAPrivateKey) or key.public_key() != root.public_key():
            raise AuthorityDamaged("the key is not the one of the CA's certificate")
        return cls(root, key, profile)

    def key_pem(self) -> bytes:
        """The private key, PKCS#8 PEM without encryption: for the key ring only."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def certificate_der(self) -> bytes:
        """The root certificate, DER."""
        return self.certificate.public_bytes(Encoding.DER)

    def issue_authentication(
        self,
        public_key: rsa.RSAPublicKey,
        *,
        common_name: str,
        serial: int,
        issued_at: datetime,
        expires_on: date,
    ) -> bytes:
        """Issue an authentication certificate (利用者証明用電子証明書), DER. Raises IssueRefused.

        common_name: an identifier that says nothing of the holder, 1..64 printable ASCII characters.
        serial: see `new_serial`. expires_on: last day, see `certificate_expiry`.
        """
        if public_key.key_size < KEY_BITS or public_key.public_numbers().e != PUBLIC_EXPONENT:
            raise IssueRefused(IssueReason.KEY_TOO_WEAK)
        if not (1 <= len(common_name) <= 64 and common_name.isascii() and common_name.isprintable()):
            raise IssueRefused(IssueReason.BAD_COMMON_NAME)
        until = end_of_day(expires_on)
        if until <= issued_at:
            raise IssueRefused(IssueReason.ALREADY_OVER)
        if until > self.certificate.not_valid_after_utc:
            raise IssueRefused(IssueReason.OUTLIVES_AUTHORITY)
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.profile.holder_name(common_name))
            .issuer_name(self.certificate.subject)
            .public_key(public_key)
            .serial_number(serial)
            .not_valid_before(issued_at)
            .not_valid_after(until)
            .add_extension(_key_usage(certificates=False), critical=True)
            .add_extension(
                x509.CertificatePolicies([x509.PolicyInformation(self.profile.policy, None)]), critical=True
            )
            .add_extension(_distribution_point(self.certificate.subject), critical=False)
            .add_extension(self._authority_key_identifier(), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        )
        if self.profile.client_authentication_usage:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
            builder = builder.add_extension(usage, critical=False)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def revocation_list(self, revocations: Iterable[Revocation], *, number: int, now: datetime) -> bytes:
        """The list of revoked certificates of this generation, DER; valid from `now` as the profile says.

        number: CRL number, higher than that of every earlier list of this generation.
        """
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now)
            .next_update(now + self.profile.revocation_list_validity)
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(self._authority_key_identifier(), critical=False)
        )
        for revocation in revocations:
            builder = builder.add_revoked_certificate(_revoked(revocation))
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _authority_key_identifier(self) -> x509.AuthorityKeyIdentifier:
        subject_key = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key.value)


def _revoked(revocation: Revocation) -> x509.RevokedCertificate:
    builder = (
        x509.RevokedCertificateBuilder()
        .serial_number(revocation.serial)
        .revocation_date(revocation.revoked_at)
    )
    if revocation.reason is not RevocationReason.UNSPECIFIED:  # RFC 5280 5.3.1: left out, not written
        reason = x509.CRLReason(x509.ReasonFlags(revocation.reason.value))
        builder = builder.add_extension(reason, critical=False)
    return builder.build()


def _key_usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        key_cert_sign=certificates,
        crl_sign=certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _distribution_point(name: x509.Name) -> x509.CRLDistributionPoints:
    point = x509.DistributionPoint([x509.DirectoryName(name)], None, None, None)
    return x509.CRLDistributionPoints([point])
