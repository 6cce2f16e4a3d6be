"""Pages of the applications: pool, examination, correction, decision, second person, letter, figures.

Who does not hold an application sees that it is there and since when, not what is in it (目的外の閲覧をさせない); who decides with a second pair of eyes, and who audits,
sees it, and that is written down.
"""

from __future__ import annotations

from collections.abc import Callable
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
from mynumber.foundation.procedures.loading import UnknownProcedure
from mynumber.institutions.municipality.applications import (
    arriving,
    asking,
    deciding,
    examining,
    letters,
    showing,
    statistics,
)
from mynumber.institutions.municipality.applications.forms import PersonForm
from mynumber.institutions.municipality.applications.models import Application, Paper, PayoutState
from mynumber.institutions.municipality.applications.opinions import opinion
from mynumber.institutions.municipality.applications.received import waiting_inquiries
from mynumber.institutions.municipality.applications.sheets import Sheet, day, sheet_of
from mynumber.institutions.municipality.applications.words import (
    ACTS,
    STEPS,
    chip,
    office_of,
    title_of,
    town,
)
from mynumber.institutions.municipality.representation import standing
from mynumber.protocols.applications import Step
from mynumber.webkit.access import staff_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.examination.forms import ConfirmForm, DecideForm, MarkForm, ReturnForm, WordsForm
from mynumber.webkit.examination.refusals import CannotDo
from mynumber.webkit.examination.sheets import askable_paths
from mynumber.webkit.examination.states import LIVE, Outcome, State
from mynumber.webkit.face.parts import Column, Link, Table
from mynumber.webkit.staff.models import Role, StaffMember

WORKERS: Final = ("case_worker", "supervisor")
MOST: Final = 100
"""Applications of a list."""


@staff_only
@require_safe
def home(request: HttpRequest, tenant: str) -> HttpResponse:
    """What waits, what I hold, what waits for a second person."""
    staff = _staff(request)
    live = Application.objects.filter(state__in=LIVE).select_related("holder").order_by("decide_by", "pk")
    mine = live.filter(holder=staff)
    second = live.filter(state=State.PROPOSED).exclude(
        decisions__proposed_by=staff, decisions__state="proposed"
    )
    return render(
        request,
        "municipality/applications/home.html",
        {
            **_town(tenant),
            "mine": _table("自分が受け持つ申請", mine, tenant),
            "pool": _table("担当者を待つ申請", live.filter(holder=None), tenant),
            "second": _table("決裁を待つ申請", second, tenant) if staff.role == Role.SUPERVISOR else None,
            "others": _table(
                "ほかの人が受け持つ申請", live.exclude(holder=None).exclude(holder=staff), tenant
            ),
            "ended": _table(
                "さいきん終わった申請",
                Application.objects.exclude(state__in=LIVE).order_by("-decided_at", "-pk"),
                tenant,
                most=20,
            ),
        },
    )


def _table(caption: str, rows: QuerySet[Application], tenant: str, most: int = MOST) -> Table | None:
    listed = list(rows[:most])
    if not listed:
        return None
    return Table.build(
        f"{caption}（{len(listed)}件）",
        [Column("受付番号"), "手続", "到達", "決める期限", "状態"],
        [
            [
                Link(each.receipt, reverse("applications:application", args=[tenant, each.number])),
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
def application(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """One application."""
    return _page(request, tenant, _application(number))


def _page(request: HttpRequest, tenant: str, row: Application, problem: str = "") -> HttpResponse:
    staff = _staff(request)
    context: dict[str, Any] = {
        **_town(tenant),
        "application": row,
        "title": title_of(row),
        "chip": chip(row),
        "office": office_of(row),
        "problem": problem,
        "is_mine": row.holder_id == staff.pk,
        "may_work": staff.role in WORKERS,
        "sees": _sees(staff, row),
    }
    if _sees(staff, row):
        if row.holder_id != staff.pk:
            examining.note(row, "opened", staff=staff, at=timezone.now())
        context |= _content(row, staff)
    status = 422 if problem else 200
    return render(request, "municipality/applications/application.html", context, status=status)


def _content(row: Application, staff: StaffMember) -> dict[str, Any]:
    now = timezone.now()
    try:
        sheet = sheet_of(row, at=now)
    except UnknownProcedure:
        raise PageRefused(
            "この様式の版が見つかりません",
            "申請されたときの様式が、この団体の目録にありません。",
            "目録の担当に知らせてください。",
            reason="form of another catalogue",
            status=500,
        ) from None
    decision = deciding.waiting(row)
    return {
        "sheet": sheet,
        "parts": showing.parts_of(sheet, hides_addresses=_hides(row)),
        "open": confirm_form(sheet) if sheet.open else None,
        "deficits": [
            (showing.label_of(sheet.procedure, each.path), each.sentence.ja) for each in sheet.deficits
        ],
        "papers": Paper.objects.filter(submission__application=row).order_by("submission__sequence", "place"),
        "opinion": opinion(row, sheet, today=day(now)),
        "decision": decision,
        "may_approve": decision is not None
        and staff.role == Role.SUPERVISOR
        and decision.proposed_by_id != staff.pk,
        "returned": row.decisions.filter(state="returned").order_by("-pk").first(),
        "written": row.words.order_by("at", "pk"),
        "entries": [
            (each, ACTS.get(each.act, each.act)) for each in row.entries.order_by("-at", "-pk")[:MOST]
        ],
        "steps": [(STEPS[Step(each.step)], each) for each in row.steps.order_by("number")],
        "cases": [each.case for each in row.cases.select_related("case")],
        "asking": waiting_inquiries(row),
        "asks": asking.kinds_of(sheet.procedure),
        "person_form": PersonForm(),
        "words_form": WordsForm(),
        "return_form": ReturnForm(),
        "payouts": row.payouts.order_by("pk"),
        "unpaid": any(each.state == PayoutState.ORDERED for each in row.payouts.all()),
        "letter": letters.of_application(row),
        "by_proxy": standing.shown(row),
    }


@staff_only(*WORKERS)
@require_POST
def act(request: HttpRequest, tenant: str, number: int, what: str) -> HttpResponse:
    """One act on an application; what is not possible is said on its page."""
    row, staff, now = _application(number), _staff(request), timezone.now()
    acts: dict[str, Callable[[], object]] = {
        "claim": lambda: examining.claim(row, staff, at=now),
        "release": lambda: examining.release(row, staff, at=now),
        "accept": lambda: examining.accept(row, staff, at=now),
        "ask": lambda: asking.ask_for(row, staff, code=tenant, now=timezone.now),
        "identify": lambda: examining.identify_as(
            row, request.POST.get("addressee", "").strip(), staff, at=now
        ),
        "words": lambda: examining.write(row, request.POST.get("words", ""), staff, at=now),
        "confirm": lambda: examining.confirm(
            row,
            request.POST.get("path", ""),
            request.POST.get("value", "").strip(),
            request.POST.get("words", ""),
            staff,
            at=now,
        ),
        "look": lambda: examining.look_again(row, staff, code=tenant, now=timezone.now),
        "propose": lambda: deciding.propose_by_rule(row, staff, at=now),
        "paid": lambda: deciding.confirm_paid(row, staff, at=now),
        "close": lambda: deciding.close(row, staff, at=now),
    }
    if what not in acts:
        raise Http404
    if what in ("words", "paid", "close"):
        _require_sight(staff, row)
    return _do(request, tenant, row, acts[what])


def confirm_form(sheet: Sheet, data: QueryDict | None = None) -> ConfirmForm:
    """What is open, on one form."""
    return ConfirmForm(sheet.open, partial(showing.label_of, sheet.procedure), data)


@staff_only(*WORKERS)
@require_POST
def confirm(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """All that the case worker found in one look."""
    row, staff, now = _held(request, number), _staff(request), timezone.now()
    form = confirm_form(sheet_of(row, at=now), request.POST)
    if not form.is_valid():
        return _page(request, tenant, row, "値の形が項目に合いません。")
    words = form.cleaned_data["words"]
    return _do(request, tenant, row, lambda: examining.confirm_all(row, form.found, words, staff, at=now))


@staff_only("supervisor")
@require_POST
def second(request: HttpRequest, tenant: str, number: int, what: str) -> HttpResponse:
    """The second person approves or sends back."""
    row, staff, now = _application(number), _staff(request), timezone.now()
    acts: dict[str, Callable[[], object]] = {
        "approve": lambda: deciding.approve(row, staff, at=now),
        "return": lambda: deciding.send_back(row, request.POST.get("words", ""), staff, at=now),
    }
    if what not in acts:
        raise Http404
    return _do(request, tenant, row, acts[what])


def _do(request: HttpRequest, tenant: str, row: Application, work: Callable[[], object]) -> HttpResponse:
    try:
        work()
    except CannotDo as cannot:
        row.refresh_from_db()
        return _page(request, tenant, row, cannot.why.value)
    return HttpResponseRedirect(_url(row, tenant))


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """Mark the fields that have to be corrected."""
    row, staff, now = _held(request, number), _staff(request), timezone.now()
    sheet = sheet_of(row, at=now)
    paths = askable_paths(sheet.procedure, sheet.declared)
    form = MarkForm(showing.askable(sheet, paths, hides=_hides(row)), _suggested(sheet), request.POST or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            examining.ask_correction(row, form.marks, staff, due=form.cleaned_data["due"], at=now)
        except CannotDo as cannot:
            problem = cannot.why.value
        else:
            return HttpResponseRedirect(_url(row, tenant))
    return render(
        request,
        "municipality/applications/correction.html",
        {
            **_town(tenant),
            "application": row,
            "title": title_of(row),
            "form": form,
            "marks": [form[name] for name in form.paths],
            "due": correct_by(sheet.procedure, day(now)),
            "problem": problem,
        },
        status=422 if form.errors or problem else 200,
    )


def _suggested(sheet: Sheet) -> dict[str, str]:
    """What to write beside a field by itself: never what a register says, only that it says something else."""
    differing = {each.path: "役所の記録と違います。確かめて、直してください。" for each in sheet.differences}
    lacking = {each.path: each.sentence.ja for each in sheet.deficits}
    return {**differing, **lacking}


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """Propose by a person's judgement, with reasons."""
    row, staff, now = _held(request, number), _staff(request), timezone.now()
    form = DecideForm(request.POST or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            deciding.propose_by_person(
                row,
                Outcome(form.cleaned_data["outcome"]),
                form.cleaned_data["reasons"],
                staff,
                amount=form.cleaned_data["amount"],
                from_month=form.cleaned_data["from_month"],
                at=now,
            )
        except CannotDo as cannot:
            problem = cannot.why.value
        else:
            return HttpResponseRedirect(_url(row, tenant))
    return render(
        request,
        "municipality/applications/decide.html",
        {
            **_town(tenant),
            "application": row,
            "title": title_of(row),
            "form": form,
            "opinion": opinion(row, sheet_of(row, at=now), today=day(now)),
            "problem": problem,
        },
        status=422 if form.errors or problem else 200,
    )


@staff_only
@require_safe
def letter(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """The notice as it was sent."""
    row = _application(number)
    _require_sight(_staff(request), row)
    notice = letters.of_application(row)
    if notice is None:
        raise Http404
    return render(
        request,
        "municipality/applications/letter.html",
        {**_town(tenant), "application": row, "notice": notice},
    )


@staff_only
@require_safe
def letter_paper(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """The notice as PDF, byte for byte as the resident has it."""
    row, staff = _application(number), _staff(request)
    _require_sight(staff, row)
    notice = letters.of_application(row)
    if notice is None:
        raise Http404
    examining.note(row, "paper", staff=staff, at=timezone.now(), words="通知書")
    response = HttpResponse(letters.pdf(notice, letters.mark_of(row)), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="notice-{row.number}.pdf"'
    return response


@staff_only
@require_safe
def paper(request: HttpRequest, tenant: str, number: int, paper_id: int) -> HttpResponse:
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
def figures(request: HttpRequest, tenant: str) -> HttpResponse:
    """Figures by procedure."""
    headings = [
        "手続",
        "到達",
        "審査中",
        "決定",
        "取下げ",
        "補正",
        "期限の後",
        "決定まで（分、中央値）",
        "聞かずに済んだ割合",
    ]
    columns = [Column(name, number=name != "手続") for name in headings]
    rows = [
        [
            *(each.title, each.arrived, each.live, each.decided, each.withdrawn, each.returned, each.late),
            each.minutes,
            f"{each.known}%",
        ]
        for each in statistics.figures()
    ]
    table = Table.build("手続ごとの件数と時間", columns, rows) if rows else None
    return render(request, "municipality/applications/figures.html", {**_town(tenant), "table": table})


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
    """The application of this municipality: the wall between tenants hides all others."""
    return get_object_or_404(Application.objects.select_related("holder", "applicant"), number=number)


def _held(request: HttpRequest, number: int) -> Application:
    row = _application(number)
    if row.holder_id != _staff(request).pk:
        raise Http404
    return row


def _hides(row: Application) -> bool:
    return row.applicant is not None and row.applicant.protected


def _town(tenant: str) -> dict[str, str]:
    return {"town": town(tenant), "home_url": reverse("applications:home", args=[tenant])}


def _url(row: Application, tenant: str) -> str:
    return reverse("applications:application", args=[tenant, row.number])
