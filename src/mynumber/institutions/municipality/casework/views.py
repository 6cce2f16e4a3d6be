"""Pages of the case worker: find a resident, open a case, ask the network, read the answers.

A case is seen by the staff of the organisation in charge of its affair alone (目的外の閲覧をさせない).
"""

from collections import Counter
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.foundation.law import Affair, UnknownAffair
from mynumber.foundation.numbers import find
from mynumber.institutions.municipality.casework import asking
from mynumber.institutions.municipality.casework.allowed import Allowed, Candidate, affairs_of, allowed
from mynumber.institutions.municipality.casework.asking import Wanted
from mynumber.institutions.municipality.casework.closed import availability_of
from mynumber.institutions.municipality.casework.following import heard_of
from mynumber.institutions.municipality.casework.forms import ByHandForm, OpenForm, SearchForm
from mynumber.institutions.municipality.casework.models import (
    ALLOWANCE_AFFAIR,
    Case,
    CaseInquiry,
    CaseStatus,
)
from mynumber.institutions.municipality.casework.opening import children_of, open_case
from mynumber.institutions.municipality.casework.records import records_of
from mynumber.institutions.municipality.casework.words import Told, tell
from mynumber.institutions.municipality.own_use.filing import basis_for, own_affairs_on
from mynumber.institutions.municipality.register.models import Person
from mynumber.institutions.municipality.register.search import search
from mynumber.institutions.municipality.systems import directory, member_id
from mynumber.protocols.node import NodeNotConfigured
from mynumber.protocols.refusal import Refused
from mynumber.webkit.access import public, staff_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.staff.models import StaffMember

WORKERS = ("case_worker", "supervisor")
"""Roles that ask; an auditor reads."""


@public  # names of towns, and the way to their sign-in
@require_safe
def towns(request: HttpRequest) -> HttpResponse:
    """The municipalities of this model."""
    try:
        listed = [s for s in directory().systems if s.id.startswith("municipality.")]
    except (NodeNotConfigured, OSError):
        listed = []
    codes = sorted(system.id.partition(".")[2] for system in listed)
    return render(
        request, "municipality/towns.html", {"towns": [(code, find(code).full_name) for code in codes]}
    )


@staff_only
@require_safe
def home(request: HttpRequest, tenant: str) -> HttpResponse:
    """My cases, those of my organisation, and the search."""
    staff = _staff(request)
    cases = _cases_of(staff).filter(status=CaseStatus.OPEN).select_related("applicant", "opened_by")
    mine = [case for case in cases if case.opened_by_id == staff.pk]
    return render(
        request,
        "municipality/home.html",
        {
            **_town(tenant),
            "mine": [(case, _words(case)) for case in mine],
            "others": [(case, _words(case)) for case in cases if case.opened_by_id != staff.pk],
            "form": SearchForm(),
        },
    )


@staff_only
@require_safe
def residents(request: HttpRequest, tenant: str) -> HttpResponse:
    """Search the register."""
    form = SearchForm(request.GET or None)
    context: dict[str, object] = {**_town(tenant), "form": form}
    if form.is_bound and form.is_valid():
        context["found"] = search(form.cleaned_data["words"], form.cleaned_data["birth"])
    return render(request, "municipality/residents.html", context, status=422 if form.errors else 200)


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def open_page(request: HttpRequest, tenant: str, addressee: str) -> HttpResponse:
    """Confirm the resident, choose the affair, open the case."""
    person = get_object_or_404(Person, addressee=addressee)
    staff, today = _staff(request), timezone.localdate()
    affairs = affairs_of(directory(), tenant, on=today) + own_affairs_on(today, tenant)
    default = ALLOWANCE_AFFAIR if any(a.id == ALLOWANCE_AFFAIR for a in affairs) else None
    form = OpenForm(affairs, request.POST or None, initial={"affair": default})
    if request.method == "POST" and form.is_valid():
        affair = form.cleaned_data["affair"]
        case = open_case(
            person,
            affair,
            received_on=today,
            organisation=staff.department,
            opened_by=staff,
            at=timezone.now(),
            children=children_of(person, affair, on=today),
        )
        if not _cases_of(staff).filter(pk=case.pk).exists():
            raise PageRefused(
                "この申請は、別の課が審査しています",
                "同じ人の同じ事務の案件が、すでに審査中です。同じ申請を二つにすることはできません。",
                "担当の課に引き継いでください。",
                reason="case of another organisation",
            )
        return HttpResponseRedirect(_url(case, tenant))
    context = {
        **_town(tenant),
        "form": form,
        "person": person,
        "children": children_of(person, ALLOWANCE_AFFAIR, on=today),
        "open_cases": [(case, _words(case)) for case in _cases_of(staff).filter(applicant=person)],
    }
    return render(request, "municipality/open.html", context, status=422 if form.errors else 200)


@staff_only
@require_safe
def case_page(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """The case: what was answered, what may be asked."""
    return _case_page(request, tenant, _case(request, number))


def _case_page(request: HttpRequest, tenant: str, case: Case, problem: str = "") -> HttpResponse:
    asking.look_again(case, code=tenant, now=timezone.now)
    asking.close_interrupted(case, at=timezone.now())
    affair = _affair(case)
    systems = directory()
    inquiries = list(case.inquiries.select_related("received").order_by("-asked_at", "pk"))
    repeated = {inquiry.again_of_id for inquiry in inquiries}
    is_open = case.status == CaseStatus.OPEN
    closed = availability_of((one for one in inquiries if is_open and one.pk not in repeated), code=tenant)
    told = [(tell(inquiry, systems, closed), inquiry.pk in repeated) for inquiry in inquiries]
    current = [one for one, is_repeated in told if not is_repeated]
    rows = allowed(systems, tenant, affair, case.applicant) if affair else ()
    answered = {(one.inquiry.provider, one.inquiry.information) for one in current}
    return render(
        request,
        "municipality/case.html",
        {
            **_town(tenant),
            "case": case,
            "affair": affair,
            "eyebrow": _eyebrow(case, tenant),
            "person": case.applicant,
            "children": case.children.order_by("birth"),
            "heard": heard_of(case),
            "current": current,
            "former": [one for one, is_repeated in told if is_repeated],
            "summary": _summary(current),
            "rows": _offers(rows, answered, registered=True),
            "unanswered": _offers(rows, answered, registered=False),
            "nobody": [row for row in rows if not row.candidates],
            "askable": any(row.candidates for row in rows),
            "may_ask": _staff(request).role in WORKERS,
            "problem": problem,
        },
        status=422 if problem else 200,
    )


@staff_only(*WORKERS)
@require_POST
def ask(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """Ask everything that is ticked; each inquiry ends by itself."""
    case = _case(request, number)
    affair = _affair(case)
    offered = {
        candidate.value: candidate
        for row in (allowed(directory(), tenant, affair, case.applicant) if affair else ())
        for candidate in row.candidates
    }
    chosen = list(dict.fromkeys(request.POST.getlist("ask")))
    if not chosen:
        return _case_page(request, tenant, case, "照会することを一つ以上選んでください。")
    if not all(value in offered for value in chosen):
        return _case_page(
            request, tenant, case, "表が新しくなったか、照会先がなくなりました。もう一度選んでください。"
        )
    wanted = [Wanted(offered[value].provider, offered[value].information.value) for value in chosen]
    asking.begin(
        case,
        wanted,
        _staff(request),
        non_disclosure=request.POST.get("non_disclosure") == "1",
        code=tenant,
        now=timezone.now,
    )
    return HttpResponseRedirect(_url(case, tenant) + "#answers")


@staff_only(*WORKERS)
@require_POST
def ask_again(request: HttpRequest, tenant: str, number: int, request_id: UUID) -> HttpResponse:
    """Ask once more what brought no answer, under a new request id."""
    case = _case(request, number)
    asking.close_interrupted(case, at=timezone.now())
    former = get_object_or_404(case.inquiries.select_for_update(), request_id=request_id)
    if asking.may_be_repeated(former) and not CaseInquiry.objects.filter(again_of=former).exists():
        wanted = Wanted(former.provider, former.information, by_hand=former.by_hand, again_of=former)
        asking.begin(
            case,
            [wanted],
            _staff(request),
            non_disclosure=former.non_disclosure,
            code=tenant,
            now=timezone.now,
        )
    return HttpResponseRedirect(_url(case, tenant) + "#answers")


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def by_hand(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """Try an inquiry that the table may not allow, to see where and why it stops."""
    case = _case(request, number)
    systems = tuple(s for s in directory().members() if s.id != member_id(tenant))
    form = ByHandForm(systems, request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = Wanted(form.cleaned_data["provider"], form.cleaned_data["information"], by_hand=True)
        asking.begin(case, [wanted], _staff(request), non_disclosure=False, code=tenant, now=timezone.now)
        return HttpResponseRedirect(_url(case, tenant) + "#answers")
    context = {**_town(tenant), "case": case, "eyebrow": _eyebrow(case, tenant), "form": form}
    return render(request, "municipality/by_hand.html", context, status=422 if form.errors else 200)


@staff_only
@require_safe
def records(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """The inquirer's side of the record: what the own gateway keeps of this case's inquiries (Act art. 23)."""
    case = _case(request, number)
    context: dict[str, object] = {**_town(tenant), "case": case, "eyebrow": _eyebrow(case, tenant)}
    try:
        context["records"] = records_of(case, tenant, directory())
    except Refused as refused:
        context["refusal"] = refused.refusal
    return render(request, "municipality/records.html", context)


def _staff(request: HttpRequest) -> StaffMember:
    staff: StaffMember = request.staff  # type: ignore[attr-defined]  # set by StaffMiddleware; the mark is checked
    return staff


def _cases_of(staff: StaffMember) -> QuerySet[Case]:
    return Case.objects.filter(Q(organisation=staff.department) | Q(opened_by=staff)).order_by("-number")


def _case(request: HttpRequest, number: int) -> Case:
    """The case, if this member's organisation is in charge; to others it does not exist."""
    case = _cases_of(_staff(request)).select_related("applicant").filter(number=number).first()
    if case is None:
        raise Http404
    return case


def _affair(case: Case) -> Affair | None:
    """The affair by today's table; None when it has gone from it."""
    try:
        return basis_for(case.affair, timezone.localdate()).affair(case.affair)
    except UnknownAffair:
        return None


def _words(case: Case) -> str:
    affair = _affair(case)
    return affair.words if affair else case.affair


def _eyebrow(case: Case, tenant: str) -> str:
    return f"{find(tenant).full_name}　{_words(case)}"


def _town(tenant: str) -> dict[str, str]:
    return {"town": find(tenant).full_name, "home_url": reverse("casework:home", args=[tenant])}


def _url(case: Case, tenant: str) -> str:
    return reverse("casework:case", args=[tenant, case.number])


def _offers(
    rows: tuple[Allowed, ...], answered: set[tuple[str, str]], *, registered: bool
) -> list[tuple[Allowed, list[tuple[Candidate, bool, bool]]]]:
    """Each provision with its candidates: whether each is ticked, and whether there is an inquiry already.

    `registered` chooses the kinds of information that institutions of this platform hold copies of, or the others.
    """
    offers = [
        (
            row,
            [
                (candidate, candidate.suggested and not done, done)
                for candidate in row.candidates
                if candidate.registered is registered
                for done in [(candidate.provider, candidate.information.value) in answered]
            ],
        )
        for row in rows
    ]
    return [(row, choices) for row, choices in offers if choices]


def _summary(current: list[Told]) -> list[tuple[str, int]]:
    """How many inquiries stand how."""
    return list(Counter(one.chip.text for one in current).items())
