"""What the inbox puts on the first page: what has a deadline, what is offered, what is unread. Bills are told by the payments."""

from __future__ import annotations

from datetime import datetime
from itertools import chain
from typing import Final

from django.urls import reverse

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.sessions import JAPAN
from mynumber.institutions.portal.home.items import Item, Place
from mynumber.institutions.portal.notices import inbox, looking
from mynumber.institutions.portal.notices.titles import language_of, title_of
from mynumber.institutions.portal.notices.words import category_words

MOST: Final = 20


def items(account: Account, now: datetime) -> list[Item]:
    """The nearest deadlines and what is offered as things to do, the newest unread as new; each notice once."""
    today = now.astimezone(JAPAN).date()
    there = inbox.of(account).filter(put_away_at=None, has_bill=False)
    to_do = inbox.kept_of(
        chain(
            looking.open_deadlines(account, today).filter(has_bill=False)[:MOST],
            there.filter(has_offer=True, acted_at=None, due=None)[:MOST],
        )
    )
    listed = {each.id for each in to_do}
    unread = (each for each in inbox.kept_of(there.filter(looking.UNOPENED)[:MOST]) if each.id not in listed)
    return [_item(each, Place.TO_DO) for each in to_do] + [_item(each, Place.NEW) for each in unread]


def _item(kept: inbox.Kept, place: Place) -> Item:
    notice = kept.notice
    return Item(
        place,
        title_of(kept),
        reverse("offer" if notice.offer and place is Place.TO_DO else "notice", args=[kept.id]),
        words=f"{notice.office}・{category_words(notice.category)}",
        due=notice.due if place is Place.TO_DO else None,
        at=kept.arrived_at,
        lang=language_of(kept),
    )
