"""The words of a report that programs read, and what follows from each: the one place where a reason gets its weight.

The three conclusions and the sub-indications are those of ETSI EN 319 102-1 (5.1.3, tables 5 and 6); the reasons are ours and finer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How one check ended."""

    PASSED = "passed"
    FAILED = "failed"
    CANNOT_TELL = "cannot_tell"


class Conclusion(StrEnum):
    """What follows for a signature, as ETSI EN 319 102-1 names it."""

    TOTAL_PASSED = "TOTAL-PASSED"
    INDETERMINATE = "INDETERMINATE"
    TOTAL_FAILED = "TOTAL-FAILED"


class SubIndication(StrEnum):
    """Why, as ETSI EN 319 102-1 names it."""

    FORMAT_FAILURE = "FORMAT_FAILURE"
    HASH_FAILURE = "HASH_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    SIG_CONSTRAINTS_FAILURE = "SIG_CONSTRAINTS_FAILURE"
    CHAIN_CONSTRAINTS_FAILURE = "CHAIN_CONSTRAINTS_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE = "CRYPTO_CONSTRAINTS_FAILURE"
    NO_SIGNING_CERTIFICATE_FOUND = "NO_SIGNING_CERTIFICATE_FOUND"
    NO_CERTIFICATE_CHAIN_FOUND = "NO_CERTIFICATE_CHAIN_FOUND"
    REVOKED_NO_POE = "REVOKED_NO_POE"
    OUT_OF_BOUNDS_NO_POE = "OUT_OF_BOUNDS_NO_POE"
    CERTIFICATE_CHAIN_GENERAL_FAILURE = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    SIGNED_DATA_NOT_FOUND = "SIGNED_DATA_NOT_FOUND"
    TRY_LATER = "TRY_LATER"
    GENERIC = "GENERIC"
    """Our own, where the standard leaves the name to the implementation."""


class CheckName(StrEnum):
    """What is looked at, in this order."""

    FORMAT = "format"
    COVERAGE = "coverage"
    """Whether the signature covers all that a reader sees."""
    CONTENT = "content"
    """Whether the content is the one that was signed."""
    SIGNATURE = "signature"
    ALGORITHM = "algorithm"
    SIGNER = "signer"
    """Whether the certificate is the one the signature names."""
    CHAIN = "chain"
    VALIDITY = "validity"
    POLICY = "policy"
    KEY_USAGE = "key_usage"
    REVOCATION = "revocation"
    TIME_STAMP = "time_stamp"
    """Only where the document has one."""


class Reason(StrEnum):
    """Why a check ended as it did."""

    HOLDS = "holds"
    NOT_REACHED = "not_reached"
    """Something before it stood in the way."""

    UNREADABLE = "unreadable"
    NOT_PROCESSED = "not_processed"
    """The library itself failed: a defect, whatever the document is."""
    TOO_LARGE = "too_large"
    NO_SIGNATURE = "no_signature"
    ENCRYPTED = "encrypted"
    UNSUPPORTED = "unsupported"
    ENTITIES = "entities"
    CONTENT_MISSING = "content_missing"
    CONTENT_NOT_WANTED = "content_not_wanted"

    LATER_ADDITIONS = "later_additions"
    COMMENTS_UNSIGNED = "comments_unsigned"
    ONLY_A_PART = "only_a_part"
    FORM_FILLED_LATER = "form_filled_later"
    CHANGED_AFTER_SIGNING = "changed_after_signing"
    UNSIGNED_BYTES = "unsigned_bytes"

    CONTENT_DIFFERS = "content_differs"
    SIGNATURE_DIFFERS = "signature_differs"
    WEAK_ALGORITHM = "weak_algorithm"
    NO_CERTIFICATE = "no_certificate"
    ANOTHER_CERTIFICATE = "another_certificate"

    UNTRUSTED = "untrusted"
    ISSUER_NOT_IN_FORCE = "issuer_not_in_force"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    EXPIRED_UNPROVEN = "expired_unproven"
    AUTHENTICATION_CERTIFICATE = "authentication_certificate"
    WRONG_POLICY = "wrong_policy"
    WRONG_KEY_USAGE = "wrong_key_usage"

    REVOKED_LATER = "revoked_later"
    REVOKED = "revoked"
    REVOKED_UNPROVEN = "revoked_unproven"
    SUSPENDED = "suspended"
    NO_STATUS = "no_status"
    STATUS_STALE = "status_stale"

    TIME_STAMP_BROKEN = "time_stamp_broken"
    TIME_STAMP_UNTRUSTED = "time_stamp_untrusted"
    TIME_STAMP_STATUS_UNKNOWN = "time_stamp_status_unknown"
    TIME_STAMP_WITHOUT_STATUS = "time_stamp_without_status"
    """As the one before, where the verifier chose to go without."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a reason means for its check and for the whole."""

    outcome: Outcome
    conclusion: Conclusion = Conclusion.TOTAL_PASSED
    sub_indication: SubIndication | None = None


def _failed(sub_indication: SubIndication) -> Meaning:
    return Meaning(Outcome.FAILED, Conclusion.TOTAL_FAILED, sub_indication)


def _unclear(sub_indication: SubIndication, outcome: Outcome = Outcome.CANNOT_TELL) -> Meaning:
    return Meaning(outcome, Conclusion.INDETERMINATE, sub_indication)


_PASSED = Meaning(Outcome.PASSED)
_ASIDE = Meaning(Outcome.CANNOT_TELL)
"""Said, but nothing follows: another check already decides, or a time-stamp that is not believed counts as none."""

MEANINGS: dict[Reason, Meaning] = {
    Reason.HOLDS: _PASSED,
    Reason.NOT_REACHED: _ASIDE,
    Reason.UNREADABLE: _failed(SubIndication.FORMAT_FAILURE),
    Reason.NOT_PROCESSED: _unclear(SubIndication.GENERIC),
    Reason.TOO_LARGE: _unclear(SubIndication.GENERIC),
    Reason.NO_SIGNATURE: _unclear(SubIndication.GENERIC),
    Reason.ENCRYPTED: _unclear(SubIndication.GENERIC),
    Reason.UNSUPPORTED: _unclear(SubIndication.GENERIC),
    Reason.ENTITIES: _failed(SubIndication.FORMAT_FAILURE),
    Reason.CONTENT_MISSING: _unclear(SubIndication.SIGNED_DATA_NOT_FOUND),
    Reason.CONTENT_NOT_WANTED: _failed(SubIndication.FORMAT_FAILURE),
    Reason.LATER_ADDITIONS: _PASSED,
    Reason.COMMENTS_UNSIGNED: _PASSED,
    Reason.ONLY_A_PART: _unclear(SubIndication.SIG_CONSTRAINTS_FAILURE),
    Reason.FORM_FILLED_LATER: _unclear(SubIndication.SIG_CONSTRAINTS_FAILURE),
    Reason.CHANGED_AFTER_SIGNING: _failed(SubIndication.FORMAT_FAILURE),
    Reason.UNSIGNED_BYTES: _failed(SubIndication.FORMAT_FAILURE),
    Reason.CONTENT_DIFFERS: _failed(SubIndication.HASH_FAILURE),
    Reason.SIGNATURE_DIFFERS: _failed(SubIndication.SIG_CRYPTO_FAILURE),
    Reason.WEAK_ALGORITHM: _unclear(SubIndication.CRYPTO_CONSTRAINTS_FAILURE, Outcome.FAILED),
    Reason.NO_CERTIFICATE: _unclear(SubIndication.NO_SIGNING_CERTIFICATE_FOUND),
    Reason.ANOTHER_CERTIFICATE: _unclear(SubIndication.NO_SIGNING_CERTIFICATE_FOUND, Outcome.FAILED),
    Reason.UNTRUSTED: _unclear(SubIndication.NO_CERTIFICATE_CHAIN_FOUND, Outcome.FAILED),
    Reason.ISSUER_NOT_IN_FORCE: _unclear(SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE),
    Reason.NOT_YET_VALID: _failed(SubIndication.NOT_YET_VALID),
    Reason.EXPIRED: _failed(SubIndication.EXPIRED),
    Reason.EXPIRED_UNPROVEN: _unclear(SubIndication.OUT_OF_BOUNDS_NO_POE),
    Reason.AUTHENTICATION_CERTIFICATE: _unclear(SubIndication.CHAIN_CONSTRAINTS_FAILURE, Outcome.FAILED),
    Reason.WRONG_POLICY: _unclear(SubIndication.CHAIN_CONSTRAINTS_FAILURE, Outcome.FAILED),
    Reason.WRONG_KEY_USAGE: _unclear(SubIndication.CHAIN_CONSTRAINTS_FAILURE, Outcome.FAILED),
    Reason.REVOKED_LATER: _PASSED,
    Reason.REVOKED: _failed(SubIndication.REVOKED),
    Reason.REVOKED_UNPROVEN: _unclear(SubIndication.REVOKED_NO_POE),
    Reason.SUSPENDED: _unclear(SubIndication.TRY_LATER),
    Reason.NO_STATUS: _unclear(SubIndication.TRY_LATER),
    Reason.STATUS_STALE: _unclear(SubIndication.TRY_LATER),
    Reason.TIME_STAMP_BROKEN: _unclear(SubIndication.SIG_CONSTRAINTS_FAILURE, Outcome.FAILED),
    Reason.TIME_STAMP_UNTRUSTED: _ASIDE,
    Reason.TIME_STAMP_STATUS_UNKNOWN: _ASIDE,
    Reason.TIME_STAMP_WITHOUT_STATUS: _PASSED,
}

SOURCES: dict[CheckName, str] = {
    CheckName.FORMAT: "ETSI EN 319 102-1 5.2.2",
    CheckName.COVERAGE: "ISO 32000-2 12.8.1; XML Signature Best Practices 2.1",
    CheckName.CONTENT: "RFC 5652 5.4; ETSI EN 319 102-1 5.2.7",
    CheckName.SIGNATURE: "公的個人認証法19条; ETSI EN 319 102-1 5.2.7",
    CheckName.ALGORITHM: "ETSI TS 119 312",
    CheckName.SIGNER: "RFC 5035 5.4; ETSI EN 319 102-1 5.2.3",
    CheckName.CHAIN: "RFC 5280 6.1",
    CheckName.VALIDITY: "RFC 5280 6.1.3; ETSI EN 319 102-1 5.2.6",
    CheckName.POLICY: "RFC 5280 6.1.5",
    CheckName.KEY_USAGE: "RFC 5280 4.2.1.3",
    CheckName.REVOCATION: "公的個人認証法15条, 18条, 19条; RFC 5280 6.3; RFC 6960 3.2",
    CheckName.TIME_STAMP: "RFC 3161; ETSI EN 319 102-1 5.4",
}
"""Where each check comes from."""
