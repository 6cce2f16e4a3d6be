"""What customers are told of their transfers: as they stand, again until it is acknowledged."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from django.db.models import F

from mynumber.institutions.acquirer.transfers.models import Transfer
from mynumber.protocols import wire
from mynumber.protocols.message import GROUP_ITEMS
from mynumber.protocols.refusal import Hop, Refused
from mynumber.protocols.transfers import (
    BANK,
    TELL_TRANSFERS,
    ReturnReason,
    TransferOutcome,
    TransferResult,
    TransferResults,
)
from mynumber.webkit.messages import this_node

LONGEST_WAIT: Final = timedelta(minutes=30)

woken: Final = threading.Event()
"""Set when there is something for the worker."""


def tell_due(*, now: datetime) -> int:
    """Tell each customer what changed; how many results were taken. Call it outside a transaction."""
    due = Transfer.objects.filter(told_version__lt=F("version"), next_try_at__lte=now)
    customers = sorted(set(due.values_list("customer", flat=True)))
    return sum(_tell_all(customer, now=now) for customer in customers)


def _tell_all(customer: str, *, now: datetime) -> int:
    told = 0
    while True:
        rows = list(
            Transfer.objects.filter(customer=customer, told_version__lt=F("version"), next_try_at__lte=now)
            .select_related("file")
            .order_by("pk")[:GROUP_ITEMS]
        )
        if not rows or not _tell(customer, rows, now=now):
            return told
        told += len(rows)


def _tell(customer: str, rows: list[Transfer], *, now: datetime) -> bool:
    try:
        wire.call(
            this_node(),
            TELL_TRANSFERS,
            TransferResults(results=tuple(_result(row) for row in rows)),
            sender=BANK,
            receiver=customer,
            hop=Hop.ACQUIRER,
            now=partial(datetime.now, UTC),
        )
    except Refused:
        wait = min(LONGEST_WAIT, timedelta(seconds=2) * int(2 ** min(max(row.tries for row in rows), 12)))
        Transfer.objects.filter(pk__in=[row.pk for row in rows]).update(
            tries=F("tries") + 1, next_try_at=now + wait
        )
        return False
    for row in rows:
        # What changed while it was told is told again.
        Transfer.objects.filter(pk=row.pk).update(told_version=row.version)
    return True


def _result(row: Transfer) -> TransferResult:
    assert row.changed_at is not None  # noqa: S101 - what has a version has changed
    return TransferResult(
        file=row.file.file,
        reference=row.reference,
        version=row.version,
        outcome=TransferOutcome(row.state),
        amount=row.amount,
        at=row.changed_at,
        reason=ReturnReason(row.reason) if row.reason else None,
    )
