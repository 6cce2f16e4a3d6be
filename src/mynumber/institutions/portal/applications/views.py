"""Pages of applications: begin, agree, fill, check, send, follow, correct, change, withdraw, ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django import forms as django_forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.foundation.procedures import answers
from mynumber.foundation.procedures.deadlines import window
from mynumber.foundation.procedures.definition import Document, Procedure, Signature
from mynumber.foundation.procedures.values import MOST_ENTRIES
from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import SeeOther, resident_of
from mynumber.institutions.portal.applications import (
    bodies,
    committing,
    counter,
    drafts,
    finding,
    forms,
    kept,
    outbox,
    papers,
    showing,
    steps,
)
from mynumber.institutions.portal.applications.committing import NotReady
from mynumber.institutions.portal.applications.drafts import NotOpen, TooManyPapers
from mynumber.institutions.portal.applications.kept import Content
from mynumber.institutions.portal.applications.models import Application, Happening, Standing
from mynumber.institutions.portal.applications.paying import narrowed, payment_of
from mynumber.institutions.portal.deliveries import documents as delivered_documents
from mynumber.institutions.portal.employers import inviting
from mynumber.protocols.applications import LetterForm
from mynumber.protocols.refusal import Refused
from mynumber.webkit.access import resident_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.fields import DocumentField, DocumentKind
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.journey import (
    AnswerGroup,
    Attached,
    CardPin,
    CardTap,
    Course,
    Leg,
    Task,
    TaskList,
    TaskState,
)
from mynumber.webkit.face.language import say, spoken
from mynumber.webkit.face.parts import Cell, Column, Link, Table

REJECTED = 422
DOCUMENTS = "documents"
MEGABYTE: Final = 1024 * 1024


def _now() -> datetime:
    return datetime.now(UTC)


def _own(request: HttpRequest, ident: UUID, *, lock: bool = False) -> Application:
    """The visitor's own application. Raises Http404 for another's, as for none."""
    held = Application.objects.select_for_update() if lock else Application.objects.all()
    found = held.filter(pk=ident, account=resident_of(request).account).first()
    if found is None:
        raise Http404
    return found


def _editable(request: HttpRequest, ident: UUID, *, lock: bool = False) -> Application:
    application = _own(request, ident, lock=lock)
    if not application.editing:
        raise _closed(application)
    return application


def _closed(application: Application) -> PageRefused:
    return PageRefused(
        "いまは変更できません",
        "この申請は送ったあとです。入力の画面は閉じています。",
        "申請のページで、いまの状態と、できることを確かめてください。",
        reason="not_open",
        status=409,
        title_en="This cannot be changed now",
    )


def _words(application: Application) -> dict[str, object]:
    procedure = drafts.procedure_of(application)
    return {
        "application": application,
        "procedure": procedure,
        "title": procedure.title.in_language(spoken()),
        "chip": showing.chip_of(application),
        "body_name": bodies.name_of(application.body) if application.body else "",
    }


# --- beginning ---------------------------------------------------------------------------------------------------


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Begin a draft, or go on with the one that there is."""
    now, visit = _now(), resident_of(request)
    procedure = finding.procedure_on(procedure_id, drafts.today_of(now))
    if not drafts.may_begin(procedure):
        raise PageRefused(
            "ここからは申請できません",
            "この手続は、本人ではなく、勤務先や事業者が行います。",
            "手続の案内で、だれが行うかを確かめてください。",
            reason="not_for_residents",
            status=403,
        )
    if request.method == "POST":
        application, _ = drafts.begin(visit.account, procedure, now=now)
        return SeeOther(reverse("application", args=[application.pk]))
    held = Application.objects.filter(account=visit.account, procedure=procedure.id, live=True).first()
    context = {"procedure": procedure, "title": procedure.title.in_language(spoken()), "held": held}
    return page(request, "portal/applications/begin.html", visit, context)


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, ident: UUID) -> HttpResponse:
    """Agree to what is asked from the office, and hand over who applies."""
    now = _now()
    application = _editable(request, ident)
    if application.sequence:
        raise _closed(application)
    words = _words(application)
    if request.method == "POST":
        return SeeOther(committing.ask_consent(request, application, title=str(words["title"]), now=now))
    procedure = drafts.procedure_of(application)
    spoke = spoken()
    filled = [
        field.label.in_language(spoke) for _, field in procedure.every_field() if field.how.is_prefilled
    ]
    context = words | {
        "filled": filled,
        "step": CardTap(say("あなたを確かめ、役所の情報を取り寄せる", "Identify you"), CardPin.SIGNATURE),
    }
    return page(request, "portal/applications/consent.html", resident_of(request), context)


@resident_only
@transaction.non_atomic_requests  # the body is asked
@require_POST
def prefill(request: HttpRequest, ident: UUID) -> HttpResponse:
    """Ask the office once more."""
    application = _editable(request, ident)
    drafts.prefill(application, now=_now())
    return SeeOther(reverse("application", args=[ident]))


# --- my applications ---------------------------------------------------------------------------------------------


@resident_only
@transaction.non_atomic_requests  # what waits is delivered
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """わたしの申請: what I have to do, what is under way and who has it until when, what is over."""
    visit = resident_of(request)
    rows: list[list[Cell]] = []
    todo: list[tuple[Application, str]] = []
    for each in Application.objects.filter(account=visit.account).order_by("-begun_at")[:100]:
        title = drafts.procedure_of(each).title.in_language(spoken())
        link = Link(title, reverse("application", args=[each.pk]))
        until = (
            f"{each.expected_by.year}年{each.expected_by.month}月{each.expected_by.day}日"
            if each.expected_by
            else None
        )
        holder = (
            say("あなた", "You")
            if each.editing
            else each.holder or (bodies.name_of(each.body) if each.body else None)
        )
        rows.append([link, showing.chip_of(each), holder, until, each.receipt or None])
        if each.editing:
            todo.append((each, title))
    table = Table.build(
        say("申請の一覧（新しい順）", "Your applications, newest first"),
        [
            say("手続", "Procedure"),
            say("状態", "State"),
            say("いま持っているところ", "Now with"),
            Column(say("いつまで", "Until")),
            say("受付番号", "Receipt number"),
        ],
        rows,
    )
    context = {"table": table if rows else None, "todo": todo}
    return page(request, "portal/applications/mine.html", visit, context)


@resident_only
@transaction.non_atomic_requests  # bodies are asked
@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    """Ask the offices how things stand, and deliver what waits."""
    now, account = _now(), resident_of(request).account
    for each in Application.objects.filter(account=account, sent_at__isnull=False):
        outbox.deliver_due(now=now, application=each)
    try:
        steps.follow(account, now=now)
    except Refused as refused:
        raise PageRefused(
            "いまの状態を確かめられませんでした",
            refused.reason.sentence_ja,
            "少し待ってから、もう一度試してください。届いた分は、申請のページに載っています。",
            reason=refused.reason.value,
            status=503,
            hop=refused.hop.label_ja,
        ) from None
    return SeeOther(reverse("applications"))


@resident_only
@transaction.non_atomic_requests  # the office is asked, and what waits is delivered
@require_safe
def application(request: HttpRequest, ident: UUID) -> HttpResponse:
    """One application: as a draft its task list, afterwards who has it, what happened, what may be done."""
    now, visit = _now(), resident_of(request)
    held = _own(request, ident)
    if held.editing and held.agreed_at and held.prefilled_at is None and held.body:
        drafts.prefill(held, now=now)
        held.refresh_from_db()
    if not held.editing and held.sent_at:
        outbox.deliver_due(now=now, application=held)
        held.refresh_from_db()
    words = _words(held)
    if held.editing and held.agreed_at is None:
        return SeeOther(reverse("application-consent", args=[held.pk]))
    if held.editing:
        tasks = _tasks(held, now)
        following = tasks["next"]
        if "on" in request.GET and isinstance(following, Task):
            return SeeOther(following.link)
        return page(request, "portal/applications/tasks.html", visit, words | tasks)
    return page(request, "portal/applications/status.html", visit, words | _status(held, request))


def _tasks(held: Application, now: datetime) -> dict[str, object]:
    content = kept.content_of(held)
    reading = drafts.reading_of(held, content, now=now)
    procedure = reading.procedure
    spoke = spoken()
    tasks = []
    for section, fields in drafts.sections(procedure):
        ids = {field.id for field in fields}
        state = _section_state(section.id, ids, content, reading)
        if state is not None:
            url = reverse("application-section", args=[held.pk, section.id])
            tasks.append(Task(section.title.in_language(spoke), url, state))
    asked = inviting.task(held, reading)
    tasks += [asked] if asked else []
    if drafts.wanted_papers(held, reading):
        missing = drafts.missing_papers(held, reading)
        done = DOCUMENTS in content.seen and not missing
        state = TaskState.DONE if done or not missing else TaskState.TODO
        hint = (
            "" if missing else say("出さなければならない書類はありません。", "Nothing has to be handed in.")
        )
        tasks.append(
            Task(say("書類", "Papers"), reverse("application-documents", args=[held.pk]), state, hint)
        )
    # Certificates are asked of others: who has them on paper sends without.
    ready = all(task.state is TaskState.DONE for task in tasks if task is not asked) and bool(held.body)
    tasks.append(
        Task(
            say("内容を確かめて送る", "Check and send", "たしかめて おくる"),
            reverse("application-check", args=[held.pk]),
            TaskState.TODO if ready else TaskState.LOCKED,
        )
    )
    tasks = narrowed(held, content.marks, tasks)
    term = window(procedure, reading.values, on=drafts.today_of(now))
    return {
        "tasks": TaskList.of(say("すること", "What to do"), tasks),
        "next": next(
            (task for task in tasks if task is not asked and task.state is not TaskState.DONE and task.link),
            None,
        ),
        "unknown": len(content.unknown),
        "filled": len(content.origins),
        "closes": term.closes,
        "late": term.closes is not None and drafts.today_of(now) > term.closes,
        "marks": [f"{showing.label_of(procedure, path)}：{words}" for path, words in content.marks.items()],
        "correction": _correction(held),
        "refused": _last_refused(held),
    }


def _last_refused(held: Application) -> str:
    """Why the last sending did not arrive; "" if it did."""
    last = held.sendings.order_by("-sent_at").first()
    return last.refused if last else ""


def _correction(held: Application) -> object:
    if held.standing != Standing.CORRECTION:
        return None
    asked = held.steps.filter(step__in=("correction_asked", "payment_returned")).order_by("-number").first()
    return steps.told_of(asked) if asked else None


def _section_state(
    section: str, ids: set[str], content: Content, reading: answers.Reading
) -> TaskState | None:
    shown = [
        path
        for path, field in answers.visible_paths(reading.procedure, reading.values)
        if path.split(".")[0] in ids
    ]
    if not shown:
        return None
    if any(path.split(".")[0] in ids for path in content.marks) and f"!{section}" not in content.seen:
        return TaskState.RETURNED
    lacking = [problem for problem in reading.all_problems if problem.path.split(".")[0] in ids]
    if not lacking:
        return TaskState.DONE
    return TaskState.STARTED if section in content.seen else TaskState.TODO


def _status(held: Application, request: HttpRequest) -> dict[str, object]:
    told = [(step, steps.told_of(step)) for step in held.steps.order_by("number")]
    decided = [one for _, one in told if one.step in steps.DECIDED]
    return {
        "sent": "sent" in request.GET,
        "lines": [showing.step_line(one) for _, one in reversed(told)],
        "letters": [(step.number, one) for step, one in told if step.has_letter],
        "decision": decided[-1] if decided else None,
        "outcome": showing.outcome_of(decided[-1]) if decided else "",
        "waiting": held.sendings.filter(arrived_at=None, refused="").exists(),
        "may_amend": held.standing == Standing.UNDER_WAY,
        "payment": payment_of(held),
        "may_withdraw": held.standing in (Standing.UNDER_WAY, Standing.CORRECTION),
        "withdrawing": held.writings.filter(kind=LetterForm.WITHDRAWAL.value, refused="").exists(),
        "may_ask": held.standing != Standing.ENDED,
        "asked": held.writings.filter(kind=LetterForm.QUESTION.value).order_by("-at"),
        "happenings": Happening.objects.filter(application=held).order_by("-at", "-pk"),
        "drafts_holder": held.holder or (bodies.name_of(held.body) if held.body else ""),
    }


# --- filling -----------------------------------------------------------------------------------------------------


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, ident: UUID, section_id: str) -> HttpResponse:
    """One page of the form."""
    now = _now()
    held = _editable(request, ident, lock=request.method == "POST")
    content = kept.content_of(held)
    reading = drafts.reading_of(held, content, now=now)
    pages = drafts.sections(reading.procedure)
    place = next((at for at, (each, _) in enumerate(pages) if each.id == section_id), None)
    if place is None:
        raise Http404
    one, fields = pages[place]
    today = drafts.today_of(now)
    if request.method != "POST":
        form = forms.SectionForm(forms.plan_of(fields, reading, content, today=today))
        return _section_page(request, held, reading.procedure, place, form, more="more" in request.GET)
    counts = forms.entry_counts(fields, request.POST)
    plan = forms.plan_of(
        fields, reading, content, today=today, shown=forms.shown_in(request.POST), entries=counts
    )
    form = forms.SectionForm(plan, request.POST)
    valid = form.is_valid()
    forms.take_answers(content, fields, form.answers(), counts)
    changed = _change_entries(request, content, counts)
    if one.id not in content.seen:
        content.seen.append(one.id)
    reading = drafts.reading_of(held, content, now=now)
    if not form.is_looking and not valid:
        form.drop_errors_of_hidden(reading)
        valid = not form.errors
    if valid and f"!{one.id}" not in content.seen:
        content.seen.append(f"!{one.id}")
    drafts.save(held, content, now=now)
    here = reverse("application-section", args=[held.pk, one.id])
    if changed:
        return SeeOther(here)
    if "later" in request.POST:
        return SeeOther(reverse("application", args=[held.pk]))
    if not valid:
        # The page as it was sent, with what it did not show (locked answers) drawn again.
        whole = forms.plan_of(fields, reading, content, today=today)
        plan.rows[:] = _merged(whole, plan)
        return _section_page(request, held, reading.procedure, place, form, status=REJECTED)
    ids = {field.id for field in fields}
    if any(problem.path.split(".")[0] in ids for problem in reading.all_problems):
        return SeeOther(f"{here}?more=1")
    return SeeOther(_following(held, reading, content, place))


def _merged(whole: forms.Plan, sent: forms.Plan) -> list[forms.Row]:
    """The rows of the whole page, with controls only where the page that was sent had them."""
    return [
        row for row in whole.rows if row.kind != "control" or all(name in sent.controls for name in row.names)
    ]


def _change_entries(request: HttpRequest, content: Content, counts: dict[str, int]) -> bool:
    """Add or remove an entry of a group, where one of those buttons was pressed."""
    add, remove = request.POST.get("add", ""), request.POST.get("remove", "")
    if add in counts:
        entries = content.typed.setdefault(add, [])
        if isinstance(entries, list) and len(entries) < MOST_ENTRIES:
            entries.append({})
        return True
    group, _, index = remove.partition(".")
    entries = content.typed.get(group)
    if group in counts and isinstance(entries, list) and index.isdigit() and int(index) < len(entries):
        del entries[int(index)]
        return True
    return False


def _following(held: Application, reading: answers.Reading, content: Content, place: int) -> str:
    """Where one goes on: the next page with something to do, the papers, the check."""
    pages = drafts.sections(reading.procedure)
    open_ids = {problem.path.split(".")[0] for problem in reading.all_problems}
    for each, fields in pages[place + 1 :]:
        if any(field.id in open_ids for field in fields):
            return reverse("application-section", args=[held.pk, each.id])
    if open_ids:
        return reverse("application", args=[held.pk])
    if drafts.missing_papers(held, reading) and DOCUMENTS not in content.seen:
        return reverse("application-documents", args=[held.pk])
    return reverse("application-check", args=[held.pk])


def _course(held: Application, procedure: Procedure, place: int) -> Course:
    spoke = spoken()
    legs = [
        Leg(each.title.in_language(spoke), reverse("application-section", args=[held.pk, each.id]))
        for each, _ in drafts.sections(procedure)
    ]
    return Course.at(place + 1, [*legs, Leg(say("確かめて送る", "Check and send"))])


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
    context = _words(held) | {
        "form": form,
        "rows": list(form.rows()),
        "shown": " ".join(form.plan.fields),
        "course": _course(held, procedure, place),
        "section": drafts.sections(procedure)[place][0].title.in_language(spoken()),
        "more": more,
    }
    response = page(request, "portal/applications/section.html", resident_of(request), context)
    response.status_code = status
    return response


class PaperForm(PlainForm):
    """One document, of the kinds and the size that the procedure takes."""

    def __init__(self, document: Document, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"id_{document.id}_%s", **kwargs)
        self.fields["file"] = DocumentField(
            label=document.label.in_language(spoken()),
            kinds=[kind for kind in DocumentKind if kind.name.lower() in document.formats],
            most=document.most_megabytes * MEGABYTE,
            required=self.is_bound or (document.required and not document.replaced_by),
        )


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: HttpRequest, ident: UUID) -> HttpResponse:
    """The papers: what replaces each, what may be handed in, what is there."""
    now = _now()
    held = _editable(request, ident, lock=request.method == "POST")
    content = kept.content_of(held)
    reading = drafts.reading_of(held, content, now=now)
    wanted = {each.id: each for each in drafts.wanted_papers(held, reading)}
    bad: tuple[str, django_forms.Form] | None = None
    if request.method == "POST":
        here = reverse("application-documents", args=[held.pk])
        if "remove" in request.POST:
            try:
                drafts.remove_paper(held, UUID(request.POST["remove"]))
            except ValueError:
                raise Http404 from None
            return SeeOther(here)
        if "done" in request.POST:
            content.seen = [*content.seen, *([] if DOCUMENTS in content.seen else [DOCUMENTS])]
            drafts.save(held, content, now=now)
            return SeeOther(reverse("application", args=[held.pk]))
        document = wanted.get(request.POST.get("document", ""))
        if document is None:
            raise Http404
        form = PaperForm(document, request.POST, request.FILES)
        delivered = delivered_documents.chosen(resident_of(request), request.POST.get("use", ""))
        if delivered is not None or form.is_valid():
            try:
                drafts.add_paper(held, document, delivered or form.cleaned_data["file"], now=now)
                return SeeOther(here)
            except TooManyPapers:
                form.add_error(
                    "file",
                    say(
                        "書類が多すぎます。先に一つ取り除いてください。", "Too many papers. Remove one first."
                    ),
                )
        bad = (document.id, form)
    spoke = spoken()
    papers = []
    for document in wanted.values():
        form_of = bad[1] if bad is not None and bad[0] == document.id else PaperForm(document)
        attached = [
            Attached(
                drafts.paper_name(paper),
                paper.size,
                paper.uploaded_at,
                reverse("application-paper", args=[held.pk, paper.pk]),
                str(paper.pk),
            )
            for paper in held.papers.filter(document=document.id).order_by("uploaded_at")
        ]
        papers.append((document, document.label.in_language(spoke), form_of, attached))
    context = _words(held) | {"papers": papers, "bad": bad[1] if bad else None}
    context["usable"] = delivered_documents.offered(resident_of(request))
    response = page(request, "portal/applications/documents.html", resident_of(request), context)
    response.status_code = REJECTED if bad else 200
    return response


@resident_only
@require_safe
def paper(request: HttpRequest, ident: UUID, paper_id: UUID) -> HttpResponse:
    """A paper that the visitor handed in, as a download: never shown as a page of this site."""
    found = _own(request, ident).papers.filter(pk=paper_id).first()
    if found is None:
        raise Http404
    return _download(drafts.paper_content(found), found.media_type, f"document-{found.pk.hex[:8]}")


@resident_only
@require_safe
def letter(request: HttpRequest, ident: UUID, number: int) -> HttpResponse:
    """A notice (通知書) of the office."""
    return _paper_of(partial(papers.letter, _own(request, ident), number), f"notice-{number}.pdf")


@resident_only
@require_safe
def receipt_paper(request: HttpRequest, ident: UUID) -> HttpResponse:
    """The receipt as PDF."""
    return _paper_of(partial(papers.receipt, _own(request, ident)), "receipt.pdf")


def _paper_of(make: Callable[[], bytes], name: str) -> HttpResponse:
    try:
        return _download(make(), "application/pdf", name)
    except papers.NoPaper:
        raise Http404 from None
    except papers.Withheld:
        raise PageRefused(
            "この書面はお渡しできません",
            "書面の中の印が、この申請のものと合いません。ほかの人の書面を渡さないように止めました。",
            "ページにある決定の内容は確かめられています。書面は、申請のページの「担当に質問する」で役所に求めてください。",
            reason="wrong_paper",
            status=500,
        ) from None


def _download(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# --- checking and sending ----------------------------------------------------------------------------------------


@resident_only
@require_safe
def check(request: HttpRequest, ident: UUID) -> HttpResponse:
    """Check your answers."""
    now = _now()
    held = _own(request, ident)
    if not held.editing:
        return SeeOther(reverse("application", args=[held.pk]))
    content = kept.content_of(held)
    reading = drafts.reading_of(held, content, now=now)
    groups = []
    spoke = spoken()
    for each, fields in drafts.sections(reading.procedure):
        url = reverse("application-section", args=[held.pk, each.id])
        for title, lines in showing.answers_of(fields, reading, content, change=url):
            whole = each.title.in_language(spoke)
            groups.append(AnswerGroup(f"{whole}：{title}" if title else whole, lines))
    try:
        committing.complete_reading(held, now=now)
        ready = True
    except NotReady:
        ready = False
    signs = reading.procedure.signature is Signature.SIGNATURE
    purpose = say("申請に署名して送る", "Sign and send") if signs else say("申請を送る", "Send")
    context = _words(held) | {
        "groups": groups,
        "ready": ready,
        "back": "back" in request.GET,
        "papers": [drafts.paper_name(one) for one in held.papers.order_by("uploaded_at")],
        "missing_papers": [one.label.in_language(spoke) for one in drafts.missing_papers(held, reading)],
        "signs": signs,
        "step": CardTap(purpose, CardPin.SIGNATURE if signs else CardPin.AUTHENTICATION),
    }
    return page(request, "portal/applications/check.html", resident_of(request), context)


@resident_only
@require_POST
def sign(request: HttpRequest, ident: UUID) -> HttpResponse:
    """To the device: sign, or show the same card again."""
    now = _now()
    held = _editable(request, ident)
    try:
        reading = committing.complete_reading(held, now=now)
        summary = showing.summary(reading, kept.content_of(held))
        return SeeOther(committing.ask_to_commit(request, held, summary=summary, now=now))
    except NotReady:
        raise PageRefused(
            "まだ送れません",
            "入力していないところか、出していない書類があります。",
            "申請のページで、残っていることを確かめてください。",
            reason="not_ready",
            status=409,
        ) from None


# --- afterwards --------------------------------------------------------------------------------------------------


@resident_only
@require_safe
def receipt(request: HttpRequest, ident: UUID) -> HttpResponse:
    """The receipt, to keep or to print: number, the five times, what was sent (its digest)."""
    held = _own(request, ident)
    if held.sent_at is None:
        raise Http404
    context = _words(held) | {"sendings": held.sendings.order_by("sequence")}
    return page(request, "portal/applications/receipt.html", resident_of(request), context)


@resident_only
@require_POST
def amend(request: HttpRequest, ident: UUID) -> HttpResponse:
    """Change what is under way."""
    held = _own(request, ident)
    try:
        drafts.amend(held, now=_now())
    except NotOpen:
        raise _closed(held) from None
    return SeeOther(reverse("application", args=[ident]))


class WordsForm(PlainForm):
    """Words to the office."""

    words = django_forms.CharField(max_length=2000, widget=django_forms.Textarea(attrs={"rows": 6}))


@resident_only
@transaction.non_atomic_requests  # the letter is committed, then delivered
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, ident: UUID) -> HttpResponse:
    """取下げ: asked once more, then written to the office. A draft is deleted."""
    now = _now()
    held = _own(request, ident)
    if request.method != "POST":
        return page(request, "portal/applications/withdraw.html", resident_of(request), _words(held))
    try:
        if held.is_draft:
            drafts.discard(held)
            return SeeOther(reverse("applications"))
        steps.write(held, LetterForm.WITHDRAWAL, "", now=now)
    except NotOpen:
        raise _closed(held) from None
    outbox.deliver_due(now=now, application=held)
    return SeeOther(reverse("application", args=[ident]))


@resident_only
@transaction.non_atomic_requests  # the letter is committed, then delivered
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, ident: UUID) -> HttpResponse:
    """Ask the case worker."""
    now = _now()
    held = _own(request, ident)
    form = WordsForm(request.POST or None)
    form.fields["words"].label = say("聞きたいこと", "Your question", "ききたい こと")
    if request.method == "POST" and form.is_valid():
        try:
            steps.write(held, LetterForm.QUESTION, form.cleaned_data["words"], now=now)
        except NotOpen:
            raise _closed(held) from None
        outbox.deliver_due(now=now, application=held)
        return SeeOther(reverse("application", args=[ident]))
    response = page(
        request, "portal/applications/question.html", resident_of(request), _words(held) | {"form": form}
    )
    response.status_code = REJECTED if request.method == "POST" else 200
    return response


@resident_only
@require_POST
def code(request: HttpRequest, ident: UUID) -> HttpResponse:
    """A code to show at the counter; it is on this page only."""
    held = _editable(request, ident)
    try:
        made = counter.new_code(held, now=_now())
    except NotOpen:
        raise _closed(held) from None
    shown = "-".join(made[at : at + 4] for at in range(0, len(made), 4))
    return page(
        request, "portal/applications/code.html", resident_of(request), _words(held) | {"code": shown}
    )
