"""What my information has for the first page: the course of my cases."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.home.items import Item, Place
from mynumber.institutions.portal.information import cases
from mynumber.institutions.portal.information.models import OwnCase
from mynumber.protocols.information import CaseKind, CaseState
from mynumber.webkit.messages import this_node

SHOWN_FOR = timedelta(days=14)
"""How long the end of a case is new."""
MOST = 10


def items(account: Account, now: datetime) -> list[Item]:
    """Open cases are under way; ended ones are new for a while."""
    found = []
    for case in OwnCase.objects.filter(account=account).order_by("-state_at")[:MOST]:
        is_end = bool(case.refused) or (case.state != "" and CaseState(case.state).is_end)
        if is_end and case.state_at < now - SHOWN_FOR:
            continue
        state = (
            "受け付けられませんでした"
            if case.refused
            else CaseState(case.state).label_ja
            if case.state
            else "送っています"
        )
        found.append(
            Item(
                place=Place.NEW if is_end else Place.UNDER_WAY,
                title=CaseKind(case.kind).label_ja,
                path=reverse("own-case", args=[case.pk]),
                words=f"{cases.about_words(case)}：{state}",
                holder="" if is_end else this_node().directory.name(case.institution),
                at=case.state_at,
            )
        )
    return found
