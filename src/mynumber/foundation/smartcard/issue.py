"""Making a card: what J-LIS writes onto the chip before it leaves the factory (personalisation)."""

from __future__ import annotations

import os

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mynumber.foundation.smartcard.profile import (
    AUTHENTICATION_CA_CERTIFICATE,
    AUTHENTICATION_CERTIFICATE,
    AUTHENTICATION_KEY,
    AUTHENTICATION_PIN,
    CERTIFICATES_PRESENT,
    INDIVIDUAL_NUMBER_CARD,
    JPKI,
    SIGNATURE_PIN,
    TOKEN_INFORMATION,
    CardProfile,
    ElementaryFile,
    Pin,
    PinRules,
)
from mynumber.foundation.smartcard.state import CardState, Memory, PinRecord, file_name

_SALT_BYTES = 16
_PRESENT, _ABSENT = b"\x8f", b"\x00"
_UNAVAILABLE = 0xFFFFFFFF


class CertificateDoesNotFitKey(Exception):
    """The certificate for the card names another public key than the key for the card."""


def personalise(
    *,
    key: rsa.RSAPrivateKey,
    certificate: bytes,
    ca_certificate: bytes,
    pin: Pin,
    token_serial: str = "0" * 16,
    profile: CardProfile = INDIVIDUAL_NUMBER_CARD,
) -> CardState:
    """Make a card that can authenticate its holder (利用者証明).

    key: RSA-2048 with public exponent 65537. certificate, ca_certificate: X.509 DER. token_serial: 16 ASCII
    characters of EF 0006. The signature PIN exists and is blocked, because clients look for it; the signature key
    and certificate are absent. Raises CertificateDoesNotFitKey, and ValueError for a key the profile cannot use.
    """
    if key.key_size != 2048 or key.public_key().public_numbers().e != 65537:
        raise ValueError("the card holds RSA keys of 2048 bits with exponent 65537")
    if x509.load_der_x509_certificate(certificate).public_key() != key.public_key():
        raise CertificateDoesNotFitKey("the certificate is for another key")
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    rules = _pin_rules(profile, AUTHENTICATION_PIN)
    return CardState(
        Memory(
            profile=profile.name,
            contents={
                file_name(JPKI, TOKEN_INFORMATION): token_information(token_serial),
                file_name(JPKI, CERTIFICATES_PRESENT): _ABSENT + _PRESENT + _ABSENT,
                file_name(JPKI, AUTHENTICATION_CERTIFICATE): certificate,
                file_name(JPKI, AUTHENTICATION_CA_CERTIFICATE): ca_certificate,
            },
            keys={file_name(JPKI, AUTHENTICATION_KEY): private},
            pins={
                file_name(JPKI, AUTHENTICATION_PIN): PinRecord.of(
                    pin, salt=os.urandom(_SALT_BYTES), cost=rules.hash_cost, tries=rules.tries
                ),
                # No PIN matches an empty digest; and with no try left none is compared.
                file_name(JPKI, SIGNATURE_PIN): PinRecord(os.urandom(_SALT_BYTES), b"", rules.hash_cost, 0),
            },
        )
    )


def token_information(serial: str) -> bytes:
    """EF 0006: PKCS#11 CK_TOKEN_INFO, 160 bytes, big-endian (docs/protocols/card.md)."""
    if len(serial) != 16 or not serial.isascii():
        raise ValueError("the serial number of a token has 16 ASCII characters")
    flags, sessions, pin_lengths = (0x0000040D,), (1, 0, 1, 0), (16, 6)
    numbers = (*flags, *sessions, *pin_lengths, *(_UNAVAILABLE,) * 4)
    return b"".join(
        (
            b"JPKIAPICCTOKEN2".ljust(32),
            b"1".rjust(32, b"0"),
            b"E16R01NJ".ljust(16),
            serial.encode("ascii"),
            *(number.to_bytes(4) for number in numbers),
            b"03",
            b"01",
            b"9" * 16,
        )
    )


def _pin_rules(profile: CardProfile, fid: int) -> PinRules:
    application = profile.application(JPKI)
    file: ElementaryFile | None = application.file(fid) if application else None
    if file is None or file.pin is None:
        raise ValueError("this profile has no such PIN")
    return file.pin
