"""The case workers' pages of a body: pool, examination, correction, decision, second person, letter.

Who does not hold an application sees that it is there and since when, not what is in it (目的外の閲覧をさせない); who decides with a second pair of eyes, and who audits,
sees it, and that is written down.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, Final

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.foundation.procedures.deadlines import correct_by
from mynumber.foundation.procedures.loading import UnknownProcedure
from mynumber.protocols.applications import Step
from mynumber.webkit.access import staff_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.examination import deciding, examining, letters, showing
from mynumber.webkit.examination.arriving import content_of
from mynumber.webkit.examination.examining import SheetOf
from mynumber.webkit.examination.filed import mark_of
from mynumber.webkit.examination.forms import ConfirmForm, MarkForm, ReturnForm, WordsForm
from mynumber.webkit.examination.models import Application, Decision, Paper, rows_of
from mynumber.webkit.examination.opinions import Opinion, opinion
from mynumber.webkit.examination.refusals import CannotDo
from mynumber.webkit.examination.sheets import Open, Sheet, askable_paths, day
from mynumber.webkit.examination.states import LIVE, DecisionState, State
from mynumber.webkit.examination.words import ACTS, STEPS, chip_of, label_of, office_of, title_of
from mynumber.webkit.face.parts import Column, Link, Table
from mynumber.webkit.staff.models import Role, StaffMember

WORKERS: Final = ("case_worker", "supervisor")
MOST: Final = 100
"""Applications of a list."""
Acts = Mapping[str, Callable[[], object]]


class Desk(ABC):
    """The pages of one body. What is a body's own, each says for itself."""

    applications: ClassVar[type[Application]]
    papers: ClassVar[type[Paper]]
    template: ClassVar[str]
    """The page that its pages extend."""
    application_template: ClassVar[str]
    """Extends `face/examination/application.html`."""
    home_template: ClassVar[str] = "face/examination/home.html"
    title: ClassVar[str]
    lead: ClassVar[str]
    records: ClassVar[str]
    """With what a form is compared, in words."""
    differs: ClassVar[str]
    """What the applicant is asked about what is compared and differs: never what a register says, only that it says something else."""
    seen: ClassVar[frozenset[str]] = frozenset({"words"})
    """Acts of those alone who see what is in an application."""

    # --- what is a body's own -------------------------------------------------------------------------------------

    @abstractmethod
    def sheet_of(self, row: Any) -> Sheet[Any]:
        """The form beside what the body knows. Raises UnknownProcedure."""

    @abstractmethod
    def body(self, **tenant: str) -> str:
        """The body in words."""

    @abstractmethod
    def own_acts(self, request: HttpRequest, row: Any, staff: StaffMember, now: datetime) -> Acts:
        """What the case worker does here beside what they do everywhere."""

    @abstractmethod
    def approve(self, row: Any, staff: StaffMember, *, at: datetime) -> object:
        """決裁. Raises CannotDo."""

    @abstractmethod
    def decide_form(self, data: QueryDict | None) -> forms.Form:
        """What is filled in for a decision by a person's judgement."""

    @abstractmethod
    def propose(self, row: Any, filled: Any, staff: StaffMember, *, at: datetime) -> object:
        """Put forward what was filled in. Raises CannotDo."""

    @abstractmethod
    def given(self, decision: Any) -> list[tuple[str, str]]:
        """What is decided beside yes and no, as terms and words."""

    @abstractmethod
    def own_content(self, row: Any, sheet: Sheet[Any]) -> dict[str, Any]:
        """What only the page of this body's applications shows."""

    def name_of(self, key: str) -> str:
        """The name behind a form's key of a person; "" for one that is not known."""
        return showing.nobody(key)

    def hides(self, row: Any) -> bool:
        """Whether no address of this applicant is shown (支援措置)."""
        return False

    def parts(self, row: Any, sheet: Sheet[Any]) -> list[showing.Part]:
        """The form as the page shows it."""
        return showing.parts_of(sheet, hides_addresses=self.hides(row), name_of=self.name_of)

    def open_facts(self, row: Any, sheet: Sheet[Any]) -> Sequence[Open]:
        """What the case worker has to find."""
        return sheet.open

    def opinion(self, row: Any, sheet: Sheet[Any], *, at: datetime) -> Opinion | None:
        """The rule's word, for the day on which the application arrived."""
        return opinion(sheet, claimed=day(row.arrived_at), today=day(at))

    # --- routes ---------------------------------------------------------------------------------------------------

    def urls(self) -> list[URLPattern]:
        """The routes, each with its mark; those of a body that come before or stand beside are its own."""
        worker, supervisor = staff_only(*WORKERS), staff_only("supervisor")
        read, send = require_safe, require_POST
        both = require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("", staff_only(read(self.home)), name="home"),
            path("<int:number>", staff_only(read(self.application)), name="application"),
            path("<int:number>/correction", worker(both(self.correction)), name="correction"),
            path("<int:number>/decision", worker(both(self.decide)), name="decide"),
            path("<int:number>/letter", staff_only(read(self.letter)), name="letter"),
            path("<int:number>/letter.pdf", staff_only(read(self.letter_paper)), name="letter-paper"),
            path("<int:number>/papers/<int:paper_id>", staff_only(read(self.paper)), name="paper"),
            path("<int:number>/second/<slug:what>", supervisor(send(self.second)), name="second"),
            path("<int:number>/facts", worker(send(self.confirm)), name="confirm"),
            path("<int:number>/<slug:what>", worker(send(self.act)), name="act"),
        ]

    # --- the list -------------------------------------------------------------------------------------------------

    def home(self, request: HttpRequest, **tenant: str) -> HttpResponse:
        """What waits, what I hold, what waits for a second person."""
        staff = staff_of(request)
        rows = rows_of(self.applications)
        live = rows.filter(state__in=LIVE).select_related("holder").order_by("decide_by", "pk")
        second = live.filter(state=State.PROPOSED).exclude(
            decisions__proposed_by=staff, decisions__state=DecisionState.PROPOSED
        )
        ended = rows.exclude(state__in=LIVE).order_by("-decided_at", "-pk")
        table = partial(self._table, request)
        return render(
            request,
            self.home_template,
            {
                **self.frame(request),
                "mine": table("自分が受け持つ申請", live.filter(holder=staff)),
                "pool": table("担当者を待つ申請", live.filter(holder=None)),
                "second": table("決裁を待つ申請", second) if staff.role == Role.SUPERVISOR else None,
                "others": table("ほかの人が受け持つ申請", live.exclude(holder=None).exclude(holder=staff)),
                "ended": table("さいきん終わった申請", ended, most=20),
            },
        )

    def _table(
        self, request: HttpRequest, caption: str, rows: QuerySet[Any], most: int = MOST
    ) -> Table | None:
        listed = list(rows[:most])
        if not listed:
            return None
        return Table.build(
            f"{caption}（{len(listed)}件）",
            [Column("受付番号"), "手続", "到達", "決める期限", "状態"],
            [
                [
                    Link(each.receipt, _url(request, "application", each.number)),
                    title_of(each),
                    each.arrived_at,
                    f"{each.decide_by.year}年{each.decide_by.month}月{each.decide_by.day}日",
                    chip_of(each),
                ]
                for each in listed
            ],
        )

    # --- one application ------------------------------------------------------------------------------------------

    def application(self, request: HttpRequest, number: int, **tenant: str) -> HttpResponse:
        """One application."""
        return self._page(request, self._row(number))

    def _page(self, request: HttpRequest, row: Application, problem: str = "") -> HttpResponse:
        staff = staff_of(request)
        context: dict[str, Any] = {
            **self.frame(request, row),
            "chip": chip_of(row),
            "office": office_of(row),
            "problem": problem,
            "is_mine": row.holder_id == staff.pk,
            "may_work": staff.role in WORKERS,
            "sees": sees(staff, row),
        }
        if sees(staff, row):
            if row.holder_id != staff.pk:
                examining.note(row, "opened", staff=staff, at=timezone.now())
            context |= self._content(row, staff)
        return render(request, self.application_template, context, status=422 if problem else 200)

    def _content(self, row: Application, staff: StaffMember) -> dict[str, Any]:
        now = timezone.now()
        try:
            sheet = self.sheet_of(row)
        except UnknownProcedure:
            raise PageRefused(
                "この様式の版が見つかりません",
                "申請されたときの様式が、この団体の目録にありません。",
                "目録の担当に知らせてください。",
                reason="form of another catalogue",
                status=500,
            ) from None
        decision: Decision | None = deciding.waiting(row)
        entries = row.entries.order_by("-at", "-pk")[:MOST]
        papers = rows_of(self.papers).filter(submission__application=row).select_related("submission")
        return {
            "sheet": sheet,
            "records": self.records,
            "parts": self.parts(row, sheet),
            "open": self._confirm_form(row, sheet) if sheet.open else None,
            "deficits": [(label_of(sheet.procedure, each.path), each.sentence.ja) for each in sheet.deficits],
            "papers": papers.order_by("-submission__sequence", "place"),
            "opinion": self.opinion(row, sheet, at=now),
            "decision": decision,
            "given": self.given(decision) if decision else (),
            "may_approve": decision is not None
            and staff.role == Role.SUPERVISOR
            and decision.proposed_by_id != staff.pk,
            "returned": row.decisions.filter(state=DecisionState.RETURNED).order_by("-pk").first(),
            "written": row.words.order_by("at", "pk"),
            "entries": [(each, ACTS.get(each.act, each.act)) for each in entries],
            "steps": [(STEPS[Step(each.step)], each) for each in row.steps.order_by("number")],
            "words_form": WordsForm(auto_id="write_%s"),
            "return_form": ReturnForm(auto_id="return_%s"),
            "letter": letters.sent_for(row),
            **self.own_content(row, sheet),
        }

    def act(self, request: HttpRequest, number: int, what: str, **tenant: str) -> HttpResponse:
        """One act on an application; what is not possible is said on its page."""
        row, staff, now, post = self._row(number), staff_of(request), timezone.now(), request.POST
        sheet_of: SheetOf = self.sheet_of
        adopted = {post.get("path", ""): post.get("value", "").strip()}
        acts: Acts = {
            "claim": lambda: examining.claim(row, staff, at=now),
            "release": lambda: examining.release(row, staff, at=now),
            "accept": lambda: examining.accept(sheet_of, row, staff, at=now),
            "words": lambda: examining.write(row, post.get("words", ""), staff, at=now),
            "confirm": lambda: examining.confirm(
                sheet_of, row, adopted, post.get("words", ""), staff, at=now
            ),
            **self.own_acts(request, row, staff, now),
        }
        if what not in acts:
            raise Http404
        if what in self.seen:
            require_sight(staff, row)
        return self._do(request, row, acts[what])

    def _confirm_form(
        self, row: Application, sheet: Sheet[Any], data: QueryDict | None = None
    ) -> ConfirmForm:
        """What is open, on one form."""
        return ConfirmForm(self.open_facts(row, sheet), partial(label_of, sheet.procedure), data)

    def confirm(self, request: HttpRequest, number: int, **tenant: str) -> HttpResponse:
        """All that the case worker found in one look."""
        row, staff, now = self._held(request, number), staff_of(request), timezone.now()
        form = self._confirm_form(row, self.sheet_of(row), request.POST)
        if not form.is_valid():
            return self._page(request, row, "値の形が項目に合いません。")
        words = form.cleaned_data["words"]
        return self._do(
            request,
            row,
            lambda: examining.confirm(self.sheet_of, row, form.found, words, staff, at=now),
        )

    def second(self, request: HttpRequest, number: int, what: str, **tenant: str) -> HttpResponse:
        """The second person approves or sends back."""
        row, staff, now = self._row(number), staff_of(request), timezone.now()
        acts: Acts = {
            "approve": lambda: self.approve(row, staff, at=now),
            "return": lambda: deciding.send_back(row, request.POST.get("words", ""), staff, at=now),
        }
        if what not in acts:
            raise Http404
        return self._do(request, row, acts[what])

    def _do(self, request: HttpRequest, row: Application, work: Callable[[], object]) -> HttpResponse:
        try:
            work()
        except CannotDo as cannot:
            row.refresh_from_db()
            return self._page(request, row, cannot.why.value)
        return HttpResponseRedirect(_url(request, "application", row.number))

    # --- forms ----------------------------------------------------------------------------------------------------

    def correction(self, request: HttpRequest, number: int, **tenant: str) -> HttpResponse:
        """Mark the fields that have to be corrected."""
        row, staff, now = self._held(request, number), staff_of(request), timezone.now()
        sheet = self.sheet_of(row)
        paths = askable_paths(sheet.procedure, sheet.declared)
        suggested = {
            **{each.path: self.differs for each in sheet.differences},
            **{each.path: each.sentence.ja for each in sheet.deficits},
        }
        asked = showing.askable(sheet, paths, hides=self.hides(row), name_of=self.name_of)
        form = MarkForm(asked, suggested, request.POST or None)
        return self._filled(
            request,
            row,
            "face/examination/correction.html",
            form,
            lambda: examining.ask_correction(
                self.sheet_of, row, form.marks, staff, due=form.cleaned_data["due"], at=now
            ),
            marks=[form[name] for name in form.paths],
            due=correct_by(sheet.procedure, day(now)),
        )

    def decide(self, request: HttpRequest, number: int, **tenant: str) -> HttpResponse:
        """Propose by a person's judgement, with reasons."""
        row, staff, now = self._held(request, number), staff_of(request), timezone.now()
        form = self.decide_form(request.POST or None)
        return self._filled(
            request,
            row,
            "face/examination/decide.html",
            form,
            lambda: self.propose(row, form, staff, at=now),
            opinion=self.opinion(row, self.sheet_of(row), at=now),
        )

    def _filled(
        self,
        request: HttpRequest,
        row: Application,
        template: str,
        form: forms.Form,
        work: Callable[[], object],
        **shown: Any,
    ) -> HttpResponse:
        """Do what was filled in, or show the form again with what is wrong."""
        problem = ""
        if request.method == "POST" and form.is_valid():
            try:
                work()
            except CannotDo as cannot:
                problem = cannot.why.value
            else:
                return HttpResponseRedirect(_url(request, "application", row.number))
        context = {**self.frame(request, row), "form": form, "problem": problem, **shown}
        return render(request, template, context, status=422 if form.errors or problem else 200)

    # --- papers ---------------------------------------------------------------------------------------------------

    def letter(self, request: HttpRequest, number: int, **tenant: str) -> HttpResponse:
        """The notice as it was sent."""
        row = self._row(number)
        require_sight(staff_of(request), row)
        context = {**self.frame(request, row), "notice": _sent(row)}
        return render(request, "face/examination/letter.html", context)

    def letter_paper(self, request: HttpRequest, number: int, **tenant: str) -> HttpResponse:
        """The notice as PDF, byte for byte as the resident has it."""
        row, staff = self._row(number), staff_of(request)
        require_sight(staff, row)
        notice = _sent(row)
        examining.note(row, "paper", staff=staff, at=timezone.now(), words="通知書")
        response = HttpResponse(letters.pdf(notice, mark_of(row)), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="notice-{row.number}.pdf"'
        return response

    def paper(self, request: HttpRequest, number: int, paper_id: int, **tenant: str) -> HttpResponse:
        """A document, to be kept and not run: whatever it is, the browser does not show it as a page of ours."""
        row, staff = self._row(number), staff_of(request)
        require_sight(staff, row)
        papers = rows_of(self.papers).select_related("submission")
        found = get_object_or_404(papers, pk=paper_id, submission__application=row)
        examining.note(row, "paper", staff=staff, at=timezone.now(), words=found.document)
        response = HttpResponse(content_of(found), content_type=found.media_type)
        response["Content-Disposition"] = (
            content_disposition_header(as_attachment=True, filename=found.name) or ""
        )
        response["X-Content-Type-Options"] = "nosniff"
        return response

    # --- what all pages share -------------------------------------------------------------------------------------

    def frame(self, request: HttpRequest, row: Application | None = None) -> dict[str, Any]:
        """What every page shows around its content."""
        shown = {
            "desk": self.template,
            "body": self.body(**_tenant(request)),
            "home_title": self.title,
            "lead": self.lead,
            "home_url": _url(request, "home"),
        }
        if row is None:
            return shown
        here = _url(request, "application", row.number)
        return {**shown, "application": row, "title": title_of(row), "here": here}

    def _row(self, number: int) -> Application:
        """The application of this body: a wall between tenants hides all others."""
        rows = rows_of(self.applications).select_related("holder", "applicant")
        row: Application = get_object_or_404(rows, number=number)
        return row

    def _held(self, request: HttpRequest, number: int) -> Application:
        row = self._row(number)
        if row.holder_id != staff_of(request).pk:
            raise Http404
        return row


def staff_of(request: HttpRequest) -> StaffMember:
    """Who is signed in."""
    staff: StaffMember = request.staff  # type: ignore[attr-defined]  # set by StaffMiddleware; the mark is checked
    return staff


def sees(staff: StaffMember, row: Application) -> bool:
    """Whether they see what is in an application."""
    return row.holder_id == staff.pk or staff.role in (Role.SUPERVISOR, Role.AUDITOR)


def require_sight(staff: StaffMember, row: Application) -> None:
    """Raises Http404."""
    if not sees(staff, row):
        raise Http404


def _sent(row: Application) -> letters.Notice:
    notice = letters.sent_for(row)
    if notice is None:
        raise Http404
    return notice


def _tenant(request: HttpRequest) -> dict[str, str]:
    kwargs = request.resolver_match.kwargs if request.resolver_match else {}
    return {"tenant": kwargs["tenant"]} if "tenant" in kwargs else {}


def _url(request: HttpRequest, name: str, *args: int) -> str:
    """The address of a page of this body."""
    match = request.resolver_match
    app = match.app_name if match else ""
    return reverse(f"{app}:{name}", args=[*_tenant(request).values(), *args])
