"""The messages of `protocols.applications` at the pension service."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Final

from mynumber.institutions.pension_service.exemptions.arriving import Arriving, require_decided_here
from mynumber.institutions.pension_service.exemptions.models import Application, Disclosure, ToldStep
from mynumber.institutions.pension_service.exemptions.people import identify
from mynumber.institutions.pension_service.exemptions.sheets import own_records
from mynumber.protocols.applications import Application as Sent
from mynumber.protocols.applications import Arrival, Prefill, Prefilled
from mynumber.webkit.examination.answering import (
    disclosed,
    fields_asked,
    form_asked,
    message_urls,
    nothing,
    prefilled,
)
from mynumber.webkit.examination.representation import require_scope
from mynumber.webkit.messages import Afterwards, Question

NOT_FOUND: Final = "氏名・住所・生年月日・性別が年金機構の記録と一致しませんでした。"


def answer_prefill(question: Question[Prefill]) -> Prefilled:
    """What the service's records say of exactly one insured, or nothing; recorded before it is told. Raises Refused."""
    asked, at = question.body, question.at
    procedure = form_asked(asked, at=at)
    require_decided_here(procedure)
    require_scope(procedure, asked.proxy, asked.representation, at=at)
    identified = identify(asked.applicant)
    fields = fields_asked(asked, procedure)
    if identified.person is None:
        taken = [each.id for each in procedure.field if each.how.is_prefilled and each.id in fields]
        answer = nothing(taken, NOT_FOUND)
    else:
        answer = prefilled(own_records(procedure, identified.person, at=at), fields)
    record = disclosed(asked, procedure, answer, sender=question.sender, outcome=identified.outcome, at=at)
    Disclosure.objects.create(person=identified.person, **record)
    return answer


def answer_submit(question: Question[Sent]) -> Afterwards[Arrival]:
    """Take it in, once J-LIS was asked about the certificate: after the commit of the message, in transactions of its own."""
    arriving = Arriving(question.sender)
    return Afterwards(partial(arriving.arrive, question.body, now=partial(datetime.now, UTC)))


message_urlpatterns = message_urls(answer_prefill, answer_submit, Application, ToldStep)
