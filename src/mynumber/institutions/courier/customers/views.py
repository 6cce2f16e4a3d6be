"""Pages of customers: enter, by number or with the portal's sign-in; what is linked; the provider's consent page; discovery, keys, tokens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.institutions.courier.customers import links, portal_sign_in, provider, visits
from mynumber.institutions.courier.customers.models import Customer
from mynumber.institutions.courier.customers.provider import RequestRefused
from mynumber.institutions.courier.customers.visits import SeeOther, own_path, visit_of
from mynumber.protocols.relying_party import Fault, SignInElsewhereRefused
from mynumber.webkit.access import public, resident_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.forms import PlainForm

ASKED = "asked"
"""In the session: the authorization request that waits, and when it came."""
_NEXT = "came_for"
_REGISTERS = "registers"
"""In the session: the customer who pressed the button that registers the portal's sign-in."""


class EnterForm(PlainForm):
    """Number and password."""

    number = forms.CharField(label="お客さま番号", max_length=10)
    password = forms.CharField(label="パスワード", max_length=200, widget=forms.PasswordInput)


@public  # the firm's first page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this firm does."""
    return render(request, "courier/home.html", {"visit": visits.current(request, now=_now())})


@public  # one must be able to sign in
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Sign in with number and password."""
    form = EnterForm(request.POST if request.method == "POST" else None)
    following = own_path(request.POST.get("next", "") or request.GET.get("next", ""))
    if request.method == "POST" and form.is_valid():
        now = _now()
        found = visits.check(form.cleaned_data["number"], form.cleaned_data["password"], now=now)
        if found is not None:
            visits.begin(request, found, now=now)
            return SeeOther(following)
        form.add_error(None, "番号かパスワードが違います。続けて5回誤ると、15分間入れません。")
    context = {"form": form, "next": following, "asked": ASKED in request.session}
    return render(request, "courier/enter.html", context, status=422 if form.errors else 200)


@public  # whoever is not signed in loses nothing
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    visits.end(request)
    return SeeOther(reverse("home"))


@resident_only
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The customer's page: what is linked with the portal."""
    visit = visit_of(request)
    context = {
        "visit": visit,
        "grant": visit.customer.grants.filter(ended_at=None).first(),
        "done": request.GET.get("done", ""),
    }
    return render(request, "courier/mine.html", context)


@resident_only
@require_POST
def unlink(request: HttpRequest) -> HttpResponse:
    """End the link with the portal."""
    links.end(visit_of(request).customer, now=_now())
    return SeeOther(reverse("mine") + "?done=ended")


# --- the portal's sign-in ----------------------------------------------------------------------------------------


@public  # begins a sign-in
@transaction.non_atomic_requests  # the portal is asked
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def with_portal(request: HttpRequest) -> HttpResponse:
    """Send the browser to the portal's sign-in. With `iss` the customer comes from the portal and wants no second one."""
    now = _now()
    visit = visits.current(request, now=now)
    try:
        silent = "iss" in request.GET
        if silent and request.GET["iss"] != portal_sign_in.registered().issuer:
            raise SignInElsewhereRefused(Fault.MIX_UP)
        address = portal_sign_in.begin(request.session, silent=silent, now=now)
    except SignInElsewhereRefused as refused:
        raise _refusal(refused.fault) from None
    request.session[_NEXT] = own_path(request.POST.get("next", ""))
    request.session[_REGISTERS] = visit.customer.pk if visit and request.method == "POST" else None
    return SeeOther(address)


@public  # coming back; the attempt in this browser's session decides
@transaction.non_atomic_requests  # the portal is asked
@never_cache
@require_safe
def portal_back(request: HttpRequest) -> HttpResponse:
    """The browser is back: sign the customer in, or register the sign-in for the customer who is signed in and asked for it.

    Who moves on from the portal while somebody else is signed in here gets nothing of theirs.
    """
    now = _now()
    visit = visits.current(request, now=now)
    try:
        proven = portal_sign_in.finish(request.session, request.GET.dict(), now=now)
    except SignInElsewhereRefused as refused:
        if refused.error in {"login_required", "interaction_required", "consent_required"}:
            return SeeOther(reverse("enter") + "?card=1")
        raise _refusal(refused.fault) from None
    known = Customer.objects.filter(portal_subject=proven.subject).first()
    following = own_path(request.session.pop(_NEXT, ""))
    pressed = request.session.pop(_REGISTERS, None)
    if known is None and (visit is None or visit.customer.pk != pressed):
        return render(request, "courier/unknown.html", status=403)
    if known is None and visit is not None:
        if not _register(visit.customer, proven.subject):
            raise _refusal(Fault.STATE)
        return SeeOther(reverse("mine") + "?done=registered")
    if known is not None:
        if visit is not None and visit.customer != known:
            raise _refusal(Fault.STATE)  # two people at one browser
        visits.begin(request, known, now=now)
    return SeeOther(following)


def _register(customer: Customer, subject: str) -> bool:
    try:
        with transaction.atomic():
            free = Customer.objects.filter(pk=customer.pk, portal_subject=None)
            return bool(free.update(portal_subject=subject))
    except IntegrityError:
        return False


def _refusal(fault: Fault) -> PageRefused:
    return PageRefused(
        "マイナポータルでサインインできませんでした",
        "返事を確かめられなかったか、このブラウザーではじめた依頼ではありません。何も変わっていません。",
        "はじめからやり直すか、お客さま番号で入ってください。",
        reason=fault.value,
        status=503 if fault is Fault.UNREACHABLE else 400,
        title_en="The sign-in did not succeed",
    )


# --- the OpenID provider -----------------------------------------------------------------------------------------


@public  # programs read it
@require_safe
def discovery(request: HttpRequest) -> HttpResponse:
    """OpenID Connect Discovery."""
    return _json(provider.metadata())


@public  # public keys
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Every generation of the key that signs ID tokens."""
    return _json({"keys": [key.public.to_jwk() for key in provider.signing_keys()]})


@public  # the client proves itself with its assertion
@csrf_exempt  # no cookie has a say here
@transaction.non_atomic_requests  # the portal may have to be asked for its keys
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Codes in, ID tokens out."""
    try:
        return _json(provider.redeem(_lists(request.POST), now=_now()))
    except RequestRefused as refused:
        return _json({"error": refused.error}, status=401 if refused.error == "invalid_client" else 400)


@public  # where the portal sends a browser; who is there is proven by signing in
@never_cache
@require_safe
def authorize(request: HttpRequest) -> HttpResponse:
    """The authorization endpoint: keep the request in this browser's session, and have the customer sign in."""
    lists = _lists(request.GET)
    try:
        asked = provider.check(lists)
    except RequestRefused as refused:
        if not refused.may_return:
            raise _bad_request() from None
        words = {"error": refused.error, "iss": provider.issuer(), "state": lists.get("state", [""])[0][:255]}
        return SeeOther(f"{provider.redirect_uri()}?{urlencode(words)}")
    if "none" in asked.prompt:
        return SeeOther(provider.answer(asked, error="login_required"))
    request.session[ASKED] = {
        "given": {name: values[0] for name, values in lists.items()},
        "at": _now().timestamp(),
    }
    return SeeOther(reverse("oidc-consent"))


@public  # who is signed in is looked at below: a page of its own, since the sign-in has to be newer than the request
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest) -> HttpResponse:
    """Who is here, and whether they want to be linked with the portal."""
    now = _now()
    kept = request.session.get(ASKED)
    if kept is None or now.timestamp() > kept["at"] + provider.LONGEST_ASSERTION.total_seconds():
        raise _bad_request()
    asked = provider.check({name: [value] for name, value in kept["given"].items()})
    visit = visits.current(request, now=now)
    fresh = visit is not None and ("login" not in asked.prompt or visit.since.timestamp() >= kept["at"])
    if visit is None or not fresh:
        return SeeOther(reverse("enter") + "?" + urlencode({"next": reverse("oidc-consent")}))
    if request.method != "POST":
        return render(request, "courier/consent.html", {"visit": visit})
    del request.session[ASKED]
    if request.POST.get("answer") != "yes":
        return SeeOther(provider.answer(asked, error="access_denied"))
    return SeeOther(provider.agree(asked, visit.customer, signed_in_at=visit.since, now=now))


def _bad_request() -> PageRefused:
    return PageRefused(
        "この依頼は受け付けられません",
        "マイナポータルからの依頼に誤りがあるか、時間がたちました。何も渡していません。",
        "マイナポータルに戻って、はじめからやり直してください。",
        reason="bad_request",
        status=400,
        title_en="This request cannot be accepted",
    )


def _lists(given: Any) -> dict[str, list[str]]:
    return {str(name): [str(value) for value in given.getlist(name)] for name in given}


def _json(content: object, status: int = 200) -> HttpResponse:
    response = HttpResponse(msgspec.json.encode(content), status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response


def _now() -> datetime:
    return datetime.now(UTC)
