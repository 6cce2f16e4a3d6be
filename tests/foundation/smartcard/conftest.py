"""A card whose PIN costs next to nothing to compare, so that many commands can be tried."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from mynumber.foundation.smartcard import AUTHENTICATION_PIN_RULES, CardState, Pin, personalise
from mynumber.foundation.smartcard.state import PinRecord


@dataclass(frozen=True)
class Made:
    """A card and what was put on it."""

    state: CardState
    key: rsa.RSAPrivateKey
    certificate: bytes
    ca_certificate: bytes
    pin: Pin


def self_signed(key: rsa.RSAPrivateKey, name: str) -> bytes:
    """Some certificate for `key`: the card does not judge certificates."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 1, start, start + timedelta(days=1))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.fixture(scope="session")
def made() -> Made:
    key = rsa.generate_private_key(65537, 2048)
    certificate, ca_certificate = self_signed(key, "holder"), self_signed(key, "ca")
    pin = Pin.parse("1234", AUTHENTICATION_PIN_RULES)
    state = personalise(key=key, certificate=certificate, ca_certificate=ca_certificate, pin=pin)
    cheap = {
        "jpki/0018": PinRecord.of(pin, salt=bytes(16), cost=2, tries=3),
        "jpki/001B": msgspec.structs.replace(state.memory.pins["jpki/001B"], cost=2),
    }
    state = replace(state, memory=msgspec.structs.replace(state.memory, pins=cheap))
    return Made(state, key, certificate, ca_certificate, pin)
