"""Issuing a card with an authentication certificate (Act art. 16-2, 17; 公的個人認証法 art. 22).

J-LIS makes the key, writes it on the card and forgets it: of PIN, key and card nothing is kept here.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime

from cryptography.hazmat.primitives.asymmetric import rsa

from mynumber.foundation.numbers import IndividualNumber
from mynumber.foundation.people import legal_age
from mynumber.foundation.pki import (
    JAPAN,
    IssueRefused,
    card_expiry,
    certificate_expiry,
    end_of_day,
    new_serial,
    serial_text,
)
from mynumber.foundation.smartcard import (
    AUTHENTICATION_PIN_RULES,
    CardKey,
    CardPins,
    MalformedPin,
    Pin,
    personalise,
)
from mynumber.institutions.jlis.certification.authority import Generation
from mynumber.institutions.jlis.certification.models import AuthenticationCertificate
from mynumber.institutions.jlis.certification.revocation import revoke_all_of
from mynumber.institutions.jlis.residents.models import Person
from mynumber.protocols.certification import IssuedCard
from mynumber.protocols.refusal import Hop, Reason, Refused

ADULT = 18


def parse_pin(text: str) -> Pin:
    """Raises Refused(MALFORMED) for what the card would not take."""
    try:
        return Pin.parse(text, AUTHENTICATION_PIN_RULES)
    except MalformedPin:
        raise Refused(Hop.JLIS, Reason.MALFORMED, "not a PIN of 4 digits") from None


def issue_card(
    number: IndividualNumber, pin: Pin, municipality: str, *, generation: Generation, at: datetime
) -> IssuedCard:
    """Make the card of a resident of this municipality, in the caller's transaction. Older cards of the person are revoked.

    Raises Refused: UNKNOWN_RECORD alike for a number that nobody holds and for one who is not, or no longer, a resident of the municipality;
    UNAVAILABLE when the CA cannot issue.
    """
    residents = Person.objects.residents_of(municipality, on=at.astimezone(JAPAN).date())
    person = residents.select_for_update().filter(individual_number=number.digits).first()
    if person is None:
        raise Refused(Hop.JLIS, Reason.UNKNOWN_RECORD)
    revoke_all_of(person, generation=generation, at=at)
    key = rsa.generate_private_key(65537, 2048)
    serial, last_day = new_serial(), _last_day(person.birth_date, at)
    try:
        certificate = generation.authority.issue_authentication(
            key.public_key(),
            common_name=secrets.token_hex(16).upper(),
            serial=serial,
            issued_at=at,
            expires_on=last_day,
        )
    except IssueRefused as refused:
        raise Refused(
            Hop.JLIS, Reason.UNAVAILABLE, f"the CA does not issue: {refused.reason.value}"
        ) from None
    card = personalise(
        card_serial=f"{secrets.randbelow(10**15):015d}",
        authentication=CardKey(key, certificate, generation.authority.certificate_der()),
        pins=CardPins(authentication=pin),
    )
    AuthenticationCertificate.objects.create(
        serial=serial_text(serial),
        person=person,
        generation=generation.number,
        issued_through=municipality,
        issued_at=at.replace(microsecond=0),
        not_after=end_of_day(last_day),
    )
    return IssuedCard(card=card.to_bytes(), certificate_serial=serial_text(serial), expires_on=last_day)


def _last_day(birth: date, at: datetime) -> date:
    """The certificate's last day: the 5th birthday after issue, never past the card."""
    today = at.astimezone(JAPAN).date()
    card = card_expiry(today, birth, adult=legal_age(birth, today) >= ADULT)
    return certificate_expiry(today, birth, card_expiry=card)
