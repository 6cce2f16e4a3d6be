"""From orders to a file: a clerk gathers what is due on a day, a second person approves, then it goes to the bank (地方自治法第232条の5, 会計管理者)."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Final
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from mynumber.foundation.procedures.calendar import is_closed
from mynumber.foundation.zengin.transfers import Transfer as Record
from mynumber.foundation.zengin.transfers import TransferFile as Content
from mynumber.foundation.zengin.transfers import encode
from mynumber.institutions.municipality.applications.models import PayoutOrder, PayoutState
from mynumber.institutions.municipality.payouts.accounts import NoAccount, payee_of, payer_of
from mynumber.institutions.municipality.payouts.models import (
    LIVE,
    FileEntry,
    FileState,
    Hold,
    Transfer,
    TransferFile,
    TransferState,
)
from mynumber.institutions.municipality.payouts.waking import wake
from mynumber.protocols.refusal import Reason
from mynumber.protocols.transfers import MOST_TRANSFERS
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.staff.models import StaffMember

FARTHEST: Final = timedelta(days=300)
"""The file does not write the year."""
SYSTEM: Final = "（システム）"


class No(Enum):
    """Why an act is not possible, with the sentence for the page."""

    CLOSED_DAY = "振込の日は、銀行の営業日にしてください（土日・祝日・12月29日から1月3日を除く）。"
    PAST = "振込の日は、きょうかきょうより後の日にしてください。"
    FAR = "振込の日は、300日以内にしてください。"
    NOTHING = "この日までに支払う、口座の分かる支払指示がありません。"
    NOT_NOW = "状態が変わったため、この操作はできません。画面を読み直してください。"
    OWN = "作った本人は決裁できません。別の人が決裁してください。"
    SENT_TWICE = (
        "銀行は、前に送られた振込と同じだと言っています。取りやめる前に、銀行に問い合わせてください。"
    )


class CannotPay(Exception):
    """An act that is not possible now."""

    def __init__(self, why: No) -> None:
        super().__init__(why.name.lower())
        self.why = why


def orders(until: date | None = None) -> QuerySet[PayoutOrder]:
    """Orders that can be paid and that nobody is paying yet; with a day: those that are due by then."""
    under_way = Transfer.objects.filter(order=OuterRef("pk"), state__in=LIVE)
    held = Hold.objects.filter(order=OuterRef("pk"), ended_at=None)
    due = Q() if until is None else Q(due_on=None) | Q(due_on__lte=until)
    found = PayoutOrder.objects.filter(due, ~Exists(under_way), ~Exists(held), state=PayoutState.ORDERED)
    return found.select_related("application").order_by("due_on", "pk")


def require_payment_day(pay_on: date, *, today: date) -> None:
    """Whether a bank pays on this day. Raises CannotPay."""
    if pay_on < today:
        raise CannotPay(No.PAST)
    if pay_on > today + FARTHEST:
        raise CannotPay(No.FAR)
    if is_closed(pay_on):
        raise CannotPay(No.CLOSED_DAY)


def gather(tenant: str, pay_on: date, by: StaffMember, *, at: datetime) -> TransferFile:
    """Make the file of a day from all orders that are due by then. Raises CannotPay.

    Orders without an account that a bank's file can carry stay behind; the page shows them.
    """
    require_payment_day(pay_on, today=day(at))
    with transaction.atomic():
        _one_at_a_time()
        records: list[Record] = []
        transfers: list[Transfer] = []
        attempts = Count("transfers")
        for order in orders(pay_on).annotate(attempts=attempts)[:MOST_TRANSFERS]:
            try:
                payee = payee_of(order)
            except NoAccount:
                continue
            reference = f"{tenant}{order.pk:011d}{order.attempts + 1:03d}"
            records.append(Record(payee.account, order.amount, reference))
            transfers.append(
                Transfer(order=order, reference=reference, amount=order.amount, account=payee.words)
            )
        if not records:
            raise CannotPay(No.NOTHING)
        payer, account = payer_of(tenant)
        content = Content(payer, account, pay_on.month, pay_on.day, tuple(records))
        encoded = encode(content)
        file = TransferFile.objects.create(
            file=uuid4(),
            pay_on=pay_on,
            count=len(records),
            total=content.total,
            content=encoded,
            digest=hashlib.sha256(encoded).hexdigest(),
            made_by=by,
            made_at=at,
        )
        for transfer in transfers:
            transfer.file = file
        Transfer.objects.bulk_create(transfers)
        note(file, "made", by, at)
        return file


def _one_at_a_time() -> None:
    """Two who gather at once would take the same orders; the table would refuse the second, this lets it wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payouts ' || current_user))")


def note(file: TransferFile, act: str, by: StaffMember | None, at: datetime) -> None:
    """Write down who did what."""
    FileEntry.objects.create(file=file, at=at, by_name=by.display_name if by else SYSTEM, act=act)


def lock(file: TransferFile) -> TransferFile:
    """The row as it is, held until the transaction ends."""
    return TransferFile.objects.select_for_update().get(pk=file.pk)


@transaction.atomic
def decide(file: TransferFile, by: StaffMember, *, approve: bool, at: datetime) -> TransferFile:
    """決裁 or 差戻し by a second person. What was sent back is gathered anew. Raises CannotPay."""
    row = lock(file)
    if row.state != FileState.MADE:
        raise CannotPay(No.NOT_NOW)
    if row.made_by_id == by.pk:
        raise CannotPay(No.OWN)
    if approve:
        require_payment_day(row.pay_on, today=day(at))
    row.state = FileState.APPROVED if approve else FileState.SENT_BACK
    row.second, row.second_at = by, at
    row.next_try_at = at if approve else None
    row.save(update_fields=["state", "second", "second_at", "next_try_at"])
    note(row, "approved" if approve else "sent_back", by, at)
    if approve:
        transaction.on_commit(wake)
    else:
        _drop(row)
    return row


@transaction.atomic
def drop_refused(file: TransferFile, by: StaffMember, *, at: datetime) -> None:
    """A file that the bank did not take: its orders are free again. Raises CannotPay: also where the bank may have paid it before."""
    row = lock(file)
    if row.state != FileState.REFUSED:
        raise CannotPay(No.NOT_NOW)
    if row.refusal == Reason.DUPLICATE_REQUEST:
        raise CannotPay(No.SENT_TWICE)
    row.state = FileState.SENT_BACK
    row.save(update_fields=["state"])
    note(row, "dropped", by, at)
    _drop(row)


def _drop(file: TransferFile) -> None:
    file.transfers.filter(state=TransferState.WAITING).update(state=TransferState.DROPPED)
