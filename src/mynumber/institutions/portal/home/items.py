"""What a function of the portal contributes to the first page: each app that has something has a module `items` with `items(account, now)`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from mynumber.institutions.portal.account.models import Account


class Place(StrEnum):
    """In which of the three lists of the first page something stands."""

    TO_DO = "to_do"
    """The resident has to act: a correction, a bill, an annual report, an offer."""
    UNDER_WAY = "under_way"
    """Somebody else has to act: an application that is examined, a transfer on its way."""
    NEW = "new"
    """To be read: a notice, a decision, a payment."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the first page."""

    place: Place
    title: str
    path: str
    """The page where it is done or read."""
    words: str = ""
    holder: str = ""
    """Who has it: the office, in words; empty when it is the resident."""
    due: date | None = None
    at: datetime | None = None
    """When it came; the newest first."""
    lang: str = ""
    """Language of a title that an office wrote; empty when it is the page's."""


class Contributes(Protocol):
    """The function `items` of an app's module `items`."""

    def __call__(self, account: Account, now: datetime, /) -> list[Item]: ...
