"""The checks on a signer's certificate, the same for every form of signature."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from mynumber.foundation.pki import MalformedHolder, read_signature_holder, serial_text
from mynumber.foundation.validation.meanings import CheckName, Reason
from mynumber.foundation.validation.report import CertificateFacts, CertificateKind, Findings, Holder
from mynumber.foundation.validation.status import UNREADABLE, Status
from mynumber.foundation.validation.trust import AUTHENTICATION_POLICIES, Issuer, Trust

MINIMUM_RSA_BITS = 2048
_TIME_STAMP_REASONS = {
    Reason.HOLDS: Reason.HOLDS,
    Reason.REVOKED_LATER: Reason.HOLDS,
    Reason.NO_STATUS: Reason.TIME_STAMP_STATUS_UNKNOWN,
    Reason.STATUS_STALE: Reason.TIME_STAMP_STATUS_UNKNOWN,
}


def check_signer(
    findings: Findings,
    certificate: x509.Certificate,
    trust: Trust,
    *,
    moment: datetime,
    at: datetime,
    claimed_at: datetime | None,
) -> tuple[CertificateFacts, datetime | None]:
    """Check issuer, validity, policy, key usage and revocation; returns what may be said, and since when it is revoked.

    moment: when the signature is proven to have been there; `at` (now) without a time-stamp. claimed_at: what the signer says.
    A claim proves nothing in favour of the signature. Against it, it does: whoever claims to have signed when the certificate
    was over or revoked is taken at the word (stricter than ETSI EN 319 102-1, which leaves that INDETERMINATE).
    """
    issuer = trust.issuer_of(certificate)
    kind = issuer.kind if issuer else CertificateKind.UNKNOWN
    findings.say(CheckName.CHAIN, _chain(certificate, issuer, moment))
    findings.say(CheckName.VALIDITY, _validity(certificate, moment, claimed_at))
    findings.say(CheckName.POLICY, _policy(certificate, kind, trust))
    findings.say(CheckName.KEY_USAGE, _key_usage(certificate))
    if not _strong(certificate):
        findings.say(CheckName.ALGORITHM, Reason.WEAK_ALGORITHM)
    status = issuer.status(certificate, moment, at=at) if issuer else Status(Reason.NO_STATUS)
    reason = status.reason if issuer else Reason.NOT_REACHED
    if (
        reason is Reason.REVOKED_UNPROVEN
        and status.since is not None
        and claimed_at is not None
        and claimed_at >= status.since
    ):
        reason = Reason.REVOKED
    findings.say(CheckName.REVOCATION, reason)
    facts = CertificateFacts(kind, certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    return facts, status.since


def holder_of(certificate: x509.Certificate, trust: Trust) -> Holder:
    """Serial number and attributes, for a caller who asked; attributes only of a certificate whose issuer is believed."""
    issuer = trust.issuer_of(certificate)
    attributes = None
    if issuer is not None and issuer.kind is CertificateKind.SIGNATURE:
        try:
            attributes = read_signature_holder(certificate)
        except MalformedHolder:
            attributes = None
    return Holder(serial_text(certificate.serial_number), attributes)


def time_stamp_authority_reason(
    certificate: x509.Certificate, trust: Trust, *, moment: datetime, at: datetime
) -> Reason:
    """Whether a time-stamping authority's certificate is believed at `moment`: a reason that passed, or why its stamps count as none."""
    issuer = trust.time_stamp_issuer_of(certificate)
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if issuer is None or not begin <= moment <= end or not _stamps_only(certificate):
        return Reason.TIME_STAMP_UNTRUSTED
    if issuer.root == certificate:
        return Reason.HOLDS
    if not issuer.path_holds(certificate, moment):
        return Reason.TIME_STAMP_UNTRUSTED
    status = issuer.status(certificate, moment, at=at)
    if status.reason in (Reason.NO_STATUS, Reason.STATUS_STALE) and not trust.time_stamps_need_status:
        return Reason.TIME_STAMP_WITHOUT_STATUS
    return _TIME_STAMP_REASONS.get(status.reason, Reason.TIME_STAMP_UNTRUSTED)


# --- steps --------------------------------------------------------------------------------------------------


def _chain(certificate: x509.Certificate, issuer: Issuer | None, moment: datetime) -> Reason:
    if issuer is None:
        return Reason.UNTRUSTED
    if not issuer.in_force(moment):
        return Reason.ISSUER_NOT_IN_FORCE
    # The certificate's own time is another check: the path is looked at inside of it.
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return Reason.HOLDS if issuer.path_holds(certificate, min(max(moment, begin), end)) else Reason.UNTRUSTED


def _validity(certificate: x509.Certificate, moment: datetime, claimed_at: datetime | None) -> Reason:
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if moment < begin or (claimed_at is not None and claimed_at < begin):
        return Reason.NOT_YET_VALID
    if claimed_at is not None and claimed_at > end:
        return Reason.EXPIRED
    return Reason.EXPIRED_UNPROVEN if moment > end else Reason.HOLDS


def _policy(certificate: x509.Certificate, kind: CertificateKind, trust: Trust) -> Reason:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.CertificatePolicies)
    except x509.ExtensionNotFound:
        return Reason.WRONG_POLICY
    policies = {policy.policy_identifier for policy in extension.value}
    if kind is CertificateKind.AUTHENTICATION or policies & AUTHENTICATION_POLICIES:
        return Reason.AUTHENTICATION_CERTIFICATE
    return Reason.HOLDS if policies and policies <= trust.signature_policies else Reason.WRONG_POLICY


def _key_usage(certificate: x509.Certificate) -> Reason:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return Reason.WRONG_KEY_USAGE
    fits = usage.digital_signature and usage.content_commitment and not usage.key_cert_sign
    return Reason.HOLDS if fits else Reason.WRONG_KEY_USAGE


def _strong(certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= MINIMUM_RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size >= 256


def _stamps_only(certificate: x509.Certificate) -> bool:
    """extendedKeyUsage timeStamping, critical and alone (RFC 3161 2.3)."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, *UNREADABLE):
        return False
    return (
        usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING] and _strong(certificate)
    )
