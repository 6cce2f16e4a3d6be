"""CMS and JWS that try to pass for signed."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
from asn1crypto import algos, cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from mynumber.foundation.documents import prepare_cms, sign_cms
from mynumber.foundation.validation import CheckName, Conclusion, Limits, Reason, Remark, validate
from tests.foundation.validation.parts import CONTENT, check, house, outcomes, signed, signed_at
from tests.support.signing import rsa_key


def structure() -> Any:
    return cms.ContentInfo.load(signed("cms"))


def test_a_signature_over_attributes_is_not_passed_off_as_one_over_content() -> None:
    """Strenzke's attack: the signed attributes of a good signature become the content of one without attributes."""
    signer_info = structure()["content"]["signer_infos"][0]
    attributes = signer_info["signed_attrs"].untag().dump()
    forged = cms.ContentInfo(
        {
            "content_type": "signed_data",
            "content": cms.SignedData(
                {
                    "version": "v1",
                    "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
                    "encap_content_info": {"content_type": "data", "content": attributes},
                    "certificates": structure()["content"]["certificates"],
                    "signer_infos": [
                        cms.SignerInfo(
                            {
                                "version": "v1",
                                "sid": signer_info["sid"],
                                "digest_algorithm": signer_info["digest_algorithm"],
                                "signature_algorithm": signer_info["signature_algorithm"],
                                "signature": signer_info["signature"].native,
                            }
                        )
                    ],
                }
            ),
        }
    ).dump()
    report = check(forged)
    assert (report.conclusion, report.reason) == (Conclusion.INDETERMINATE, Reason.UNSUPPORTED)
    assert report.signatures[0].coverage is None


def test_two_signers_are_two_reports_and_the_worse_one_decides() -> None:
    one = structure()
    other = cms.ContentInfo.load(sign_cms(b"another", house().card(), signed_at=signed_at(), detached=False))
    one["content"]["signer_infos"].append(other["content"]["signer_infos"][0].copy())
    report = check(one.dump(force=True))
    assert len(report.signatures) == 2
    assert {signature.conclusion for signature in report.signatures} == {
        Conclusion.TOTAL_PASSED,
        Conclusion.TOTAL_FAILED,
    }
    assert (report.conclusion, report.reason) == (Conclusion.TOTAL_FAILED, Reason.CONTENT_DIFFERS)


def test_no_signer_is_no_signature() -> None:
    empty = structure()
    empty["content"]["signer_infos"] = cms.SignerInfos([])
    assert check(empty.dump(force=True)).reason is Reason.NO_SIGNATURE


def test_a_structure_beyond_its_bounds_is_put_aside() -> None:
    trust, at = house().trust(), signed_at()
    size = len(signed("cms")) - len(CONTENT)
    assert (
        validate(signed("cms"), trust=trust, at=at, limits=Limits(cms=size)).conclusion
        is Conclusion.TOTAL_PASSED
    )
    assert validate(signed("cms"), trust=trust, at=at, limits=Limits(cms=size - 1)).reason is Reason.TOO_LARGE
    assert validate(signed("pdf"), trust=trust, at=at, limits=Limits(cms=1000)).reason is Reason.TOO_LARGE


def test_bytes_behind_the_structure_are_refused() -> None:
    assert check(signed("cms") + b"\0").reason is Reason.UNREADABLE


def test_other_certificates_inside_are_remarked() -> None:
    prepared = prepare_cms(
        CONTENT,
        certificate=house().certificate,
        signed_at=signed_at(),
        detached=False,
        other_certificates=[house().authority.certificate_der()],
    )
    report = check(prepared.finish(house().card().sign(prepared.digest)))
    assert report.conclusion is Conclusion.TOTAL_PASSED
    assert report.signatures[0].coverage is not None
    assert report.signatures[0].coverage.remarks == (Remark.OTHER_CERTIFICATES,)


def test_without_a_certificate_nobody_signed() -> None:
    bare = structure()
    bare["content"]["certificates"] = cms.CertificateSet([])
    assert check(bare.dump(force=True)).reason is Reason.NO_CERTIFICATE


def test_another_certificate_of_the_same_key_is_not_the_one_that_was_named() -> None:
    leaf = x509.load_der_x509_certificate(house().certificate)
    twin = (
        x509.CertificateBuilder(extensions=list(leaf.extensions))
        .subject_name(leaf.subject)
        .issuer_name(leaf.issuer)
        .public_key(leaf.public_key())
        .serial_number(leaf.serial_number)
        .not_valid_before(leaf.not_valid_before_utc)
        .not_valid_after(leaf.not_valid_after_utc.replace(year=leaf.not_valid_after_utc.year + 1))
        .sign(house().authority.key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    swapped = signed("cms").replace(house().certificate, twin)
    assert swapped != signed("cms")
    report = check(swapped)
    assert (report.conclusion, report.reason) == (Conclusion.INDETERMINATE, Reason.ANOTHER_CERTIFICATE)


def test_weak_digests_are_refused() -> None:
    """As an old program of somebody else makes it, by cryptography's own builder."""
    leaf = x509.load_der_x509_certificate(house().certificate)
    for algorithm, reason in (
        (hashes.SHA224(), Reason.WEAK_ALGORITHM),
        (hashes.SHA256(), Reason.HOLDS),
        (hashes.SHA384(), Reason.HOLDS),
        (hashes.SHA512(), Reason.HOLDS),
    ):
        made = (
            pkcs7.PKCS7SignatureBuilder()
            .set_data(CONTENT)
            .add_signer(leaf, rsa_key(4), algorithm)
            .sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
        )
        assert outcomes(check(made))[CheckName.ALGORITHM] == reason.value


def test_pem_is_read_as_well() -> None:
    text = base64.encodebytes(signed("cms"))
    for kind in (b"CMS", b"PKCS7"):
        document = b"-----BEGIN %s-----\n%s-----END %s-----\n" % (kind, text, kind)
        assert check(document).conclusion is Conclusion.TOTAL_PASSED


def test_a_web_signature_by_a_key_in_its_own_header_is_refused() -> None:
    first, middle, _ = signed("jws").split(b".")
    header = msgspec.json.decode(base64.urlsafe_b64decode(first + b"=="))
    for changes in ({"alg": "none"}, {"alg": "HS256"}, {"alg": "RS512"}):
        forged = base64.urlsafe_b64encode(msgspec.json.encode(header | changes)).rstrip(b"=")
        signature = rsa_key(4).sign(forged + b"." + middle, padding.PKCS1v15(), hashes.SHA256())
        document = b".".join((forged, middle, base64.urlsafe_b64encode(signature).rstrip(b"=")))
        report = check(document)
        assert (report.conclusion, report.reason) == (Conclusion.INDETERMINATE, Reason.WEAK_ALGORITHM)
        assert report.signatures[0].coverage is None
    for critical in ({"crit": ["exp"]}, {"b64": False, "crit": ["b64"]}):
        forged = base64.urlsafe_b64encode(msgspec.json.encode(header | critical)).rstrip(b"=")
        assert check(b".".join((forged, middle, b"AA"))).reason is Reason.UNSUPPORTED


def test_one_spelling_of_a_web_signature() -> None:
    first, middle, last = signed("jws").split(b".")
    for other in (last[:-1] + bytes((last[-1] + 1,)), last + b"A", last[:-2]):
        assert check(b".".join((first, middle, other))).conclusion is Conclusion.TOTAL_FAILED


def test_a_frame_that_nobody_signs_is_looked_at() -> None:
    plain = check(signed("cms")).signatures[0].coverage
    assert plain is not None
    assert plain.remarks == ()
    sha256 = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
    document = signed("cms")
    place = document.index(sha256)
    for changed in (
        document[:place] + sha256[:-1] + b"\x02" + document[place + len(sha256) :],
        document.replace(b"\x02\x01\x01\x31\x0f", b"\x02\x01\x03\x31\x0f", 1),
    ):
        assert changed != document
        report = check(changed)
        assert report.conclusion is Conclusion.TOTAL_PASSED
        assert report.signatures[0].coverage is not None
        assert report.signatures[0].coverage.remarks == (Remark.UNUSUAL_FRAME,)
