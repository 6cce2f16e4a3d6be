"""The online certificate status protocol (RFC 6960): requests read strictly, answers put together from bytes.

No input or output: who asks, what state a certificate is in and what time it is are arguments. Signing takes nearly
all the time of an answer; what surrounds the signature is concatenated rather than built by `cryptography.x509.ocsp`,
which can hold one certificate an answer only and takes several times as long around the signature (bench/ocsp.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from functools import lru_cache
from hashlib import sha1, sha256
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mynumber.foundation.pki import der
from mynumber.foundation.pki.der import MalformedDer, Reader
from mynumber.foundation.pki.revocation import RevocationReason
from mynumber.foundation.pki.signing import DerSigner

REQUEST_TYPE: Final = "application/ocsp-request"
RESPONSE_TYPE: Final = "application/ocsp-response"

LARGEST_REQUEST: Final = 16 * 1024
"""Bytes. A signed request that holds its signer's certificates has some 5 KB."""
MOST_CERTIFICATES: Final = 32
"""In one request."""
LONGEST_NONCE: Final = 128
"""RFC 9654, 2.1, which replaces RFC 8954: 1 to 128 octets, and anything else is malformed."""
LONGEST_SERIAL: Final = 21
"""Octets of an INTEGER: 20 (RFC 5280, 4.1.2.2) and a leading zero."""

_NONCE: Final = der.oid("1.3.6.1.5.5.7.48.1.2")
_ACCEPTABLE_RESPONSES: Final = der.oid("1.3.6.1.5.5.7.48.1.4")
_BASIC: Final = der.oid("1.3.6.1.5.5.7.48.1.1")
_UNDERSTOOD: Final = frozenset({_NONCE, _ACCEPTABLE_RESPONSES})
"""Extensions that may be critical. Every answer here is of the basic type, which every client has to accept (4.4.3)."""
_HASHES: Final = {der.oid("1.3.14.3.2.26"): sha1, der.oid("2.16.840.1.101.3.4.2.1"): sha256}
"""What a request may name its issuer with. SHA-1 is no signature here: it only finds the issuer (RFC 5019, 2.1.1)."""


class ResponseStatus(IntEnum):
    """OCSPResponseStatus (RFC 6960, 4.2.1)."""

    SUCCESSFUL = 0
    MALFORMED_REQUEST = 1
    INTERNAL_ERROR = 2
    TRY_LATER = 3
    SIG_REQUIRED = 5
    UNAUTHORIZED = 6


class Reason(StrEnum):
    """Why a request cannot be read."""

    NOT_DER = "not_der"
    """No DER, or not of the shape of a request (a version other than 1 included)."""
    TOO_LARGE = "too_large"
    NO_CERTIFICATE = "no_certificate"
    TOO_MANY_CERTIFICATES = "too_many_certificates"
    CRITICAL_EXTENSION = "critical_extension"
    """An extension that the client insists on and that is not known here."""
    REPEATED_EXTENSION = "repeated_extension"
    BAD_NONCE = "bad_nonce"


class RequestRefused(Exception):
    """The request is malformed: the answer is MALFORMED_REQUEST. Holds the reason, nothing of the request."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"the status request is refused: {reason.value}")
        self.reason = reason


# --- requests -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CertificateId:
    """CertID: the certificate that is asked about. Its serial stands for a person and does not print."""

    der: bytes = field(repr=False)
    """As the client wrote it: the answer repeats it."""
    issuer: bytes
    """The part that names the issuer (hash algorithm and both hashes): see `issuer_ids`."""
    serial: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """An OCSPRequest. A signature on it, which no client here needs, is neither checked nor trusted."""

    certificates: tuple[CertificateId, ...]
    nonce: bytes | None
    """1 to 128 octets, or None where the client did not send one."""


def parse_request(data: bytes) -> StatusRequest:
    """Read an OCSPRequest, DER. Raises RequestRefused."""
    if len(data) > LARGEST_REQUEST:
        raise RequestRefused(Reason.TOO_LARGE)
    try:
        outer = Reader(data)
        message = outer.inside(der.SEQUENCE)
        outer.end()
        to_be_signed = message.inside(der.SEQUENCE)
        if message.more():
            message.inside(der.explicit(0))
            message.end()
        if to_be_signed.next_is(der.explicit(1)):
            to_be_signed.inside(der.explicit(1))
        listed = to_be_signed.inside(der.SEQUENCE)
        extensions = _extensions(to_be_signed, der.explicit(2))
        to_be_signed.end()
        certificates: list[CertificateId] = []
        while listed.more():
            if len(certificates) == MOST_CERTIFICATES:
                raise RequestRefused(Reason.TOO_MANY_CERTIFICATES)
            certificates.append(_single_request(listed.inside(der.SEQUENCE)))
    except MalformedDer:
        raise RequestRefused(Reason.NOT_DER) from None
    if not certificates:
        raise RequestRefused(Reason.NO_CERTIFICATE)
    nonce = extensions.get(_NONCE)
    return StatusRequest(tuple(certificates), None if nonce is None else _nonce(nonce))


def _single_request(request: Reader) -> CertificateId:
    identifier = request.element(der.SEQUENCE)
    _extensions(request, der.explicit(0))
    request.end()
    certificate = Reader(identifier).inside(der.SEQUENCE)
    issuer = (
        certificate.algorithm()
        + certificate.element(der.OCTET_STRING)
        + certificate.element(der.OCTET_STRING)
    )
    serial = certificate.integer()
    certificate.end()
    if serial.bit_length() > 8 * LONGEST_SERIAL:
        raise MalformedDer("a serial number has at most 20 octets")
    return CertificateId(identifier, issuer, serial)


def _extensions(holder: Reader, tag: int) -> dict[bytes, bytes]:
    """Extensions by their OID (DER) where there are some. Raises RequestRefused for one that is critical and unknown."""
    found: dict[bytes, bytes] = {}
    if not holder.next_is(tag):
        return found
    wrapped = holder.inside(tag)
    listed = wrapped.inside(der.SEQUENCE)
    wrapped.end()
    if not listed.more():
        raise MalformedDer("extensions without an extension")
    while listed.more():
        extension = listed.inside(der.SEQUENCE)
        name = extension.identifier()
        critical = extension.next_is(der.BOOLEAN) and extension.boolean()
        value = extension.content(der.OCTET_STRING)
        extension.end()
        if name in found:
            raise RequestRefused(Reason.REPEATED_EXTENSION)
        if critical and name not in _UNDERSTOOD:
            raise RequestRefused(Reason.CRITICAL_EXTENSION)
        found[name] = value
    return found


def _nonce(value: bytes) -> bytes:
    try:
        reader = Reader(value)
        nonce = reader.content(der.OCTET_STRING)
        reader.end()
    except MalformedDer:
        raise RequestRefused(Reason.BAD_NONCE) from None
    if not 1 <= len(nonce) <= LONGEST_NONCE:
        raise RequestRefused(Reason.BAD_NONCE)
    return nonce


def issuer_ids(authority: x509.Certificate) -> tuple[bytes, ...]:
    """The `CertificateId.issuer` that requests name a CA with, one for each hash that is read here.

    Generations of a CA share their name, and differ by their keys.
    """
    name = authority.subject.public_bytes()
    key = _key_bits(authority)
    return tuple(
        algorithm + der.octets(digest(name).digest()) + der.octets(digest(key).digest())
        for algorithm, digest in _HASHES.items()
    )


def _key_bits(certificate: x509.Certificate) -> bytes:
    """The content of subjectPublicKey without the count of unused bits."""
    info = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    reader = Reader(info).inside(der.SEQUENCE)
    reader.inside(der.SEQUENCE)
    return reader.content(der.BIT_STRING)[1:]


# --- answers ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CertificateStatus:
    """CertStatus: good, revoked (a certificateHold is one reason of it), or unknown."""

    der: bytes


GOOD: Final = CertificateStatus(der.encode(der.implicit(0)))
UNKNOWN: Final = CertificateStatus(der.encode(der.implicit(2)))

_REASON_CODES: Final = {
    RevocationReason.LOST: 1,
    RevocationReason.CHANGED: 3,
    RevocationReason.SUPERSEDED: 4,
    RevocationReason.RETURNED: 5,
    RevocationReason.SUSPENDED: 6,
}
"""CRLReason (RFC 5280, 5.3.1); `unspecified` is left out, not written."""


def revoked(at: datetime, reason: RevocationReason = RevocationReason.UNSPECIFIED) -> CertificateStatus:
    """Revoked or, with the reason SUSPENDED (certificateHold), suspended, since `at`."""
    code = _REASON_CODES.get(reason)
    why = b"" if code is None else der.encode(der.explicit(0), der.encode(der.ENUMERATED, bytes((code,))))
    return CertificateStatus(der.encode(der.explicit(1), der.generalized_time(at), why))


def refusal(status: ResponseStatus) -> bytes:
    """An answer without a certificate's status. Nobody signs it, so a client can take it for a hint only."""
    if status is ResponseStatus.SUCCESSFUL:
        raise ValueError("a successful answer holds statuses")
    return der.sequence(der.encode(der.ENUMERATED, bytes((status,))))


class Responder:
    """Signs answers for one generation of a CA, with a certificate that this CA gave it (RFC 6960, 4.2.2.2)."""

    def __init__(self, signer: DerSigner) -> None:
        self.signer = signer
        key_hash = sha1(_key_bits(signer.certificate), usedforsecurity=False).digest()
        self._id = der.encode(der.explicit(2), der.octets(key_hash))
        self._certificates = der.encode(der.explicit(0), der.sequence(signer.certificate_der))

    def answer(
        self,
        statuses: Sequence[tuple[CertificateId, CertificateStatus]],
        *,
        now: datetime,
        valid_until: datetime,
        nonce: bytes | None = None,
    ) -> bytes:
        """An OCSPResponse, DER, that says what state each certificate is in at `now`.

        valid_until: nextUpdate. Left out it would say that newer information is always there, which many clients do not take.
        """
        this_update = der.generalized_time(now)
        next_update = der.encode(der.explicit(0), der.generalized_time(valid_until))
        singles = [
            der.sequence(certificate.der, status.der, this_update, next_update)
            for certificate, status in statuses
        ]
        extensions = b"" if nonce is None else _before_nonce(len(nonce)) + nonce
        data = der.sequence(self._id, this_update, der.sequence(*singles), extensions)
        signature = der.bit_string(self.signer.sign(data))
        basic = b"".join((data, self.signer.algorithm, signature, self._certificates))
        return _before_basic(len(basic)) + basic


_SUCCESSFUL: Final = der.encode(der.ENUMERATED, bytes((ResponseStatus.SUCCESSFUL,)))


@lru_cache(maxsize=1024)
def _before_basic(size: int) -> bytes:
    """What stands in an OCSPResponse before the content of its BasicOCSPResponse of this size."""
    basic = der.octets(der.sequence(bytes(size)))
    whole = der.sequence(_SUCCESSFUL, der.encode(der.explicit(0), der.sequence(_BASIC, basic)))
    return whole[:-size]


@lru_cache(maxsize=LONGEST_NONCE)
def _before_nonce(size: int) -> bytes:
    """What stands in the extensions of an answer before a nonce of this size, which ends them."""
    extension = der.sequence(_NONCE, der.octets(der.octets(bytes(size))))
    return der.encode(der.explicit(1), der.sequence(extension))[:-size]


class PreProduced:
    """Answers without a nonce, about one certificate each, kept until half their validity is over.

    The caller says with every question what state the certificate is in; a kept answer that says otherwise is signed anew, so that none
    outlives a change. The oldest are forgotten when there are more than `most`.
    """

    def __init__(self, responder: Responder, *, validity: timedelta, most: int = 20_000) -> None:
        self._responder = responder
        self._validity = validity
        self._most = most
        self._kept: dict[bytes, tuple[CertificateStatus, datetime, bytes]] = {}

    def answer(self, certificate: CertificateId, status: CertificateStatus, *, now: datetime) -> bytes:
        """The answer for a certificate that is in this state now."""
        kept = self._kept.get(certificate.der)
        if kept is not None and kept[0] == status and now < kept[1]:
            return kept[2]
        response = self._responder.answer([(certificate, status)], now=now, valid_until=now + self._validity)
        self._kept.pop(certificate.der, None)
        if len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[certificate.der] = (status, now + self._validity / 2, response)
        return response
