"""What municipalities ask of production: which cards lie ready, the card itself, and that it was handed over (Act art. 17)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from mynumber.foundation.keyring import KeyRing
from mynumber.institutions.jlis.cards import applications
from mynumber.institutions.jlis.cards.models import OPEN_STATES, Application, EventKind, FinishedCard
from mynumber.institutions.jlis.cards.production import CARDS
from mynumber.institutions.jlis.certification.cards import activate
from mynumber.institutions.jlis.certification.models import Card
from mynumber.institutions.jlis.residents.models import Person
from mynumber.protocols.card_life import CardState, Deliveries, Delivery, IdentityCheck
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import safe

_AT_TOWN: Final = (CardState.DELIVERED.value, CardState.HANDED_OVER.value)


def deliveries(municipality: str, application_ids: Sequence[str]) -> Deliveries:
    """How the named applications of the municipality stand, or all that are open. Ids that are not the municipality's are left out."""
    if len(application_ids) > BATCH_ITEMS:
        raise Refused(Hop.JLIS, Reason.TOO_LARGE, f"at most {BATCH_ITEMS} applications at once")
    found = Application.objects.filter(municipality=municipality)
    if application_ids:
        found = found.filter(application_id__in=application_ids)
    else:
        found = found.filter(state__in=OPEN_STATES)
    return Deliveries(
        deliveries=tuple(
            Delivery(
                application_id=application.application_id,
                state=CardState(application.state),
                detail=application.detail,
                card_serial=application.card_serial or None,
                expires_on=application.expires_on,
                individual_number=application.person.individual_number,
            )
            for application in found.select_related("person").order_by("applied_at", "pk")[:BATCH_ITEMS]
        )
    )


def collect(municipality: str, card_serial: str, *, ring: KeyRing, at: datetime) -> bytes:
    """The finished card, for the municipality that will hand it over; as often as it asks until then. Raises Refused(UNKNOWN_RECORD)."""
    application = _of(municipality, card_serial)
    finished = FinishedCard.objects.filter(application=application).first()
    if application.state != CardState.DELIVERED or finished is None:
        raise Refused(Hop.JLIS, Reason.UNKNOWN_RECORD)
    if not application.events.filter(kind=EventKind.COLLECTED).exists():
        applications.note(application, EventKind.COLLECTED, by=municipality, at=at)
    return safe.unseal(ring, CARDS, bytes(finished.sealed), about=card_serial)


def handed_over(municipality: str, card_serial: str, check: IdentityCheck, *, at: datetime) -> Card:
    """The holder has the card: its certificates count from now, and nobody else keeps it. Repeated, it changes nothing.

    Raises Refused: UNKNOWN_RECORD, NOT_ENTITLED for a card that ended before it was handed over.
    """
    application = _of(municipality, card_serial)
    Person.objects.select_for_update().get(pk=application.person_id)
    card = Card.objects.select_for_update().get(card_serial=card_serial)
    if application.state == CardState.HANDED_OVER:
        return card
    activate(card, check=check, at=at, by=municipality)
    FinishedCard.objects.filter(application=application).delete()
    applications.forget(application)
    applications.move(application, CardState.HANDED_OVER, EventKind.HANDED_OVER, by=municipality, at=at)
    return card


def _of(municipality: str, card_serial: str) -> Application:
    application = (
        Application.objects.select_for_update()
        .filter(municipality=municipality, card_serial=card_serial, state__in=_AT_TOWN)
        .first()
    )
    if application is None:
        raise Refused(Hop.JLIS, Reason.UNKNOWN_RECORD)
    return application
