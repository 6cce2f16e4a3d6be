"""Certificates for this device itself (スマートフォン用電子証明書): it makes two key pairs, a card's holder applies for them.

The keys never leave the device; what goes out is their public halves, signed with the card's signature key (protocols.certification).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mynumber.foundation.smartcard import (
    CardFile,
    CardKey,
    CardPins,
    CardState,
    CertificateDoesNotFitKey,
    KeyName,
    Pin,
    PinName,
    personalise,
)
from mynumber.foundation.smartcard.generations import PHONE_TOKEN
from mynumber.protocols.certification import ApplyForPhone, PhoneApplication, PhoneCertificates, phone_digest
from mynumber.protocols.sign_in import PortalClient, Reason, SignInRefused
from mynumber.wallet.chip import Jpki

PATH: Final = "/phone-certificates"
_KEY_BITS, _EXPONENT = 2048, 65537
_SERIAL: Final = "9{:014d}"
"""Serial number of the token: of this device's own making, told apart from cards by its first digit."""


@dataclass(frozen=True, slots=True)
class PhoneKeys:
    """Two key pairs that wait for their certificates."""

    authentication: rsa.RSAPrivateKey = field(repr=False)
    signature: rsa.RSAPrivateKey = field(repr=False)

    @classmethod
    def make(cls) -> PhoneKeys:
        """Fresh ones."""
        return cls(*(rsa.generate_private_key(_EXPONENT, _KEY_BITS) for _ in range(2)))

    def application(self, device: str, *, at: datetime) -> PhoneApplication:
        """What the holder signs."""
        return PhoneApplication(
            device=device,
            authentication_key=_public(self.authentication),
            signature_key=_public(self.signature),
            applied_at=at.replace(microsecond=0),
        )

    def token(self, certificates: PhoneCertificates, pins: CardPins) -> CardState:
        """The keys with their certificates and PINs. Raises SignInRefused(UNREACHABLE) for certificates of other keys."""
        try:
            return personalise(
                card_serial=_SERIAL.format(secrets.randbelow(10**14)),
                authentication=CardKey(
                    self.authentication,
                    certificates.authentication_certificate,
                    certificates.authentication_ca,
                ),
                signature=CardKey(
                    self.signature, certificates.signature_certificate, certificates.signature_ca
                ),
                pins=pins,
                profile=PHONE_TOKEN,
            )
        except (CertificateDoesNotFitKey, ValueError):
            raise SignInRefused(Reason.UNREACHABLE, "certificates of other keys") from None


def sign_application(application: PhoneApplication, card: CardFile, password: Pin) -> ApplyForPhone:
    """Sign with the card's signature key. Raises PinRefused, CardError."""
    jpki = Jpki(card)
    jpki.enter(PinName.SIGNATURE, password)
    return ApplyForPhone(
        application=application,
        certificate=jpki.certificate(KeyName.SIGNATURE),
        signature=jpki.sign(KeyName.SIGNATURE, phone_digest(application)),
    )


def apply(portal: PortalClient, application: ApplyForPhone) -> PhoneCertificates:
    """Hand the application in through the portal. Raises SignInRefused."""
    answer = portal.call("POST", PATH, msgspec.json.encode(application), limit=64 * 1024)
    try:
        return msgspec.json.decode(answer, type=PhoneCertificates)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise SignInRefused(Reason.UNREACHABLE) from None


def _public(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
