"""Revocation lists, CA certificates and time-stamps over HTTP, judged by OpenSSL and rfc3161-client."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
import rfc3161_client
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mynumber.foundation.pki import Municipality, Revocation, RevocationReason
from mynumber.foundation.pki.timestamp import REQUEST_TYPE, RESPONSE_TYPE
from tests.foundation.pki.status_parts import openssl
from tests.institutions.jlis.status.service import KATSUSHIKA, Service
from tests.support.tools import needs
from tests.support.waiting import eventually


def publish(service: Service, number: int, *serials: int, municipality: str = KATSUSHIKA) -> None:
    """What the certification side publishes."""
    now = datetime.now(UTC).replace(microsecond=0)
    content = service.authorities["authentication"].revocation_list(
        [Revocation(serial, now, RevocationReason.LOST) for serial in serials],
        number=number,
        now=now,
        municipality=Municipality.of(municipality) if municipality else None,
    )
    service.tables.execute(
        """
        INSERT INTO jlis_certification_revocationlist
            (hierarchy, generation, municipality_code, number, this_update, next_update, entries, content)
        VALUES ('authentication', 1, %s, %s, %s, now() + interval '2 days', %s, %s)
        """,
        [municipality, number, now, len(serials), content],
    )


# --- lists --------------------------------------------------------------------------------------------------


@needs("openssl")
def test_openssl_reads_the_newest_list_of_a_municipality(service: Service, tmp_path: Path) -> None:
    publish(service, 9, 0x51)
    publish(service, 10, 0x51, 0x52)
    publish(service, 11, 0x53, municipality="")
    file = tmp_path / "list.crl"
    for name, expected in (("131229", {0x51, 0x52}), ("131229-1", {0x51, 0x52}), ("all", {0x53})):
        answer = service.ask("GET", f"/revocation-lists/authentication/{name}.crl", key=service.keys["bank"])
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pkix-crl")
        file.write_bytes(answer.body)
        heard = openssl("crl", "-inform", "DER", "-in", file, "-CAfile", service.root(), "-noout", "-text")
        assert "verify OK" in heard
        for serial in (0x51, 0x52, 0x53):
            assert (f"Serial Number: {serial:X}\n" in heard) == (serial in expected)


def test_lists_that_are_handed_out_are_counted(service: Service) -> None:
    publish(service, 20)
    key = service.add_verifier("reader", "authentication")
    for _ in range(4):
        assert service.ask("GET", "/revocation-lists/authentication/131229.crl", key=key).status == 200
    assert service.ask("GET", "/revocation-lists/authentication/999999.crl", key=key).status == 404
    eventually(lambda: service.used("reader") == {"revocation_list": 4})


@pytest.mark.parametrize(
    "name",
    [
        "999999.crl",
        "131229-7.crl",
        "131229",
        "13122.crl",
        "1312290.crl",
        "../secret.crl",
        "%00.crl",
        "１３１２２９.crl",
        "",
    ],
)
def test_a_list_that_there_is_not(service: Service, name: str) -> None:
    path = f"/revocation-lists/authentication/{quote(name, safe='/%')}"
    assert service.ask("GET", path, key=service.keys["bank"]).status == 404


@pytest.mark.parametrize(
    "name", ["ca-authentication-9.cer", "ca-phone-1.cer", "ca-signature-01.cer", "x", ""]
)
def test_a_certificate_that_there_is_not(service: Service, name: str) -> None:
    assert service.ask("GET", f"/certificates/{name}").status == 404


@pytest.mark.parametrize("kind", ["authentication", "signature"])
def test_ca_certificates_are_free(service: Service, kind: str) -> None:
    answer = service.ask("GET", f"/certificates/ca-{kind}-1.cer")
    assert x509.load_der_x509_certificate(answer.body) == service.authorities[kind].certificate


# --- time-stamps --------------------------------------------------------------------------------------------


def stamp(service: Service, request: bytes) -> bytes:
    answer = service.ask("POST", "/timestamp", request, content_type=REQUEST_TYPE)
    assert (answer.status, answer.headers["content-type"]) == (200, RESPONSE_TYPE)
    return answer.body


@needs("openssl")
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_openssl_verifies_a_time_stamp(service: Service, tmp_path: Path, digest: str) -> None:
    document, query, reply = (tmp_path / name for name in ("document", "query", "reply"))
    document.write_bytes(b"a document")
    openssl("ts", "-query", "-data", document, f"-{digest}", "-cert", "-out", query)
    reply.write_bytes(stamp(service, query.read_bytes()))
    root = service.root("signature")
    assert "Verification: OK" in openssl("ts", "-verify", "-in", reply, "-queryfile", query, "-CAfile", root)


def test_rfc3161_client_verifies_a_time_stamp(service: Service) -> None:
    request = rfc3161_client.TimestampRequestBuilder().data(b"a document").build()
    before = datetime.now(UTC).replace(microsecond=0)
    response = rfc3161_client.decode_timestamp_response(stamp(service, request.as_bytes()))
    assert before <= response.tst_info.gen_time <= datetime.now(UTC)
    root = service.authorities["signature"].certificate
    assert request.nonce is not None
    verifier = rfc3161_client.VerifierBuilder().add_root_certificate(root).nonce(request.nonce).build()
    assert verifier.verify_message(response, b"a document")


@needs("openssl")
def test_a_weak_digest_is_refused_in_words(service: Service, tmp_path: Path) -> None:
    query, reply = tmp_path / "query", tmp_path / "reply"
    openssl("ts", "-query", "-digest", "ab" * 20, "-sha1", "-out", query)
    reply.write_bytes(stamp(service, query.read_bytes()))
    heard = openssl("ts", "-reply", "-in", reply, "-text")
    assert "Status: Rejected." in heard
    assert "SHA-256 or stronger" in heard


@pytest.mark.parametrize("body", [b"", b"\x30\x00", b"x" * 5_000, b"x" * 100_000])
def test_what_is_no_request_for_a_time_stamp_is_refused(service: Service, body: bytes) -> None:
    assert b"cannot be read" in stamp(service, body)
    assert service.ask("POST", "/timestamp", body, content_type="text/plain").status == 415


def test_a_time_stamp_is_counted_for_a_verifier_that_shows_its_key(service: Service) -> None:
    key = service.add_verifier("notary", "signature")
    request = rfc3161_client.TimestampRequestBuilder().data(b"a document").build().as_bytes()
    assert service.ask("POST", "/timestamp", b"", key=key, content_type=REQUEST_TYPE).status == 200
    assert service.ask("POST", "/timestamp", request, key=key, content_type=REQUEST_TYPE).status == 200
    assert service.ask("POST", "/timestamp", request, key="wrong", content_type=REQUEST_TYPE).status == 401
    eventually(lambda: service.used("notary") == {"time_stamp": 1})


# --- health -------------------------------------------------------------------------------------------------


def test_before_there_is_a_ca_the_service_is_ready_and_says_what_is_missing(empty_service: Service) -> None:
    if empty_service.server.process is None:
        empty_service.server.start()
    answer = empty_service.ask("GET", "/healthz")
    assert (answer.status, json.loads(answer.body)) == (200, {"status": "alive"})


def test_certificates_that_the_service_has_made_for_itself(service: Service) -> None:
    rows = service.tables.execute(
        "SELECT service, authority_generation, key_generation, certificate FROM jlis_status_servicecertificate ORDER BY 1"
    ).fetchall()
    assert [row[:3] for row in rows] == [
        ("ocsp-authentication", 1, 1),
        ("ocsp-signature", 1, 1),
        ("tsa", 1, 1),
    ]
    for row in rows:
        assert isinstance(row[3], bytes)
        made = x509.load_der_x509_certificate(row[3])
        assert made.public_bytes(Encoding.DER) == row[3]
