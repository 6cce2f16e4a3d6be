"""Cards whose PINs cost next to nothing to compare, so that many commands can be tried."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from mynumber.foundation.numbers import IndividualNumber
from mynumber.foundation.people import Sex
from mynumber.foundation.smartcard import (
    AUTHENTICATION_PIN_RULES,
    JUKI_PIN_RULES,
    SIGNATURE_PIN_RULES,
    TEXT_SUPPORT_PIN_RULES,
    CardFace,
    CardKey,
    CardPins,
    CardState,
    Pin,
    personalise,
)
from mynumber.foundation.smartcard.state import PinRecord

SERIAL = "123456789012345"
PINS = {"jpki/0018": b"1234", "jpki/001B": b"ABC123", "text/0011": b"5678", "juki/001C": b"2468"}


@dataclass(frozen=True)
class Made:
    """A card and what was put on it."""

    state: CardState
    key: rsa.RSAPrivateKey
    certificate: bytes
    ca_certificate: bytes
    pin: Pin


@dataclass(frozen=True)
class Full:
    """A card with both keys, a face and an issuer, and everything that was put on it."""

    state: CardState
    authentication: CardKey
    signature: CardKey
    face: CardFace
    pins: CardPins
    face_key: rsa.RSAPrivateKey
    issuer_key: Ed25519PrivateKey


def self_signed(key: rsa.RSAPrivateKey, name: str) -> bytes:
    """Some certificate for `key`: the card does not judge certificates."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 1, start, start + timedelta(days=1))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def cheap(state: CardState, known: dict[str, bytes]) -> CardState:
    """The same card with PINs that are compared at once."""
    pins = {
        name: PinRecord.of(known[name], salt=bytes(16), cost=2, tries=record.tries_left)
        if name in known
        else msgspec.structs.replace(record, cost=2)
        for name, record in state.memory.pins.items()
    }
    return replace(state, memory=msgspec.structs.replace(state.memory, pins=pins))


@pytest.fixture(scope="session")
def made() -> Made:
    """A card that can authenticate its holder and nothing else."""
    key = rsa.generate_private_key(65537, 2048)
    certificate, ca_certificate = self_signed(key, "holder"), self_signed(key, "ca")
    pin = Pin.parse("1234", AUTHENTICATION_PIN_RULES)
    state = personalise(
        card_serial=SERIAL,
        authentication=CardKey(key, certificate, ca_certificate),
        pins=CardPins(authentication=pin),
    )
    return Made(cheap(state, {"jpki/0018": b"1234"}), key, certificate, ca_certificate, pin)


FACE = CardFace(
    individual_number=IndividualNumber.from_base("12345678901"),
    name="甲野　花子",
    former_name="乙川",
    address="東京都千代田区丸の内1-1-1",
    birth_date=date(1980, 2, 17),
    sex=Sex.FEMALE,
    municipality_code="13101",
    expires_on=date(2035, 2, 17),
    security_code="2285",
    photo=b"a photo" * 300,
)


@pytest.fixture(scope="session")
def full() -> Full:
    keys = [rsa.generate_private_key(65537, 2048) for _ in range(3)]
    authentication, signature = (
        CardKey(key, self_signed(key, "holder"), self_signed(key, "ca")) for key in keys[:2]
    )
    pins = CardPins(
        authentication=Pin.parse("1234", AUTHENTICATION_PIN_RULES),
        signature=Pin.parse("ABC123", SIGNATURE_PIN_RULES),
        text_support=Pin.parse("5678", TEXT_SUPPORT_PIN_RULES),
        juki=Pin.parse("2468", JUKI_PIN_RULES),
    )
    issuer_key = Ed25519PrivateKey.generate()
    state = personalise(
        card_serial=SERIAL,
        authentication=authentication,
        signature=signature,
        face=FACE,
        pins=pins,
        face_key=keys[2],
        issuer_key=issuer_key.public_key(),
    )
    return Full(cheap(state, PINS), authentication, signature, FACE, pins, keys[2], issuer_key)
