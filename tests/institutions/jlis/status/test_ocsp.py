"""Certificates' status over HTTP: OpenSSL asks, the database says, and a change shows in the next answer."""

from __future__ import annotations

import base64
import itertools
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as theirs

from mynumber.foundation.pki import AUTHENTICATION, der
from mynumber.foundation.pki.ocsp import REQUEST_TYPE, RESPONSE_TYPE
from mynumber.institutions.jlis.certification.words import CertificateReason, StoredState
from tests.institutions.jlis.status.service import Service
from tests.support.tools import needs
from tests.support.waiting import eventually

Status = theirs.OCSPCertStatus
_serials = itertools.count(0x1000)


@pytest.fixture
def serial() -> int:
    """A serial number of this test alone."""
    return next(_serials)


def request_for(
    service: Service, serial: int, *, nonce: bytes | None = None, kind: str = "authentication"
) -> bytes:
    """What a verifier asks about a certificate of the newest CA."""
    authority = service.authorities[kind].certificate
    name = hashes.Hash(hashes.SHA1())  # noqa: S303 - it names an issuer, nothing more
    name.update(authority.subject.public_bytes())
    key_hash = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    builder = theirs.OCSPRequestBuilder().add_certificate_by_hash(
        name.finalize(),
        key_hash,
        serial,
        hashes.SHA1(),  # noqa: S303
    )
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


def check(
    service: Service, serial: int, *, nonce: bytes | None = None, kind: str = "authentication"
) -> theirs.OCSPResponse:
    """Ask as the bank does."""
    answer = service.ask(
        "POST",
        f"/ocsp/{kind}",
        request_for(service, serial, nonce=nonce, kind=kind),
        key=service.keys["bank"],
        content_type=REQUEST_TYPE,
    )
    assert (answer.status, answer.headers["content-type"]) == (200, RESPONSE_TYPE), answer.body
    return theirs.load_der_ocsp_response(answer.body)


# --- OpenSSL ------------------------------------------------------------------------------------------------


def openssl_says(service: Service, *words: str | Path, kind: str = "authentication") -> str:
    """What `openssl ocsp` prints when the bank asks."""
    root = service.root(kind)
    command = [
        *("openssl", "ocsp", "-url", f"{service.url}/ocsp/{kind}", "-issuer", root, "-CAfile", root),
        *("-header", f"Authorization=Bearer {service.keys['bank']}", *words),
    ]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@needs("openssl")
@pytest.mark.parametrize("digest", ["-sha1", "-sha256"])
@pytest.mark.parametrize("nonce", ["-nonce", "-no_nonce"])
def test_openssl_hears_good_suspended_revoked_and_unknown(
    service: Service, tmp_path: Path, digest: str, nonce: str
) -> None:
    good, held, gone, never = (next(_serials) for _ in range(4))
    service.add_certificate(good)
    service.add_certificate(held, state=StoredState.SUSPENDED, reason=CertificateReason.REPORTED_LOST)
    service.add_certificate(gone, state=StoredState.REVOKED, reason=CertificateReason.RETURNED)
    asked: list[str] = []
    for number in (good, held, gone, never):
        leaf = tmp_path / f"{number}"
        leaf.write_bytes(service.leaf(number).public_bytes(Encoding.PEM))
        asked += ["-cert", str(leaf)]
    heard = openssl_says(service, digest, *asked, nonce)
    assert "Response verify OK" in heard
    assert "WARNING" not in heard
    assert f"{tmp_path}/{good}: good" in heard
    assert f"{tmp_path}/{held}: revoked" in heard
    assert "Reason: certificateHold" in heard
    assert f"{tmp_path}/{gone}: revoked" in heard
    assert "Reason: cessationOfOperation" in heard
    assert f"{tmp_path}/{never}: unknown" in heard


@needs("openssl")
def test_openssl_checks_a_signature_certificate_at_the_other_address(service: Service, serial: int) -> None:
    service.add_certificate(serial, kind="signature")
    assert f"0x{serial:x}: good" in openssl_says(service, "-serial", f"0x{serial:x}", kind="signature")
    assert (
        theirs.OCSPResponseStatus.UNAUTHORIZED
        is theirs.load_der_ocsp_response(
            service.ask(
                "POST",
                "/ocsp/authentication",
                request_for(service, serial, kind="signature"),
                key=service.keys["bank"],
                content_type=REQUEST_TYPE,
            ).body
        ).response_status
    )


@needs("openssl")
def test_openssl_verifies_a_path_with_the_certificate_that_is_published(
    service: Service, tmp_path: Path
) -> None:
    leaf = tmp_path / "leaf"
    leaf.write_bytes(service.leaf(next(_serials)).public_bytes(Encoding.PEM))
    published = service.ask("GET", "/certificates/ca-authentication-1.cer")
    assert published.headers["content-type"] == "application/pkix-cert"
    root = tmp_path / "root"
    root.write_bytes(x509.load_der_x509_certificate(published.body).public_bytes(Encoding.PEM))
    done = subprocess.run(
        ["openssl", "verify", "-ignore_critical", "-CAfile", root, leaf],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_pkilint_finds_nothing_in_an_answer(service: Service, serial: int, tmp_path: Path) -> None:
    service.add_certificate(serial, state=StoredState.REVOKED, reason=CertificateReason.LOST)
    response = tmp_path / "response"
    response.write_bytes(check(service, serial, nonce=b"n" * 32).public_bytes(Encoding.DER))
    linter = Path(sys.executable).parent / "lint_ocsp_response"
    done = subprocess.run([linter, "lint", response], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")


# --- a change shows at once ---------------------------------------------------------------------------------


def test_a_card_lost_and_found_shows_in_the_very_next_answer(service: Service, serial: int) -> None:
    service.add_certificate(serial)
    for nonce in (None, b"n" * 16):
        assert check(service, serial, nonce=nonce).certificate_status is Status.GOOD
        service.set_state(serial, StoredState.SUSPENDED, CertificateReason.REPORTED_LOST)
        held = check(service, serial, nonce=nonce)
        assert held.certificate_status is Status.REVOKED
        assert held.revocation_reason is x509.ReasonFlags.certificate_hold
        service.set_state(serial, StoredState.GOOD)
        assert check(service, serial, nonce=nonce).certificate_status is Status.GOOD


def test_a_pre_produced_answer_is_given_again_and_replaced_when_the_state_changes(
    service: Service, serial: int
) -> None:
    service.add_certificate(serial)
    first = check(service, serial)
    assert check(service, serial).signature == first.signature, "the same bytes"
    assert check(service, serial, nonce=b"n" * 16).signature != first.signature, "signed for this nonce"
    service.set_state(serial, StoredState.REVOKED, CertificateReason.LOST)
    revoked = check(service, serial)
    assert revoked.certificate_status is Status.REVOKED
    assert revoked.revocation_reason is x509.ReasonFlags.key_compromise
    assert check(service, serial).signature == revoked.signature


def test_an_unknown_certificate_is_good_once_it_is_issued(service: Service, serial: int) -> None:
    assert check(service, serial).certificate_status is Status.UNKNOWN
    service.add_certificate(serial)
    assert check(service, serial).certificate_status is Status.GOOD


def test_an_answer_says_when(service: Service, serial: int) -> None:
    service.add_certificate(serial)
    before = datetime.now(UTC).replace(microsecond=0)
    response = check(service, serial, nonce=b"n")
    assert before <= response.this_update_utc <= datetime.now(UTC)
    assert response.next_update_utc == response.this_update_utc + timedelta(minutes=10)


def test_what_is_not_committed_is_not_said(service: Service, serial: int) -> None:
    service.add_certificate(serial)
    with service.tables.transaction():
        service.set_state(serial, StoredState.SUSPENDED, CertificateReason.REPORTED_LOST)
        assert check(service, serial).certificate_status is Status.GOOD
    assert check(service, serial).certificate_status is Status.REVOKED


# --- generations --------------------------------------------------------------------------------------------


def test_each_generation_of_a_ca_is_answered_by_a_responder_of_its_own(service: Service, serial: int) -> None:
    older = service.authorities["authentication"]
    service.add_certificate(serial)
    asked_of_older = request_for(service, serial)
    newer = service.add_authority(AUTHENTICATION)
    # The service finds the new CA by itself, and has a responder certified by it.
    eventually(lambda: service.ask("GET", "/certificates/ca-authentication-2.cer").status == 200)
    eventually(lambda: service.missing() == [])
    of_older = theirs.load_der_ocsp_response(
        service.ask(
            "POST",
            "/ocsp/authentication",
            asked_of_older,
            key=service.keys["bank"],
            content_type=REQUEST_TYPE,
        ).body
    )
    of_newer = check(service, serial)
    assert (of_older.certificate_status, of_newer.certificate_status) == (Status.GOOD, Status.UNKNOWN)
    for response, authority in ((of_older, older), (of_newer, newer)):
        response.certificates[0].verify_directly_issued_by(authority.certificate)


def test_one_request_asks_about_one_ca(service: Service) -> None:
    """An answer has one signature, of one CA's responder."""
    of_one, of_other = (request_for(service, 5, kind=kind) for kind in ("authentication", "signature"))
    # The list of requests is the last thing in both: two of them in one request.
    singles = b"".join(der.Reader(r).inside(0x30).inside(0x30).content(0x30) for r in (of_one, of_other))
    both = der.sequence(der.sequence(der.sequence(singles)))
    answer = service.ask(
        "POST", "/ocsp/authentication", both, key=service.keys["bank"], content_type=REQUEST_TYPE
    )
    assert (
        theirs.load_der_ocsp_response(answer.body).response_status is theirs.OCSPResponseStatus.UNAUTHORIZED
    )


# --- HTTP ---------------------------------------------------------------------------------------------------


def test_a_request_may_stand_in_the_path(service: Service, serial: int) -> None:
    service.add_certificate(serial)
    asked = request_for(service, serial)
    for text in (quote(base64.b64encode(asked).decode(), safe=""), base64.b64encode(asked).decode()):
        answer = service.ask("GET", f"/ocsp/authentication/{text}", key=service.keys["bank"])
        assert answer.headers["content-type"] == RESPONSE_TYPE
        assert theirs.load_der_ocsp_response(answer.body).certificate_status is Status.GOOD


@pytest.mark.parametrize("path", ["!", "AAAA", "MA", "%00", "a" * 3000])
def test_a_path_that_is_no_request_is_a_malformed_one(service: Service, path: str) -> None:
    answer = service.ask("GET", f"/ocsp/authentication/{path}", key=service.keys["bank"])
    assert answer.status == 200
    response = theirs.load_der_ocsp_response(answer.body)
    assert response.response_status is theirs.OCSPResponseStatus.MALFORMED_REQUEST


@pytest.mark.parametrize(
    "body", [b"", b"\x30\x00", b"\0" * 100, b"\x30\x84\xff\xff\xff\xff", b"x" * 17_000, b"x" * 100_000]
)
def test_a_body_that_is_no_request_is_a_malformed_one(service: Service, body: bytes) -> None:
    answer = service.ask(
        "POST", "/ocsp/authentication", body, key=service.keys["bank"], content_type=REQUEST_TYPE
    )
    assert answer.status == 200
    response = theirs.load_der_ocsp_response(answer.body)
    assert response.response_status is theirs.OCSPResponseStatus.MALFORMED_REQUEST


def test_another_type_of_body_is_not_taken(service: Service) -> None:
    answer = service.ask(
        "POST",
        "/ocsp/authentication",
        request_for(service, 1),
        key=service.keys["bank"],
        content_type="text/plain",
    )
    assert answer.status == 415


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/ocsp/authentication"),
        ("PUT", "/ocsp/authentication"),
        ("POST", "/ocsp"),
        ("POST", "/ocsp/phone"),
        ("POST", "/ocsp/authentication/"),
        ("GET", "//ocsp/authentication/AAAA"),
        ("GET", "/"),
    ],
)
def test_other_addresses_are_not_there(service: Service, method: str, path: str) -> None:
    assert service.ask(method, path, key=service.keys["bank"]).status == 404


def test_no_answer_is_kept_by_what_lies_between(service: Service, serial: int) -> None:
    asked = base64.b64encode(request_for(service, serial)).decode()
    answer = service.ask("GET", f"/ocsp/authentication/{asked}", key=service.keys["bank"])
    assert answer.headers["cache-control"] == "no-store"


def test_the_log_names_no_certificate_and_no_key(service: Service) -> None:
    written = (service.folder / "log").read_text()
    assert service.keys["bank"] not in written
    assert "Traceback" not in written
    for number in range(0x1000, next(_serials)):
        assert f"{number:X}" not in written
        assert f'"{number}"' not in written


# --- the database -------------------------------------------------------------------------------------------


def test_a_database_that_was_restarted_is_asked_again_over_new_connections(
    service: Service, serial: int
) -> None:
    service.add_certificate(serial)
    assert check(service, serial, nonce=b"n").certificate_status is Status.GOOD
    with psycopg.connect(service.database.url, autocommit=True) as own:
        own.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
            """
        )

    def answer() -> str:
        asked = request_for(service, serial, nonce=b"n")
        said = service.ask(
            "POST", "/ocsp/authentication", asked, key=service.keys["bank"], content_type=REQUEST_TYPE
        )
        if said.status != 200:
            return str(said.status)
        return theirs.load_der_ocsp_response(said.body).response_status.name

    # While its connections are dying it may have to say so; it never says anything else.
    seen: list[str] = []
    eventually(lambda: seen.append(answer()) or seen[-1] == "SUCCESSFUL")  # type: ignore[func-returns-value]
    assert set(seen[:-1]) <= {"TRY_LATER", "503"}
    service.set_state(serial, StoredState.SUSPENDED, CertificateReason.REPORTED_LOST)
    assert check(service, serial, nonce=b"n").certificate_status is Status.REVOKED
