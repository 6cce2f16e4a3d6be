"""What the bank answers: 振込済 ends a case, 資金返却 brings it back to a person. The same word twice changes nothing, an older one neither."""

from __future__ import annotations

from typing import Final

from mynumber.institutions.municipality.applications.deciding import end
from mynumber.institutions.municipality.applications.examining import lock as lock_application
from mynumber.institutions.municipality.applications.models import Application, Entry, PayoutState
from mynumber.institutions.municipality.applications.telling import tell
from mynumber.institutions.municipality.applications.words import office_of
from mynumber.institutions.municipality.payouts.gathering import lock, note
from mynumber.institutions.municipality.payouts.models import (
    FileState,
    Hold,
    Transfer,
    TransferFile,
    TransferState,
)
from mynumber.protocols.applications import Step
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.transfers import TransferOutcome, TransferResult
from mynumber.webkit.examination.states import State

BANK: Final = "（銀行）"


def take(result: TransferResult) -> bool:
    """Note one result; whether it was news. In a transaction of the tenant. Raises Refused for what was never ordered like this."""
    found = (
        Transfer.objects.filter(reference=result.reference, file__file=result.file)
        .select_related("order__application")
        .first()
    )
    if found is None:
        raise Refused(Hop.BILLER, Reason.UNKNOWN_RECORD)
    application = lock_application(found.order.application)
    transfer = Transfer.objects.select_for_update().select_related("order", "file").get(pk=found.pk)
    if transfer.amount != result.amount or transfer.file.state in (FileState.MADE, FileState.SENT_BACK):
        raise Refused(Hop.BILLER, Reason.MALFORMED, "no such transfer was ordered")
    if result.version <= transfer.version:
        return False
    transfer.version, transfer.changed_at = result.version, result.at
    if result.outcome is TransferOutcome.PAID:
        _paid(application, transfer, result)
    else:
        _returned(application, transfer, result)
    _complete(transfer.file, result)
    return True


def _paid(application: Application, transfer: Transfer, result: TransferResult) -> None:
    transfer.state, transfer.reason = TransferState.PAID, ""
    transfer.save()
    order = transfer.order
    order.state, order.paid_at = PayoutState.PAID, result.at
    order.save(update_fields=["state", "paid_at"])
    Entry.objects.create(application=application, at=result.at, by_name=BANK, act="transfer_paid")
    tell(
        application,
        Step.PAID,
        at=result.at,
        holder=office_of(application),
        amount=transfer.amount,
        account=transfer.account,
    )
    if application.state == State.DECIDED:
        Entry.objects.create(application=application, at=result.at, by_name=BANK, act="closed")
        end(application, at=result.at)


def _returned(application: Application, transfer: Transfer, result: TransferResult) -> None:
    """Back to a person: who asks for another account, or orders the same again. A case that was closed is open again."""
    transfer.state = TransferState.RETURNED
    transfer.reason = result.reason.value if result.reason else ""
    transfer.save()
    order = transfer.order
    order.state, order.paid_at = PayoutState.ORDERED, None
    order.save(update_fields=["state", "paid_at"])
    Hold.objects.create(order=order, reason=transfer.reason, since=result.at)
    if application.state == State.CLOSED:
        application.state, application.closed_at = State.DECIDED, None
        application.save(update_fields=["state", "closed_at"])
    words = result.reason.label_ja if result.reason else ""
    Entry.objects.create(
        application=application, at=result.at, by_name=BANK, act="transfer_returned", words=words
    )


def _complete(file: TransferFile, result: TransferResult) -> None:
    row = lock(file)
    if row.state in (FileState.APPROVED, FileState.REFUSED):
        # The bank carries it out, so it has it: its acknowledgement was lost on the way.
        row.state, row.taken_at, row.next_try_at = FileState.TAKEN, result.at, None
    if row.state == FileState.TAKEN and not row.transfers.filter(state=TransferState.WAITING).exists():
        row.state, row.done_at = FileState.DONE, result.at
        note(row, "done", None, result.at)
    row.save(update_fields=["state", "taken_at", "next_try_at", "done_at"])
