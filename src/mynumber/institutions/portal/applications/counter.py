"""The counter (窓口): a code that the applicant shows, the draft that the clerk has meanwhile, what comes back of it, and what was handed in there.

One of the two has a draft at a time; each step stands in the application's history.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4, uuid5

import msgspec
from django.db import IntegrityError, transaction
from django.urls import reverse

from mynumber.foundation.procedures import answers
from mynumber.foundation.procedures.loading import UnknownProcedure
from mynumber.institutions.portal.account import vault
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.applications import bodies, drafts, kept
from mynumber.institutions.portal.applications.committing import acted_on_offer, attachments
from mynumber.institutions.portal.applications.models import (
    Application,
    Channel,
    HappeningKind,
    Paper,
    Sending,
    Standing,
)
from mynumber.institutions.portal.contacts.models import Alert
from mynumber.institutions.portal.notices import inbox
from mynumber.protocols.applications import Attachment, Form
from mynumber.protocols.counter_drafts import (
    Draft,
    FixedAnswer,
    Followed,
    HandedIn,
    ReturnDraft,
    TakeDraft,
)
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.notices import Category, Notice
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.examination.sheets import declared_in
from mynumber.webkit.filling.content import Content
from mynumber.webkit.filling.pages import sections
from mynumber.webkit.messages import Question

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without characters that are read as others."""
LENGTH: Final = 12
VALIDITY: Final = timedelta(hours=24)


def new_code(application: Application, *, now: datetime) -> str:
    """A code that replaces earlier ones; shown once. Raises NotOpen."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    changed = Application.objects.filter(pk=application.pk, editing=True, applicant__isnull=False).update(
        counter_code=vault.digest(code), counter_code_until=now + VALIDITY
    )
    if not changed:
        raise drafts.NotOpen
    drafts.note(application, HappeningKind.CODE_MADE, now)
    return code


def take(question: Question[TakeDraft]) -> Draft:
    """TAKE_DRAFT: the draft of the code, once, for the body that would get it; from now on the counter has it. Raises Refused."""
    asked = question.body
    application = (
        Application.objects.select_for_update()
        .filter(
            counter_code=vault.digest(asked.code),
            counter_code_until__gt=question.at,
            body=question.sender,
            editing=True,
        )
        .first()
    )
    applicant = kept.applicant_of(application) if application is not None else None
    if application is None or applicant is None:
        raise Refused(Hop.PORTAL, Reason.UNKNOWN_RECORD)
    taking = uuid4()
    application.counter_code = application.counter_code_until = None
    application.editing, application.at_counter, application.taking = False, asked.clerk, taking
    application.save(update_fields=["counter_code", "counter_code_until", "editing", "at_counter", "taking"])
    content = kept.content_of(application)
    reading = drafts.reading_of(application, content, now=question.at)
    drafts.note(application, HappeningKind.TAKEN, question.at, asked.clerk)
    return Draft(
        application=application.pk,
        taking=taking,
        sequence=application.sequence,
        form=Form(procedure=application.procedure, version=application.version),
        applicant=applicant,
        answers=answers.encode(reading.procedure, reading.values),
        documents=attachments(application),
        fixed=tuple(
            FixedAnswer(
                group=each.group,
                person=each.person,
                field=each.field,
                value=msgspec.json.encode(each.value),
                source=each.source[:100],
            )
            for each in content.fixed
        ),
    )


def take_back(application: Application, *, now: datetime) -> None:
    """The applicant goes on by themself: what the counter has filled in meanwhile is not used. Raises NotOpen."""
    with transaction.atomic():
        changed = (
            Application.objects.filter(pk=application.pk)
            .exclude(at_counter="")
            .update(editing=True, at_counter="", taking=None)
        )
        if not changed:
            raise drafts.NotOpen
        drafts.note(application, HappeningKind.TAKEN_BACK, now)


def returned(question: Question[ReturnDraft]) -> Acknowledged:
    """RETURN_DRAFT: the applicant has it again. The same again changes nothing. Raises Refused: OUT_OF_PLACE once the applicant took it back."""
    asked = question.body
    application = (
        Application.objects.select_for_update().filter(pk=asked.application, body=question.sender).first()
    )
    if application is None:
        raise Refused(Hop.PORTAL, Reason.UNKNOWN_RECORD)
    if application.taking != asked.taking:
        raise Refused(Hop.PORTAL, Reason.OUT_OF_PLACE)
    if not application.at_counter:
        return Acknowledged(count=0)
    _fill(application, asked.answers)
    _keep_papers(application, asked.documents, question.at)
    application.editing, application.at_counter, application.saved_at = True, "", question.at
    application.save(update_fields=["content", "editing", "at_counter", "saved_at"])
    drafts.note(application, HappeningKind.RETURNED, question.at, asked.clerk)
    return Acknowledged(count=1)


def handed_in(question: Question[HandedIn]) -> Followed:
    """HANDED_IN: it has arrived. Of an application that began at the counter: whether the card that signed it has an account here. Raises Refused."""
    asked = question.body
    application = Application.objects.select_for_update().filter(pk=asked.application).first()
    if application is None:
        application = _begun_there(asked, question.sender)
        if application is None:
            return Followed(known=False)
    if application.body != question.sender:
        raise Refused(Hop.PORTAL, Reason.UNKNOWN_RECORD)
    known = application.sendings.filter(sequence=asked.sequence, refused="").first()
    if known is not None:
        if known.digest != asked.arrival.digest:
            raise Refused(Hop.PORTAL, Reason.DUPLICATE_REQUEST)
        return Followed(known=True)
    if application.sequence != asked.sequence:
        raise Refused(Hop.PORTAL, Reason.OUT_OF_PLACE)
    # Taken back meanwhile: what the applicant changes stays, as an amendment of what has arrived.
    if not application.editing:
        _fill(application, asked.answers)
    _keep_papers(application, asked.documents, question.at)
    _arrived(application, asked, question.at)
    _tell(application, asked, question.at)
    return Followed(known=True)


def _arrived(application: Application, asked: HandedIn, at: datetime) -> None:
    arrival = asked.arrival
    Sending.objects.create(
        application=application,
        sequence=asked.sequence,
        digest=arrival.digest,
        sent_at=asked.sent_at,
        next_try_at=at,
        arrived_at=arrival.arrived_at,
        receipt=arrival.receipt,
    )
    if asked.sequence == 0:
        application.channel = Channel.COUNTER
    application.sequence = asked.sequence + 1
    application.at_counter, application.taking = "", None
    application.counter_code = application.counter_code_until = None
    application.sent_at = application.sent_at or asked.sent_at
    application.arrived_at = application.arrived_at or arrival.arrived_at
    application.receipt = application.receipt or arrival.receipt
    application.decide_by = application.decide_by or arrival.decide_by
    application.expected_by = application.expected_by or arrival.decide_by
    if application.standing not in (Standing.DECIDED, Standing.ENDED):
        application.standing = Standing.UNDER_WAY
    application.save()
    drafts.note(application, HappeningKind.HANDED_IN, at, asked.clerk)
    acted_on_offer(application, now=at)
    reading = drafts.reading_of(application, kept.content_of(application), now=at)
    if application.live and not drafts.claim_entitlement(application, reading):
        # A draft for the same right is open here: it stays, and the office takes only one of the two.
        Application.objects.filter(pk=application.pk).update(live=False)


def _tell(application: Application, asked: HandedIn, at: datetime) -> None:
    title = drafts.procedure_of(application).title.ja
    inbox.put(
        application.account,
        Notice(
            notice=uuid5(application.pk, f"handed in {asked.sequence}"),
            category=Category.PROCEDURE,
            title=f"窓口で受け付けました：{title}"[:100],
            words=f"受付番号は {asked.arrival.receipt} です。申請の内容と、いまだれが持っているかを、申請のページで見られます。",
            office=bodies.name_of(application.body)[:100],
            at=asked.arrival.arrived_at,
            link=reverse("application", args=[application.pk]),
        ),
        now=at,
        alert=Alert.STEP,
    )


def _begun_there(asked: HandedIn, sender: str) -> Application | None:
    """A row for what began at the counter, if the card that signed it has an account; None else. Raises Refused for an unknown form."""
    if not asked.certificate or asked.sequence != 0:
        return None
    account = Account.objects.filter(certificate_serial=asked.certificate, closed_at=None).first()
    if account is None:
        return None
    application = Application(
        id=asked.application,
        account=account,
        certificate_serial=asked.certificate,
        procedure=asked.form.procedure,
        version=asked.form.version,
        form=_form_in(asked.answers),
        body=sender,
        begun_at=asked.sent_at,
        saved_at=asked.sent_at,
        editing=False,
    )
    try:
        procedure = drafts.procedure_of(application)
    except UnknownProcedure:
        raise Refused(Hop.PORTAL, Reason.UNKNOWN_RECORD, "no such form") from None
    kept.put(application, Content())
    kept.put_applicant(application, asked.applicant)
    values = _answers_in(asked.answers)
    application.entitlement = drafts.entitlement_of(procedure, values)
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError:
        application.live = False
        application.save(force_insert=True)
    return application


def _fill(application: Application, encoded: bytes) -> None:
    """The answers as they are now; the caller saves the row. Raises Refused for what is no answers."""
    content = kept.content_of(application)
    content.typed = declared_in(drafts.procedure_of(application), _answers_in(encoded))
    content.marks = {}
    content.seen = [section.id for section, _ in sections(drafts.procedure_of(application))]
    kept.put(application, content)


def _answers_in(encoded: bytes) -> dict[str, Any]:
    body = _body_of(encoded)
    given = body.get("answers")
    if not isinstance(given, dict):
        raise Refused(Hop.PORTAL, Reason.MALFORMED, "no answers")
    return given


def _form_in(encoded: bytes) -> str:
    version = _body_of(encoded).get("version")
    return version if isinstance(version, str) and "+" in version and len(version) <= 40 else ""


def _body_of(encoded: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(encoded, type=dict[str, Any])
    except msgspec.DecodeError:
        raise Refused(Hop.PORTAL, Reason.MALFORMED, "no answers") from None


def _keep_papers(application: Application, documents: tuple[Attachment, ...], at: datetime) -> None:
    """Papers that were handed over at the counter."""
    for each in documents:
        ident = uuid4()
        Paper.objects.create(
            id=ident,
            application=application,
            document=each.document,
            media_type=each.media_type,
            size=len(each.content),
            name=kept.seal(each.name.encode(), about=f"{ident}/name"),
            content=kept.seal(each.content, about=f"{ident}/content"),
            uploaded_at=at,
        )
