"""Pages of residents' cases: the list, and one case."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from mynumber.foundation.facts import Period
from mynumber.institutions.gateway.desk.house import (
    WORKERS,
    affair_label,
    context_of,
    directory,
    information_label,
    staff_of,
)
from mynumber.institutions.gateway.information.deciding import take_step
from mynumber.institutions.gateway.information.forms import StepForm
from mynumber.institutions.gateway.information.models import OwnCase, OwnCaseStep
from mynumber.protocols.information import CaseKind, CaseState
from mynumber.webkit.access import staff_only
from mynumber.webkit.face.parts import Chip, Kind, Link, Step, StepState, Table

PAGE_ROWS = 50
_TONE = {
    CaseState.ARRIVED: Kind.WARN,
    CaseState.LOOKING: Kind.INFO,
    CaseState.CORRECTED: Kind.SUCCESS,
    CaseState.KEPT: Kind.NEUTRAL,
    CaseState.ANSWERED: Kind.SUCCESS,
}


@staff_only
@require_safe
def cases(request: HttpRequest, tenant: str) -> HttpResponse:
    """What residents say about the member's information and questions, the latest first."""
    page = Paginator(OwnCase.objects.order_by("-arrived_at", "case"), PAGE_ROWS).get_page(
        request.GET.get("page")
    )
    rows = [
        [
            Link(CaseKind(one.kind).label_ja, reverse("information:case", args=[tenant, one.case])),
            information_label(one.information),
            one.addressee,
            one.arrived_at,
            _chip(one),
        ]
        for one in page.object_list
    ]
    table = Table.build(
        "本人からの申出（新しい順）", ["申出", "情報", "宛名番号", "届いた日時", "状態"], rows
    )
    return render(
        request,
        "gateway/own_cases.html",
        {**context_of(tenant), "table": table if rows else None, "page": page},
    )


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, tenant: str, ident: UUID) -> HttpResponse:
    """One case: what it is about, the resident's words, what was done, and the next step."""
    held = OwnCase.objects.select_for_update() if request.method == "POST" else OwnCase.objects.all()
    found = held.filter(case=ident).first()
    if found is None:
        raise Http404
    staff, context = staff_of(request), context_of(tenant)
    kind, state = CaseKind(found.kind), CaseState(found.state)
    may_act = not state.is_end and staff.role in WORKERS
    form = StepForm(kind, state, request.POST or None)
    if request.method == "POST" and staff.role in WORKERS and (state.is_end or form.is_valid()):
        take_step(
            found,
            state if state.is_end else CaseState(form.cleaned_data["state"]),
            words="" if state.is_end else form.cleaned_data["words"],
            office=str(staff.department or context["house_title"])[:100],
            by=staff.display_name,
            at=timezone.now(),
        )
        return HttpResponseRedirect(reverse("information:case", args=[tenant, ident]))
    steps = [
        Step(
            f"{CaseState(one.state).label_ja}（{one.who}）",
            one.words,
            StepState.DONE,
            one.at,
        )
        for one in OwnCaseStep.objects.filter(case=ident).order_by("sequence")
    ]
    return render(
        request,
        "gateway/own_case.html",
        {
            **context,
            "case": found,
            "kind": kind,
            "is_about_value": kind is not CaseKind.QUESTION,
            "freezes": kind is CaseKind.NOT_ME and not state.is_end,
            "chip": _chip(found),
            "inquirer": directory().name(found.inquirer),
            "information": information_label(found.information),
            "period": Period.parse(found.period).label_ja if found.period else "",
            "affair": affair_label(found.affair),
            "steps": steps,
            "form": form,
            "may_act": may_act,
        },
        status=422 if form.is_bound and form.errors else 200,
    )


def _chip(one: OwnCase) -> Chip:
    state = CaseState(one.state)
    return Chip(state.label_ja, _TONE[state])
