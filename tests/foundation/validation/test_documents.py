"""A signed document of each form passes, and what is wrong with it is said by the right check."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta

import msgspec
import pytest

from mynumber.foundation.validation import (
    CertificateKind,
    CheckName,
    Conclusion,
    DocumentKind,
    Format,
    Limits,
    Outcome,
    Reason,
    SubIndication,
    attributes_of,
    kind_of,
    to_json,
    validate,
    validate_bare,
)
from tests.foundation.validation.parts import (
    CONTENT,
    FORMS,
    XML,
    check,
    content_of,
    house,
    outcomes,
    signed,
    signed_at,
)
from tests.support.signing import HOLDER, plain_pdf, rsa_key


@pytest.mark.parametrize("form", FORMS)
def test_a_document_signed_with_the_card_passes_every_check(form: str) -> None:
    report = check(signed(form), content=content_of(form))
    assert set(outcomes(report).values()) == {"holds"}
    assert report.conclusion is Conclusion.TOTAL_PASSED
    (signature,) = report.signatures
    assert signature.coverage is not None
    assert signature.coverage.whole
    assert signature.certificate is not None
    assert signature.certificate.kind is CertificateKind.SIGNATURE
    assert signature.claimed_at == signed_at()
    assert signature.proven_at == (signed_at() if form.endswith("stamped") else None)


@pytest.mark.parametrize(
    ("form", "kind", "expected"),
    [
        ("cms", DocumentKind.CMS, Format.CMS),
        ("pdf", DocumentKind.PDF, Format.PDF),
        ("xml", DocumentKind.XML, Format.XADES),
        ("jws", DocumentKind.JWS, Format.JWS),
    ],
)
def test_a_form_is_recognised_by_its_bytes(form: str, kind: DocumentKind, expected: Format) -> None:
    assert kind_of(signed(form)) is kind
    assert check(signed(form)).signatures[0].format is expected


def test_exactly_the_signed_bytes_are_handed_out() -> None:
    for form in ("cms", "cms-beside", "jws", "jws-beside"):
        coverage = check(signed(form), content=content_of(form)).signatures[0].coverage
        assert coverage is not None
        assert coverage.content == CONTENT
        assert coverage.sha256 == hashlib.sha256(CONTENT).hexdigest()
    pdf = check(signed("pdf")).signatures[0].coverage
    assert pdf is not None
    assert pdf.content.startswith(plain_pdf())
    xml = check(signed("xml")).signatures[0].coverage
    assert xml is not None
    assert "<氏名>花子</氏名>" in xml.content.decode()


@pytest.mark.parametrize("form", ["cms-beside", "jws-beside"])
def test_content_beside_is_asked_for_and_compared(form: str) -> None:
    missing = check(signed(form))
    assert (missing.conclusion, missing.reason) == (Conclusion.INDETERMINATE, Reason.CONTENT_MISSING)
    assert missing.signatures[0].sub_indication is SubIndication.SIGNED_DATA_NOT_FOUND
    other = check(signed(form), content=CONTENT + b".")
    assert other.conclusion is Conclusion.TOTAL_FAILED
    assert other.reason in (Reason.CONTENT_DIFFERS, Reason.SIGNATURE_DIFFERS)


@pytest.mark.parametrize("form", ["cms", "jws", "pdf"])
def test_other_content_than_the_one_inside_is_refused(form: str) -> None:
    assert check(signed(form), content=b"something else").reason is Reason.CONTENT_NOT_WANTED


def test_changed_content_is_said_to_be_changed() -> None:
    cms = signed("cms")
    assert CONTENT in cms
    changed = check(cms.replace(CONTENT, CONTENT.replace(b"\xe8\x8a\xb1", b"\xe8\x8a\xb2")))
    assert (changed.conclusion, changed.reason) == (Conclusion.TOTAL_FAILED, Reason.CONTENT_DIFFERS)
    assert changed.signatures[0].sub_indication is SubIndication.HASH_FAILURE
    assert changed.signatures[0].coverage is None
    pdf = check(signed("pdf").replace(b"I agree.", b"I agrey."))
    assert (pdf.conclusion, pdf.reason) == (Conclusion.TOTAL_FAILED, Reason.CONTENT_DIFFERS)
    xml = check(signed("xml").replace(b">100<", b">900<"))
    assert (xml.conclusion, xml.reason) == (Conclusion.TOTAL_FAILED, Reason.CONTENT_DIFFERS)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", Reason.UNSUPPORTED),
        (b"hello", Reason.UNSUPPORTED),
        (b"%PDF-1.7\n", Reason.UNREADABLE),
        (b"%PDF-1.7\n" + b"\xff" * 5000, Reason.UNREADABLE),
        (b"0", Reason.UNREADABLE),
        (b"0\x80\x06\x09", Reason.UNREADABLE),
        (b"-----BEGIN CMS-----\nAAAA\n-----END CMS-----\n", Reason.UNREADABLE),
        (b"-----BEGIN PKCS7-----\n", Reason.UNREADABLE),
        (b"<", Reason.UNREADABLE),
        (b"<a>", Reason.UNREADABLE),
        (b"<a/>", Reason.NO_SIGNATURE),
        (b"a.b.c", Reason.UNREADABLE),
        (b"e30.e30.AA", Reason.UNREADABLE),
        (plain_pdf(), Reason.NO_SIGNATURE),
        (XML, Reason.NO_SIGNATURE),
    ],
)
def test_what_is_no_signed_document_is_named(document: bytes, reason: Reason) -> None:
    report = check(document)
    assert report.reason is reason
    assert report.conclusion is not Conclusion.TOTAL_PASSED
    assert outcomes(report)[CheckName.REVOCATION] == "not_reached"


def test_too_large_is_not_read() -> None:
    report = validate(signed("pdf"), trust=house().trust(), at=signed_at(), limits=Limits(document=1000))
    assert (report.conclusion, report.reason) == (Conclusion.INDETERMINATE, Reason.TOO_LARGE)
    content = validate(
        signed("cms-beside"),
        trust=house().trust(),
        at=signed_at(),
        content=b"x" * 5000,
        limits=Limits(document=4000),
    )
    assert content.reason is Reason.TOO_LARGE


def test_a_time_without_zone_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="zone"):
        validate(b"", trust=house().trust(), at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_the_holder_is_in_the_report_only_when_asked_for() -> None:
    plain = check(signed("cms"))
    assert plain.signatures[0].holder is None
    everything = msgspec.json.encode(to_json(plain)).decode() + repr(plain)
    for secret in (HOLDER.name, HOLDER.address, "1990", "5157A01"):
        assert secret not in everything
    asked = check(signed("cms"), include_holder=True)
    holder = asked.signatures[0].holder
    assert holder is not None
    assert holder.serial == "5157A01"
    assert holder.attributes is not None
    assert attributes_of(holder.attributes) == {
        "name": "山田　花子",
        "birth_date": "1990-05-03",
        "sex": "female",
        "address": "東京都葛飾区亀有一丁目２－３",
    }
    assert HOLDER.name not in repr(asked)
    assert to_json(asked)["signatures"][0]["holder"]["attributes"]["name"] == HOLDER.name  # type: ignore[index]


def test_attributes_of_a_certificate_that_nobody_vouches_for_are_not_shown() -> None:
    from mynumber.foundation.validation import Trust

    stranger = Trust(signature_roots=[house().older.certificate_der()])
    report = check(signed("cms"), trust=stranger, include_holder=True)
    assert report.reason is Reason.UNTRUSTED
    holder = report.signatures[0].holder
    assert holder is not None
    assert holder.attributes is None


def test_a_bare_signature_is_checked_in_the_same_way() -> None:
    card, digest = house().card(), hashlib.sha256(CONTENT).digest()
    signature, at = card.sign(digest), signed_at()
    good = validate_bare(
        digest=digest, signature=signature, certificate=card.certificate, trust=house().trust(), at=at
    )
    assert good.conclusion is Conclusion.TOTAL_PASSED
    bad = validate_bare(
        digest=hashlib.sha256(b"").digest(),
        signature=signature,
        certificate=card.certificate,
        trust=house().trust(),
        at=at,
    )
    assert bad.reason is Reason.SIGNATURE_DIFFERS
    none = validate_bare(digest=digest, signature=signature, certificate=b"0", trust=house().trust(), at=at)
    assert none.reason is Reason.NO_CERTIFICATE
    with pytest.raises(ValueError, match="32 bytes"):
        validate_bare(digest=b"", signature=signature, certificate=b"", trust=house().trust(), at=at)


def test_another_key_is_another_signer() -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    digest = hashlib.sha256(CONTENT).digest()
    forged = rsa_key(9).sign(CONTENT, padding.PKCS1v15(), hashes.SHA256())
    report = validate_bare(
        digest=digest,
        signature=forged,
        certificate=house().certificate,
        trust=house().trust(),
        at=signed_at(),
    )
    assert (report.conclusion, report.reason) == (Conclusion.TOTAL_FAILED, Reason.SIGNATURE_DIFFERS)


def test_the_report_is_json_with_every_check() -> None:
    values = msgspec.json.decode(msgspec.json.encode(to_json(check(signed("pdf-stamped")))))
    assert values["conclusion"] == "TOTAL-PASSED"
    (signature,) = values["signatures"]
    assert [each["check"] for each in signature["checks"]] == [name.value for name in CheckName]
    assert {each["outcome"] for each in signature["checks"]} == {Outcome.PASSED.value}
    assert signature["coverage"]["whole"] is True
    assert signature["proven_at"] == signed_at().strftime("%Y-%m-%dT%H:%M:%SZ")
    assert "holder" not in signature


def test_nothing_of_a_document_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for form in FORMS:
            document = signed(form)
            check(document, content=content_of(form))
            check(document[: len(document) // 2])
            check(document.replace(b"100", b"900"), at=signed_at() + timedelta(days=9))
    assert {record.name for record in caplog.records} <= {"tzlocal"}  # which speaks of files of the system
