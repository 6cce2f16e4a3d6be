"""A CA with its responder and its time-stamping authority, and programs of others that judge their answers."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from mynumber.foundation.pki import AUTHENTICATION, SIGNATURE, CertificateAuthority
from mynumber.foundation.pki.ocsp import Responder
from mynumber.foundation.pki.signing import DerSigner, SigningKey
from mynumber.foundation.pki.timestamp import StampingAuthority

NOW = datetime.now(UTC).replace(microsecond=0)
"""OpenSSL judges by its own clock."""
POLICY = "2.25.1"
SERIAL = 0x1234ABCD


@dataclass(frozen=True, slots=True)
class Parts:
    """What stands behind a status service."""

    authority: CertificateAuthority
    responder: Responder
    responder_key: SigningKey
    stamping: StampingAuthority
    leaf: x509.Certificate


@cache
def parts(*, elliptic: bool = False, signature: bool = False) -> Parts:
    """Keys are slow to make: one of each kind a run."""
    authority = CertificateAuthority.create(now=NOW, profile=SIGNATURE if signature else AUTHENTICATION)
    keys: list[SigningKey] = [
        ec.generate_private_key(ec.SECP256R1()) if elliptic else rsa.generate_private_key(65537, 2048)
        for _ in range(2)
    ]
    certificates = [
        issue(key.public_key(), serial=number, issued_at=NOW)
        for number, (key, issue) in enumerate(
            zip(keys, (authority.issue_ocsp_responder, authority.issue_time_stamping), strict=True), 7
        )
    ]
    responder, stamping = (
        DerSigner.of(key, x509.load_der_x509_certificate(der))
        for key, der in zip(keys, certificates, strict=True)
    )
    return Parts(
        authority, Responder(responder), keys[0], StampingAuthority(stamping, POLICY), _leaf(authority)
    )


def _leaf(authority: CertificateAuthority) -> x509.Certificate:
    key = rsa.generate_private_key(65537, 2048)
    if authority.profile is SIGNATURE:
        return authority.certificate
    return x509.load_der_x509_certificate(
        authority.issue_authentication(
            key.public_key(),
            common_name="A1",
            serial=SERIAL,
            issued_at=NOW,
            expires_on=date(NOW.year + 4, 1, 1),
        )
    )


def pem(certificate: x509.Certificate, path: Path) -> Path:
    """A certificate as a PEM file."""
    path.write_bytes(certificate.public_bytes(Encoding.PEM))
    return path


def openssl(*words: str | Path, expect: int = 0) -> str:
    """Run OpenSSL; both of its outputs."""
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout + done.stderr
