"""Making one card: its keys, its certificates, its face.

The keys are made for this card and written to it; nothing of them is kept but the public halves in the certificates, which rest until hand-over. A chip in
a factory would make them itself, and does so here when certificates are renewed (`OrderKind.MAKE_KEY`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa

from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.pki import JAPAN
from mynumber.foundation.smartcard import CardKey, CardPins, internal_public_key, personalise
from mynumber.institutions.jlis.cards.models import Application
from mynumber.institutions.jlis.certification.cards import (
    deliver,
    face_of,
    issue_for_card,
    last_day_of_card,
    new_card_serial,
    remember_chip,
)
from mynumber.institutions.jlis.certification.issuer_keys import face_key, order_key
from mynumber.institutions.jlis.certification.issuing import Issued, may_sign
from mynumber.institutions.jlis.residents.models import Person

_EXPONENT, _BITS = 65537, 2048
_SECURITY_CODE_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class MadeCard:
    """A card as it leaves the factory: no PIN is set, no certificate counts."""

    card: bytes = field(repr=False)
    """`CardState.to_bytes()`."""
    card_serial: str
    expires_on: date


def make(application: Application, person: Person, photo: bytes, *, ring: KeyRing, at: datetime) -> MadeCard:
    """Make the card of an application, in the caller's transaction, which holds the rows of application and person. Raises Refused."""
    today = at.astimezone(JAPAN).date()
    card_serial, expires_on = new_card_serial(), last_day_of_card(person, today)
    wants_signature = application.signature_certificate and may_sign(person, today)
    authentication_key = rsa.generate_private_key(_EXPONENT, _BITS)
    signature_key = rsa.generate_private_key(_EXPONENT, _BITS) if wants_signature else None
    face = face_of(
        person,
        on=today,
        expires_on=expires_on,
        security_code=f"{secrets.randbelow(10**_SECURITY_CODE_DIGITS):0{_SECURITY_CODE_DIGITS}d}",
        photo=photo,
    )
    made = issue_for_card(
        person,
        card_serial=card_serial,
        municipality=application.municipality,
        expires_on=expires_on,
        authentication_key=authentication_key.public_key(),
        signature_key=signature_key.public_key() if signature_key else None,
        keyring=ring,
        at=at,
        application_id=application.application_id,
        face=face,
    )
    card = personalise(
        card_serial=card_serial,
        authentication=_card_key(authentication_key, made.authentication),
        signature=_card_key(signature_key, made.signature) if signature_key and made.signature else None,
        face=face,
        pins=CardPins(),
        face_key=face_key(ring),
        issuer_key=order_key(ring).public_key(),
    )
    remember_chip(made.card, internal_public_key(card))
    deliver(made.card, at=at, by=application.municipality)
    return MadeCard(card.to_bytes(), card_serial, expires_on)


def _card_key(key: rsa.RSAPrivateKey, issued: Issued) -> CardKey:
    return CardKey(key, issued.certificate, issued.ca_certificate)
