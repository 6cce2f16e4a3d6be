"""Certificates of public personal authentication (公的個人認証): two CAs in generations, their lists, their verifiers."""

from __future__ import annotations

from mynumber.foundation.pki.algorithms import Algorithm
from mynumber.foundation.pki.authority import (
    AuthorityDamaged,
    CertificateAuthority,
    IssueReason,
    IssueRefused,
)
from mynumber.foundation.pki.holder import (
    HolderFlaw,
    MalformedHolder,
    SignatureHolder,
    certificate_name,
    read_signature_holder,
    substituted,
)
from mynumber.foundation.pki.lifetime import (
    JAPAN,
    MalformedSerial,
    card_expiry,
    certificate_expiry,
    end_of_day,
    in_renewal_window,
    new_serial,
    parse_serial,
    serial_text,
)
from mynumber.foundation.pki.listed import MalformedTrust, municipality_of
from mynumber.foundation.pki.municipality import Municipality, NotAMunicipality
from mynumber.foundation.pki.profile import (
    AUTHENTICATION,
    SIGNATURE,
    HierarchyProfile,
    Medium,
    Purpose,
)
from mynumber.foundation.pki.revocation import Revocation, RevocationReason
from mynumber.foundation.pki.tokens import (
    KeyStaysInToken,
    Token,
    TokenKey,
    TokenPlace,
    TokenReason,
    TokenRefused,
)
from mynumber.foundation.pki.verification import (
    Reason,
    Trust,
    VerificationRefused,
    VerifiedCertificate,
    VerifiedHolder,
)

__all__ = [
    "AUTHENTICATION",
    "JAPAN",
    "SIGNATURE",
    "Algorithm",
    "AuthorityDamaged",
    "CertificateAuthority",
    "HierarchyProfile",
    "HolderFlaw",
    "IssueReason",
    "IssueRefused",
    "KeyStaysInToken",
    "MalformedHolder",
    "MalformedSerial",
    "MalformedTrust",
    "Medium",
    "Municipality",
    "NotAMunicipality",
    "Purpose",
    "Reason",
    "Revocation",
    "RevocationReason",
    "SignatureHolder",
    "Token",
    "TokenKey",
    "TokenPlace",
    "TokenReason",
    "TokenRefused",
    "Trust",
    "VerificationRefused",
    "VerifiedCertificate",
    "VerifiedHolder",
    "card_expiry",
    "certificate_expiry",
    "certificate_name",
    "end_of_day",
    "in_renewal_window",
    "municipality_of",
    "new_serial",
    "parse_serial",
    "read_signature_holder",
    "serial_text",
    "substituted",
]
