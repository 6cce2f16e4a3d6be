"""The page of the offers: draw a list up, see how many get an offer, release it as a second person."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from mynumber.institutions.pension_service.offers import offering
from mynumber.institutions.pension_service.offers.models import Batch, BatchState, MadeOffer
from mynumber.webkit.access import staff_only
from mynumber.webkit.face.parts import Column, Table
from mynumber.webkit.staff.models import Role, StaffMember

MOST = 20


@staff_only
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lists, and how many offers they became."""
    return _page(request)


def _page(request: HttpRequest, problem: str = "") -> HttpResponse:
    staff, now = _staff(request), timezone.now()
    waiting = Batch.objects.filter(state=BatchState.PROPOSED).first()
    ended = list(Batch.objects.exclude(state=BatchState.PROPOSED).order_by("-pk")[:MOST])
    return render(
        request,
        "pension_service/offers/home.html",
        {
            "problem": problem,
            "waiting": waiting,
            "people": waiting.lines.count() if waiting else 0,
            "likely": len(offering.likely(waiting, at=now)) if waiting else 0,
            "may_release": waiting is not None
            and staff.role == Role.SUPERVISOR
            and waiting.proposed_by_id != staff.pk,
            "may_work": staff.role in (Role.CASE_WORKER, Role.SUPERVISOR),
            "ended": _table(ended) if ended else None,
            "made": MadeOffer.objects.count(),
        },
        status=422 if problem else 200,
    )


def _table(listed: list[Batch]) -> Table:
    return Table.build(
        "これまでの名簿",
        ["作った日時", Column("年度"), "状態", Column("送った案内", number=True)],
        [[each.proposed_at, f"{each.year}年7月から", each.get_state_display(), each.sent] for each in listed],
    )


@staff_only("case_worker", "supervisor")
@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """Draw a list up and ask the towns."""
    try:
        offering.propose(by=_staff(request), now=timezone.now)
    except offering.NothingToOffer:
        return _page(request, "案内する人がいません。保険料の未納がないか、案内か申請がもうあります。")
    except offering.AlreadyProposed:
        return _page(request, "決裁を待つ名簿があります。")
    return HttpResponseRedirect(reverse("offers:home"))


@staff_only("case_worker", "supervisor")
@require_POST
def decide(request: HttpRequest, number: int, what: str) -> HttpResponse:
    """Release or discard."""
    batch, staff, now = get_object_or_404(Batch, pk=number), _staff(request), timezone.now()
    if what not in ("release", "discard"):
        raise Http404
    if what == "release" and staff.role != Role.SUPERVISOR:
        return _page(request, "決裁者だけが送れます。")
    try:
        if what == "release":
            offering.release(batch, by=staff, at=now)
        else:
            offering.discard(batch, by=staff, at=now)
    except offering.SamePerson:
        return _page(request, "名簿を作った本人は送れません。別の人が決裁してください。")
    except offering.NotProposed:
        return _page(request, "この名簿は、もう送られたか、取りやめになりました。")
    return HttpResponseRedirect(reverse("offers:home"))


def _staff(request: HttpRequest) -> StaffMember:
    staff: StaffMember = request.staff  # type: ignore[attr-defined]  # set by StaffMiddleware; the mark is checked
    return staff
