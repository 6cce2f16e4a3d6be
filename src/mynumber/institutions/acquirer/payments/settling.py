"""The file of a day (確報) for a collector: cards in one, banks in the other."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from mynumber.institutions.acquirer.payments.models import Payment, Refund
from mynumber.protocols.payments import Method, Settlement, SettlementSource
from mynumber.protocols.settlements import SettledEntry, SettlementFile, encode

JAPAN: Final = ZoneInfo("Asia/Tokyo")
_METHODS: Final = {
    SettlementSource.CARD: (Method.CARD,),
    SettlementSource.BANK: (Method.PAY_EASY, Method.COUNTER),
}


def settle(payee: str, collector: str, source: SettlementSource, day: date, *, now: datetime) -> Settlement:
    """All that was taken and given back on a day in Japan; of a day that goes on, so far."""
    begins = datetime.combine(day, time(), JAPAN)
    ends = begins + timedelta(days=1)
    taken = Payment.objects.filter(
        collector=collector,
        payee=payee,
        method__in=_METHODS[source],
        captured_at__gte=begins,
        captured_at__lt=ends,
    ).order_by("captured_at", "pk")
    given_back = (
        Refund.objects.filter(
            payment__collector=collector,
            payment__payee=payee,
            payment__method__in=_METHODS[source],
            at__gte=begins,
            at__lt=ends,
        )
        .select_related("payment")
        .order_by("at", "pk")
    )
    entries = (
        *(SettledEntry(row.pk, row.number, row.amount, _second(row.captured_at)) for row in taken),
        *(
            SettledEntry(row.payment_id, row.payment.number, row.amount, _second(row.at), is_refund=True)
            for row in given_back
        ),
    )
    return Settlement(content=encode(SettlementFile(source, collector, day, entries)), is_final=now >= ends)


def _second(at: datetime | None) -> datetime:
    assert at is not None  # noqa: S101 - filtered by it
    return at.astimezone(UTC).replace(microsecond=0)
