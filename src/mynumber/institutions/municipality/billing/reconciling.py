"""突合: the own bills, the news (速報) and the files of a day (確報) side by side. Every payment gets one finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import transaction

from mynumber.institutions.municipality.billing import counting
from mynumber.institutions.municipality.billing.issuing import JAPAN, CannotBill, collector_of
from mynumber.institutions.municipality.billing.models import Bill, Day, Payment, Standing
from mynumber.institutions.municipality.billing.refunding import provider
from mynumber.protocols.payments import Method, SettlementSource
from mynumber.protocols.settlements import BadFile, SettledEntry, SettlementFile, decode
from mynumber.webkit.tenancy import acting_as

_METHOD_OF: Final = {SettlementSource.CARD: Method.CARD, SettlementSource.BANK: Method.COUNTER}
"""How something was paid of which only the file tells."""


class Finding(StrEnum):
    """What the comparison says of a payment."""

    MATCHED = "matched"
    MISSING = "missing"
    SURPLUS = "surplus"
    WRONG_AMOUNT = "wrong_amount"

    @property
    def label_ja(self) -> str:
        return _FINDING_JA[self]


_FINDING_JA: Final = {
    Finding.MATCHED: "一致",
    Finding.MISSING: "確報にない",
    Finding.SURPLUS: "多い（納付書なし・二重）",
    Finding.WRONG_AMOUNT: "金額が違う",
}


@dataclass(frozen=True, slots=True)
class Known:
    """A payment as the municipality has it. Yen."""

    payment: UUID
    number: str
    method: Method
    amount: int
    bill_amount: int | None
    """None: there is no such bill."""
    is_counted: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One payment in the comparison."""

    known: Known
    settled: int | None
    """Yen in the file; None: it is not there."""
    finding: Finding


def compare(known: Iterable[Known], settled: Mapping[UUID, int]) -> list[Line]:
    """Judge each payment. Pure: everything in `settled` is known, since the file was counted when it came."""
    return [Line(each, settled.get(each.payment), _judge(each, settled.get(each.payment))) for each in known]


def _judge(known: Known, settled: int | None) -> Finding:
    if settled is None:
        return Finding.MISSING
    if settled != known.amount or (known.bill_amount is not None and settled != known.bill_amount):
        return Finding.WRONG_AMOUNT
    return Finding.MATCHED if known.is_counted else Finding.SURPLUS


def fetch(tenant: str, day: date, *, now: datetime) -> None:
    """Get both files of a day and count what they tell. Call it outside a transaction. Raises Refused, CannotBill.

    A file that is not whole is not believed, no line of it; the one that came before stays.
    """
    for source in SettlementSource:
        given = provider(tenant).settlements(source, day)
        try:
            file = decode(given.content)
        except BadFile as bad:
            raise CannotBill(
                f"{_SOURCE_JA[source]}の確報を受け取れません（{bad.fault.value}）。送り手に知らせてください。"
            ) from None
        if (file.source, file.collector, file.day) != (source, collector_of(tenant), day):
            raise CannotBill(f"{_SOURCE_JA[source]}の確報が、ほかの日か、ほかの収納機関のものです。")
        with acting_as(tenant):
            _keep(tenant, file, given.content, is_final=given.is_final, at=now)


_SOURCE_JA: Final = {SettlementSource.CARD: "カード", SettlementSource.BANK: "銀行"}


@transaction.atomic
def _keep(tenant: str, file: SettlementFile, content: bytes, *, is_final: bool, at: datetime) -> None:
    Day.objects.update_or_create(
        source=file.source.value,
        day=file.day,
        defaults={
            "content": content,
            "entries": len(file.entries),
            "paid": file.paid,
            "refunded": file.refunded,
            "is_final": is_final,
            "taken_at": at,
        },
    )
    for entry in file.entries:
        if not entry.is_refund:
            counting.settle(tenant, entry, _METHOD_OF[file.source], at=at)


def files_of(day: date) -> list[Day]:
    """The files of a day that are here."""
    return list(Day.objects.filter(day=day).order_by("source"))


def lines_of(day: date) -> list[Line]:
    """The comparison of a day in Japan."""
    begins = datetime.combine(day, time(), JAPAN)
    payments = (
        Payment.objects.filter(paid_at__gte=begins, paid_at__lt=begins + timedelta(days=1))
        .select_related("bill")
        .order_by("paid_at", "pk")
    )
    return compare((_known(row) for row in payments), _settled(files_of(day)))


def _known(row: Payment) -> Known:
    bill: Bill | None = row.bill
    return Known(
        row.payment,
        row.number,
        Method(row.method),
        row.amount,
        None if bill is None else bill.amount,
        row.standing == Standing.COUNTED,
    )


def _settled(files: Sequence[Day]) -> dict[UUID, int]:
    entries: list[SettledEntry] = [entry for file in files for entry in decode(bytes(file.content)).entries]
    return {entry.payment: entry.amount for entry in entries if not entry.is_refund}
