"""What the payments contribute to the first page."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.home.items import Item, Place
from mynumber.institutions.portal.payments import paying
from mynumber.institutions.portal.payments.paying import BillState
from mynumber.webkit.face.language import say, say_yen


def items(account: Account, now: datetime) -> list[Item]:
    """Bills to pay, and those that are being confirmed."""
    found = []
    for mine in paying.mine(account, now=now):
        path = reverse("payment", args=[mine.notice])
        amount = say_yen(mine.bill.amount)
        if mine.state.is_owed:
            words = say(f"{amount}を納めます", f"Pay {amount}", f"{amount}を はらいます")
            found.append(Item(Place.TO_DO, mine.bill.title, path, words=words, due=mine.bill.due))
        elif mine.state is BillState.CONFIRMING:
            words = say("納付を確かめています", "The payment is being confirmed")
            found.append(Item(Place.UNDER_WAY, mine.bill.title, path, words=words, holder=mine.office))
    return found
