"""The desk of a member: what waits for a person, the answer or refusal, and the switches for automatic answers."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.foundation.facts import Period
from mynumber.foundation.law import InformationKind
from mynumber.institutions.gateway.desk import deciding
from mynumber.institutions.gateway.desk.deciding import Waiting
from mynumber.institutions.gateway.desk.fact_form import FactForm, initial_of
from mynumber.institutions.gateway.desk.forms import HoldForm, RefuseForm, kind_of
from mynumber.institutions.gateway.desk.house import (
    WORKERS,
    affair_label,
    context_of,
    directory,
    information_label,
    staff_of,
)
from mynumber.institutions.gateway.desk.models import AnswerHold, DeskEvent, DeskItem, DeskState
from mynumber.institutions.gateway.desk.period_form import PeriodForm
from mynumber.institutions.gateway.tenants.models import Copy
from mynumber.protocols.holds import HoldReason
from mynumber.protocols.refusal import Reason
from mynumber.webkit.access import staff_only
from mynumber.webkit.face.parts import Cell, Chip, Kind, Link, Table

PAGE_ROWS = 50
EVENTS = 100
_TONE = {
    DeskState.OPEN: Kind.WARN,
    DeskState.PROVIDED: Kind.SUCCESS,
    DeskState.NO_DATA: Kind.NEUTRAL,
    DeskState.REFUSED: Kind.ERROR,
    DeskState.WITHDRAWN: Kind.NEUTRAL,
}
_WHAT_JA = {
    "hold_set": "自動応答を止めた",
    "hold_lifted": "自動応答に戻した",
    "provided": "回答した",
    "no_data": "該当なしと回答した",
    "refused": "提供しないと回答した",
    "withdrawn": "照会者が取り下げた",
    "copies_looked_at": "副本の一覧を見た",
}


@staff_only
@require_safe
def home(request: HttpRequest, tenant: str) -> HttpResponse:
    """What waits, the most urgent first; below it what is done."""
    now = timezone.now()
    page = Paginator(deciding.ended(now), PAGE_ROWS).get_page(request.GET.get("page"))
    return render(
        request,
        "gateway/desk.html",
        {
            **context_of(tenant),
            "waiting": _table(
                "回答を待っている照会", deciding.with_people(list(deciding.waiting(now))), tenant
            ),
            "ended": _table("終わった照会", deciding.with_people(list(page.object_list)), tenant),
            "page": page,
        },
    )


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def item_page(request: HttpRequest, tenant: str, digest: str) -> HttpResponse:
    """One item: who asks for what under which affair; answer it from the form of its layout, or refuse."""
    item = _item(digest)
    now, staff, kind = timezone.now(), staff_of(request), kind_of(item.information)
    is_open = item.state == DeskState.OPEN and item.deadline > now
    may_act = is_open and staff.role in WORKERS
    copy = None if item.periods else deciding.copy_for(item)
    answers = _answers(item, kind, copy, request) if kind is not None else []
    refusal = RefuseForm(request.POST if request.POST.get("act") == "refuse" else None)
    if request.method == "POST" and may_act:
        match request.POST.get("act"):
            case "provide" if answers and all([one.is_valid() for one in answers]):  # noqa: C419 - the faults of all are shown
                if item.periods:
                    told = [answer.answer(now) for answer in answers if isinstance(answer, PeriodForm)]
                    deciding.provide_each(item, told, by=staff.display_name, at=now)
                else:
                    fact = answers[0].cleaned_data["fact"]
                    deciding.provide(item, fact, as_of=now, by=staff.display_name, at=now)
                return HttpResponseRedirect(reverse("desk:home", args=[tenant]))
            case "no_data":
                deciding.say_no_data(item, by=staff.display_name, at=now)
                return HttpResponseRedirect(reverse("desk:home", args=[tenant]))
            case "refuse" if refusal.is_valid():
                deciding.refuse(item, Reason(refusal.cleaned_data["reason"]), by=staff.display_name, at=now)
                return HttpResponseRedirect(reverse("desk:home", args=[tenant]))
    wrong = next((form for form in (*answers, refusal) if form.is_bound and form.errors), None)
    [known] = deciding.with_people([item])
    return render(
        request,
        "gateway/desk_item.html",
        {
            **context_of(tenant),
            "item": item,
            "people": known.addressees,
            "inquirer": directory().name(item.inquirer),
            "information": information_label(item.information),
            "affair": affair_label(item.affair),
            "why": HoldReason(item.reason).label_ja,
            "state": _state(item),
            "refused": Reason(item.refusal).sentence_ja if item.refusal else "",
            "periods": "、".join(Period.parse(period).label_ja for period in item.periods or ()),
            "answers": answers,
            "wrong": wrong,
            "refusal": refusal,
            "copy": copy,
            "may_act": may_act,
        },
        status=422 if wrong is not None else 200,
    )


def _answers(
    item: DeskItem, kind: InformationKind, copy: Copy | None, request: HttpRequest
) -> list[FactForm]:
    """The forms in which the answer is typed: one, or one a period that is asked. They begin with what the copies say."""
    typed = request.POST if request.POST.get("act") == "provide" else None
    if not item.periods:
        return [FactForm(kind, typed, initial=initial_of(copy.fact) if copy else {})]
    copies = deciding.copies_for(item)
    return [
        PeriodForm(
            kind,
            period,
            typed,
            initial=initial_of(copies[period].fact) if period in copies else {},
        )
        for period in item.periods
    ]


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def holds_page(request: HttpRequest, tenant: str) -> HttpResponse:
    """The switches that are set, the form to set another, and who did what."""
    staff, now = staff_of(request), timezone.now()
    may_act = staff.role in WORKERS
    form = HoldForm(request.POST or None)
    if request.method == "POST" and may_act and form.is_valid():
        if deciding.set_hold(form.hold(), by=staff.display_name, at=now):
            return HttpResponseRedirect(reverse("desk:holds", args=[tenant]))
        form.add_error("addressee", "この宛名番号の人の符号をまだ取得していません。先に取得してください。")
    return render(
        request,
        "gateway/holds.html",
        {
            **context_of(tenant),
            "form": form,
            "holds": [(hold, _names(hold)) for hold in deciding.holds(now)],
            "events": _events(),
            "may_act": may_act,
        },
        status=422 if form.errors else 200,
    )


@staff_only(*WORKERS)
@require_POST
def lift(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """Answer automatically again."""
    hold = get_object_or_404(AnswerHold, pk=number)
    deciding.lift_hold(hold, by=staff_of(request).display_name, at=timezone.now())
    return HttpResponseRedirect(reverse("desk:holds", args=[tenant]))


def _item(digest: str) -> DeskItem:
    try:
        raw = bytes.fromhex(digest)
    except ValueError:
        raise Http404 from None
    return get_object_or_404(DeskItem, permit_digest=raw)


def _table(caption: str, listed: list[Waiting], tenant: str) -> Table | None:
    if not listed:
        return None
    systems = directory()
    rows: list[list[Cell]] = [
        [
            Link(
                _asked(one.item.information, one.item.periods),
                reverse("desk:item", args=[tenant, bytes(one.item.permit_digest).hex()]),
            ),
            "、".join(one.addressees),
            systems.name(one.item.inquirer),
            one.item.organisation,
            one.item.put_at,
            one.item.deadline,
            _state(one.item),
        ]
        for one in listed
    ]
    return Table.build(caption, ["情報", "宛名番号", "照会者", "担当", "届いた日時", "期限", "状態"], rows)


def _asked(information: str, periods: Sequence[str] | None) -> str:
    """地方税関係情報（令和8年度（2026年度）、…）."""
    label = information_label(information)
    return f"{label}（{'、'.join(Period.parse(one).label_ja for one in periods)}）" if periods else label


def _state(item: DeskItem) -> Chip:
    state = DeskState(item.state)
    if state is DeskState.OPEN and item.deadline <= timezone.now():
        return Chip("期限切れ", Kind.ERROR)
    return Chip(str(state.label), _TONE[state])


def _names(hold: AnswerHold) -> dict[str, str]:
    return {
        "person": hold.addressee or "すべての人",
        "information": _asked(hold.information, [hold.period] if hold.period else None)
        if hold.information
        else "すべての情報",
        "reason": HoldReason(hold.reason).label_ja,
    }


def _events() -> Table | None:
    events = DeskEvent.objects.order_by("-at", "-pk")[:EVENTS]
    if not events:
        return None
    rows: list[list[Cell]] = [
        [
            event.at,
            event.who,
            _WHAT_JA.get(event.what, event.what),
            event.addressee,
            _asked(event.information, [event.period] if event.period else None)
            if event.information
            else None,
            _reason_label(event.reason),
        ]
        for event in events
    ]
    return Table.build("この窓口でしたこと", ["日時", "した人", "したこと", "宛名番号", "情報", "理由"], rows)


def _reason_label(reason: str | None) -> str | None:
    if reason is None:
        return None
    try:
        return HoldReason(reason).label_ja
    except ValueError:
        return Reason(reason).sentence_ja
