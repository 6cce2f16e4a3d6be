"""Pages on which a draft is checked, sent, or shown at the counter."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mynumber.foundation.procedures.definition import Signature
from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import SeeOther, resident_of
from mynumber.institutions.portal.applications import (
    committing,
    counter,
    drafts,
    kept,
    received,
)
from mynumber.institutions.portal.applications.committing import NotReady
from mynumber.institutions.portal.applications.drafts import NotOpen
from mynumber.institutions.portal.applications.received import NotUsable
from mynumber.institutions.portal.applications.view_parts import (
    closed,
    editable,
    moment,
    not_usable,
    own,
    words_of,
)
from mynumber.institutions.portal.proxies import filing
from mynumber.webkit.access import resident_only
from mynumber.webkit.errors import PageRefused, Said
from mynumber.webkit.face.journey import (
    AnswerGroup,
    CardPin,
    CardTap,
)
from mynumber.webkit.face.language import say, spoken
from mynumber.webkit.filling import pages
from mynumber.webkit.filling import showing as filled


@resident_only
@require_safe
def check(request: HttpRequest, ident: UUID) -> HttpResponse:
    """Check your answers."""
    now = moment()
    held = own(request, ident)
    if not held.editing:
        return SeeOther(reverse("application", args=[held.pk]))
    content = kept.content_of(held)
    reading = drafts.reading_of(held, content, now=now)
    groups = []
    spoke = spoken()
    for each, fields in pages.sections(reading.procedure):
        url = reverse("application-section", args=[held.pk, each.id])
        corrected = f"!{each.id}" in content.seen
        for title, lines in filled.answers_of(fields, reading, content, change=url, corrected=corrected):
            whole = each.title.in_language(spoke)
            groups.append(AnswerGroup(f"{whole}：{title}" if title else whole, lines))
    looks_only = filing.of(held) is not None and resident_of(request).actor is None
    try:
        committing.complete_reading(held, now=now)
        ready = not looks_only
    except NotReady:
        ready = False
    signs = reading.procedure.signature is Signature.SIGNATURE
    purpose = say("申請に署名して送る", "Sign and send") if signs else say("申請を送る", "Send")
    context = words_of(held) | {
        "groups": groups,
        "ready": ready,
        "looks_only": looks_only,
        "back": "back" in request.GET,
        "papers": [drafts.paper_name(one) for one in held.papers.order_by("uploaded_at")],
        "missing_papers": [one.label.in_language(spoke) for one in drafts.missing_papers(held, reading)],
        "signs": signs,
        "step": CardTap(purpose, CardPin.SIGNATURE if signs else CardPin.AUTHENTICATION),
    }
    return page(request, "portal/applications/check.html", resident_of(request), context)


@resident_only
@require_POST
def sign(request: HttpRequest, ident: UUID) -> HttpResponse:
    """To the device: sign, or show the same card again."""
    now = moment()
    held = editable(request, ident)
    try:
        reading = committing.complete_reading(held, now=now)
        received.require_sound(held, now=now)
        summary = filled.summary(reading, kept.content_of(held))
        return SeeOther(committing.ask_to_commit(request, held, summary=summary, now=now))
    except NotReady:
        raise PageRefused(
            "まだ送れません",
            "入力していないところか、出していない書類があります。",
            "申請のページで、残っていることを確かめてください。",
            reason="not_ready",
            status=409,
            english=Said(
                "It cannot be sent yet",
                "An answer or a paper is missing.",
                ("See on the application's page what is left.",),
            ),
            easy=Said(
                "まだ おくれません",
                "書いて いない ところか、出して いない 書類が あります。",
                ("申請の ページで、のこりを 見て ください。",),
            ),
        ) from None
    except NotUsable as no:
        raise not_usable(no.sentence) from None


@resident_only
@require_POST
def take_back(request: HttpRequest, ident: UUID) -> HttpResponse:
    """Go on by oneself with what the counter has."""
    held = own(request, ident)
    try:
        counter.take_back(held, now=moment())
    except NotOpen:
        raise closed(held) from None
    return SeeOther(reverse("application", args=[ident]))


@resident_only
@require_POST
def code(request: HttpRequest, ident: UUID) -> HttpResponse:
    """A code to show at the counter; it is on this page only."""
    held = editable(request, ident)
    try:
        made = counter.new_code(held, now=moment())
    except NotOpen:
        raise closed(held) from None
    shown = "-".join(made[at : at + 4] for at in range(0, len(made), 4))
    return page(
        request, "portal/applications/code.html", resident_of(request), words_of(held) | {"code": shown}
    )
