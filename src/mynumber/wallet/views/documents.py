"""Signing files at the device. They never leave it."""

from __future__ import annotations

from pathlib import PurePath

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

from mynumber.foundation.documents import BadSignature, DocumentFacts, DocumentRefused, describe
from mynumber.foundation.smartcard import KeyName, PinName
from mynumber.wallet.cards import Event, HeldCard
from mynumber.wallet.documents import Documents, Draft, NoDocument, SignedFile, sign_file
from mynumber.wallet.forms import CardChoice, FileForm, PinForm
from mynumber.wallet.views.common import UNPROCESSABLE, SeeOther, chosen_card, folder, now, page
from mynumber.wallet.views.entering import Entry, remember, use_card
from mynumber.wallet.words import DOCUMENT_REFUSED
from mynumber.webkit import logs
from mynumber.webkit.errors import PageRefused

_log = logs.get_logger(__name__)

PINS = (PinName.SIGNATURE,)


@page("GET", "POST")
def documents_page(request: HttpRequest) -> HttpResponseBase:
    """Choose a file of this device."""
    documents = _documents()
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        content = file.read()
        try:
            facts = describe(content)
        except DocumentRefused as refused:
            form.add_error("file", DOCUMENT_REFUSED[refused.reason])
        else:
            # Of a browser's name for the file only the last part, in characters that can be shown.
            name = (
                "".join(one for one in PurePath(file.name or "").name if one.isprintable())[:100]
                or "ファイル"
            )
            draft = documents.add(name, content, facts.kind, at=now())
            return SeeOther(reverse("document", args=[draft.id]))
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "wallet/documents.html", {"form": form}, status=status)


@page("GET", "POST")
def document_page(request: HttpRequest, draft_id: str) -> HttpResponseBase:
    """What the file is and what a signature says; sign it, take it away."""
    draft = _draft(draft_id)
    content = _documents().content(draft)
    if request.method == "POST" and request.POST.get("act") == "discard":
        _documents().forget(draft)
        return SeeOther(reverse("documents"))
    facts = describe(content)
    if draft.signed_by:
        return render(request, "wallet/document_signed.html", {"draft": draft, "facts": facts})
    card = chosen_card(request, PINS)
    if isinstance(card, CardChoice):
        return _show(request, draft, facts, choice=card)
    form = PinForm(request.POST if request.method == "POST" else None, pins=PINS, hidden={})
    if request.method == "POST" and form.is_valid():
        signed = _sign(draft, content, card, form)
        if signed is not None:
            remember(card.id, {KeyName.SIGNATURE: signed.certificate})
            folder().note(card.id, Event.SIGNED_FILE, now(), draft.name)
            _documents().keep_signed(draft, signed.content, card=card.name)
            _log.info("file signed", kind=draft.kind.value)
            return SeeOther(reverse("document", args=[draft.id]))
    return _show(request, draft, facts, card=folder().card(card.id), form=form)


@page("GET")
def signed_file(request: HttpRequest, draft_id: str) -> HttpResponseBase:
    """The result, as a file."""
    draft = _draft(draft_id)
    try:
        content = _documents().signed(draft)
    except NoDocument:
        raise _gone() from None
    kind = "application/pdf" if draft.is_pdf else "application/pkcs7-signature"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, draft.signed_name) or "attachment"
    return response


def _sign(draft: Draft, content: bytes, card: HeldCard, form: PinForm) -> SignedFile | None:
    password = form.pin(PinName.SIGNATURE)
    try:
        return use_card(Entry(card, form), lambda here: sign_file(content, draft, here, password, at=now()))
    except DocumentRefused as refused:
        form.add_error(None, DOCUMENT_REFUSED[refused.reason])
    except BadSignature:
        form.add_error(None, "カードの署名が、証明書と合いません。市区町村の窓口にご相談ください。")
    return None


def _show(
    request: HttpRequest,
    draft: Draft,
    facts: DocumentFacts,
    *,
    choice: CardChoice | None = None,
    card: HeldCard | None = None,
    form: PinForm | None = None,
) -> HttpResponse:
    several = len(folder().ids()) > 1
    context: dict[str, object] = {"draft": draft, "facts": facts, "back": reverse("documents")}
    context |= {"has_cards": bool(folder().ids()), "several": several, "choice": choice}
    if card is not None and form is not None:
        context |= {
            "card": card,
            "form": form,
            "pin_fields": form.pin_fields(),
            "usable": card.usable_for(PINS),
        }
    rejected = any(one is not None and one.is_bound for one in (choice, form))
    return render(request, "wallet/document.html", context, status=UNPROCESSABLE if rejected else 200)


def _documents() -> Documents:
    return Documents(settings.WALLET_DOCUMENTS)


def _draft(draft_id: str) -> Draft:
    try:
        return _documents().draft(draft_id)
    except NoDocument:
        raise _gone() from None


def _gone() -> PageRefused:
    return PageRefused(
        "そのファイルは、もうこの端末にありません",
        "ファイルは、選んでから30分で消えます。",
        "「署名」で、ファイルを選びなおしてください。",
        reason="no_document",
        status=404,
    )
