"""Pages on the way of a resident into a service, and the page of the services they are linked with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Error
from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.institutions.portal.account import signing_in
from mynumber.institutions.portal.account.pages import device_url, onward, page
from mynumber.institutions.portal.account.sessions import (
    Level,
    SeeOther,
    browser_secret,
    forget_old_sessions,
    known_browser,
    resident_of,
)
from mynumber.institutions.portal.account.trust import TrustUnavailable, current_trust
from mynumber.institutions.portal.account.words import UNCHECKABLE
from mynumber.institutions.portal.identity import (
    interactions,
    linkages,
    moving_on,
    requests,
    sign_transactions,
    tokens,
)
from mynumber.institutions.portal.identity.api import lists
from mynumber.institutions.portal.identity.claims import SCOPES, attributes_for
from mynumber.institutions.portal.identity.engine import server, single_values
from mynumber.institutions.portal.identity.interactions import Answered
from mynumber.institutions.portal.identity.models import Client, Disclosure, Interaction, Linkage
from mynumber.institutions.portal.identity.requests import Asked
from mynumber.institutions.portal.identity.words import gone, refused, scope_words, shown_values
from mynumber.protocols.signing import Document
from mynumber.webkit import logs
from mynumber.webkit.access import public, resident_only
from mynumber.webkit.environment import origin
from mynumber.webkit.face.language import say_later
from mynumber.webkit.face.mould import filled
from mynumber.webkit.headers import never_kept

DISCLOSURES_SHOWN = 50

_log = logs.get_logger(__name__)


@public  # where a service sends a browser; who is there is proven by the card
@csrf_exempt  # a POST only leaves the request, for the GET that follows with this site's cookies
@never_kept
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """The authorization endpoint: check the request, bind it to this browser, show who asks.

    A pushed request is good once, so its page has an address of its own, which may be opened again.
    """
    now = _now()
    tokens.forget_now_and_then(now)
    try:
        if request.method == "POST":
            given = single_values(lists(request.POST))
            asked = requests.check(requests.take(given, now=now))
            handle = requests.keep(asked.parameters, asked.client, now=now)
            query = {"client_id": asked.client.client_id, "request_uri": handle}
            return SeeOther(tokens.with_parameters(reverse("oidc-auth"), query))
        asked = requests.check(requests.take(single_values(lists(request.GET)), now=now))
    except OAuth2Error as error:
        return _refuse(error)
    forget_old_sessions(now)
    browser_secret(request.session)  # made now, so that the session is not written again on the way
    interaction = interactions.begin(asked, request.session, now=now)
    by_visit = _answered_by_visit(request, asked, interaction, now)
    request.session.save()  # in the transaction of the interaction
    if by_visit is not None:
        return by_visit
    if "request_uri" in request.GET:
        return SeeOther(reverse("interaction", args=[interaction.interaction_id]))
    return _begin_page(request, interaction)


def _answered_by_visit(
    request: HttpRequest, asked: Asked, interaction: Interaction, now: datetime
) -> HttpResponse | None:
    """Where the resident chose to move on to this service: the answer, or the page that asks for consent. Else None, and the card is asked for.

    A service that wants no page gets an error instead.
    """
    silent = moving_on.is_silent(asked)
    try:
        visit = moving_on.visit_for(request, asked, now=now)
        moving_on.authenticate(interaction, visit)
        if interactions.is_remembered(interaction, now=now):
            scopes = interactions.scopes_of(interaction)
            return _back(lambda: interactions.agree(interaction, scopes, remember=None, now=now))
        if silent:
            raise moving_on.NotByVisit("consent_required")
    except moving_on.NotByVisit as refused:
        return _refuse(moving_on.refusal(asked, refused.error)) if silent else None
    interactions.keep(interaction)
    return SeeOther(reverse("interaction", args=[interaction.interaction_id]))


@public  # the browser session that began it is the only one that sees it
@never_kept
@require_safe
def interaction_page(request: HttpRequest, interaction_id: str) -> HttpResponse:
    """Before the card: who asks for what. After: what is handed over, or, where that was agreed before, straight back."""
    now = _now()
    interaction = _interaction(request, interaction_id, now)
    just_proven = interaction.account is None
    if just_proven:
        proof = signing_in.take_proof(
            interactions.proof_name(interaction), browser=known_browser(request.session), now=now
        )
        if proof is None:
            return _begin_page(request, interaction)
        interactions.authenticate(interaction, proof)
    if interaction.agreed is not None:
        return _with_signatures(request, interaction, now)
    if interactions.is_remembered(interaction, now=now):
        return _back(
            lambda: interactions.agree(
                interaction, interactions.scopes_of(interaction), remember=None, now=now
            )
        )
    if just_proven:
        interactions.keep(interaction)
    return _consent_page(request, interaction, ConsentForm(interaction))


@public  # as the page
@transaction.non_atomic_requests  # J-LIS may have to be asked
@never_kept
@require_POST
def use_card(request: HttpRequest, interaction_id: str) -> HttpResponse:
    """Send the browser to the holder's device with the service's name in what the card signs."""
    now = _now()
    interaction = interactions.seen_by_browser(interaction_id, request.session, now=now)
    if interaction is None:
        raise gone()
    try:
        current_trust(now)
    except TrustUnavailable:
        raise UNCHECKABLE from None
    asked = signing_in.begin(
        browser=browser_secret(request.session),
        portal=origin(settings.PUBLIC_URL),
        next_path=reverse("interaction", args=[interaction.interaction_id]),
        now=now,
        relying_party=interaction.client.name,
        purpose=f"{interaction.client.name}にサインインする",
        attributes=attributes_for(interactions.scopes_of(interaction)),
        proof_of=interactions.proof_name(interaction),
    )
    return SeeOther(device_url(asked))


@public  # as the page
@never_kept
@require_POST
def answer(request: HttpRequest, interaction_id: str) -> HttpResponse:
    """What the resident decided: the code goes back, or a no."""
    now = _now()
    interaction = _interaction(request, interaction_id, now)
    if request.POST.get("answer") == "no":
        return _lead_back(lambda: interactions.decline(interaction, now=now))
    if interaction.account is None:
        raise gone()
    if interaction.agreed is not None:
        return _to_sign(request, interaction, now)
    form = ConsentForm(interaction, request.POST)
    if not form.is_valid():
        return _consent_page(request, interaction, form, status=422)
    if interactions.SIGN in form.scopes():
        interactions.hold(interaction, form.scopes(), remember=form.remembers())
        return _to_sign(request, interaction, now)
    return _lead_back(
        lambda: interactions.agree(interaction, form.scopes(), remember=form.remembers(), now=now),
    )


def _to_sign(request: HttpRequest, interaction: Interaction, now: datetime) -> HttpResponse:
    """Send the browser to the holder's device with the documents."""
    if interactions.transaction_of(interaction, now=now) is None:
        raise gone()
    asked = interactions.ask_to_sign(
        interaction,
        browser=browser_secret(request.session),
        portal=origin(settings.PUBLIC_URL),
        page=reverse("interaction", args=[interaction.interaction_id]),
        now=now,
    )
    return SeeOther(device_url(asked))


def _with_signatures(request: HttpRequest, interaction: Interaction, now: datetime) -> HttpResponse:
    """Back to the service once the documents are signed; before, the page that offers to sign them."""
    proof = signing_in.take_proof(
        interactions.signing_proof_name(interaction), browser=known_browser(request.session), now=now
    )
    if proof is None:
        return page(request, "portal/identity/sign.html", None, _context(interaction))
    scopes = tuple(str(interaction.agreed).split())
    return _back(
        lambda: interactions.agree(interaction, scopes, remember=interaction.remember, now=now, signed=proof)
    )


class ConsentForm(forms.Form):
    """What of the things asked for the resident hands over; the sign-in itself is not for choice."""

    scopes_given = forms.MultipleChoiceField(
        label=say_later("渡すもの", "What is handed over", "わたす もの"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    remember = forms.BooleanField(
        label=say_later(
            "次からは、同じ内容なら確認しない", "Do not ask again for the same", "つぎから きかない"
        ),
        required=False,
        initial=False,
    )

    def __init__(self, interaction: Interaction, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._asked = interactions.scopes_of(interaction)
        optional = [scope for scope in self._asked if scope != "openid"]
        field = self.fields["scopes_given"]
        values = shown_values(interactions.attributes_of(interaction))
        field.choices = [  # type: ignore[attr-defined]
            (scope, "：".join(filter(None, (scope_words(scope)[0], values.get(scope))))) for scope in optional
        ]
        field.initial = optional
        if not optional:
            del self.fields["scopes_given"]
        if interactions.SIGN in optional:  # each document is a matter of its own
            del self.fields["remember"]

    def remembers(self) -> bool:
        """Whether the resident wants not to be asked again."""
        return bool(self.cleaned_data.get("remember"))

    def scopes(self) -> tuple[str, ...]:
        """openid, and what was ticked, in the order of the request."""
        given = {"openid", *self.cleaned_data.get("scopes_given", [])}
        return tuple(scope for scope in self._asked if scope in given)


@resident_only(level=Level.PASSKEY)
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """連携しているサービス: who may ask, what went out, and the way to end it."""
    visit = resident_of(request)
    linked = Linkage.objects.filter(account=visit.account).select_related("client").order_by("-used_at")
    gone = Disclosure.objects.filter(account=visit.account).order_by("-at")[:DISCLOSURES_SHOWN]
    given = linkages.given_to(visit.account)
    context = {
        "linked": [
            {
                "linkage": one,
                "remembered": _names(one.scopes) if one.remembered_until > _now() else [],
                "given": _names(given.get(one.client_id, "")),
            }
            for one in linked
        ],
        "disclosures": [{"row": row, "names": _names(row.scopes)} for row in gone],
    }
    return page(request, "portal/identity/services.html", visit, context)


@resident_only(level=Level.PASSKEY)
@require_POST
def end_service(request: HttpRequest, client_id: str) -> HttpResponse:
    """連携をやめる."""
    client = Client.objects.filter(pk=client_id).first()
    if client is not None:
        linkages.end(resident_of(request).account, client, now=_now())
    return SeeOther(reverse("services"))


def _interaction(request: HttpRequest, interaction_id: str, now: datetime) -> Interaction:
    interaction = interactions.of_browser(interaction_id, request.session, now=now)
    if interaction is None:
        raise gone()
    return interaction


def _begin_page(request: HttpRequest, interaction: Interaction) -> HttpResponse:
    """Who asks for what. Without documents it is the same for everybody who comes from this service with this request."""
    fixed = {
        "service": interaction.client.name,
        "back_to": interaction.parameters["redirect_uri"],
        "asked": _asked(interaction),
    }
    words = {"interaction_id": interaction.interaction_id, "csrf_token": get_token(request)}
    if documents := _documents(interaction):
        return page(request, "portal/identity/begin.html", None, {**fixed, **words, "documents": documents})
    return HttpResponse(filled("portal/identity/begin.html", fixed, words))


def _consent_page(
    request: HttpRequest, interaction: Interaction, form: ConsentForm, status: int = 200
) -> HttpResponse:
    context = {
        **_context(interaction),
        "form": form,
        "ending": interaction.account and interaction.account.serial_ending,
    }
    response = page(request, "portal/identity/consent.html", None, context)
    response.status_code = status
    return response


def _context(interaction: Interaction) -> dict[str, object]:
    return {
        "interaction": interaction,
        "client": interaction.client,
        "back_to": interaction.parameters["redirect_uri"],
        "asked": _asked(interaction),
        "access_minutes": int(tokens.ACCESS_VALIDITY.total_seconds()) // 60,
        "remembered_days": linkages.REMEMBERED_FOR.days,
        "documents": _documents(interaction),
    }


def _asked(interaction: Interaction) -> tuple[tuple[str, str, str], ...]:
    return tuple((*scope_words(scope), scope) for scope in interactions.scopes_of(interaction))


def _documents(interaction: Interaction) -> list[Document]:
    found = interactions.transaction_of(interaction, now=_now())
    return list(sign_transactions.documents_of(found)) if found else []


def _names(scopes: str) -> list[str]:
    return [scope_words(scope)[0] for scope in scopes.split() if scope in SCOPES]


def _back(answered: Any) -> HttpResponse:
    """Back to the service by redirect: no form stands before this page."""
    try:
        result: Answered = answered()
    except OAuth2Error as error:
        return _refuse(error)
    return result.response


def _lead_back(answered: Any) -> HttpResponse:
    """Back to the service by a page: see `onward`."""
    try:
        result: Answered = answered()
    except OAuth2Error as error:
        return _refuse(error)
    return onward(result.response["Location"], to=result.client.name)


def _refuse(error: OAuth2Error) -> HttpResponse:
    """To the client where its address is known to be its own; else a page here: nobody is sent to an unchecked address."""
    _log.info("authorization request refused", reason=str(error.error))
    if error.redirect_uri:
        response: HttpResponse = server().handle_error_response(None, error)
        return response
    raise refused(str(error.error))


def _now() -> datetime:
    return datetime.now(UTC)
