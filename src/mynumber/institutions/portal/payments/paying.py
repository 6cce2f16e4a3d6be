"""My bills, and paying one by card. What is owed comes from the notice, what was paid from signed words of agent and biller: never from a browser."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import partial
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.notices import inbox
from mynumber.institutions.portal.notices.models import InboxNotice
from mynumber.institutions.portal.payments.models import OCCUPYING, BillWord, Checkout
from mynumber.protocols.notices import Bill, Happening
from mynumber.protocols.payments import (
    AcquirerClient,
    BillNumbers,
    BillStanding,
    Cause,
    Method,
    OpenCheckout,
    PaymentProvider,
    PaymentState,
    PaymentStatus,
)
from mynumber.protocols.refusal import Hop
from mynumber.webkit.messages import this_node

JAPAN: Final = ZoneInfo("Asia/Tokyo")
PORTAL: Final = "portal"


class BillState(Enum):
    """How a bill stands for who owes it."""

    OPEN = "未納"
    OVERDUE = "納期限を過ぎています"
    CONFIRMING = "確認中"
    """Money was taken, or may have been; the biller has not said so yet."""
    PAID = "納付済み"
    REFUNDED_IN_PART = "一部を返金しました"
    REFUNDED = "返金しました"
    CANCELLED = "取り消されました"

    @property
    def is_owed(self) -> bool:
        return self in (BillState.OPEN, BillState.OVERDUE)


@dataclass(frozen=True, slots=True)
class MyBill:
    """A bill with everything that is known of it."""

    notice: UUID
    biller: str
    office: str
    bill: Bill
    state: BillState
    word: BillWord | None
    checkout: Checkout | None
    """The last one."""

    @property
    def method(self) -> Method | None:
        return Method(self.word.method) if self.word and self.word.method else None

    @property
    def cause(self) -> Cause | None:
        """Why the last attempt took nothing, as long as the bill is owed."""
        failed = self.state.is_owed and self.checkout is not None and self.checkout.cause
        return Cause(self.checkout.cause) if failed and self.checkout else None


class AlreadyPaid(Exception):
    """The bill is not owed any more, or its payment is being confirmed."""


def provider() -> PaymentProvider:
    """Who moves the money. Call it outside a transaction."""
    return AcquirerClient(this_node(), PORTAL, Hop.PORTAL, partial(datetime.now, UTC))


def mine(account: Account, *, now: datetime) -> list[MyBill]:
    """Every bill of this account's person, the newest first. Three queries, no network."""
    return _all(inbox.bills(account), now)


def find(account: Account, notice: UUID, *, now: datetime) -> MyBill | None:
    """One bill of this account's person, by the id of its notice; None for everybody else's."""
    kept = inbox.find(account, notice)
    return None if kept is None or kept.notice.bill is None else _all([kept], now)[0]


def _all(kept: Iterable[inbox.Kept], now: datetime) -> list[MyBill]:
    listed = list(kept)
    ids = [each.bill.bill for each in listed]
    words = {(row.biller, row.bill): row for row in BillWord.objects.filter(bill__in=ids)}
    checkouts = {
        (row.biller, row.bill): row
        for row in Checkout.objects.filter(bill__in=ids).order_by("begun_at", "pk")
    }
    today = now.astimezone(JAPAN).date()
    return [_one(each, words, checkouts, today) for each in listed]


def _one(
    kept: inbox.Kept,
    words: dict[tuple[str, UUID], BillWord],
    checkouts: dict[tuple[str, UUID], Checkout],
    today: date,
) -> MyBill:
    key = (kept.sender, kept.bill.bill)
    word, checkout = words.get(key), checkouts.get(key)
    return MyBill(
        notice=kept.id,
        biller=kept.sender,
        office=kept.notice.office,
        bill=kept.bill,
        state=_state(kept.bill, word, checkout, today),
        word=word,
        checkout=checkout,
    )


def _state(bill: Bill, word: BillWord | None, checkout: Checkout | None, today: date) -> BillState:
    said = word.state if word else "open"
    if said == "cancelled":
        return BillState.CANCELLED
    if word is not None and said in ("paid", "refunded"):
        if said == "refunded":
            return BillState.REFUNDED
        return BillState.REFUNDED_IN_PART if word.refunded else BillState.PAID
    if checkout is not None and checkout.state in (
        PaymentState.AUTHORISED,
        PaymentState.CAPTURED,
        PaymentState.REFUNDED_IN_PART,
    ):
        return BillState.CONFIRMING
    return BillState.OVERDUE if bill.due < today else BillState.OPEN


def begin(account: Account, mine_: MyBill, *, now: datetime) -> PaymentStatus:
    """Begin to pay by card, or go on with what was begun in another tab. Call it outside a transaction.

    The intent is committed before anybody is asked, so after a crash the same checkout is asked for again. Raises AlreadyPaid, Refused.
    """
    if not mine_.state.is_owed:
        raise AlreadyPaid
    checkout = _occupying(mine_) or _new(account, mine_, now)
    status = _open(mine_, checkout)
    if status.state in (PaymentState.EXPIRED, PaymentState.CANCELLED, PaymentState.FAILED):
        # What was begun earlier has ended without money: begin anew.
        status = _open(mine_, _new(account, mine_, now))
    if status.page is None:
        raise AlreadyPaid
    return status


def under_way(account: Account) -> str:
    """Why the account cannot end now: a page of the agent is open, or its money is not confirmed by the biller. Empty when nothing is."""
    settled = BillWord.objects.filter(biller=OuterRef("biller"), bill=OuterRef("bill")).exclude(state="open")
    moving = Checkout.objects.filter(
        ~Exists(settled),
        account=account,
        version__gt=0,  # of the others no page was ever shown
        state__in=[PaymentState.CREATED, PaymentState.AUTHORISED, PaymentState.CAPTURED],
    )
    if not (count := moving.count()):
        return ""
    return (
        f"カードでの納付が{count}件、まだ終わっていません。支払いの画面で納めるか取りやめるかして、"
        "納付のページで結果を確かめてから、利用を終わってください。開いたままの画面は、30分ほどで無効になります。"
    )


def _occupying(mine_: MyBill) -> Checkout | None:
    return Checkout.objects.filter(
        biller=mine_.biller, bill=mine_.bill.bill, state__in=[each.value for each in OCCUPYING]
    ).first()


def _new(account: Account, mine_: MyBill, now: datetime) -> Checkout:
    try:
        with transaction.atomic():
            return Checkout.objects.create(
                account=account,
                notice=mine_.notice,
                bill=mine_.bill.bill,
                biller=mine_.biller,
                amount=mine_.bill.amount,
                begun_at=now,
                changed_at=now,
            )
    except IntegrityError:
        # Another tab was faster.
        other = _occupying(mine_)
        if other is None:
            raise AlreadyPaid from None
        return other


def _open(mine_: MyBill, checkout: Checkout) -> PaymentStatus:
    bill = mine_.bill
    wanted = OpenCheckout(
        checkout=checkout.pk,
        bill=bill.bill,
        payee=mine_.biller,
        numbers=BillNumbers(
            collector=bill.collector,
            number=bill.number,
            confirmation=bill.confirmation,
            division=bill.division,
        ),
        title=bill.title,
        amount=bill.amount,
        back=f"/payments/returned/{checkout.pk}",
    )
    status = provider().open_checkout(wanted)
    take(status)
    return status


def refresh(checkout: Checkout, *, result: str | None = None) -> bool:
    """Ask the agent what became of it; whether the browser brought the right reference. Call it outside a transaction. Raises Refused."""
    status = provider().look_up(checkout.pk, result)
    take(status)
    return status.is_return


@transaction.atomic
def take(status: PaymentStatus) -> bool:
    """The agent's word on a checkout; whether it was news. The highest version counts, in whatever order words come."""
    if status.checkout is None:
        return False
    row = Checkout.objects.select_for_update().filter(pk=status.checkout).first()
    if row is None or (row.bill, row.amount) != (status.bill, status.amount) or status.version <= row.version:
        return False
    row.version, row.state = status.version, status.state.value
    row.cause = status.cause.value if status.cause else ""
    row.brand, row.last_four = status.brand, status.last_four
    row.refunded, row.changed_at = status.refunded, status.at
    row.save()
    return True


@transaction.atomic
def hear(biller: str, said: BillStanding, *, now: datetime) -> bool:
    """The biller's word on its own bill; whether it was news."""
    row, is_new = BillWord.objects.select_for_update().get_or_create(
        biller=biller,
        bill=said.bill,
        defaults={"version": said.version, "state": said.state, "taken_at": now},
    )
    if not is_new and said.version <= row.version:
        return False
    row.version, row.state = said.version, said.state
    row.paid, row.refunded = said.paid, said.refunded
    row.method = said.method.value if said.method else ""
    row.paid_at, row.receipt, row.taken_at = said.paid_at, said.receipt, now
    row.save()
    notice = InboxNotice.objects.filter(pk=said.notice, sender=biller).select_related("account").first()
    if notice is not None and said.state == "paid":
        inbox.note_act(notice.account, said.notice, Happening.PAID, now=now)
    return True
