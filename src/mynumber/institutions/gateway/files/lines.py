"""Reading the lines of a part: pure, so that it can run beside the event loop. One bad line never spoils the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from mynumber.foundation.law import InformationKind
from mynumber.protocols.copies import CLOCK_SKEW, Copy
from mynumber.protocols.exchange import Inquiry
from mynumber.protocols.facts import UnknownLayout, WrongPeriod, read_copy, read_deletion
from mynumber.protocols.files import LINE_BYTES, LineRefusal

_decode_copy = msgspec.json.Decoder(Copy).decode
_decode_inquiry = msgspec.json.Decoder(Inquiry).decode

CopyLine = tuple[int, str, str, str, datetime, str | None]
"""(line, addressee, information, period, as of, fact as JSON or None to take the copy away): a row of the staging table."""


@dataclass(frozen=True, slots=True)
class ReadCopies:
    """The lines of a part of copies."""

    lines: int
    rows: list[CopyLine]
    refused: list[tuple[int, LineRefusal]]


@dataclass(frozen=True, slots=True)
class ReadInquiries:
    """The lines of a part of inquiries: (line, request id, JSON)."""

    lines: int
    rows: list[tuple[int, UUID, str]]
    refused: list[tuple[int, LineRefusal]]


def read_copies(content: bytes, *, first_line: int, now: datetime) -> ReadCopies:
    """Read whole lines, numbered from ``first_line``."""
    rows: list[CopyLine] = []
    refused: list[tuple[int, LineRefusal]] = []
    latest = now + CLOCK_SKEW
    kinds: dict[str, InformationKind | None] = {}
    lines = content.split(b"\n")[:-1]
    for number, line in enumerate(lines, first_line):
        if len(line) >= LINE_BYTES:
            refused.append((number, LineRefusal.TOO_LONG))
            continue
        try:
            copy = _decode_copy(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            refused.append((number, LineRefusal.MALFORMED))
            continue
        if copy.as_of > latest:
            refused.append((number, LineRefusal.FROM_THE_FUTURE))
            continue
        name = copy.information
        if name not in kinds:
            kinds[name] = _kind(name)
        kind, fact = kinds[name], bytes(copy.fact)
        if kind is None:
            refused.append((number, LineRefusal.UNKNOWN_INFORMATION))
            continue
        try:
            if fact == b"null":
                rows.append(
                    (number, copy.addressee, name, read_deletion(kind, copy.period), copy.as_of, None)
                )
            else:
                period = read_copy(kind, fact, copy.period)
                rows.append((number, copy.addressee, name, period, copy.as_of, fact.decode()))
        except UnknownLayout:
            refused.append((number, LineRefusal.UNKNOWN_INFORMATION))
        except WrongPeriod:
            refused.append((number, LineRefusal.WRONG_PERIOD))
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError):
            refused.append((number, LineRefusal.MALFORMED_FACT))
    return ReadCopies(len(lines), rows, refused)


def read_inquiries(content: bytes, *, first_line: int) -> ReadInquiries:
    """Read whole lines, numbered from ``first_line``. Of lines with the same request id the first counts."""
    rows: dict[UUID, tuple[int, UUID, str]] = {}
    refused: list[tuple[int, LineRefusal]] = []
    lines = content.split(b"\n")[:-1]
    for number, line in enumerate(lines, first_line):
        if len(line) >= LINE_BYTES:
            refused.append((number, LineRefusal.TOO_LONG))
            continue
        try:
            inquiry = _decode_inquiry(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            refused.append((number, LineRefusal.MALFORMED))
            continue
        if inquiry.request_id in rows:
            refused.append((number, LineRefusal.DUPLICATE_REQUEST))
        else:
            rows[inquiry.request_id] = (number, inquiry.request_id, line.decode())
    return ReadInquiries(len(lines), list(rows.values()), refused)


def _kind(name: str) -> InformationKind | None:
    try:
        return InformationKind.named(name)
    except ValueError:
        return None
