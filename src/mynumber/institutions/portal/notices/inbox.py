"""The inbox: putting notices in, looking at them. Everything is looked up together with the account that asks.

Two accounts of one person (an old card and its successor, known by the same code) see the same inbox.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Q, QuerySet

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.contacts.alerts import ping
from mynumber.institutions.portal.contacts.models import Alert
from mynumber.institutions.portal.notices import reporting
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


@dataclass(frozen=True, slots=True)
class Arriving:
    """A notice that is to be put into an inbox."""

    account: Account
    notice: Notice
    sender: str = PORTAL


def put(
    account: Account,
    notice: Notice,
    *,
    now: datetime,
    sender: str = PORTAL,
    alert: Alert | None = Alert.NOTICE,
) -> InboxNotice:
    """Put a notice into the inbox, in the caller's transaction, without network. The same id again changes nothing.

    With that it has arrived (到達), and an e-mail without content is queued where the resident wants one (`alert`: of which kind). Raises OtherNotice
    if the id is that of somebody else's notice or of another sender's.
    """
    (row,) = put_all([Arriving(account, notice, sender)], now=now, alert=alert)
    if row is None:
        raise OtherNotice
    return row


def put_all(
    arriving: Sequence[Arriving], *, now: datetime, alert: Alert | None = Alert.NOTICE
) -> list[InboxNotice | None]:
    """The same for many, in the order given; None where the id is that of another notice."""
    ids = [each.notice.notice for each in arriving]
    before = _known(ids)
    fresh = {each.notice.notice: each for each in reversed(arriving) if each.notice.notice not in before}
    InboxNotice.objects.bulk_create([_row(each, now) for each in fresh.values()], ignore_conflicts=True)
    rows = _known(ids)
    if alert is not None:
        for account in {each.account.pk: each.account for each in fresh.values()}.values():
            ping(account, alert, now)
    found = ((rows[each.notice.notice], each) for each in arriving)
    return [row if _is_that(row, each) else None for row, each in found]


def _is_that(row: InboxNotice, each: Arriving) -> bool:
    """Whether what has the id is this notice: of the same sender, to the same person."""
    if row.sender != each.sender:
        return False
    return row.account_id == each.account.pk or _same_person(each.account).filter(pk=row.account_id).exists()


def _known(ids: Sequence[UUID]) -> dict[UUID, InboxNotice]:
    return InboxNotice.objects.only("id", "account_id", "sender", "arrived_at").in_bulk(ids)


def _row(each: Arriving, now: datetime) -> InboxNotice:
    notice = each.notice
    bare = msgspec.structs.replace(notice, letter=None)
    return InboxNotice(
        id=notice.notice,
        account=each.account,
        sender=each.sender,
        category=notice.category.value,
        due=notice.due,
        written_at=notice.at,
        arrived_at=now,
        content=_seal(msgspec.json.encode(bare), f"{notice.notice}/content"),
        letter=None if notice.letter is None else _seal(notice.letter, f"{notice.notice}/letter"),
        digest=hashlib.sha256(msgspec.json.encode(notice)).digest(),
        has_letter=notice.letter is not None,
        has_bill=notice.bill is not None,
        has_offer=notice.offer is not None,
    )


def find(account: Account, notice: UUID) -> Kept | None:
    """One notice of this account's person; None for everybody else's."""
    row = of(account).filter(pk=notice).first()
    return None if row is None else _kept(row)


def bills(account: Account) -> list[Kept]:
    """Every notice with a bill, the newest first; `acted_at` is set once it was paid."""
    return kept_of(of(account).filter(has_bill=True))


def offers(account: Account) -> list[Kept]:
    """Every notice with an offer, the newest first; `acted_at` is set once it was taken up or declined."""
    return kept_of(of(account).filter(has_offer=True))


def letter(account: Account, notice: UUID) -> bytes | None:
    """The letter (通知書) of a notice of this account's person."""
    sealed = of(account).filter(pk=notice).values_list("letter", flat=True).first()
    return None if sealed is None else _unseal(sealed, f"{notice}/letter")


def note_read(account: Account, notice: UUID, *, now: datetime) -> bool:
    """The resident opened it; whether for the first time. The sender is told."""
    first = bool(of(account).filter(pk=notice, read_at=None).update(read_at=now))
    if first:
        reporting.queue(notice, Happening.READ, now=now)
    return first


def note_act(account: Account, notice: UUID, act: Happening, *, now: datetime) -> bool:
    """What the notice asked for was done (paid, applied, declined, done); whether that is new. The sender is told."""
    first = bool(of(account).filter(pk=notice, acted_at=None).update(acted_at=now, act=act.value))
    if first:
        reporting.queue(notice, act, now=now)
    return first


def put_away(account: Account, notice: UUID, *, now: datetime) -> bool:
    """Take it out of the list; whether it was there. It can be looked for all the same, and nobody is told."""
    return bool(of(account).filter(pk=notice, put_away_at=None).update(put_away_at=now))


def put_back(account: Account, notice: UUID) -> bool:
    """The opposite."""
    return bool(of(account).filter(pk=notice).exclude(put_away_at=None).update(put_away_at=None))


def forget(account: Account, _now: datetime) -> None:
    """The account ends: what arrived in it goes. That it arrived, its sender was told.

    The portal's role may delete no notice; this function of the database does, of a closed account alone (migration 0004).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT forget_notices(%s)", [account.pk])


def kept_of(rows: Iterable[InboxNotice]) -> list[Kept]:
    """Rows, opened."""
    return [_kept(row) for row in rows]


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
