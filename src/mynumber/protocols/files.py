"""Files between a member and its gateway: the daily differences of copies (副本), and inquiries asked over night.

A file is lines of JSON (UTF-8, each ended by a line feed). The member cuts it into parts of whole lines, at most :data:`PART_BYTES` each, and
sends them in order; the gateway carries a part out in one durable transaction and answers what it did. Whoever was interrupted asks for the state
and goes on at ``received``; a part that is sent again is answered as the first time and done once. See docs/protocols/copies.md.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, BinaryIO
from uuid import UUID

import msgspec

from mynumber.protocols.message import BATCH_BYTES, Batch, HexDigest, Message, Moment

PART_BYTES = 1024 * 1024
"""Upper bound of a part."""
LINE_BYTES = 64 * 1024
"""Upper bound of a line, its end included."""
LARGEST_FILE = 64 * 1024**3

Bytes = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_FILE)]
LineNumber = Annotated[int, msgspec.Meta(ge=0, le=2**40)]
"""From 1; 0 is before the first."""


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Purpose(StrEnum):
    """What the lines of a file are."""

    COPIES = "copies"
    """Each a :class:`~mynumber.protocols.copies.Copy`; ``"fact": null`` takes the copy of its period away."""
    INQUIRIES = "inquiries"
    """Each an :class:`~mynumber.protocols.exchange.Inquiry` with its own request id."""


class LineRefusal(StrEnum):
    """Why a line was not carried out. The others are."""

    MALFORMED = "malformed"
    """No JSON, or not the fields of the purpose."""
    TOO_LONG = "too_long"
    NO_CODE = "no_code"
    UNKNOWN_INFORMATION = "unknown_information"
    MALFORMED_FACT = "malformed_fact"
    WRONG_PERIOD = "wrong_period"
    """The fact is of another period than the line says, or a copy is taken away without the period that its kind has."""
    OLDER = "older"
    """The gateway, or the same file, has a copy with a later ``as_of``."""
    FROM_THE_FUTURE = "from_the_future"
    """``as_of`` lies ahead: it would keep every true copy out."""
    DUPLICATE_REQUEST = "duplicate_request"
    """The request id stands in an earlier line or an earlier file."""

    @property
    def sentence_ja(self) -> str:
        return _REFUSAL_JA[self]


_REFUSAL_JA = {
    LineRefusal.MALFORMED: "行の形が決まりに合いません。",
    LineRefusal.TOO_LONG: "行が長すぎます。",
    LineRefusal.NO_CODE: "この宛名番号の人の符号を取得していません。",
    LineRefusal.UNKNOWN_INFORMATION: "情報の種類が分からないか、様式がありません。",
    LineRefusal.MALFORMED_FACT: "情報の中身が様式に合いません。",
    LineRefusal.WRONG_PERIOD: "書かれた期間（年度・年・月）が、情報の中身と合わないか、抜けています。",
    LineRefusal.OLDER: "より新しい時点の副本があります。",
    LineRefusal.FROM_THE_FUTURE: "時点が未来です。",
    LineRefusal.DUPLICATE_REQUEST: "照会番号がすでに使われています。",
}


class FilePart(_Body, frozen=True, kw_only=True):
    """One part of a file."""

    file: UUID
    """Made by the member; names the file."""
    purpose: Purpose
    size: Bytes
    """Of the whole file, bytes."""
    digest: HexDigest
    """Of the whole file: :func:`file_digest`."""
    offset: Bytes
    """Where the part begins, bytes from the beginning of the file."""
    content: Annotated[bytes, msgspec.Meta(max_length=2 * PART_BYTES)]
    """Whole lines, :func:`packed` (base64 in JSON)."""


class RefusedLine(_Body, frozen=True, kw_only=True):
    line: LineNumber
    reason: LineRefusal


class FileState(_Body, frozen=True, kw_only=True):
    """How far a file is."""

    file: UUID
    purpose: Purpose
    size: Bytes
    digest: HexDigest
    received: Bytes
    """Where to go on."""
    lines: LineNumber
    """Lines received."""
    accepted: LineNumber
    """Copies registered, or inquiries taken in."""
    deleted: LineNumber
    """Copies taken away."""
    refused: LineNumber
    answered: LineNumber = 0
    """Inquiries that have ended."""
    began_at: Moment
    ended_at: Moment | None = None
    """When the last part was carried out; of inquiries, when the last of them ended."""


class PartDone(_Body, frozen=True, kw_only=True):
    """A part is carried out and durable. Every line of it that is not named is acknowledged."""

    state: FileState
    refused: Annotated[tuple[RefusedLine, ...], msgspec.Meta(max_length=PART_BYTES)] = ()
    """The refused lines of this part, by their number in the file."""


class FileQuery(_Body, frozen=True, kw_only=True):
    file: UUID


class FileStates(_Body, frozen=True, kw_only=True):
    files: Batch[FileState]
    """One, or none when no part of it ever arrived."""


class LinesQuery(_Body, frozen=True, kw_only=True):
    """What follows on a line, or a result, that is there already."""

    file: UUID
    after: LineNumber = 0


class RefusedLines(_Body, frozen=True, kw_only=True):
    refused: Batch[RefusedLine]
    """Ascending; empty: there are no more."""


class ResultLines(_Body, frozen=True, kw_only=True):
    """Results of inquiries, each line an :class:`~mynumber.protocols.exchange.InquiryResult`, in the order in which they ended."""

    content: Annotated[bytes, msgspec.Meta(max_length=2 * PART_BYTES)]
    """Whole lines, :func:`packed`."""
    last: LineNumber
    """Number of the last result in ``content``: ask after it. The same as asked: no more have ended yet."""
    complete: bool
    """Whether nothing can follow."""


SEND_PART = Message("file-part.v1", FilePart, PartDone, sealed=True, max_bytes=BATCH_BYTES)
QUERY_FILE = Message("file-state.v1", FileQuery, FileStates)
QUERY_REFUSED_LINES = Message("file-refused-lines.v1", LinesQuery, RefusedLines, max_bytes=BATCH_BYTES)
FETCH_RESULTS = Message("inquiry-results.v1", LinesQuery, ResultLines, sealed=True, max_bytes=BATCH_BYTES)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file as it is cut."""

    offset: int
    content: bytes


def cut(stream: BinaryIO, *, offset: int = 0) -> Iterator[Part]:
    """Parts of whole lines from a file open at ``offset``; a file cut anew gives the same parts.

    Raises ValueError when a line is longer than a part or the last line has no end.
    """
    rest = b""
    while block := stream.read(PART_BYTES - len(rest)):
        whole, feed, rest_of_block = (rest + block).rpartition(b"\n")
        if not feed:
            raise ValueError("a line is too long, or the last one has no end")
        yield Part(offset, whole + feed)
        offset += len(whole) + 1
        rest = rest_of_block
    if rest:
        raise ValueError("the last line has no end")


def packed(content: bytes) -> bytes:
    """A part as it travels: zlib. Lines of one layout shrink to a tenth, and with them the cost of sealing and signing."""
    return zlib.compress(content, level=1)


def unpacked(content: bytes) -> bytes:
    """The lines of a part. Raises ValueError when they are not packed, or longer than a part."""
    stream = zlib.decompressobj()
    try:
        lines = stream.decompress(content, PART_BYTES)
    except zlib.error:
        raise ValueError("not packed") from None
    if not stream.eof or stream.unused_data:
        raise ValueError("longer than a part, or cut short")
    return lines


def file_digest(parts: Iterable[bytes]) -> str:
    """SHA-256 (hex) over the SHA-256 of each part: what both sides can compute part by part, over interruptions."""
    whole = hashlib.sha256()
    for digest in parts:
        whole.update(digest)
    return whole.hexdigest()


def part_digest(content: bytes) -> bytes:
    """SHA-256 of a part."""
    return hashlib.sha256(content).digest()
