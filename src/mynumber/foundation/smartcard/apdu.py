"""Command and response APDUs (ISO/IEC 7816-4): the bytes between a reader and a card.

Short and extended length are read; every other shape is malformed. Nothing here knows the card.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

SHORT_EXPECTED = 256
"""Bytes that a short Le of 00 asks for."""
EXTENDED_EXPECTED = 65536
"""Bytes that an extended Le of 0000 asks for."""
MAXIMUM_DATA = 65535


class StatusWord(IntEnum):
    """SW1 SW2 of a response (docs/protocols/chip.md). Wrong PIN answers `63Cx`; see `tries_left_status`."""

    DONE = 0x9000
    SECURITY_ENVIRONMENT = 0x66F1
    WRONG_LENGTH = 0x6700
    CHANNEL_NOT_SUPPORTED = 0x6881
    SECURE_MESSAGING_NOT_SUPPORTED = 0x6882
    CHAINING_NOT_SUPPORTED = 0x6884
    WRONG_FILE_TYPE = 0x6981
    NOT_ALLOWED = 0x6982
    BLOCKED = 0x6984
    CONDITIONS_NOT_SATISFIED = 0x6985
    NO_CURRENT_FILE = 0x6986
    SECURE_OBJECT_MISSING = 0x6987
    SECURE_OBJECT_WRONG = 0x6988
    NO_SECURE_SESSION = 0x69FC
    WRONG_DATA = 0x6A80
    NOT_PROVIDED = 0x6A81
    NOT_FOUND = 0x6A82
    RECORD_NOT_FOUND = 0x6A83
    WRONG_P1_P2 = 0x6A86
    REFERENCE_NOT_FOUND = 0x6A88
    OFFSET_PAST_END = 0x6B00
    EXPECTED_MORE = 0x6C00
    """The low byte tells how many (00 = 256)."""
    UNKNOWN_INSTRUCTION = 0x6D00
    UNKNOWN_CLASS = 0x6E00
    SELF_DIAGNOSIS = 0x6F00


def tries_left_status(tries: int) -> int:
    """Status word `63Cx`: the PIN is not verified and `tries` (0..15) are left."""
    return 0x63C0 | tries


class MalformedApdu(Exception):
    """The bytes are no APDU. Says what is wrong, never the bytes: they may hold a PIN."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command APDU.

    `data` (0..65535 bytes) is not printed: it may be a PIN. `expected` is Ne, the most bytes the answer may
    have: 0 when the command asks for none, at most 65536.
    """

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = field(default=b"", repr=False)
    expected: int = 0

    @classmethod
    def parse(cls, apdu: bytes) -> Command:
        """Read the four cases in short and extended form. Raises MalformedApdu."""
        if len(apdu) < 4:
            raise MalformedApdu("an APDU has a header of 4 bytes")
        header, body = apdu[:4], apdu[4:]
        data, expected = _parse_extended(body) if _is_extended(body) else _parse_short(body)
        return cls(header[0], header[1], header[2], header[3], data, expected)

    def encode(self) -> bytes:
        """The bytes, in short form where that can say it."""
        header = bytes((self.cla, self.ins, self.p1, self.p2))
        if len(self.data) > MAXIMUM_DATA or not 0 <= self.expected <= EXTENDED_EXPECTED:
            raise MalformedApdu("the data or the expected length is too long")
        if len(self.data) <= 255 and self.expected <= SHORT_EXPECTED:
            length = bytes((len(self.data),)) if self.data else b""
            expected = bytes((self.expected % SHORT_EXPECTED,)) if self.expected else b""
            return header + length + self.data + expected
        expected = (self.expected % EXTENDED_EXPECTED).to_bytes(2) if self.expected else b""
        length = len(self.data).to_bytes(2) if self.data else b""
        return header + b"\0" + length + self.data + expected


@dataclass(frozen=True, slots=True)
class Response:
    """A response APDU: data, then the status word."""

    data: bytes = field(repr=False)
    status: int

    @classmethod
    def parse(cls, apdu: bytes) -> Response:
        """Read a response. Raises MalformedApdu when it has no status word."""
        if not 2 <= len(apdu) <= EXTENDED_EXPECTED + 2:
            raise MalformedApdu("a response ends in a status word of 2 bytes")
        return cls(apdu[:-2], int.from_bytes(apdu[-2:]))

    def encode(self) -> bytes:
        """The bytes of the response."""
        return self.data + self.status.to_bytes(2)


def _is_extended(body: bytes) -> bool:
    return len(body) > 1 and body[0] == 0


def _parse_short(body: bytes) -> tuple[bytes, int]:
    if not body:
        return b"", 0
    if len(body) == 1:
        return b"", body[0] or SHORT_EXPECTED
    length, rest = body[0], body[1:]
    if len(rest) == length:
        return rest, 0
    if len(rest) == length + 1:
        return rest[:-1], rest[-1] or SHORT_EXPECTED
    raise MalformedApdu("Lc does not match the length")


def _parse_extended(body: bytes) -> tuple[bytes, int]:
    if len(body) < 3:
        raise MalformedApdu("an extended length has 2 bytes")
    first, rest = int.from_bytes(body[1:3]), body[3:]
    if not rest:
        return b"", first or EXTENDED_EXPECTED
    if first == 0:
        raise MalformedApdu("an extended Lc is not zero")
    if len(rest) == first:
        return rest, 0
    if len(rest) == first + 2:
        return rest[:-2], int.from_bytes(rest[-2:]) or EXTENDED_EXPECTED
    raise MalformedApdu("extended Lc does not match the length")
