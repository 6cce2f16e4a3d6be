"""My cards: each card, its name, its history, changing a PIN, removing it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from mynumber.foundation.smartcard import CardFile, Pin, PinName
from mynumber.wallet.cards import Event
from mynumber.wallet.chip import change_pin
from mynumber.wallet.forms import NameForm, NewPinForm, RemoveForm
from mynumber.wallet.pins import PIN_WORDS
from mynumber.wallet.views.common import UNPROCESSABLE, SeeOther, card_named, folder, now, page, portals
from mynumber.wallet.views.entering import Entry, use_card
from mynumber.webkit import logs

_log = logs.get_logger(__name__)


@page("GET")
def my_cards(request: HttpRequest) -> HttpResponseBase:
    """The cards in this device."""
    return render(
        request, "wallet/cards.html", {"cards": folder().cards(), "portals": portals(), "now": now()}
    )


@page("GET", "POST")
def card_page(request: HttpRequest, card_id: str) -> HttpResponseBase:
    """One card: what it holds, what was done with it here, what it is called."""
    card = card_named(card_id)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": card.name})
    if request.method == "POST" and form.is_valid():
        folder().rename(card_id, form.cleaned_data["name"])
        return SeeOther(f"{reverse('card', args=[card_id])}?done=name")
    context = {
        "card": card,
        "form": form,
        "history": folder().history(card_id),
        "now": now(),
        "done": DONE.get(request.GET.get("done", "")),
    }
    return render(request, "wallet/card.html", context, status=UNPROCESSABLE if form.errors else 200)


DONE = {
    "name": "カードの名前を変えました。",
    "phone": "この端末に電子証明書が入りました。カードがなくても、サインインと署名ができます。",
    **{name.value: f"{words.label}を変えました。" for name, words in PIN_WORDS.items()},
}
"""What a page says after a change, by the word in its address."""


@page("GET", "POST")
def remove_card(request: HttpRequest, card_id: str) -> HttpResponseBase:
    """Take a card out of the device for good, after a page that says what that means."""
    card = card_named(card_id)
    form = RemoveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        folder().remove(card_id)
        _log.info("card removed")
        return SeeOther(reverse("my-cards"))
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "wallet/remove.html", {"card": card, "form": form}, status=status)


@page("GET", "POST")
def change_pin_page(request: HttpRequest, card_id: str, pin: str) -> HttpResponseBase:
    """Change a PIN of which the present one is known. A forgotten one is for the counter."""
    card = card_named(card_id)
    name = next((one for one in PIN_WORDS if one.value == pin and one in {p.name for p in card.pins}), None)
    if name is None:
        raise Http404
    form = NewPinForm(request.POST if request.method == "POST" else None, pin=name, old=True)
    if request.method == "POST" and form.is_valid():
        old, new = form.cleaned_data["old"], form.cleaned_data["new"]
        entry = Entry(card, form, field="old")
        if use_card(entry, lambda here: _change(here, name, old, new)):
            folder().note(card.id, Event.PIN_CHANGED, now(), PIN_WORDS[name].label)
            _log.info("pin changed", kind=name.value)
            return SeeOther(f"{reverse('card', args=[card_id])}?done={name.value}")
        card = folder().card(card_id)
    context = {
        "card": card,
        "stand": card.stand(name),
        "words": PIN_WORDS[name],
        "form": form,
        "heading_words": f"{PIN_WORDS[name].label}を変える",
    }
    return render(request, "wallet/change_pin.html", context, status=UNPROCESSABLE if form.errors else 200)


def _change(here: CardFile, name: PinName, old: Pin, new: Pin) -> bool:
    change_pin(here, name, old, new)
    return True
