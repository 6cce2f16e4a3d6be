"""Pages about one's own account: where it is open, ending it, devices that many use."""

from __future__ import annotations

from datetime import UTC, datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.institutions.portal.account import closing, kiosk, open_sessions, signing_in
from mynumber.institutions.portal.account.closing import CannotClose
from mynumber.institutions.portal.account.confirming import require_card
from mynumber.institutions.portal.account.models import EventKind, SignInRequest
from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import (
    Level,
    SeeOther,
    close_visit,
    current_visit,
    resident_of,
)
from mynumber.protocols import sign_in
from mynumber.webkit.access import public, resident_only
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.language import say_later
from mynumber.webkit.headers import never_kept

_MAY_CLOSE = "may_close"
_SECONDS = 300
_LONGEST_IDENT = 64


class CloseForm(PlainForm):
    """One thing to be sure of."""

    sure = forms.BooleanField(
        label=say_later(
            "消えるものと残るものを読みました",
            "I have read what goes and what stays",
            "きえる ものと のこる ものを 読みました",
        )
    )


@resident_only(level=Level.PASSKEY)
@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """サインインしている端末: each open visit of mine."""
    visit = resident_of(request)
    found = open_sessions.of_account(visit.account, now=_now())
    shown = [(each, each.is_of(request.session.session_key)) for each in found]
    context = {
        "sessions": shown,
        "others": sum(not mine for _, mine in shown),
        "ended": _number(request.GET.get("ended", "")),
    }
    return page(request, "portal/sessions.html", visit, context)


@resident_only(level=Level.PASSKEY)
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End one of them, or all but this."""
    account, now = resident_of(request).account, _now()
    others = {
        each.ident
        for each in open_sessions.of_account(account, now=now)
        if not each.is_of(request.session.session_key)
    }
    wanted = (
        others if "others" in request.POST else others & {request.POST.get("session", "")[:_LONGEST_IDENT]}
    )
    ended = open_sessions.end(account, wanted, now=now)
    if ended:
        signing_in.record(account, EventKind.SESSIONS_ENDED, now)
    return SeeOther(reverse("sessions") + f"?ended={ended}")


@resident_only(level=Level.PASSKEY)
@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """A sign of life: the visit goes on."""
    return HttpResponse(status=204)


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def close_account(request: HttpRequest) -> HttpResponse:
    """利用終了: what goes and what stays; then the card once more."""
    visit, now = resident_of(request), _now()
    back = reverse("close-account") + "?card=1"
    if request.session.get(_MAY_CLOSE, 0) <= now.timestamp() and "card" in request.GET:
        proof = require_card(request, "close-account", words="マイナポータルの利用を終わる", back_to=back)
        if isinstance(proof, HttpResponse):
            return proof
        request.session[_MAY_CLOSE] = now.timestamp() + _SECONDS
    proven = request.session.get(_MAY_CLOSE, 0) > now.timestamp()
    form = CloseForm(request.POST if request.method == "POST" else None)
    status, reasons = 200, closing.hindrances(visit.account)
    if request.method == "POST":
        status = 422
        if form.is_valid() and not reasons:
            if not proven:
                return SeeOther(back)
            try:
                closing.close(visit.account, now=now)
            except CannotClose as cannot:
                reasons = cannot.reasons
            else:
                close_visit(request)
                done = SeeOther(reverse("account-closed"))
                kiosk.leave_nothing(done)
                return done
    context = {"form": form, "reasons": reasons, "goes": closing.what_goes(), "proven": proven}
    response = page(request, "portal/close.html", visit, context)
    response.status_code = status
    return response


@public  # the account is gone
@never_kept
@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """It is done."""
    return page(request, "portal/closed.html", None)


@public  # whoever sets a device up is nobody in particular; it only makes visits shorter
@never_kept
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk_page(request: HttpRequest) -> HttpResponse:
    """この端末をキオスクにする."""
    if request.method == "POST":
        response = SeeOther(reverse("kiosk"))
        (kiosk.make_one if request.POST.get("kiosk") == "on" else kiosk.make_none)(response)
        return response
    is_one = request.COOKIES.get(kiosk.cookie_name()) == kiosk.ON
    return page(request, "portal/kiosk.html", current_visit(request, now=_now()), {"is_one": is_one})


@csrf_exempt  # the device has no form of this site; the return code that only it and the browser know is the proof
@public
@require_POST
def card_removed(request: HttpRequest, request_id: str) -> HttpResponse:
    """The device says that the card has left the reader: the visit that it opened at a kiosk is over.

    Form field `code`: the return code of `SignInAccepted`. 204 whatever was found, so that nothing is learnt by asking.
    """
    code = request.POST.get("code", "")
    row = SignInRequest.objects.filter(pk=request_id, finished_at__isnull=False).first()
    nothing = HttpResponse(status=204)
    if row is None or not sign_in.is_identifier(code) or not signing_in.answered_with(row, code):
        return nothing
    account = signing_in.account_of(row)
    if account is not None:
        now = _now()
        mine = {
            each.ident
            for each in open_sessions.of_account(account, now=now)
            if each.at_kiosk and each.request == request_id
        }
        if open_sessions.end(account, mine, now=now):
            signing_in.record(account, EventKind.SIGNED_OUT, now)
    return nothing


def _now() -> datetime:
    return datetime.now(UTC)


def _number(text: str) -> str:
    """A small number of the address; nothing else that somebody put there is shown."""
    return text if text.isascii() and text.isdigit() and len(text) <= 3 else ""
