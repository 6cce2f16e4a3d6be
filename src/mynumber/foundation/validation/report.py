"""What a validation says: every check with its outcome, and the conclusion that follows from them.

No check decides about the whole by itself: what its reason means for the signature stands in `meanings.MEANINGS`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mynumber.foundation.pki import SignatureHolder
from mynumber.foundation.validation.meanings import (
    MEANINGS,
    SOURCES,
    CheckName,
    Conclusion,
    Outcome,
    Reason,
    SubIndication,
)


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
