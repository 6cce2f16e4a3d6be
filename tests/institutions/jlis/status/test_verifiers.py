"""Who may ask, and what is counted for whom, also when the process is killed."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509 import ocsp as theirs

from mynumber.foundation.pki.ocsp import REQUEST_TYPE
from tests.institutions.jlis.status.service import Answer, Service
from tests.institutions.jlis.status.test_ocsp import request_for
from tests.support.waiting import eventually

AUTHENTICATION, SIGNATURE = "authentication_check", "signature_check"


def ask(service: Service, key: str | None, *, kind: str = "authentication", serial: int = 1) -> Answer:
    body = request_for(service, serial, kind=kind)
    return service.ask("POST", f"/ocsp/{kind}", body, key=key, content_type=REQUEST_TYPE)


# --- who ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [None, "", "nobody's key", "x" * 10_000, "鍵"], ids=str)
def test_nobody_without_a_registered_key_is_answered(service: Service, key: str | None) -> None:
    shown = None if key is None else key.encode().decode("latin-1")
    for answer in (
        ask(service, shown),
        service.ask("GET", "/ocsp/authentication/AAAA", key=shown),
        service.ask("GET", "/revocation-lists/authentication/131229.crl", key=shown),
    ):
        assert answer.status == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="J-LIS"'
        assert "検証者として登録" in answer.body.decode()
        assert "Register with J-LIS" in answer.body.decode()


@pytest.mark.parametrize("header", ["Basic {}", "{}", "Bearer", "Bearer  ", "Bearer {} {}", "Bearer,{}"])
def test_a_key_is_shown_in_one_way(service: Service, header: str) -> None:
    key = service.keys["bank"]
    body = request_for(service, 1)
    shown = header.replace("{}", key)
    answer = service.ask("POST", "/ocsp/authentication", body, content_type=REQUEST_TYPE, authorization=shown)
    assert answer.status == 401
    for right in (f"Bearer {key}", f"bearer {key}", f"BEARER  {key} "):
        answer = service.ask(
            "POST", "/ocsp/authentication", body, content_type=REQUEST_TYPE, authorization=right
        )
        assert answer.status == 200


def test_a_verifier_of_one_kind_is_not_told_the_other(service: Service) -> None:
    key = service.add_verifier("shop", "authentication", "links")
    assert ask(service, key).status == 200
    refused = ask(service, key, kind="signature")
    assert refused.status == 403
    assert "登録されていません" in refused.body.decode()
    assert service.ask("GET", "/revocation-lists/signature/131229.crl", key=key).status == 403


def test_a_verifier_that_was_struck_off_is_refused(service: Service) -> None:
    key = service.add_verifier("gone", "authentication")
    assert ask(service, key).status == 200
    service.end_verifier("gone")
    # Within a second: the answer to who holds a key is kept no longer.
    eventually(lambda: ask(service, key).status == 401)


def test_a_new_verifier_is_answered_at_once_although_its_key_was_refused_before(service: Service) -> None:
    key = service.add_verifier("late", "authentication")
    service.end_verifier("late")
    assert ask(service, key).status == 401
    service.tables.execute("UPDATE jlis_certification_verifier SET ended_at = NULL WHERE identifier = 'late'")
    assert ask(service, key).status == 200


# --- counting -----------------------------------------------------------------------------------------------


def test_every_answered_check_is_counted_by_kind(service: Service) -> None:
    key = service.add_verifier("counted", "authentication", "signature")
    for _ in range(5):
        ask(service, key)  # pre-produced from the second on, and counted all the same
    for _ in range(3):
        ask(service, key, kind="signature")
    eventually(lambda: service.used("counted") == {AUTHENTICATION: 5, SIGNATURE: 3})


def test_what_was_not_answered_is_not_counted(service: Service) -> None:
    key = service.add_verifier("unlucky", "authentication")
    service.ask("POST", "/ocsp/authentication", b"", key=key, content_type=REQUEST_TYPE)
    service.ask("POST", "/ocsp/authentication", b"", key=key, content_type="text/plain")
    of_another_ca = request_for(service, 1, kind="signature")
    answer = service.ask("POST", "/ocsp/authentication", of_another_ca, key=key, content_type=REQUEST_TYPE)
    assert (
        theirs.load_der_ocsp_response(answer.body).response_status is theirs.OCSPResponseStatus.UNAUTHORIZED
    )
    ask(service, key, kind="signature")
    ask(service, key)
    eventually(lambda: service.used("unlucky") != {})
    assert service.used("unlucky") == {AUTHENTICATION: 1}


def test_a_killed_process_loses_at_most_what_was_not_written_yet(service: Service) -> None:
    key = service.add_verifier("patient", "authentication")
    for _ in range(20):
        ask(service, key)
    eventually(lambda: service.used("patient") == {AUTHENTICATION: 20})
    for _ in range(7):
        assert ask(service, key).status == 200
    service.server.kill()
    kept = service.used("patient")[AUTHENTICATION]
    assert 20 <= kept <= 27, "what was written stays, and nothing is counted that was not answered"
    service.start()
    for _ in range(3):
        ask(service, key)
    eventually(lambda: service.used("patient") == {AUTHENTICATION: kept + 3})


def test_a_process_that_is_stopped_loses_nothing(service: Service) -> None:
    key = service.add_verifier("orderly", "authentication")
    for _ in range(9):
        ask(service, key)
    service.server.stop()
    assert service.used("orderly") == {AUTHENTICATION: 9}
    service.start()


def test_after_a_restart_the_same_responder_answers(service: Service) -> None:
    def responder() -> x509.Certificate:
        return theirs.load_der_ocsp_response(ask(service, service.keys["bank"]).body).certificates[0]

    before = responder()
    service.server.kill()
    service.start()
    assert responder() == before
    assert len(service.keyring.generations("ocsp-authentication")) == 1
