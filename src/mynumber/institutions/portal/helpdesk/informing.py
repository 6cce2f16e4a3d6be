"""What help tells a resident's inbox."""

from __future__ import annotations

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from mynumber.institutions.portal.helpdesk.models import Inquiry
from mynumber.institutions.portal.notices import inbox
from mynumber.protocols.notices import Category, Notice

OFFICE = "マイナポータル 問い合わせ窓口"


def tell_answered(inquiry: Inquiry, link: str, *, now: datetime) -> None:
    """That there is an answer, with the way to it; in the caller's transaction."""
    notice = Notice(
        notice=uuid5(NAMESPACE_URL, f"inquiry/{inquiry.pk}"),
        category=Category.GENERAL,
        title="問い合わせに回答しました",
        words="問い合わせへの回答があります。問い合わせのページで読んでください。",
        office=OFFICE,
        at=now,
        link=link,
    )
    inbox.put(inquiry.account, notice, now=now)
