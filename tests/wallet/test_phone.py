"""Certificates for the device itself; J-LIS is the real CA behind a far end that speaks the portal's protocol."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.test import Client

from mynumber.foundation.pki import Medium, Municipality, new_serial, read_signature_holder
from mynumber.foundation.smartcard import PinName
from mynumber.protocols import sign_in
from mynumber.protocols.certification import ApplyForPhone, PhoneCertificates, phone_digest
from mynumber.protocols.sign_in import Attribute
from mynumber.wallet.cards import CardFolder, Event
from tests.wallet.conftest import PINS, Issuers
from tests.wallet.far_end import FarEnd
from tests.wallet.test_signing import a_sign_in, open_page, verify

PATH = "/phone-certificates"
TYPED = {
    "device": "わたしのスマホ",
    "authentication": "1470",
    "authentication_again": "1470",
    "signature": "phone1470",
    "signature_again": "phone1470",
    "card_password": PINS[PinName.SIGNATURE],
    "card": "hanako",
}


def issue(issuers: Issuers, body: bytes) -> PhoneCertificates:
    """What J-LIS does with an application."""
    asked = msgspec.json.decode(body, type=ApplyForPhone)
    verify(asked.certificate, asked.signature, phone_digest(asked.application))
    now = datetime.now(UTC)
    authentication, signature = (
        load_der_public_key(der)
        for der in (asked.application.authentication_key, asked.application.signature_key)
    )
    assert isinstance(authentication, rsa.RSAPublicKey)
    assert isinstance(signature, rsa.RSAPublicKey)
    issued, until = now - timedelta(minutes=1), date(now.year + 2, 5, 3)
    return PhoneCertificates(
        authentication_certificate=issuers.authentication.issue_authentication(
            authentication,
            common_name="2",
            serial=new_serial(),
            issued_at=issued,
            expires_on=until,
            medium=Medium.PHONE,
        ),
        authentication_ca=issuers.authentication.certificate_der(),
        signature_certificate=issuers.signature.issue_signature(
            signature,
            holder=read_signature_holder(x509.load_der_x509_certificate(asked.certificate)),
            municipality=Municipality.of("13122"),
            common_name="2",
            serial=new_serial(),
            issued_at=issued,
            expires_on=until,
            medium=Medium.PHONE,
        ),
        signature_ca=issuers.signature.certificate_der(),
    )


def test_the_device_gets_certificates_and_signs_in_like_a_card(
    browser: Client, end: FarEnd, folder: CardFolder, issuers: Issuers
) -> None:
    end.other[PATH] = lambda body: msgspec.json.encode(issue(issuers, body))
    page = browser.get("/phone").content.decode()
    assert "甲野 花子" in page
    assert "あと5回" in page
    answer = browser.post("/phone", TYPED)
    assert answer.status_code == 303, answer.content.decode()
    page = browser.get(answer.headers["Location"]).content.decode()
    assert "スマートフォン用電子証明書" in page
    assert "JPKIAPGPSETOKEN" in page
    phone = next(card for card in folder.cards() if card.is_phone)
    assert [facts.until is not None for facts in phone.certificates] == [True, True]
    assert [pin.name for pin in phone.pins] == [PinName.AUTHENTICATION, PinName.SIGNATURE]
    assert folder.history("hanako")[0].event is Event.PHONE
    said = b"".join(end.heard)
    for typed in ("1470", "phone1470", "PHONE1470", PINS[PinName.SIGNATURE]):
        assert typed.encode() not in said
    # A counter takes plastic, not a phone.
    assert "わたしのスマホ" not in browser.get("/readers").content.decode()

    asked = a_sign_in(end, Attribute.NAME)
    _, form = open_page(browser, f"{end.expects(asked)}&card={phone.id}")
    answer = browser.post("/sign-in", {**form, "pin": "1470", "pin_signature": "phone1470"})
    assert answer.status_code == 303
    response = sign_in.decode_response(end.answered[asked.request_id])
    key = x509.load_der_x509_certificate(response.certificate).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    challenge = sign_in.challenge(asked)
    key.verify(response.signature, challenge, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    assert response.attributes is not None
    verify(response.attributes.certificate, response.attributes.signature, challenge)


@pytest.mark.parametrize(
    ("change", "words", "left"),
    [
        ({"card_password": "WRONG123"}, "署名用パスワードが違います。あと4回", 4),
        ({"authentication_again": "1471"}, "同じではありません", 5),
        ({"signature_again": "phone1471"}, "同じではありません", 5),
        ({"signature": "phone", "signature_again": "phone"}, "形ではありません", 5),
        ({"device": "a\nb"}, "文字だけで", 5),
        ({"device": ""}, "入力してください", 5),
        ({"card": "nobody"}, "いまこの端末にありません", 5),
    ],
)
def test_nothing_is_sent_before_all_is_right(
    browser: Client, end: FarEnd, folder: CardFolder, change: dict[str, str], words: str, left: int
) -> None:
    answer = browser.post("/phone", {**TYPED, **change})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not end.heard
    assert folder.card("hanako").stand(PinName.SIGNATURE).left == left
    assert folder.ids() == ["hanako"]


@pytest.mark.parametrize("said", [b"", b"{}", b"x" * 100_000])
def test_an_answer_that_is_none_gives_no_certificates(
    browser: Client, end: FarEnd, folder: CardFolder, said: bytes
) -> None:
    end.other[PATH] = lambda _: said
    answer = browser.post("/phone", TYPED)
    assert answer.status_code == 422
    assert "つながりません" in answer.content.decode()
    assert folder.ids() == ["hanako"]


def test_certificates_for_other_keys_are_not_taken(
    browser: Client, end: FarEnd, folder: CardFolder, issuers: Issuers
) -> None:
    def swapped(body: bytes) -> bytes:
        right = issue(issuers, body)
        wrong = msgspec.structs.replace(right, signature_certificate=right.authentication_certificate)
        return msgspec.json.encode(wrong)

    end.other[PATH] = swapped
    assert browser.post("/phone", TYPED).status_code == 422
    assert folder.ids() == ["hanako"]
