"""The CA: its root, its leaves, its lists, and the judgement of OpenSSL on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from mynumber.foundation.pki import (
    AUTHENTICATION,
    AuthorityDamaged,
    CertificateAuthority,
    IssueReason,
    IssueRefused,
)

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
EXPIRY = date(2031, 5, 3)


@pytest.fixture(scope="module")
def authority() -> CertificateAuthority:
    return CertificateAuthority.create(now=NOW)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def leaf(authority: CertificateAuthority, key: rsa.RSAPrivateKey) -> bytes:
    return authority.issue_authentication(
        key.public_key(), common_name="2026112200000001", serial=0x1234ABCD, issued_at=NOW, expires_on=EXPIRY
    )


def test_the_root_is_a_simulation_and_says_so(authority: CertificateAuthority) -> None:
    root = authority.certificate
    assert root.subject == root.issuer
    assert "O=JPKI-TEST" in root.subject.rfc4514_string()
    assert "Simulation" in root.subject.rfc4514_string()
    assert root.not_valid_after_utc == datetime(2036, 11, 22, 14, 59, 59, tzinfo=UTC)
    kinds = [(type(extension.value).__name__, extension.critical) for extension in root.extensions]
    assert kinds == [
        ("KeyUsage", True),
        ("SubjectAlternativeName", False),
        ("BasicConstraints", True),
        ("CRLDistributionPoints", False),
        ("SubjectKeyIdentifier", False),
    ]


def test_a_leaf_says_nothing_of_its_holder(leaf: bytes) -> None:
    certificate = x509.load_der_x509_certificate(leaf)
    assert certificate.subject.rfc4514_string() == "CN=2026112200000001,C=JP"
    assert certificate.not_valid_before_utc == NOW
    assert certificate.not_valid_after_utc == datetime(2031, 5, 3, 14, 59, 59, tzinfo=UTC)
    kinds = {type(extension.value).__name__: extension.critical for extension in certificate.extensions}
    assert kinds == {
        "KeyUsage": True,
        "CertificatePolicies": True,
        "IssuerAlternativeName": False,
        "CRLDistributionPoints": False,
        "AuthorityKeyIdentifier": False,
        "SubjectKeyIdentifier": False,
    }
    policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    assert [policy.policy_identifier.dotted_string for policy in policies] == ["1.2.392.200149.8.5.1.3.30"]


def test_extended_key_usage_is_a_choice_of_the_profile(key: rsa.RSAPrivateKey) -> None:
    authority = CertificateAuthority.create(
        now=NOW, profile=replace(AUTHENTICATION, client_authentication_usage=True)
    )
    leaf = authority.issue_authentication(
        key.public_key(), common_name="x", serial=1, issued_at=NOW, expires_on=EXPIRY
    )
    extensions = x509.load_der_x509_certificate(leaf).extensions
    usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]


@pytest.mark.parametrize(
    ("expires_on", "common_name", "reason"),
    [
        (date(2026, 11, 21), "x", IssueReason.ALREADY_OVER),
        (date(2036, 11, 23), "x", IssueReason.OUTLIVES_AUTHORITY),
        (EXPIRY, "", IssueReason.BAD_COMMON_NAME),
        (EXPIRY, "x" * 65, IssueReason.BAD_COMMON_NAME),
        (EXPIRY, "山田", IssueReason.BAD_COMMON_NAME),
        (EXPIRY, "a\nb", IssueReason.BAD_COMMON_NAME),
    ],
)
def test_what_the_authority_does_not_issue(
    authority: CertificateAuthority,
    key: rsa.RSAPrivateKey,
    expires_on: date,
    common_name: str,
    reason: IssueReason,
) -> None:
    with pytest.raises(IssueRefused) as refused:
        authority.issue_authentication(
            key.public_key(), common_name=common_name, serial=1, issued_at=NOW, expires_on=expires_on
        )
    assert refused.value.reason is reason


def test_a_weak_key_gets_no_certificate(authority: CertificateAuthority) -> None:
    weak = rsa.generate_private_key(65537, 1024).public_key()  # noqa: S505 - it is refused
    with pytest.raises(IssueRefused, match="key_too_weak"):
        authority.issue_authentication(weak, common_name="x", serial=1, issued_at=NOW, expires_on=EXPIRY)


def test_the_authority_survives_its_key_ring(authority: CertificateAuthority, key: rsa.RSAPrivateKey) -> None:
    again = CertificateAuthority.load(key_pem=authority.key_pem(), certificate=authority.certificate_der())
    leaf = again.issue_authentication(
        key.public_key(), common_name="x", serial=1, issued_at=NOW, expires_on=EXPIRY
    )
    x509.load_der_x509_certificate(leaf).verify_directly_issued_by(authority.certificate)


def test_a_key_that_is_not_the_authoritys_is_refused(authority: CertificateAuthority) -> None:
    other = CertificateAuthority.create(now=NOW)
    for key_pem, certificate in (
        (other.key_pem(), authority.certificate_der()),
        (b"no key", authority.certificate_der()),
        (authority.key_pem(), b"no certificate"),
    ):
        with pytest.raises(AuthorityDamaged):
            CertificateAuthority.load(key_pem=key_pem, certificate=certificate)


def test_the_authority_does_not_print_its_key(authority: CertificateAuthority) -> None:
    assert "key" not in repr(authority).replace("KeyUsage", "")
