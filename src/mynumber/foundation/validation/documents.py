"""The way in: a document of any known form, or a bare signature."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from mynumber.foundation.validation.certificates import check_signer, holder_of
from mynumber.foundation.validation.cms import check_cms
from mynumber.foundation.validation.jws import COMPACT, check_jws
from mynumber.foundation.validation.limits import DEFAULT_LIMITS, Limits
from mynumber.foundation.validation.meanings import CheckName, Reason
from mynumber.foundation.validation.pdf import BAD_PDF, check_pdf
from mynumber.foundation.validation.report import Coverage, Findings, Format, Report, SignatureReport, only
from mynumber.foundation.validation.trust import Trust, load_certificate
from mynumber.foundation.validation.xml import check_xml

_PDF_HEAD = 1024
"""A PDF may begin with something else, within these bytes (ISO 32000-1 annex H, 3.4.1)."""
_XML = re.compile(rb"(\xef\xbb\xbf)?\s*<|\xff\xfe<\x00|\xfe\xff\x00<")
_PEM = re.compile(rb"\s*-----BEGIN (CMS|PKCS7)-----")


class DocumentKind(StrEnum):
    """What a file is, by its first bytes: its name says nothing."""

    PDF = "pdf"
    CMS = "cms"
    XML = "xml"
    JWS = "jws"
    UNKNOWN = "unknown"


_FORMATS = {
    DocumentKind.PDF: Format.PDF,
    DocumentKind.CMS: Format.CMS,
    DocumentKind.XML: Format.XML,
    DocumentKind.JWS: Format.JWS,
    DocumentKind.UNKNOWN: Format.UNKNOWN,
}


def kind_of(document: bytes) -> DocumentKind:
    """What a file is."""
    if b"%PDF-" in document[:_PDF_HEAD]:
        return DocumentKind.PDF
    if _XML.match(document):
        return DocumentKind.XML
    if _PEM.match(document) or document[:1] == b"\x30":
        return DocumentKind.CMS
    return DocumentKind.JWS if COMPACT.fullmatch(document.strip()) else DocumentKind.UNKNOWN


def validate(
    document: bytes,
    *,
    trust: Trust,
    at: datetime,
    content: bytes | None = None,
    include_holder: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Report:
    """Check every signature of a document at a time (aware; usually now). Never raises for what the document holds.

    content: the signed bytes, where the document is a signature beside its content (CMS, JWS, XML).
    include_holder: put serial number and attributes of the signer's certificate into the report.
    """
    if at.tzinfo is None:
        raise ValueError("a time needs its zone")
    kind = kind_of(document[: limits.document])
    if len(document) > limits.document or (content is not None and len(content) > limits.document):
        signatures: tuple[SignatureReport, ...] = (only(Reason.TOO_LARGE, format=_FORMATS[kind]),)
    else:
        try:
            signatures = _check(kind, document, content, trust, at, include_holder, limits)
        except Exception:  # noqa: BLE001 - a defect here must neither stop the caller nor carry words of the document out
            signatures = (only(Reason.NOT_PROCESSED, format=_FORMATS[kind]),)
    return _report(document, signatures, at)


def validate_bare(
    *,
    digest: bytes,
    signature: bytes,
    certificate: bytes,
    trust: Trust,
    at: datetime,
    include_holder: bool = False,
) -> Report:
    """Check a bare signature of a card: RSA PKCS#1 v1.5 over a SHA-256 digest (32 bytes), with its certificate (DER)."""
    if len(digest) != hashlib.sha256().digest_size:
        raise ValueError("a SHA-256 digest has 32 bytes")
    parsed = load_certificate(certificate)
    if parsed is None:
        return _report(
            signature, (only(Reason.NO_CERTIFICATE, format=Format.RAW, check=CheckName.SIGNER),), at
        )
    findings = Findings()
    for name in (CheckName.FORMAT, CheckName.COVERAGE, CheckName.ALGORITHM, CheckName.SIGNER):
        findings.say(name)
    key = parsed.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        try:
            key.verify(signature, digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
            findings.say(CheckName.SIGNATURE)
            findings.say(CheckName.CONTENT)
        except InvalidSignature:
            findings.say(CheckName.SIGNATURE, Reason.SIGNATURE_DIFFERS)
    else:
        findings.say(CheckName.ALGORITHM, Reason.WEAK_ALGORITHM)
    facts, revoked_at = check_signer(findings, parsed, trust, moment=at, at=at, claimed_at=None)
    report = SignatureReport(
        Format.RAW,
        findings.checks(),
        Coverage(True, len(digest), digest.hex(), b"") if findings.holds(CheckName.SIGNATURE) else None,
        revoked_at=revoked_at,
        certificate=facts,
        holder=holder_of(parsed, trust) if include_holder else None,
    )
    return _report(signature, (report,), at)


def _check(
    kind: DocumentKind,
    document: bytes,
    content: bytes | None,
    trust: Trust,
    at: datetime,
    include_holder: bool,
    limits: Limits,
) -> tuple[SignatureReport, ...]:
    if kind is DocumentKind.PDF:
        if content is not None:
            return (only(Reason.CONTENT_NOT_WANTED, format=Format.PDF),)
        try:
            return check_pdf(document, trust=trust, at=at, limits=limits, include_holder=include_holder)
        except BAD_PDF:
            return (only(Reason.UNREADABLE, format=Format.PDF),)
    if kind is DocumentKind.UNKNOWN:
        return (only(Reason.UNSUPPORTED, format=Format.UNKNOWN),)
    check = {DocumentKind.CMS: check_cms, DocumentKind.XML: check_xml, DocumentKind.JWS: check_jws}[kind]
    return check(document, content=content, trust=trust, at=at, limits=limits, include_holder=include_holder)


def _report(document: bytes, signatures: tuple[SignatureReport, ...], at: datetime) -> Report:
    return Report(at, len(document), hashlib.sha256(document).hexdigest(), signatures)
