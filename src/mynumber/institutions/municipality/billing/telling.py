"""What the portal is told of bills (消込の結果): the standing as it is, again until it is acknowledged. The worker runs beside the pages."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from django.db.models import F, Q

from mynumber.institutions.municipality.billing.models import Bill, Payment, Standing
from mynumber.institutions.municipality.systems import member_id
from mynumber.protocols import wire
from mynumber.protocols.message import GROUP_ITEMS
from mynumber.protocols.payments import TELL_STANDINGS, BillStanding, BillStandings, Method
from mynumber.protocols.refusal import Hop, Refused
from mynumber.webkit.messages import this_node
from mynumber.webkit.tenancy import acting_as

PORTAL: Final = "portal"
LONGEST_WAIT: Final = timedelta(minutes=30)

woken: Final = threading.Event()


def wake() -> None:
    """There is something for the worker."""
    woken.set()


def standing_of(bill: Bill) -> BillStanding:
    """A bill as it is told."""
    paid = Payment.objects.filter(bill=bill, standing=Standing.COUNTED).first()
    return BillStanding(
        bill=bill.reference,
        notice=bill.notice,
        version=bill.version,
        state=bill.state,
        paid=paid.amount if paid else 0,
        refunded=paid.refunded if paid else 0,
        method=Method(paid.method) if paid else None,
        paid_at=bill.paid_at,
        receipt=bill.receipt,
    )


def tell_due(tenant: str, *, now: datetime) -> int:
    """Tell what changed; how many were taken. Call it outside a transaction."""
    with acting_as(tenant):
        due = list(
            Bill.objects.filter(
                Q(next_try_at=None) | Q(next_try_at__lte=now), told_version__lt=F("version")
            ).order_by("pk")[:GROUP_ITEMS]
        )
        standings = tuple(standing_of(bill) for bill in due)
    if not standings:
        return 0
    try:
        wire.call(
            this_node(),
            TELL_STANDINGS,
            BillStandings(standings=standings),
            sender=member_id(tenant),
            receiver=PORTAL,
            hop=Hop.BILLER,
            now=partial(datetime.now, UTC),
        )
    except Refused:
        tries = max(bill.tries for bill in due)
        wait = min(LONGEST_WAIT, timedelta(seconds=5) * int(2 ** min(tries, 10)))
        with acting_as(tenant):
            Bill.objects.filter(pk__in=[bill.pk for bill in due]).update(
                tries=F("tries") + 1, next_try_at=now + wait
            )
        return 0
    with acting_as(tenant):
        for bill, standing in zip(due, standings, strict=True):
            Bill.objects.filter(pk=bill.pk, told_version__lt=standing.version).update(
                told_version=standing.version
            )
    return len(standings)
