"""What life events put on the first page: a set with drafts that are not sent yet."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse

from mynumber.foundation.procedures.definition import LifeEvent
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.applications import showing
from mynumber.institutions.portal.applications.models import Standing
from mynumber.institutions.portal.bundles.models import Bundle
from mynumber.institutions.portal.home.items import Item, Place
from mynumber.webkit.face.language import say


def items(account: Account, now: datetime) -> list[Item]:
    """One query: the sets with open drafts."""
    opened = Count("parts", filter=Q(parts__application__standing=Standing.DRAFT))
    found = Bundle.objects.filter(account=account, live=True).annotate(opened=opened).filter(opened__gt=0)
    return [
        Item(
            Place.TO_DO,
            say(
                f"{showing.life_event(LifeEvent(each.event))}のときの手続",
                f"{showing.life_event(LifeEvent(each.event))}: what is due",
            ),
            reverse("bundle", args=[each.pk]),
            say(
                f"まだ送っていない申請が{each.opened}件あります。まとめて進められます。",
                f"{each.opened} applications are not sent yet. Go on with all of them at once.",
                f"まだ おくって いない ものが {each.opened} あります。",
            ),
            at=each.saved_at,
        )
        for each in found
    ]
