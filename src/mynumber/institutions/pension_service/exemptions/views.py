"""Pages of the applications: pool, examination, correction, decision, second person, letter, figures.

Who does not hold an application sees that it is there and since when, not what is in it (目的外の閲覧をさせない); who decides with a second pair of eyes, and who audits,
sees it, and that is written down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.foundation.procedures.deadlines import correct_by
from mynumber.foundation.procedures.definition import Network
from mynumber.foundation.rules.national_pension import Kind
from mynumber.institutions.pension_service.exemptions import (
    arriving,
    asking,
    deciding,
    examining,
    letters,
    statistics,
)
from mynumber.institutions.pension_service.exemptions.forms import DecideForm, PersonForm, TownForm
from mynumber.institutions.pension_service.exemptions.models import (
    Application,
    Decision,
    Inquiry,
    InquiryState,
    Paper,
)
from mynumber.institutions.pension_service.exemptions.people import name_of
from mynumber.institutions.pension_service.exemptions.sheets import Sheet, sheet_of
from mynumber.institutions.pension_service.exemptions.words import chip, office_of, title_of
from mynumber.institutions.pension_service.systems import directory
from mynumber.protocols.applications import Step
from mynumber.protocols.exchange import Outcome as Ended
from mynumber.protocols.facts import HELD
from mynumber.protocols.refusal import Reason
from mynumber.webkit.access import staff_only
from mynumber.webkit.examination import showing
from mynumber.webkit.examination.forms import ConfirmForm, MarkForm, ReturnForm, WordsForm
from mynumber.webkit.examination.letters import pdf
from mynumber.webkit.examination.opinions import Opinion
from mynumber.webkit.examination.refusals import CannotDo
from mynumber.webkit.examination.sheets import askable_paths, day
from mynumber.webkit.examination.states import LIVE, DecisionState, Outcome, State
from mynumber.webkit.examination.words import ACTS, STEPS, label_of
from mynumber.webkit.face.parts import Column, Link, Table
from mynumber.webkit.staff.models import Role, StaffMember

WORKERS: Final = ("case_worker", "supervisor")
MOST: Final = 100
"""Applications of a list."""


@staff_only
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits, what I hold, what waits for a second person."""
    staff = _staff(request)
    live = Application.objects.filter(state__in=LIVE).select_related("holder").order_by("decide_by", "pk")
    second = live.filter(state=State.PROPOSED).exclude(
        decisions__proposed_by=staff, decisions__state=DecisionState.PROPOSED
    )
    return render(
        request,
        "pension_service/exemptions/home.html",
        {
            "mine": _table("自分が受け持つ申請", live.filter(holder=staff)),
            "pool": _table("担当者を待つ申請", live.filter(holder=None)),
            "second": _table("決裁を待つ申請", second) if staff.role == Role.SUPERVISOR else None,
            "others": _table("ほかの人が受け持つ申請", live.exclude(holder=None).exclude(holder=staff)),
            "ended": _table(
                "さいきん終わった申請",
                Application.objects.exclude(state__in=LIVE).order_by("-decided_at", "-pk"),
                most=20,
            ),
        },
    )


def _table(caption: str, rows: QuerySet[Application], most: int = MOST) -> Table | None:
    listed = list(rows[:most])
    if not listed:
        return None
    return Table.build(
        f"{caption}（{len(listed)}件）",
        [Column("受付番号"), "手続", "到達", "決める期限", "状態"],
        [
            [
                Link(each.receipt, _url(each)),
                title_of(each),
                each.arrived_at,
                f"{each.decide_by.year}年{each.decide_by.month}月{each.decide_by.day}日",
                chip(each),
            ]
            for each in listed
        ],
    )


@staff_only
@require_safe
def application(request: HttpRequest, number: int) -> HttpResponse:
    """One application."""
    return _page(request, _application(number))


def _page(request: HttpRequest, row: Application, problem: str = "") -> HttpResponse:
    staff = _staff(request)
    sees = _sees(staff, row)
    context: dict[str, Any] = {
        "application": row,
        "title": title_of(row),
        "chip": chip(row),
        "office": office_of(row),
        "problem": problem,
        "is_mine": row.holder_id == staff.pk,
        "may_work": staff.role in WORKERS,
        "sees": sees,
    }
    if sees:
        if row.holder_id != staff.pk:
            examining.note(row, "opened", staff=staff, at=timezone.now())
        context |= _content(row, staff)
    return render(
        request,
        "pension_service/exemptions/application.html",
        context,
        status=422 if problem else 200,
    )


def _content(row: Application, staff: StaffMember) -> dict[str, Any]:
    now = timezone.now()
    sheet = sheet_of(row)
    decision = deciding.waiting(row)
    return {
        "sheet": sheet,
        "parts": showing.parts_of(sheet, hides_addresses=False, name_of=name_of, all_fields=False),
        "adopt_url": reverse("exemptions:act", args=[row.number, "adopt"]),
        "open": _confirm_form(row, sheet) if sheet.open else None,
        "deficits": [(label_of(sheet.procedure, each.path), each.sentence.ja) for each in sheet.deficits],
        "papers": Paper.objects.filter(submission__application=row).order_by("submission__sequence", "place"),
        "opinion": _opinion(row, sheet, today=day(now)),
        "decision": decision,
        "kind": _kind(decision),
        "may_approve": decision is not None
        and staff.role == Role.SUPERVISOR
        and decision.proposed_by_id != staff.pk,
        "returned": row.decisions.filter(state=DecisionState.RETURNED).order_by("-pk").first(),
        "written": row.words.order_by("at", "pk"),
        "entries": [
            (each, ACTS.get(each.act, each.act)) for each in row.entries.order_by("-at", "-pk")[:MOST]
        ],
        "steps": [(STEPS[Step(each.step)], each) for each in row.steps.order_by("number")],
        "inquiries": _inquiries(row),
        "asking": row.inquiries.filter(state=InquiryState.ASKING).count(),
        "town_form": TownForm(asking.towns()),
        "person_form": PersonForm(),
        "words_form": WordsForm(),
        "return_form": ReturnForm(),
        "letter": letters.of_application(row),
    }


def _opinion(row: Application, sheet: Sheet, *, today: date) -> Opinion | None:
    """The rule's word. While it cannot tell, what it needs says more than all it thought."""
    found = deciding.opinion_on(row, sheet, today=today)
    return found if found is None or found.outcome else replace(found, trace=())


def _kind(decision: Decision | None) -> str:
    return Kind[decision.kind].japanese if decision and decision.kind else ""


def _inquiries(row: Application) -> list[tuple[str, str, str]]:
    """What was asked: of whom, where, and how it ended."""
    listed = row.inquiries.order_by("asked_at", "pk")
    return [(_about(row, each), directory().name(each.provider), _ended(each)) for each in listed]


def _about(row: Application, inquiry: Inquiry) -> str:
    if row.applicant is not None and inquiry.addressee == row.applicant.pk:
        return "申請者"
    return name_of(inquiry.addressee)


def _ended(inquiry: Inquiry) -> str:
    if inquiry.reason:
        return Reason(inquiry.reason).sentence_ja
    return Ended(inquiry.outcome or Ended.OPEN.value).label_ja


@staff_only(*WORKERS)
@require_POST
def act(request: HttpRequest, number: int, what: str) -> HttpResponse:
    """One act on an application; what is not possible is said on its page."""
    row, staff, now = _application(number), _staff(request), timezone.now()
    post = request.POST
    acts: dict[str, Callable[[], object]] = {
        "claim": lambda: examining.claim(row, staff, at=now),
        "release": lambda: examining.release(row, staff, at=now),
        "accept": lambda: examining.accept(row, staff, at=now),
        "ask": lambda: asking.ask_for(row, staff, town=post.get("town", ""), now=timezone.now),
        "identify": lambda: examining.identify_as(row, post.get("number", "").strip(), staff, at=now),
        "words": lambda: examining.write(row, post.get("words", ""), staff, at=now),
        "adopt": lambda: examining.confirm(row, post.get("path", ""), staff, at=now),
        "propose": lambda: deciding.propose_by_rule(row, staff, at=now),
    }
    if what not in acts:
        raise Http404
    if what == "words":
        _require_sight(staff, row)
    return _do(request, row, acts[what])


def _confirm_form(row: Application, sheet: Sheet, data: QueryDict | None = None) -> ConfirmForm:
    """What is open, on one form; not yet what a town can be asked and was not."""
    asked = set(row.inquiries.values_list("information", flat=True))
    askable = {kind.value for kind in HELD} - asked
    listed = [
        each
        for each in sheet.open
        if not isinstance(each.field.source, Network) or each.field.source.kind not in askable
    ]
    return ConfirmForm(listed, partial(label_of, sheet.procedure), data)


@staff_only(*WORKERS)
@require_POST
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """All that the case worker found in one look."""
    row, staff, now = _held(request, number), _staff(request), timezone.now()
    form = _confirm_form(row, sheet_of(row), request.POST)
    if not form.is_valid():
        return _page(request, row, "値の形が項目に合いません。")
    words = form.cleaned_data["words"]
    return _do(request, row, lambda: examining.confirm_all(row, form.found, words, staff, at=now))


@staff_only("supervisor")
@require_POST
def second(request: HttpRequest, number: int, what: str) -> HttpResponse:
    """The second person approves or sends back."""
    row, staff, now = _application(number), _staff(request), timezone.now()
    acts: dict[str, Callable[[], object]] = {
        "approve": lambda: deciding.approve(row, staff, at=now),
        "return": lambda: deciding.send_back(row, request.POST.get("words", ""), staff, at=now),
    }
    if what not in acts:
        raise Http404
    return _do(request, row, acts[what])


def _do(request: HttpRequest, row: Application, work: Callable[[], object]) -> HttpResponse:
    try:
        work()
    except CannotDo as cannot:
        row.refresh_from_db()
        return _page(request, row, cannot.why.value)
    return HttpResponseRedirect(_url(row))


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: HttpRequest, number: int) -> HttpResponse:
    """Mark the fields that have to be corrected."""
    row, staff, now = _held(request, number), _staff(request), timezone.now()
    sheet = sheet_of(row)
    paths = askable_paths(sheet.procedure, sheet.declared)
    suggested = {
        **{each.path: "年金機構の記録と違います。確かめて、直してください。" for each in sheet.differences},
        **{each.path: each.sentence.ja for each in sheet.deficits},
    }
    form = MarkForm(showing.askable(sheet, paths, hides=False), suggested, request.POST or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            examining.ask_correction(row, form.marks, staff, due=form.cleaned_data["due"], at=now)
        except CannotDo as cannot:
            problem = cannot.why.value
        else:
            return HttpResponseRedirect(_url(row))
    return render(
        request,
        "pension_service/exemptions/correction.html",
        {
            "application": row,
            "title": title_of(row),
            "form": form,
            "marks": [form[name] for name in form.paths],
            "due": correct_by(sheet.procedure, day(now)),
            "problem": problem,
        },
        status=422 if form.errors or problem else 200,
    )


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Propose by a person's judgement, with reasons."""
    row, staff, now = _held(request, number), _staff(request), timezone.now()
    form = DecideForm(request.POST or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            deciding.propose_by_person(
                row,
                Outcome(form.cleaned_data["outcome"]),
                form.relief,
                form.cleaned_data["reasons"],
                staff,
                at=now,
            )
        except CannotDo as cannot:
            problem = cannot.why.value
        else:
            return HttpResponseRedirect(_url(row))
    return render(
        request,
        "pension_service/exemptions/decide.html",
        {
            "application": row,
            "title": title_of(row),
            "form": form,
            "opinion": deciding.opinion_on(row, sheet_of(row), today=day(now)),
            "problem": problem,
        },
        status=422 if form.errors or problem else 200,
    )


@staff_only
@require_safe
def letter(request: HttpRequest, number: int) -> HttpResponse:
    """The notice as it was sent."""
    row = _application(number)
    _require_sight(_staff(request), row)
    notice = letters.of_application(row)
    if notice is None:
        raise Http404
    return render(request, "pension_service/exemptions/letter.html", {"application": row, "notice": notice})


@staff_only
@require_safe
def letter_paper(request: HttpRequest, number: int) -> HttpResponse:
    """The notice as PDF, byte for byte as the resident has it."""
    row, staff = _application(number), _staff(request)
    _require_sight(staff, row)
    notice = letters.of_application(row)
    if notice is None:
        raise Http404
    examining.note(row, "paper", staff=staff, at=timezone.now(), words="通知書")
    response = HttpResponse(pdf(notice, letters.mark_of(row)), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="notice-{row.number}.pdf"'
    return response


@staff_only
@require_safe
def paper(request: HttpRequest, number: int, paper_id: int) -> HttpResponse:
    """A document, to be kept and not run: whatever it is, the browser does not show it as a page of ours."""
    row, staff = _application(number), _staff(request)
    _require_sight(staff, row)
    found = get_object_or_404(
        Paper.objects.select_related("submission"), pk=paper_id, submission__application=row
    )
    examining.note(row, "paper", staff=staff, at=timezone.now(), words=found.document)
    response = HttpResponse(arriving.content_of(found), content_type=found.media_type)
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=found.name) or ""
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


@staff_only
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Figures of all applications."""
    counted = statistics.figures()
    columns = [Column("決定の内容"), Column("件数", number=True)]
    outcomes = (
        Table.build(
            "決定の内容ごとの件数", columns, [[kind, count] for kind, count in counted.outcomes.items()]
        )
        if counted.outcomes
        else None
    )
    return render(
        request, "pension_service/exemptions/figures.html", {"figures": counted, "outcomes": outcomes}
    )


# --- who sees what ------------------------------------------------------------------------------------------------


def _staff(request: HttpRequest) -> StaffMember:
    staff: StaffMember = request.staff  # type: ignore[attr-defined]  # set by StaffMiddleware; the mark is checked
    return staff


def _sees(staff: StaffMember, row: Application) -> bool:
    return row.holder_id == staff.pk or staff.role in (Role.SUPERVISOR, Role.AUDITOR)


def _require_sight(staff: StaffMember, row: Application) -> None:
    if not _sees(staff, row):
        raise Http404


def _application(number: int) -> Application:
    return get_object_or_404(Application.objects.select_related("holder", "applicant"), number=number)


def _held(request: HttpRequest, number: int) -> Application:
    row = _application(number)
    if row.holder_id != _staff(request).pk:
        raise Http404
    return row


def _url(row: Application) -> str:
    return reverse("exemptions:application", args=[row.number])
