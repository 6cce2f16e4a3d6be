"""The file of a day (確報): what was paid and given back, one line each, with totals that must agree.

Lines of 90 ASCII characters, each ended by CR LF, as files of banks are: header, entries, totals, end.

::

    1 SOURCE(4) COLLECTOR(5) DAY(8) filler                                          header
    2 KIND(1: P paid, R refund) PAYMENT(32) NUMBER(20, spaces after) YEN(12) UTC(14)    entry
    8 PAID(6) PAID-YEN(15) REFUNDS(6) REFUNDED-YEN(15) filler                       totals
    9 filler                                                                        end

The reader takes one spelling only and re-encodes: what is not exactly this is refused as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from mynumber.protocols.payments import SettlementSource

WIDTH: Final = 90
_END: Final = b"\r\n"
_ENTRY: Final = re.compile(rb"2([PR])([0-9a-f]{32})([0-9]{1,20}) *([0-9]{12})([0-9]{14}) *", re.ASCII)
_HEADER: Final = re.compile(rb"1(card|bank)([0-9]{5})([0-9]{8}) *", re.ASCII)
_TOTALS: Final = re.compile(rb"8([0-9]{6})([0-9]{15})([0-9]{6})([0-9]{15}) *", re.ASCII)
_MOST_ENTRIES: Final = 999_999
_MOST_YEN: Final = 10**12 - 1


class Fault(StrEnum):
    """What is wrong with a file."""

    SHAPE = "shape"
    """A line that is none of the four kinds, or in the wrong place."""
    TOTALS = "totals"
    """The totals are not those of the entries."""
    VALUE = "value"
    """A day, a time or an amount that there is not."""


class BadFile(ValueError):
    """The file is not believed, no line of it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"the settlement file is refused: {fault.value}")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class SettledEntry:
    """One payment, or one refund of it."""

    payment: UUID
    number: str
    """納付番号 as it was typed."""
    amount: int
    """Yen, positive."""
    at: datetime
    """Whole seconds, UTC."""
    is_refund: bool = False


@dataclass(frozen=True, slots=True)
class SettlementFile:
    """One day of one collector from one source."""

    source: SettlementSource
    collector: str
    day: date
    entries: tuple[SettledEntry, ...]

    @property
    def paid(self) -> int:
        """Yen that was paid."""
        return sum(entry.amount for entry in self.entries if not entry.is_refund)

    @property
    def refunded(self) -> int:
        """Yen that was given back."""
        return sum(entry.amount for entry in self.entries if entry.is_refund)


def encode(file: SettlementFile) -> bytes:
    """The bytes of a file. Raises BadFile for what a line cannot hold."""
    refunds = sum(entry.is_refund for entry in file.entries)
    if len(file.entries) > _MOST_ENTRIES or any(not 0 < e.amount <= _MOST_YEN for e in file.entries):
        raise BadFile(Fault.VALUE)
    lines = [
        f"1{file.source.value}{file.collector}{file.day:%Y%m%d}",
        *(
            f"2{'R' if entry.is_refund else 'P'}{entry.payment.hex}{entry.number:<20}"
            f"{entry.amount:012d}{entry.at.astimezone(UTC):%Y%m%d%H%M%S}"
            for entry in file.entries
        ),
        f"8{len(file.entries) - refunds:06d}{file.paid:015d}{refunds:06d}{file.refunded:015d}",
        "9",
    ]
    return b"".join(line.ljust(WIDTH).encode("ascii") + _END for line in lines)


def decode(content: bytes) -> SettlementFile:
    """Read a file. Raises BadFile."""
    lines = _lines(content)
    header, totals = _HEADER.fullmatch(lines[0]), _TOTALS.fullmatch(lines[-2])
    if header is None or totals is None or lines[-1].rstrip(b" ") != b"9":
        raise BadFile(Fault.SHAPE)
    file = SettlementFile(
        source=SettlementSource(header[1].decode()),
        collector=header[2].decode(),
        day=_moment(header[3], "%Y%m%d").date(),
        entries=tuple(_entry(line) for line in lines[1:-2]),
    )
    refunds = sum(entry.is_refund for entry in file.entries)
    said = tuple(int(part) for part in totals.groups())
    if said != (len(file.entries) - refunds, file.paid, refunds, file.refunded):
        raise BadFile(Fault.TOTALS)
    if encode(file) != content:
        raise BadFile(Fault.SHAPE)
    return file


def _lines(content: bytes) -> Sequence[bytes]:
    size = WIDTH + len(_END)
    if len(content) % size or len(content) < 3 * size:
        raise BadFile(Fault.SHAPE)
    return [content[at : at + WIDTH] for at in range(0, len(content), size)]


def _entry(line: bytes) -> SettledEntry:
    found = _ENTRY.fullmatch(line)
    if found is None:
        raise BadFile(Fault.SHAPE)
    kind, payment, number, amount, at = found.groups()
    if int(amount) == 0:
        raise BadFile(Fault.VALUE)
    return SettledEntry(
        UUID(payment.decode()), number.decode(), int(amount), _moment(at, "%Y%m%d%H%M%S"), kind == b"R"
    )


def _moment(text: bytes, form: str) -> datetime:
    try:
        return datetime.strptime(text.decode(), form).replace(tzinfo=UTC)
    except ValueError:
        raise BadFile(Fault.VALUE) from None
