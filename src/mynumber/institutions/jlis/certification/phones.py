"""移動端末設備用電子証明書: certificates for keys that a phone made, applied for with the card's signature key (公的個人認証法 art. 16-2 ff., 35-2 ff.).

Each hangs on the card's certificate of the same purpose: it lasts as long, rests and falls with it. A holder has one phone: certificates for
another end those of the first. (The real service allows one Android phone and one iPhone; which a phone is, the application does not say.)
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from mynumber.foundation.keyring import KeyRing
from mynumber.institutions.jlis.certification import changes
from mynumber.institutions.jlis.certification.issuing import issue, parse_key
from mynumber.institutions.jlis.certification.models import Card, Certificate, PhoneApplication
from mynumber.institutions.jlis.certification.proofs import believe
from mynumber.institutions.jlis.certification.words import PHONE_KINDS, CertificateReason, StoredState
from mynumber.institutions.jlis.residents.models import Status
from mynumber.protocols.card_life import CardState
from mynumber.protocols.certification import (
    ApplyForPhone,
    CertificateKind,
    PhoneCertificates,
    phone_digest,
)
from mynumber.protocols.refusal import Hop, Reason, Refused

FRESH: Final = timedelta(minutes=10)
"""How old an application may be when it arrives. This project's choice."""
AHEAD: Final = timedelta(minutes=2)


def issue_for_phone(
    asked: ApplyForPhone, *, keyring: KeyRing, through: str, at: datetime
) -> PhoneCertificates:
    """Issue both certificates, in the caller's transaction.

    Raises Refused: EXPIRED for an application that is not of now, REPLAYED for one that was answered, NOT_ENTITLED for a card's certificate that is
    not good or a card without both, MALFORMED for keys, BAD_SIGNATURE.
    """
    application = asked.application
    if not at - FRESH <= application.applied_at <= at + AHEAD:
        raise Refused(Hop.JLIS, Reason.EXPIRED, "the application is not of now")
    keys = [parse_key(application.authentication_key), parse_key(application.signature_key)]
    if keys[0] == keys[1]:
        raise Refused(Hop.JLIS, Reason.MALFORMED, "a phone has a key for each certificate")
    digest = phone_digest(application)
    shown = believe(
        asked.certificate,
        digest=digest,
        signature=asked.signature,
        kinds={CertificateKind.SIGNATURE},
        at=at,
    )
    person, card = shown.row.person, shown.row.card
    if card.state != CardState.HANDED_OVER or person.status != Status.CURRENT:
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "the card is not in use")
    if PhoneApplication.objects.filter(digest=digest).exists():
        raise Refused(Hop.JLIS, Reason.REPLAYED, "the application was answered before")
    PhoneApplication.objects.create(
        digest=digest,
        certificate=shown.row,
        device=application.device,
        applied_at=application.applied_at,
        received_at=at,
        received_through=through,
    )
    earlier = Certificate.objects.filter(person=person, kind__in=PHONE_KINDS)
    changes.revoke(earlier, CertificateReason.SUPERSEDED, at=at, by=through)
    authentication, signature = (
        issue(
            kind,
            key,
            card,
            person,
            keyring=keyring,
            through=through,
            at=at,
            parent=parent,
            device=application.device,
        )
        for kind, key, parent in zip(
            PHONE_KINDS, keys, (_authentication_of(card, at=at), shown.row), strict=True
        )
    )
    return PhoneCertificates(
        authentication_certificate=authentication.certificate,
        authentication_ca=authentication.ca_certificate,
        signature_certificate=signature.certificate,
        signature_ca=signature.ca_certificate,
    )


def _authentication_of(card: Card, *, at: datetime) -> Certificate:
    """The card's authentication certificate, on which the phone's hangs."""
    found = Certificate.objects.filter(
        card=card, kind=CertificateKind.AUTHENTICATION, state=StoredState.GOOD, not_after__gte=at
    ).first()
    if found is None:
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "the card has no authentication certificate in force")
    return found
