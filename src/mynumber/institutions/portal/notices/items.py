"""What the inbox puts on the first page: what is unread, and what has a deadline. Bills and offers are told by those who deal with them."""

from __future__ import annotations

from datetime import datetime
from itertools import chain
from typing import Final

from django.urls import reverse

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.sessions import JAPAN
from mynumber.institutions.portal.home.items import Item, Place
from mynumber.institutions.portal.notices import inbox, looking
from mynumber.institutions.portal.notices.words import category_words

MOST: Final = 20


def items(account: Account, now: datetime) -> list[Item]:
    """The nearest deadlines as things to do, the newest unread as new; each notice once."""
    today = now.astimezone(JAPAN).date()
    due = inbox.kept_of(looking.open_deadlines(account, today).filter(has_bill=False)[:MOST])
    unread = inbox.kept_of(inbox.of(account).filter(read_at=None, put_away_at=None)[:MOST])
    listed = {each.id for each in due}
    return [
        _item(each, Place.TO_DO if each.id in listed else Place.NEW)
        for each in chain(due, (one for one in unread if one.id not in listed))
    ]


def _item(kept: inbox.Kept, place: Place) -> Item:
    notice = kept.notice
    return Item(
        place,
        notice.title,
        reverse("notice", args=[kept.id]),
        words=f"{notice.office}・{category_words(notice.category)}",
        due=notice.due if place is Place.TO_DO else None,
        at=kept.arrived_at,
    )
