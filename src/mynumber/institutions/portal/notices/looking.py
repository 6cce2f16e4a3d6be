"""Looking through an inbox: by shelf, unread, open deadlines, words; in pages. What a notice says is sealed, so words are looked for after opening."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.notices import inbox
from mynumber.institutions.portal.notices.models import InboxNotice
from mynumber.protocols.notices import Category

A_PAGE: Final = 20
LOOKED_THROUGH: Final = 1_000
"""Of the newest so many are opened to look for words: some 50 ms."""
LONGEST_QUERY: Final = 60
UNOPENED: Final = Q(read_at=None, acted_at=None, put_away_at=None)
"""Not opened and not done either: what was settled elsewhere need not be opened."""


class Shelf(StrEnum):
    """Which part of the inbox."""

    ALL = "all"
    UNREAD = "unread"
    DUE = "due"
    """With a deadline, and not done."""
    PUT_AWAY = "put_away"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the visitor looks for."""

    shelf: Shelf = Shelf.ALL
    category: Category | None = None
    query: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return self != Wanted()


@dataclass(frozen=True, slots=True)
class Found:
    """One page of notices, and Django's page object for the links."""

    notices: list[inbox.Kept]
    page: Page[Any]


def look(account: Account, wanted: Wanted, number: int, today: date) -> Found:
    """One page of what is wanted, the newest first; what is due, by its deadline. A number past the end is the last page."""
    rows = _rows(account, wanted, today)
    if not wanted.query:
        some: Page[Any] = Paginator(rows, A_PAGE).get_page(number)
        return Found(inbox.kept_of(some.object_list), some)
    words = _plain(wanted.query).split()
    found = [
        each for each in inbox.kept_of(rows[:LOOKED_THROUGH]) if all(one in _text(each) for one in words)
    ]
    page: Page[Any] = Paginator(found, A_PAGE).get_page(number)
    return Found(list(page.object_list), page)


def unread(account: Account) -> int:
    """How many were not opened yet, as the shelf of that name shows them."""
    return inbox.of(account).filter(UNOPENED).count()


def open_deadlines(account: Account, today: date) -> QuerySet[InboxNotice]:
    """What is still to be done, the nearest deadline first."""
    return (
        inbox.of(account)
        .filter(acted_at=None, put_away_at=None, due__gte=today)
        .order_by("due", "-arrived_at", "pk")
    )


def _rows(account: Account, wanted: Wanted, today: date) -> QuerySet[InboxNotice]:
    rows = inbox.of(account)
    match wanted.shelf:
        case Shelf.DUE:
            rows = open_deadlines(account, today)
        case Shelf.UNREAD:
            rows = rows.filter(UNOPENED)
        case Shelf.PUT_AWAY:
            rows = rows.exclude(put_away_at=None)
        case Shelf.ALL if not wanted.query:  # who looks for words finds what was put away, too
            rows = rows.filter(put_away_at=None)
    return rows.filter(category=wanted.category.value) if wanted.category else rows


def _text(kept: inbox.Kept) -> str:
    notice = kept.notice
    return _plain(f"{notice.title}\n{notice.words}\n{notice.office}")


def _plain(text: str) -> str:
    """As it is compared: width, case and the two kana do not matter."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(chr(ord(one) - 0x60) if "ァ" <= one <= "ヶ" else one for one in folded)
