"""General transfers (総合振込, 種別コード 21): a file of payments from one account to many, to be carried out on one day.

Records of 120 bytes, JIS X 0201, each ended by CR LF or none of them::

    1 header    who pays, from which account, on which day (月日: the year is not written)
    2 data      bank, branch, kind and number of the account, name in kana, yen, the payer's reference
    8 trailer   number of data records, their sum in yen
    9 end

Numbers stand right with zeros before them, text left with spaces behind. The reader takes this one spelling only and re-encodes: what is not exactly
this is refused as a whole, with the record and what is wrong with it. Pure; prints no name and no account.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from typing import Final

from mynumber.foundation.zengin.characters import ALLOWED, ENCODING

WIDTH: Final = 120
LINE_END: Final = b"\r\n"
MOST_TRANSFERS: Final = 999_999
MOST_YEN: Final = 9_999_999_999
"""Of one transfer."""
MOST_TOGETHER: Final = 999_999_999_999
"""Yen of a file."""
GENERAL_TRANSFER: Final = "21"
JIS: Final = "0"
BY_WIRE: Final = "7"
"""振込区分: テレ振込."""
_NOT_NEW: Final = "0"
"""新規コード: その他."""


class Fault(StrEnum):
    """What is wrong with a file or with what is to become one."""

    LENGTH = "length"
    """Not records of 120 bytes, all or none of them ended by CR LF."""
    ORDER = "order"
    """A record that does not belong where it stands."""
    KIND = "kind"
    """Not general transfers in JIS."""
    CHARACTER = "character"
    DIGITS = "digits"
    ACCOUNT_KIND = "account_kind"
    NAME = "name"
    """A name that is empty, too long or begins or ends with a space."""
    AMOUNT = "amount"
    DAY = "day"
    TOTALS = "totals"
    FILLER = "filler"
    """Something where nothing may stand."""
    NUMBER = "number"
    """No transfer, or more than a file holds."""


class BadTransferFile(ValueError):
    """The file is not believed, no record of it. Carries nothing of it."""

    def __init__(self, fault: Fault, record: int | None = None) -> None:
        where = "" if record is None else f" in record {record}"
        super().__init__(f"the transfer file is refused: {fault.value}{where}")
        self.fault = fault
        self.record = record
        """Counts from 1, the header; None: the file as a whole."""


class AccountKind(IntEnum):
    """預金種目"""

    ORDINARY = 1
    CURRENT = 2
    SAVINGS = 4
    OTHER = 9


PAYS_FROM: Final = frozenset({AccountKind.ORDINARY, AccountKind.CURRENT, AccountKind.OTHER})


@dataclass(frozen=True, slots=True)
class Account:
    """An account at a branch of a bank. Names in kana as `characters.written` gives them; a bank's may be empty."""

    bank: str = field(repr=False)
    """金融機関コード, 4 digits."""
    branch: str = field(repr=False)
    """店番, 3 digits."""
    kind: AccountKind = field(repr=False)
    number: str = field(repr=False)
    """7 digits, zeros before."""
    holder: str = field(repr=False)
    bank_name: str = field(default="", repr=False)
    branch_name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment."""

    to: Account
    amount: int
    """Yen."""
    reference: str
    """顧客コード1 and 2 together: 20 digits of the payer's own; comes back with the result."""


@dataclass(frozen=True, slots=True)
class TransferFile:
    """The payments of one payer on one day."""

    payer: str
    """振込依頼人コード, 10 digits."""
    account: Account
    month: int
    day: int
    transfers: tuple[Transfer, ...]

    @property
    def total(self) -> int:
        """Yen."""
        return sum(each.amount for each in self.transfers)

    def falls_on(self, on: date) -> bool:
        """Whether this day is the one of the file; which year, the file does not say."""
        return (on.month, on.day) == (self.month, self.day)


# --- the layout ---------------------------------------------------------------------------------------------------

Layout = tuple[tuple[str, int], ...]
"""Length of each field in order: "n" digits, "c" text, "x" nothing (spaces), "0" nothing (zeros)."""
_HEADER: Final[Layout] = (
    *(("n", 1), ("n", 2), ("n", 1), ("n", 10), ("c", 40), ("n", 4)),
    *(("n", 4), ("c", 15), ("n", 3), ("c", 15), ("n", 1), ("n", 7), ("x", 17)),
)
_DATA: Final[Layout] = (
    *(("n", 1), ("n", 4), ("c", 15), ("n", 3), ("c", 15), ("0", 4), ("n", 1), ("n", 7)),
    *(("c", 30), ("n", 10), ("n", 1), ("n", 20), ("n", 1), ("x", 8)),
)
_TRAILER: Final[Layout] = (("n", 1), ("n", 6), ("n", 12), ("x", 101))
_END: Final[Layout] = (("n", 1), ("x", 119))


def encode(file: TransferFile, *, line_ends: bool = True) -> bytes:
    """The bytes of a file. Raises BadTransferFile for what its records cannot hold."""
    if not 1 <= len(file.transfers) <= MOST_TRANSFERS:
        raise BadTransferFile(Fault.NUMBER)
    if file.total > MOST_TOGETHER:
        raise BadTransferFile(Fault.TOTALS)
    _require_day(file.month, file.day)
    _require_account(file.account, 1, longest=40, kinds=PAYS_FROM)
    if not _digits(file.payer, 10):
        raise BadTransferFile(Fault.DIGITS, 1)
    for place, each in enumerate(file.transfers, start=2):
        _require_account(each.to, place, longest=30, kinds=frozenset(AccountKind))
        if not 1 <= each.amount <= MOST_YEN:
            raise BadTransferFile(Fault.AMOUNT, place)
        if not _digits(each.reference, 20):
            raise BadTransferFile(Fault.DIGITS, place)
    end = LINE_END if line_ends else b""
    return b"".join(record.encode(ENCODING) + end for record in _records(file))


def _records(file: TransferFile) -> Iterator[str]:
    own = file.account
    yield _write(
        _HEADER,
        *("1", GENERAL_TRANSFER, JIS, file.payer, own.holder, f"{file.month:02d}{file.day:02d}"),
        *(own.bank, own.bank_name, own.branch, own.branch_name, str(own.kind.value), own.number, ""),
    )
    for each in file.transfers:
        to = each.to
        yield _write(
            _DATA,
            *("2", to.bank, to.bank_name, to.branch, to.branch_name, "", str(to.kind.value), to.number),
            *(to.holder, f"{each.amount:010d}", _NOT_NEW, each.reference, BY_WIRE, ""),
        )
    yield _write(_TRAILER, "8", f"{len(file.transfers):06d}", f"{file.total:012d}", "")
    yield _write(_END, "9", "")


def _write(layout: Layout, *values: str) -> str:
    filled = zip(layout, values, strict=True)
    return "".join(
        value.rjust(length, "0") if kind in "n0" else value.ljust(length) for (kind, length), value in filled
    )


def decode(content: bytes) -> TransferFile:
    """Read a file. Raises BadTransferFile."""
    records = _split(content)
    if len(records) < 4:
        raise BadTransferFile(Fault.NUMBER)
    last = len(records)
    payer, account, month, day = _header(_fields(records[0], "1", _HEADER, 1))
    transfers = tuple(
        _transfer(_fields(record, "2", _DATA, place), place)
        for place, record in enumerate(records[1:-2], start=2)
    )
    file = TransferFile(payer, account, month, day, transfers)
    _, number, total, _ = _fields(records[-2], "8", _TRAILER, last - 1)
    _fields(records[-1], "9", _END, last)
    if (int(number), int(total)) != (len(transfers), file.total):
        raise BadTransferFile(Fault.TOTALS, last - 1)
    if encode(file, line_ends=content.endswith(LINE_END)) != content:
        raise BadTransferFile(Fault.CHARACTER)
    return file


def _split(content: bytes) -> list[str]:
    end = LINE_END if content.endswith(LINE_END) else b""
    size = WIDTH + len(end)
    if not content or len(content) % size:
        raise BadTransferFile(Fault.LENGTH)
    records = []
    for place, at in enumerate(range(0, len(content), size), start=1):
        record = content[at : at + WIDTH]
        if content[at + WIDTH : at + size] != end:
            raise BadTransferFile(Fault.LENGTH, place)
        # One byte is one character here: what would be half of a longer one is none of ours.
        text = "".join(_BYTES.get(byte, "") for byte in record)
        if len(text) != WIDTH:
            raise BadTransferFile(Fault.CHARACTER, place)
        records.append(text)
    return records


_BYTES: Final = {one.encode(ENCODING)[0]: one for one in ALLOWED}


def _fields(record: str, kind: str, layout: Layout, place: int) -> Sequence[str]:
    if record[0] != kind:
        raise BadTransferFile(Fault.ORDER, place)
    found, at = [], 0
    for what, length in layout:
        text = record[at : at + length]
        at += length
        if what == "n" and not _digits(text, length):
            raise BadTransferFile(Fault.DIGITS, place)
        if (what == "x" and text.strip(" ")) or (what == "0" and text.strip("0")):
            raise BadTransferFile(Fault.FILLER, place)
        found.append(text.rstrip(" ") if what == "c" else text)
    return found


def _header(fields: Sequence[str]) -> tuple[str, Account, int, int]:
    _, kind, code, payer, name, day, bank, bank_name, branch, branch_name, account, number, _ = fields
    if (kind, code) != (GENERAL_TRANSFER, JIS):
        raise BadTransferFile(Fault.KIND, 1)
    own = Account(bank, branch, _account_kind(account, 1), number, name, bank_name, branch_name)
    return payer, own, int(day[:2]), int(day[2:])


def _transfer(fields: Sequence[str], place: int) -> Transfer:
    _, bank, bank_name, branch, branch_name, _, kind, number, name, amount, new, reference, way, _ = fields
    if (new, way) != (_NOT_NEW, BY_WIRE):
        raise BadTransferFile(Fault.KIND, place)
    to = Account(bank, branch, _account_kind(kind, place), number, name, bank_name, branch_name)
    return Transfer(to, int(amount), reference)


def _account_kind(text: str, place: int) -> AccountKind:
    try:
        return AccountKind(int(text))
    except ValueError:
        raise BadTransferFile(Fault.ACCOUNT_KIND, place) from None


def _require_account(account: Account, place: int, *, longest: int, kinds: frozenset[AccountKind]) -> None:
    if not (_digits(account.bank, 4) and _digits(account.branch, 3) and _digits(account.number, 7)):
        raise BadTransferFile(Fault.DIGITS, place)
    if account.kind not in kinds:
        raise BadTransferFile(Fault.ACCOUNT_KIND, place)
    for name, most in ((account.holder, longest), (account.bank_name, 15), (account.branch_name, 15)):
        if not set(name) <= ALLOWED:
            raise BadTransferFile(Fault.CHARACTER, place)
        if len(name) > most or name != name.strip(" "):
            raise BadTransferFile(Fault.NAME, place)
    if not account.holder:
        raise BadTransferFile(Fault.NAME, place)


def _require_day(month: int, day: int) -> None:
    try:
        date(2024, month, day)  # a leap year: the year is not written
    except ValueError:
        raise BadTransferFile(Fault.DAY, 1) from None


def _digits(text: str, length: int) -> bool:
    return re.fullmatch(rf"[0-9]{{{length}}}", text, re.ASCII) is not None
