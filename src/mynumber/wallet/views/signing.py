"""Signing documents for the portal: what, for whom, which card, the signature password; then back to the portal."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from mynumber.foundation.smartcard import KeyName, PinName
from mynumber.protocols import signing as protocol
from mynumber.protocols.sign_in import PortalClient, SignInRefused
from mynumber.protocols.signing import Document, SigningClient, SigningRequest
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

_log = logs.get_logger(__name__)

PINS = (PinName.SIGNATURE,)
LONGEST_TEXT = 20_000
"""Characters of a document's text that the page shows; the rest is in the file."""


@page("GET", "POST")
def signing_page(request: HttpRequest) -> HttpResponseBase:
    """Show each document in words; with card and signature password sign them and go back to the portal."""
    given = request.POST if request.method == "POST" else request.GET
    portal = None
    try:
        portal = portal_of(portals(), given.get("portal", ""))
        asked = SigningClient(portal).fetch(given.get("request", ""), now=now())
        if request.method == "POST":
            signing.require_shown(asked, given.get("shown", ""))
        card = chosen_card(request, PINS)
        if isinstance(card, CardChoice):
            status = UNPROCESSABLE if card.is_bound else 200
            return render(
                request, "wallet/signing.html", {**_context(request, asked), "choice": card}, status=status
            )
        form = _form(request, asked)
        if request.method == "POST" and form.is_valid():
            return _sign(request, portal, asked, card, form)
        return _ask(request, asked, card, form)
    except SignInRefused as refused:
        _log.info("signing stopped", reason=refused.reason.value)
        return refusal_page(request, portal, refused, Act.SIGNING)


@page("GET")
def document_content(request: HttpRequest) -> HttpResponseBase:
    """The bytes of a document that came with the request, as a file: `n` is its place in the list, from 1."""
    portal = None
    try:
        portal = portal_of(portals(), request.GET.get("portal", ""))
        asked = SigningClient(portal).fetch(request.GET.get("request", ""), now=now())
    except SignInRefused as refused:
        return refusal_page(request, portal, refused, Act.SIGNING)
    number = request.GET.get("n", "")
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 3 else 0
    content = asked.documents[place - 1].content if 1 <= place <= len(asked.documents) else None
    if content is None:
        raise Http404
    kind = "pdf" if content.startswith(b"%PDF-") else "bin"
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="document-{place}.{kind}"'},
    )


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document as the page shows it."""

    number: int
    document: Document

    @property
    def digest(self) -> str:
        """Hexadecimal."""
        return self.document.digest.hex()

    @property
    def text(self) -> str:
        """The content where it is plain text, at most so much of it as a page holds."""
        try:
            text = (self.document.content or b"").decode("utf-8")
        except UnicodeDecodeError:
            return ""
        plain = all(character.isprintable() or character in "\n\r\t　" for character in text)
        return text[:LONGEST_TEXT] if plain else ""


def _form(request: HttpRequest, asked: SigningRequest) -> PinForm:
    hidden = {"request": asked.request_id, "portal": asked.portal, "shown": signing.mark_of(asked)}
    return PinForm(request.POST if request.method == "POST" else None, pins=PINS, hidden=hidden)


def _sign(
    request: HttpRequest, portal: PortalClient, asked: SigningRequest, card: HeldCard, form: PinForm
) -> HttpResponse:
    password = form.pin(PinName.SIGNATURE)
    response = use_card(Entry(card, form), lambda here: signing.sign_documents(asked, here, password))
    if response is None:
        return _ask(request, asked, folder().card(card.id), form)
    remember(card.id, {KeyName.SIGNATURE: response.certificate})
    # Before the answer goes out: what may have left the device stands in its history.
    for document in asked.documents:
        folder().note(card.id, Event.SIGNED, now(), f"{asked.relying_party}：{document.name}")
    accepted = SigningClient(portal).respond(asked, response)
    _log.info("signing answered", count=len(asked.documents))
    return SeeOther(protocol.finish_url(asked, accepted))


def _ask(request: HttpRequest, asked: SigningRequest, card: HeldCard, form: PinForm) -> HttpResponse:
    context = {
        **_context(request, asked),
        "card": card,
        "form": form,
        "pin_fields": form.pin_fields(),
        "usable": card.usable_for(PINS),
        "several": len(folder().ids()) > 1,
    }
    return render(request, "wallet/signing.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _context(request: HttpRequest, asked: SigningRequest) -> dict[str, object]:
    return {
        "asked": asked,
        "statement": protocol.statement(asked),
        "documents": [ShownDocument(number, document) for number, document in enumerate(asked.documents, 1)],
        "has_cards": bool(folder().ids()),
        "back": asked.portal,
        "carry": {"request": asked.request_id, "portal": asked.portal},
        "language_next": language_next(request, asked),
    }
