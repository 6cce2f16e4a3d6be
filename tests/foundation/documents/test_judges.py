"""Other people's software on documents that our card signed."""

from __future__ import annotations

import base64
import subprocess
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from signxml.xades.xades import XAdESVerifier

from mynumber.foundation.documents import sign_cms, sign_jws, sign_pdf, sign_xml
from tests.support.signing import SigningHouse, plain_pdf, signing_house
from tests.support.tools import find, needs

CONTENT = "委任状: 花子は太郎に届出を委任します。".encode()
XML = (
    "<届 xmlns='urn:example' 番号='1'><氏名>花子</氏名><ns:額 xmlns:ns='urn:other'>100</ns:額></届>".encode()
)


@pytest.fixture(scope="module")
def house() -> SigningHouse:
    return signing_house()


@pytest.fixture
def root(house: SigningHouse, tmp_path: Path) -> Path:
    """The root as PEM."""
    path = tmp_path / "root.pem"
    path.write_bytes(house.authority.certificate.public_bytes(Encoding.PEM))
    return path


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)


def with_lists(house: SigningHouse, root: Path) -> Path:
    """The root and the revocation lists in one file, as OpenSSL wants them."""
    both = (house.revocation_list(), house.revocation_list(town=None))
    path = root.with_name("trust.pem")
    path.write_bytes(
        root.read_bytes() + b"".join(x509.load_der_x509_crl(der).public_bytes(Encoding.PEM) for der in both)
    )
    return path


# --- OpenSSL ----------------------------------------------------------------------------------------------------


@needs("openssl")
@pytest.mark.parametrize("detached", [True, False])
def test_openssl_verifies_cms_with_chain_list_and_signing_certificate(
    house: SigningHouse, root: Path, tmp_path: Path, *, detached: bool
) -> None:
    signature, content, out = tmp_path / "s.p7s", tmp_path / "content", tmp_path / "out"
    signature.write_bytes(sign_cms(CONTENT, house.card(), signed_at=house.now, detached=detached))
    content.write_bytes(CONTENT)
    command: list[str | Path] = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", signature]
    command += ["-cades", "-CAfile", with_lists(house, root), "-crl_check", "-extended_crl"]
    command += ["-purpose", "any", "-out", out]
    if detached:
        command += ["-content", content]
    done = run(*command)
    assert "CAdES Verification successful" in done.stderr, done.stderr
    assert out.read_bytes() == CONTENT
    if detached:
        content.write_bytes(CONTENT + b".")
        assert "Verification failure" in run(*command).stderr
    else:
        signature.write_bytes(signature.read_bytes().replace(CONTENT, CONTENT[:-1] + b"!"))
        assert "Verification failure" in run(*command).stderr


@needs("openssl")
def test_openssl_verifies_the_time_stamp_inside(house: SigningHouse, root: Path, tmp_path: Path) -> None:
    document = sign_cms(CONTENT, house.card(), signed_at=house.now, time_stamp=house.stamp(house.now))
    signer_info = cms.ContentInfo.load(document)["content"]["signer_infos"][0]
    token, data = tmp_path / "token", tmp_path / "data"
    token.write_bytes(signer_info["unsigned_attrs"][0]["values"][0].dump())
    data.write_bytes(signer_info["signature"].native)
    command = ("openssl", "ts", "-verify", "-token_in", "-in", token, "-data", data, "-CAfile", root)
    done = run(*command)
    assert "Verification: OK" in done.stdout + done.stderr, done.stderr
    data.write_bytes(b"something else")
    assert "Verification: FAILED" in run(*command).stdout + run(*command).stderr


@needs("openssl")
def test_openssl_verifies_the_signature_of_a_web_signature(house: SigningHouse, tmp_path: Path) -> None:
    token = sign_jws(CONTENT, house.card(), signed_at=house.now)
    signing_input, _, last = token.rpartition(b".")
    key = x509.load_der_x509_certificate(house.certificate).public_key()
    (tmp_path / "key").write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (tmp_path / "input").write_bytes(signing_input)
    (tmp_path / "signature").write_bytes(base64.urlsafe_b64decode(last + b"=="))
    done = run(
        *("openssl", "dgst", "-sha256", "-verify", tmp_path / "key"),
        *("-signature", tmp_path / "signature", tmp_path / "input"),
    )
    assert done.stdout.strip() == "Verified OK"


# --- PDF ----------------------------------------------------------------------------------------------------------


@needs("pdfsig")
@pytest.mark.parametrize("stamped", [True, False])
def test_pdfsig_finds_the_signature_valid_over_the_whole_document(
    house: SigningHouse, tmp_path: Path, *, stamped: bool
) -> None:
    path = tmp_path / "signed.pdf"
    stamp = house.stamp(house.now) if stamped else None
    path.write_bytes(sign_pdf(plain_pdf(), house.card(), signed_at=house.now, time_stamp=stamp))
    said = run("pdfsig", "-nocert", path).stdout
    assert "Signature Validation: Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    path.write_bytes(path.read_bytes().replace(b"I agree.", b"I refus."))
    assert "Signature is Valid" not in run("pdfsig", "-nocert", path).stdout


@needs("pdfsig")
def test_pdfsig_trusts_the_certificate_once_it_knows_our_ca(
    house: SigningHouse, root: Path, tmp_path: Path
) -> None:
    """Without the CA in its NSS database pdfsig says that the issuer is unknown; `certutil` (libnss3-tools) puts it there."""
    path = tmp_path / "signed.pdf"
    path.write_bytes(sign_pdf(plain_pdf(), house.card(), signed_at=house.now))
    assert "Certificate issuer is unknown" in run("pdfsig", path).stdout
    if find("certutil") is None:
        pytest.skip("not installed: certutil")
    database = tmp_path / "nss"
    database.mkdir()
    assert run("certutil", "-N", "-d", f"sql:{database}", "--empty-password").returncode == 0
    added = run("certutil", "-A", "-d", f"sql:{database}", "-n", "ca", "-t", "C,C,C", "-i", root)
    assert added.returncode == 0, added.stderr
    said = run("pdfsig", "-nssdir", f"sql:{database}", path).stdout
    assert "Signature is Valid." in said
    assert "Certificate is Trusted." in said


@needs("pdfsig")
def test_pdfsig_counts_both_signatures(house: SigningHouse, tmp_path: Path) -> None:
    path = tmp_path / "signed.pdf"
    once = sign_pdf(plain_pdf(), house.card(), signed_at=house.now)
    path.write_bytes(sign_pdf(once, house.card(), signed_at=house.now, reason="同意します"))
    said = run("pdfsig", "-nocert", path).stdout
    assert said.count("Signature Validation: Signature is Valid.") == 2


@pytest.mark.parametrize("stamped", [True, False])
def test_pyhankos_own_validator_trusts_it(house: SigningHouse, *, stamped: bool) -> None:
    stamp = house.stamp(house.now) if stamped else None
    document = sign_pdf(plain_pdf(), house.card(), signed_at=house.now, time_stamp=stamp)
    roots = [asn1_x509.Certificate.load(house.authority.certificate_der())]
    context = ValidationContext(
        trust_roots=roots,
        allow_fetching=False,
        crls=[house.revocation_list(town=None), house.revocation_list()],
        revocation_mode="require",
        moment=house.now + timedelta(minutes=1),
    )
    (embedded,) = PdfFileReader(BytesIO(document)).embedded_signatures
    status = validate_pdf_signature(embedded, context, ts_validation_context=context)
    assert status.bottom_line, status.pretty_print_details()  # type: ignore[no-untyped-call]
    assert (status.timestamp_validity is not None) is stamped


# --- XML ----------------------------------------------------------------------------------------------------------


def test_xmlsec_verifies_every_reference(house: SigningHouse, tmp_path: Path) -> None:
    if find("xmlsec1") is None:
        pytest.skip("not installed: xmlsec1")
    path = tmp_path / "signed.xml"
    path.write_bytes(sign_xml(XML, house.card(), signed_at=house.now))
    names = (
        "http://www.w3.org/2000/09/xmldsig#:Signature",
        "http://www.w3.org/2000/09/xmldsig#:KeyInfo",
        "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
    )
    ids = [word for name in names for word in ("--id-attr:Id", name)]
    # Whether the certificate is believed is judged elsewhere: xmlsec1 does not know the critical policy.
    done = run("xmlsec1", "--verify", "--insecure", *ids, path)
    assert "SignedInfo References (ok/all): 3/3" in done.stdout + done.stderr
    assert done.returncode == 0
    path.write_bytes(path.read_bytes().replace(b">100<", b">900<"))
    assert run("xmlsec1", "--verify", "--insecure", *ids, path).returncode != 0


def test_signxmls_own_verifier_takes_it(house: SigningHouse) -> None:
    plain = (
        b"<letter xmlns='urn:example'><amount>100</amount></letter>"  # signxml itself has no Japanese names
    )
    document = sign_xml(plain, house.card(), signed_at=house.now)
    results = XAdESVerifier().verify(document, x509_cert=x509.load_der_x509_certificate(house.certificate))
    assert len(results) == 3
    assert results[0].signed_xml is not None
    assert etree.QName(results[0].signed_xml).localname == "letter"
