"""Pages of the offers: what could be offered, a preview, a list that a second person releases."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.institutions.municipality.applications.words import town
from mynumber.institutions.municipality.offers import causes, offering
from mynumber.institutions.municipality.offers.causes import Candidate, Cause
from mynumber.institutions.municipality.offers.models import Batch, BatchState, MadeOffer
from mynumber.institutions.municipality.offers.offering import (
    AlreadyProposed,
    NothingToOffer,
    NotProposed,
    SamePerson,
)
from mynumber.webkit.access import staff_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.parts import Chip, Column, Kind, Link, Table
from mynumber.webkit.staff.models import StaffMember

WORKERS: Final = ("case_worker", "supervisor")
SHOWN: Final = 50
"""People a preview names."""
_KINDS: Final = {
    BatchState.PROPOSED: Kind.WARN,
    BatchState.RELEASED: Kind.SUCCESS,
    BatchState.DISCARDED: Kind.NEUTRAL,
}


def _staff(request: HttpRequest) -> StaffMember:
    return request.staff  # type: ignore[attr-defined, no-any-return]


def _cause(name: str) -> Cause:
    try:
        return causes.cause_of(name)
    except LookupError:
        raise Http404 from None


def _title(name: str) -> str:
    try:
        return causes.cause_of(name).title
    except LookupError:
        return name


@staff_only(*WORKERS)
@require_safe
def home(request: HttpRequest, tenant: str) -> HttpResponse:
    """The causes, how many offers each made, and the lists."""
    made = dict(MadeOffer.objects.values_list("cause").annotate(count=Count("pk")))
    rows = [
        [
            Link(each.title, reverse("offers:cause", args=[tenant, each.name])),
            "一覧を作り、別の人が決裁" if each.mass else "毎日ひとりでに案内",
            made.get(each.name, 0),
        ]
        for each in causes.CAUSES
    ]
    batches = Batch.objects.annotate(count=Count("lines")).order_by("-proposed_at")[:SHOWN]
    lists = [
        [
            Link(_title(each.cause), reverse("offers:batch", args=[tenant, each.pk])),
            each.proposed_at,
            each.count,
            each.sent if each.state == BatchState.RELEASED else None,
            _chip(each),
        ]
        for each in batches
    ]
    context = {
        "town": town(tenant),
        "causes": Table.build(
            "案内のきっかけ", ["きっかけ", "送りかた", Column("案内した件数", number=True)], rows
        ),
        "batches": Table.build(
            "案内の一覧（新しい順）",
            ["きっかけ", "起案", Column("対象", number=True), Column("案内した件数", number=True), "状態"],
            lists,
        )
        if lists
        else None,
    }
    return render(request, "municipality/offers/home.html", context)


def _chip(batch: Batch) -> Chip:
    state = BatchState(batch.state)
    return Chip(str(state.label), _KINDS[state])


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def cause(request: HttpRequest, tenant: str, name: str) -> HttpResponse:
    """A preview of what a cause would offer today; POST proposes the list."""
    chosen, now = _cause(name), timezone.now()
    if request.method == "POST":
        try:
            made = offering.propose(chosen, by=_staff(request), now=now)
        except NothingToOffer:
            raise _refused(
                "案内する人がいません", "いま対象になる人は、もう案内を受けているか、申請しています。"
            ) from None
        except AlreadyProposed:
            raise _refused(
                "決裁を待つ一覧があります", "同じきっかけの一覧が、すでに決裁を待っています。"
            ) from None
        return HttpResponseRedirect(reverse("offers:batch", args=[tenant, made.pk]))
    found = offering.open_candidates(chosen, on=offering.today_of(now))
    context = {
        "town": town(tenant),
        "cause": chosen,
        "count": len(found),
        "shown": SHOWN,
        "table": _table(found[:SHOWN]) if found else None,
        "example": _example(found[0]) if found else None,
    }
    return render(request, "municipality/offers/cause.html", context)


def _table(candidates: list[Candidate]) -> Table:
    return Table.build(
        "案内する人",
        ["宛名番号", "氏名", "手続", "期限"],
        [
            [
                each.person.addressee,
                each.person.name,
                each.procedure.title.ja,
                f"{each.until.year}年{each.until.month}月{each.until.day}日" if each.until else None,
            ]
            for each in candidates
        ],
    )


def _example(candidate: Candidate) -> dict[str, Any]:
    """What the notice says, without anybody's answers."""
    return {"reason": candidate.reason, "title": candidate.procedure.title.ja, "words": candidate.words}


@staff_only(*WORKERS)
@require_safe
def batch(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """One list."""
    row = get_object_or_404(Batch.objects.select_related("proposed_by", "second"), pk=number)
    people = [
        [line.person.addressee, line.person.name]
        for line in row.lines.select_related("person").order_by("pk")[:SHOWN]
    ]
    staff = _staff(request)
    context = {
        "town": town(tenant),
        "batch": row,
        "title": _title(row.cause),
        "chip": _chip(row),
        "count": row.lines.count(),
        "shown": SHOWN,
        "table": Table.build("この一覧の人", ["宛名番号", "氏名"], people),
        "waits": row.state == BatchState.PROPOSED,
        "may_release": staff.role == "supervisor" and row.proposed_by_id != staff.pk,
    }
    return render(request, "municipality/offers/batch.html", context)


@staff_only(*WORKERS)
@require_POST
def act(request: HttpRequest, tenant: str, number: int, what: str) -> HttpResponse:
    """Release a list as a second person, or give it up."""
    row, staff, now = get_object_or_404(Batch, pk=number), _staff(request), timezone.now()
    try:
        if what == "release" and staff.role == "supervisor":
            offering.release(row, by=staff, now=now)
        elif what == "discard":
            offering.discard(row, by=staff, now=now)
        elif what == "release":
            raise _refused("決裁できません", "一覧を送るのは、起案した人とは別の管理職です。")
        else:
            raise Http404
    except SamePerson:
        raise _refused(
            "自分の起案は決裁できません", "一覧を送るのは、起案した人とは別の管理職です。"
        ) from None
    except NotProposed:
        raise _refused("この一覧は終わっています", "すでに送ったか、取りやめた一覧です。") from None
    return HttpResponseRedirect(reverse("offers:batch", args=[tenant, number]))


def _refused(title: str, what: str) -> PageRefused:
    return PageRefused(title, what, "案内の一覧に戻って、いまの状態を確かめてください。", reason="offers")
