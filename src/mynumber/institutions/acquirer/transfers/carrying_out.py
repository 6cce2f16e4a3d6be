"""Carrying files out on their day. Accounts are simulated: every account of a branch that there is takes money, but for a few numbers with a fixed answer."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from mynumber.institutions.acquirer.transfers.models import WAITING, Transfer, TransferFile
from mynumber.institutions.acquirer.transfers.taking import JAPAN
from mynumber.protocols.transfers import ReturnReason, TransferOutcome
from mynumber.webkit.face import banks

TEST_NUMBERS: Final = {
    "9999991": ReturnReason.NO_ACCOUNT,
    "9999992": ReturnReason.NAME_DIFFERS,
    "9999993": ReturnReason.CLOSED,
    "9999994": ReturnReason.STOPPED,
}
"""Account numbers, at any bank, to which nothing can be paid."""


def why_not(transfer: Transfer) -> ReturnReason | None:
    """What the receiving bank says; None: it takes the money."""
    if transfer.branch not in banks.branches(transfer.bank):
        return ReturnReason.NO_BRANCH
    return TEST_NUMBERS.get(transfer.number)


def carry_out_due(*, now: datetime) -> int:
    """Carry out the files whose day has come; how many. Each file is one transaction."""
    today = now.astimezone(JAPAN).date()
    due = TransferFile.objects.filter(carried_out_at=None, pay_on__lte=today).order_by("pay_on", "pk")
    return sum(carry_out(file, now=now) for file in due.values_list("pk", flat=True))


@transaction.atomic
def carry_out(file: int, *, now: datetime) -> bool:
    """Carry out a file, once. The caller has seen to the day."""
    row = TransferFile.objects.select_for_update().get(pk=file)
    if row.carried_out_at is not None:
        return False
    for each in row.transfers.filter(state=WAITING):
        reason = why_not(each)
        _become(each, TransferOutcome.PAID if reason is None else TransferOutcome.RETURNED, reason, now)
    row.carried_out_at = now
    row.save(update_fields=["carried_out_at"])
    return True


@transaction.atomic
def give_back(transfer: int, *, now: datetime) -> bool:
    """資金返却 after the money had been paid (組戻): the receiving bank sends it back."""
    row = Transfer.objects.select_for_update().get(pk=transfer)
    if row.state != TransferOutcome.PAID:
        return False
    _become(row, TransferOutcome.RETURNED, ReturnReason.RECALLED, now)
    return True


def _become(row: Transfer, outcome: TransferOutcome, reason: ReturnReason | None, now: datetime) -> None:
    row.state, row.reason = outcome.value, reason.value if reason else ""
    row.version += 1
    row.changed_at = row.next_try_at = now
    row.save(update_fields=["state", "reason", "version", "changed_at", "next_try_at"])
