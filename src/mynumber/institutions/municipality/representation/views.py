"""Pages of claims: what waits, one claim with the register beside it, confirm or refuse with a reason, end what is over. Each look is written down."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from mynumber.institutions.municipality.applications.words import town
from mynumber.institutions.municipality.representation import claims
from mynumber.institutions.municipality.representation.claims import ACTS, CannotDo
from mynumber.institutions.municipality.representation.evidence import Fit, evidence_of, others_of
from mynumber.institutions.municipality.representation.forms import ConfirmForm, ReasonForm
from mynumber.institutions.municipality.representation.models import Claim, Seen, State
from mynumber.webkit.access import staff_only
from mynumber.webkit.face.parts import Chip, Column, Kind, Link, Table
from mynumber.webkit.staff.models import StaffMember

WORKERS: Final = ("case_worker", "supervisor")
MOST: Final = 100
REJECTED: Final = 422
_CHIPS: Final = {
    State.WAITING: Kind.WARN,
    State.CONFIRMED: Kind.SUCCESS,
    State.REFUSED: Kind.NEUTRAL,
    State.ENDED: Kind.NEUTRAL,
}
_FITS: Final = {Fit.YES: Kind.SUCCESS, Fit.NO: Kind.WARN, Fit.UNKNOWN: Kind.NEUTRAL}


@staff_only(*WORKERS)
@require_safe
def home(request: HttpRequest, tenant: str) -> HttpResponse:
    """Claims that wait, and those that were decided."""
    waiting = Claim.objects.filter(state=State.WAITING).order_by("arrived_at", "pk")
    decided = Claim.objects.exclude(state=State.WAITING).order_by("-decided_at", "-pk")
    context = {
        **_town(tenant),
        "waiting": _table("確認を待つ届出", waiting, tenant),
        "decided": _table("確認の済んだ届出", decided, tenant),
    }
    return render(request, "municipality/representation/home.html", context)


def _table(caption: str, rows: QuerySet[Claim], tenant: str) -> Table | None:
    listed = list(rows[:MOST])
    if not listed:
        return None
    return Table.build(
        f"{caption}（{len(listed)}件）",
        [Column("届出"), "種類", "届いた日時", "状態"],
        [
            [
                Link(f"届出 {each.pk}", reverse("representation:claim", args=[tenant, each.pk])),
                each.get_kind_display(),
                each.arrived_at,
                _chip(each),
            ]
            for each in listed
        ],
    )


def _chip(claim: Claim) -> Chip:
    state = State(claim.state)
    return Chip(str(state.label), _CHIPS[state])


@staff_only(*WORKERS)
@require_safe
def claim(request: HttpRequest, tenant: str, claim_id: int) -> HttpResponse:
    """One claim, and what the register says to it."""
    row = get_object_or_404(Claim, pk=claim_id)
    claims.note(row, "opened", by=_staff(request).display_name, at=timezone.now())
    return _page(request, tenant, row)


def _page(
    request: HttpRequest,
    tenant: str,
    row: Claim,
    *,
    form: ConfirmForm | None = None,
    reason: ReasonForm | None = None,
    problem: str = "",
) -> HttpResponse:
    today = claims.today_of(timezone.now())
    found = evidence_of(row, today=today, addressee=_addressee(row))
    lines = [[each.what, each.found or None, Chip(each.fit.value, _FITS[each.fit])] for each in found.lines]
    context: dict[str, Any] = {
        **_town(tenant),
        "claim": row,
        "chip": _chip(row),
        "evidence": found,
        "table": Table.build("住民票との突合", ["見ること", "住民票", "結果"], lines),
        "others": others_of(row, found.person),
        "form": form or ConfirmForm(row, today=today, is_found=found.person is not None),
        "reason": reason or ReasonForm(),
        "problem": problem,
        "entries": [(each, ACTS.get(each.act, each.act)) for each in row.entries.order_by("-at", "-pk")],
        "filed": row.filed.select_related("submission__application").order_by("-pk")[:MOST],
    }
    response = render(request, "municipality/representation/claim.html", context)
    rejected = problem or (form and form.errors) or (reason and reason.errors)
    response.status_code = REJECTED if rejected else 200
    return response


def _addressee(row: Claim) -> str:
    """Whom the clerk meant, once it is confirmed."""
    return row.person.addressee if row.person else ""


@staff_only(*WORKERS)
@require_POST
def confirm(request: HttpRequest, tenant: str, claim_id: int) -> HttpResponse:
    """確認する"""
    row, now = get_object_or_404(Claim, pk=claim_id), timezone.now()
    today = claims.today_of(now)
    is_found = evidence_of(row, today=today).person is not None
    form = ConfirmForm(row, request.POST, today=today, is_found=is_found)
    if not form.is_valid():
        return _page(request, tenant, row, form=form)
    given = form.cleaned_data
    try:
        claims.confirm(
            row,
            Seen(given["seen"]),
            given["words"],
            _staff(request),
            at=now,
            addressee=given.get("addressee", ""),
            until=given.get("until"),
        )
    except CannotDo as cannot:
        return _page(request, tenant, row, form=form, problem=cannot.why.value)
    return HttpResponseRedirect(reverse("representation:claim", args=[tenant, row.pk]))


@staff_only(*WORKERS)
@require_POST
def close(request: HttpRequest, tenant: str, claim_id: int, what: str) -> HttpResponse:
    """確認しない, or 終わらせる what was confirmed: with a reason."""
    acts = {"refuse": claims.refuse, "end": claims.end}
    if what not in acts:
        raise Http404
    row = get_object_or_404(Claim, pk=claim_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, tenant, row, reason=form)
    try:
        acts[what](row, form.cleaned_data["reason"], _staff(request), at=timezone.now())
    except CannotDo as cannot:
        return _page(request, tenant, row, reason=form, problem=cannot.why.value)
    return HttpResponseRedirect(reverse("representation:claim", args=[tenant, row.pk]))


def _staff(request: HttpRequest) -> StaffMember:
    staff: StaffMember = request.staff  # type: ignore[attr-defined]  # set by StaffMiddleware; the mark is checked
    return staff


def _town(tenant: str) -> dict[str, str]:
    return {"town": town(tenant), "home_url": reverse("representation:home", args=[tenant])}
