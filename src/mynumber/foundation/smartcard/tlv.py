"""Tag-length-value objects (ISO/IEC 8825-1, as cards use them): tags of one or two bytes, lengths of up to two bytes.

Strict: a length in its shortest form only, and nothing behind the last object but filler of FF.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

_MORE_TAG = 0x1F
_MAXIMUM_LENGTH = 0xFFFF


class MalformedTlv(Exception):
    """The bytes are no TLV objects. Says what is wrong, never the bytes: they may be a person's."""


@dataclass(frozen=True, slots=True)
class Tlv:
    """One object. `start` is the offset of its tag, `end` that behind its value, in the bytes it was read from."""

    tag: int
    value: bytes = field(repr=False)
    start: int = 0
    end: int = 0


def encode(tag: int, value: bytes) -> bytes:
    """One object. Raises MalformedTlv for a value of 65536 bytes or more."""
    length = len(value)
    if length > _MAXIMUM_LENGTH:
        raise MalformedTlv("the value is too long")
    if length < 0x80:
        header = bytes((length,))
    elif length < 0x100:
        header = bytes((0x81, length))
    else:
        header = b"\x82" + length.to_bytes(2)
    return tag.to_bytes(2 if tag > 0xFF else 1) + header + value


def parse(data: bytes) -> list[Tlv]:
    """The objects in `data`, one after the other. Raises MalformedTlv."""
    return list(_objects(data))


def parse_one(data: bytes, tag: int) -> Tlv:
    """The first object, which has this tag; FF may follow (files are longer than what is in them). Raises MalformedTlv."""
    found = _read(data, 0)
    if found.tag != tag:
        raise MalformedTlv(f"the object is not a {tag:X}")
    if data[found.end :].strip(b"\xff"):
        raise MalformedTlv("something follows the object")
    return found


def members(data: bytes, *tags: int) -> dict[int, Tlv]:
    """Exactly these objects in this order. Raises MalformedTlv."""
    found = parse(data)
    if tuple(item.tag for item in found) != tags:
        raise MalformedTlv("the objects are not those of this file")
    return {item.tag: item for item in found}


def _objects(data: bytes) -> Iterator[Tlv]:
    offset = 0
    while offset < len(data):
        found = _read(data, offset)
        yield found
        offset = found.end


def _read(data: bytes, start: int) -> Tlv:
    tag, offset = _read_tag(data, start)
    length, offset = _read_length(data, offset)
    end = offset + length
    if end > len(data):
        raise MalformedTlv("the value ends early")
    return Tlv(tag, data[offset:end], start, end)


def _read_tag(data: bytes, offset: int) -> tuple[int, int]:
    first = _byte(data, offset)
    if first & _MORE_TAG != _MORE_TAG:
        return first, offset + 1
    second = _byte(data, offset + 1)
    if second & 0x80:
        raise MalformedTlv("a tag has at most two bytes")
    return first << 8 | second, offset + 2


def _read_length(data: bytes, offset: int) -> tuple[int, int]:
    first = _byte(data, offset)
    if first < 0x80:
        return first, offset + 1
    count = first & 0x7F
    if count not in (1, 2):
        raise MalformedTlv("a length has at most two bytes")
    length = int.from_bytes(bytes(_byte(data, offset + 1 + index) for index in range(count)))
    if length < (0x80 if count == 1 else 0x100):
        raise MalformedTlv("a length is written in its shortest form")
    return length, offset + 1 + count


def _byte(data: bytes, offset: int) -> int:
    if offset >= len(data):
        raise MalformedTlv("the object ends early")
    return data[offset]
