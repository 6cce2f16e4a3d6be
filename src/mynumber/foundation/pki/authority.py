"""A certification authority (CA): its root, the certificates it issues, its revocation lists.

No input or output here: keys come and go as PEM bytes of the caller's key ring or stay in a token, and time is an argument.
Source: docs/protocols/certification-profiles.md; 公的個人認証法 art. 3 ff. (signature), 22 ff. (authentication).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from mynumber.foundation.pki.algorithms import Algorithm, PrivateKey, PublicKey
from mynumber.foundation.pki.holder import SignatureHolder, holder_extension
from mynumber.foundation.pki.lifetime import JAPAN, birthday_in, end_of_day, new_serial
from mynumber.foundation.pki.municipality import Municipality
from mynumber.foundation.pki.profile import AUTHENTICATION, HierarchyProfile, Medium, Purpose
from mynumber.foundation.pki.revocation import Revocation, signed_list

RESPONDER_VALIDITY: Final = timedelta(days=7)
"""A responder cannot be revoked (ocsp-nocheck), so its certificate lives shortly."""
TIME_STAMPING_VALIDITY: Final = timedelta(days=3 * 365)


class IssueReason(StrEnum):
    """Why the CA does not issue."""

    KEY_TOO_WEAK = "key_too_weak"
    """The key is too short, or of another kind than the hierarchy's."""
    ALREADY_OVER = "already_over"
    """The certificate would be over before it starts."""
    OUTLIVES_AUTHORITY = "outlives_authority"
    """The CA ends before the certificate would: a newer generation has to issue it."""
    BAD_COMMON_NAME = "bad_common_name"
    WRONG_HIERARCHY = "wrong_hierarchy"
    """An authentication certificate of the signature CA, or the other way round."""


class IssueRefused(Exception):
    """The CA does not issue this certificate."""

    def __init__(self, reason: IssueReason) -> None:
        super().__init__(f"the certificate is not issued: {reason.value}")
        self.reason = reason


class AuthorityDamaged(Exception):
    """The key of the CA cannot be read, or is not the key of its certificate."""


@dataclass(frozen=True, slots=True)
class CertificateAuthority:
    """One generation of a CA, with its key. Does not print the key."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)
    """A key in memory, or one in a token (`tokens.TokenKey`)."""
    profile: HierarchyProfile = AUTHENTICATION

    @classmethod
    def create(
        cls,
        *,
        now: datetime,
        profile: HierarchyProfile = AUTHENTICATION,
        serial: int | None = None,
        key: PrivateKey | None = None,
    ) -> CertificateAuthority:
        """Make a new generation: of the profile's algorithm, self-signed, valid from `now` for `authority_years`.

        key: the one to use, such as a new one in a token; None makes one.
        """
        key = key or profile.algorithm.generate()
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
            .add_extension(_key_usage("key_cert_sign", "crl_sign"), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.DirectoryName(profile.authority_alternative_name())]),
                critical=False,
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_distribution_point(name), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        return cls(builder.sign(key, profile.algorithm.hash), key, profile)

    @classmethod
    def load(
        cls,
        *,
        certificate: bytes,
        key_pem: bytes | None = None,
        key: PrivateKey | None = None,
        profile: HierarchyProfile = AUTHENTICATION,
    ) -> CertificateAuthority:
        """Take up a generation from its certificate (DER) and its key: PEM, or one in a token. Raises AuthorityDamaged."""
        try:
            root = x509.load_der_x509_certificate(certificate)
            private = load_pem_private_key(key_pem, None) if key_pem is not None else key
        except (ValueError, TypeError, x509.InvalidVersion):
            raise AuthorityDamaged("the key or the certificate of the CA cannot be read") from None
        if not isinstance(private, PrivateKey) or private.public_key() != root.public_key():
            raise AuthorityDamaged("the key is not the one of the CA's certificate")
        if root.subject != profile.authority_name() or not profile.algorithm.takes(root.public_key()):
            raise AuthorityDamaged("the certificate is that of another hierarchy")
        return cls(root, private, profile)

    def key_pem(self) -> bytes:
        """The private key, PKCS#8 PEM without encryption: for the key ring only. A key in a token refuses."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def certificate_der(self) -> bytes:
        """The root certificate, DER."""
        return self.certificate.public_bytes(Encoding.DER)

    # --- residents ------------------------------------------------------------------------------------------

    def issue_authentication(
        self,
        public_key: PublicKey,
        *,
        common_name: str,
        serial: int,
        issued_at: datetime,
        expires_on: date,
        municipality: Municipality | None = None,
        medium: Medium = Medium.CARD,
    ) -> bytes:
        """Issue an authentication certificate (利用者証明用電子証明書), DER. Raises IssueRefused.

        common_name: an identifier that says nothing of the holder, 1..64 printable ASCII characters.
        serial: see `new_serial`. expires_on: last day, see `certificate_expiry`.
        municipality: on whose revocation list it will stand; None: on the list of the whole CA.
        """
        self._require(Purpose.AUTHENTICATION, public_key, common_name)
        builder = self._leaf(
            public_key,
            subject=self.profile.holder_name(common_name),
            serial=serial,
            validity=(issued_at, end_of_day(expires_on)),
            usage=_key_usage("digital_signature"),
        )
        builder = builder.add_extension(self._policy(medium), critical=True)
        if self.profile.client_authentication_usage:
            builder = builder.add_extension(_usage(ExtendedKeyUsageOID.CLIENT_AUTH), critical=False)
        return self._sign(self._with_issuer(builder, public_key, municipality, named_in_japanese=True))

    def issue_signature(
        self,
        public_key: PublicKey,
        *,
        holder: SignatureHolder,
        municipality: Municipality,
        common_name: str,
        serial: int,
        issued_at: datetime,
        expires_on: date,
        medium: Medium = Medium.CARD,
    ) -> bytes:
        """Issue a signature certificate (署名用電子証明書), DER. Raises IssueRefused.

        municipality: where the holder lives: in the subject, and on whose revocation list it will stand.
        The others as in `issue_authentication`.
        """
        self._require(Purpose.SIGNATURE, public_key, common_name)
        builder = self._leaf(
            public_key,
            subject=self.profile.holder_name(common_name, municipality),
            serial=serial,
            validity=(issued_at, end_of_day(expires_on)),
            usage=_key_usage("digital_signature", "content_commitment"),
        )
        builder = builder.add_extension(self._policy(medium), critical=True)
        builder = builder.add_extension(holder_extension(holder), critical=False)
        return self._sign(self._with_issuer(builder, public_key, municipality, named_in_japanese=True))

    # --- services -------------------------------------------------------------------------------------------

    def issue_ocsp_responder(
        self,
        public_key: PublicKey,
        *,
        serial: int,
        issued_at: datetime,
        validity: timedelta = RESPONDER_VALIDITY,
        common_name: str = "OCSP responder",
    ) -> bytes:
        """Issue the certificate of a delegated responder (RFC 6960 4.2.2.2), DER. Raises IssueRefused.

        It answers for the certificates of this generation only: another generation needs another one (of the same key, if wanted).
        It is never revoked (ocsp-nocheck), so `validity` is short; it ends with the CA at the latest.
        """
        self._require(None, public_key, common_name)
        builder = self._leaf(
            public_key,
            subject=self.profile.service_name(common_name),
            serial=serial,
            validity=(issued_at, min(issued_at + validity, self.certificate.not_valid_after_utc)),
            usage=_key_usage("digital_signature"),
        )
        builder = builder.add_extension(_usage(ExtendedKeyUsageOID.OCSP_SIGNING), critical=False)
        builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
        return self._sign(self._with_keys(builder, public_key))

    def issue_time_stamping(
        self,
        public_key: PublicKey,
        *,
        serial: int,
        issued_at: datetime,
        validity: timedelta = TIME_STAMPING_VALIDITY,
        common_name: str = "Time-stamping authority",
    ) -> bytes:
        """Issue the certificate of a time-stamping authority (RFC 3161 2.3), DER. Raises IssueRefused.

        Its one use is critical and alone. It stands on the list of the whole CA and ends with the CA at the latest.
        """
        self._require(None, public_key, common_name)
        builder = self._leaf(
            public_key,
            subject=self.profile.service_name(common_name),
            serial=serial,
            validity=(issued_at, min(issued_at + validity, self.certificate.not_valid_after_utc)),
            usage=_key_usage("digital_signature"),
        )
        builder = builder.add_extension(_usage(ExtendedKeyUsageOID.TIME_STAMPING), critical=True)
        return self._sign(self._with_issuer(builder, public_key, None, named_in_japanese=False))

    # --- revocation -----------------------------------------------------------------------------------------

    def revocation_list(
        self,
        revocations: Iterable[Revocation],
        *,
        number: int,
        now: datetime,
        municipality: Municipality | None = None,
    ) -> bytes:
        """A list of revoked and suspended certificates of this generation, DER; valid from `now` as the profile says.

        number: CRL number, higher than that of every earlier list of this generation (and municipality).
        municipality: the list speaks of the certificates issued with this one, and of no other. None: the list speaks of all
        certificates of the generation, whatever their distribution point.
        """
        return signed_list(
            revocations,
            issuer=self.certificate.subject,
            key=self.key,
            algorithm=self.profile.algorithm,
            number=number,
            this_update=now,
            next_update=now + self.profile.revocation_list_validity,
            authority_key=self._authority_key_identifier(),
            distribution_point=self.profile.distribution_point(municipality) if municipality else None,
        )

    # --- parts ----------------------------------------------------------------------------------------------

    def _require(
        self,
        purpose: Purpose | None,
        public_key: PublicKey,
        common_name: str,
    ) -> None:
        if purpose not in (None, self.profile.purpose):
            raise IssueRefused(IssueReason.WRONG_HIERARCHY)
        fits = self.profile.algorithm.takes(public_key) if purpose else _strong(public_key)
        if not fits:
            raise IssueRefused(IssueReason.KEY_TOO_WEAK)
        if not (1 <= len(common_name) <= 64 and common_name.isascii() and common_name.isprintable()):
            raise IssueRefused(IssueReason.BAD_COMMON_NAME)

    def _leaf(
        self,
        public_key: PublicKey,
        *,
        subject: x509.Name,
        serial: int,
        validity: tuple[datetime, datetime],
        usage: x509.KeyUsage,
    ) -> x509.CertificateBuilder:
        begin, end = validity
        if end <= begin:
            raise IssueRefused(IssueReason.ALREADY_OVER)
        if end > self.certificate.not_valid_after_utc:
            raise IssueRefused(IssueReason.OUTLIVES_AUTHORITY)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.certificate.subject)
            .public_key(public_key)
            .serial_number(serial)
            .not_valid_before(begin)
            .not_valid_after(end)
            .add_extension(usage, critical=True)
        )

    def _policy(self, medium: Medium) -> x509.CertificatePolicies:
        statement = self.profile.practice_statement
        policy = x509.PolicyInformation(self.profile.policies[medium], [statement] if statement else None)
        return x509.CertificatePolicies([policy])

    def _with_issuer(
        self,
        builder: x509.CertificateBuilder,
        public_key: PublicKey,
        municipality: Municipality | None,
        *,
        named_in_japanese: bool,
    ) -> x509.CertificateBuilder:
        if named_in_japanese:
            name = x509.DirectoryName(self.profile.issuer_alternative_name())
            builder = builder.add_extension(x509.IssuerAlternativeName([name]), critical=False)
        point = _distribution_point(self.profile.distribution_point(municipality))
        return self._with_keys(builder.add_extension(point, critical=False), public_key)

    def _with_keys(self, builder: x509.CertificateBuilder, public_key: PublicKey) -> x509.CertificateBuilder:
        builder = builder.add_extension(self._authority_key_identifier(), critical=False)
        return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)

    def _authority_key_identifier(self) -> x509.AuthorityKeyIdentifier:
        subject_key = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key.value)

    def _sign(self, builder: x509.CertificateBuilder) -> bytes:
        return builder.sign(self.key, self.profile.algorithm.hash).public_bytes(Encoding.DER)


def _strong(key: PublicKey) -> bool:
    """Services choose their algorithm: responders on P-256 sign ten times as fast as with RSA."""
    curves = ec.SECP256R1 | ec.SECP384R1 | ec.SECP521R1
    if isinstance(key, ec.EllipticCurvePublicKey):
        return isinstance(key.curve, curves)
    return Algorithm.RSA_2048.takes(key)


def _usage(oid: x509.ObjectIdentifier) -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage([oid])


def _key_usage(*uses: str) -> x509.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: name in uses for name in names})


def _distribution_point(name: x509.Name) -> x509.CRLDistributionPoints:
    point = x509.DistributionPoint([x509.DirectoryName(name)], None, None, None)
    return x509.CRLDistributionPoints([point])
