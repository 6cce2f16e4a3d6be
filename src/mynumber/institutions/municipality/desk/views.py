"""Pages of the counter: take over or begin, what is to be done, fill, papers."""

from __future__ import annotations

from functools import partial
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.institutions.municipality.applications.words import town
from mynumber.institutions.municipality.desk import drafting, kept
from mynumber.institutions.municipality.desk.drafting import CannotDo, Why
from mynumber.institutions.municipality.desk.forms import BeginForm, CodeForm
from mynumber.institutions.municipality.desk.models import DeskDraft, DeskState
from mynumber.protocols.refusal import Reason, Refused
from mynumber.webkit.access import staff_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.examination.sheets import JAPAN
from mynumber.webkit.face.journey import Attached, Task, TaskList, TaskState
from mynumber.webkit.face.parts import Column, Link, Table
from mynumber.webkit.filling import forms, pages
from mynumber.webkit.filling.pages import REJECTED, PaperForm
from mynumber.webkit.staff.models import StaffMember

WORKERS: Final = ("case_worker", "supervisor")
MOST: Final = 50


# --- whose, and what every page says -------------------------------------------------------------------------------


def staff_of(request: HttpRequest) -> StaffMember:
    """Who acts."""
    staff: StaffMember = request.staff  # type: ignore[attr-defined]  # set by StaffMiddleware; the mark is checked
    return staff


def own(request: HttpRequest, ident: UUID) -> DeskDraft:
    """A draft that this clerk has or had. Raises Http404 for a colleague's, as for none."""
    return get_object_or_404(DeskDraft, ident=ident, holder=staff_of(request))


def opened(request: HttpRequest, ident: UUID, *, with_edition: bool = False) -> DeskDraft:
    """The same, open and held for a change; with_edition: as the page that was sent showed it. Raises Http404, PageRefused."""
    own(request, ident)
    edition: int | None = None
    if with_edition:
        text = request.POST.get("edition", "")
        edition = int(text) if text.isdigit() and len(text) < 10 else -1
    try:
        return drafting.lock(ident, staff_of(request), edition=edition)
    except CannotDo as cannot:
        raise said_no(cannot.why) from None


def said_no(why: Why) -> PageRefused:
    """The page for what is not possible now."""
    return PageRefused(
        "いまはできません",
        why.value,
        "窓口の一覧で、いまの状態を確かめてください。",
        reason=why.name.lower(),
        status=409,
    )


def words_of(tenant: str, draft: DeskDraft) -> dict[str, Any]:
    """What every page of a draft needs."""
    applicant = kept.applicant_of(draft)
    return {
        **town_of(tenant),
        "draft": draft,
        "title": drafting.procedure_of(draft).title.ja,
        "applicant": applicant,
        "from_portal": draft.taking is not None,
        "draft_url": reverse("desk:draft", args=[tenant, draft.ident]),
    }


def town_of(tenant: str) -> dict[str, Any]:
    """What every page needs."""
    return {"town": town(tenant), "desk_url": reverse("desk:home", args=[tenant])}


# --- beginning -----------------------------------------------------------------------------------------------------


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest, tenant: str) -> HttpResponse:
    """The counter: take over by a code, begin, go on."""
    form = CodeForm(request.POST or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            taken = drafting.take_over(form.cleaned_data["code"], staff_of(request), at=timezone.now())
        except Refused as refused:
            problem = f"下書きを引き継げませんでした。番号と期限を本人と確かめてください（{refused.reason.sentence_ja}）"
        else:
            return HttpResponseRedirect(reverse("desk:draft", args=[tenant, taken.ident]))
    live = DeskDraft.objects.filter(state=DeskState.OPEN).select_related("holder").order_by("-saved_at")
    others = [
        (each, drafting.procedure_of(each).title.ja) for each in live.exclude(holder=staff_of(request))[:MOST]
    ]
    mine = list(live.filter(holder=staff_of(request))[:MOST])
    table = Table.build(
        "記入中の申請",
        ["手続", "申請する人", "はじまり", Column("さいごの保存")],
        [
            [
                Link(drafting.procedure_of(each).title.ja, reverse("desk:draft", args=[tenant, each.ident])),
                kept.applicant_of(each).name,
                "マイナポータル" if each.taking else "窓口",
                each.saved_at,
            ]
            for each in mine
        ],
    )
    return render(
        request,
        "municipality/desk/home.html",
        {
            **town_of(tenant),
            "form": form,
            "problem": problem,
            "mine": table if mine else None,
            "others": others,
        },
        status=REJECTED if form.errors or problem else 200,
    )


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, tenant: str) -> HttpResponse:
    """An application from nothing, for who has no draft in the portal."""
    now = timezone.now()
    form = BeginForm(drafting.offered_here(now), request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            draft = drafting.begin(
                given["procedure"], given["addressee"].strip(), form.identity_check, staff_of(request), at=now
            )
        except CannotDo as cannot:
            form.add_error("addressee" if cannot.why is Why.NOBODY else "procedure", cannot.why.value)
        else:
            return HttpResponseRedirect(reverse("desk:draft", args=[tenant, draft.ident]))
    return render(
        request,
        "municipality/desk/begin.html",
        {**town_of(tenant), "form": form},
        status=REJECTED if form.errors else 200,
    )


@staff_only(*WORKERS)
@require_POST
def take(request: HttpRequest, tenant: str, ident: UUID) -> HttpResponse:
    """Go on with a colleague's."""
    try:
        drafting.take_from_colleague(ident, staff_of(request), at=timezone.now())
    except CannotDo as cannot:
        raise said_no(cannot.why) from None
    return HttpResponseRedirect(reverse("desk:draft", args=[tenant, ident]))


# --- filling -------------------------------------------------------------------------------------------------------


@staff_only(*WORKERS)
@require_safe
def draft(request: HttpRequest, tenant: str, ident: UUID) -> HttpResponse:
    """What is to be done; afterwards what became of it."""
    row = own(request, ident)
    if row.state != DeskState.OPEN:
        return render(request, "municipality/desk/ended.html", words_of(tenant, row) | _ended(row))
    now = timezone.now()
    content = kept.content_of(row)
    reading = drafting.reading_of(row, content, at=now)
    tasks = []
    for section, fields in pages.sections(reading.procedure):
        state = pages.state_of(section, fields, content, reading)
        if state is not None:
            tasks.append(
                Task(section.title.ja, reverse("desk:section", args=[tenant, ident, section.id]), state)
            )
    wanted = drafting.wanted_papers(reading)
    missing = drafting.missing_papers(row, reading)
    if wanted:
        state = TaskState.TODO if missing else TaskState.DONE
        hint = pages.papers_hint(wanted, missing)
        tasks.append(Task("書類", reverse("desk:documents", args=[tenant, ident]), state, hint))
    ready = reading.is_complete and not missing
    tasks.append(
        Task(
            "本人と内容を確かめ、署名して提出する",
            reverse("desk:check", args=[tenant, ident]),
            TaskState.TODO if ready else TaskState.LOCKED,
        )
    )
    context = words_of(tenant, row) | {
        "tasks": TaskList.of("すること", tasks),
        "unidentified": row.person is None,
        "originals": [each.label.ja for each in wanted if each.original],
    }
    return render(request, "municipality/desk/draft.html", context)


def _ended(row: DeskDraft) -> dict[str, Any]:
    from mynumber.institutions.municipality.applications.models import Submission

    submission = (
        Submission.objects.filter(application__reference=row.reference, sequence=row.sequence)
        .select_related("application", "at_counter")
        .first()
    )
    return {"submission": submission, "handed_in": row.state == DeskState.HANDED_IN}


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, tenant: str, ident: UUID, section_id: str) -> HttpResponse:
    """One page of the form: the portal's, filled in by the clerk beside the applicant."""
    now = timezone.now()
    sent = request.method == "POST"
    row = opened(request, ident, with_edition=True) if sent else _open(request, ident)
    content = kept.content_of(row)
    reading = drafting.reading_of(row, content, at=now)
    place = pages.place_of(reading.procedure, section_id)
    if place is None:
        raise Http404
    one, fields = pages.sections(reading.procedure)[place]
    today = now.astimezone(JAPAN).date()
    if not sent:
        form = pages.blank(fields, reading, content, today=today)
        return _section_page(request, tenant, row, place, form, more="more" in request.GET)
    taken = pages.take(
        one,
        fields,
        reading,
        content,
        request.POST,
        read=partial(drafting.reading_of, row, at=now),
        today=today,
    )
    drafting.save(row, content, at=now)
    here = reverse("desk:section", args=[tenant, ident, one.id])
    back = reverse("desk:draft", args=[tenant, ident])
    if taken.changed:
        return HttpResponseRedirect(here)
    if "later" in request.POST:
        return HttpResponseRedirect(back)
    if not taken.valid:
        return _section_page(request, tenant, row, place, taken.form, status=REJECTED)
    if taken.more:
        return HttpResponseRedirect(f"{here}?more=1")
    following = pages.following(taken.reading, place)
    if following is not None:
        return HttpResponseRedirect(reverse("desk:section", args=[tenant, ident, following.id]))
    return HttpResponseRedirect(back)


def _open(request: HttpRequest, ident: UUID) -> DeskDraft:
    row = own(request, ident)
    if row.state != DeskState.OPEN:
        raise said_no(Why.ENDED)
    return row


def _section_page(
    request: HttpRequest,
    tenant: str,
    row: DeskDraft,
    place: int,
    form: forms.SectionForm,
    *,
    more: bool = False,
    status: int = 200,
) -> HttpResponse:
    def address(section_id: str) -> str:
        return reverse("desk:section", args=[tenant, row.ident, section_id])

    procedure = drafting.procedure_of(row)
    context = words_of(tenant, row) | pages.section_context(form)
    context |= {
        "course": pages.course(procedure, place, address, "確かめて提出する"),
        "section": pages.sections(procedure)[place][0].title.ja,
        "more": more,
    }
    return render(request, "municipality/desk/section.html", context, status=status)


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: HttpRequest, tenant: str, ident: UUID) -> HttpResponse:
    """The papers: what replaces each, what was handed over."""
    now = timezone.now()
    sent = request.method == "POST"
    row = opened(request, ident) if sent else _open(request, ident)
    reading = drafting.reading_of(row, kept.content_of(row), at=now)
    wanted = {each.id: each for each in drafting.wanted_papers(reading)}
    bad: tuple[str, PaperForm] | None = None
    if sent:
        here = HttpResponseRedirect(reverse("desk:documents", args=[tenant, ident]))
        if "remove" in request.POST:
            try:
                drafting.remove_paper(row, UUID(request.POST["remove"]))
            except ValueError:
                raise Http404 from None
            return here
        document = wanted.get(request.POST.get("document", ""))
        if document is None:
            raise Http404
        form = PaperForm(document, request.POST, request.FILES)
        if form.is_valid():
            try:
                drafting.add_paper(row, document, form.cleaned_data["file"], at=now)
                return here
            except CannotDo as cannot:
                form.add_error("file", cannot.why.value)
        bad = (document.id, form)
    papers = []
    for document in wanted.values():
        form_of = bad[1] if bad is not None and bad[0] == document.id else PaperForm(document)
        held = list(row.papers.filter(document=document.id).order_by("at", "pk"))
        attached = [
            Attached(
                kept.attachment_of(paper).name,
                paper.size,
                paper.at,
                reverse("desk:paper", args=[tenant, ident, paper.ident]),
                str(paper.ident),
            )
            for paper in held
            if not paper.came_along
        ]
        along = [(paper, kept.attachment_of(paper).name) for paper in held if paper.came_along]
        papers.append((document, form_of, attached, along))
    context = words_of(tenant, row) | {"papers": papers, "bad": bad[1] if bad else None}
    return render(request, "municipality/desk/documents.html", context, status=REJECTED if bad else 200)


@staff_only(*WORKERS)
@require_safe
def paper(request: HttpRequest, tenant: str, ident: UUID, paper_id: UUID) -> HttpResponse:
    """A paper, as a download: never shown as a page of this site."""
    found = get_object_or_404(_open(request, ident).papers, ident=paper_id)
    response = HttpResponse(kept.attachment_of(found).content, content_type=found.media_type)
    response["Content-Disposition"] = f'attachment; filename="document-{found.ident.hex[:8]}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def refused_by_portal(refused: Refused) -> PageRefused:
    """The page for a refusal of the portal."""
    if refused.reason is Reason.OUT_OF_PLACE:
        return PageRefused(
            "本人が、マイナポータルで下書きを引き取りました",
            "窓口で入力した内容は、本人の下書きには入りません。ここではまだ読めます。",
            "本人と、どちらで続けるかを決めてください。窓口で続けるなら、署名して提出するか、新しい番号を見せてもらいます。",
            reason=refused.reason.value,
            status=409,
        )
    return PageRefused(
        "マイナポータルに戻せませんでした",
        refused.reason.sentence_ja,
        "窓口の下書きは残っています。少し待ってから、もう一度試してください。",
        reason=refused.reason.value,
        status=502,
        hop=refused.hop.label_ja,
    )
