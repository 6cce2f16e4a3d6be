"""Pages of the kiosk (キオスク端末): public, of a town, for one thing: a forgotten PIN when the other one still works."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.foundation.numbers import find
from mynumber.institutions.municipality.counter import sessions
from mynumber.institutions.municipality.counter.forms import KioskForm
from mynumber.institutions.municipality.counter.models import ProcedureKind, ReaderSession
from mynumber.institutions.municipality.counter.parts import sent
from mynumber.institutions.municipality.counter.procedures import Wanted
from mynumber.institutions.municipality.counter.reader_views import session_context
from mynumber.protocols.card_life import PinName
from mynumber.webkit.access import public
from mynumber.webkit.errors import PageRefused


@public  # a kiosk stands in a shop: nobody signs in, the card's other PIN says who it is
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, tenant: str) -> HttpResponse:
    """Which PIN is forgotten; then a code for the card's device."""
    form = KioskForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            opened = sessions.open_session(
                ProcedureKind.KIOSK_PINS,
                Wanted(pins=(PinName(form.cleaned_data["forgotten"]),)),
                person=None,
                clerk=None,
                at=timezone.now(),
            )
        except (sessions.TooMany, sessions.AlreadyOpen):
            raise PageRefused(
                "ただいま混み合っています",
                "たくさんの人が、同時に端末を使っています。",
                "15分ほど待ってから、もう一度始めてください。",
                "急ぐときは、市区町村の窓口に来てください。",
                reason="too many",
                status=503,
            ) from None
        return HttpResponseRedirect(reverse("counter:kiosk-session", args=[tenant, opened.session.ticket]))
    context = {"town": find(tenant).full_name, "form": form}
    return render(request, "municipality/counter/kiosk.html", context, status=422 if form.errors else 200)


@public  # the address has 122 random bits, and shows nothing but a code and how far the procedure is
@never_cache
@require_safe
def session(request: HttpRequest, tenant: str, ticket: UUID) -> HttpResponse:
    """The code, and how far it is."""
    found = _session(ticket)
    context = {"town": find(tenant).full_name, **session_context(found)}
    return render(request, "municipality/counter/kiosk_session.html", context)


@public  # whoever sees the page may end what it shows; the form carries a CSRF token
@never_cache
@require_POST
def cancel(request: HttpRequest, tenant: str, ticket: UUID) -> HttpResponse:
    """End it."""
    sessions.cancel(_session(ticket), at=timezone.now())
    return HttpResponseRedirect(reverse("counter:kiosk-session", args=[tenant, ticket]))


def _session(ticket: UUID) -> ReaderSession:
    return get_object_or_404(ReaderSession, ticket=ticket, kind=ProcedureKind.KIOSK_PINS)
