"""Offers (プッシュ型の案内) taken up: the notice brings the answers that the office has, and the resident only checks and sends them."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db import transaction

from mynumber.foundation.procedures.definition import How, Procedure
from mynumber.foundation.procedures.loading import UnknownProcedure, catalogue
from mynumber.foundation.procedures.routing import may_begin
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.applications import drafts, kept
from mynumber.institutions.portal.applications.models import Application
from mynumber.institutions.portal.notices import inbox
from mynumber.institutions.portal.notices.inbox import Kept
from mynumber.protocols.notices import Happening
from mynumber.webkit.filling.content import Content, Origin

_TYPED: Final = (How.ASK,)
_KNOWN: Final = (How.PREFILLED_EDITABLE, How.PREFILLED_LOCKED)


class NoOffer(LookupError):
    """The notice is not this person's, or offers nothing that can be applied for now."""


def find(account: Account, notice: UUID, *, now: datetime) -> tuple[Kept, Procedure]:
    """The offer of a notice of this account's person. Raises NoOffer."""
    held = inbox.find(account, notice)
    if held is None or held.notice.offer is None:
        raise NoOffer
    try:
        procedure = catalogue().get(held.notice.offer.procedure, drafts.today_of(now))
    except UnknownProcedure:
        raise NoOffer from None
    if not may_begin(procedure):
        raise NoOffer
    return held, procedure


def accept(account: Account, held: Kept, procedure: Procedure, *, now: datetime) -> Application:
    """The draft of an offer, filled: a new one, or the one that there is for this right, which keeps its own answers."""
    with transaction.atomic():
        application, is_new = drafts.begin(account, procedure, now=now)
        if application.is_draft:
            content = kept.content_of(application)
            if is_new:
                fill(content, procedure, held)
            content.offer = str(held.id)
            drafts.save(application, content, now=now)
    return application


def fill(content: Content, procedure: Procedure, held: Kept) -> None:
    """Put what the office knows into a draft: what is filled in beforehand as known, the rest as typed. Answers to another version of the form are left."""
    values = _answers(procedure, held.offer.answers)
    origin = Origin(held.notice.office, held.notice.at.isoformat())
    for field in procedure.field:
        if field.id not in values:
            continue
        if field.how in _KNOWN:
            content.known[field.id] = values[field.id]
            content.origins[field.id] = origin
        elif field.how in _TYPED:
            content.typed[field.id] = values[field.id]


def _answers(procedure: Procedure, encoded: bytes) -> dict[str, object]:
    try:
        body = msgspec.json.decode(encoded)
    except msgspec.DecodeError:
        return {}
    if not isinstance(body, dict) or body.get("version") != procedure.version:
        return {}
    answers = body.get("answers")
    return answers if isinstance(answers, dict) and body.get("procedure") == procedure.id else {}


def decline(account: Account, held: Kept, *, now: datetime) -> None:
    """The resident does not want it; the office is told."""
    inbox.note_act(account, held.id, Happening.DECLINED, now=now)


def labels(procedure: Procedure, held: Kept, spoke: str) -> list[str]:
    """Which questions the offer answers already."""
    values = _answers(procedure, held.offer.answers)
    return [
        field.label.in_language(spoke)
        for field in procedure.field
        if field.id in values and field.how in (*_TYPED, *_KNOWN)
    ]
