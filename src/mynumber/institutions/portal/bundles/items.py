"""What life events put on the first page: a set with drafts that are not sent yet, with the nearest of their deadlines."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse

from mynumber.foundation.procedures.deadlines import window
from mynumber.foundation.procedures.definition import LifeEvent
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.applications import drafts, showing
from mynumber.institutions.portal.bundles import sets
from mynumber.institutions.portal.bundles.models import Bundle
from mynumber.institutions.portal.bundles.sets import Member
from mynumber.institutions.portal.home.items import Item, Place
from mynumber.webkit.face.language import say


def items(account: Account, now: datetime) -> list[Item]:
    """Two queries a set; an account has one set an event at most."""
    found = []
    for bundle in Bundle.objects.filter(account=account, live=True):
        opened = sets.open_members(sets.members(bundle, now=now))
        if opened:
            found.append(_item(bundle, opened, now))
    return found


def _item(bundle: Bundle, opened: tuple[Member, ...], now: datetime) -> Item:
    event = showing.life_event(LifeEvent(bundle.event))
    today = drafts.today_of(now)
    closing = [window(each.procedure, each.reading.values, on=today).closes for each in opened]
    due: date | None = min((day for day in closing if day), default=None)
    return Item(
        Place.TO_DO,
        say(f"{event}のときの手続", f"{event}: what is due", f"{event}の ときの 手つづき"),
        reverse("bundle", args=[bundle.pk]),
        say(
            f"まだ送っていない申請が{len(opened)}件あります。まとめて進められます。",
            f"{len(opened)} applications are not sent yet. Go on with all of them at once.",
            f"まだ おくって いない ものが {len(opened)} あります。",
        ),
        due=due,
        at=bundle.saved_at,
    )
