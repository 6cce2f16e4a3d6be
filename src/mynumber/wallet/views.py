"""Pages of the device. All are public: this is the holder's own screen, and what guards a card is its PIN."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from mynumber.foundation.smartcard import CardError, Pin, PinBlocked, WrongPin
from mynumber.protocols import sign_in
from mynumber.protocols.sign_in import PortalClient, SignInRefused, SignInRequest
from mynumber.wallet import signing
from mynumber.wallet.cards import CardFolder, CardUnusable
from mynumber.wallet.forms import PinForm
from mynumber.wallet.portals import portal_of
from mynumber.wallet.words import CANNOT_CHECK, CARD_DAMAGED, STOPPED, TRIES_WORDS, UNCHECKED
from mynumber.webkit import logs
from mynumber.webkit.access import public

_log = logs.get_logger(__name__)


class SeeOther(HttpResponseRedirect):
    """303: go on with GET, so that the browser never repeats the PIN form elsewhere."""

    status_code = 303


@public  # the holder's own screen
@never_cache
@require_safe
def my_cards(request: HttpRequest) -> HttpResponse:
    """The cards in this device."""
    return render(request, "wallet/cards.html", {"cards": _folder().cards(), "portals": _portals()})


@public  # the holder's own screen; the PIN is what protects the card
@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponseBase:
    """Show what is to be signed and for whom; with card and PIN sign it and go back to the portal."""
    given = request.POST if request.method == "POST" else request.GET
    portal = None
    try:
        portal = portal_of(_portals(), given.get("portal", ""))
        asked = portal.fetch(given.get("request", ""), now=_now())
        if request.method == "POST":
            return _sign(request, portal, asked)
        return _ask(request, asked, None)
    except SignInRefused as refused:
        _log.info("sign-in stopped", reason=refused.reason.value)
        return _stopped(request, portal, refused)


def _sign(request: HttpRequest, portal: PortalClient, asked: SignInRequest) -> HttpResponse:
    signing.require_shown(asked, request.POST.get("shown", ""))
    form = PinForm(request.POST, cards=_folder().cards())
    if not form.is_valid():
        return _ask(request, asked, form)
    pin: Pin = form.cleaned_data["pin"]
    try:
        with _folder().insert(form.cleaned_data["card"]) as reader:
            response = signing.answer(asked, reader, pin)
    except WrongPin as wrong:
        form.add_error("pin", TRIES_WORDS.format(remaining=wrong.remaining))
        return _ask(request, asked, form)
    except PinBlocked:
        return _ask(request, asked, form, blocked=True)
    except (CardUnusable, CardError):
        form.add_error("card", CARD_DAMAGED)
        return _ask(request, asked, form)
    accepted = portal.respond(asked, response)
    _log.info("sign-in answered")
    return SeeOther(sign_in.finish_url(asked, accepted))


def _ask(
    request: HttpRequest, asked: SignInRequest, tried: PinForm | None, *, blocked: bool = False
) -> HttpResponse:
    """The page with the statement and the form. The cards are read anew: their counters may have moved."""
    cards = _folder().cards()
    if tried is None:
        hidden = {"request": asked.request_id, "portal": asked.portal, "shown": signing.mark_of(asked)}
        form = PinForm(initial=hidden, cards=cards)
    else:
        form = tried
        form.offer(cards)
    context = {
        "asked": asked,
        "expiry": asked.expiry,
        "statement": sign_in.statement(asked),
        "form": form,
        "cards": cards,
        "usable": any(card.usable for card in cards),
        "just_blocked": blocked,
        "any_blocked": any(card.blocked for card in cards),
    }
    return render(request, "wallet/sign_in.html", context)


def _stopped(request: HttpRequest, portal: PortalClient | None, refused: SignInRefused) -> HttpResponse:
    words = CANNOT_CHECK if refused.detail in UNCHECKED else STOPPED[refused.reason]
    context = {"words": words, "portal": portal, "reason": refused}
    return render(request, "wallet/stopped.html", context, status=sign_in.STATUS[refused.reason])


def _folder() -> CardFolder:
    return CardFolder(settings.WALLET_CARDS)


def _portals() -> tuple[PortalClient, ...]:
    portals: tuple[PortalClient, ...] = settings.WALLET_PORTALS
    return portals


def _now() -> datetime:
    return datetime.now(UTC)
