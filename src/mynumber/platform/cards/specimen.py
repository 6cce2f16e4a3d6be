"""A card to try things out with: a person who does not exist, certified by CAs made for this one card.

Nobody else believes it. For a card that the platform believes, apply for one at a municipality of the platform.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mynumber.foundation.numbers import IndividualNumber
from mynumber.foundation.people import Sex
from mynumber.foundation.pki import (
    AUTHENTICATION,
    JAPAN,
    SIGNATURE,
    CertificateAuthority,
    Municipality,
    SignatureHolder,
    card_expiry,
    certificate_expiry,
    new_serial,
)
from mynumber.foundation.smartcard import (
    PIN_RULES,
    CardFace,
    CardKey,
    CardPins,
    CardState,
    Pin,
    PinName,
    personalise,
)
from mynumber.foundation.smartcard.picture import picture_of

MUNICIPALITY = "13101"
PINS = {
    PinName.AUTHENTICATION: "1234",
    PinName.SIGNATURE: "ABC123",
    PinName.TEXT_SUPPORT: "1234",
    PinName.JUKI: "1234",
}


@dataclass(frozen=True, slots=True)
class Specimen:
    """The card, and what a stranger needs to check what it does. Nothing but the card is secret."""

    card: CardState
    files: dict[str, bytes]
    """Public files by name: certificates (PEM) of the holder and of the CAs, key of the issuer of faces (PEM)."""
    face: CardFace


def make_specimen(now: datetime) -> Specimen:
    """Make a card that is valid from now on (aware)."""
    authentication_ca = CertificateAuthority.create(now=now, profile=AUTHENTICATION)
    signature_ca = CertificateAuthority.create(now=now, profile=SIGNATURE)
    face_key = rsa.generate_private_key(65537, 2048)
    face = _face(now.astimezone(JAPAN).date())
    last_day = certificate_expiry(now.astimezone(JAPAN).date(), face.birth_date, card_expiry=face.expires_on)
    authentication = _authentication(authentication_ca, now, last_day)
    signature = _signature(signature_ca, face, now, last_day)
    pins = {which: Pin.parse(text, PIN_RULES[which]) for which, text in PINS.items()}
    card = personalise(
        card_serial=f"{secrets.randbelow(10**15):015d}",
        authentication=authentication,
        signature=signature,
        face=face,
        face_key=face_key,
        pins=CardPins(**{which.value: pin for which, pin in pins.items()}),
    )
    public = face_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    files = {
        "authentication.pem": _pem(authentication.certificate),
        "signature.pem": _pem(signature.certificate),
        "ca-authentication.pem": _pem(authentication.ca_certificate),
        "ca-signature.pem": _pem(signature.ca_certificate),
        "card-face.pem": public,
    }
    return Specimen(card, files, face)


def _face(today: date) -> CardFace:
    birth = date(1990, 5, 3)
    return CardFace(
        individual_number=IndividualNumber.from_base("12345678901"),
        name="見本　花子",
        former_name=None,
        address="東京都千代田区見本町1-2-3",
        birth_date=birth,
        sex=Sex.FEMALE,
        municipality_code=MUNICIPALITY,
        expires_on=card_expiry(today, birth, adult=True),
        security_code=f"{secrets.randbelow(10**4):04d}",
        photo=picture_of("見本"),
    )


def _authentication(authority: CertificateAuthority, now: datetime, last_day: date) -> CardKey:
    key = rsa.generate_private_key(65537, 2048)
    certificate = authority.issue_authentication(
        key.public_key(),
        common_name=secrets.token_hex(16).upper(),
        serial=new_serial(),
        issued_at=now,
        expires_on=last_day,
        municipality=Municipality.of(MUNICIPALITY),
    )
    return CardKey(key, certificate, authority.certificate_der())


def _signature(authority: CertificateAuthority, face: CardFace, now: datetime, last_day: date) -> CardKey:
    key = rsa.generate_private_key(65537, 2048)
    certificate = authority.issue_signature(
        key.public_key(),
        holder=SignatureHolder.of(face.name, address=face.address, birth_date=face.birth_date, sex=face.sex),
        municipality=Municipality.of(MUNICIPALITY),
        common_name=secrets.token_hex(16).upper(),
        serial=new_serial(),
        issued_at=now,
        expires_on=last_day,
    )
    return CardKey(key, certificate, authority.certificate_der())


def _pem(certificate: bytes) -> bytes:
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)
