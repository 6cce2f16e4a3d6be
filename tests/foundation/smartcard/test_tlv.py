"""TLV objects: every length in both directions, and one reason for every other shape."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.smartcard.tlv import MalformedTlv, encode, members, parse, parse_one

one_byte = st.integers(0, 255).filter(lambda tag: tag & 0x1F != 0x1F)
two_bytes = st.tuples(st.sampled_from([0x1F, 0x3F, 0x5F, 0x7F, 0x9F, 0xBF, 0xDF, 0xFF]), st.integers(0, 127))
tags = one_byte | two_bytes.map(lambda tag: tag[0] << 8 | tag[1])
values = st.binary(max_size=300) | st.sampled_from(
    [bytes(127), bytes(128), bytes(255), bytes(256), bytes(65535)]
)


@given(st.lists(st.tuples(tags, values), max_size=6))
def test_objects_survive_their_bytes(objects: list[tuple[int, bytes]]) -> None:
    data = b"".join(encode(tag, value) for tag, value in objects)
    found = parse(data)
    assert [(item.tag, item.value) for item in found] == objects
    assert b"".join(data[item.start : item.end] for item in found) == data


@given(st.binary(max_size=400))
def test_any_bytes_are_objects_or_malformed_and_written_the_same_way(data: bytes) -> None:
    try:
        found = parse(data)
    except MalformedTlv:
        return
    assert b"".join(encode(item.tag, item.value) for item in found) == data


@given(st.lists(st.tuples(tags, values), min_size=1, max_size=3), st.data())
def test_mutated_objects_never_do_more_than_be_malformed(
    objects: list[tuple[int, bytes]], draw: st.DataObject
) -> None:
    data = bytearray(b"".join(encode(tag, value[:300]) for tag, value in objects))
    data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    del data[draw.draw(st.integers(0, len(data))) :]
    for read in (parse, lambda d: [parse_one(d, 0xFF20)], lambda d: members(d, 0xDF21)):
        try:
            read(bytes(data))
        except MalformedTlv:
            continue


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("DF", "ends early"),
        ("DF21", "ends early"),
        ("DF2102AA", "ends early"),
        ("DF8101AA", "two bytes"),
        ("DF2180", "two bytes"),
        ("DF2183000001AA", "two bytes"),
        ("DF21817F" + "AA" * 127, "shortest"),
        ("DF218200FF" + "AA" * 255, "shortest"),
        ("DF2182", "ends early"),
        ("80", "ends early"),
    ],
)
def test_other_shapes_are_malformed(data: str, reason: str) -> None:
    with pytest.raises(MalformedTlv, match=reason):
        parse(bytes.fromhex(data))


def test_a_file_may_be_longer_than_its_object_when_only_filler_follows() -> None:
    assert parse_one(bytes.fromhex("FF1001AAFFFF"), 0xFF10).value == b"\xaa"
    for data, reason in (("FF1001AA00", "follows"), ("FF2001AA", "not a FF10")):
        with pytest.raises(MalformedTlv, match=reason):
            parse_one(bytes.fromhex(data), 0xFF10)


@pytest.mark.parametrize("wanted", [(0xDF21,), (0xDF22, 0xDF21), (0xDF21, 0xDF22, 0xDF23)])
def test_a_template_has_exactly_its_members(wanted: tuple[int, ...]) -> None:
    with pytest.raises(MalformedTlv, match="not those"):
        members(bytes.fromhex("DF2101AADF2201BB"), *wanted)


def test_a_value_that_is_too_long_is_not_written() -> None:
    with pytest.raises(MalformedTlv, match="too long"):
        encode(0x80, bytes(65536))
