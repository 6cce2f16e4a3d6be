"""The messages of `protocols.applications` at a body: PREFILL, SUBMIT, WRITE, FOLLOW, from the portal alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from django.urls import URLPattern

from mynumber.foundation.envelope import CLOCK_SKEW
from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.procedures.loading import UnknownProcedure
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
from mynumber.webkit.examination.examining import take_letter
from mynumber.webkit.examination.filed import version_of
from mynumber.webkit.examination.models import Application, ToldStep, rows_of
from mynumber.webkit.examination.sheets import Found
from mynumber.webkit.examination.telling import MOST_BYTES, read
from mynumber.webkit.messages import Afterwards, Question, message_routes, only

CONSENT_LASTS: Final = timedelta(days=1)
"""A draft may be gone on with later; then the person is asked again."""
MOST_STEPS: Final = 1000


def message_urls(
    prefill: Callable[[Question[Prefill]], Prefilled],
    submit: Callable[[Question[Sent]], Afterwards[Arrival]],
    applications: type[Application],
    steps: type[ToldStep],
) -> list[URLPattern]:
    """The routes of a body. PREFILL tells what is known and records it first; SUBMIT takes it in after the commit of the message."""

    def write(question: Question[Letter]) -> Acknowledged:
        return answer_write(applications, question)

    def follow(question: Question[Follow]) -> Followed:
        return answer_follow(steps, question)

    return [
        *message_routes(PREFILL, prefill, hop=Hop.PROVIDER, may_ask=only("portal")),
        *message_routes(SUBMIT, submit, hop=Hop.PROVIDER, may_ask=only("portal")),
        *message_routes(WRITE, write, hop=Hop.PROVIDER, may_ask=only("portal")),
        *message_routes(FOLLOW, follow, hop=Hop.PROVIDER, may_ask=only("portal")),
    ]


def answer_write(applications: type[Application], question: Question[Letter]) -> Acknowledged:
    """A withdrawal or a question. Raises Refused: for an application that did not come from the sender, or is decided."""
    letter = question.body
    application = rows_of(applications).filter(reference=letter.application, sender=question.sender).first()
    if application is None:
        raise Refused(Hop.PROVIDER, Reason.UNKNOWN_RECORD)
    taken = take_letter(
        application, letter.letter, letter.kind, letter.words, sent_at=letter.at, at=question.at
    )
    if not taken:
        raise Refused(Hop.PROVIDER, Reason.NOT_ENTITLED, "it is decided")
    return Acknowledged()


def answer_follow(steps: type[ToldStep], question: Question[Follow]) -> Followed:
    """The steps after those that are known, in order; as many as fit. Of what did not come from the sender: nothing. Raises Refused."""
    if len(question.body.applications) > BATCH_ITEMS:
        raise Refused(Hop.PROVIDER, Reason.TOO_LARGE)
    told: list[Told] = []
    size = 0
    for one in question.body.applications:
        rows = (
            rows_of(steps)
            .filter(
                application__reference=one.application,
                application__sender=question.sender,
                number__gt=one.known,
            )
            .order_by("number")
        )
        for row in rows:
            size += len(row.body)
            if told and (size > MOST_BYTES or len(told) == MOST_STEPS):
                return Followed(steps=tuple(told))
            told.append(read(row))
    return Followed(steps=tuple(told))


# --- filling beforehand (記入済みの様式, 個人情報保護法第69条) ------------------------------------------------------------


def form_asked(asked: Prefill, *, at: datetime) -> Procedure:
    """The form that is to be filled beforehand. Raises Refused: it is unknown, or the consent is not of this visit."""
    try:
        procedure = version_of(asked.form.procedure, asked.form.version)
    except UnknownProcedure:
        raise Refused(Hop.PROVIDER, Reason.UNKNOWN_RECORD, "no such form") from None
    if not at - CONSENT_LASTS <= asked.agreed_at <= at + CLOCK_SKEW:
        raise Refused(Hop.PROVIDER, Reason.NOT_ENTITLED, "the consent is not of this visit")
    return procedure


def fields_asked(asked: Prefill, procedure: Procedure) -> set[str]:
    """Which fields are to be told; all where none is named."""
    wanted = {path.partition("[")[0].partition(".")[0] for path in asked.fields}
    return {each.id for each in procedure.field if not wanted or each.id in wanted}


def prefilled(found: Found, fields: set[str]) -> Prefilled:
    """What is told of these fields, and why of the others nothing."""
    known = (
        KnownField(
            path=name,
            value=msgspec.json.encode(value),
            source=found.origins[name].source,
            as_of=found.origins[name].as_of,
        )
        for name, value in found.values.items()
        if name in fields
    )
    unknown = (
        UnknownField(path=path, reason=reason)
        for path, reason in found.unknown.items()
        if path.partition("[")[0] in fields
    )
    return Prefilled(known=tuple(known), unknown=tuple(unknown))


def nothing(fields: Iterable[str], reason: str) -> Prefilled:
    """What is told where not exactly one person was found."""
    return Prefilled(known=(), unknown=tuple(UnknownField(path=path, reason=reason) for path in fields))


def disclosed(
    asked: Prefill, procedure: Procedure, answer: Prefilled, *, sender: str, outcome: str, at: datetime
) -> dict[str, Any]:
    """The record of what is told, as a table of disclosures has it: paths, never values."""
    return {
        "at": at,
        "sender": sender,
        "procedure": procedure.id,
        "version": procedure.since,
        "certificate": asked.certificate,
        "agreed_at": asked.agreed_at,
        "told": [each.path for each in answer.known],
        "withheld": [each.path for each in answer.unknown],
        "outcome": outcome,
    }
