"""Cards from production to their end, and what becomes of the certificates on them (Act art. 16-2 to 18-2, 公的個人認証法 art. 3, 22).

Applications, the production queue and delivery are the business of `jlis.cards`, which calls `issue_for_card`, `deliver`, `activate` and
`discard`. Everything works in the caller's transaction and locks the person before the card.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.people import legal_age
from mynumber.foundation.pki import card_expiry
from mynumber.foundation.smartcard import CardFace
from mynumber.foundation.smartcard.profile import CardPublicKey
from mynumber.institutions.jlis.certification import changes, pictures
from mynumber.institutions.jlis.certification.faces import (
    SEXES,
    certificate_address,
    face_digest,
    municipality_of,
    number_of,
)
from mynumber.institutions.jlis.certification.issuing import Issued, issue
from mynumber.institutions.jlis.certification.models import Card, Certificate
from mynumber.institutions.jlis.certification.rules import day_in_japan
from mynumber.institutions.jlis.certification.words import CARD_KINDS, CertificateReason, EventKind
from mynumber.institutions.jlis.residents.models import Person
from mynumber.protocols.card_life import ApplicationReason, CardState, IdentityCheck
from mynumber.protocols.certification import CertificateKind
from mynumber.protocols.refusal import Hop, Reason, Refused

ADULT: Final = 18
SERIAL_DIGITS: Final = 15
IN_MAKING: Final = (CardState.IN_PRODUCTION, CardState.DELIVERED)
IN_USE: Final = (CardState.HANDED_OVER, CardState.SUSPENDED)


@dataclass(frozen=True, slots=True)
class CardCertificates:
    """A card's row and what goes onto the card."""

    card: Card
    authentication: Issued
    signature: Issued | None


def new_card_serial() -> str:
    """A free 製造番号: 15 digits, drawn at random."""
    while True:
        serial = f"{secrets.randbelow(10**SERIAL_DIGITS):0{SERIAL_DIGITS}d}"
        if not Card.objects.filter(card_serial=serial).exists():
            return serial


def last_day_of_card(person: Person, today: date) -> date:
    """A card lasts to the 10th birthday, that of a person under 18 to the 5th; a birthday more when one in use is in its last three months.

    (The end of a foreign resident's period of stay, which a card does not outlive, is not notified to J-LIS yet.)
    """
    before = Card.objects.filter(person=person, state__in=IN_USE).first()
    return card_expiry(
        today,
        person.birth_date,
        adult=legal_age(person.birth_date, today) >= ADULT,
        renews=before.expires_on if before else None,
    )


def face_of(person: Person, *, expires_on: date, security_code: str, photo: bytes, on: date) -> CardFace:
    """券面: what the residents network knows of the person on a day."""
    return CardFace(
        individual_number=number_of(person),
        name=person.name,
        former_name=person.former_name or None,
        address=certificate_address(person, on=on),
        birth_date=person.birth_date,
        sex=SEXES[person.sex],
        municipality_code=municipality_of(person.municipality).code.digits[:5],
        expires_on=expires_on,
        security_code=security_code,
        photo=photo,
    )


def issue_for_card(
    person: Person,
    *,
    card_serial: str,
    municipality: str,
    expires_on: date,
    authentication_key: rsa.RSAPublicKey,
    signature_key: rsa.RSAPublicKey | None,
    keyring: KeyRing,
    at: datetime,
    application_id: str = "",
    face: CardFace | None = None,
) -> CardCertificates:
    """Enter a card that is being made, with its certificates: suspended until `activate`. The caller holds the person's row
    (`select_for_update`).

    municipality: member id of the one that will hand over. signature_key: None for a holder who wants none, or is too young (`may_sign`).
    face: what was written to it; None for a card without. Raises Refused: NOT_ENTITLED, MALFORMED, UNAVAILABLE as `issuing.issue`, and
    NOT_ENTITLED when another card of the person is in the making.
    """
    if Card.objects.filter(person=person, state__in=IN_MAKING).exists():
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "another card of the holder is in the making")
    card = Card.objects.create(
        card_serial=card_serial,
        person=person,
        application_id=application_id,
        municipality=municipality,
        state=CardState.IN_PRODUCTION,
        state_since=at,
        expires_on=expires_on,
        made_at=at,
        face_written_at=at if face else None,
        face_digest=face_digest(person, expires_on=expires_on, on=day_in_japan(at)) if face else None,
    )
    if face:
        pictures.keep(card, face, keyring)
    changes.note(card, EventKind.MADE, at=at, by=municipality)
    issue_kind = partial(
        issue, card=card, person=person, keyring=keyring, through=municipality, at=at, suspended=True
    )
    authentication = issue_kind(CertificateKind.AUTHENTICATION, authentication_key)
    signature = issue_kind(CertificateKind.SIGNATURE, signature_key) if signature_key else None
    return CardCertificates(card, authentication, signature)


def remember_chip(card: Card, chip_key: CardPublicKey | None) -> None:
    """Keep the chip's own public key (`smartcard.internal_public_key` of the card as made), for files of its face that are written later."""
    if chip_key is not None:
        card.chip_key = chip_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        card.save(update_fields=["chip_key"])


def deliver(card: Card, *, at: datetime, by: str) -> None:
    """The card has come to the municipality."""
    if card.state == CardState.IN_PRODUCTION:
        _set_state(card, CardState.DELIVERED, at=at)
        changes.note(card, EventKind.DELIVERED, at=at, by=by)


def activate(card: Card, *, check: IdentityCheck, at: datetime, by: str) -> None:
    """Hand-over (交付): an older card ends, the new one's certificates count from now. A card that was handed over stays so.

    The caller holds the person's row. Raises Refused(NOT_ENTITLED) for a card that is not there to be handed over.
    """
    if card.state == CardState.HANDED_OVER:
        return
    if card.state not in IN_MAKING:
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "the card is not there to be handed over")
    for older in Card.objects.filter(person=card.person_id, state__in=IN_USE).select_for_update():
        end(older, CertificateReason.SUPERSEDED, at=at, by=by)
    _set_state(card, CardState.HANDED_OVER, at=at, handed_over=True)
    # Certificates of a person's earlier cards count no more, whatever became of those cards.
    others = Certificate.objects.filter(person=card.person_id, kind__in=CARD_KINDS).exclude(card=card)
    changes.revoke(others, CertificateReason.SUPERSEDED, at=at, by=by)
    changes.put_in_force(Certificate.objects.filter(card=card), at=at)
    changes.note(card, EventKind.HANDED_OVER, at=at, by=by, identity_check=check)


def discard(card: Card, *, at: datetime, by: str) -> None:
    """A card that was made and never handed over ends: spoiled, not collected in time, or the application withdrawn."""
    if card.state in IN_MAKING:
        end(card, CertificateReason.CARD_ENDED, at=at, by=by)


def report_lost(card: Card, *, at: datetime, by: str) -> None:
    """紛失の届出: card, its certificates and those of the phones rest at once. Reporting again changes nothing."""
    if card.state != CardState.HANDED_OVER:
        if card.state == CardState.SUSPENDED:
            return
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "the card is not in use")
    _set_state(card, CardState.SUSPENDED, at=at)
    changes.suspend(Certificate.objects.filter(card=card), at=at)
    changes.note(card, EventKind.REPORTED_LOST, at=at, by=by)


def report_found(card: Card, *, check: IdentityCheck, at: datetime, by: str) -> None:
    """発見の届出: what was suspended goes on."""
    if card.state != CardState.SUSPENDED:
        if card.state == CardState.HANDED_OVER:
            return
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "the card has ended")
    _set_state(card, CardState.HANDED_OVER, at=at)
    changes.resume(Certificate.objects.filter(card=card), at=at)
    changes.note(card, EventKind.FOUND, at=at, by=by, identity_check=check)


def take_back(card: Card, reason: ApplicationReason | None, *, at: datetime, by: str) -> None:
    """返納, or a loss that is final: the card ends and everything on it is revoked. Returning again changes nothing.

    Raises Refused(NOT_ENTITLED) for a card that was not handed over: its application is withdrawn instead.
    """
    if card.state in (CardState.RETURNED, CardState.ENDED):
        return
    if card.state not in IN_USE:
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "the card was not handed over")
    lost = reason is ApplicationReason.LOST
    state = CardState.ENDED if lost else CardState.RETURNED
    _set_state(card, state, at=at)
    why = CertificateReason.LOST if lost else CertificateReason.RETURNED
    changes.revoke(Certificate.objects.filter(card=card), why, at=at, by=by)
    changes.note(card, EventKind.ENDED if lost else EventKind.RETURNED, at=at, by=by, reason=why)


def end(card: Card, reason: CertificateReason, *, at: datetime, by: str) -> None:
    """廃止・失効: replaced, expired, or its holder died, left or was not taken in."""
    if card.state in (CardState.RETURNED, CardState.ENDED):
        return
    _set_state(card, CardState.ENDED, at=at)
    changes.revoke(Certificate.objects.filter(card=card), reason, at=at, by=by)
    changes.note(card, EventKind.ENDED, at=at, by=by, reason=reason)


def _set_state(card: Card, state: CardState, *, at: datetime, handed_over: bool = False) -> None:
    card.state, card.state_since = state, at
    if handed_over:
        card.handed_over_at = at
    card.save(update_fields=["state", "state_since", "handed_over_at"])
