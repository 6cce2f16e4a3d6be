"""Signatures in PDF files (PAdES, ISO 32000-2 12.8), with what was added to the file after signing.

pyHanko compares the revisions. What a reader sees must be what was signed: other changes than further signatures, their
validation data and time-stamps are reported, whatever the signer's settings allow.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final

from pyhanko.pdf_utils.decode_limits import (
    DEFAULT_PURPOSE_LIMITS,
    DecodeLimits,
    DocumentDecodeBudget,
    StreamDecodeLimits,
)
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from mynumber.foundation.validation.limits import Limits
from mynumber.foundation.validation.meanings import CheckName, Reason
from mynumber.foundation.validation.report import Coverage, Findings, Format, Remark, SignatureReport, only
from mynumber.foundation.validation.signed_data import (
    MalformedSignedData,
    TooMuchSignedData,
    check_signer_info,
    check_time_stamp,
    read_signed_data,
)
from mynumber.foundation.validation.trust import Trust

BAD_PDF: Final = (
    *(PdfError, SigningError, SignatureValidationError, struct.error, zlib.error),
    *(ValueError, TypeError, KeyError, IndexError, AttributeError),
    *(AssertionError, NotImplementedError, ArithmeticError, RecursionError),
)
"""What pyHanko raises on bytes that are not what they should be."""
_PERMITTED = {
    ModificationLevel.NONE,
    ModificationLevel.LTA_UPDATES,
    ModificationLevel.FORM_FILLING,
}
"""Of the last only signatures: see `_additions`."""


def check_pdf(
    document: bytes, *, trust: Trust, at: datetime, limits: Limits, include_holder: bool
) -> tuple[SignatureReport, ...]:
    """One report a signature field that is filled in. Raises BAD_PDF."""
    reader = PdfFileReader(BytesIO(document), strict=True, decode_limits=decode_limits(limits))
    if reader.encrypted:
        return (only(Reason.ENCRYPTED, format=Format.PDF),)
    if reader.xrefs.hybrid_xrefs_present:  # two tables of objects: what is seen depends on the reader
        return (only(Reason.UNSUPPORTED, format=Format.PDF),)
    if reader.xrefs.total_revisions > limits.pdf_revisions:
        return (only(Reason.TOO_LARGE, format=Format.PDF),)
    fields = list(enumerate_sig_fields(reader, filled_status=True))
    if not fields:
        return (only(Reason.NO_SIGNATURE, format=Format.PDF),)
    if len(fields) > limits.signatures:
        return (only(Reason.TOO_LARGE, format=Format.PDF),)
    embedded: list[EmbeddedPdfSignature] = list(reader.embedded_signatures)
    last = reader.xrefs.total_revisions - 1
    if sum(last - each.signed_revision for each in embedded) * len(document) > limits.pdf_compared:
        return (only(Reason.TOO_LARGE, format=Format.PDF),)
    proofs: list[_Proof] = []
    reports = []
    for signature in reversed(embedded):  # what is stamped last proves all that it covers
        proven_at = _proven(signature, proofs)
        if signature.sig_object_type == "/DocTimeStamp":
            proofs += _document_time_stamp(
                signature, document, trust=trust, moment=proven_at or at, at=at, limits=limits
            )
            continue
        reports.append(
            _check(
                signature,
                document,
                names={name for name, _, _ in fields},
                trust=trust,
                at=at,
                proven_at=proven_at,
                limits=limits,
                include_holder=include_holder,
            )
        )
    # pyHanko leaves out signatures of a form it does not know; a reader of the report must not.
    unknown = [only(Reason.UNSUPPORTED, format=Format.PDF)] * (len(fields) - len(embedded))
    found = (*reversed(reports), *unknown)
    return found or (only(Reason.NO_SIGNATURE, format=Format.PDF),)


def _check(
    signature: EmbeddedPdfSignature,
    document: bytes,
    *,
    names: set[str],
    trust: Trust,
    at: datetime,
    proven_at: datetime | None,
    limits: Limits,
    include_holder: bool,
) -> SignatureReport:
    findings = Findings()
    ranges = _ranges(signature, document)
    if ranges is None:
        return only(Reason.UNSIGNED_BYTES, format=Format.PDF, check=CheckName.COVERAGE)
    try:
        signed_data = read_signed_data(signature.pkcs7_content, limits=limits, padded=True)
    except TooMuchSignedData:
        return only(Reason.TOO_LARGE, format=Format.PDF)
    except MalformedSignedData:
        return only(Reason.UNREADABLE, format=Format.PDF)
    findings.say(CheckName.FORMAT)
    findings.say(CheckName.COVERAGE, _additions(signature, names, document))
    signer = check_signer_info(
        findings,
        signed_data,
        signature.signer_info,
        digest_of=lambda name: _digest(ranges, name),
        trust=trust,
        at=at,
        proven_at=proven_at,
        claimed_at=_claimed_at(signature),
        include_holder=include_holder,
    )
    coverage = None
    if findings.holds(CheckName.CONTENT, CheckName.SIGNATURE):
        content = b"".join(ranges)
        whole = signature.coverage is SignatureCoverageLevel.ENTIRE_FILE
        remarks = signer.remarks if whole else (*signer.remarks, Remark.LATER_REVISIONS)
        coverage = Coverage(whole, len(content), hashlib.sha256(content).hexdigest(), content, remarks)
    return SignatureReport(
        Format.PDF,
        findings.checks(),
        coverage,
        signer.claimed_at,
        signer.proven_at,
        signer.revoked_at,
        signer.certificate,
        signer.holder,
    )


def _additions(signature: EmbeddedPdfSignature, signature_fields: set[str], document: bytes) -> Reason:
    """What came after the signature."""
    compared: Any = signature  # pyHanko fills its attributes in while it compares
    compared.compute_integrity_info()
    coverage, changes = compared.coverage, compared.diff_result
    if coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return Reason.HOLDS
    if coverage is not SignatureCoverageLevel.ENTIRE_REVISION or not isinstance(changes, DiffResult):
        return Reason.CHANGED_AFTER_SIGNING
    if signature.signed_revision == signature.reader.xrefs.total_revisions - 1:
        # More bytes and no later revision: not a thing that belongs to a PDF file.
        begin, length = signature.byte_range[2], signature.byte_range[3]
        return Reason.UNSIGNED_BYTES if document[begin + length :].strip() else Reason.HOLDS
    if not compared.summarise_integrity_info()["docmdp_ok"]:
        return Reason.CHANGED_AFTER_SIGNING
    if changes.modification_level not in _PERMITTED or set(changes.changed_form_fields) - signature_fields:
        return Reason.FORM_FILLED_LATER
    return Reason.LATER_ADDITIONS


def _ranges(signature: EmbeddedPdfSignature, document: bytes) -> tuple[bytes, bytes] | None:
    """The two signed parts, if nothing but the signature itself is between them and they start the file."""
    numbers = [int(number) for number in signature.byte_range]
    if len(numbers) != 4:
        return None
    begin, length, second, rest = numbers
    if begin != 0 or not 0 < length < second <= second + rest <= len(document):
        return None
    gap = document[length:second]
    try:
        inside = bytes.fromhex(gap[1:-1].decode("ascii"))
    except ValueError:
        return None
    if gap[:1] != b"<" or gap[-1:] != b">" or inside != signature.pkcs7_content:
        return None
    return document[:length], document[second : second + rest]


def _digest(ranges: Sequence[bytes], name: str) -> bytes:
    digest = hashlib.new(name)
    for part in ranges:
        digest.update(part)
    return digest.digest()


@dataclass(frozen=True, slots=True)
class _Proof:
    """The bytes before `until` were there at `at`."""

    until: int
    at: datetime


def _proven(signature: EmbeddedPdfSignature, proofs: Sequence[_Proof]) -> datetime | None:
    """Since when a signature is proven to be in the document by time-stamps over all of it."""
    end = int(signature.byte_range[2]) + int(signature.byte_range[3])
    return min((proof.at for proof in proofs if proof.until >= end), default=None)


def _document_time_stamp(
    signature: EmbeddedPdfSignature,
    document: bytes,
    *,
    trust: Trust,
    moment: datetime,
    at: datetime,
    limits: Limits,
) -> list[_Proof]:
    """What a time-stamp over the document (ETSI EN 319 142-1 5.4.3) proves: nothing when it does not hold."""
    ranges = _ranges(signature, document)
    if ranges is None:
        return []
    try:
        signed_data = read_signed_data(signature.pkcs7_content, limits=limits, padded=True)
    except (MalformedSignedData, TooMuchSignedData):
        return []
    stamp = check_time_stamp(
        signed_data, digest_of=lambda name: _digest(ranges, name), trust=trust, moment=moment, at=at
    )
    return [_Proof(len(ranges[0]), stamp.at)] if stamp.at is not None else []


def _claimed_at(signature: EmbeddedPdfSignature) -> datetime | None:
    claimed: Any = signature.self_reported_timestamp
    return claimed if isinstance(claimed, datetime) and claimed.tzinfo is not None else None


def decode_limits(limits: Limits) -> DecodeLimits:
    """The bounds in pyHanko's terms: no stream, and no document, unfolds to more."""
    return DecodeLimits(
        per_stream=StreamDecodeLimits(max_output_size=limits.pdf_stream),
        per_purpose=DEFAULT_PURPOSE_LIMITS,
        document_budget=DocumentDecodeBudget(base_allowance=limits.pdf_decoded, max_ratio=1),
    )
