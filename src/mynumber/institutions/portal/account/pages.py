"""How a page of the portal is rendered: with the visit, if there is one; and how a browser is sent on after a form."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from mynumber.institutions.portal.account.sessions import Visit
from mynumber.protocols import sign_in, signing
from mynumber.protocols.sign_in import SignInRequest
from mynumber.protocols.signing import SigningRequest
from mynumber.webkit.environment import default_public_url, origin
from mynumber.webkit.face.language import SOURCE
from mynumber.webkit.face.mould import filled


def page(
    request: HttpRequest, template: str, visit: Visit | None, context: Mapping[str, object] | None = None
) -> HttpResponse:
    """Render a template with `visit` in its context. Where support staff stands beside, it learns which page this is (`helpdesk.beside`)."""
    if visit is not None and visit.support_until is not None:
        from mynumber.institutions.portal.helpdesk import beside

        beside.watch(request, context or {})
    return render(request, template, {"visit": visit, **(context or {})})


def onward(address: str, *, to: str = "") -> HttpResponse:
    """A page that leads on by itself to `address`; `to` names the service there.

    Not a redirect: browsers hold every redirect after a form against the form-action of the page with the form, and that page does
    not know the services.
    """
    named = {"to": to} if to else {}
    return HttpResponse(filled("portal/onward.html", {"is_named": bool(to)}, {"address": address, **named}))


def wallet_origin() -> str:
    """Public origin of the resident's device."""
    return origin(settings.PUBLIC_URLS.get("wallet", default_public_url("wallet")))


def device_url(asked: SignInRequest | SigningRequest) -> str:
    """Where the browser goes for the card; the device begins in the language of this page (`ui_locales`, as OpenID Connect names it)."""
    if isinstance(asked, SigningRequest):
        url = signing.wallet_url(wallet_origin(), asked)
    else:
        url = sign_in.wallet_url(wallet_origin(), asked)
    return f"{url}&{urlencode({'ui_locales': translation.get_language() or SOURCE})}"
