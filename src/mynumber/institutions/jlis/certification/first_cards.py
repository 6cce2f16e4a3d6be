"""The old way to a card (`ISSUE_CARD`, `REVOKE_CERTIFICATE`): made, handed over and in force at once. Goes when the counter hands over."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa

from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.numbers import IndividualNumber
from mynumber.foundation.pki import JAPAN
from mynumber.foundation.smartcard import (
    AUTHENTICATION_PIN_RULES,
    CardKey,
    CardPins,
    MalformedPin,
    Pin,
    personalise,
)
from mynumber.institutions.jlis.certification import changes
from mynumber.institutions.jlis.certification.cards import (
    activate,
    issue_for_card,
    last_day_of_card,
    new_card_serial,
)
from mynumber.institutions.jlis.certification.holders import check_serial
from mynumber.institutions.jlis.certification.models import Certificate
from mynumber.institutions.jlis.certification.rules import day_in_japan
from mynumber.institutions.jlis.certification.words import CertificateReason
from mynumber.institutions.jlis.residents.models import Person
from mynumber.protocols.card_life import IdentityCheck
from mynumber.protocols.certification import IssuedCard
from mynumber.protocols.refusal import Hop, Reason, Refused

REASONS_OF_MUNICIPALITIES: Final = frozenset(
    {CertificateReason.LOST, CertificateReason.RETURNED, CertificateReason.COMPROMISED}
)


def parse_pin(text: str) -> Pin:
    """Raises Refused(MALFORMED) for what the card would not take."""
    try:
        return Pin.parse(text, AUTHENTICATION_PIN_RULES)
    except MalformedPin:
        raise Refused(Hop.JLIS, Reason.MALFORMED, "not a PIN of 4 digits") from None


def issue_card(
    number: IndividualNumber, pin: Pin, municipality: str, *, keyring: KeyRing, at: datetime
) -> IssuedCard:
    """Make the card of a resident of this municipality, in the caller's transaction. Older cards of the person end.

    Raises Refused: UNKNOWN_RECORD alike for a number that nobody holds and for one who is not, or no longer, a resident of the municipality;
    UNAVAILABLE when the CA cannot issue.
    """
    today = day_in_japan(at)
    residents = Person.objects.residents_of(municipality, on=today)
    person = residents.select_for_update().filter(individual_number=number.digits).first()
    if person is None:
        raise Refused(Hop.JLIS, Reason.UNKNOWN_RECORD)
    key = rsa.generate_private_key(65537, 2048)
    made = issue_for_card(
        person,
        card_serial=new_card_serial(),
        municipality=municipality,
        expires_on=last_day_of_card(person, today),
        authentication_key=key.public_key(),
        signature_key=None,
        keyring=keyring,
        at=at,
    )
    activate(made.card, check=IdentityCheck.ONE_WITH_PHOTO, at=at, by=municipality)
    issued = made.authentication
    card = personalise(
        card_serial=made.card.card_serial,
        authentication=CardKey(key, issued.certificate, issued.ca_certificate),
        pins=CardPins(authentication=pin),
    )
    last_day = issued.row.not_after.astimezone(JAPAN).date()
    return IssuedCard(card=card.to_bytes(), certificate_serial=issued.row.serial, expires_on=last_day)


def revoke(serial: str, reason: str, municipality: str, *, at: datetime) -> None:
    """Revoke a certificate that this municipality issued, or whose holder lives there now.

    A certificate that is revoked already stays as it was. Raises Refused: MALFORMED, and UNKNOWN_RECORD alike for a serial number that does not
    exist and for one that is none of the sender's business.
    """
    check_serial(serial)
    if reason not in REASONS_OF_MUNICIPALITIES:
        raise Refused(Hop.JLIS, Reason.MALFORMED, "not a reason for revocation")
    certificate = Certificate.objects.select_related("person").filter(serial=serial).first()
    if certificate is None or municipality not in (
        certificate.issued_through,
        certificate.person.municipality,
    ):
        raise Refused(Hop.JLIS, Reason.UNKNOWN_RECORD)
    certificates = Certificate.objects.filter(pk=certificate.pk)
    changes.revoke(certificates, CertificateReason(reason), at=at, by=municipality)
