"""What is written here is what cryptography's own encoder writes, and only that is read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat import asn1
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.pki import der
from mynumber.foundation.pki.der import MalformedDer, Reader

integers = st.integers(-(2**600), 2**600)
contents = st.binary(max_size=70_000 // 256) | st.sampled_from(
    [bytes(n) for n in (127, 128, 255, 256, 65_535, 65_536)]
)
arcs = st.lists(st.integers(0, 2**130), min_size=1, max_size=8)


def theirs(value: Any) -> bytes:
    encoded: bytes = asn1.encode_der(value)
    return encoded


@given(integers)
def test_integers(value: int) -> None:
    assert der.integer(value) == theirs(value)
    reader = Reader(der.integer(value))
    assert reader.integer() == value
    reader.end()


@given(contents)
def test_octet_strings_of_every_length(value: bytes) -> None:
    assert der.octets(value) == theirs(value)
    assert Reader(der.octets(value)).content(der.OCTET_STRING) == value


@given(st.integers(0, 2), st.integers(0, 39), arcs)
def test_object_identifiers(first: int, second: int, others: list[int]) -> None:
    dotted = ".".join(map(str, (first, second, *others)))
    try:
        known = x509.ObjectIdentifier(dotted)
    except ValueError:  # longer than cryptography takes
        return
    assert der.oid(dotted) == theirs(known)


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001 - hypothesis wants them naive
def test_times_are_whole_seconds_of_utc(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC)
    assert der.generalized_time(moment) == theirs(asn1.GeneralizedTime(moment.replace(microsecond=0)))


@given(st.binary(min_size=1, max_size=300), st.integers(0, 7))
def test_bit_strings(content: bytes, unused: int) -> None:
    content = content[:-1] + bytes((content[-1] >> unused << unused,))
    assert der.bit_string(content, unused) == theirs(asn1.BitString(content, unused))


@pytest.mark.parametrize(
    "wrong",
    [
        "0200",
        "02020001",
        "0202ff80",
        "0281010500",
        "028001",
        "02840000000105",
        "02",
        "0201",
        "3f0101",
        "0101",
        "",
    ],
)
def test_what_is_not_the_one_encoding_of_an_integer_is_refused(wrong: str) -> None:
    with pytest.raises(MalformedDer):
        Reader(bytes.fromhex(wrong)).integer()


@given(st.binary(max_size=12))
def test_an_integer_that_is_read_is_the_one_that_would_be_written(data: bytes) -> None:
    data = b"\x02" + data
    try:
        value = Reader(data).integer()
    except MalformedDer:
        return
    assert data.startswith(der.integer(value))
