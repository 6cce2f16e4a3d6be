"""Pages of passkeys: the list, a new one (with the card), signing in with one."""

from __future__ import annotations

from datetime import UTC, datetime

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.institutions.portal.account import passkeys
from mynumber.institutions.portal.account.confirming import require_card
from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.passkeys import PasskeyRefused
from mynumber.institutions.portal.account.sessions import Level, SeeOther, open_visit, own_path, resident_of
from mynumber.institutions.portal.account.trust import TrustUnavailable
from mynumber.institutions.portal.account.words import UNCHECKABLE
from mynumber.webkit import logs
from mynumber.webkit.access import public, resident_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.errors import Said
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.language import say_later

_MAY_ADD = "passkey_allowed_until"
_MINUTES = 5

_log = logs.get_logger(__name__)


class PasskeyForm(PlainForm):
    """What the script fills in, and a name."""

    name = forms.CharField(
        label=say_later("パスキーの名前", "Name of the passkey", "パスキーの 名前"),
        max_length=40,
        initial=say_later("この端末", "This device", "この 機械"),
        help_text=say_later(
            "あとで見分けるための名前です。", "To tell it apart later.", "あとで わかる ための 名前です。"
        ),
    )
    answer = forms.CharField(widget=forms.HiddenInput, max_length=passkeys.LONGEST_ANSWER)


@resident_only(level=Level.PASSKEY)
@require_safe
def passkey_list(request: HttpRequest) -> HttpResponse:
    """パスキー: which there are."""
    visit = resident_of(request)
    return page(
        request, "portal/passkeys.html", visit, {"passkeys": visit.account.passkeys.order_by("registered_at")}
    )


@resident_only
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """A new passkey needs the card at this moment, however the visit began."""
    return SeeOther(reverse("passkey-new"))


@resident_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_passkey(request: HttpRequest) -> HttpResponse:
    """Ask for the card, then make the passkey and take it in."""
    visit, now = resident_of(request), datetime.now(UTC)
    if request.method == "POST" and request.session.get(_MAY_ADD, 0) > now.timestamp():
        form = PasskeyForm(request.POST)
        try:
            if form.is_valid():
                given = form.cleaned_data
                passkeys.register(visit.account, given["answer"], given["name"], request.session, now=now)
                del request.session[_MAY_ADD]
                return SeeOther(reverse("passkeys"))
        except PasskeyRefused:
            raise _NOT_TAKEN from None
        return _form_page(request, form, status=422)
    proof = require_card(
        request, "passkey", words="マイナポータルのパスキーを作る", back_to=reverse("passkey-new")
    )
    if isinstance(proof, HttpResponse):
        return proof
    request.session[_MAY_ADD] = now.timestamp() + _MINUTES * 60
    return _form_page(request, PasskeyForm())


@resident_only(level=Level.PASSKEY)
@require_POST
def remove_passkey(request: HttpRequest, passkey_id: int) -> HttpResponse:
    """A passkey ends at once."""
    passkeys.remove(resident_of(request).account, passkey_id, now=datetime.now(UTC))
    return SeeOther(reverse("passkeys"))


@public  # whoever is not signed in signs in here
@transaction.non_atomic_requests  # J-LIS is asked whether the card is good
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey: a visit of the lower level."""
    now = datetime.now(UTC)
    if request.method != "POST":
        context = {
            "options": passkeys.sign_in_options(request.session),
            "next": own_path(request.GET.get("next", "/")),
        }
        return page(request, "portal/passkey_sign_in.html", None, context)
    try:
        account = passkeys.sign_in(request.POST.get("answer", ""), request.session, now=now)
    except PasskeyRefused:
        raise _NOT_BELIEVED from None
    except TrustUnavailable:
        raise UNCHECKABLE from None
    open_visit(request, account, now=now, level=Level.PASSKEY)
    _log.info("signed in", kind="passkey")
    return SeeOther(own_path(request.POST.get("next", "/")))


def _form_page(request: HttpRequest, form: PasskeyForm, status: int = 200) -> HttpResponse:
    visit = resident_of(request)
    options = passkeys.registration_options(visit.account, request.session)
    response = page(request, "portal/passkey_new.html", visit, {"form": form, "options": options})
    response.status_code = status
    return response


_NOT_TAKEN = PageRefused(
    "パスキーを作れませんでした",
    "端末から届いたものを確かめられませんでした。",
    "もう一度、はじめから試してください。",
    "同じ端末のパスキーがもうあるときは、それを使えます。",
    reason="passkey_not_taken",
    status=422,
    english=Said(
        "The passkey has not been registered",
        "What the device sent could not be checked.",
        ("Begin again.", "If there is a passkey of this device already, use that one."),
    ),
    easy=Said(
        "パスキーを つくれませんでした",
        "機械から とどいた ものが たしかめられませんでした。",
        ("もう いちど はじめから して ください。",),
    ),
)
_NOT_BELIEVED = PageRefused(
    "パスキーでサインインできませんでした",
    "このパスキーは登録されていないか、消されたか、カードが失効または一時停止しています。",
    "もう一度試すか、カードでサインインしてください。",
    reason="passkey_not_believed",
    status=403,
    english=Said(
        "The passkey is not accepted",
        "It is not registered, was deleted, or the card is revoked or suspended.",
        ("Try again, or sign in with the card.",),
    ),
    easy=Said(
        "パスキーで 入れませんでした",
        "この パスキーは つかえません。",
        ("もう いちど するか、カードで 入って ください。",),
    ),
)
