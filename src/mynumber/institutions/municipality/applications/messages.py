"""The messages of `protocols.applications` at a municipality."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from mynumber.institutions.municipality.applications.arriving import arrive
from mynumber.institutions.municipality.applications.models import Application, ToldStep
from mynumber.institutions.municipality.applications.prefilling import prefill
from mynumber.protocols.applications import Application as Sent
from mynumber.protocols.applications import Arrival, Prefill, Prefilled
from mynumber.webkit.examination.answering import message_urls
from mynumber.webkit.messages import Afterwards, Question


def answer_prefill(question: Question[Prefill]) -> Prefilled:
    """What is known, recorded before it is told."""
    return prefill(question.body, sender=question.sender, at=question.at)


def answer_submit(question: Question[Sent]) -> Afterwards[Arrival]:
    """Take it in, once J-LIS was asked about the certificate: after the commit of the message, in transactions of its own."""
    code = question.receiver.removeprefix("municipality.")
    now = partial(datetime.now, UTC)
    return Afterwards(partial(arrive, code, question.body, sender=question.sender, now=now))


message_urlpatterns = message_urls(answer_prefill, answer_submit, Application, ToldStep)
