"""How a person's cards stand, for the clerk and for the holder: state, certificates and what happened, in Japanese."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from mynumber.foundation.pki import JAPAN
from mynumber.institutions.jlis.certification import words
from mynumber.institutions.jlis.certification.faces import face_digest
from mynumber.institutions.jlis.certification.holders import state_of
from mynumber.institutions.jlis.certification.models import Card, CardEvent, Certificate
from mynumber.institutions.jlis.certification.rules import day_in_japan
from mynumber.institutions.jlis.certification.words import CertificateReason, EventKind
from mynumber.institutions.jlis.residents.models import Person
from mynumber.protocols.card_life import (
    CardCertificate,
    CardStanding,
    CardStandings,
    CardState,
    IdentityCheck,
)
from mynumber.protocols.card_life import CardEvent as ToldEvent
from mynumber.protocols.certification import CertificateKind, CertificateState

MOST_CARDS: Final = 50
MOST_EVENTS: Final = 200

CHECK_WORDS: Final = {
    IdentityCheck.ONE_WITH_PHOTO: "顔写真付きの本人確認書類1点",
    IdentityCheck.TWO_WITHOUT_PHOTO: "顔写真のない本人確認書類2点",
    IdentityCheck.INQUIRY_LETTER: "照会書兼回答書",
    IdentityCheck.OLD_CARD: "カードと暗証番号",
    IdentityCheck.REPRESENTATIVE: "代理人",
}


def standings_of(person: Person, *, at: datetime) -> CardStandings:
    """Every card and every application of a person, newest first, as it is known here."""
    found = [(card.made_at, standing_of(card, at=at)) for card in _cards(person)]
    have_cards = {standing.application_id for _, standing in found}
    for application in person.card_applications.prefetch_related("events"):
        if application.application_id not in have_cards:
            events = tuple(
                ToldEvent(at=event.at, words=event.get_kind_display())
                for event in sorted(application.events.all(), key=lambda event: (event.at, event.pk))
            )
            standing = CardStanding(
                application_id=application.application_id,
                state=CardState(application.state),
                applied_at=application.applied_at,
                expires_on=application.expires_on,
                events=events[-MOST_EVENTS:],
            )
            found.append((application.applied_at, standing))
    found.sort(key=lambda one: one[0], reverse=True)
    return CardStandings(cards=tuple(standing for _, standing in found[:MOST_CARDS]))


def standing_of(card: Card, *, at: datetime) -> CardStanding:
    """How one card stands."""
    application = (
        card.person.card_applications.filter(application_id=card.application_id).first()
        if card.application_id
        else None
    )
    return CardStanding(
        application_id=card.application_id or None,
        card_serial=card.card_serial,
        state=CardState(card.state),
        applied_at=application.applied_at if application else None,
        expires_on=card.expires_on,
        face_is_current=_face_is_current(card, at=at),
        certificates=tuple(_told(certificate, at=at) for certificate in _certificates(card)),
        events=tuple(ToldEvent(at=event.at, words=event_words(event)) for event in _events(card))[
            -MOST_EVENTS:
        ],
    )


def event_words(event: CardEvent) -> str:
    """One line on what happened."""
    text = words.EVENT_WORDS[EventKind(event.kind)]
    if event.certificate_kind and not event.order_kind:
        text = f"{words.KIND_WORDS[CertificateKind(event.certificate_kind)]}を{_transitive(text)}"
    details = []
    if event.order_kind:
        details.append(words.ORDER_WORDS[event.order_kind])
    if event.reason:
        details.append(CertificateReason(event.reason).words)
    if event.identity_check:
        details.append(f"本人確認：{CHECK_WORDS[IdentityCheck(event.identity_check)]}")
    return f"{text}（{'、'.join(details)}）" if details else text


def _transitive(text: str) -> str:
    return {"失効しました": "失効させました", "有効期間が満了しました": "有効期間の満了により終えました"}.get(
        text, text
    )


def _told(certificate: Certificate, *, at: datetime) -> CardCertificate:
    state = state_of(certificate, at=at)
    why = certificate.reason if state in (CertificateState.SUSPENDED, CertificateState.REVOKED) else None
    return CardCertificate(
        kind=CertificateKind(certificate.kind),
        serial=certificate.serial,
        state=state,
        expires_on=certificate.not_after.astimezone(JAPAN).date(),
        reason=CertificateReason(why).words if why else None,
    )


def _face_is_current(card: Card, *, at: datetime) -> bool:
    if card.face_digest is None:
        return True
    now = face_digest(card.person, expires_on=card.expires_on, on=day_in_japan(at))
    return bytes(card.face_digest) == now


def _cards(person: Person) -> Iterable[Card]:
    return (
        Card.objects.filter(person=person).select_related("person").order_by("-made_at", "-pk")[:MOST_CARDS]
    )


def _certificates(card: Card) -> Iterable[Certificate]:
    return Certificate.objects.filter(card=card).order_by("-issued_at", "-pk")


def _events(card: Card) -> list[CardEvent]:
    newest = CardEvent.objects.filter(card=card).order_by("-at", "-pk")[:MOST_EVENTS]
    return list(newest)[::-1]
