"""The file of a day: one spelling, totals that agree, or nothing of it is believed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.protocols.payments import SettlementSource
from mynumber.protocols.settlements import (
    WIDTH,
    BadFile,
    Fault,
    SettledEntry,
    SettlementFile,
    decode,
    encode,
)

LINE = WIDTH + 2
AT = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
FILE = SettlementFile(
    SettlementSource.BANK,
    "13122",
    date(2026, 11, 22),
    (
        SettledEntry(UUID(int=1), "126123456705", 13_800, AT),
        SettledEntry(UUID(int=1), "126123456705", 800, AT, is_refund=True),
    ),
)

entries = st.builds(
    SettledEntry,
    payment=st.uuids(),
    number=st.from_regex(r"[0-9]{1,20}", fullmatch=True),
    amount=st.integers(1, 10**12 - 1),
    at=st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
        lambda at: at.replace(microsecond=0)
    ),
    is_refund=st.booleans(),
)
files = st.builds(
    SettlementFile,
    source=st.sampled_from(SettlementSource),
    collector=st.from_regex(r"[0-9]{5}", fullmatch=True),
    day=st.dates(date(2000, 1, 1), date(2099, 1, 1)),
    entries=st.lists(entries, max_size=5).map(tuple),
)


@given(files)
def test_a_file_is_read_as_it_was_written(file: SettlementFile) -> None:
    assert decode(encode(file)) == file


@given(files, st.data())
def test_a_changed_character_is_never_taken_for_the_same_file(
    file: SettlementFile, data: st.DataObject
) -> None:
    content = bytearray(encode(file))
    place = data.draw(st.integers(0, len(content) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[place]))
    content[place] = other
    try:
        assert decode(bytes(content)) != file
    except BadFile:
        return


def _without(line: int) -> bytes:
    content = encode(FILE)
    return content[: line * LINE] + content[(line + 1) * LINE :]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", Fault.SHAPE),
        (encode(FILE)[:-1], Fault.SHAPE),
        (encode(FILE) + b" ", Fault.SHAPE),
        (encode(FILE).replace(b"\r\n", b"\n\n"), Fault.SHAPE),
        (_without(0), Fault.SHAPE),
        (_without(1), Fault.TOTALS),
        (_without(3), Fault.SHAPE),
        (_without(4), Fault.SHAPE),
        (encode(FILE).replace(b"1bank", b"1cash"), Fault.SHAPE),
        (encode(FILE).replace(b"20261122 ", b"20261322 "), Fault.VALUE),
        (encode(FILE).replace(b"000000013800", b"000000013801", 1), Fault.TOTALS),
        (encode(FILE).replace(b"000000013800", b"000000000000"), Fault.VALUE),
        (encode(FILE).replace(b"20261122030405", b"20261122240405"), Fault.VALUE),
        (encode(FILE).replace(b"126123456705 ", b" 12612345670"), Fault.SHAPE),
        (encode(FILE).replace(b"2P", b"2X"), Fault.SHAPE),
        (encode(FILE).replace(b"13800", "１".encode() + b"00"), Fault.SHAPE),
    ],
)
def test_a_file_that_is_not_whole_is_refused_by_name(content: bytes, fault: Fault) -> None:
    with pytest.raises(BadFile) as bad:
        decode(content)
    assert bad.value.fault is fault


def test_what_a_line_cannot_hold_is_not_written() -> None:
    too_much = SettledEntry(UUID(int=2), "1", 10**12, AT)
    with pytest.raises(BadFile):
        encode(SettlementFile(FILE.source, FILE.collector, FILE.day, (too_much,)))
