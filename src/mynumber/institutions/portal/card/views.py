"""Pages of the resident's card."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import JAPAN, Level, SeeOther, resident_of
from mynumber.institutions.portal.card import asking, telling
from mynumber.protocols.card_life import CardState
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.access import resident_only
from mynumber.webkit.errors import PageRefused, Said
from mynumber.webkit.face.language import say


@resident_only(level=Level.PASSKEY)
@transaction.non_atomic_requests  # J-LIS is asked
@require_safe
def card(request: HttpRequest) -> HttpResponse:
    """My card: how it stands, what happened, what to do."""
    visit = resident_of(request)
    today = datetime.now(JAPAN).date()
    context: dict[str, object] = {"reported": "reported" in request.GET}
    try:
        standings = asking.cards_of(visit.account.certificate_serial)
    except Refused as refused:
        context["problem"] = _why(refused)
        return page(request, "portal/card/card.html", visit, context)
    cards = tuple(telling.tell(standing, today=today) for standing in standings)
    shown = tuple(told for told in cards if told.is_in_use) or cards[:1]
    context |= {
        "cards": shown,
        "others": [told for told in cards if told not in shown],
        "advice": telling.advice(cards, today=today),
        "may_report": any(told.standing.state is CardState.HANDED_OVER for told in cards),
        "read_at": datetime.now(UTC),
    }
    return page(request, "portal/card/card.html", visit, context)


@resident_only(level=Level.PASSKEY)
@transaction.non_atomic_requests  # J-LIS is asked
@require_http_methods(["GET", "HEAD", "POST"])
def loss(request: HttpRequest) -> HttpResponse:
    """紛失の届出: asked once more, then at once. A visit by passkey may do it as well: whoever lost the card has nothing else."""
    visit = resident_of(request)
    if request.method != "POST":
        return page(request, "portal/card/loss.html", visit)
    try:
        asking.report_loss(visit.account.certificate_serial)
    except Refused as refused:
        raise PageRefused(
            "カードを止められませんでした",
            _why(refused),
            "急ぐときは、J-LISの紛失受付（24時間）か、市区町村の窓口に電話してください。",
            "カードのページで、いまの状態を確かめてください。",
            reason=refused.reason.value,
            status=409 if refused.is_signed else 503,
            hop=refused.hop.label_ja,
            english=Said(
                "The card has not been suspended",
                _why(refused),
                (
                    "If it is urgent, call the loss desk of J-LIS (24 hours) or your municipality.",
                    "See on the page of the card how it stands.",
                ),
            ),
            easy=Said(
                "カードを 止められませんでした",
                _why(refused),
                ("いそぐ ときは、J-LISか 市役所に 電話して ください。",),
            ),
        ) from None
    return SeeOther(reverse("card") + "?reported=1")


def _why(refused: Refused) -> str:
    if (refused.hop, refused.reason) == (Hop.JLIS, Reason.UNKNOWN_RECORD):
        return say(
            "サインインに使った電子証明書のカードの記録が、J-LISに見つかりません。",
            "J-LIS has no record of the card with which you signed in.",
            "この カードの きろくが ありません。",
        )
    if (refused.hop, refused.reason) == (Hop.JLIS, Reason.NOT_ENTITLED):
        return say(
            "このカードは、いま止められる状態ではありません。すでに終わったカードかもしれません。",
            "This card cannot be suspended as it stands. It may be at its end already.",
            "この カードは いま 止められません。もう つかえない カードかも しれません。",
        )
    return say(
        f"{refused.hop.label_ja}：{refused.reason.sentence_ja}",
        "J-LIS, or the way to it, did not answer.",
        "J-LISから こたえが ありません。",
    )
