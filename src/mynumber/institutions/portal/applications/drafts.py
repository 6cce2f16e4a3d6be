"""Drafts (下書き): begun once per entitlement, saved at every page, filled with what offices know, read back as the form understands them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID, uuid4

import msgspec
from django.db import IntegrityError, transaction

from mynumber.foundation.procedures import answers
from mynumber.foundation.procedures.answers import Reading
from mynumber.foundation.procedures.definition import (
    Document,
    Per,
    Procedure,
)
from mynumber.foundation.procedures.loading import UnknownProcedure, catalogue
from mynumber.foundation.procedures.values import Value
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.sessions import JAPAN
from mynumber.institutions.portal.applications import asking, kept
from mynumber.institutions.portal.applications.models import (
    Application,
    Happening,
    HappeningKind,
    Paper,
    Standing,
)
from mynumber.institutions.portal.proxies import filing
from mynumber.protocols.applications import LARGEST_TOGETHER, MOST_DOCUMENTS, Form, Prefill
from mynumber.protocols.refusal import Refused
from mynumber.webkit.face.fields import Document as Upload
from mynumber.webkit.filling.content import Content, read, take_prefilled
from mynumber.webkit.filling.pages import MEDIA


class TooManyPapers(Exception):
    """More documents than an application carries."""


class NotOpen(Exception):
    """The application cannot be changed as it stands."""


def note(application: Application, kind: HappeningKind, at: datetime, words: str = "") -> None:
    """Write a line of the application's history."""
    Happening.objects.create(application=application, kind=kind, at=at, words=words[:120])


def today_of(now: datetime) -> date:
    """The day in Japan."""
    return now.astimezone(JAPAN).date()


def procedure_of(application: Application) -> Procedure:
    """The version under which it is filed, as the municipality that gets it has it. Raises UnknownProcedure."""
    if application.form:
        return catalogue().version(application.procedure, application.form)
    return preset_of(application)


def preset_of(application: Application) -> Procedure:
    """The same without what a municipality makes of it. Raises UnknownProcedure."""
    for version in catalogue().versions(application.procedure):
        if version.since == application.version:
            return version
    raise UnknownProcedure(application.procedure)


def begin(account: Account, procedure: Procedure, *, now: datetime) -> tuple[Application, bool]:
    """The live application of this account for the entitlement, and whether it was begun now: there is one at a time."""
    entitlement = entitlement_of(procedure, {})
    held = Application.objects.filter(account=account, entitlement=entitlement, live=True)
    found = held.first()
    if found is not None:
        return found, False
    application = Application(
        id=uuid4(),
        account=account,
        certificate_serial=account.certificate_serial,
        procedure=procedure.id,
        version=procedure.since,
        entitlement=entitlement,
        begun_at=now,
        saved_at=now,
    )
    kept.put(application, Content())
    try:
        with transaction.atomic():
            application.save(force_insert=True)
            note(application, HappeningKind.BEGUN, now)
    except IntegrityError:  # another tab was faster
        return held.get(), False
    return application, True


def entitlement_of(procedure: Procedure, values: Mapping[str, Value]) -> str:
    """The right, and where one may be had for each of several, which: as a digest, since the table is readable."""
    entitlement = procedure.entitlement
    if entitlement.per in (Per.APPLICANT, Per.HOUSEHOLD) or not entitlement.field:
        return entitlement.key
    which = answers.value_at(values, entitlement.field)
    if which is None:
        return f"{entitlement.key}:"
    return f"{entitlement.key}:{hashlib.sha256(msgspec.json.encode(which)).hexdigest()[:24]}"


def claim_entitlement(application: Application, reading: Reading) -> bool:
    """Take the very entitlement that the answers name; False if another live application has it. The caller is in a transaction."""
    wanted = entitlement_of(reading.procedure, reading.values)
    if wanted == application.entitlement:
        return True
    try:
        with transaction.atomic():
            Application.objects.filter(pk=application.pk).update(entitlement=wanted)
    except IntegrityError:
        return False
    application.entitlement = wanted
    return True


def reading_of(application: Application, content: Content, *, now: datetime) -> Reading:
    """The form as it is filled so far."""
    return read(procedure_of(application), content, today=today_of(now))


def save(application: Application, content: Content, *, now: datetime) -> None:
    """Keep the draft. Raises NotOpen."""
    kept.put(application, content)
    changed = Application.objects.filter(pk=application.pk, editing=True).update(
        content=application.content, saved_at=now
    )
    if not changed:
        raise NotOpen


# --- what is known already ---------------------------------------------------------------------------------------


def prefill(application: Application, *, now: datetime) -> bool:
    """Ask the body what it knows, with the consent of `agreed_at`; whether it answered. Call it outside a transaction."""
    applicant, proxy = kept.applicant_of(application), filing.standing(application)
    if applicant is None or application.agreed_at is None or not application.editing:
        return False
    if not filing.may_prefill(application, now=now):
        return False
    question = Prefill(
        form=Form(procedure=application.procedure, version=application.version),
        applicant=applicant,
        certificate=application.certificate_serial,
        agreed_at=application.agreed_at,
        proxy=proxy.proxy if proxy else None,
        representation=proxy.representation if proxy else None,
    )
    try:
        answer = asking.prefill(application.body, question)
    except Refused:
        answer = None
    with transaction.atomic():
        held = Application.objects.select_for_update().get(pk=application.pk)
        if not held.editing:
            return False
        if answer is not None:
            content = kept.content_of(held)
            take_prefilled(content, answer)
            kept.put(held, content)
        held.prefilled_at, held.prefill_failed = now, answer is None
        held.save(update_fields=["content", "prefilled_at", "prefill_failed"])
        note(held, HappeningKind.NOT_PREFILLED if answer is None else HappeningKind.PREFILLED, now)
    return answer is not None


# --- documents ---------------------------------------------------------------------------------------------------


def wanted_papers(application: Application, reading: Reading) -> tuple[Document, ...]:
    """The documents that the answers call for."""
    return answers.documents(reading.procedure, reading.values)


def missing_papers(application: Application, reading: Reading) -> tuple[Document, ...]:
    """Those that nothing replaces and that are not there yet."""
    held = set(application.papers.values_list("document", flat=True))
    return tuple(
        each
        for each in wanted_papers(application, reading)
        if each.required and not each.replaced_by and not each.original and each.id not in held
    )


def add_paper(application: Application, document: Document, upload: Upload, *, now: datetime) -> Paper:
    """Keep a document that was uploaded. Raises TooManyPapers, NotOpen."""
    media_type = MEDIA[upload.kind]
    return keep_paper(
        application, document, name=upload.name, media_type=media_type, content=upload.content, now=now
    )


def keep_paper(
    application: Application, document: Document, *, name: str, media_type: str, content: bytes, now: datetime
) -> Paper:
    """Keep a document. Raises TooManyPapers, NotOpen."""
    with transaction.atomic():
        held = Application.objects.select_for_update().get(pk=application.pk)
        if not held.editing:
            raise NotOpen
        sizes = list(held.papers.values_list("size", flat=True))
        if len(sizes) >= MOST_DOCUMENTS or sum(sizes) + len(content) > LARGEST_TOGETHER:
            raise TooManyPapers
        ident = uuid4()
        return Paper.objects.create(
            id=ident,
            application=held,
            document=document.id,
            media_type=media_type,
            size=len(content),
            name=kept.seal(name.encode(), about=f"{ident}/name"),
            content=kept.seal(content, about=f"{ident}/content"),
            uploaded_at=now,
        )


def remove_paper(application: Application, paper: UUID) -> None:
    """Take a document of this application away. Raises NotOpen."""
    if not application.editing:
        raise NotOpen
    # What an employer handed in goes only with the employer's certificate.
    application.papers.filter(pk=paper, invitations=None).delete()


def paper_name(paper: Paper) -> str:
    """Its file name."""
    return kept.unseal(paper.name, about=f"{paper.pk}/name").decode()


def paper_content(paper: Paper) -> bytes:
    """Its bytes."""
    return kept.unseal(paper.content, about=f"{paper.pk}/content")


# --- ending and reopening ----------------------------------------------------------------------------------------


def discard(application: Application) -> None:
    """Delete a draft of which nothing was sent. Raises NotOpen."""
    deleted, _ = Application.objects.filter(pk=application.pk, standing=Standing.DRAFT).delete()
    if not deleted:
        raise NotOpen


def discard_all(account: Account, _now: datetime) -> None:
    """The account ends: its drafts go with their documents. What was sent stays, with its history."""
    drafts = Application.objects.select_for_update().filter(account=account, standing=Standing.DRAFT)
    # Locked first: one that another tab sends at this moment is no draft any more, and stays.
    Application.objects.filter(pk__in=list(drafts.values_list("pk", flat=True))).delete()


def under_way(account: Account) -> str:
    """Why the account cannot end now: the answer to what was sent would reach nobody. Empty when everything is decided."""
    waiting = Application.objects.filter(account=account).exclude(
        standing__in=[Standing.DRAFT, Standing.DECIDED, Standing.ENDED]
    )
    if not (count := waiting.count()):
        return ""
    return (
        f"送った申請のうち{count}件が、まだ決定していません。"
        "決定を待つか、申請のページで取り下げて受け付けられてから、利用を終わってください。"
    )


def amend(application: Application, *, now: datetime) -> None:
    """Open what is under way for changes (内容の変更). Raises NotOpen."""
    with transaction.atomic():
        changed = Application.objects.filter(
            pk=application.pk, standing=Standing.UNDER_WAY, editing=False
        ).update(editing=True)
        if not changed or application.sendings.filter(arrived_at=None, refused="").exists():
            raise NotOpen
        note(application, HappeningKind.AMENDING, now)
