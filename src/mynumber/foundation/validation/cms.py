"""Signatures in CMS files: CAdES and PKCS#7, content inside or beside it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from asn1crypto import pem

from mynumber.foundation.validation.limits import Limits
from mynumber.foundation.validation.meanings import CheckName, Reason
from mynumber.foundation.validation.report import Coverage, Findings, Format, SignatureReport, only
from mynumber.foundation.validation.signed_data import (
    BAD_ASN1,
    MalformedSignedData,
    TooMuchSignedData,
    check_signer_info,
    encapsulated,
    read_signed_data,
)
from mynumber.foundation.validation.trust import Trust


def check_cms(
    document: bytes,
    *,
    content: bytes | None,
    trust: Trust,
    at: datetime,
    limits: Limits,
    include_holder: bool,
) -> tuple[SignatureReport, ...]:
    """One report a signer. content: the signed bytes where they are not inside."""
    try:
        signed_data = read_signed_data(_der(document), limits=limits)
        inside = encapsulated(signed_data)
        signers = list(signed_data["signer_infos"])
    except TooMuchSignedData:
        return (only(Reason.TOO_LARGE, format=Format.CMS),)
    except (MalformedSignedData, *BAD_ASN1):
        return (only(Reason.UNREADABLE, format=Format.CMS),)
    if not signers:
        return (only(Reason.NO_SIGNATURE, format=Format.CMS),)
    if len(signers) > limits.signatures:
        return (only(Reason.TOO_LARGE, format=Format.CMS),)
    if inside is not None and content is not None and inside != content:
        return (only(Reason.CONTENT_NOT_WANTED, format=Format.CMS),)
    signed = inside if inside is not None else content
    if signed is None:
        return (only(Reason.CONTENT_MISSING, format=Format.CMS),)
    return tuple(
        _check(signed_data, signer_info, signed, trust=trust, at=at, include_holder=include_holder)
        for signer_info in signers
    )


def _check(
    signed_data: object,
    signer_info: object,
    content: bytes,
    *,
    trust: Trust,
    at: datetime,
    include_holder: bool,
) -> SignatureReport:
    findings = Findings()
    findings.say(CheckName.FORMAT)
    findings.say(CheckName.COVERAGE)
    signer = check_signer_info(
        findings,
        signed_data,
        signer_info,
        digest_of=lambda name: hashlib.new(name, content).digest(),
        trust=trust,
        at=at,
        include_holder=include_holder,
    )
    coverage = None
    if findings.holds(CheckName.CONTENT, CheckName.SIGNATURE):
        coverage = Coverage(True, len(content), hashlib.sha256(content).hexdigest(), content, signer.remarks)
    return SignatureReport(
        Format.CMS,
        findings.checks(),
        coverage,
        signer.claimed_at,
        signer.proven_at,
        signer.revoked_at,
        signer.certificate,
        signer.holder,
    )


def _der(document: bytes) -> bytes:
    if not pem.detect(document):
        return document
    kind, _, der = pem.unarmor(document)
    if kind not in ("CMS", "PKCS7"):
        raise MalformedSignedData("the PEM block is not a signature")
    return bytes(der)
