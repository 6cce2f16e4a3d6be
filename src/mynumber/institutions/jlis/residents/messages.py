"""The messages of the residents network (docs/protocols/residents.md)."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from mynumber.foundation.numbers import IndividualNumber, MalformedNumber
from mynumber.institutions.jlis.certification.automatic import follow_the_register
from mynumber.institutions.jlis.doors import door
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
from mynumber.webkit.messages import Question

Q = TypeVar("Q", bound=msgspec.Struct)


def answer_register(question: Question[RegisterResidents]) -> RegisterResults:
    """Entries of the sender's own register: the municipality is who signed, never what a message says."""
    return register_residents(question.body.entries, asking(question), follow=follow_the_register)


def answer_look_up(question: Question[LookUp]) -> LookUpResults:
    """Look-ups by exactly the four attributes, all recorded before any is answered."""
    if len(question.body.attributes) > BATCH_ITEMS:
        raise Refused(Hop.JLIS, Reason.TOO_LARGE, f"at most {BATCH_ITEMS} people can be looked up at once")
    return look_up(question.body.attributes, asking(question))


def answer_look_up_by_number(question: Question[LookUpByNumber]) -> LookUpByNumberResult:
    """A look-up by number, recorded before it is answered."""
    return look_up_by_number(parse_number(question.body.individual_number), asking(question))


def asking(question: Question[Q]) -> Asking:
    """Who asks, for the record."""
    return Asking(question.sender, question.received.header.message_id, question.at)


def parse_number(text: str) -> IndividualNumber:
    """Raises Refused(MALFORMED) for what cannot be an individual number."""
    try:
        return IndividualNumber.parse(text)
    except MalformedNumber:
        raise Refused(Hop.JLIS, Reason.MALFORMED, "not an individual number") from None


routes = [
    *door(REGISTER_RESIDENTS, answer_register),
    *door(LOOK_UP, answer_look_up),
    *door(LOOK_UP_BY_NUMBER, answer_look_up_by_number),
]
