"""The page of an offer: what, why, until when; one button leads to the card and to the filled draft."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mynumber.foundation.procedures.definition import Procedure
from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import SeeOther, resident_of
from mynumber.institutions.portal.applications import committing
from mynumber.institutions.portal.applications.models import Application
from mynumber.institutions.portal.home import offering
from mynumber.institutions.portal.home.offering import NoOffer
from mynumber.institutions.portal.notices import inbox
from mynumber.institutions.portal.notices.inbox import Kept
from mynumber.webkit.access import resident_only
from mynumber.webkit.face.journey import CardPin, CardTap
from mynumber.webkit.face.language import say, spoken


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, notice: UUID) -> HttpResponse:
    """Read it, take it up, or say that it is not wanted."""
    now, account = datetime.now(UTC), resident_of(request).account
    try:
        held, procedure = offering.find(account, notice, now=now)
    except NoOffer:
        raise Http404 from None
    if request.method == "POST" and "decline" in request.POST:
        offering.decline(account, held, now=now)
        return SeeOther(reverse("home"))
    if request.method == "POST":
        application = offering.accept(account, held, procedure, now=now)
        if application.is_draft and application.agreed_at is None:
            return SeeOther(committing.ask_consent(request, application, title=procedure.title.ja, now=now))
        return SeeOther(reverse("application", args=[application.pk]))
    inbox.note_read(account, notice, now=now)
    return page(request, "portal/home/offer.html", resident_of(request), _context(held, procedure, request))


def _context(held: Kept, procedure: Procedure, request: HttpRequest) -> dict[str, object]:
    account = resident_of(request).account
    going = Application.objects.filter(account=account, procedure=procedure.id, live=True).first()
    return {
        "notice": held.notice,
        "offer": held.offer,
        "procedure": procedure,
        "title": procedure.title.in_language(spoken()),
        "filled": offering.labels(procedure, held, spoken()),
        "going": going,
        "declined": held.act == "declined",
        "step": CardTap(
            say("あなたを確かめ、申請の下書きを開く", "Identify you, and open the draft"),
            CardPin.SIGNATURE,
            before=CardPin.AUTHENTICATION,
        ),
    }
