"""The employer's side: open with link, code and corporate number, fill the form, send it once. Nothing of the applicant is shown but the name that was typed."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec
from django.db import transaction
from django.db.models import F

from mynumber.foundation.numbers import CorporateNumber, MalformedNumber
from mynumber.foundation.procedures import answers
from mynumber.foundation.procedures.answers import Reading
from mynumber.foundation.procedures.definition import Procedure, System
from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.portal.account import vault
from mynumber.institutions.portal.account.sessions import JAPAN
from mynumber.institutions.portal.applications import drafts, kept
from mynumber.institutions.portal.applications.models import Application, Paper
from mynumber.institutions.portal.employers import inviting
from mynumber.institutions.portal.employers.models import Invitation
from mynumber.webkit.filling.content import Content
from mynumber.webkit.filling.showing import lines_of
from mynumber.webkit.paper import Facts, Mark, Words, write
from mynumber.webkit.paper import Paper as Sheet

MOST_TRIES: Final = 5
DOCUMENT: Final = "work_certificate"
OF_THE_REQUEST: Final = "request"
_KEEP_FOR: Final = timedelta(hours=2)
"""How long an opened form stays open in a browser."""


class Why(StrEnum):
    """Why an invitation does not open."""

    WRONG = "wrong"
    """No such link, or another code: the same words for both."""
    LOCKED = "locked"
    EXPIRED = "expired"
    USED = "used"


class CannotOpen(Exception):
    """The invitation does not open."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


class Filled(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What an employer filled. It does not print itself."""

    typed: dict[str, Any] = {}
    seen: list[str] = []
    sent: dict[str, Any] = {}
    """The answers as they were sent."""

    def __repr__(self) -> str:
        return "Filled(...)"


def open_with(ident: UUID, code: str, corporate_number: str, *, now: datetime) -> Invitation:
    """The invitation, for who has its link and code; `corporate_number` "" for a sole proprietor. Wrong codes are counted, also by who does not wait.

    Raises CannotOpen, MalformedNumber. Call it outside a transaction: the count stays.
    """
    if corporate_number:
        CorporateNumber.parse(corporate_number)
    held = Invitation.objects.filter(pk=ident, closed_at=None).first()
    if held is None:
        raise CannotOpen(Why.WRONG)
    if held.tries >= MOST_TRIES:
        raise CannotOpen(Why.LOCKED)
    if not compare_digest(bytes(held.code), vault.digest(code)):
        Invitation.objects.filter(pk=ident).update(tries=F("tries") + 1)
        raise CannotOpen(Why.WRONG)
    require_open(held, now=now)
    Invitation.objects.filter(pk=ident).update(
        corporate_number=corporate_number, opened_at=held.opened_at or now
    )
    held.refresh_from_db()
    return held


def require_open(held: Invitation, *, now: datetime) -> None:
    """Raises CannotOpen unless it may still be answered."""
    if held.closed_at is not None:
        raise CannotOpen(Why.WRONG)
    if held.answered_at is not None:
        raise CannotOpen(Why.USED)
    if now >= held.until:
        raise CannotOpen(Why.EXPIRED)


def form_of(now: datetime) -> Procedure:
    """The employer's form without what only the applicant knows: that is not shown and not asked."""
    procedure = catalogue().get(inviting.CERTIFICATE, drafts.today_of(now))
    fields = tuple(
        each
        for each in procedure.field
        if not (isinstance(each.source, System) and each.source.item == OF_THE_REQUEST)
    )
    return msgspec.structs.replace(procedure, field=fields)


def filled_of(held: Invitation) -> Filled:
    """What was filled so far."""
    if held.content is None:
        return Filled()
    return kept.unseal_json(held.content, Filled, about=f"{held.pk}/certificate")


def reading_of(filled: Filled, *, now: datetime) -> tuple[Reading, Content]:
    """The form as it is filled, and the same as a draft that pages are made from."""
    today = drafts.today_of(now)
    known = {"certified_on": today.isoformat()}
    reading = answers.read(form_of(now), filled.typed, today=today, known=known)
    return reading, Content(typed=filled.typed, known=known, seen=filled.seen)


def save(held: Invitation, filled: Filled) -> None:
    """Keep what was filled. Raises CannotOpen if it was answered meanwhile."""
    sealed = kept.seal_as_json(filled, about=f"{held.pk}/certificate")
    if not Invitation.objects.filter(pk=held.pk, answered_at=None, closed_at=None).update(content=sealed):
        raise CannotOpen(Why.USED)


def send(held: Invitation, *, now: datetime) -> bool:
    """Answer, once; whether it went into the application at once (else when its applicant opens it again). Raises CannotOpen, NotOpen if it is not complete."""
    with transaction.atomic():
        row = Invitation.objects.select_for_update().get(pk=held.pk)
        require_open(row, now=now)
        filled = filled_of(row)
        reading, _ = reading_of(filled, now=now)
        if not reading.is_complete:
            raise drafts.NotOpen
        filled.sent = dict(reading.values)
        row.content = kept.seal_as_json(filled, about=f"{row.pk}/certificate")
        row.answered_at = now
        row.save(update_fields=["content", "answered_at"])
        return join(row, now=now)


def join(invitation: Invitation, *, now: datetime) -> bool:
    """Put an answered certificate into its application, if that is open for changes. The caller is in a transaction."""
    if invitation.answered_at is None or invitation.joined_at is not None or invitation.closed_at is not None:
        return False
    application = Application.objects.select_for_update().get(pk=invitation.application_id)
    if not application.editing:
        return False
    filled = filled_of(invitation)
    content = kept.content_of(application)
    procedure = drafts.procedure_of(application)
    inviting.fix(content, procedure, invitation, filled.sent, source_words(invitation, filled))
    drafts.save(application, content, now=now)
    if any(document.id == DOCUMENT for document in procedure.document):
        invitation.paper = _paper(application, invitation, filled, now)
    invitation.joined_at = now
    invitation.save(update_fields=["joined_at", "paper"])
    return True


def join_waiting(application: Application, *, now: datetime) -> None:
    """Certificates that came while the application was closed. The caller is in a transaction."""
    for each in application.invitations.filter(answered_at__isnull=False, joined_at=None, closed_at=None):
        join(each, now=now)


def source_words(invitation: Invitation, filled: Filled) -> str:
    """Who filled it, and when: 「架空商事（法人番号 7000012050002）が2026年11月22日に記入」."""
    at = invitation.answered_at
    day = at.astimezone(JAPAN) if at else None
    number = f"法人番号 {invitation.corporate_number}" if invitation.corporate_number else "法人番号なし"
    when = f"{day.year}年{day.month}月{day.day}日に" if day else ""
    return f"{filled.sent.get('company', '')}（{number}）が{when}記入"


def _paper(application: Application, invitation: Invitation, filled: Filled, now: datetime) -> Paper:
    """The certificate as a document of the application."""
    content = write(
        Sheet(
            title="就労証明書",
            mark=Mark(invitation.pk, sha256(f"{invitation.pk}/{application.pk}".encode()).hexdigest()),
            number=invitation.number,
            on=f"{now.astimezone(JAPAN):%Y-%m-%d}",
            sender=str(filled.sent.get("company", "")),
            blocks=(
                Facts((("本人氏名", inviting.worker_name(invitation)), *_lines(filled, now))),
                Words(source_words(invitation, filled)),
            ),
        )
    )
    ident = uuid4()
    return Paper.objects.create(
        id=ident,
        application=application,
        document=DOCUMENT,
        media_type="application/pdf",
        size=len(content),
        name=kept.seal(f"就労証明書 {invitation.number}.pdf".encode(), about=f"{ident}/name"),
        content=kept.seal(content, about=f"{ident}/content"),
        uploaded_at=now,
    )


def _lines(filled: Filled, now: datetime) -> list[tuple[str, str]]:
    form = form_of(now)
    return [
        (
            field.label.ja,
            " ".join(str(line) for line in lines_of(field, answers.value_at(filled.sent, path))),
        )
        for path, field in answers.visible_paths(form, filled.sent)
        if not field.field and answers.value_at(filled.sent, path) is not None
    ]


__all__ = ["CannotOpen", "Filled", "MalformedNumber", "Why", "join_waiting", "open_with", "save", "send"]
