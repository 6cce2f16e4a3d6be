"""OCSP requests and answers: cryptography and OpenSSL read what we write, and we read what they write."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as theirs
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mynumber.foundation.pki import RevocationReason, der, ocsp
from mynumber.foundation.pki.ocsp import (
    GOOD,
    UNKNOWN,
    CertificateId,
    CertificateStatus,
    PreProduced,
    Reason,
    RequestRefused,
    Responder,
    ResponseStatus,
    issuer_ids,
    parse_request,
    refusal,
    revoked,
)
from mynumber.foundation.pki.signing import DerSigner, SignerDamaged
from tests.foundation.pki.status_parts import NOW, SERIAL, Parts, openssl, parts, pem
from tests.support.tools import needs

UNTIL = NOW + timedelta(days=1)
HELD_AT = NOW - timedelta(hours=3)
HASHES = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256()}  # noqa: S303 - it names an issuer, nothing more

serials = st.integers(min_value=1, max_value=2**159 - 1)


@pytest.fixture(scope="module", params=[False, True], ids=["RSA-2048", "P-256"])
def service(request: pytest.FixtureRequest) -> Parts:
    return parts(elliptic=request.param)


def written(
    serial: int, *, digest: str = "sha256", nonce: bytes | None = None, leaf_of: Parts | None = None
) -> bytes:
    """A request as cryptography writes it."""
    issuer = (leaf_of or parts()).authority.certificate
    algorithm = HASHES[digest]
    name, key = (hashes.Hash(algorithm) for _ in range(2))
    name.update(issuer.subject.public_bytes())
    bits = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    if digest == "sha1":
        key_hash = bits.value.digest
    else:
        key.update(_key_bits(issuer))
        key_hash = key.finalize()
    builder = theirs.OCSPRequestBuilder().add_certificate_by_hash(
        name.finalize(), key_hash, serial, algorithm
    )
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


def _key_bits(certificate: x509.Certificate) -> bytes:
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    numbers = key.public_numbers()
    return der.sequence(der.integer(numbers.n), der.integer(numbers.e))


def one(serial: int, **how: str) -> CertificateId:
    (certificate,) = parse_request(written(serial, **how)).certificates  # type: ignore[arg-type]
    return certificate


# --- requests -----------------------------------------------------------------------------------------------


@settings(deadline=None)  # the first one makes the keys
@given(serials, st.sampled_from(sorted(HASHES)), st.none() | st.binary(min_size=1, max_size=32))
def test_requests_that_cryptography_writes_are_read(serial: int, digest: str, nonce: bytes | None) -> None:
    request = parse_request(written(serial, digest=digest, nonce=nonce))
    assert [certificate.serial for certificate in request.certificates] == [serial]
    assert request.certificates[0].issuer in issuer_ids(parts().authority.certificate)
    assert request.nonce == nonce


def test_the_issuer_is_named_with_either_hash_and_generations_are_told_apart_by_their_keys() -> None:
    first, second = (service.authority.certificate for service in (parts(), parts(elliptic=True)))
    assert first.subject == second.subject
    ids = {one(1, digest=digest).issuer for digest in HASHES}
    assert ids == set(issuer_ids(first))
    assert ids.isdisjoint(issuer_ids(second))


def test_nothing_about_a_certificate_prints() -> None:
    assert f"{SERIAL:X}" not in repr(one(SERIAL)).upper()
    assert str(SERIAL) not in repr(one(SERIAL))


@needs("openssl")
def test_openssls_request_about_several_certificates_is_read_with_its_signature_ignored(
    tmp_path: Path,
) -> None:
    service = parts()
    issuer, leaf = pem(service.authority.certificate, tmp_path / "ca"), pem(service.leaf, tmp_path / "leaf")
    key = tmp_path / "key"
    openssl("genpkey", "-algorithm", "RSA", "-out", key)
    openssl("req", "-x509", "-new", "-key", key, "-subj", "/CN=verifier", "-out", tmp_path / "signer")
    out = tmp_path / "request"
    asked = (
        "-issuer",
        issuer,
        "-cert",
        leaf,
        "-serial",
        "0x99",
        "-sha256",
        "-serial",
        "0x100000000000000000",
    )
    signed = ("-signer", tmp_path / "signer", "-signkey", key)
    openssl("ocsp", *asked, *signed, "-nonce", "-no_cert_verify", "-reqout", out)
    request = parse_request(out.read_bytes())
    assert [certificate.serial for certificate in request.certificates] == [SERIAL, 0x99, 2**68]
    assert {certificate.issuer for certificate in request.certificates} == set(
        issuer_ids(service.authority.certificate)
    )
    assert request.nonce is not None
    assert len(request.nonce) == 16


def extension(name: str, value: bytes, *, critical: bool = False) -> bytes:
    flag = der.encode(der.BOOLEAN, b"\xff") if critical else b""
    return der.sequence(der.oid(name), flag, der.octets(value))


def request_of(
    *certificates: bytes, extensions: tuple[bytes, ...] = (), before: bytes = b"", after: bytes = b""
) -> bytes:
    wrapped = der.encode(der.explicit(2), der.sequence(*extensions)) if extensions else b""
    return der.sequence(der.sequence(before, der.sequence(*certificates), wrapped), after)


NONCE = "1.3.6.1.5.5.7.48.1.2"


def identifier(serial: int | bytes) -> bytes:
    """A CertID, with an INTEGER or with what pretends to be one."""
    number = der.integer(serial) if isinstance(serial, int) else serial
    algorithm = der.sequence(der.oid("1.3.14.3.2.26"), der.NULL_VALUE)
    return der.sequence(algorithm, der.octets(b"n" * 20), der.octets(b"k" * 20), number)


ID = identifier(5)
ASKED = der.sequence(ID)


def test_a_request_may_name_who_asks_and_what_kind_of_answer_it_takes() -> None:
    name = der.encode(der.explicit(1), der.encode(der.explicit(4), der.sequence()))
    basic = extension("1.3.6.1.5.5.7.48.1.4", der.sequence(der.oid("1.3.6.1.5.5.7.48.1.1")), critical=True)
    request = parse_request(request_of(ASKED, before=name, extensions=(basic,)))
    assert [certificate.serial for certificate in request.certificates] == [5]
    assert parse_request(
        request_of(der.sequence(ID, der.encode(der.explicit(0), der.sequence(extension("1.2.3", b"")))))
    )


HOSTILE = {
    "nothing": (b"", Reason.NOT_DER),
    "something else": (b"GET / HTTP/1.1", Reason.NOT_DER),
    "an end too early": (request_of(ASKED)[:-1], Reason.NOT_DER),
    "a rest after the end": (request_of(ASKED) + b"\0", Reason.NOT_DER),
    "an indefinite length": (b"\x30\x80" + request_of(ASKED)[2:] + b"\0\0", Reason.NOT_DER),
    "a padded length": (b"\x30\x82\0" + request_of(ASKED)[1:], Reason.NOT_DER),
    "a length of lengths": (b"\x30\xff" + b"\xff" * 200, Reason.NOT_DER),
    "a length that is too long": (b"\x30\x84\x00\x00\x00\x02\x30\x00", Reason.NOT_DER),
    "a version that is the default": (
        request_of(ASKED, before=der.encode(der.explicit(0), der.integer(0))),
        Reason.NOT_DER,
    ),
    "version 2": (request_of(ASKED, before=der.encode(der.explicit(0), der.integer(1))), Reason.NOT_DER),
    "no certificate": (request_of(), Reason.NO_CERTIFICATE),
    "too many certificates": (
        request_of(*[ASKED] * (ocsp.MOST_CERTIFICATES + 1)),
        Reason.TOO_MANY_CERTIFICATES,
    ),
    "too many bytes": (b"\x30" * (ocsp.LARGEST_REQUEST + 1), Reason.TOO_LARGE),
    "an unknown critical extension": (
        request_of(ASKED, extensions=(extension("1.2.3", b"", critical=True),)),
        Reason.CRITICAL_EXTENSION,
    ),
    "an unknown critical extension of one certificate": (
        request_of(
            der.sequence(
                ID, der.encode(der.explicit(0), der.sequence(extension("1.2.3", b"", critical=True)))
            )
        ),
        Reason.CRITICAL_EXTENSION,
    ),
    "two nonces": (
        request_of(
            ASKED, extensions=(extension(NONCE, der.octets(b"1")), extension(NONCE, der.octets(b"1")))
        ),
        Reason.REPEATED_EXTENSION,
    ),
    "no extension among extensions": (
        der.sequence(der.sequence(der.sequence(ASKED), der.encode(der.explicit(2), der.sequence()))),
        Reason.NOT_DER,
    ),
    "criticality that is a default": (
        request_of(ASKED, extensions=(der.sequence(der.oid("1.2.3"), b"\x01\x01\x01", der.octets(b"")),)),
        Reason.NOT_DER,
    ),
    "an empty nonce": (request_of(ASKED, extensions=(extension(NONCE, der.octets(b"")),)), Reason.BAD_NONCE),
    "a nonce of 129 bytes": (
        request_of(ASKED, extensions=(extension(NONCE, der.octets(b"n" * 129)),)),
        Reason.BAD_NONCE,
    ),
    "a bare nonce": (request_of(ASKED, extensions=(extension(NONCE, b"nonce"),)), Reason.BAD_NONCE),
    "a serial number of 22 bytes": (request_of(der.sequence(identifier(2**170))), Reason.NOT_DER),
    "a serial number that is padded": (
        request_of(der.sequence(identifier(b"\x02\x02\x00\x05"))),
        Reason.NOT_DER,
    ),
    "a serial number that is empty": (request_of(der.sequence(identifier(b"\x02\x00"))), Reason.NOT_DER),
    "more after the serial number": (
        request_of(der.sequence(identifier(der.integer(5) + der.integer(5)))),
        Reason.NOT_DER,
    ),
    "an algorithm with parameters": (
        request_of(der.sequence(ID.replace(der.NULL_VALUE, der.sequence(), 1))),
        Reason.NOT_DER,
    ),
    "an identifier that does not end": (
        request_of(ASKED.replace(der.oid("1.3.14.3.2.26"), b"\x06\x05\x2b\x0e\x03\x02\x9a")),
        Reason.NOT_DER,
    ),
    "an identifier that is padded": (
        request_of(ASKED.replace(der.oid("1.3.14.3.2.26"), b"\x06\x05\x2b\x80\x03\x02\x1a")),
        Reason.NOT_DER,
    ),
    "a high tag": (b"\x3f\x30" + request_of(ASKED)[1:], Reason.NOT_DER),
}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_request_is_refused_with_its_reason(hostile: str) -> None:
    data, reason = HOSTILE[hostile]
    with pytest.raises(RequestRefused) as refused:
        parse_request(data)
    assert refused.value.reason is reason


@settings(deadline=None)
@given(st.data())
def test_whatever_is_done_to_a_request_it_is_read_or_refused_and_never_read_as_more(
    data: st.DataObject,
) -> None:
    request = bytearray(written(SERIAL, nonce=b"n" * 32))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(request) - 1))
        match data.draw(st.sampled_from(("change", "drop", "add"))):
            case "change":
                request[place] = data.draw(st.integers(0, 255))
            case "drop":
                del request[place]
            case _:
                request.insert(place, data.draw(st.integers(0, 255)))
    try:
        read = parse_request(bytes(request))
    except RequestRefused:
        return
    # What is read is DER: written again from its parts it is a part of what came.
    for certificate in read.certificates:
        assert certificate.der in bytes(request)
        assert der.integer(certificate.serial) == certificate.der[-len(der.integer(certificate.serial)) :]
    # And cryptography reads the same; of other algorithms it knows more than that they are not ours.
    if len(read.certificates) == 1 and read.certificates[0].issuer.startswith(tuple(ocsp._HASHES)):
        assert theirs.load_der_ocsp_request(bytes(request)).serial_number == read.certificates[0].serial


@given(st.binary(max_size=300))
@example(b"\x30\x84\xff\xff\xff\xff")
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(RequestRefused):
        parse_request(noise)


# --- answers ------------------------------------------------------------------------------------------------


def answered(
    responder: Responder,
    status: CertificateStatus,
    serial: int = SERIAL,
    *,
    nonce: bytes | None = None,
    **how: str,
) -> theirs.OCSPResponse:
    """An answer about one certificate, as cryptography reads it, its signature checked."""
    data = responder.answer([(one(serial, **how), status)], now=NOW, valid_until=UNTIL, nonce=nonce)
    response = theirs.load_der_ocsp_response(data)
    (certificate,) = response.certificates
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), hashes.SHA256())
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(hashes.SHA256()))
    return response


REVOCATIONS = {
    RevocationReason.UNSPECIFIED: None,
    **{
        reason: x509.ReasonFlags(reason.value) for reason in RevocationReason if reason.value != "unspecified"
    },
}


@settings(deadline=None)
@given(
    serials,
    st.sampled_from(sorted(HASHES)),
    st.none() | st.binary(min_size=1, max_size=128),
    st.sampled_from(RevocationReason),
)
def test_cryptography_reads_every_field_of_an_answer(
    serial: int, digest: str, nonce: bytes | None, reason: RevocationReason
) -> None:
    service = parts()
    response = answered(service.responder, revoked(HELD_AT, reason), serial, nonce=nonce, digest=digest)
    assert response.response_status is theirs.OCSPResponseStatus.SUCCESSFUL
    assert response.serial_number == serial
    assert response.hash_algorithm.name == digest
    assert response.certificate_status is theirs.OCSPCertStatus.REVOKED
    assert response.revocation_time_utc == HELD_AT
    assert response.revocation_reason == REVOCATIONS[reason]
    assert (response.this_update_utc, response.next_update_utc) == (NOW, UNTIL)
    assert response.produced_at_utc == NOW
    assert response.responder_name is None
    subject_key = service.responder.signer.certificate.extensions.get_extension_for_class(
        x509.SubjectKeyIdentifier
    )
    assert response.responder_key_hash == subject_key.value.digest
    assert response.signature_algorithm_oid.dotted_string == "1.2.840.113549.1.1.11"
    extensions = [extension.value for extension in response.extensions]
    assert extensions == ([] if nonce is None else [x509.OCSPNonce(nonce)])


@pytest.mark.parametrize(
    ("status", "theirs_is"), [(GOOD, theirs.OCSPCertStatus.GOOD), (UNKNOWN, theirs.OCSPCertStatus.UNKNOWN)]
)
def test_good_and_unknown(
    service: Parts, status: CertificateStatus, theirs_is: theirs.OCSPCertStatus
) -> None:
    response = answered(service.responder, status)
    assert response.certificate_status is theirs_is
    assert (response.revocation_time_utc, response.revocation_reason) == (None, None)


def test_the_answer_is_the_one_that_cryptography_builds(service: Parts) -> None:
    authority, signer = service.authority.certificate, service.responder.signer
    builder = (
        theirs.OCSPResponseBuilder()
        .add_response(
            cert=service.leaf,
            issuer=authority,
            algorithm=hashes.SHA256(),
            cert_status=theirs.OCSPCertStatus.REVOKED,
            this_update=NOW,
            next_update=UNTIL,
            revocation_time=HELD_AT,
            revocation_reason=x509.ReasonFlags.certificate_hold,
        )
        .responder_id(theirs.OCSPResponderEncoding.HASH, signer.certificate)
        .certificates([signer.certificate])
        .add_extension(x509.OCSPNonce(b"n" * 32), critical=False)
    )
    built = builder.sign(service.responder_key, hashes.SHA256())
    asked = one_of(service)
    ours = service.responder.answer(
        [(asked, revoked(HELD_AT, RevocationReason.SUSPENDED))], now=NOW, valid_until=UNTIL, nonce=b"n" * 32
    )
    # The producing time of cryptography's builder is its own clock.
    mine, other = theirs.load_der_ocsp_response(ours), built
    produced = der.generalized_time(other.produced_at_utc)
    assert mine.tbs_response_bytes.replace(der.generalized_time(NOW), produced, 1) == other.tbs_response_bytes


def one_of(service: Parts) -> CertificateId:
    builder = theirs.OCSPRequestBuilder().add_certificate(
        service.leaf, service.authority.certificate, hashes.SHA256()
    )
    return parse_request(builder.build().public_bytes(Encoding.DER)).certificates[0]


@pytest.mark.parametrize("status", set(ResponseStatus) - {ResponseStatus.SUCCESSFUL}, ids=str)
def test_refusals_are_read_by_cryptography(status: ResponseStatus) -> None:
    assert theirs.load_der_ocsp_response(refusal(status)).response_status.value == status


def test_a_success_without_a_status_is_not_written() -> None:
    with pytest.raises(ValueError, match="holds statuses"):
        refusal(ResponseStatus.SUCCESSFUL)


@needs("openssl")
@pytest.mark.parametrize(
    ("status", "words"),
    [
        (GOOD, ": good"),
        (UNKNOWN, ": unknown"),
        (revoked(HELD_AT, RevocationReason.LOST), "Reason: keyCompromise"),
        (revoked(HELD_AT, RevocationReason.SUSPENDED), "Reason: certificateHold"),
        (revoked(HELD_AT), ": revoked"),
    ],
    ids=["good", "unknown", "lost", "suspended", "revoked"],
)
@pytest.mark.parametrize("digest", ["-sha1", "-sha256"])
def test_openssl_verifies_the_answer_to_its_own_request(
    tmp_path: Path, service: Parts, status: CertificateStatus, words: str, digest: str
) -> None:
    issuer = pem(service.authority.certificate, tmp_path / "ca")
    leaf = pem(service.leaf, tmp_path / "leaf")
    asked, got = tmp_path / "asked", tmp_path / "got"
    openssl("ocsp", digest, "-issuer", issuer, "-cert", leaf, "-reqout", asked)
    request = parse_request(asked.read_bytes())
    got.write_bytes(
        service.responder.answer(
            [(certificate, status) for certificate in request.certificates],
            now=NOW,
            valid_until=UNTIL,
            nonce=request.nonce,
        )
    )
    verify = ("ocsp", "-respin", got, "-issuer", issuer, "-CAfile", issuer)
    heard = openssl(*verify, digest, "-cert", leaf, "-no_nonce")
    assert "Response verify OK" in heard
    assert words in heard
    heard = openssl(*verify, "-reqin", asked)
    assert "Response verify OK" in heard
    assert "WARNING" not in heard, "the nonce is in the answer"


@needs("openssl")
def test_openssl_reads_an_answer_about_several_certificates(tmp_path: Path) -> None:
    service = parts()
    issuer = pem(service.authority.certificate, tmp_path / "ca")
    serials_asked = ("-serial", "0x11", "-serial", "0x12", "-serial", "0x13")
    asked, got = tmp_path / "asked", tmp_path / "got"
    openssl("ocsp", "-issuer", issuer, *serials_asked, "-reqout", asked)
    request = parse_request(asked.read_bytes())
    statuses = (GOOD, revoked(HELD_AT, RevocationReason.RETURNED), UNKNOWN)
    got.write_bytes(
        service.responder.answer(
            list(zip(request.certificates, statuses, strict=True)),
            now=NOW,
            valid_until=UNTIL,
            nonce=request.nonce,
        )
    )
    heard = openssl("ocsp", "-respin", got, "-issuer", issuer, *serials_asked, "-CAfile", issuer, "-no_nonce")
    assert "Response verify OK" in heard
    assert "0x11: good" in heard
    assert "0x12: revoked" in heard
    assert "0x13: unknown" in heard


# --- answers that are kept ----------------------------------------------------------------------------------


def test_an_answer_is_kept_until_half_its_validity_and_not_beyond_a_change() -> None:
    kept = PreProduced(parts().responder, validity=timedelta(minutes=10))
    asked = one(SERIAL)
    first = kept.answer(asked, GOOD, now=NOW)
    assert kept.answer(asked, GOOD, now=NOW + timedelta(minutes=4, seconds=59)) is first
    held = kept.answer(asked, revoked(NOW, RevocationReason.SUSPENDED), now=NOW + timedelta(seconds=1))
    assert theirs.load_der_ocsp_response(held).certificate_status is theirs.OCSPCertStatus.REVOKED
    resumed = kept.answer(asked, GOOD, now=NOW + timedelta(seconds=2))
    assert theirs.load_der_ocsp_response(resumed).certificate_status is theirs.OCSPCertStatus.GOOD
    assert resumed != first
    later = theirs.load_der_ocsp_response(kept.answer(asked, GOOD, now=NOW + timedelta(minutes=5, seconds=2)))
    assert later.this_update_utc == NOW + timedelta(minutes=5, seconds=2)
    assert not list(later.extensions)


def test_the_same_certificate_asked_about_with_another_hash_has_an_answer_of_its_own() -> None:
    kept = PreProduced(parts().responder, validity=timedelta(minutes=10))
    for digest in HASHES:
        asked = one(SERIAL, digest=digest)
        response = theirs.load_der_ocsp_response(kept.answer(asked, GOOD, now=NOW))
        assert response.hash_algorithm.name == digest


def test_the_oldest_answers_make_room() -> None:
    kept = PreProduced(parts().responder, validity=timedelta(minutes=10), most=2)
    asked = [one(serial) for serial in (1, 2, 3)]
    first, second, _ = (kept.answer(certificate, GOOD, now=NOW) for certificate in asked)
    later = NOW + timedelta(seconds=1)
    assert kept.answer(asked[1], GOOD, now=later) is second
    assert kept.answer(asked[0], GOOD, now=later) != first, "it was signed anew"


# --- signers ------------------------------------------------------------------------------------------------


def test_a_signer_has_the_key_of_its_certificate_and_a_strong_one() -> None:
    certificate = parts().responder.signer.certificate
    with pytest.raises(SignerDamaged, match="not the one"):
        DerSigner.of(rsa.generate_private_key(65537, 2048), certificate)
    with pytest.raises(SignerDamaged, match="cannot be read"):
        DerSigner.load(key_pem=b"-----BEGIN NONSENSE-----", certificate=b"")
    other = ec.generate_private_key(ec.SECP384R1())
    issued = parts().authority.issue_ocsp_responder(other.public_key(), serial=9, issued_at=NOW)
    with pytest.raises(SignerDamaged, match="P-256"):
        DerSigner.of(other, x509.load_der_x509_certificate(issued))
