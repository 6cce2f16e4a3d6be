"""What private delivery has for the first page."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.deliveries import documents
from mynumber.institutions.portal.home.items import Item, Place
from mynumber.webkit.face.language import say

MOST = 5


def items(account: Account, now: datetime) -> list[Item]:
    """Documents that were not opened yet."""
    return [
        Item(
            Place.NEW,
            say(
                f"{row.sender.name}の{row.sender.kinds.get(row.kind, '書類')}",
                f"{row.sender.name}: a document",
            ),
            reverse("delivery", args=[row.pk]),
            at=row.arrived_at,
        )
        for row in documents.of_account(account).filter(read_at=None)[:MOST]
    ]
