"""The messages of card production (docs/protocols/card-life.md)."""

from __future__ import annotations

from django.db import transaction

from mynumber.foundation.envelope import CLOCK_SKEW
from mynumber.institutions.jlis.cards import applications, delivery, worker
from mynumber.institutions.jlis.certification.standings import standing_of
from mynumber.institutions.jlis.doors import door
from mynumber.institutions.jlis.residents.messages import parse_number
from mynumber.protocols.card_life import (
    APPLY_FOR_CARD,
    COLLECT_CARD,
    HAND_OVER,
    QUERY_DELIVERIES,
    REQUEST_FORM,
    ApplyForCard,
    CardApplication,
    CardForm,
    CardStanding,
    CardState,
    CollectCard,
    CollectedCard,
    Deliveries,
    HandOver,
    QueryDeliveries,
    RequestForm,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import Question, this_node


def answer_form(question: Question[RequestForm]) -> CardForm:
    """A form for a resident of the sender."""
    number = parse_number(question.body.individual_number)
    form = applications.make_form(number, question.sender, at=question.at)
    return CardForm(application_id=form.application_id)


def answer_apply(question: Question[ApplyForCard]) -> CardApplication:
    """An application for a resident of the sender."""
    body = question.body
    application = applications.take_in(
        applications.CounterApplication(
            application_id=body.application_id,
            number=parse_number(body.individual_number),
            municipality=question.sender,
            reason=body.reason,
            photo=body.photo,
            former_name=body.former_name,
            signature_certificate=body.signature_certificate,
        ),
        ring=this_node().keyring,
        at=question.at,
    )
    transaction.on_commit(worker.wake)
    return CardApplication(application_id=application.application_id, state=CardState(application.state))


def answer_deliveries(question: Question[QueryDeliveries]) -> Deliveries:
    """How the sender's applications stand."""
    return delivery.deliveries(question.sender, question.body.application_ids)


def answer_collect(question: Question[CollectCard]) -> CollectedCard:
    """A finished card for the sender."""
    serial = question.body.card_serial
    card = delivery.collect(question.sender, serial, ring=this_node().keyring, at=question.at)
    return CollectedCard(card_serial=serial, card=card)


def answer_hand_over(question: Question[HandOver]) -> CardStanding:
    """The holder has the card."""
    body = question.body
    if body.handed_over_at > question.at + CLOCK_SKEW:
        raise Refused(Hop.JLIS, Reason.MALFORMED, "the hand-over lies in the future")
    card = delivery.handed_over(question.sender, body.card_serial, body.check, at=question.at)
    return standing_of(card, at=question.at)


routes = [
    *door(REQUEST_FORM, answer_form),
    *door(APPLY_FOR_CARD, answer_apply),
    *door(QUERY_DELIVERIES, answer_deliveries),
    *door(COLLECT_CARD, answer_collect),
    *door(HAND_OVER, answer_hand_over),
]
