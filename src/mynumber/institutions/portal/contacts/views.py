"""Pages of contacts: where I am told of something new, in which words, about what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.institutions.portal.account.models import EventKind
from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import Level, SeeOther, resident_of
from mynumber.institutions.portal.account.signing_in import record
from mynumber.institutions.portal.contacts import addresses, alerts, kept
from mynumber.institutions.portal.contacts.addresses import Fault, NotProven, TooOften
from mynumber.institutions.portal.contacts.forms import AddressForm, CodeForm, PreferencesForm
from mynumber.institutions.portal.contacts.models import Alert, Contact, Language
from mynumber.webkit.access import resident_only
from mynumber.webkit.errors import PageRefused, Said
from mynumber.webkit.face.language import EASY, ENGLISH, SOURCE, say
from mynumber.webkit.headers import never_kept

REJECTED: Final = 422
NICKNAME: Final = "nickname"
_PAGES_IN: Final = {Language.JAPANESE: SOURCE, Language.EASY: EASY, Language.ENGLISH: ENGLISH}
_LONGEST_TOKEN: Final = 64


def _now() -> datetime:
    return datetime.now(UTC)


@resident_only
@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    """連絡先: what is kept, and what can be changed."""
    visit, now = resident_of(request), _now()
    contact = Contact.objects.filter(account=visit.account).first()
    context = {
        "contact": contact,
        "address": addresses.address_of(contact) if contact else None,
        "waiting": addresses.waiting(visit.account, now=now),
        "nickname": nickname_of(contact),
        "language": contact.get_language_display() if contact else Language.JAPANESE.label,
        "alerts": [alert.label for alert in Alert if contact and getattr(contact, f"alert_{alert.value}")],
        "done": request.GET.get("done", ""),
    }
    return page(request, "portal/contacts/contacts.html", visit, context)


def nickname_of(contact: Contact | None) -> str:
    """What the resident wants to be called; empty where nothing was said."""
    if contact is None or contact.nickname is None:
        return ""
    return kept.unseal(contact.nickname, contact.account_id, NICKNAME)


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest) -> HttpResponse:
    """Enter an e-mail address: a code goes there."""
    visit = resident_of(request)
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            addresses.begin(visit.account, form.cleaned_data["address"], now=_now())
        except TooOften:
            raise _TOO_OFTEN from None
        return SeeOther(reverse("contacts-prove"))
    return _with_form(request, "portal/contacts/address.html", form)


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: HttpRequest) -> HttpResponse:
    """Type the code of the e-mail."""
    visit, now = resident_of(request), _now()
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            addresses.prove_by_code(visit.account, form.cleaned_data["code"], now=now)
        except NotProven as refused:
            form.add_error("code" if refused.fault is Fault.WRONG else None, _fault(refused.fault))
        else:
            return SeeOther(reverse("contacts") + "?done=address")
    waiting = addresses.waiting(visit.account, now=now)
    if waiting is None and request.method != "POST":
        return SeeOther(reverse("contacts-address"))
    return _with_form(request, "portal/contacts/prove.html", form, waiting=waiting)


@resident_only(level=Level.PASSKEY)
@never_kept
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """The link of the e-mail: a page with a button, so that a program that opens links proves nothing."""
    given = request.POST if request.method == "POST" else request.GET
    token = given.get("token", "")[:_LONGEST_TOKEN]
    if request.method == "POST":
        try:
            addresses.prove_by_link(resident_of(request).account, token, now=_now())
        except NotProven as refused:
            problem = page(
                request,
                "portal/contacts/confirm.html",
                resident_of(request),
                {"fault": _fault(refused.fault)},
            )
            problem.status_code = REJECTED
            return problem
        return SeeOther(reverse("contacts") + "?done=address")
    return page(request, "portal/contacts/confirm.html", resident_of(request), {"token": token})


@resident_only
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Write me no e-mail any more."""
    addresses.remove(resident_of(request).account, now=_now())
    return SeeOther(reverse("contacts") + "?done=removed")


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Nickname, language, what to be told about."""
    visit, now = resident_of(request), _now()
    if request.method == "POST":
        form = PreferencesForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            with transaction.atomic():
                contact = addresses.contact_of(visit.account, now)
                # Before it takes effect: whoever switches alerts off unseen is told of once more.
                alerts.ping(visit.account, Alert.CHANGE, now)
                nickname = given["nickname"]
                contact.nickname = kept.seal(nickname, visit.account, NICKNAME) if nickname else None
                contact.language = given["written_in"]
                for alert in Alert:
                    setattr(contact, f"alert_{alert.value}", alert.value in given["alerts"])
                contact.changed_at = now
                contact.save()
                record(visit.account, EventKind.CONTACT_CHANGED, now)
                addresses.settle(visit.account, contact)
            response = SeeOther(reverse("contacts") + "?done=preferences")
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                _PAGES_IN[Language(contact.language)],
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
            return response
    else:
        held = Contact.objects.filter(account=visit.account).first() or Contact(
            account=visit.account, changed_at=now
        )
        form = PreferencesForm(
            initial={
                "nickname": nickname_of(held),
                "written_in": held.language,
                "alerts": [alert.value for alert in Alert if getattr(held, f"alert_{alert.value}")],
            }
        )
    return _with_form(request, "portal/contacts/preferences.html", form)


def _with_form(request: HttpRequest, template: str, form: object, **context: object) -> HttpResponse:
    response = page(request, template, resident_of(request), {"form": form, **context})
    response.status_code = REJECTED if request.method == "POST" else 200
    return response


def _fault(fault: Fault) -> str:
    if fault is Fault.WRONG:
        return say(
            "番号が違います。メールをもう一度確かめてください。",
            "This is not the code. Look at the e-mail again.",
            "番号が ちがいます。メールを もう いちど 見て ください。",
        )
    return say(
        "この確認は終わっています。メールアドレスをもう一度入力してください。",
        "This is over. Enter the e-mail address again.",
        "おわって います。メールアドレスを もう いちど 書いて ください。",
    )


_TOO_OFTEN = PageRefused(
    "きょうはもう確認メールを送れません",
    "確認のメールは、1日に5通まで送れます。",
    "明日、もう一度試してください。",
    "メールが届かないときは、迷惑メールの設定と、入力したアドレスを確かめてください。",
    reason="too_often",
    status=429,
    english=Said(
        "No more e-mails can be sent today",
        "Five e-mails a day can be sent to confirm an address.",
        (
            "Try again tomorrow.",
            "If no e-mail arrives, look at your spam folder and at the address you entered.",
        ),
    ),
    easy=Said(
        "きょうは もう メールを おくれません", "1日に 5回までです。", ("あした もう いちど して ください。",)
    ),
)
