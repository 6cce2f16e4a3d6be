"""The messages of `protocols.applications` at a municipality: PREFILL, SUBMIT, WRITE, FOLLOW, from the portal alone."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from mynumber.institutions.municipality.applications.arriving import arrive
from mynumber.institutions.municipality.applications.examining import take_letter
from mynumber.institutions.municipality.applications.models import Application, ToldStep
from mynumber.institutions.municipality.applications.prefilling import prefill
from mynumber.institutions.municipality.applications.telling import MOST_BYTES, read
from mynumber.protocols.applications import (
    FOLLOW,
    PREFILL,
    SUBMIT,
    WRITE,
    Arrival,
    Follow,
    Followed,
    Letter,
    Prefill,
    Prefilled,
    Told,
)
from mynumber.protocols.applications import Application as Sent
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import Afterwards, Question, message_routes, only

MOST_STEPS = 1000


def _code(receiver: str) -> str:
    return receiver.removeprefix("municipality.")


def answer_prefill(question: Question[Prefill]) -> Prefilled:
    """What is known, recorded before it is told."""
    return prefill(question.body, sender=question.sender, at=question.at)


def answer_submit(question: Question[Sent]) -> Afterwards[Arrival]:
    """Take it in, once J-LIS was asked about the certificate: after the commit of the message, in transactions of its own."""
    return Afterwards(
        partial(
            arrive,
            _code(question.receiver),
            question.body,
            sender=question.sender,
            now=partial(datetime.now, UTC),
        )
    )


def answer_write(question: Question[Letter]) -> Acknowledged:
    """A withdrawal or a question. Raises Refused: for an application that did not come from the sender, or is decided."""
    letter = question.body
    application = Application.objects.filter(reference=letter.application, sender=question.sender).first()
    if application is None:
        raise Refused(Hop.PROVIDER, Reason.UNKNOWN_RECORD)
    taken = take_letter(
        application, letter.letter, letter.kind, letter.words, sent_at=letter.at, at=question.at
    )
    if not taken:
        raise Refused(Hop.PROVIDER, Reason.NOT_ENTITLED, "it is decided")
    return Acknowledged()


def answer_follow(question: Question[Follow]) -> Followed:
    """The steps after those that are known, in order; as many as fit. Of what did not come from the sender: nothing."""
    if len(question.body.applications) > BATCH_ITEMS:
        raise Refused(Hop.PROVIDER, Reason.TOO_LARGE)
    steps: list[Told] = []
    size = 0
    for one in question.body.applications:
        rows = ToldStep.objects.filter(
            application__reference=one.application,
            application__sender=question.sender,
            number__gt=one.known,
        ).order_by("number")
        for row in rows:
            size += len(row.body)
            if steps and (size > MOST_BYTES or len(steps) == MOST_STEPS):
                return Followed(steps=tuple(steps))
            steps.append(read(row))
    return Followed(steps=tuple(steps))


message_urlpatterns = [
    *message_routes(PREFILL, answer_prefill, hop=Hop.PROVIDER, may_ask=only("portal")),
    *message_routes(SUBMIT, answer_submit, hop=Hop.PROVIDER, may_ask=only("portal")),
    *message_routes(WRITE, answer_write, hop=Hop.PROVIDER, may_ask=only("portal")),
    *message_routes(FOLLOW, answer_follow, hop=Hop.PROVIDER, may_ask=only("portal")),
]
