"""Time-stamps: OpenSSL, rfc3161-client and cryptography judge the tokens; the parser meets hostile requests."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256, sha512
from pathlib import Path

import pytest
import rfc3161_client
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.pki import der, timestamp
from mynumber.foundation.pki.signing import SignerDamaged
from mynumber.foundation.pki.timestamp import (
    Failure,
    RequestRefused,
    StampingAuthority,
    StampRequest,
    parse_request,
    rejection,
)
from tests.foundation.pki.status_parts import NOW, POLICY, Parts, openssl, parts, pem
from tests.support.tools import needs

SHA256 = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"), der.NULL_VALUE)
DIGEST = sha256(b"a document").digest()
GRANTED = der.sequence(der.integer(0))


@pytest.fixture(scope="module", params=[False, True], ids=["RSA-2048", "P-256"])
def service(request: pytest.FixtureRequest) -> Parts:
    return parts(elliptic=request.param)


def imprint(digest: bytes = DIGEST, algorithm: bytes = SHA256) -> bytes:
    return der.sequence(algorithm, der.octets(digest))


def asked(*rest: bytes, version: int = 1, digest: bytes | None = None) -> bytes:
    return der.sequence(der.integer(version), imprint() if digest is None else digest, *rest)


CERT_REQ = der.encode(der.BOOLEAN, b"\xff")


# --- requests -----------------------------------------------------------------------------------------------


def test_a_request_is_read() -> None:
    assert parse_request(asked()) == StampRequest(imprint(), None, None, with_certificate=False)
    full = asked(der.oid("1.2.3"), der.integer(2**63), CERT_REQ)
    assert parse_request(full) == StampRequest(imprint(), der.oid("1.2.3"), 2**63, with_certificate=True)
    bare = imprint(algorithm=der.sequence(der.oid("2.16.840.1.101.3.4.2.1")))
    assert parse_request(asked(digest=bare)).imprint == bare, "parameters may be absent"


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=200), st.booleans(), st.booleans())
def test_requests_that_rfc3161_client_writes_are_read(document: bytes, nonce: bool, cert_req: bool) -> None:
    builder = rfc3161_client.TimestampRequestBuilder().data(document).nonce(nonce=nonce)
    written = builder.cert_request(cert_request=cert_req).build()
    request = parse_request(written.as_bytes())
    assert request.imprint == imprint(sha512(document).digest(), SHA512)
    assert (request.nonce, request.with_certificate) == (written.nonce, cert_req)


SHA512 = der.sequence(der.oid("2.16.840.1.101.3.4.2.3"), der.NULL_VALUE)
SHA1 = der.sequence(der.oid("1.3.14.3.2.26"), der.NULL_VALUE)
SHA224 = der.sequence(der.oid("2.16.840.1.101.3.4.2.4"), der.NULL_VALUE)
MD5 = der.sequence(der.oid("1.2.840.113549.2.5"), der.NULL_VALUE)

HOSTILE = {
    "nothing": (b"", Failure.BAD_DATA_FORMAT),
    "a rest after the end": (asked() + b"\0", Failure.BAD_DATA_FORMAT),
    "an end too early": (asked()[:-1], Failure.BAD_DATA_FORMAT),
    "too many bytes": (asked(der.octets(bytes(timestamp.LARGEST_REQUEST))), Failure.BAD_DATA_FORMAT),
    "version 2": (asked(version=2), Failure.BAD_REQUEST),
    "SHA-1": (asked(digest=imprint(bytes(20), SHA1)), Failure.BAD_ALGORITHM),
    "SHA-224": (asked(digest=imprint(bytes(28), SHA224)), Failure.BAD_ALGORITHM),
    "MD5": (asked(digest=imprint(bytes(16), MD5)), Failure.BAD_ALGORITHM),
    "a digest that is too short": (asked(digest=imprint(bytes(31))), Failure.BAD_REQUEST),
    "a digest of another algorithm": (asked(digest=imprint(bytes(64))), Failure.BAD_REQUEST),
    "parameters of the algorithm": (
        asked(digest=imprint(algorithm=der.sequence(der.oid("2.16.840.1.101.3.4.2.1"), der.integer(1)))),
        Failure.BAD_DATA_FORMAT,
    ),
    "more in the imprint": (
        asked(digest=der.sequence(SHA256, der.octets(DIGEST), der.integer(1))),
        Failure.BAD_DATA_FORMAT,
    ),
    "an extension": (
        asked(der.encode(der.explicit(0), der.sequence(der.oid("1.2.3"), der.octets(b"")))),
        Failure.UNACCEPTED_EXTENSION,
    ),
    "certReq that is the default": (asked(der.encode(der.BOOLEAN, b"\0")), Failure.BAD_DATA_FORMAT),
    "certReq that is neither": (asked(der.encode(der.BOOLEAN, b"\1")), Failure.BAD_DATA_FORMAT),
    "a nonce of 65 bytes": (asked(der.integer(2**513)), Failure.BAD_REQUEST),
    "a nonce after certReq": (asked(CERT_REQ, der.integer(5)), Failure.BAD_DATA_FORMAT),
}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_request_is_refused_with_its_failure(hostile: str) -> None:
    data, failure = HOSTILE[hostile]
    with pytest.raises(RequestRefused) as refused:
        parse_request(data)
    assert refused.value.failure is failure


@given(st.data())
def test_whatever_is_done_to_a_request_it_is_read_or_refused(data: st.DataObject) -> None:
    request = bytearray(asked(der.oid("1.2.3"), der.integer(2**63), CERT_REQ))
    for _ in range(data.draw(st.integers(1, 3))):
        request[data.draw(st.integers(0, len(request) - 1))] = data.draw(st.integers(0, 255))
    try:
        read = parse_request(bytes(request))
    except RequestRefused:
        return
    assert read.imprint in bytes(request)


@pytest.mark.parametrize("failure", Failure, ids=lambda failure: failure.name)
@needs("openssl")
def test_openssl_reads_every_refusal(tmp_path: Path, failure: Failure) -> None:
    reply = tmp_path / "reply"
    reply.write_bytes(rejection(failure))
    heard = openssl("ts", "-reply", "-in", reply, "-text")
    assert "Status: Rejected." in heard
    words = {
        Failure.BAD_ALGORITHM: "unrecognized or unsupported algorithm identifier",
        Failure.BAD_REQUEST: "transaction not permitted or supported",
        Failure.BAD_DATA_FORMAT: "the data submitted has the wrong format",
        Failure.TIME_NOT_AVAILABLE: "the TSA's time source is not available",
        Failure.UNACCEPTED_POLICY: "the requested TSA policy is not supported by the TSA",
        Failure.UNACCEPTED_EXTENSION: "the requested extension is not supported by the TSA",
        Failure.SYSTEM_FAILURE: "the request cannot be handled due to system failure",
    }
    assert f"Failure info: {words[failure]}" in heard


# --- tokens -------------------------------------------------------------------------------------------------


def stamped(service: Parts, request: bytes) -> bytes:
    return service.stamping.stamp(parse_request(request), now=NOW)


@needs("openssl")
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512", "sha3-256", "sha3-512"])
@pytest.mark.parametrize(
    "words", [("-cert",), (), ("-cert", "-no_nonce"), ("-cert", "-tspolicy", POLICY)], ids=str
)
def test_openssl_verifies_a_token(
    tmp_path: Path, service: Parts, digest: str, words: tuple[str, ...]
) -> None:
    document, query, reply = (tmp_path / name for name in ("document", "query", "reply"))
    document.write_bytes(b"a document")
    root = pem(service.authority.certificate, tmp_path / "root")
    stamper = pem(service.stamping.signer.certificate, tmp_path / "stamper")
    openssl("ts", "-query", "-data", document, f"-{digest}", *words, "-out", query)
    reply.write_bytes(stamped(service, query.read_bytes()))
    for against in (("-queryfile", query), ("-data", document)):
        heard = openssl("ts", "-verify", "-in", reply, *against, "-CAfile", root, "-untrusted", stamper)
        assert "Verification: OK" in heard
    if "-cert" in words:
        assert "Verification: OK" in openssl(
            "ts", "-verify", "-in", reply, "-queryfile", query, "-CAfile", root
        )
    text = openssl("ts", "-reply", "-in", reply, "-text")
    assert f"Policy OID: {POLICY}" in text
    assert "Accuracy: 0x01 seconds" in text
    assert f"{NOW:%H:%M:%S %Y} GMT" in text
    document.write_bytes(b"another document")
    openssl(
        "ts", "-verify", "-in", reply, "-data", document, "-CAfile", root, "-untrusted", stamper, expect=1
    )


def test_rfc3161_client_verifies_a_token() -> None:
    service = parts()
    request = rfc3161_client.TimestampRequestBuilder().data(b"a document").build()
    response = rfc3161_client.decode_timestamp_response(stamped(service, request.as_bytes()))
    assert response.tst_info.gen_time == NOW
    assert response.tst_info.nonce == request.nonce
    verifier = (
        rfc3161_client.VerifierBuilder()
        .add_root_certificate(service.authority.certificate)
        .policy_id(x509.ObjectIdentifier(POLICY))
        .nonce(request.nonce)
        .build()
    )
    assert verifier.verify_message(response, b"a document")
    with pytest.raises(rfc3161_client.VerificationError):
        verifier.verify_message(response, b"another document")


def test_the_certificate_is_in_the_token_only_when_it_is_asked_for() -> None:
    service = parts()
    certificate = service.stamping.signer.certificate_der
    assert certificate not in stamped(service, asked())
    assert certificate in stamped(service, asked(CERT_REQ))


@settings(deadline=None)
@given(st.integers(-(2**512) + 1, 2**512 - 1))
def test_the_nonce_comes_back(nonce: int) -> None:
    assert der.integer(nonce) in stamped(parts(elliptic=True), asked(der.integer(nonce)))


def test_no_two_tokens_have_one_serial_number() -> None:
    service = parts(elliptic=True)
    decode: Callable[[bytes], rfc3161_client.TimeStampResponse] = rfc3161_client.decode_timestamp_response
    numbers = {decode(stamped(service, asked())).tst_info.serial_number for _ in range(50)}
    assert len(numbers) == 50
    assert min(numbers) > 0


def test_another_policy_is_refused() -> None:
    with pytest.raises(RequestRefused) as refused:
        stamped(parts(), asked(der.oid("1.2.3")))
    assert refused.value.failure is Failure.UNACCEPTED_POLICY


def test_only_a_certificate_for_time_stamps_alone_stamps() -> None:
    with pytest.raises(SignerDamaged, match="not for time-stamps alone"):
        StampingAuthority(parts().responder.signer, POLICY)
    signer = parts().responder.signer
    root = parts().authority
    with pytest.raises(SignerDamaged, match="not for time-stamps"):
        StampingAuthority(type(signer)(root.certificate, signer.algorithm, signer.sign), POLICY)


def test_a_token_is_made_at_the_time_that_is_given() -> None:
    service = parts()
    earlier = NOW - timedelta(days=1)
    response = rfc3161_client.decode_timestamp_response(
        service.stamping.stamp(parse_request(asked()), now=earlier)
    )
    assert response.tst_info.gen_time == earlier


def test_the_signed_attributes_name_the_certificate() -> None:
    """ESSCertIDv2 (RFC 5816): the hash of the certificate in every token, whether the certificate is in it or not."""
    service = parts()
    hashed = hashes.Hash(hashes.SHA256())
    hashed.update(service.stamping.signer.certificate.public_bytes(Encoding.DER))
    assert der.octets(hashed.finalize()) in stamped(service, asked(der.integer(secrets.randbits(64))))
