"""The messages of `protocols.applications` at the pension service: PREFILL, SUBMIT, WRITE, FOLLOW, from the portal alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import msgspec

from mynumber.foundation.envelope import CLOCK_SKEW
from mynumber.foundation.procedures.loading import UnknownProcedure
from mynumber.institutions.pension_service.exemptions.arriving import PROCEDURES, arrive
from mynumber.institutions.pension_service.exemptions.examining import take_letter
from mynumber.institutions.pension_service.exemptions.models import Application, Disclosure, ToldStep
from mynumber.institutions.pension_service.exemptions.people import identify
from mynumber.institutions.pension_service.exemptions.sheets import own_records, version_of
from mynumber.institutions.pension_service.exemptions.telling import read
from mynumber.protocols.applications import (
    FOLLOW,
    PREFILL,
    SUBMIT,
    WRITE,
    Arrival,
    Follow,
    Followed,
    KnownField,
    Letter,
    Prefill,
    Prefilled,
    Told,
    UnknownField,
)
from mynumber.protocols.applications import Application as Sent
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.examination.representation import require_scope
from mynumber.webkit.messages import Afterwards, Question, message_routes, only

NOT_FOUND: Final = "氏名・住所・生年月日・性別が年金機構の記録と一致しませんでした。"
CONSENT_LASTS: Final = timedelta(days=1)
MOST_STEPS: Final = 1000
MOST_BYTES: Final = 1_500_000
"""Of the steps of one answer; sealed and written as text it stays below its limit."""


def answer_prefill(question: Question[Prefill]) -> Prefilled:
    """What the service's records say of exactly one insured, or nothing; recorded before it is told. Raises Refused."""
    asked, at = question.body, question.at
    try:
        procedure = version_of(asked.form.procedure, asked.form.version)
    except UnknownProcedure:
        raise Refused(Hop.PROVIDER, Reason.UNKNOWN_RECORD, "no such form") from None
    if procedure.id not in PROCEDURES:
        raise Refused(Hop.PROVIDER, Reason.UNKNOWN_RECORD, "the form is not decided here")
    if not at - CONSENT_LASTS <= asked.agreed_at <= at + CLOCK_SKEW:
        raise Refused(Hop.PROVIDER, Reason.NOT_ENTITLED, "the consent is not of this visit")
    require_scope(procedure, asked.proxy, asked.representation, at=at)
    identified = identify(asked.applicant)
    wanted = {path.partition("[")[0].partition(".")[0] for path in asked.fields}
    shown = {each.id for each in procedure.field if not wanted or each.id in wanted}
    if identified.person is None:
        known: tuple[KnownField, ...] = ()
        taken = [each.id for each in procedure.field if each.how.is_prefilled and each.id in shown]
        unknown = tuple(UnknownField(path=path, reason=NOT_FOUND) for path in taken)
    else:
        found = own_records(procedure, identified.person, at=at)
        known = tuple(
            KnownField(
                path=path,
                value=msgspec.json.encode(value),
                source=found.origins[path].source,
                as_of=found.origins[path].as_of,
            )
            for path, value in found.values.items()
            if path in shown
        )
        unknown = tuple(
            UnknownField(path=path, reason=reason) for path, reason in found.unknown.items() if path in shown
        )
    Disclosure.objects.create(
        at=at,
        sender=question.sender,
        procedure=procedure.id,
        version=procedure.since,
        person=identified.person,
        certificate=asked.certificate,
        agreed_at=asked.agreed_at,
        told=[each.path for each in known],
        withheld=[each.path for each in unknown],
        outcome=identified.outcome,
    )
    return Prefilled(known=known, unknown=unknown)


def answer_submit(question: Question[Sent]) -> Afterwards[Arrival]:
    """Take it in, once J-LIS was asked about the certificate: after the commit of the message, in transactions of its own."""
    return Afterwards(partial(arrive, question.body, sender=question.sender, now=partial(datetime.now, UTC)))


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
