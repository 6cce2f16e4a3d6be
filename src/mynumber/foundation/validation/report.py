"""What a validation says: every check with its outcome, and the conclusion that follows from them.

The three conclusions and the sub-indications are those of ETSI EN 319 102-1 (5.1.3, table 5 and 6); the reasons are ours and
finer. One table, `MEANINGS`, says what each reason means, so no check decides about the whole by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mynumber.foundation.pki import SignatureHolder


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


@dataclass(frozen=True, slots=True)
class Check:
    """One check and how it ended."""

    name: CheckName
    reason: Reason

    @property
    def outcome(self) -> Outcome:
        return MEANINGS[self.reason].outcome

    @property
    def source(self) -> str:
        """Article or RFC."""
        return SOURCES[self.name]


class Format(StrEnum):
    """The form of a signature."""

    CMS = "CMS"
    PDF = "PAdES"
    XML = "XML-DSig"
    XADES = "XAdES"
    JWS = "JWS"
    RAW = "PKCS#1"
    UNKNOWN = "unknown"


class CertificateKind(StrEnum):
    """Of which hierarchy the signer's certificate is."""

    SIGNATURE = "signature"
    AUTHENTICATION = "authentication"
    UNKNOWN = "unknown"


class Remark(StrEnum):
    """What is in the document and outside of the signature, without harm to it."""

    UNSIGNED_ATTRIBUTES = "unsigned_attributes"
    OTHER_CERTIFICATES = "other_certificates"
    """Certificates or lists beside the signer's."""
    XML_COMMENTS = "xml_comments"
    LATER_REVISIONS = "later_revisions"
    UNUSUAL_FRAME = "unusual_frame"
    """The numbers and lists around a CMS signature, which nobody signs, are not as RFC 5652 wants them."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which bytes the signature is over."""

    whole: bool
    """False: only a part of the document, or an earlier revision of it."""
    length: int
    sha256: str
    """Of exactly these bytes, hexadecimal. For XML: of the canonical form."""
    content: bytes = field(repr=False)
    """Exactly these bytes: believe these and nothing else."""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What the report says about the signer's certificate to everybody: nothing about its holder."""

    kind: CertificateKind
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """Who signed, where the caller asked for it."""

    serial: str = field(repr=False)
    attributes: SignatureHolder | None = field(repr=False)
    """None when the certificate does not carry them or its issuer is not trusted."""


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """One signature of a document."""

    format: Format
    checks: tuple[Check, ...]
    coverage: Coverage | None = None
    """None when the signature does not hold."""
    claimed_at: datetime | None = None
    """When the signer says it was. Nobody proves it."""
    proven_at: datetime | None = None
    """A time-stamp proves that the signature was there then."""
    revoked_at: datetime | None = None
    """Revoked or suspended since."""
    certificate: CertificateFacts | None = None
    holder: Holder | None = field(default=None, repr=False)

    @property
    def deciding(self) -> Check:
        """The check that decides: the first of those with the gravest consequence."""
        return max(self.checks, key=lambda check: _GRAVITY[MEANINGS[check.reason].conclusion])

    @property
    def conclusion(self) -> Conclusion:
        return MEANINGS[self.deciding.reason].conclusion

    @property
    def sub_indication(self) -> SubIndication | None:
        return MEANINGS[self.deciding.reason].sub_indication

    @property
    def reason(self) -> Reason:
        """Of the deciding check; `HOLDS` when all passed."""
        return Reason.HOLDS if self.conclusion is Conclusion.TOTAL_PASSED else self.deciding.reason

    def check(self, name: CheckName) -> Check | None:
        """The check of this name, if it was made."""
        return next((check for check in self.checks if check.name is name), None)


@dataclass(frozen=True, slots=True)
class Report:
    """A document and all its signatures."""

    checked_at: datetime
    length: int
    sha256: str
    signatures: tuple[SignatureReport, ...]
    """At least one; of a document without a signature one that says so."""

    @property
    def deciding(self) -> SignatureReport:
        """The first of those with the gravest conclusion: a document is as good as its worst signature."""
        return max(self.signatures, key=lambda signature: _GRAVITY[signature.conclusion])

    @property
    def conclusion(self) -> Conclusion:
        return self.deciding.conclusion

    @property
    def reason(self) -> Reason:
        return self.deciding.reason


_GRAVITY = {Conclusion.TOTAL_PASSED: 0, Conclusion.INDETERMINATE: 1, Conclusion.TOTAL_FAILED: 2}
_ALWAYS = tuple(name for name in CheckName if name is not CheckName.TIME_STAMP)


class Findings:
    """Gathers the reasons of the checks of one signature; the first that is not good stays."""

    def __init__(self) -> None:
        self._reasons: dict[CheckName, Reason] = {}

    def say(self, name: CheckName, reason: Reason = Reason.HOLDS) -> None:
        """Note how a check ended; a graver word of the same check replaces a milder one."""
        known = self._reasons.get(name)
        if known is None or _weight(reason) > _weight(known):
            self._reasons[name] = reason

    def holds(self, *names: CheckName) -> bool:
        """Whether these checks were made and passed."""
        return all(
            name in self._reasons and MEANINGS[self._reasons[name]].outcome is Outcome.PASSED
            for name in names
        )

    def checks(self) -> tuple[Check, ...]:
        """All checks in order; those that were not made say so."""
        made = [
            Check(name, self._reasons.get(name, Reason.NOT_REACHED))
            for name in CheckName
            if name in _ALWAYS or name in self._reasons
        ]
        return tuple(made)


def _weight(reason: Reason) -> tuple[int, bool, bool]:
    meaning = MEANINGS[reason]
    return (
        _GRAVITY[meaning.conclusion],
        meaning.outcome is not Outcome.PASSED,
        reason is not Reason.HOLDS,
    )


def only(
    reason: Reason,
    *,
    format: Format,  # noqa: A002 - named as the field
    check: CheckName = CheckName.FORMAT,
) -> SignatureReport:
    """The report of something that could not even be looked into."""
    findings = Findings()
    findings.say(check, reason)
    return SignatureReport(format, findings.checks())


def to_json(report: Report, sentences: Sequence[str] = ()) -> dict[str, object]:
    """The report as JSON values (docs/protocols/validation.md); the signed bytes themselves are not in it."""
    return {
        "conclusion": report.conclusion.value,
        "reason": report.reason.value,
        "checked_at": _moment(report.checked_at),
        "document": {"bytes": report.length, "sha256": report.sha256},
        "signatures": [_signature(signature) for signature in report.signatures],
        **({"sentences": list(sentences)} if sentences else {}),
    }


def _signature(report: SignatureReport) -> dict[str, object]:
    sub_indication, coverage, certificate = report.sub_indication, report.coverage, report.certificate
    return {
        "format": report.format.value,
        "conclusion": report.conclusion.value,
        "sub_indication": sub_indication.value if sub_indication else None,
        "reason": report.reason.value,
        "claimed_at": _moment(report.claimed_at),
        "proven_at": _moment(report.proven_at),
        "revoked_at": _moment(report.revoked_at),
        "coverage": coverage
        and {
            "whole": coverage.whole,
            "bytes": coverage.length,
            "sha256": coverage.sha256,
            "outside": [remark.value for remark in coverage.remarks],
        },
        "certificate": certificate
        and {
            "kind": certificate.kind.value,
            "valid_from": _moment(certificate.valid_from),
            "valid_until": _moment(certificate.valid_until),
        },
        "checks": [
            {
                "check": check.name.value,
                "outcome": check.outcome.value,
                "reason": check.reason.value,
                "source": check.source,
            }
            for check in report.checks
        ],
        **({"holder": _holder(report.holder)} if report.holder else {}),
    }


def _holder(holder: Holder) -> dict[str, object]:
    attributes = holder.attributes
    return {"serial": holder.serial, "attributes": attributes and attributes_of(attributes)}


def attributes_of(holder: SignatureHolder) -> dict[str, str]:
    """The four attributes as text, as the certificate carries them; 00 in the birth date is an unknown part."""
    return {
        "name": holder.name,
        "birth_date": holder.birth_date.iso,
        "sex": holder.sex.value,
        "address": holder.address,
    }


def _moment(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
