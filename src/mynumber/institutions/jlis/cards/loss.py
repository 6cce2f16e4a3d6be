"""The loss desk (個人番号カードコールセンター): a call at any hour, and both certificates rest (Act art. 17(5), 公的個人認証法 art. 15, 33).

The caller shows nothing: exactly the four attributes name the person, and a call back makes sure. Suspending does little harm and can be taken back at the
counter, so more is not asked for; nothing about the person is told to the caller.
"""

from __future__ import annotations

from datetime import datetime

from mynumber.institutions.jlis.cards.models import LossCall, LossOutcome
from mynumber.institutions.jlis.certification.cards import report_lost
from mynumber.institutions.jlis.certification.models import Card
from mynumber.institutions.jlis.residents.attributes import key_of
from mynumber.institutions.jlis.residents.models import Person, Status
from mynumber.protocols.card_life import CardState
from mynumber.protocols.refusal import Refused
from mynumber.protocols.residents import FourAttributes

_BY = "jlis"


def take_call(attributes: FourAttributes, *, called_back: bool, taken_by: str, at: datetime) -> LossOutcome:
    """Suspend the card of exactly this person, in the caller's transaction, and record the call, whatever came of it."""
    person = _person(attributes)
    outcome = _outcome(person, called_back=called_back, at=at)
    LossCall.objects.create(at=at, taken_by=taken_by, outcome=outcome, person=person)
    return outcome


def _outcome(person: Person | None, *, called_back: bool, at: datetime) -> LossOutcome:
    if person is None:
        return LossOutcome.NOT_FOUND
    if not called_back:
        return LossOutcome.NOT_CONFIRMED
    cards = Card.objects.select_for_update().filter(person=person)
    card = cards.filter(state__in=[CardState.HANDED_OVER.value, CardState.SUSPENDED.value]).first()
    if card is None:
        return LossOutcome.NO_CARD
    if card.state == CardState.SUSPENDED:
        return LossOutcome.ALREADY
    report_lost(card, at=at, by=_BY)
    return LossOutcome.SUSPENDED


def _person(attributes: FourAttributes) -> Person | None:
    """The one person whom all four name; nobody when there are several."""
    try:
        key = key_of(attributes)
    except Refused:
        return None
    found = Person.objects.select_for_update().filter(
        birth_date=key.birth_date,
        name_key=key.name,
        address_key=key.address,
        sex=key.sex,
        status=Status.CURRENT,
    )[:2]
    people = list(found)
    return people[0] if len(people) == 1 else None
