"""What a verifier (署名検証者, 利用者証明検証者: 公的個人認証法 art. 17, 36) checks of a certificate.

The order is the argument: a certificate of an issuer we trust, at this time, of this policy, not revoked by a current list of
that same issuer which speaks of this certificate, and then a signature of its key.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import verification

from mynumber.foundation.pki.lifetime import MalformedSerial, serial_text
from mynumber.foundation.pki.listed import (
    UNREADABLE,
    KnownList,
    Line,
    MalformedTrust,
    distribution_points,
    ends_in,
    newest,
)
from mynumber.foundation.pki.profile import AUTHENTICATION, HierarchyProfile, Medium, Purpose

ANY_MEDIUM: Final = frozenset(Medium)


class Reason(StrEnum):
    """Why a holder is not believed."""

    MALFORMED = "malformed"
    UNTRUSTED = "untrusted"
    """No root signed the certificate, or the path does not hold at this time."""
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    WRONG_POLICY = "wrong_policy"
    """Not a certificate for this purpose: policy, key usage or key do not fit."""
    NO_REVOCATION_LIST = "no_revocation_list"
    """No list at hand that speaks of the certificate."""
    REVOCATION_LIST_STALE = "revocation_list_stale"
    """The list is over, or not yet valid."""
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    """一時停止: the card was reported lost and may be found again."""
    BAD_SIGNATURE = "bad_signature"


class VerificationRefused(Exception):
    """The holder is not believed. Holds the reason, nothing of the certificate."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"the certificate or its signature is not accepted: {reason.value}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class VerifiedHolder:
    """Who signed: the serial number of the certificate, and where its key lives."""

    serial: str = field(repr=False)
    """As `serial_text`. Serials of different generations differ because J-LIS draws them once."""
    medium: Medium = Medium.CARD


@dataclass(frozen=True, slots=True)
class VerifiedCertificate:
    """A certificate that is believed at the time that was asked about."""

    certificate: x509.Certificate = field(repr=False)
    root: x509.Certificate
    """The generation that issued it."""
    medium: Medium

    @property
    def serial(self) -> str:
        """As `serial_text`."""
        return serial_text(self.certificate.serial_number)


class Trust:
    """Roots and revocation lists of a verifier for one purpose, read once and asked often."""

    def __init__(
        self,
        *,
        roots: Sequence[bytes],
        revocation_lists: Sequence[bytes],
        profile: HierarchyProfile = AUTHENTICATION,
        media: Collection[Medium] = ANY_MEDIUM,
    ) -> None:
        """Read DER roots (all generations that are still valid) and DER lists. Raises MalformedTrust.

        A list belongs to the root that signed it; of several of one root and one distribution point the highest CRL number counts. A
        list that no root signed is refused: the verifier was given something that does not fit together.
        media: whether certificates of cards, phones or both are believed.
        """
        try:
            certificates = [x509.load_der_x509_certificate(root) for root in roots]
        except UNREADABLE:
            raise MalformedTrust("a root or a revocation list is not DER") from None
        if not certificates:
            raise MalformedTrust("a verifier needs a root")
        self._roots = certificates
        self._lists = _by_root(certificates, [KnownList.read(der) for der in revocation_lists])
        self._store = verification.Store(certificates)
        self._profile = profile
        self._media = {profile.policies[medium]: medium for medium in media}

    def check(self, certificate: bytes, *, at: datetime, now: datetime | None = None) -> VerifiedCertificate:
        """Check that a certificate is (or, for an `at` of the past, was) good. Raises VerificationRefused with the first reason that applies.

        at: the time that is asked about, such as that of a time-stamp over a signature.
        now: when the question is asked; None: at `at`. A revocation after `at` does not count then. The list must be current now, or,
        of a certificate that is over by now, at its end: later lists no longer speak of it.
        """
        leaf = _load(certificate)
        root = self._root_of(leaf)
        if at < leaf.not_valid_before_utc:
            raise VerificationRefused(Reason.NOT_YET_VALID)
        if at > leaf.not_valid_after_utc:
            raise VerificationRefused(Reason.EXPIRED)
        medium = self._require_purpose(leaf)
        self._require_path(leaf, at)
        self._require_not_revoked(leaf, root, at=at, now=at if now is None else now)
        return VerifiedCertificate(leaf, root, medium)

    def verify(
        self, *, certificate: bytes, challenge: bytes, signature: bytes, now: datetime
    ) -> VerifiedHolder:
        """Check a certificate and what its key signed. `challenge` is the digest that the card signed: SHA-256, 32 bytes (P-384: SHA-384, 48).

        Raises VerificationRefused with the first reason that applies.
        """
        verified = self.check(certificate, at=now)
        self._require_signature(verified.certificate, challenge, signature)
        return VerifiedHolder(verified.serial, verified.medium)

    def _root_of(self, leaf: x509.Certificate) -> x509.Certificate:
        # All generations share one name, so only the signature tells which of them issued the certificate.
        for root in self._roots:
            try:
                leaf.verify_directly_issued_by(root)
            except (InvalidSignature, *UNREADABLE):
                continue
            return root
        raise VerificationRefused(Reason.UNTRUSTED)

    def _require_purpose(self, leaf: x509.Certificate) -> Medium:
        try:
            key = leaf.public_key()
            policies = leaf.extensions.get_extension_for_class(x509.CertificatePolicies)
            usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
        except (x509.ExtensionNotFound, UnsupportedAlgorithm):
            raise VerificationRefused(Reason.WRONG_POLICY) from None
        except UNREADABLE:
            raise VerificationRefused(Reason.MALFORMED) from None
        media = [self._media.get(policy.policy_identifier) for policy in policies.value]
        binds_its_holder = self._profile.purpose is Purpose.SIGNATURE
        if not self._profile.algorithm.takes(key) or len(media) != 1:
            raise VerificationRefused(Reason.WRONG_POLICY)
        if not usage.digital_signature or usage.content_commitment is not binds_its_holder:
            raise VerificationRefused(Reason.WRONG_POLICY)
        medium = media[0]
        if medium is None or usage.key_cert_sign:
            raise VerificationRefused(Reason.WRONG_POLICY)
        return medium

    def _require_path(self, leaf: x509.Certificate, at: datetime) -> None:
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
            .time(at)
            .max_chain_depth(0)
            .extension_policies(
                ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(), ee_policy=leaf_policy
            )
            .build_client_verifier()
        )
        try:
            verifier.verify(leaf, [])
        except (verification.VerificationError, *UNREADABLE):
            raise VerificationRefused(Reason.UNTRUSTED) from None

    def _require_signature(self, leaf: x509.Certificate, challenge: bytes, signature: bytes) -> None:
        algorithm = self._profile.algorithm
        if len(challenge) != algorithm.hash.digest_size:
            raise ValueError(
                f"a challenge is a digest of {algorithm.hash.digest_size} bytes ({algorithm.hash.name})"
            )
        try:
            algorithm.verify(leaf.public_key(), signature, challenge)
        except InvalidSignature:
            raise VerificationRefused(Reason.BAD_SIGNATURE) from None

    def _require_not_revoked(
        self, leaf: x509.Certificate, root: x509.Certificate, *, at: datetime, now: datetime
    ) -> None:
        try:
            points = {point.public_bytes() for point in distribution_points(leaf)}
        except UNREADABLE:
            raise VerificationRefused(Reason.MALFORMED) from None
        series = self._lists[root.fingerprint(hashes.SHA256())]
        speaking = [lists for scope, lists in series.items() if scope is None or scope in points]
        if not speaking:
            raise VerificationRefused(Reason.NO_REVOCATION_LIST)
        asked = min(now, leaf.not_valid_after_utc)
        known = [
            latest
            for lists in speaking
            if (latest := newest([each for each in lists if each.this_update <= asked]))
        ]
        for each in known:  # also a list that is over tells truly what was revoked
            line = each.line(leaf.serial_number)
            if line is not None and _counts(line, at=at, now=now):
                raise VerificationRefused(Reason.SUSPENDED if line.suspended else Reason.REVOKED)
        if not any(asked < each.next_update for each in known):
            raise VerificationRefused(Reason.REVOCATION_LIST_STALE)


# --- steps --------------------------------------------------------------------------------------------------

_Series = dict[bytes | None, list[KnownList]]
"""Lists of one root by the distribution point that they speak of."""


def _by_root(roots: Sequence[x509.Certificate], lists: Sequence[KnownList]) -> dict[bytes, _Series]:
    found: dict[bytes, _Series] = {root.fingerprint(hashes.SHA256()): {} for root in roots}
    for known in lists:
        root = next((root for root in roots if known.signed_by(root)), None)
        if root is None:
            raise MalformedTrust("no root signed the revocation list")
        found[root.fingerprint(hashes.SHA256())].setdefault(known.scope, []).append(known)
    return found


def _counts(line: Line, *, at: datetime, now: datetime) -> bool:
    # Who asks about the present is told no also when the clock of the issuer is ahead of ours.
    return at >= now or line.revoked_at <= at


def _load(certificate: bytes) -> x509.Certificate:
    try:
        leaf = x509.load_der_x509_certificate(certificate)
        _ = leaf.extensions, leaf.not_valid_before_utc, leaf.not_valid_after_utc
        serial_text(leaf.serial_number)
    except (*UNREADABLE, MalformedSerial):
        raise VerificationRefused(Reason.MALFORMED) from None
    if not ends_in(certificate, leaf.signature):
        raise VerificationRefused(Reason.MALFORMED)
    return leaf
