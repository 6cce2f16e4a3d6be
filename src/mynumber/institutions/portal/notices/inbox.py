"""The inbox: putting notices in, looking at them. Everything is looked up together with the account that asks.

Two accounts of one person (an old card and its successor, known by the same code) see the same inbox.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.notices.models import InboxNotice
from mynumber.protocols.notices import Bill, Happening, Notice, Offer
from mynumber.webkit import safe
from mynumber.webkit.messages import this_node

PORTAL: Final = "portal"
_SAFE: Final = "notices"
"""Name of the secret in the key ring."""


class OtherNotice(Exception):
    """The id stands for another notice already."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A notice in the inbox; `notice.letter` is left out, `has_letter` says whether there is one."""

    notice: Notice
    sender: str
    arrived_at: datetime
    read_at: datetime | None
    acted_at: datetime | None
    act: str
    has_letter: bool
    is_put_away: bool

    @property
    def id(self) -> UUID:
        """The id of the notice, by which bill and offer are addressed as well."""
        return self.notice.notice

    @property
    def bill(self) -> Bill:
        """What is to be paid. Raises LookupError where there is nothing."""
        if self.notice.bill is None:
            raise LookupError
        return self.notice.bill

    @property
    def offer(self) -> Offer:
        """What is offered. Raises LookupError where there is nothing."""
        if self.notice.offer is None:
            raise LookupError
        return self.notice.offer

    def __repr__(self) -> str:
        return f"Kept({self.notice.notice})"


def put(account: Account, notice: Notice, *, now: datetime, sender: str = PORTAL) -> InboxNotice:
    """Put a notice into the inbox, in the caller's transaction, without network. The same id again changes nothing.

    With that it has arrived (到達). Raises OtherNotice if the id is that of somebody else's notice or of another sender's.
    """
    bare = msgspec.structs.replace(notice, letter=None)
    encoded = msgspec.json.encode(notice)
    row, is_new = InboxNotice.objects.get_or_create(
        id=notice.notice,
        defaults={
            "account": account,
            "sender": sender,
            "category": notice.category.value,
            "due": notice.due,
            "written_at": notice.at,
            "arrived_at": now,
            "content": _seal(msgspec.json.encode(bare), f"{notice.notice}/content"),
            "letter": None if notice.letter is None else _seal(notice.letter, f"{notice.notice}/letter"),
            "digest": hashlib.sha256(encoded).digest(),
            "has_letter": notice.letter is not None,
            "has_bill": notice.bill is not None,
            "has_offer": notice.offer is not None,
        },
    )
    if not is_new and (row.sender != sender or not _same_person(account).filter(pk=row.account_id).exists()):
        raise OtherNotice
    return row


def find(account: Account, notice: UUID) -> Kept | None:
    """One notice of this account's person; None for everybody else's."""
    row = of(account).filter(pk=notice).first()
    return None if row is None else _kept(row)


def bills(account: Account) -> list[Kept]:
    """Every notice with a bill, the newest first; `acted_at` is set once it was paid."""
    return _all_kept(of(account).filter(has_bill=True))


def offers(account: Account) -> list[Kept]:
    """Every notice with an offer, the newest first; `acted_at` is set once it was taken up or declined."""
    return _all_kept(of(account).filter(has_offer=True))


def letter(account: Account, notice: UUID) -> bytes | None:
    """The letter (通知書) of a notice of this account's person."""
    sealed = of(account).filter(pk=notice).values_list("letter", flat=True).first()
    return None if sealed is None else _unseal(sealed, f"{notice}/letter")


def note_read(account: Account, notice: UUID, *, now: datetime) -> bool:
    """The resident opened it; whether for the first time."""
    return bool(of(account).filter(pk=notice, read_at=None).update(read_at=now))


def note_act(account: Account, notice: UUID, act: Happening, *, now: datetime) -> bool:
    """What the notice asked for was done (paid, applied, declined); whether that is new. The sender is told."""
    return bool(of(account).filter(pk=notice, acted_at=None).update(acted_at=now, act=act.value))


def of(account: Account) -> QuerySet[InboxNotice]:
    """The notices of this account's person, the newest first, without their letters."""
    return (
        InboxNotice.objects.filter(account__in=_same_person(account))
        .defer("letter")
        .order_by("-arrived_at", "pk")
    )


def _same_person(account: Account) -> QuerySet[Account]:
    one = Q(pk=account.pk)
    return Account.objects.filter(one if account.code is None else one | Q(code=account.code))


def _all_kept(rows: Iterable[InboxNotice]) -> list[Kept]:
    return [_kept(row) for row in rows]


def _kept(row: InboxNotice) -> Kept:
    return Kept(
        notice=msgspec.json.decode(_unseal(row.content, f"{row.pk}/content"), type=Notice),
        sender=row.sender,
        arrived_at=row.arrived_at,
        read_at=row.read_at,
        acted_at=row.acted_at,
        act=row.act,
        has_letter=row.has_letter,
        is_put_away=row.put_away_at is not None,
    )


def _seal(content: bytes, about: str) -> bytes:
    return safe.seal(this_node().keyring, _SAFE, content, about=about)


def _unseal(sealed: bytes | memoryview, about: str) -> bytes:
    return safe.unseal(this_node().keyring, _SAFE, bytes(sealed), about=about)
