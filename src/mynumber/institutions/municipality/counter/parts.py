"""What the counter's pages share: who acts, whom it is about, how a refusal of J-LIS reads."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse

from mynumber.foundation.numbers import find
from mynumber.institutions.municipality.counter import desk as desks
from mynumber.institutions.municipality.counter.words import why_refused
from mynumber.institutions.municipality.register.models import Person
from mynumber.protocols.card_life import CardStanding
from mynumber.protocols.refusal import Refused
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.staff.models import StaffMember

CLERKS: Final = ("case_worker", "supervisor")
"""Roles that act; an auditor reads."""
NO_NUMBER: Final = PageRefused(
    "まだ申請できません",
    "この人には、まだ個人番号がありません。",
    "番号の付番が終わってから、もう一度申請してください。",
    reason="no number",
    status=409,
)


def jlis_said_no(refused: Refused) -> PageRefused:
    """The page for a refusal of J-LIS, or for its silence."""
    return PageRefused(
        "J-LISが受け付けませんでした",
        why_refused(refused),
        "住民のページで、カードの状態を確かめてください。",
        "つながらないときは、少し待ってからやり直してください。",
        reason=refused.reason.value,
        hop=refused.hop.label_ja,
        status=502 if not refused.is_signed else 409,
    )


def sent(request: HttpRequest) -> QueryDict | None:
    """What was sent; an empty form is a form as well."""
    return request.POST if request.method == "POST" else None


def staff_of(request: HttpRequest) -> StaffMember:
    """Who acts."""
    staff: StaffMember = request.staff  # type: ignore[attr-defined]  # set by StaffMiddleware; the mark is checked
    return staff


def person_of(addressee: str) -> Person:
    """Whom it is about. Raises Http404."""
    return get_object_or_404(Person, addressee=addressee)


def resident_of(addressee: str) -> Person:
    """The same, if they live here. Raises Http404, PageRefused."""
    person = person_of(addressee)
    if not person.is_resident:
        raise PageRefused(
            "住民ではありません",
            "転出または死亡により、住民票が消除されています。",
            "住民のページで確かめてください。",
            reason="not here",
            status=409,
        )
    return person


def with_card(addressee: str) -> tuple[Person, CardStanding]:
    """Whom it is about, with the card in use. Raises Http404, PageRefused."""
    person = person_of(addressee)
    desk = desks.look(person)
    if desk.problem:
        raise PageRefused(
            "いまは届出を受けられません",
            desk.problem,
            "急ぐときは、J-LISの紛失受付（24時間）に電話してください。",
            reason="jlis says nothing",
            status=503,
        )
    if desk.card is None:
        raise PageRefused(
            "使われているカードがありません",
            "この人には、いま使えるカードも、一時停止中のカードもありません。",
            "住民のページで確かめてください。",
            reason="not here",
            status=409,
        )
    return person, desk.card


def back_to(tenant: str, addressee: str, done: str) -> HttpResponse:
    """Back to the resident's page, which says what was done."""
    return HttpResponseRedirect(reverse("counter:card-resident", args=[tenant, addressee]) + f"?done={done}")


def town_context(tenant: str) -> dict[str, object]:
    """What every page of the counter needs."""
    return {"town": find(tenant).full_name, "cards_url": reverse("counter:cards", args=[tenant])}


def person_context(tenant: str, person: Person) -> dict[str, object]:
    """What a page about a resident needs."""
    return {
        **town_context(tenant),
        "person": person,
        "resident_url": reverse("counter:card-resident", args=[tenant, person.addressee]),
    }
