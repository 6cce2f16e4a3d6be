"""OpenSSL judges: paths with two generations of one name, lists of municipalities, the responder's and the time-stamping certificates."""

from __future__ import annotations

import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mynumber.foundation.pki import (
    AUTHENTICATION,
    SIGNATURE,
    CertificateAuthority,
    HierarchyProfile,
    Medium,
    Municipality,
    Revocation,
    RevocationReason,
)
from tests.foundation.pki.hierarchies import (
    CHUO,
    KATSUSHIKA,
    NOW,
    Hierarchy,
    authentication,
    rsa_key,
    signature,
)
from tests.support.tools import needs

pytestmark = needs("openssl")
SERIAL = 0x1234ABCD
both = pytest.mark.parametrize(
    "hierarchy", [authentication(), signature()], ids=["authentication", "signature"]
)


def pem(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


def list_pem(der: bytes) -> bytes:
    return x509.load_der_x509_crl(der).public_bytes(Encoding.PEM)


def openssl(folder: Path, *arguments: str) -> str:
    """What it says, on either stream."""
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def verify(
    folder: Path,
    leaf: bytes,
    roots: list[bytes],
    lists: list[bytes],
    *,
    at: datetime = NOW + timedelta(minutes=1),
    purpose: tuple[str, ...] = (),
) -> str:
    """openssl verify with every strictness it has."""
    (folder / "leaf.pem").write_bytes(pem(leaf))
    (folder / "roots.pem").write_bytes(b"".join(map(pem, roots)))
    (folder / "lists.pem").write_bytes(b"".join(map(list_pem, lists)))
    return openssl(
        folder, "verify", "-x509_strict", "-crl_check", *purpose, "-attime", str(int(at.timestamp())),
        "-CAfile", "roots.pem", "-CRLfile", "lists.pem", "leaf.pem",
    )  # fmt: skip


def lists_of(
    hierarchy: Hierarchy, municipality: Municipality = KATSUSHIKA, *revocations: Revocation
) -> list[bytes]:
    """Of both generations; the lines stand on the list of the current one."""
    return [
        hierarchy.older.revocation_list([], number=1, now=NOW, municipality=municipality),
        hierarchy.current.revocation_list(revocations, number=1, now=NOW, municipality=municipality),
    ]


def policy(hierarchy: Hierarchy, medium: Medium = Medium.CARD) -> tuple[str, ...]:
    return (
        "-policy_check",
        "-explicit_policy",
        "-policy",
        hierarchy.current.profile.policies[medium].dotted_string,
    )


@both
@pytest.mark.parametrize("newest_first", [True, False])
def test_generations_of_one_name_are_told_apart(
    hierarchy: Hierarchy, newest_first: bool, tmp_path: Path
) -> None:
    roots = [hierarchy.older.certificate_der(), hierarchy.current.certificate_der()]
    lists = lists_of(hierarchy)
    if newest_first:
        roots.reverse()
        lists.reverse()
    for authority in (hierarchy.older, hierarchy.current):
        leaf = hierarchy.leaf(of=authority)
        said = verify(tmp_path, leaf, roots, lists, purpose=policy(hierarchy))
        assert said == "leaf.pem: OK\n"


@both
@pytest.mark.parametrize("medium", Medium)
def test_policies_are_found(hierarchy: Hierarchy, medium: Medium, tmp_path: Path) -> None:
    root, leaf = [hierarchy.current.certificate_der()], hierarchy.leaf(medium=medium)
    for asked in Medium:
        said = verify(tmp_path, leaf, root, lists_of(hierarchy)[1:], purpose=policy(hierarchy, asked))
        assert ("leaf.pem: OK" in said) is (asked is medium)
        assert ("no explicit policy" in said) is (asked is not medium)


@both
@pytest.mark.parametrize("reason", [RevocationReason.LOST, RevocationReason.SUSPENDED])
def test_revoked_and_suspended_are_refused(
    hierarchy: Hierarchy, reason: RevocationReason, tmp_path: Path
) -> None:
    root = [hierarchy.current.certificate_der()]
    line = Revocation(SERIAL, NOW, reason)
    said = verify(tmp_path, hierarchy.leaf(SERIAL), root, lists_of(hierarchy, KATSUSHIKA, line)[1:])
    assert "certificate revoked" in said
    other = verify(tmp_path, hierarchy.leaf(SERIAL + 1), root, lists_of(hierarchy, KATSUSHIKA, line)[1:])
    assert "leaf.pem: OK" in other


@both
def test_the_list_of_another_municipality_does_not_do(hierarchy: Hierarchy, tmp_path: Path) -> None:
    root, leaf = [hierarchy.current.certificate_der()], hierarchy.leaf(SERIAL)
    elsewhere = lists_of(hierarchy, CHUO, Revocation(SERIAL, NOW))[1:]
    assert "different CRL scope" in verify(tmp_path, leaf, root, elsewhere)
    assert "leaf.pem: OK" in verify(tmp_path, leaf, root, elsewhere + lists_of(hierarchy)[1:])


@both
def test_a_list_of_the_whole_ca_does(hierarchy: Hierarchy, tmp_path: Path) -> None:
    root, leaf = [hierarchy.current.certificate_der()], hierarchy.leaf(SERIAL)
    whole = hierarchy.current.revocation_list([], number=1, now=NOW)
    assert "leaf.pem: OK" in verify(tmp_path, leaf, root, [whole])


@both
def test_expired_and_not_yet_valid_are_refused(hierarchy: Hierarchy, tmp_path: Path) -> None:
    root, leaf = [hierarchy.current.certificate_der()], hierarchy.leaf(expires_on=date(2026, 11, 22))
    last = datetime(2026, 11, 22, 14, 59, 59, tzinfo=UTC)
    lists = lists_of(hierarchy)[1:]
    # RFC 5280 counts the last second in; OpenSSL does not, whoever made the certificate.
    assert "leaf.pem: OK" in verify(tmp_path, leaf, root, lists, at=last - timedelta(seconds=1))
    over = verify(tmp_path, leaf, root, lists, at=last + timedelta(seconds=1))
    assert "certificate has expired" in over
    early = verify(tmp_path, leaf, root, lists, at=NOW - timedelta(seconds=1))
    assert "certificate is not yet valid" in early


@both
def test_another_ca_is_refused(hierarchy: Hierarchy, tmp_path: Path) -> None:
    leaf, lists = hierarchy.leaf(), lists_of(hierarchy)
    assert "unable to get local issuer certificate" in verify(
        tmp_path, leaf, [hierarchy.older.certificate_der()], lists
    )
    stranger = CertificateAuthority.create(
        now=NOW - timedelta(days=1), profile=hierarchy.current.profile, key=rsa_key(3)
    )
    assert "unable to get local issuer certificate" in verify(
        tmp_path, leaf, [stranger.certificate_der()], lists
    )
    other = (signature() if hierarchy is authentication() else authentication()).current
    assert "unable to get local issuer certificate" in verify(
        tmp_path, leaf, [other.certificate_der()], lists
    )


@both
def test_a_long_list_is_read(hierarchy: Hierarchy, tmp_path: Path) -> None:
    lines = [Revocation(serial, NOW, RevocationReason.RETURNED) for serial in range(1, 50_001)]
    (tmp_path / "list.der").write_bytes(
        hierarchy.current.revocation_list(lines, number=1, now=NOW, municipality=KATSUSHIKA)
    )
    (tmp_path / "root.pem").write_bytes(pem(hierarchy.current.certificate_der()))
    said = openssl(
        tmp_path, "crl", "-in", "list.der", "-inform", "DER", "-CAfile", "root.pem", "-text", "-noout"
    )
    assert "verify OK" in said
    assert said.count("Cessation Of Operation") == 50_000


# --- services: by the clock of this machine, which openssl's own responder and time-stamping authority use ----


def keep(folder: Path, name: str, key: rsa.RSAPrivateKey, certificate: bytes) -> None:
    (folder / f"{name}.pem").write_bytes(pem(certificate))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{name}.key").write_bytes(secret)


@pytest.mark.parametrize("profile", [AUTHENTICATION, SIGNATURE], ids=["authentication", "signature"])
def test_openssl_answers_for_the_ca_with_the_responders_certificate(
    profile: HierarchyProfile, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    issuer = CertificateAuthority.create(now=now - timedelta(days=1), profile=profile, key=rsa_key(1))
    newer = CertificateAuthority.create(now=now - timedelta(days=1), profile=profile, key=rsa_key(2))
    stranger = newer.issue_ocsp_responder(
        rsa_key(5).public_key(), serial=8, issued_at=now - timedelta(hours=1)
    )
    own = issuer.issue_ocsp_responder(rsa_key(5).public_key(), serial=7, issued_at=now - timedelta(hours=1))
    (tmp_path / "issuer.pem").write_bytes(pem(issuer.certificate_der()))
    (tmp_path / "roots.pem").write_bytes(pem(newer.certificate_der()) + pem(issuer.certificate_der()))
    (tmp_path / "index.txt").write_text(
        "V\t311231000000Z\t\t0A\tunknown\t/CN=a\nR\t311231000000Z\t261101000000Z\t0B\tunknown\t/CN=b\n"
    )
    openssl(
        tmp_path,
        "ocsp",
        "-no_nonce",
        "-issuer",
        "issuer.pem",
        "-serial",
        "10",
        "-serial",
        "11",
        "-reqout",
        "request.der",
    )
    for certificate, good in ((own, True), (stranger, False)):
        keep(tmp_path, "responder", rsa_key(5), certificate)
        openssl(
            tmp_path, "ocsp", "-index", "index.txt", "-CA", "issuer.pem", "-rsigner", "responder.pem", "-rkey", "responder.key",
            "-reqin", "request.der", "-respout", "response.der", "-ndays", "1",
        )  # fmt: skip
        said = openssl(
            tmp_path, "ocsp", "-no_nonce", "-respin", "response.der", "-issuer", "issuer.pem", "-serial", "10", "-serial", "11", "-CAfile", "roots.pem",
        )  # fmt: skip
        assert ("Response verify OK" in said) is good, said
        assert "10: good" in said
        assert "11: revoked" in said


@pytest.mark.parametrize("generation", ["older", "current"])
def test_openssl_stamps_with_the_time_stamping_certificate(generation: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    authorities = {
        name: CertificateAuthority.create(now=now - timedelta(days=1), profile=SIGNATURE, key=rsa_key(number))
        for name, number in (("older", 1), ("current", 2))
    }
    certificate = authorities[generation].issue_time_stamping(
        rsa_key(5).public_key(), serial=7, issued_at=now - timedelta(hours=1)
    )
    keep(tmp_path, "tsa", rsa_key(5), certificate)
    (tmp_path / "roots.pem").write_bytes(b"".join(pem(one.certificate_der()) for one in authorities.values()))
    (tmp_path / "stranger.pem").write_bytes(pem(authentication().current.certificate_der()))
    (tmp_path / "document").write_bytes(b"a document")
    (tmp_path / "serial").write_text("01\n")
    (tmp_path / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa = own\n[own]\nserial = serial\ncrypto_device = builtin\nsigner_cert = tsa.pem\nsigner_key = tsa.key\n"
        "signer_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha256\naccuracy = secs:1\ness_cert_id_alg = sha256\n"
    )
    openssl(tmp_path, "ts", "-query", "-data", "document", "-sha256", "-cert", "-out", "query.tsq")
    openssl(tmp_path, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr")
    check = ("ts", "-verify", "-data", "document", "-in", "reply.tsr", "-CAfile")
    assert "Verification: OK" in openssl(tmp_path, *check, "roots.pem")
    assert "Verification: FAILED" in openssl(tmp_path, *check, "stranger.pem")
