"""Changes to good samples that have broken parsers before: bits, pieces out of place, and tokens that mean something."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

TOKENS = (
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",  # a lone surrogate
    b"\\ud800",
    b"\\u0000",
    b"null",
    b"{}",
    b"[]",
    b'""',
    b'"',
    b"-1",
    b"1e999",
    b"-0.0",
    b"NaN",
    b"9" * 30,
    b"9" * 5000,  # more digits than Python reads
    b"[" * 3000,
    b'{"a":' * 3000,
    b"\n\n",
    b"\r\n",
    b"\xe2\x80\xa8",
    b"\xe3\x80\x80",
    b".",
    b"..",
    b"=",
    b"+",
    b"0x",
    "１".encode(),
    "百".encode() * 50,
    b"9999-12-31T23:59:59.999999Z",
    b"0001-01-01T00:00:00+14:00",
    b"0000-00-00",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"<a>" * 3000,
)

Change = tuple[str, float, int, bytes]
"""What, where (0 to 1 of the length), how many bytes, and what with."""


def changes() -> st.SearchStrategy[list[Change]]:
    """One to four changes."""
    one = st.tuples(
        st.sampled_from(("flip", "insert", "delete", "repeat", "replace", "cut")),
        st.floats(0, 1),
        st.integers(1, 40),
        st.one_of(st.sampled_from(TOKENS), st.binary(min_size=1, max_size=8)),
    )
    return st.lists(one, min_size=1, max_size=4)


def changed(data: bytes, made: Sequence[Change]) -> bytes:
    """The sample with these changes, one after the other."""
    for what, where, size, octets in made:
        place = int(where * len(data))
        head, middle, tail = data[:place], data[place : place + size], data[place + size :]
        match what:
            case "flip":
                data = head + bytes(one ^ octets[0] for one in middle) + tail
            case "insert":
                data = head + octets + middle + tail
            case "delete":
                data = head + tail
            case "repeat":
                data = head + middle * (1 + octets[0] % 50) + tail
            case "replace":
                data = head + octets + tail
            case _:
                data = head
    return data
