"""A hierarchy for the next card (P-384, SHA-384) is another profile and nothing else."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from mynumber.foundation.pki import (
    AUTHENTICATION,
    SIGNATURE,
    Algorithm,
    AuthorityDamaged,
    CertificateAuthority,
    IssueRefused,
    Reason,
    Revocation,
    RevocationReason,
    Trust,
    VerificationRefused,
    read_signature_holder,
)
from tests.foundation.pki.hierarchies import (
    EXPIRY,
    HANAKO,
    KATSUSHIKA,
    NOW,
    authentication,
    ec_key,
    rsa_key,
)
from tests.support.tools import needs

AUTHENTICATION_2028, SIGNATURE_2028 = (
    replace(profile, algorithm=Algorithm.P384) for profile in (AUTHENTICATION, SIGNATURE)
)
KEY = ec.generate_private_key(ec.SECP384R1())
STATEMENT = b"a sign-in statement"
CHALLENGE = hashlib.sha384(STATEMENT).digest()


@pytest.fixture(scope="module")
def authority() -> CertificateAuthority:
    return CertificateAuthority.create(now=NOW - timedelta(days=1), profile=AUTHENTICATION_2028)


@pytest.fixture(scope="module")
def leaf(authority: CertificateAuthority) -> bytes:
    return authority.issue_authentication(
        KEY.public_key(), common_name="1", serial=0xABCD, issued_at=NOW, expires_on=EXPIRY, municipality=KATSUSHIKA
    )  # fmt: skip


def trust(authority: CertificateAuthority, *lines: Revocation) -> Trust:
    crl = authority.revocation_list(lines, number=1, now=NOW, municipality=KATSUSHIKA)
    return Trust(roots=[authority.certificate_der()], revocation_lists=[crl], profile=authority.profile)


def as_the_card_signs(statement: bytes) -> bytes:
    """r and s, 48 bytes each."""
    return b"".join(
        number.to_bytes(48) for number in decode_dss_signature(KEY.sign(statement, ec.ECDSA(hashes.SHA384())))
    )


def test_a_holder_signs_in(authority: CertificateAuthority, leaf: bytes) -> None:
    signature = as_the_card_signs(STATEMENT)
    verifier = trust(authority)
    holder = verifier.verify(certificate=leaf, challenge=CHALLENGE, signature=signature, now=NOW)
    assert holder.serial == "ABCD"
    for other in (as_the_card_signs(b"another"), b"", signature + b"\0", bytes(96), b"\xff" * 96):
        with pytest.raises(VerificationRefused, match="bad_signature"):
            verifier.verify(certificate=leaf, challenge=CHALLENGE, signature=other, now=NOW)
    with pytest.raises(ValueError, match="48 bytes"):
        verifier.verify(certificate=leaf, challenge=CHALLENGE[:32], signature=signature, now=NOW)


def test_a_revoked_one_does_not(authority: CertificateAuthority, leaf: bytes) -> None:
    for reason, refusal in (
        (RevocationReason.LOST, Reason.REVOKED),
        (RevocationReason.SUSPENDED, Reason.SUSPENDED),
    ):
        with pytest.raises(VerificationRefused) as refused:
            trust(authority, Revocation(0xABCD, NOW, reason)).check(leaf, at=NOW)
        assert refused.value.reason is refusal


def test_a_holder_signs_documents() -> None:
    authority = CertificateAuthority.create(now=NOW - timedelta(days=1), profile=SIGNATURE_2028)
    certificate = authority.issue_signature(
        KEY.public_key(), holder=HANAKO, municipality=KATSUSHIKA, common_name="1", serial=1, issued_at=NOW, expires_on=EXPIRY
    )  # fmt: skip
    assert trust(authority).check(certificate, at=NOW).serial == "1"
    assert read_signature_holder(certificate) == HANAKO


def test_keys_of_the_other_generation_get_no_certificate(authority: CertificateAuthority) -> None:
    for ca, key in (
        (authority, rsa_key().public_key()),
        (authority, ec_key().public_key()),  # P-256
        (authentication().current, KEY.public_key()),
    ):
        with pytest.raises(IssueRefused, match="key_too_weak"):
            ca.issue_authentication(key, common_name="1", serial=1, issued_at=NOW, expires_on=EXPIRY)


def test_a_verifier_of_one_algorithm_takes_no_other(authority: CertificateAuthority, leaf: bytes) -> None:
    crl = authority.revocation_list([], number=1, now=NOW)
    present = Trust(roots=[authority.certificate_der()], revocation_lists=[crl], profile=AUTHENTICATION)
    with pytest.raises(VerificationRefused, match="wrong_policy"):
        present.check(leaf, at=NOW)


def test_the_authority_survives_its_key_ring(authority: CertificateAuthority) -> None:
    pem, root = authority.key_pem(), authority.certificate_der()
    again = CertificateAuthority.load(key_pem=pem, certificate=root, profile=AUTHENTICATION_2028)
    assert again.certificate == authority.certificate
    with pytest.raises(AuthorityDamaged):
        CertificateAuthority.load(key_pem=pem, certificate=root, profile=AUTHENTICATION)


@needs("openssl")
@pytest.mark.parametrize("revoked", [False, True])
def test_openssl_agrees(authority: CertificateAuthority, leaf: bytes, tmp_path: Path, revoked: bool) -> None:
    lines = [Revocation(0xABCD, NOW)] if revoked else []
    crl = authority.revocation_list(lines, number=1, now=NOW, municipality=KATSUSHIKA)
    (tmp_path / "root.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "leaf.pem").write_bytes(x509.load_der_x509_certificate(leaf).public_bytes(Encoding.PEM))
    (tmp_path / "list.pem").write_bytes(x509.load_der_x509_crl(crl).public_bytes(Encoding.PEM))
    done = subprocess.run(
        [
            "openssl", "verify", "-x509_strict", "-crl_check", "-attime", str(int(NOW.timestamp()) + 60),
            "-CAfile", "root.pem", "-CRLfile", "list.pem", "leaf.pem",
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ("leaf.pem: OK" in done.stdout) is not revoked
    assert ("certificate revoked" in done.stderr) is revoked
