"""Moving on to a linked service without a second sign-in (サインインし直さずに進む).

That somebody is signed in at the portal signs nobody in elsewhere, and no service can find out by itself whether somebody is. Only when the resident chose here to
move on to one service, that service's next request may, once and for a moment, be answered with the visit instead of the card: if its level is enough, the
certificate is still good, and no attributes are asked for, which are on the card alone.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from authlib.oauth2.rfc6749 import OAuth2Error
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from mynumber.institutions.portal.account import trust
from mynumber.institutions.portal.account.pages import onward
from mynumber.institutions.portal.account.sessions import Level, Visit, current_visit, resident_of
from mynumber.institutions.portal.account.trust import TrustUnavailable
from mynumber.institutions.portal.account.words import UNCHECKABLE
from mynumber.institutions.portal.identity import interactions
from mynumber.institutions.portal.identity.addresses import issuer
from mynumber.institutions.portal.identity.claims import ATTRIBUTE_OF
from mynumber.institutions.portal.identity.models import Interaction, Linkage
from mynumber.institutions.portal.identity.requests import Asked
from mynumber.protocols.certification import Purpose
from mynumber.webkit.access import resident_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.errors import Said
from mynumber.webkit.headers import never_kept

WITHIN: Final = timedelta(minutes=2)
"""How long after the choice the service's request may come."""
_CHOSEN: Final = "moving_on"


class NotByVisit(Exception):
    """The visit does not answer this request. `error`: the word of OpenID Connect Core 3.1.2.6 for prompt=none."""

    def __init__(self, error: str) -> None:
        super().__init__(f"not by the visit: {error}")
        self.error = error


@resident_only(level=Level.PASSKEY)
@transaction.non_atomic_requests  # J-LIS is asked whether the card is good
@never_kept
@require_POST
def go(request: HttpRequest, client_id: str) -> HttpResponse:
    """進む: to the page of a linked service that begins its sign-in."""
    visit = resident_of(request)
    linkage = Linkage.objects.select_related("client").filter(account=visit.account, client=client_id).first()
    if linkage is None or not linkage.client.initiate_login_uri:
        raise Http404
    try:
        good = trust.is_good(Purpose.AUTHENTICATION, visit.account.certificate_serial)
    except TrustUnavailable:
        raise UNCHECKABLE from None
    if not good:
        raise PageRefused(
            "このカードでは進めません",
            "カードの電子証明書が、いまは有効ではありません。",
            "新しいカードか、使えるようになったカードでサインインしてください。",
            reason="certificate_not_good",
            status=403,
            english=Said(
                "This card is not in force",
                "The card's certificate is not good now.",
                ("Sign in with a new card, or one that is in force again.",),
            ),
            easy=Said(
                "この カードは つかえません",
                "カードの 電子証明書が いまは つかえません。",
                ("つかえる カードで 入って ください。",),
            ),
        )
    request.session[_CHOSEN] = [client_id, datetime.now(UTC).timestamp()]
    begins = linkage.client.initiate_login_uri
    joint = "&" if "?" in begins else "?"
    return onward(f"{begins}{joint}{urlencode({'iss': issuer()})}", to=linkage.client.name)


def visit_for(request: HttpRequest, asked: Asked, *, now: datetime) -> Visit:
    """The visit that answers this request, used up by this call. Raises NotByVisit."""
    chosen = request.session.pop(_CHOSEN, None) if _CHOSEN in request.session else None
    visit = current_visit(request, now=now) if chosen else None
    if chosen is None or visit is None:
        raise NotByVisit("login_required")
    client_id, at = chosen
    if client_id != asked.client.client_id or now.timestamp() > at + WITHIN.total_seconds():
        raise NotByVisit("login_required")
    parameters = asked.parameters
    if "login" in parameters.get("prompt", "").split() or not visit.level.reaches(
        _wanted(parameters.get("acr_values", ""))
    ):
        raise NotByVisit("login_required")
    longest = parameters.get("max_age", "")
    if longest and not (longest.isdigit() and now - visit.began <= timedelta(seconds=int(longest[:9]))):
        raise NotByVisit("login_required")
    scopes = set(parameters["scope"].split())
    if scopes & set(ATTRIBUTE_OF) or interactions.SIGN in scopes:
        raise NotByVisit("interaction_required")
    return visit


def authenticate(interaction: Interaction, visit: Visit) -> None:
    """The visit stands for the card: with its own level and time."""
    interaction.account = visit.account
    interaction.authenticated_at = visit.began
    interaction.level = visit.level
    interaction.attributes = None


def refusal(asked: Asked, error: str) -> OAuth2Error:
    """For the service, at its own address."""
    return OAuth2Error(
        "The resident has to be asked.",
        error=error,
        redirect_uri=asked.parameters["redirect_uri"],
        state=asked.parameters["state"],
    )


def is_silent(asked: Asked) -> bool:
    """Whether the service wants an answer without any page."""
    return "none" in asked.parameters.get("prompt", "").split()


def _wanted(acr_values: str) -> str:
    """The lowest level that is enough: the card, unless the service says that less will do."""
    return Level.PASSKEY if Level.PASSKEY.value in acr_values.split() else Level.CARD
