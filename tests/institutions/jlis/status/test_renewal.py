"""The service's own certificates: made, renewed before they end, taken up while it runs."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp as theirs

from mynumber.foundation.pki.ocsp import REQUEST_TYPE
from tests.institutions.jlis.status.service import Service
from tests.institutions.jlis.status.test_ocsp import openssl_says, request_for
from tests.support.tools import needs
from tests.support.waiting import eventually


def renew(service: Service, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "django", "renew_responders", *options],
        env={**os.environ, **service.server.environment},
        capture_output=True,
        text=True,
        check=False,
    )


def age(service: Service, name: str) -> None:
    """Let the certificates of one use be half over."""
    service.tables.execute(
        """
        UPDATE jlis_status_servicecertificate SET not_before = now() - interval '4 days', not_after = now() + interval '3 days'
        WHERE service = %s
        """,
        [name],
    )


def responder(service: Service) -> x509.Certificate:
    answer = service.ask(
        "POST",
        "/ocsp/authentication",
        request_for(service, 1),
        key=service.keys["bank"],
        content_type=REQUEST_TYPE,
    )
    return theirs.load_der_ocsp_response(answer.body).certificates[0]


def test_nothing_is_renewed_before_half_its_time(service: Service) -> None:
    done = renew(service)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("options", "kind"), [((), rsa.RSAPublicKey), (("--elliptic",), ec.EllipticCurvePublicKey)]
)
@needs("openssl")
def test_a_responder_that_is_half_over_gives_way_to_one_with_a_new_key(
    service: Service, options: tuple[str, ...], kind: type
) -> None:
    before = responder(service)
    age(service, "ocsp-authentication")
    done = renew(service, *options)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    assert "利用者証明用電子証明書の有効性確認: 認証局 第1世代" in done.stdout
    eventually(lambda: responder(service) != before)
    after = responder(service)
    assert isinstance(after.public_key(), kind)
    assert after.public_key() != before.public_key()
    assert "Response verify OK" in openssl_says(service, "-serial", "0x1", "-nonce")


def test_a_certificate_whose_key_is_gone_is_replaced(service: Service) -> None:
    newest = service.keyring.generations("tsa")[0]
    (service.keyring.folder / f"tsa.{newest}.pem").unlink()
    assert "タイムスタンプ" in renew(service).stdout


def test_a_ca_whose_key_is_elsewhere_does_not_keep_the_others_from_certifying(service: Service) -> None:
    path = service.keyring.folder / "ca-authentication.1.pem"
    away = service.folder / "away.pem"
    path.rename(away)
    age(service, "ocsp-signature")
    done = renew(service)
    away.rename(path)
    assert done.returncode != 0
    assert "the key of a CA is not here: authentication 1" in done.stderr
    assert "署名用電子証明書の有効性確認" in done.stdout
