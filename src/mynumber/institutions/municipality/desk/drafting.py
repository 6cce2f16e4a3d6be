"""The draft at the counter: taken over by its code or begun there, filled, given to a colleague, handed back, given up.

The clerk is never the resident: who filled in what beside whom stands in both logs.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final
from uuid import UUID, uuid4

import msgspec
from django.db import transaction

from mynumber.foundation.procedures import answers
from mynumber.foundation.procedures.answers import Reading
from mynumber.foundation.procedures.definition import Document, Procedure
from mynumber.foundation.procedures.loading import UnknownProcedure, catalogue
from mynumber.foundation.procedures.overlays import Local, Offered
from mynumber.foundation.procedures.routing import goes_to_municipality, may_begin
from mynumber.institutions.municipality.applications.examining import note
from mynumber.institutions.municipality.applications.identifying import identify
from mynumber.institutions.municipality.applications.prefilling import prefill
from mynumber.institutions.municipality.applications.words import town
from mynumber.institutions.municipality.desk import kept
from mynumber.institutions.municipality.desk.models import DeskDraft, DeskPaper, DeskState
from mynumber.institutions.municipality.register.models import Person
from mynumber.institutions.municipality.systems import ask_portal
from mynumber.protocols.applications import LARGEST_TOGETHER, MOST_DOCUMENTS, Attachment, Form, Prefill
from mynumber.protocols.card_life import IdentityCheck
from mynumber.protocols.counter_drafts import RETURN_DRAFT, TAKE_DRAFT, ReturnDraft, TakeDraft
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.examination.filed import version_of
from mynumber.webkit.examination.sheets import JAPAN, answers_in, declared_in
from mynumber.webkit.face.fields import Document as Upload
from mynumber.webkit.filling.content import Content, Fixed, read, take_prefilled
from mynumber.webkit.filling.pages import MEDIA
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import current_tenant

COUNTER: Final = "counter"
"""Who asked, in the record of what was told to an applicant."""


class Why(Enum):
    """Why an act is not possible, with the sentence for the page."""

    CHANGED = "この下書きは、ほかの画面か、ほかの職員が先に変えました。読み直してから、続けてください。"
    ENDED = "この下書きは、もう窓口にありません。"
    NOT_OFFERED = "この団体では、この手続を行っていません。"
    NOT_HERE = "この手続は、窓口で本人から受け付けるものではありません。"
    NOBODY = "この宛名番号の住民がいません。"
    TOO_MANY = "書類が多すぎます。先に一つ取り除いてください。"
    NOT_READY = "答えていない項目か、出していない書類があります。"
    NOT_FROM_PORTAL = "窓口ではじめた下書きなので、戻すところがありません。"


class CannotDo(Exception):
    """An act that is not possible now."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.name.lower())
        self.why = why


# --- which forms --------------------------------------------------------------------------------------------------


def offered_here(at: datetime) -> tuple[Local, ...]:
    """What this municipality takes at its counter on the day."""
    today = at.astimezone(JAPAN).date()
    locally = (
        catalogue().local(each, current_tenant(), today)
        for each in catalogue().on(today)
        if may_begin(each) and goes_to_municipality(each)
    )
    return tuple(each for each in locally if each.offered is not Offered.NONE)


def procedure_of(draft: DeskDraft) -> Procedure:
    """The form, as this municipality has it. Raises UnknownProcedure."""
    return catalogue().version(draft.procedure, draft.version)


# --- beginning ----------------------------------------------------------------------------------------------------


def take_over(draft_code: str, staff: StaffMember, *, at: datetime) -> DeskDraft:
    """Take a draft over by the code its applicant shows: good once, and for a short time. Raises Refused."""
    draft = ask_portal(current_tenant(), TAKE_DRAFT, TakeDraft(code=draft_code, clerk=clerk_words(staff)))
    version = answers_version(draft.answers)
    try:
        procedure = catalogue().version(draft.form.procedure, version)
    except UnknownProcedure:
        procedure = version_of(draft.form.procedure, draft.form.version)
    content = Content(
        typed=declared_in(procedure, answers_in(draft.answers)),
        fixed=[
            Fixed(
                group=each.group,
                person=each.person,
                field=each.field,
                value=msgspec.json.decode(each.value),
                source=each.source,
            )
            for each in draft.fixed
        ],
    )
    with transaction.atomic():
        # A draft that the resident took back and brings again: what was filled in here under the earlier taking is over.
        DeskDraft.objects.filter(reference=draft.application, state=DeskState.OPEN).update(
            state=DeskState.DROPPED, ended_at=at, content=b""
        )
        row = _new(
            procedure,
            draft.applicant,
            identify(draft.applicant).person,
            content,
            staff,
            at,
            reference=draft.application,
            taking=draft.taking,
            sequence=draft.sequence,
        )
        for each in draft.documents:
            _keep_paper(row, each, at, came_along=True)
        note(None, "draft", staff=staff, at=at, words=str(draft.application))
    return row


def begin(
    procedure_id: str, addressee: str, check: IdentityCheck, staff: StaffMember, *, at: datetime
) -> DeskDraft:
    """Begin from nothing, for a resident of the register whom the clerk identified (本人確認). Raises CannotDo."""
    local = next((each for each in offered_here(at) if each.procedure.id == procedure_id), None)
    if local is None:
        raise CannotDo(Why.NOT_HERE)
    person = Person.objects.filter(addressee=addressee, moved_out=None, died_on=None).first()
    if person is None:
        raise CannotDo(Why.NOBODY)
    with transaction.atomic():
        row = _new(
            local.procedure,
            person.four_attributes(),
            person,
            Content(),
            staff,
            at,
            reference=uuid4(),
            check=check,
        )
        note(None, "desk_begun", staff=staff, at=at, words=str(row.reference))
    return row


def _new(
    procedure: Procedure,
    applicant: FourAttributes,
    person: Person | None,
    content: Content,
    staff: StaffMember,
    at: datetime,
    *,
    reference: UUID,
    taking: UUID | None = None,
    sequence: int = 0,
    check: IdentityCheck | None = None,
) -> DeskDraft:
    """A draft with what the office knows, as the portal's is filled; told to the applicant, and recorded as told."""
    question = Prefill(
        form=Form(procedure=procedure.id, version=procedure.since),
        applicant=applicant,
        certificate="",
        agreed_at=at,
    )
    take_prefilled(content, prefill(question, sender=COUNTER, at=at))
    row = DeskDraft(
        ident=uuid4(),
        reference=reference,
        taking=taking,
        sequence=sequence,
        procedure=procedure.id,
        version=procedure.version,
        person=person,
        check_kind=check.value if check else "",
        holder=staff,
        begun_at=at,
        saved_at=at,
    )
    kept.put(row, content)
    kept.put_applicant(row, applicant)
    row.save()
    return row


def answers_version(encoded: bytes) -> str:
    """The version of the form that answers say they are of."""
    version = msgspec.json.decode(encoded).get("version")
    return version if isinstance(version, str) else ""


def clerk_words(staff: StaffMember) -> str:
    """The office and the clerk, as the resident reads them."""
    return f"{town(current_tenant())} {staff.department} {staff.display_name}"[:100]


# --- filling ------------------------------------------------------------------------------------------------------


def lock(ident: UUID, staff: StaffMember, *, edition: int | None = None) -> DeskDraft:
    """The open draft that this clerk has, held until the transaction ends. Raises CannotDo: it ended, or is not as it was shown (`edition`)."""
    row = DeskDraft.objects.select_for_update().filter(ident=ident).first()
    if row is None or row.state != DeskState.OPEN:
        raise CannotDo(Why.ENDED)
    if row.holder_id != staff.pk or (edition is not None and row.edition != edition):
        raise CannotDo(Why.CHANGED)
    return row


def save(draft: DeskDraft, content: Content, *, at: datetime) -> None:
    """Keep what was filled. The caller holds the row."""
    kept.put(draft, content)
    draft.edition += 1
    draft.saved_at = at
    draft.save(update_fields=["content", "edition", "saved_at"])


def reading_of(draft: DeskDraft, content: Content, *, at: datetime) -> Reading:
    """The form as it is filled so far."""
    return read(procedure_of(draft), content, today=at.astimezone(JAPAN).date())


def wanted_papers(reading: Reading) -> tuple[Document, ...]:
    """The documents that the answers call for."""
    return answers.documents(reading.procedure, reading.values)


def missing_papers(draft: DeskDraft, reading: Reading) -> tuple[Document, ...]:
    """Those that nothing replaces and that are not there. An original is shown at the counter, and looked at there."""
    held = set(draft.papers.values_list("document", flat=True))
    return tuple(
        each
        for each in wanted_papers(reading)
        if each.required and not each.replaced_by and not each.original and each.id not in held
    )


def add_paper(draft: DeskDraft, document: Document, upload: Upload, *, at: datetime) -> None:
    """Keep a paper that was handed over. The caller holds the row. Raises CannotDo."""
    sizes = list(draft.papers.values_list("size", flat=True))
    if len(sizes) >= MOST_DOCUMENTS or sum(sizes) + len(upload.content) > LARGEST_TOGETHER:
        raise CannotDo(Why.TOO_MANY)
    attachment = Attachment(
        document=document.id, name=upload.name[:100], media_type=MEDIA[upload.kind], content=upload.content
    )
    _keep_paper(draft, attachment, at)
    draft.edition += 1
    draft.save(update_fields=["edition"])


def _keep_paper(draft: DeskDraft, attachment: Attachment, at: datetime, *, came_along: bool = False) -> None:
    paper = DeskPaper(
        draft=draft,
        ident=uuid4(),
        document=attachment.document,
        media_type=attachment.media_type,
        size=len(attachment.content),
        came_along=came_along,
        at=at,
    )
    kept.put_attachment(paper, attachment)
    paper.save()


def remove_paper(draft: DeskDraft, ident: UUID) -> None:
    """Take a paper of the counter away again; what came along stays. The caller holds the row."""
    draft.papers.filter(ident=ident, came_along=False).delete()
    draft.edition += 1
    draft.save(update_fields=["edition"])


# --- to others ----------------------------------------------------------------------------------------------------


def take_from_colleague(ident: UUID, staff: StaffMember, *, at: datetime) -> DeskDraft:
    """Go on with what a colleague began; what the colleague's screen still shows can no longer be saved. Raises CannotDo."""
    row = DeskDraft.objects.select_for_update().filter(ident=ident, state=DeskState.OPEN).first()
    if row is None:
        raise CannotDo(Why.ENDED)
    if row.holder_id != staff.pk:
        row.holder = staff
        row.edition += 1
        row.save(update_fields=["holder", "edition"])
        note(None, "desk_taken", staff=staff, at=at, words=str(row.reference))
    return row


def hand_back(draft: DeskDraft, staff: StaffMember, *, at: datetime) -> None:
    """The resident goes on in the portal, with what was filled in here. The caller holds the row. Raises CannotDo, Refused: they took it back already."""
    if draft.taking is None:
        raise CannotDo(Why.NOT_FROM_PORTAL)
    reading = reading_of(draft, kept.content_of(draft), at=at)
    ask_portal(
        current_tenant(),
        RETURN_DRAFT,
        ReturnDraft(
            application=draft.reference,
            taking=draft.taking,
            answers=answers.encode(reading.procedure, reading.values),
            documents=attachments(draft, came_along=False),
            clerk=clerk_words(staff),
        ),
    )
    end(draft, DeskState.RETURNED, at=at)
    note(None, "desk_returned", staff=staff, at=at, words=str(draft.reference))


def drop(draft: DeskDraft, staff: StaffMember, *, at: datetime) -> None:
    """Give up what began here, at the applicant's wish; what came from the portal goes back as it was filled. The caller holds the row."""
    end(draft, DeskState.DROPPED, at=at)
    note(None, "desk_dropped", staff=staff, at=at, words=str(draft.reference))


def attachments(draft: DeskDraft, *, came_along: bool | None = None) -> tuple[Attachment, ...]:
    """The papers, the oldest first; all, or those that came along or did not."""
    papers = draft.papers.order_by("at", "pk")
    if came_along is not None:
        papers = papers.filter(came_along=came_along)
    return tuple(kept.attachment_of(each) for each in papers)


def end(draft: DeskDraft, state: DeskState, *, at: datetime) -> None:
    """It is over: what was filled in and handed over is forgotten here."""
    draft.state, draft.ended_at, draft.content = state, at, b""
    draft.edition += 1
    draft.save(update_fields=["state", "ended_at", "content", "edition"])
    draft.papers.all().delete()
