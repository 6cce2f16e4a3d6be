"""Pages of corrections: received ones to be looked at, and the form to make one."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from mynumber.institutions.gateway.corrections.forms import CorrectionForm
from mynumber.institutions.gateway.corrections.models import Correction, ReceivedCorrection
from mynumber.institutions.gateway.desk.house import (
    WORKERS,
    affair_label,
    context_of,
    directory,
    information_label,
    staff_of,
)
from mynumber.institutions.gateway.letters.models import Letter
from mynumber.protocols.corrections import NOTE_CORRECTIONS, TELL_CORRECTION, CorrectionReason
from mynumber.webkit.access import staff_only
from mynumber.webkit.face.parts import Cell, Chip, Column, Kind, Table

ROWS = 100


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def corrections_page(request: HttpRequest, tenant: str) -> HttpResponse:
    """Received corrections that nobody has confirmed, the form, and what was corrected and confirmed before."""
    staff, now = staff_of(request), timezone.now()
    may_act = staff.role in WORKERS
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and may_act and form.is_valid():
        cleaned = form.cleaned_data
        until: date | None = cleaned["given_until"]
        Correction.objects.create(
            correction=uuid4(),
            addressee=cleaned["addressee"],
            information=cleaned["information"],
            reason=cleaned["reason"],
            given_since=_begin_of(cleaned["given_since"]),
            given_until=_begin_of(until + timedelta(days=1) if until else None),
            made_at=now,
            made_by=staff.display_name,
        )
        return HttpResponseRedirect(reverse("corrections:corrections", args=[tenant]))
    systems = directory()
    received = ReceivedCorrection.objects.order_by("-received_at")
    return render(
        request,
        "gateway/corrections.html",
        {
            **context_of(tenant),
            "form": form,
            "unseen": [
                {
                    "one": one,
                    "provider": systems.name(one.provider),
                    "information": information_label(one.information),
                    "affair": affair_label(one.affair),
                    "reason": CorrectionReason(one.reason).label_ja,
                }
                for one in received.filter(seen_at=None)[:ROWS]
            ],
            "seen": _seen_table(list(received.exclude(seen_at=None)[:ROWS])),
            "made": _made_table(list(Correction.objects.order_by("-made_at")[:ROWS])),
            "under_way": Letter.objects.filter(
                kind__in=[TELL_CORRECTION.name, NOTE_CORRECTIONS.name]
            ).count(),
            "may_act": may_act,
        },
        status=422 if form.errors else 200,
    )


@staff_only(*WORKERS)
@require_POST
def seen(
    request: HttpRequest, tenant: str, provider: str, correction: UUID, request_id: UUID
) -> HttpResponse:
    """Somebody has looked at the case again."""
    ReceivedCorrection.objects.filter(
        provider=provider, correction=correction, request_id=request_id, seen_at=None
    ).update(seen_at=timezone.now(), seen_by=staff_of(request).display_name)
    return HttpResponseRedirect(reverse("corrections:corrections", args=[tenant]))


def _begin_of(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day is not None else None


def _made_table(made: list[Correction]) -> Table | None:
    if not made:
        return None
    rows: list[list[Cell]] = [
        [
            one.made_at,
            one.addressee,
            information_label(one.information),
            CorrectionReason(one.reason).label_ja,
            one.exchanges,
            one.inquirers,
            one.made_by,
            Chip("準備中", Kind.INFO) if one.exchanges is None else Chip("送付", Kind.SUCCESS),
        ]
        for one in made
    ]
    columns: list[Column | str] = [
        "日時",
        "宛名番号",
        "情報",
        "誤りの種類",
        Column("提供の件数", number=True),
        Column("照会者の数", number=True),
        "した人",
        "状態",
    ]
    return Table.build("知らせた訂正", columns, rows)


def _seen_table(received: list[ReceivedCorrection]) -> Table | None:
    if not received:
        return None
    systems = directory()
    rows: list[list[Cell]] = [
        [
            one.received_at,
            one.addressee,
            information_label(one.information),
            systems.name(one.provider),
            CorrectionReason(one.reason).label_ja,
            one.seen_at,
            one.seen_by,
        ]
        for one in received
    ]
    columns: list[Column | str] = [
        "届いた日時",
        "宛名番号",
        "情報",
        "提供者",
        "誤りの種類",
        "確認した日時",
        "確認した人",
    ]
    return Table.build("確認した訂正", columns, rows)
