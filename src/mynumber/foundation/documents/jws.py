"""JSON Web Signatures (RFC 7515, compact): RS256, the certificate in the header (x5c), the claimed time as `iat`."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

import msgspec

from mynumber.foundation.documents.card import DigestSigner, Prepared, read_certificate


def sign_jws(payload: bytes, card: DigestSigner, *, signed_at: datetime, detached: bool = False) -> bytes:
    """Sign any bytes; returns the compact form, ASCII. Raises DocumentRefused, BadSignature, CardError."""
    prepared = prepare_jws(payload, certificate=card.certificate, signed_at=signed_at, detached=detached)
    return prepared.finish(card.sign(prepared.digest))


def prepare_jws(
    payload: bytes, *, certificate: bytes, signed_at: datetime, detached: bool = False
) -> Prepared:
    """The first half of `sign_jws`. detached: the payload is left out of the result (RFC 7515 appendix F)."""
    parsed = read_certificate(certificate)
    header = {
        "alg": "RS256",
        "iat": int(signed_at.timestamp()),
        "x5c": [base64.b64encode(certificate).decode("ascii")],
        "x5t#S256": _base64url(hashlib.sha256(certificate).digest()).decode("ascii"),
    }
    first, middle = _base64url(msgspec.json.encode(header)), _base64url(payload)
    return Prepared(
        hashlib.sha256(first + b"." + middle).digest(),
        parsed,
        lambda signature: b".".join((first, b"" if detached else middle, _base64url(signature))),
    )


def _base64url(octets: bytes) -> bytes:
    return base64.urlsafe_b64encode(octets).rstrip(b"=")
