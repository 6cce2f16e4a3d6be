"""Pages of codes that inquirers ask this member to obtain, and of those that it asked for itself."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from mynumber.institutions.gateway.desk.house import (
    WORKERS,
    affair_label,
    context_of,
    directory,
    information_label,
    staff_of,
)
from mynumber.institutions.gateway.desk.models import ObtainRequest, SentObtain
from mynumber.protocols.holders import ObtainState
from mynumber.webkit.access import staff_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.parts import Cell, Chip, Kind, Table

ROWS = 100
_TONE = {
    ObtainState.OPEN: Kind.WARN,
    ObtainState.OBTAINED: Kind.SUCCESS,
    ObtainState.DECLINED: Kind.NEUTRAL,
}


@staff_only
@require_safe
def obtain_page(request: HttpRequest, tenant: str) -> HttpResponse:
    """What waits; below it what was answered, and what this member asked for."""
    systems = directory()
    received = ObtainRequest.objects.order_by("-received_at")
    answered: list[list[Cell]] = [
        [
            systems.name(one.inquirer),
            information_label(one.information),
            one.received_at,
            one.answered_at,
            one.answered_by,
            _chip(one.state),
        ]
        for one in received.exclude(state=ObtainState.OPEN.value)[:ROWS]
    ]
    sent: list[list[Cell]] = [
        [systems.name(one.provider), one.sent_at, one.answered_at, _chip(one.state)]
        for one in SentObtain.objects.order_by("-sent_at")[:ROWS]
    ]
    return render(
        request,
        "gateway/obtain.html",
        {
            **context_of(tenant),
            "waiting": [
                {
                    "request": one,
                    "inquirer": systems.name(one.inquirer),
                    "information": information_label(one.information),
                    "affair": affair_label(one.affair),
                }
                for one in received.filter(state=ObtainState.OPEN.value).order_by("received_at")
            ],
            "answered": Table.build(
                "回答した依頼",
                ["依頼した機関", "情報", "届いた日時", "回答した日時", "回答した人", "結果"],
                answered,
            )
            if answered
            else None,
            "sent": Table.build(
                "こちらから依頼したもの", ["依頼先", "依頼した日時", "回答の日時", "状態"], sent
            )
            if sent
            else None,
            "may_act": staff_of(request).role in WORKERS,
        },
    )


@staff_only(*WORKERS)
@require_POST
def answer(request: HttpRequest, tenant: str, inquirer: str, request_id: UUID) -> HttpResponse:
    """The code was obtained, or there is no such person here. The person is forgotten with the answer."""
    state = ObtainState.OBTAINED if request.POST.get("act") == "obtained" else ObtainState.DECLINED
    changed = ObtainRequest.objects.filter(
        inquirer=inquirer, request_id=request_id, state=ObtainState.OPEN.value
    ).update(
        state=state.value,
        answered_at=timezone.now(),
        answered_by=staff_of(request).display_name,
        sealed_person=None,
    )
    if not changed:
        raise PageRefused(
            "この依頼には、もう回答できません",
            "ほかの職員かシステムが、先に回答しました。",
            "一覧に戻って、いまの状態を確かめてください。",
            reason="the request no longer waits",
        )
    return HttpResponseRedirect(reverse("desk:obtain", args=[tenant]))


def _chip(state: str) -> Chip:
    known = ObtainState(state)
    return Chip(known.label_ja, _TONE[known])
