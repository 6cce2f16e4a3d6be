"""JSON Web Signatures with a certificate in the header (RFC 7515: compact, RS256, x5c), payload inside or beside it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from mynumber.foundation.validation.certificates import check_signer, holder_of
from mynumber.foundation.validation.limits import Limits
from mynumber.foundation.validation.meanings import CheckName, Reason
from mynumber.foundation.validation.report import Coverage, Findings, Format, SignatureReport, only
from mynumber.foundation.validation.trust import Trust, load_certificate

ALGORITHM: Final = "RS256"
COMPACT = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+")
MAXIMUM_HEADER: Final = 64 * 1024


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Of the protected header what is looked at."""

    alg: str
    x5c: Annotated[tuple[str, ...], msgspec.Meta(max_length=10)] = ()
    iat: Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)] | None = None
    """Claimed signing time, seconds since 1970 (ETSI TS 119 182-1 5.1.11)."""
    crit: tuple[str, ...] = ()
    b64: bool = True


def check_jws(
    document: bytes,
    *,
    content: bytes | None,
    trust: Trust,
    at: datetime,
    limits: Limits,
    include_holder: bool,
) -> tuple[SignatureReport, ...]:
    """One report. content: the payload where the middle part is empty."""
    token = document.strip()
    if not COMPACT.fullmatch(token) or len(token) > 2 * limits.document:
        return (only(Reason.UNREADABLE, format=Format.JWS),)
    first, middle, last = token.split(b".")
    try:
        header = msgspec.json.decode(_from_base64url(first), type=Header)
        payload = _from_base64url(middle)
        _from_base64url(last)
    except (msgspec.DecodeError, UnicodeDecodeError, binascii.Error, ValueError, RecursionError):
        return (only(Reason.UNREADABLE, format=Format.JWS),)
    if header.crit or not header.b64 or len(first) > MAXIMUM_HEADER:
        return (only(Reason.UNSUPPORTED, format=Format.JWS),)
    if not middle and content is None:
        return (only(Reason.CONTENT_MISSING, format=Format.JWS),)
    if middle and content is not None and content != payload:
        return (only(Reason.CONTENT_NOT_WANTED, format=Format.JWS),)
    signed = payload if middle else content or b""
    return (_check(first, last, header, signed, trust=trust, at=at, include_holder=include_holder),)


def _check(
    first: bytes,
    last: bytes,
    header: Header,
    payload: bytes,
    *,
    trust: Trust,
    at: datetime,
    include_holder: bool,
) -> SignatureReport:
    findings = Findings()
    findings.say(CheckName.FORMAT)
    findings.say(CheckName.COVERAGE)
    findings.say(CheckName.ALGORITHM, Reason.HOLDS if header.alg == ALGORITHM else Reason.WEAK_ALGORITHM)
    claimed_at = datetime.fromtimestamp(header.iat, UTC) if header.iat is not None else None
    certificate = load_certificate(_from_base64(header.x5c[0])) if header.x5c else None
    if certificate is None:
        findings.say(CheckName.SIGNER, Reason.NO_CERTIFICATE)
        return SignatureReport(Format.JWS, findings.checks(), claimed_at=claimed_at)
    findings.say(CheckName.SIGNER)
    key = certificate.public_key()
    if header.alg == ALGORITHM and isinstance(key, rsa.RSAPublicKey):
        token = b".".join((first, base64.urlsafe_b64encode(payload).rstrip(b"="), last))
        findings.say(CheckName.SIGNATURE, Reason.HOLDS if _verifies(token, key) else Reason.SIGNATURE_DIFFERS)
        if findings.holds(CheckName.SIGNATURE):
            findings.say(CheckName.CONTENT)
    facts, revoked_at = check_signer(findings, certificate, trust, moment=at, at=at, claimed_at=claimed_at)
    coverage = None
    if findings.holds(CheckName.SIGNATURE):
        coverage = Coverage(True, len(payload), hashlib.sha256(payload).hexdigest(), payload)
    return SignatureReport(
        Format.JWS,
        findings.checks(),
        coverage,
        claimed_at,
        None,
        revoked_at,
        facts,
        holder_of(certificate, trust) if include_holder else None,
    )


def _verifies(token: bytes, key: rsa.RSAPublicKey) -> bool:
    registry = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)
    registry.max_header_length = MAXIMUM_HEADER
    registry.max_payload_length = len(token)
    registry.max_signature_length = 2048
    try:
        jws.deserialize_compact(token, RSAKey.import_key(_jwk(key)), registry=registry)
    except (JoseError, ValueError, TypeError):
        return False
    return True


def _jwk(key: rsa.RSAPublicKey) -> dict[str, str | list[str]]:
    numbers = key.public_numbers()
    return {
        "kty": "RSA",
        "n": _base64url(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8)),
        "e": _base64url(numbers.e.to_bytes((numbers.e.bit_length() + 7) // 8)),
    }


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def _from_base64url(text: bytes) -> bytes:
    """The one spelling only: bits beyond the last byte are zero."""
    octets = base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(octets).rstrip(b"=") != text:
        raise ValueError("not canonical base64url")
    return octets


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
