"""Pages of the times at which the member's gateway answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from mynumber.institutions.gateway.desk.hours import Timetable
from mynumber.institutions.gateway.desk.hours_forms import DAYS_JA, ClosureForm, HoursForm, PaperForm
from mynumber.institutions.gateway.desk.house import WORKERS, context_of, information_label, staff_of
from mynumber.institutions.gateway.desk.models import Closure, OpeningHours, PaperDocument
from mynumber.protocols.hours import Closed, Hours
from mynumber.webkit.access import staff_only
from mynumber.webkit.face.forms import PlainForm


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def hours_page(request: HttpRequest, tenant: str) -> HttpResponse:
    """Whether the gateway answers now, and the forms to say when it does."""
    act = request.POST.get("act")
    may_act = staff_of(request).role in WORKERS
    forms: dict[str, PlainForm] = {
        "hours": HoursForm(request.POST if act == "hours" else None, auto_id="hours_%s"),
        "closure": ClosureForm(request.POST if act == "closure" else None, auto_id="closure_%s"),
        "paper": PaperForm(request.POST if act == "paper" else None, auto_id="paper_%s"),
    }
    keep: dict[str, Callable[[dict[str, Any]], object]] = {
        "hours": _keep_hours,
        "closure": _keep_closure,
        "paper": _keep_paper,
    }
    sent = forms.get(act or "") if may_act else None
    if sent is not None and act is not None and sent.is_valid():
        keep[act](sent.cleaned_data)
        return HttpResponseRedirect(reverse("desk:hours", args=[tenant]))
    now = timezone.now()
    hours, closures = (
        list(OpeningHours.objects.order_by("weekday", "opens")),
        list(Closure.objects.filter(ends__gt=now).order_by("begins")),
    )
    table = Timetable(
        tuple(Hours(weekday=one.weekday, opens=one.opens, closes=one.closes) for one in hours),
        tuple(Closed(begins=one.begins, ends=one.ends, why=one.why) for one in closures),
    )
    return render(
        request,
        "gateway/hours.html",
        {
            **context_of(tenant),
            "is_open": table.is_open(now),
            "opens_at": table.opens_after(now),
            "hours": [(one, f"{DAYS_JA[one.weekday]}曜日", _span(one)) for one in hours],
            "closures": closures,
            "papers": [
                (paper, information_label(paper.information))
                for paper in PaperDocument.objects.order_by("information")
            ],
            **{f"{name}_form": form for name, form in forms.items()},
            "wrong": sent if sent is not None and sent.errors else None,
            "may_act": may_act,
        },
        status=422 if sent is not None and sent.errors else 200,
    )


@staff_only(*WORKERS)
@require_POST
def delete(request: HttpRequest, tenant: str, what: str, key: str) -> HttpResponse:
    """Take one of them away again."""
    match what:
        case "hours" if key.isascii() and key.isdigit():
            OpeningHours.objects.filter(pk=int(key)).delete()
        case "closures" if key.isascii() and key.isdigit():
            Closure.objects.filter(pk=int(key)).delete()
        case "papers":
            PaperDocument.objects.filter(information=key).delete()
        case _:
            raise Http404
    return HttpResponseRedirect(reverse("desk:hours", args=[tenant]))


def _keep_hours(cleaned: dict[str, Any]) -> None:
    for day in cleaned["days"]:
        OpeningHours.objects.update_or_create(
            weekday=int(day), opens=cleaned["opens"], defaults={"closes": cleaned["closes"]}
        )


def _keep_closure(cleaned: dict[str, Any]) -> None:
    Closure.objects.create(begins=cleaned["begins"], ends=cleaned["ends"], why=cleaned["why"])


def _keep_paper(cleaned: dict[str, Any]) -> None:
    PaperDocument.objects.update_or_create(
        information=cleaned["information"], defaults={"name": cleaned["name"], "where": cleaned["where"]}
    )


def _span(one: OpeningHours) -> str:
    closes = "24:00" if one.closes == time(0) else f"{one.closes:%H:%M}"
    return f"{one.opens:%H:%M}から{closes}まで"
