"""What a verifier of authentication certificates (利用者証明検証者, 公的個人認証法 art. 36) checks at sign-in.

The order is the argument: a certificate of an issuer we trust, at this time, of this policy, not revoked by a
current list of that same issuer, and a signature of its key over our challenge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.x509 import verification

from mynumber.foundation.pki.lifetime import MalformedSerial, serial_text
from mynumber.foundation.pki.profile import SIMULATION, AuthenticationProfile

DIGEST_BYTES = 32
_UNREADABLE = (
    ValueError,
    TypeError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    UnsupportedAlgorithm,
)
"""What the X.509 parser raises, at once or when a field is first read."""
_KNOWN_LIST_EXTENSIONS = frozenset({x509.CRLNumber.oid, x509.AuthorityKeyIdentifier.oid})


class Reason(StrEnum):
    """Why a holder is not believed."""

    MALFORMED = "malformed"
    UNTRUSTED = "untrusted"
    """No root signed the certificate, or the path does not hold at this time."""
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    WRONG_POLICY = "wrong_policy"
    """Not a certificate for authentication: policy, key usage or key do not fit."""
    NO_REVOCATION_LIST = "no_revocation_list"
    """No list of the issuer at hand."""
    REVOCATION_LIST_STALE = "revocation_list_stale"
    """The list of the issuer is over, or not yet valid."""
    REVOKED = "revoked"
    BAD_SIGNATURE = "bad_signature"


class VerificationRefused(Exception):
    """The holder is not believed. Holds the reason, nothing of the certificate."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"the certificate or its signature is not accepted: {reason.value}")
        self.reason = reason


class MalformedTrust(Exception):
    """A root or a revocation list of the verifier itself cannot be used."""


@dataclass(frozen=True, slots=True)
class VerifiedHolder:
    """Who signed: the serial number of the authentication certificate, and nothing else."""

    serial: str = field(repr=False)
    """As `serial_text`. Serials of different generations differ because J-LIS draws them once."""


@dataclass(frozen=True, slots=True)
class _Issuer:
    root: x509.Certificate
    revocation_list: x509.CertificateRevocationList | None
    revoked: frozenset[int] = field(repr=False)
    """Serials of the list: asking the list itself walks through all of it each time."""

    @classmethod
    def of(cls, root: x509.Certificate, lists: Sequence[x509.CertificateRevocationList]) -> _Issuer:
        newest = _newest(lists, root)
        revoked = frozenset(entry.serial_number for entry in newest or ())
        return cls(root, newest, revoked)


class AuthenticationTrust:
    """Roots and revocation lists of a verifier, read once and asked often."""

    def __init__(
        self,
        *,
        roots: Sequence[bytes],
        revocation_lists: Sequence[bytes],
        profile: AuthenticationProfile = SIMULATION,
    ) -> None:
        """Read DER roots and DER lists. Raises MalformedTrust.

        A list belongs to the root that signed it; of several of one root the highest CRL number counts. A list
        that no root signed is refused: the verifier was given something that does not fit together.
        """
        try:
            certificates = [x509.load_der_x509_certificate(root) for root in roots]
            lists = [x509.load_der_x509_crl(revocation_list) for revocation_list in revocation_lists]
        except _UNREADABLE:
            raise MalformedTrust("a root or a revocation list is not DER") from None
        if not certificates:
            raise MalformedTrust("a verifier needs a root")
        if not all(_ends_in(der, crl.signature) for der, crl in zip(revocation_lists, lists, strict=True)):
            raise MalformedTrust("a revocation list has unused bits in its signature")
        for revocation_list in lists:
            _require_plain(revocation_list)
            if not any(_signed_by(revocation_list, root) for root in certificates):
                raise MalformedTrust("no root signed the revocation list")
        self._issuers = [_Issuer.of(root, lists) for root in certificates]
        self._store = verification.Store(certificates)
        self._profile = profile

    def verify(
        self, *, certificate: bytes, challenge: bytes, signature: bytes, now: datetime
    ) -> VerifiedHolder:
        """Check a sign-in. `challenge` is the SHA-256 digest (32 bytes) that the card signed.

        Raises VerificationRefused with the first reason that applies.
        """
        leaf = _load(certificate)
        issuer = self._issuer_of(leaf)
        if now < leaf.not_valid_before_utc:
            raise VerificationRefused(Reason.NOT_YET_VALID)
        if now > leaf.not_valid_after_utc:
            raise VerificationRefused(Reason.EXPIRED)
        key = self._require_authentication(leaf)
        self._require_path(leaf, now)
        _require_not_revoked(leaf, issuer, now)
        _require_signature(key, challenge, signature)
        try:
            return VerifiedHolder(serial_text(leaf.serial_number))
        except MalformedSerial:
            raise VerificationRefused(Reason.MALFORMED) from None

    def _issuer_of(self, leaf: x509.Certificate) -> _Issuer:
        # All generations share one name, so only the signature tells which of them issued the certificate.
        for issuer in self._issuers:
            try:
                leaf.verify_directly_issued_by(issuer.root)
            except (InvalidSignature, *_UNREADABLE):
                continue
            return issuer
        raise VerificationRefused(Reason.UNTRUSTED)

    def _require_authentication(self, leaf: x509.Certificate) -> rsa.RSAPublicKey:
        try:
            key = leaf.public_key()
            policies = leaf.extensions.get_extension_for_class(x509.CertificatePolicies)
            usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
        except (x509.ExtensionNotFound, UnsupportedAlgorithm):
            raise VerificationRefused(Reason.WRONG_POLICY) from None
        except _UNREADABLE:
            raise VerificationRefused(Reason.MALFORMED) from None
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < 2048:
            raise VerificationRefused(Reason.WRONG_POLICY)
        if [policy.policy_identifier for policy in policies.value] != [self._profile.policy]:
            raise VerificationRefused(Reason.WRONG_POLICY)
        if not usage.value.digital_signature or usage.value.content_commitment or usage.value.key_cert_sign:
            raise VerificationRefused(Reason.WRONG_POLICY)
        return key

    def _require_path(self, leaf: x509.Certificate, now: datetime) -> None:
        """RFC 5280 path validation, with the extensions these leaves have."""
        leaf_policy = (
            verification.ExtensionPolicy.permit_all()
            .require_present(x509.CertificatePolicies, verification.Criticality.CRITICAL, None)
            .require_present(x509.KeyUsage, verification.Criticality.CRITICAL, None)
            .require_not_present(x509.BasicConstraints)
        )
        verifier = (
            verification.PolicyBuilder()
            .store(self._store)
            .time(now)
            .max_chain_depth(0)
            .extension_policies(
                ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(), ee_policy=leaf_policy
            )
            .build_client_verifier()
        )
        try:
            verifier.verify(leaf, [])
        except (verification.VerificationError, *_UNREADABLE):
            raise VerificationRefused(Reason.UNTRUSTED) from None


def verify_authentication(
    *,
    certificate: bytes,
    roots: Sequence[bytes],
    revocation_lists: Sequence[bytes],
    challenge: bytes,
    signature: bytes,
    now: datetime,
    profile: AuthenticationProfile = SIMULATION,
) -> VerifiedHolder:
    """`AuthenticationTrust.verify` for a single use. Raises VerificationRefused or MalformedTrust."""
    trust = AuthenticationTrust(roots=roots, revocation_lists=revocation_lists, profile=profile)
    return trust.verify(certificate=certificate, challenge=challenge, signature=signature, now=now)


def revoked_serials(revocation_list: bytes) -> dict[str, datetime]:
    """The serials (as `serial_text`) of a list and when they were revoked. Raises MalformedTrust.

    The signature is not checked: `AuthenticationTrust` does that.
    """
    try:
        parsed = x509.load_der_x509_crl(revocation_list)
        return {serial_text(entry.serial_number): entry.revocation_date_utc for entry in parsed}
    except (*_UNREADABLE, MalformedSerial):
        raise MalformedTrust("the revocation list cannot be read") from None


# --- steps --------------------------------------------------------------------------------------------------


def _load(certificate: bytes) -> x509.Certificate:
    try:
        leaf = x509.load_der_x509_certificate(certificate)
        _ = leaf.extensions, leaf.serial_number, leaf.not_valid_before_utc, leaf.not_valid_after_utc
    except _UNREADABLE:
        raise VerificationRefused(Reason.MALFORMED) from None
    if not _ends_in(certificate, leaf.signature):
        raise VerificationRefused(Reason.MALFORMED)
    return leaf


def _ends_in(der: bytes, signature: bytes) -> bool:
    """True when the signature, a whole number of bytes, ends the DER.

    The parser would take a signature with unused bits for the same one: one certificate, two encodings.
    """
    return der.endswith(b"\0" + signature)


def _require_not_revoked(leaf: x509.Certificate, issuer: _Issuer, now: datetime) -> None:
    current = issuer.revocation_list
    if current is None:
        raise VerificationRefused(Reason.NO_REVOCATION_LIST)
    if leaf.serial_number in issuer.revoked:
        # Also a list that is over tells truly what was revoked.
        raise VerificationRefused(Reason.REVOKED)
    until = current.next_update_utc
    if until is None or not current.last_update_utc <= now < until:
        raise VerificationRefused(Reason.REVOCATION_LIST_STALE)


def _require_signature(key: rsa.RSAPublicKey, challenge: bytes, signature: bytes) -> None:
    if len(challenge) != DIGEST_BYTES:
        raise ValueError("a challenge is a SHA-256 digest of 32 bytes")
    try:
        key.verify(signature, challenge, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    except InvalidSignature:
        raise VerificationRefused(Reason.BAD_SIGNATURE) from None


def _require_plain(revocation_list: x509.CertificateRevocationList) -> None:
    """Refuse what this reader does not understand, e.g. a list that covers only some certificates."""
    try:
        extensions = list(revocation_list.extensions)
        numbers = [extension.oid for extension in extensions if extension.oid == x509.CRLNumber.oid]
    except _UNREADABLE:
        raise MalformedTrust("the revocation list cannot be read") from None
    if any(extension.critical and extension.oid not in _KNOWN_LIST_EXTENSIONS for extension in extensions):
        raise MalformedTrust("the revocation list has a critical extension that is not known here")
    if not numbers:
        raise MalformedTrust("the revocation list has no number")


def _newest(
    lists: Sequence[x509.CertificateRevocationList], root: x509.Certificate
) -> x509.CertificateRevocationList | None:
    own = [revocation_list for revocation_list in lists if _signed_by(revocation_list, root)]
    return max(own, key=_number, default=None)


def _number(revocation_list: x509.CertificateRevocationList) -> int:
    return revocation_list.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def _signed_by(revocation_list: x509.CertificateRevocationList, root: x509.Certificate) -> bool:
    key = root.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        return revocation_list.issuer == root.subject and revocation_list.is_signature_valid(key)
    except _UNREADABLE:
        return False
