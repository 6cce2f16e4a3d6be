"""Certificates of public personal authentication: the user-authentication CA and its verifiers."""

from __future__ import annotations

from mynumber.foundation.pki.authority import (
    AuthorityDamaged,
    CertificateAuthority,
    IssueReason,
    IssueRefused,
    Revocation,
    RevocationReason,
)
from mynumber.foundation.pki.lifetime import (
    JAPAN,
    MalformedSerial,
    card_expiry,
    certificate_expiry,
    end_of_day,
    new_serial,
    parse_serial,
    serial_text,
)
from mynumber.foundation.pki.profile import SIMULATION, AuthenticationProfile
from mynumber.foundation.pki.verification import (
    AuthenticationTrust,
    MalformedTrust,
    Reason,
    VerificationRefused,
    VerifiedHolder,
    revoked_serials,
    verify_authentication,
)

__all__ = [
    "JAPAN",
    "SIMULATION",
    "AuthenticationProfile",
    "AuthenticationTrust",
    "AuthorityDamaged",
    "CertificateAuthority",
    "IssueReason",
    "IssueRefused",
    "MalformedSerial",
    "MalformedTrust",
    "Reason",
    "Revocation",
    "RevocationReason",
    "VerificationRefused",
    "VerifiedHolder",
    "card_expiry",
    "certificate_expiry",
    "end_of_day",
    "new_serial",
    "parse_serial",
    "revoked_serials",
    "serial_text",
    "verify_authentication",
]
