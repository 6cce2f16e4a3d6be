"""Certificates for this device: it makes keys, the holder of a card applies for them."""

from __future__ import annotations

import secrets

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from mynumber.foundation.smartcard import CardPins, KeyName, PinName
from mynumber.protocols.card_handover import HandedCard
from mynumber.protocols.sign_in import SignInRefused
from mynumber.wallet.cards import Event, HeldCard
from mynumber.wallet.forms import CardChoice, PhoneForm
from mynumber.wallet.phone import PhoneKeys, apply, sign_application
from mynumber.wallet.views.common import UNPROCESSABLE, SeeOther, chosen_card, folder, now, page, portals
from mynumber.wallet.views.entering import Entry, remember, use_card
from mynumber.wallet.words import Act, stopped
from mynumber.webkit import logs

_log = logs.get_logger(__name__)

PINS = (PinName.SIGNATURE,)


@page("GET", "POST")
def phone_page(request: HttpRequest) -> HttpResponseBase:
    """Choose a card, a name and two PINs for the device; apply; keep the certificates."""
    card = chosen_card(request, PINS, phones=False)
    if isinstance(card, CardChoice):
        return _show(request, choice=card)
    form = PhoneForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        token_id = _apply(card, form)
        if token_id is not None:
            return SeeOther(f"{reverse('card', args=[token_id])}?done=phone")
    return _show(request, card=folder().card(card.id), form=form)


def _apply(card: HeldCard, form: PhoneForm) -> str | None:
    """Id of the new token in this device; None when the form says why there is none."""
    keys = PhoneKeys.make()
    application = keys.application(form.cleaned_data["device"], at=now())
    password = form.pin("card_password")
    asked = use_card(
        Entry(card, form, field="card_password"), lambda here: sign_application(application, here, password)
    )
    if asked is None:
        return None
    remember(card.id, {KeyName.SIGNATURE: asked.certificate})
    # Before the application goes out: what may have left the device stands in its history.
    folder().note(card.id, Event.PHONE, now(), application.device)
    pins = CardPins(authentication=form.pin("authentication"), signature=form.pin("signature"))
    try:
        certificates = apply(portals()[0], asked)
        token = keys.token(certificates, pins)
    except SignInRefused as refused:
        words = stopped(refused, Act.PHONE)
        form.add_error(None, f"{words.title}。{words.advice[0]}")
        _log.info("no phone certificates", reason=refused.reason.value)
        return None
    token_id = f"phone-{secrets.token_hex(5)}"
    handed = HandedCard(
        id=token_id, name=application.device, note="この端末の電子証明書", card=token.to_bytes()
    )
    folder().receive(handed, at=now())
    remember(
        token_id,
        {
            KeyName.AUTHENTICATION: certificates.authentication_certificate,
            KeyName.SIGNATURE: certificates.signature_certificate,
        },
    )
    _log.info("phone certificates received")
    return token_id


def _show(
    request: HttpRequest,
    *,
    choice: CardChoice | None = None,
    card: HeldCard | None = None,
    form: PhoneForm | None = None,
) -> HttpResponse:
    context = {
        "choice": choice,
        "card": card,
        "form": form,
        "usable": card is not None and card.usable_for(PINS),
        "has_cards": bool(folder().ids()),
        "several": len(folder().ids()) > 1,
        "back": reverse("device"),
    }
    rejected = any(one is not None and one.is_bound for one in (choice, form))
    return render(request, "wallet/phone.html", context, status=UNPROCESSABLE if rejected else 200)
