"""What the pages share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from mynumber.foundation.smartcard import CardFileProblem, CardFileUnusable, PinName
from mynumber.protocols import sign_in, signing
from mynumber.protocols.sign_in import PortalClient, SignInRefused
from mynumber.wallet.cards import CardFolder, HeldCard
from mynumber.wallet.forms import CardChoice
from mynumber.wallet.words import Act, stopped
from mynumber.webkit.access import public
from mynumber.webkit.errors import PageRefused

UNPROCESSABLE = 422
"""A form that was rejected is shown again with this status."""

V = TypeVar("V", bound=Callable[..., HttpResponseBase])


class SeeOther(HttpResponseRedirect):
    """303: go on with GET, so that the browser never repeats the PIN form elsewhere."""

    status_code = 303


def page(*methods: str) -> Callable[[V], V]:
    """A page of the device: never stored, nothing typed in a report, and open, because this is the holder's own screen."""

    def decorate(view: V) -> V:
        @wraps(view)
        def with_its_card(*args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return view(*args, **kwargs)
            except CardFileUnusable as unusable:
                if unusable.problem is CardFileProblem.MISSING:
                    raise card_away() from None
                raise

        allowed = [*methods, "HEAD"] if "GET" in methods else list(methods)
        guarded = never_cache(sensitive_post_parameters()(require_http_methods(allowed)(with_its_card)))
        return cast("V", public(guarded))

    return decorate


def folder() -> CardFolder:
    """The cards of this device."""
    return CardFolder(settings.WALLET_CARDS)


def portals() -> tuple[PortalClient, ...]:
    """The portals this device works with."""
    known: tuple[PortalClient, ...] = settings.WALLET_PORTALS
    return known


def now() -> datetime:
    """The present time."""
    return datetime.now(UTC)


def card_away() -> PageRefused:
    """The card was taken away while it was used. Nothing goes out without it: what leaves the device is noted with the card first."""
    return PageRefused(
        "カードが取り出されました",
        "使っている途中で、カードがこの端末からなくなりました。安全のため止めました。相手には何も送っていません。",
        "カードを入れなおしてから、はじめからやり直してください。",
        "自分で取り出していないときは、「わたしのカード」で、入っているカードを確かめてください。",
        reason="card_away",
        status=409,
    )


def card_named(card_id: str) -> HeldCard:
    """The card of that id, or the page that says there is none."""
    try:
        return folder().card(card_id)
    except CardFileUnusable:
        raise PageRefused(
            "そのカードはこの端末にありません",
            "消したか、アドレスが違います。",
            "「わたしのカード」で、入っているカードを確かめてください。",
            reason="unknown_card",
            status=404,
        ) from None


def chosen_card(
    request: HttpRequest, needs: Sequence[PinName], *, phones: bool = True
) -> HeldCard | CardChoice:
    """The card that the query or the form names; the only one that can do it; or a form to choose one."""
    cards = [card for card in folder().cards() if phones or not card.is_phone]
    given = request.POST if request.method == "POST" else request.GET
    asked = given.get("card")
    if asked == "" and request.method != "POST":
        return CardChoice(cards=cards, needs=needs)
    if asked is not None or "choose" in given:
        form = CardChoice({"card": asked or ""}, cards=cards, needs=needs)
        if form.is_valid():
            found = next(card for card in cards if card.id == form.cleaned_data["card"])
            if found.usable_for(needs) or request.method == "POST":
                return found
            form.add_error("card", f"このカードは使えません（{found.state_words(needs)}）。")
        return form
    usable = [card for card in cards if card.usable_for(needs)]
    return usable[0] if len(usable) == 1 else CardChoice(cards=cards, needs=needs)


def language_next(request: HttpRequest, asked: sign_in.SignInRequest | signing.SigningRequest) -> str:
    """The address at which a page of a request speaks another language: also after its form was rejected."""
    given = request.POST if request.method == "POST" else request.GET
    query = {"request": asked.request_id, "portal": asked.portal}
    return f"{request.path}?{urlencode(query | ({'card': card} if (card := given.get('card')) else {}))}"


def refusal_page(
    request: HttpRequest, portal: PortalClient | None, refused: SignInRefused, act: Act
) -> HttpResponse:
    """What stopped, why, and what to do."""
    context = {"words": stopped(refused, act), "portal": portal, "reason": refused}
    return render(request, "wallet/stopped.html", context, status=sign_in.STATUS[refused.reason])
