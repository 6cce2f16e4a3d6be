"""Signing in: who asks, what for, which card, which PINs; then back to the portal."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation

from mynumber.foundation.smartcard import KeyName, PinName
from mynumber.protocols import sign_in
from mynumber.protocols.sign_in import Attribute, PortalClient, SignInRefused, SignInRequest
from mynumber.wallet import signing
from mynumber.wallet.cards import Event, HeldCard
from mynumber.wallet.forms import CardChoice, PinForm
from mynumber.wallet.portals import portal_of
from mynumber.wallet.views.common import (
    UNPROCESSABLE,
    SeeOther,
    chosen_card,
    folder,
    language_next,
    now,
    page,
    portals,
    refusal_page,
)
from mynumber.wallet.views.entering import Entry, remember, use_card
from mynumber.wallet.words import Act
from mynumber.webkit import logs
from mynumber.webkit.face.language import SOURCE, say_later

_log = logs.get_logger(__name__)

ATTRIBUTE_WORDS = {
    Attribute.NAME: say_later("氏名", "name", "名前"),
    Attribute.ADDRESS: say_later("住所", "address"),
    Attribute.BIRTH_DATE: say_later("生年月日", "date of birth", "生まれた 日"),
    Attribute.SEX: say_later("性別", "sex", "男か 女か"),
}


@page("GET", "POST")
def sign_in_page(request: HttpRequest) -> HttpResponseBase:
    """Show what is to be signed and for whom; with card and PIN sign it and go back to the portal."""
    given = request.POST if request.method == "POST" else request.GET
    portal = None
    try:
        portal = portal_of(portals(), given.get("portal", ""))
        asked = portal.fetch(given.get("request", ""), now=now())
        if request.method == "POST":
            signing.require_shown(asked, given.get("shown", ""))
        card = chosen_card(request, pins_for(asked))
        if isinstance(card, CardChoice):
            return _choose(request, asked, card)
        form = _form(request, asked)
        if request.method == "POST" and form.is_valid():
            return _sign(request, portal, asked, card, form)
        return _ask(request, asked, card, form)
    except SignInRefused as refused:
        _log.info("sign-in stopped", reason=refused.reason.value)
        return refusal_page(request, portal, refused, Act.SIGN_IN)


def pins_for(asked: SignInRequest) -> tuple[PinName, ...]:
    """The PINs that answering takes: with attributes the signature password as well."""
    return (PinName.AUTHENTICATION, PinName.SIGNATURE) if asked.attributes else (PinName.AUTHENTICATION,)


def _form(request: HttpRequest, asked: SignInRequest) -> PinForm:
    hidden = {"request": asked.request_id, "portal": asked.portal, "shown": signing.mark_of(asked)}
    data = request.POST if request.method == "POST" else None
    return PinForm(data, pins=pins_for(asked), hidden=hidden)


def _sign(
    request: HttpRequest, portal: PortalClient, asked: SignInRequest, card: HeldCard, form: PinForm
) -> HttpResponse:
    pins = {name: form.pin(name) for name in pins_for(asked)}
    response = use_card(Entry(card, form), lambda here: signing.answer(asked, here, pins))
    if response is None:
        return _ask(request, asked, folder().card(card.id), form)
    if response.attributes:
        remember(card.id, {KeyName.SIGNATURE: response.attributes.certificate})
    # Before the answer goes out: what may have left the device stands in its history.
    folder().note(card.id, Event.SIGNED_IN, now(), asked.relying_party)
    if asked.attributes:
        folder().note(
            card.id, Event.GAVE_ATTRIBUTES, now(), f"{asked.relying_party}：{_names(asked.attributes)}"
        )
    accepted = portal.respond(asked, response)
    _log.info("sign-in answered")
    return SeeOther(sign_in.finish_url(asked, accepted))


def _choose(request: HttpRequest, asked: SignInRequest, choice: CardChoice) -> HttpResponse:
    status = UNPROCESSABLE if choice.is_bound else 200
    return render(
        request, "wallet/sign_in.html", {**_context(request, asked), "choice": choice}, status=status
    )


def _ask(request: HttpRequest, asked: SignInRequest, card: HeldCard, form: PinForm) -> HttpResponse:
    """The page with the statement, the card and its PINs, as the card is now: its counters may have moved."""
    context = {
        **_context(request, asked),
        "card": card,
        "form": form,
        "pin_fields": form.pin_fields(),
        "usable": card.usable_for(pins_for(asked)),
        "several": len(folder().ids()) > 1,
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "wallet/sign_in.html", context, status=status)


def _context(request: HttpRequest, asked: SignInRequest) -> dict[str, object]:
    return {
        "asked": asked,
        "statement": sign_in.statement(asked),
        "attributes": [ATTRIBUTE_WORDS[attribute] for attribute in asked.attributes],
        "held_back": [
            words for attribute, words in ATTRIBUTE_WORDS.items() if attribute not in asked.attributes
        ],
        "has_cards": bool(folder().ids()),
        "back": asked.portal,
        "carry": {"request": asked.request_id, "portal": asked.portal},
        "language_next": language_next(request, asked),
    }


def _names(attributes: Sequence[Attribute]) -> str:
    with translation.override(SOURCE):  # what the device keeps is Japanese, whoever reads now
        return "、".join(str(ATTRIBUTE_WORDS[attribute]) for attribute in attributes)
