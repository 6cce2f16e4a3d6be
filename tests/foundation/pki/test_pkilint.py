"""pkilint (RFC 5280) judges every profile; docs/protocols/certification-profiles.md explains all that it says, and nothing else."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pkilint.bin import lint_crl, lint_pkix_cert, lint_pkix_signer_signee_cert_chain

from mynumber.foundation.pki import (
    AUTHENTICATION,
    Algorithm,
    CertificateAuthority,
    Medium,
    Revocation,
    RevocationReason,
)
from tests.foundation.pki.hierarchies import (
    EXPIRY,
    KATSUSHIKA,
    NOW,
    authentication,
    ec_key,
    rsa_key,
    signature,
)

DOCUMENT = Path(__file__).parents[3] / "docs" / "protocols" / "certification-profiles.md"
Findings = set[tuple[str, str]]
"""Codes and severities."""


def certificates() -> dict[str, tuple[bytes, CertificateAuthority]]:
    """Every kind of certificate, and who issued it."""
    authenticating, signing = authentication(), signature()
    naming_its_use = CertificateAuthority.create(
        now=NOW - timedelta(days=1),
        profile=replace(AUTHENTICATION, client_authentication_usage=True),
        key=rsa_key(3),
    )
    next_card = CertificateAuthority.create(
        now=NOW - timedelta(days=1), profile=replace(AUTHENTICATION, algorithm=Algorithm.P384)
    )
    holder = ec.generate_private_key(ec.SECP384R1()).public_key()
    common = {"serial": 0x0123456789ABCDEF, "issued_at": NOW}
    made = {
        "root-authentication": (authenticating.current.certificate_der(), authenticating.current),
        "root-signature": (signing.current.certificate_der(), signing.current),
        "authentication": (authenticating.leaf(), authenticating.current),
        "authentication-client": (authenticating.leaf(of=naming_its_use), naming_its_use),
        "authentication-phone": (authenticating.leaf(medium=Medium.PHONE), authenticating.current),
        "signature": (signing.leaf(), signing.current),
        "signature-phone": (signing.leaf(medium=Medium.PHONE), signing.current),
        "root-p384": (next_card.certificate_der(), next_card),
        "authentication-p384": (
            next_card.issue_authentication(holder, common_name="1", expires_on=EXPIRY, **common),  # type: ignore[arg-type]
            next_card,
        ),
    }
    for suffix, key in (("", rsa_key(5).public_key()), ("-p256", ec_key().public_key())):
        responder = authenticating.current.issue_ocsp_responder(key, **common)  # type: ignore[arg-type]
        stamping = signing.current.issue_time_stamping(key, **common)  # type: ignore[arg-type]
        made[f"responder{suffix}"] = responder, authenticating.current
        made[f"time-stamping{suffix}"] = stamping, signing.current
    return made


def lists() -> dict[str, bytes]:
    """Every kind of list."""
    authority = signature().current
    lines = [Revocation(serial, NOW, reason) for serial, reason in enumerate(RevocationReason, 1)]
    return {
        "municipality": authority.revocation_list(lines, number=1, now=NOW, municipality=KATSUSHIKA),
        "whole": authority.revocation_list(lines, number=1, now=NOW),
        "empty": authority.revocation_list([], number=2**64, now=NOW, municipality=KATSUSHIKA),
    }


@pytest.fixture
def lint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[Callable[[list[str]], int], list[bytes], list[str]], Findings]:
    """Run a linter over DER files."""

    def run(linter: Callable[[list[str]], int], files: list[bytes], options: list[str]) -> Findings:
        paths = []
        for number, content in enumerate(files):
            path = tmp_path / f"{number}.der"
            path.write_bytes(content)
            paths.append(str(path))
        capsys.readouterr()
        linter(["lint", *options, "-f", "CSV", "-s", "INFO", "--document-format", "DER", *paths])
        said = capsys.readouterr()
        assert said.err == ""
        return {(row["code"], row["severity"]) for row in csv.DictReader(said.out.strip().splitlines())}

    return run


Lint = Callable[[Callable[[list[str]], int], list[bytes], list[str]], Findings]


def explained() -> dict[tuple[str, str], set[str]]:
    """The table of the document: finding and severity -> where."""
    rows = re.findall(
        r"^\| `(pkix\.\w+)` \| ([A-Z]+) \| ([^|]+) \| [^|]{20,} \|$", DOCUMENT.read_text(), re.MULTILINE
    )
    return {(code, severity): set(where.split(", ")) for code, severity, where in rows}


def test_every_finding_on_a_certificate_is_explained_and_every_explanation_is_needed(lint: Lint) -> None:
    found: dict[tuple[str, str], set[str]] = {}
    for name, (certificate, _) in certificates().items():
        for finding in lint(lint_pkix_cert.main, [certificate], []):
            found.setdefault(finding, set()).add(name)
    assert found == explained()


@pytest.mark.parametrize("name", [name for name in certificates() if not name.startswith("root")])
def test_certificate_and_root_fit_together(lint: Lint, name: str) -> None:
    certificate, authority = certificates()[name]
    pair = [authority.certificate_der(), certificate]
    assert lint(lint_pkix_signer_signee_cert_chain.main, pair, []) == set()


@pytest.mark.parametrize("name", lists())
def test_lists_have_no_finding(lint: Lint, name: str) -> None:
    assert lint(lint_crl.main, [lists()[name]], ["-t", "CRL", "-p", "PKIX"]) == set()


def test_the_linter_finds_what_is_wrong(lint: Lint) -> None:
    """A control: the silence above says something."""
    key: rsa.RSAPrivateKey = rsa_key(1)
    name = x509.Name([])
    bare = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + timedelta(days=1))
    certificate = bare.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    found = {code for code, severity in lint(lint_pkix_cert.main, [certificate], []) if severity == "ERROR"}
    assert found == {"pkix.authority_key_identifier_extension_absent", "pkix.name_empty"}
    crl = (
        x509.CertificateRevocationListBuilder(name, NOW, NOW + timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    assert lint(lint_crl.main, [crl], ["-t", "CRL", "-p", "PKIX"])
    other = [authentication().older.certificate_der(), authentication().leaf()]
    assert lint(lint_pkix_signer_signee_cert_chain.main, other, [])
