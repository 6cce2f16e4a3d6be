"""Pages on which a draft is filled: the sections of the form, the papers."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from mynumber.foundation.procedures import answers
from mynumber.foundation.procedures.definition import Procedure
from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import SeeOther, resident_of
from mynumber.institutions.portal.applications import (
    drafts,
    kept,
    received,
)
from mynumber.institutions.portal.applications.drafts import TooManyPapers
from mynumber.institutions.portal.applications.models import Application
from mynumber.institutions.portal.applications.paying import is_open
from mynumber.institutions.portal.applications.received import NotUsable
from mynumber.institutions.portal.applications.view_parts import (
    DOCUMENTS,
    closed,
    download,
    editable,
    moment,
    own,
    set_of,
    words_of,
)
from mynumber.institutions.portal.deliveries.models import Sender
from mynumber.webkit.access import resident_only
from mynumber.webkit.face.journey import (
    Attached,
)
from mynumber.webkit.face.language import say, spoken
from mynumber.webkit.filling import forms, pages
from mynumber.webkit.filling.content import Content
from mynumber.webkit.filling.pages import REJECTED, PaperForm


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, ident: UUID, section_id: str) -> HttpResponse:
    """One page of the form."""
    now = moment()
    held = editable(request, ident, lock=request.method == "POST")
    content = kept.content_of(held)
    reading = drafts.reading_of(held, content, now=now)
    place = pages.place_of(reading.procedure, section_id)
    if place is None:
        raise Http404
    one, fields = pages.sections(reading.procedure)[place]
    if not is_open(held, content.marks, fields):
        raise closed(held)
    today = drafts.today_of(now)
    if request.method != "POST":
        form = pages.blank(fields, reading, content, today=today)
        return _section_page(request, held, reading.procedure, place, form, more="more" in request.GET)
    taken = pages.take(
        one,
        fields,
        reading,
        content,
        request.POST,
        read=partial(drafts.reading_of, held, now=now),
        today=today,
    )
    drafts.save(held, content, now=now)
    here = reverse("application-section", args=[held.pk, one.id])
    if taken.changed:
        return SeeOther(here)
    if "later" in request.POST:
        return SeeOther(reverse("application", args=[held.pk]))
    if not taken.valid:
        return _section_page(request, held, reading.procedure, place, taken.form, status=REJECTED)
    if taken.more:
        return SeeOther(f"{here}?more=1")
    return SeeOther(_following(request, held, taken.reading, content, place))


def _following(
    request: HttpRequest, held: Application, reading: answers.Reading, content: Content, place: int
) -> str:
    """Where one goes on: the next page with something to do, the papers, the check or the set that is sent together."""
    following = pages.following(reading, place, content)
    if following is not None:
        return reverse("application-section", args=[held.pk, following.id])
    if reading.all_problems:
        return reverse("application", args=[held.pk])
    if drafts.missing_papers(held, reading) and DOCUMENTS not in content.seen:
        return reverse("application-documents", args=[held.pk])
    return _set_page(request, held) or reverse("application-check", args=[held.pk])


def _set_page(request: HttpRequest, held: Application) -> str:
    """Where a draft of one's own set is sent with the others; "" for every other."""
    whole = set_of(held) if held.is_draft and resident_of(request).actor is None else None
    return reverse("bundle", args=[whole]) if whole else ""


def _section_page(
    request: HttpRequest,
    held: Application,
    procedure: Procedure,
    place: int,
    form: forms.SectionForm,
    *,
    more: bool = False,
    status: int = 200,
) -> HttpResponse:
    def address(section_id: str) -> str:
        return reverse("application-section", args=[held.pk, section_id])

    context = words_of(held) | pages.section_context(form)
    context |= {
        "course": pages.course(procedure, place, address, say("確かめて送る", "Check and send")),
        "section": pages.sections(procedure)[place][0].title.in_language(spoken()),
        "more": more,
    }
    response = page(request, "portal/applications/section.html", resident_of(request), context)
    response.status_code = status
    return response


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: HttpRequest, ident: UUID) -> HttpResponse:
    """The papers: what replaces each, what may be handed in, what is there."""
    now = moment()
    held = editable(request, ident, lock=request.method == "POST")
    content = kept.content_of(held)
    reading = drafts.reading_of(held, content, now=now)
    wanted = {each.id: each for each in drafts.wanted_papers(held, reading)}
    bad: tuple[str, django_forms.Form] | None = None
    if request.method == "POST":
        here = reverse("application-documents", args=[held.pk])
        if "remove" in request.POST:
            try:
                received.take_out(held, UUID(request.POST["remove"]), now=now)
            except ValueError:
                raise Http404 from None
            return SeeOther(here)
        if "done" in request.POST:
            content.seen = [*content.seen, *([] if DOCUMENTS in content.seen else [DOCUMENTS])]
            drafts.save(held, content, now=now)
            done = not reading.all_problems and not drafts.missing_papers(held, reading)
            return SeeOther(
                (_set_page(request, held) if done else "") or reverse("application", args=[held.pk])
            )
        document = wanted.get(request.POST.get("document", ""))
        if document is None:
            raise Http404
        form = PaperForm(document, request.POST, request.FILES)
        chosen = request.POST.get("use", "")
        if chosen or form.is_valid():
            try:
                if chosen:
                    form.errors.clear()  # no file was sent, and none is missing
                    received.hand_in(resident_of(request), held, document, chosen, now=now)
                else:
                    drafts.add_paper(held, document, form.cleaned_data["file"], now=now)
                return SeeOther(here)
            except TooManyPapers:
                form.add_error("file", pages.too_many_papers())
            except NotUsable as no:
                form.add_error("file", no.sentence)
        bad = (document.id, form)
    spoke = spoken()
    papers = []
    box, signers = received.box(resident_of(request)), received.senders_of(held)
    for document in wanted.values():
        form_of = bad[1] if bad is not None and bad[0] == document.id else PaperForm(document)
        attached = [
            Attached(
                _named(drafts.paper_name(paper), signers.get(paper.pk)),
                paper.size,
                paper.uploaded_at,
                reverse("application-paper", args=[held.pk, paper.pk]),
                str(paper.pk),
            )
            for paper in held.papers.filter(document=document.id).order_by("uploaded_at")
        ]
        label = document.label.in_language(spoke)
        offered = received.offers(box, reading.procedure, document, spoke)
        papers.append((document, label, form_of, attached, offered))
    context = words_of(held) | {"papers": papers, "bad": bad[1] if bad else None}
    response = page(request, "portal/applications/documents.html", resident_of(request), context)
    response.status_code = REJECTED if bad else 200
    return response


def _named(name: str, signer: Sender | None) -> str:
    """A file's name, with whose signature it carries."""
    if signer is None:
        return name
    return say(
        f"{name}（送り主：{signer.name}、法人番号 {signer.corporate_number}。署名を確かめました）",
        f"{name} (sender: {signer.name}, corporate number {signer.corporate_number}; signature checked)",
        f"{name}（おくりぬし：{signer.name}。署名を たしかめました）",
    )


@resident_only
@require_safe
def paper(request: HttpRequest, ident: UUID, paper_id: UUID) -> HttpResponse:
    """A paper that the visitor handed in, as a download: never shown as a page of this site."""
    found = own(request, ident).papers.filter(pk=paper_id).first()
    if found is None:
        raise Http404
    return download(drafts.paper_content(found), found.media_type, f"document-{found.pk.hex[:8]}")
