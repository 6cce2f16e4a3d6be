"""The reader's side: typed answers from a good card, typed errors from a strange one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.smartcard import (
    AUTHENTICATION_PIN_RULES,
    Card,
    CardAnswerMalformed,
    CardError,
    CardKey,
    CardPins,
    CardRefused,
    CardState,
    CertificateDoesNotFitKey,
    JpkiClient,
    MalformedPin,
    NotThisCard,
    Pin,
    PinBlocked,
    WrongPin,
    personalise,
)
from tests.foundation.smartcard.conftest import Made, self_signed


def make(key: CardKey, pin: Pin) -> CardState:
    return personalise(card_serial="123456789012345", authentication=key, pins=CardPins(authentication=pin))


def pin(text: str) -> Pin:
    return Pin.parse(text, AUTHENTICATION_PIN_RULES)


@pytest.fixture
def client(made: Made) -> JpkiClient:
    client = JpkiClient(Card(made.state))
    client.select()
    return client


def test_a_holder_authenticates(made: Made, client: JpkiClient) -> None:
    assert client.token_label() == "JPKIAPICCTOKEN2"
    assert client.read_certificate() == made.certificate
    assert client.read_ca_certificate() == made.ca_certificate
    assert client.tries_left() == 3
    client.verify_pin(made.pin)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(b"a statement")
    signature = client.sign(digest.finalize())
    made.key.public_key().verify(signature, b"a statement", padding.PKCS1v15(), hashes.SHA256())


def test_wrong_pins_count_down_then_block(made: Made, client: JpkiClient) -> None:
    for remaining in (2, 1):
        with pytest.raises(WrongPin) as wrong:
            client.verify_pin(pin("9999"))
        assert wrong.value.remaining == remaining
        assert client.tries_left() == remaining
    with pytest.raises(PinBlocked):
        client.verify_pin(pin("9999"))
    with pytest.raises(PinBlocked):
        client.verify_pin(made.pin)
    assert client.tries_left() == 0


def test_no_signature_without_the_pin(client: JpkiClient) -> None:
    with pytest.raises(CardRefused, match="6982"):
        client.sign(bytes(32))


def test_only_a_digest_is_signed(client: JpkiClient) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        client.sign(b"a whole document")


def test_the_holder_changes_the_pin(made: Made, client: JpkiClient) -> None:
    client.change_pin(made.pin, pin("2468"))
    client.select()
    client.verify_pin(pin("2468"))


@pytest.mark.parametrize("text", ["", "123", "12345", "12a4", "１２３４", "12 4", "-123"])
def test_what_is_no_pin_never_reaches_the_card(text: str) -> None:
    with pytest.raises(MalformedPin) as error:
        pin(text)
    assert not text or text not in str(error.value)


def test_a_card_is_made_only_with_a_certificate_for_its_key(made: Made) -> None:
    other = rsa.generate_private_key(65537, 2048)
    with pytest.raises(CertificateDoesNotFitKey):
        make(CardKey(other, made.certificate, made.ca_certificate), made.pin)


def test_a_card_is_not_made_with_a_key_it_cannot_hold(made: Made) -> None:
    small = rsa.generate_private_key(65537, 1024)  # noqa: S505 - it is refused
    certificate = self_signed(small, "holder")
    with pytest.raises(ValueError, match="2048"):
        make(CardKey(small, certificate, made.ca_certificate), made.pin)


# --- strange cards ------------------------------------------------------------------------------------------


@dataclass
class Stranger:
    """Something in the reader that answers as it likes."""

    answer: Callable[[bytes], bytes]

    def transmit(self, apdu: bytes) -> bytes:
        return self.answer(apdu)


def test_another_card_is_not_this_card() -> None:
    with pytest.raises(NotThisCard):
        JpkiClient(Stranger(lambda _: b"\x6a\x82")).select()


@pytest.mark.parametrize(
    "head",
    [b"\x30\x82\xff\xff\x90\x00", b"\x30\x81\x00\x10\x90\x00", b"\x90\x00", b"\x30\x82\x01\x00\x00\x90\x00"],
)
def test_a_file_that_is_no_certificate_is_refused(head: bytes) -> None:
    stranger = Stranger(lambda apdu: head if apdu[1] == 0xB0 else b"\x90\x00")
    with pytest.raises(CardAnswerMalformed):
        JpkiClient(stranger).read_certificate()


@given(st.binary(max_size=300))
def test_no_answer_of_a_card_does_more_than_a_card_error(answer: bytes) -> None:
    client = JpkiClient(Stranger(lambda apdu: answer if apdu[1] != 0xA4 else b"\x90\x00"))
    for ask in (
        client.token_label,
        client.read_certificate,
        client.tries_left,
        lambda: client.sign(bytes(32)),
    ):
        try:
            ask()
        except CardError:
            continue
