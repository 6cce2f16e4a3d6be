"""DER, as far as status and time-stamps need it: a strict reader and plain writers.

Messages that are answered thousands of times a second are put together from bytes here; certificates and lists are
made by `cryptography`, whose declarative decoder (`hazmat.asn1`, 50) cannot pass over optional parts of a request that
nobody here looks at. The reader takes one encoding of each value and nothing else (X.690, 10): no indefinite or padded
lengths, no high tags, no rest after the end. Tests hold what is written against its encoder.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OID: Final = 0x06
ENUMERATED: Final = 0x0A
UTF8_STRING: Final = 0x0C
GENERALIZED_TIME: Final = 0x18
SEQUENCE: Final = 0x30
SET: Final = 0x31

_LONG_FORM: Final = 0x80
_HIGH_TAG: Final = 0x1F
_LENGTH_BYTES: Final = 3
_MORE: Final = 0x80
"""The bit that says that a number of an object identifier goes on."""


class MalformedDer(Exception):
    """The bytes are no DER, or not of the shape that was expected. Says what was expected, never what was there."""


def explicit(number: int) -> int:
    """The tag [number], constructed: EXPLICIT, or IMPLICIT of something constructed."""
    return 0xA0 | number


def implicit(number: int) -> int:
    """The tag [number] IMPLICIT of something primitive."""
    return 0x80 | number


# --- reading ------------------------------------------------------------------------------------------------


class Reader:
    """Reads elements one after the other from a part of some bytes. Raises MalformedDer."""

    __slots__ = ("_at", "_data", "_end")

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        self._data = data
        self._at = start
        self._end = len(data) if end is None else end

    def more(self) -> bool:
        """Whether an element follows."""
        return self._at < self._end

    def next_is(self, tag: int) -> bool:
        """Whether the next element has this tag; False at the end."""
        return self._at < self._end and self._data[self._at] == tag

    def inside(self, tag: int) -> Reader:
        """Read one element of this tag and return a reader of its content."""
        start, end = self._content(tag)
        self._at = end
        return Reader(self._data, start, end)

    def content(self, tag: int) -> bytes:
        """Read one element of this tag and return the bytes of its content."""
        start, end = self._content(tag)
        self._at = end
        return self._data[start:end]

    def element(self, tag: int) -> bytes:
        """Read one element of this tag and return all of it, tag and length included."""
        begin = self._at
        _, self._at = self._content(tag)
        return self._data[begin : self._at]

    def integer(self) -> int:
        """Read an INTEGER in its shortest form."""
        content = self.content(INTEGER)
        if not content or (
            len(content) > 1 and content[0] in (0, 0xFF) and not (content[0] ^ content[1]) & 0x80
        ):
            raise MalformedDer("an integer is not in its shortest form")
        return int.from_bytes(content, signed=True)

    def identifier(self) -> bytes:
        """Read an OBJECT IDENTIFIER and return all of it: identifiers are compared as they stand."""
        element = self.element(OID)
        if not _is_identifier(element):
            raise MalformedDer("an object identifier is not in its shortest form")
        return element

    def algorithm(self) -> bytes:
        """Read an AlgorithmIdentifier whose parameters are NULL or absent and return its identifier."""
        algorithm = self.inside(SEQUENCE)
        name = algorithm.identifier()
        if algorithm.more():
            algorithm.inside(NULL).end()
        algorithm.end()
        return name

    def boolean(self) -> bool:
        """Read a BOOLEAN: 00 or FF."""
        content = self.content(BOOLEAN)
        if content not in (b"\x00", b"\xff"):
            raise MalformedDer("a boolean is 00 or FF")
        return content == b"\xff"

    def end(self) -> None:
        """Nothing may follow."""
        if self._at != self._end:
            raise MalformedDer("something follows where nothing may")

    def _content(self, tag: int) -> tuple[int, int]:
        data, at, end = self._data, self._at, self._end
        if at + 2 > end or data[at] != tag or tag & _HIGH_TAG == _HIGH_TAG:
            raise MalformedDer(f"an element of tag {tag:02X} is missing")
        length, start = data[at + 1], at + 2
        if length >= _LONG_FORM:
            count = length & ~_LONG_FORM
            length = int.from_bytes(data[start : start + count])
            if (
                not 1 <= count <= _LENGTH_BYTES
                or start + count > end
                or data[start] == 0
                or length < _LONG_FORM
            ):
                raise MalformedDer("a length is not in its shortest form")
            start += count
        if start + length > end:
            raise MalformedDer("an element is longer than what holds it")
        return start, start + length


@lru_cache(maxsize=256)
def _is_identifier(element: bytes) -> bool:
    """Whether the numbers in an OBJECT IDENTIFIER end and none begins with a zero."""
    content = element[2:]
    begins = [True, *(byte < _MORE for byte in content)]
    padded = any(begin and byte == _MORE for begin, byte in zip(begins, content, strict=False))
    return len(content) > 0 and begins[-1] and not padded


# --- writing ------------------------------------------------------------------------------------------------


def encode(tag: int, *parts: bytes) -> bytes:
    """One element with the parts as its content."""
    content = b"".join(parts)
    return _head(tag, len(content)) + content


@lru_cache(maxsize=1024)
def _head(tag: int, length: int) -> bytes:
    if length < _LONG_FORM:
        return bytes((tag, length))
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, _LONG_FORM | len(size))) + size


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE of elements."""
    return encode(SEQUENCE, *parts)


def integer(value: int) -> bytes:
    """An INTEGER in its shortest form."""
    bits = (value if value >= 0 else ~value).bit_length()
    return encode(INTEGER, value.to_bytes(bits // 8 + 1, signed=True))


def octets(content: bytes) -> bytes:
    """An OCTET STRING."""
    return encode(OCTET_STRING, content)


@lru_cache(maxsize=256)
def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER from its dotted form."""
    first, second, *others = (int(part) for part in dotted.split("."))
    content = bytearray()
    for number in (first * 40 + second, *others):
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(number & 0x7F | 0x80)
        content += bytes(reversed(groups))
    return encode(OID, bytes(content))


def generalized_time(moment: datetime) -> bytes:
    """A GeneralizedTime in whole seconds of UTC, as RFC 5280 wants it."""
    return _second(math.floor(moment.timestamp()))


@lru_cache(maxsize=1024)
def _second(since_1970: int) -> bytes:
    moment = datetime.fromtimestamp(since_1970, UTC)
    return encode(GENERALIZED_TIME, moment.strftime("%Y%m%d%H%M%SZ").encode())


def bit_string(content: bytes, unused: int = 0) -> bytes:
    """A BIT STRING; `unused` bits of the last byte do not count."""
    return encode(BIT_STRING, bytes((unused,)), content)


NULL_VALUE: Final = encode(NULL)
