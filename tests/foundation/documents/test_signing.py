"""Signing with a card: what is signed, what is refused, and who is believed on the way."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner
from pyhanko.sign.signers import sign_pdf as pyhanko_sign_pdf

from mynumber.foundation.documents import (
    BadSignature,
    DocumentRefused,
    RefusedBecause,
    SignatureCard,
    describe,
    prepare_cms,
    prepare_jws,
    prepare_pdf,
    prepare_xml,
    sign_pdf,
    sign_xml,
)
from mynumber.foundation.smartcard import (
    SIGNATURE_PIN_RULES,
    CardRefused,
    JpkiClient,
    KeyName,
    Pin,
    PinName,
    WrongPin,
)
from mynumber.foundation.validation import Conclusion, DocumentKind, Limits, validate
from tests.support.signing import PASSWORD, KeySigner, SigningHouse, plain_pdf, rsa_key, signing_house

PREPARE = {
    "pdf": lambda: prepare_pdf(plain_pdf(), certificate=house().certificate, signed_at=at()),
    "cms": lambda: prepare_cms(b"content", certificate=house().certificate, signed_at=at(), detached=False),
    "xml": lambda: prepare_xml(b"<a/>", certificate=house().certificate, signed_at=at()),
    "jws": lambda: prepare_jws(b"content", certificate=house().certificate, signed_at=at()),
}


def house() -> SigningHouse:
    return signing_house()


def at() -> datetime:
    return house().now + timedelta(minutes=5)


@pytest.mark.parametrize("form", list(PREPARE))
def test_in_two_phases_the_card_sees_only_a_digest(form: str) -> None:
    prepared = PREPARE[form]()
    assert len(prepared.digest) == 32
    signature = house().card().sign(prepared.digest)
    report = validate(prepared.finish(signature), trust=house().trust(), at=at())
    assert report.conclusion is Conclusion.TOTAL_PASSED
    assert prepared.finish(signature) == prepared.finish(signature)


@pytest.mark.parametrize("form", list(PREPARE))
def test_a_signature_of_another_card_or_digest_is_not_built_in(form: str) -> None:
    prepared = PREPARE[form]()
    for bad in (
        KeySigner(rsa_key(9), b"").sign(prepared.digest),
        house().card().sign(hashlib.sha256(b"something else").digest()),
        b"",
        bytes(256),
    ):
        with pytest.raises(BadSignature):
            prepared.finish(bad)


def test_the_card_signs_after_its_password_only() -> None:
    card = house().state
    card.reset()
    client = JpkiClient(card)
    client.select()
    with pytest.raises(CardRefused):
        client.sign(bytes(32), KeyName.SIGNATURE)
    with pytest.raises(WrongPin):
        SignatureCard.unlock(card, Pin.parse("WRONG1", SIGNATURE_PIN_RULES))
    assert SignatureCard.unlock(card, PASSWORD).sign(bytes(32))
    assert client.tries_left(PinName.SIGNATURE) == 5
    assert "certificate" not in repr(SignatureCard.unlock(card, PASSWORD))


def test_a_signed_pdf_begins_with_the_bytes_that_were_there() -> None:
    document = plain_pdf()
    once = sign_pdf(document, house().card(), signed_at=at())
    assert once.startswith(document)
    twice = sign_pdf(once, house().card(), signed_at=at())
    assert twice.startswith(once)
    assert re.findall(rb"/T \((Signature\w+)\)", twice) == [b"Signature1", b"Signature2"]


def test_reason_and_time_are_in_the_pdf_for_readers() -> None:
    signed = sign_pdf(plain_pdf(), house().card(), signed_at=at(), reason="I agree")
    assert b"/Reason (I agree)" in signed
    assert re.search(rb"/M \(D(?::|\\072)%sZ\)" % at().strftime("%Y%m%d%H%M%S").encode(), signed)


def test_room_is_left_for_a_long_time_stamp() -> None:
    signed = sign_pdf(plain_pdf(), house().card(), signed_at=at(), time_stamp=house().stamp(at()))
    report = validate(signed, trust=house().trust(), at=at())
    assert report.signatures[0].proven_at == at()


def test_what_the_time_stamper_raises_comes_through() -> None:
    def away(_: bytes) -> bytes:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        sign_pdf(plain_pdf(), house().card(), signed_at=at(), time_stamp=away)


@pytest.mark.parametrize(
    "document", [b"", b"hello", b"%PDF-1.7", b"%PDF-1.7\nstartxref\n9\n%%EOF", plain_pdf()[:300]]
)
def test_what_is_no_pdf_is_not_signed(document: bytes) -> None:
    with pytest.raises(DocumentRefused) as refused:
        sign_pdf(document, house().card(), signed_at=at())
    assert refused.value.reason is RefusedBecause.MALFORMED
    assert refused.value.__context__ is None or refused.value.__suppress_context__


def test_a_pdf_that_forbids_changes_is_not_signed() -> None:
    from asn1crypto import keys
    from asn1crypto import x509 as asn1_x509
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    der = rsa_key(4).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(house().certificate),
        signing_key=keys.PrivateKeyInfo.load(der),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
    certified = pyhanko_sign_pdf(
        IncrementalPdfFileWriter(BytesIO(plain_pdf())),
        PdfSignatureMetadata(field_name="Author", certify=True, docmdp_permissions=fields.MDPPerm.NO_CHANGES),
        signer,
    ).getvalue()
    with pytest.raises(DocumentRefused) as refused:
        sign_pdf(certified, house().card(), signed_at=at())
    assert refused.value.reason is RefusedBecause.LOCKED


def test_an_xml_document_is_signed_once() -> None:
    signed = sign_xml(b"<a/>", house().card(), signed_at=at())
    with pytest.raises(DocumentRefused) as refused:
        sign_xml(signed, house().card(), signed_at=at())
    assert refused.value.reason is RefusedBecause.ALREADY_SIGNED
    for bad in (b"", b"<a>", b"<!DOCTYPE a><a/>"):
        with pytest.raises(DocumentRefused) as refused:
            sign_xml(bad, house().card(), signed_at=at())
        assert refused.value.reason is RefusedBecause.MALFORMED


def test_what_is_too_large_is_not_signed() -> None:
    tiny = Limits(document=100, xml=3)
    for prepare in (
        lambda: prepare_pdf(plain_pdf(), certificate=house().certificate, signed_at=at(), limits=tiny),
        lambda: prepare_xml(b"<a/>", certificate=house().certificate, signed_at=at(), limits=tiny),
        lambda: describe(plain_pdf(), limits=tiny),
    ):
        with pytest.raises(DocumentRefused) as refused:
            prepare()
        assert refused.value.reason is RefusedBecause.TOO_LARGE


def test_a_certificate_that_cannot_be_read_signs_nothing() -> None:
    for bad in (b"", b"0", house().certificate[:-1]):
        with pytest.raises(DocumentRefused) as refused:
            prepare_cms(b"", certificate=bad, signed_at=at())
        assert refused.value.reason is RefusedBecause.NO_CERTIFICATE


def test_a_holder_is_told_what_the_file_is_before_the_password() -> None:
    document = plain_pdf()
    facts = describe(document)
    assert (facts.kind, facts.length, facts.pages, facts.signatures) == (
        DocumentKind.PDF,
        len(document),
        1,
        0,
    )
    assert facts.sha256 == hashlib.sha256(document).hexdigest()
    assert describe(sign_pdf(document, house().card(), signed_at=at())).signatures == 1
    assert describe(b"<a/>").kind is DocumentKind.XML
    assert describe(b"anything else").kind is DocumentKind.UNKNOWN
    with pytest.raises(DocumentRefused):
        describe(b"%PDF-1.7\n")
