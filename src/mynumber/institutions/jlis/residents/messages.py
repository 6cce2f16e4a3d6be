"""The messages of the residents network (docs/protocols/residents.md)."""

from __future__ import annotations

from django.db import transaction

from mynumber.foundation.numbers import IndividualNumber, MalformedNumber
from mynumber.institutions.jlis.inbox.endpoint import Question, accept_once, endpoint
from mynumber.institutions.jlis.residents.look_up import Asking, look_up, look_up_by_number
from mynumber.institutions.jlis.residents.registration import register_residents
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import (
    LOOK_UP,
    LOOK_UP_BY_NUMBER,
    REGISTER_RESIDENTS,
    LookUp,
    LookUpByNumber,
    LookUpByNumberResult,
    LookUpResults,
    RegisterResidents,
    RegisterResults,
)


def answer_register(question: Question[RegisterResidents]) -> RegisterResults:
    """Entries of the sender's own register: the municipality is who signed, never what a message says."""
    with transaction.atomic():
        accept_once(question)
        return register_residents(question.body.entries, question.sender, at=question.at)


def answer_look_up(question: Question[LookUp]) -> LookUpResults:
    """Look-ups by exactly the four attributes, all recorded before any is answered."""
    if len(question.body.attributes) > BATCH_ITEMS:
        raise Refused(Hop.JLIS, Reason.TOO_LARGE, f"at most {BATCH_ITEMS} people can be looked up at once")
    with transaction.atomic():
        accept_once(question)
        return look_up(question.body.attributes, asking(question))


def answer_look_up_by_number(question: Question[LookUpByNumber]) -> LookUpByNumberResult:
    """A look-up by number, recorded before it is answered."""
    number = parse_number(question.body.individual_number)
    with transaction.atomic():
        accept_once(question)
        return look_up_by_number(number, asking(question))


def asking(question: Question[LookUp] | Question[LookUpByNumber]) -> Asking:
    """Who asks, for the record."""
    return Asking(question.sender, question.message_id, question.at)


def parse_number(text: str) -> IndividualNumber:
    """Raises Refused(MALFORMED) for what cannot be an individual number."""
    try:
        return IndividualNumber.parse(text)
    except MalformedNumber:
        raise Refused(Hop.JLIS, Reason.MALFORMED, "not an individual number") from None


register = endpoint(REGISTER_RESIDENTS, answer_register)
by_attributes = endpoint(LOOK_UP, answer_look_up)
by_number = endpoint(LOOK_UP_BY_NUMBER, answer_look_up_by_number)
