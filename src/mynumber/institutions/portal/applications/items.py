"""What applications put on the first page: corrections and drafts to do, what is under way and who has it, decisions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.urls import reverse

from mynumber.foundation.procedures.deadlines import window
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.applications import drafts, kept, showing
from mynumber.institutions.portal.applications.models import Application, Standing
from mynumber.institutions.portal.home.items import Item, Place
from mynumber.institutions.portal.proxies import filing
from mynumber.webkit.face.language import say, spoken

NEWS: Final = timedelta(days=30)
"""How long a decision is new."""
MOST: Final = 50
_WAITING: Final = {
    Standing.SENDING: ("役所へ送っています。", "On its way to the office.", "おくって います。"),
    Standing.UNDER_WAY: ("役所が審査しています。", "The office examines it.", "やくしょが しらべて います。"),
}


def items(account: Account, now: datetime) -> list[Item]:
    """One query; a draft is opened to see until when it has to be sent."""
    # Drafts of a set of a life event (bundles) are told by the set.
    of_a_set = Q(standing=Standing.DRAFT, bundle_parts__bundle__live=True)
    held = (
        Application.objects.filter(account=account)
        .exclude(Q(standing=Standing.ENDED) | of_a_set)
        .select_related("filing__grant")
    )
    found = (_item(each, now) for each in held.order_by("-begun_at")[:MOST])
    return [item for item in found if item is not None]


def _item(held: Application, now: datetime) -> Item | None:
    title = drafts.procedure_of(held).title.in_language(spoken())
    path = reverse("application", args=[held.pk])
    if held.editing and (made_by := filing.words_of(held)):
        # The proxy goes on with it; the person may look, or take it over.
        return Item(
            Place.UNDER_WAY,
            title,
            path,
            say("代理人が入力しています。", "Your proxy fills it in.", "かわりの 人が 書いて います。"),
            made_by["proxy"],
            at=held.saved_at,
        )
    if held.standing == Standing.CORRECTION and not held.is_on_its_way:
        words = say(
            "直して、もう一度送ってください。",
            "Correct it and send it again.",
            "なおして おくって ください。",
        )
        return Item(Place.TO_DO, title, path, words, due=held.expected_by, at=held.correction_asked_at)
    if held.at_counter:
        words = say(
            "窓口で、職員と一緒に記入しています。",
            "You fill it in at the counter.",
            "まどぐちで 書いて います。",
        )
        return Item(Place.UNDER_WAY, title, path, words, held.at_counter, at=held.saved_at)
    if held.editing:
        return _draft(held, title, path, now)
    if held.standing == Standing.DECIDED:
        if held.decided_at is None or now - held.decided_at > NEWS:
            return None
        words = say("決定が届きました。", "A decision has arrived.", "けっかが とどきました。")
        return Item(Place.NEW, title, path, words, at=held.decided_at)
    standing = Standing.SENDING if held.is_on_its_way else Standing(held.standing)
    until = None if held.is_on_its_way else held.expected_by
    words = say(*_WAITING[standing])
    return Item(
        Place.UNDER_WAY,
        title,
        path,
        words,
        showing.holder_of(held),
        until,
        held.arrived_at or held.sent_at,
    )


def _draft(held: Application, title: str, path: str, now: datetime) -> Item:
    words = (
        say("内容の変更の途中です。", "You began to change it.", "かえて いる とちゅうです。")
        if held.sent_at
        else say("下書きの続きを入力してください。", "Go on with your draft.", "とちゅうの 申請が あります。")
    )
    reading = drafts.reading_of(held, kept.content_of(held), now=now)
    closes = window(reading.procedure, reading.values, on=drafts.today_of(now)).closes
    return Item(Place.TO_DO, title, path, words, due=closes, at=held.saved_at)
