"""Time-stamps (RFC 3161, with RFC 5816): requests read strictly, tokens put together from bytes and signed.

A token says that a digest was there at a time. No input or output: the clock is an argument, and whoever calls keeps it right to
`ACCURACY_SECONDS`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from mynumber.foundation.pki import der
from mynumber.foundation.pki.der import MalformedDer, Reader
from mynumber.foundation.pki.signing import DerSigner, SignerDamaged

REQUEST_TYPE: Final = "application/timestamp-query"
RESPONSE_TYPE: Final = "application/timestamp-reply"
LARGEST_REQUEST: Final = 4 * 1024
LONGEST_NONCE_BITS: Final = 512
"""Clients send 64 bits, some 160."""
ACCURACY_SECONDS: Final = 1
SERIAL_BITS: Final = 128
"""Random and so never twice, also after a crash (RFC 3161, 2.4.2)."""

_SHA256: Final = der.oid("2.16.840.1.101.3.4.2.1")
_IMPRINT_BYTES: Final = {
    _SHA256: 32,
    der.oid("2.16.840.1.101.3.4.2.2"): 48,
    der.oid("2.16.840.1.101.3.4.2.3"): 64,
    der.oid("2.16.840.1.101.3.4.2.8"): 32,
    der.oid("2.16.840.1.101.3.4.2.9"): 48,
    der.oid("2.16.840.1.101.3.4.2.10"): 64,
}
"""SHA-256, 384, 512 and SHA3-256, 384, 512: nothing weaker is stamped."""
_TST_INFO: Final = der.oid("1.2.840.113549.1.9.16.1.4")
_SIGNED_DATA: Final = der.oid("1.2.840.113549.1.7.2")
_CONTENT_TYPE: Final = der.oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST: Final = der.oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2: Final = der.oid("1.2.840.113549.1.9.16.2.47")


class Failure(IntEnum):
    """PKIFailureInfo (RFC 3161, 2.4.2): why there is no token; the number is the bit."""

    BAD_ALGORITHM = 0
    """The digest is of an algorithm that is unknown here, or weaker than SHA-256."""
    BAD_REQUEST = 2
    """A version that does not exist, or an imprint of the wrong length."""
    BAD_DATA_FORMAT = 5
    """No DER, or not of the shape of a request."""
    TIME_NOT_AVAILABLE = 14
    UNACCEPTED_POLICY = 15
    UNACCEPTED_EXTENSION = 16
    SYSTEM_FAILURE = 25


_REJECTION: Final = 2
_WORDS: Final = {
    Failure.BAD_ALGORITHM: "the digest must be SHA-256 or stronger",
    Failure.BAD_REQUEST: "the request has another version, or a digest of the wrong length",
    Failure.BAD_DATA_FORMAT: "the request cannot be read",
    Failure.TIME_NOT_AVAILABLE: "the time is not available; try later",
    Failure.UNACCEPTED_POLICY: "this policy is not ours; leave the policy out",
    Failure.UNACCEPTED_EXTENSION: "an extension of the request is not known here",
    Failure.SYSTEM_FAILURE: "no time-stamp can be made now; try later",
}


class RequestRefused(Exception):
    """The request gets no token. Holds the failure, nothing of the request."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"no time-stamp: {_WORDS[failure]}")
        self.failure = failure


@dataclass(frozen=True, slots=True)
class StampRequest:
    """A TimeStampReq."""

    imprint: bytes
    """MessageImprint, DER: algorithm and digest."""
    policy: bytes | None
    """OID, DER; None: any."""
    nonce: int | None
    with_certificate: bool
    """certReq: whether the token shall hold the authority's certificate."""


def parse_request(data: bytes) -> StampRequest:
    """Read a TimeStampReq, DER. Raises RequestRefused."""
    try:
        outer = Reader(data if len(data) <= LARGEST_REQUEST else b"")
        request = outer.inside(der.SEQUENCE)
        outer.end()
        if request.integer() != 1:
            raise RequestRefused(Failure.BAD_REQUEST)
        imprint = request.element(der.SEQUENCE)
        policy = request.identifier() if request.next_is(der.OID) else None
        nonce = request.integer() if request.next_is(der.INTEGER) else None
        with_certificate = False
        if request.next_is(der.BOOLEAN):
            with_certificate = request.boolean()
            if not with_certificate:
                raise MalformedDer("a default is left out")
        if request.next_is(der.explicit(0)):
            raise RequestRefused(Failure.UNACCEPTED_EXTENSION)
        request.end()
        _check_imprint(Reader(imprint).inside(der.SEQUENCE))
    except MalformedDer:
        raise RequestRefused(Failure.BAD_DATA_FORMAT) from None
    if nonce is not None and nonce.bit_length() > LONGEST_NONCE_BITS:
        raise RequestRefused(Failure.BAD_REQUEST)
    return StampRequest(imprint, policy, nonce, with_certificate)


def _check_imprint(imprint: Reader) -> None:
    name = imprint.algorithm()
    digest = imprint.content(der.OCTET_STRING)
    imprint.end()
    if name not in _IMPRINT_BYTES:
        raise RequestRefused(Failure.BAD_ALGORITHM)
    if len(digest) != _IMPRINT_BYTES[name]:
        raise RequestRefused(Failure.BAD_REQUEST)


def rejection(failure: Failure) -> bytes:
    """A TimeStampResp, DER, without a token; nobody signs it."""
    byte, bit = divmod(failure, 8)
    info = der.bit_string(bytes(byte) + bytes((0x80 >> bit,)), unused=7 - bit)
    words = der.sequence(der.encode(der.UTF8_STRING, _WORDS[failure].encode()))
    return der.sequence(der.sequence(der.integer(_REJECTION), words, info))


@dataclass(frozen=True, slots=True)
class StampingAuthority:
    """A time-stamping authority (TSA) under one policy."""

    signer: DerSigner
    policy: str
    """Dotted OID of the rules under which it stamps."""
    _id: bytes = field(init=False, repr=False)
    _signing_certificate: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Raises SignerDamaged for a certificate that is not for time-stamps alone (RFC 3161, 2.3)."""
        certificate = self.signer.certificate
        try:
            usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        except x509.ExtensionNotFound:
            raise SignerDamaged("the certificate is not for time-stamps") from None
        if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
            raise SignerDamaged("the certificate is not for time-stamps alone")
        issuer, serial = certificate.issuer.public_bytes(), der.integer(certificate.serial_number)
        object.__setattr__(self, "_id", der.sequence(issuer, serial))
        # ESSCertIDv2 (RFC 5816): SHA-256 is the default and left out.
        named = der.sequence(der.sequence(der.encode(der.explicit(4), issuer)), serial)
        identifier = der.sequence(der.octets(sha256(self.signer.certificate_der).digest()), named)
        value = der.sequence(der.sequence(identifier))
        object.__setattr__(self, "_signing_certificate", _attribute(_SIGNING_CERTIFICATE_V2, value))

    def stamp(self, request: StampRequest, *, now: datetime) -> bytes:
        """A TimeStampResp, DER, with a token of this moment. Raises RequestRefused for a policy that is not ours."""
        policy = der.oid(self.policy)
        if request.policy not in (None, policy):
            raise RequestRefused(Failure.UNACCEPTED_POLICY)
        info = der.sequence(
            der.integer(1),
            policy,
            request.imprint,
            der.integer(secrets.randbits(SERIAL_BITS) | 1),
            der.generalized_time(now),
            der.sequence(der.integer(ACCURACY_SECONDS)),
            b"" if request.nonce is None else der.integer(request.nonce),
        )
        token = der.sequence(_SIGNED_DATA, der.encode(der.explicit(0), self._signed_data(info, request)))
        return der.sequence(der.sequence(der.integer(0)), token)

    def _signed_data(self, info: bytes, request: StampRequest) -> bytes:
        """CMS SignedData (RFC 5652, 5.1), version 3: its content is not plain data."""
        digest_algorithm = der.sequence(_SHA256)
        attributes = sorted(  # DER: the elements of a SET OF stand in the order of their encodings
            (
                _attribute(_CONTENT_TYPE, _TST_INFO),
                _attribute(_MESSAGE_DIGEST, der.octets(sha256(info).digest())),
                self._signing_certificate,
            )
        )
        signer_info = der.sequence(
            der.integer(1),
            self._id,
            digest_algorithm,
            der.encode(der.explicit(0), *attributes),
            self.signer.algorithm,
            der.octets(self.signer.sign(der.encode(der.SET, *attributes))),
        )
        certificates = (
            der.encode(der.explicit(0), self.signer.certificate_der) if request.with_certificate else b""
        )
        return der.sequence(
            der.integer(3),
            der.encode(der.SET, digest_algorithm),
            der.sequence(_TST_INFO, der.encode(der.explicit(0), der.octets(info))),
            certificates,
            der.encode(der.SET, signer_info),
        )


def _attribute(name: bytes, value: bytes) -> bytes:
    return der.sequence(name, der.encode(der.SET, value))
