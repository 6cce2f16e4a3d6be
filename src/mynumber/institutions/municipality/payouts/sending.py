"""To the bank: approved files, again until the bank says that it has them. The bank knows a file that comes twice by its id, so that a crash between
sending and noting pays nothing twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from django.db.models import F

from mynumber.institutions.municipality.applications.examining import lock as lock_application
from mynumber.institutions.municipality.applications.models import Entry
from mynumber.institutions.municipality.applications.telling import tell
from mynumber.institutions.municipality.applications.words import office_of
from mynumber.institutions.municipality.payouts.gathering import lock, note
from mynumber.institutions.municipality.payouts.models import FileState, Transfer, TransferFile
from mynumber.institutions.municipality.systems import member_id
from mynumber.protocols import wire
from mynumber.protocols.applications import Step
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.transfers import (
    BANK,
    COMPARE,
    SEND_TRANSFERS,
    Compare,
    FileStanding,
    SendTransfers,
    TransfersTaken,
)
from mynumber.webkit.messages import this_node
from mynumber.webkit.tenancy import acting_as

LONGEST_WAIT: Final = timedelta(minutes=30)
FINAL: Final = frozenset(
    {
        *(Reason.MALFORMED, Reason.TOO_LARGE, Reason.WRONG_INSTITUTION),
        *(Reason.DUPLICATE_REQUEST, Reason.OUT_OF_PLACE),
    }
)
"""What the bank says of a file, and would say again."""


def send_due(tenant: str, *, now: datetime) -> int:
    """Send what is approved; how many files the bank took. Call it outside a transaction."""
    with acting_as(tenant):
        due = list(TransferFile.objects.filter(state=FileState.APPROVED, next_try_at__lte=now).order_by("pk"))
    return sum(_send(tenant, file, now=now) for file in due)


def _send(tenant: str, file: TransferFile, *, now: datetime) -> bool:
    try:
        taken = wire.call(
            this_node(),
            SEND_TRANSFERS,
            SendTransfers(file=file.file, pay_on=file.pay_on, content=bytes(file.content)),
            sender=member_id(tenant),
            receiver=BANK,
            hop=Hop.BILLER,
            now=partial(datetime.now, UTC),
        )
    except Refused as refused:
        with acting_as(tenant):
            _refused(file, refused, now)
        return False
    with acting_as(tenant):
        _taken(file, taken)
    return True


def _refused(file: TransferFile, refused: Refused, now: datetime) -> None:
    row = lock(file)
    if row.state != FileState.APPROVED:
        return
    if refused.hop is Hop.ACQUIRER and refused.reason in FINAL:
        row.state, row.refusal = FileState.REFUSED, refused.reason.value
        row.save(update_fields=["state", "refusal"])
        note(row, "refused", None, now)
        return
    wait = min(LONGEST_WAIT, timedelta(seconds=5) * int(2 ** min(row.tries, 10)))
    TransferFile.objects.filter(pk=row.pk).update(tries=F("tries") + 1, next_try_at=now + wait)


def _taken(file: TransferFile, taken: TransfersTaken) -> None:
    row = lock(file)
    if row.state != FileState.APPROVED:
        return  # somebody else noted it
    said = (taken.file, taken.digest, taken.count, taken.total, taken.pay_on)
    if said != (row.file, row.digest, row.count, row.total, row.pay_on):
        row.state, row.refusal = FileState.REFUSED, Reason.DUPLICATE_REQUEST.value
        row.save(update_fields=["state", "refusal"])
        note(row, "refused", None, taken.taken_at)
        return
    row.state, row.taken_at, row.next_try_at = FileState.TAKEN, taken.taken_at, None
    row.save(update_fields=["state", "taken_at", "next_try_at"])
    note(row, "taken", None, taken.taken_at)
    transfers = row.transfers.select_related("order__application").order_by("order__application_id", "pk")
    for transfer in transfers:
        _tell_sent(transfer, row, taken.taken_at)


def _tell_sent(transfer: Transfer, file: TransferFile, at: datetime) -> None:
    application = lock_application(transfer.order.application)
    Entry.objects.create(application=application, at=at, by_name="（銀行）", act="transfer_sent")
    tell(
        application,
        Step.TRANSFER_SENT,
        at=at,
        holder=office_of(application),
        expected_by=file.pay_on,
        amount=transfer.amount,
        account=transfer.account,
    )


def compare(tenant: str, file: TransferFile) -> FileStanding:
    """照合: what the bank has of a file, in sums. Call it outside a transaction. Raises Refused."""
    return wire.call(
        this_node(),
        COMPARE,
        Compare(file=file.file),
        sender=member_id(tenant),
        receiver=BANK,
        hop=Hop.BILLER,
        now=partial(datetime.now, UTC),
    )
