"""Cutting files into parts, and reading their lines: every way in which one can be wrong, and none that spoils another."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.institutions.gateway.files.lines import read_copies, read_inquiries
from mynumber.protocols.copies import CLOCK_SKEW
from mynumber.protocols.files import (
    LINE_BYTES,
    PART_BYTES,
    LineRefusal,
    Part,
    cut,
    file_digest,
    packed,
    part_digest,
    unpacked,
)

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
TAX = b'{"fiscal_year":2026,"total_income":1,"income_levy":0,"dependants":0}'


def copy_line(
    addressee: str = "A-1",
    information: str = "local_tax",
    as_of: str = "2026-11-01T00:00:00Z",
    fact: bytes = TAX,
    period: str | None = None,
) -> bytes:
    stated = f',"period":"{period}"' if period is not None else ""
    return (
        f'{{"addressee":"{addressee}","information":"{information}"{stated},"as_of":"{as_of}","fact":'.encode()
        + fact
        + b"}\n"
    )


@given(st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"") + b"\n"), max_size=30))
def test_a_file_is_cut_into_whole_lines_and_anew_from_any_part(lines: list[bytes]) -> None:
    content = b"".join(lines)
    parts = list(cut(io.BytesIO(content)))
    assert b"".join(part.content for part in parts) == content
    for part in parts:
        stream = io.BytesIO(content)
        stream.seek(part.offset)
        assert next(cut(stream, offset=part.offset)) == part


def test_long_files_become_many_parts_that_are_the_same_when_cut_again() -> None:
    line = b"x" * 999 + b"\n"
    content = line * 5000
    parts = list(cut(io.BytesIO(content)))
    assert len(parts) == 5
    assert all(len(part.content) <= PART_BYTES and part.content.endswith(b"\n") for part in parts)
    stream = io.BytesIO(content)
    stream.seek(parts[2].offset)
    assert list(cut(stream, offset=parts[2].offset)) == parts[2:]
    digests = [part_digest(part.content) for part in parts]
    assert file_digest(digests) != file_digest(digests[:4])


@pytest.mark.parametrize("content", [b"no end", b"a\nno end", b"x" * (PART_BYTES + 1) + b"\n"])
def test_a_file_without_lines_is_not_cut(content: bytes) -> None:
    with pytest.raises(ValueError, match="line"):
        list(cut(io.BytesIO(content)))


def test_an_empty_file_has_no_parts() -> None:
    assert list(cut(io.BytesIO(b""))) == []
    assert Part(0, b"") == Part(0, b"")


def test_copies_and_deletions_are_read() -> None:
    content = copy_line() + copy_line(addressee="A-2", period="fy2025", fact=b"null")
    content += copy_line(period="fy2026") + copy_line(information="pension_benefit", fact=b"null")
    read = read_copies(content, first_line=7, now=NOW)
    assert read.lines == 4
    assert read.refused == []
    assert [(row[0], row[1], row[3], row[5]) for row in read.rows] == [
        (7, "A-1", "fy2026", TAX.decode()),
        (8, "A-2", "fy2025", None),
        (9, "A-1", "fy2026", TAX.decode()),
        (10, "A-1", "", None),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"\n", LineRefusal.MALFORMED),
        (b"{}\n", LineRefusal.MALFORMED),
        (b"null\n", LineRefusal.MALFORMED),
        (b"\xff\xfe\n", LineRefusal.MALFORMED),
        (b"[" * 60_000 + b"\n", LineRefusal.MALFORMED),
        (copy_line()[:-2] + b',"name":"x"}\n', LineRefusal.MALFORMED),
        (copy_line(addressee="A 1"), LineRefusal.MALFORMED),
        (copy_line(addressee="A-1\\u0000"), LineRefusal.MALFORMED),
        (copy_line(as_of="2026-11-01T00:00:00"), LineRefusal.MALFORMED),
        (copy_line(as_of=(NOW + CLOCK_SKEW + timedelta(seconds=1)).isoformat()), LineRefusal.FROM_THE_FUTURE),
        (copy_line(information="no_such_kind"), LineRefusal.UNKNOWN_INFORMATION),
        (copy_line(information="no_such_kind", fact=b"null"), LineRefusal.UNKNOWN_INFORMATION),
        (copy_line(period="2026"), LineRefusal.MALFORMED),
        (copy_line(period="fy2025"), LineRefusal.WRONG_PERIOD),
        (copy_line(period="cy2026"), LineRefusal.WRONG_PERIOD),
        (copy_line(fact=b"null"), LineRefusal.WRONG_PERIOD),
        (copy_line(period="cy2026", fact=b"null"), LineRefusal.WRONG_PERIOD),
        (copy_line(information="pension_benefit", period="fy2026", fact=b"null"), LineRefusal.WRONG_PERIOD),
        (copy_line(fact=b"{}"), LineRefusal.MALFORMED_FACT),
        (copy_line(fact=b"1"), LineRefusal.MALFORMED_FACT),
        (copy_line(fact=TAX.replace(b":1,", b":1.5,")), LineRefusal.MALFORMED_FACT),
        (copy_line(fact=b"[" * 60_000 + b"]" * 1), LineRefusal.MALFORMED),
        (copy_line(addressee="A" * LINE_BYTES), LineRefusal.TOO_LONG),
    ],
)
def test_a_bad_line_is_named_and_its_neighbours_are_read(line: bytes, reason: LineRefusal) -> None:
    read = read_copies(copy_line() + line + copy_line(addressee="A-3"), first_line=1, now=NOW)
    assert read.refused == [(2, reason)]
    assert [row[0] for row in read.rows] == [1, 3]


@given(st.binary(max_size=400))
def test_whatever_comes_every_line_is_read_or_refused(content: bytes) -> None:
    read = read_copies(content + b"\n", first_line=1, now=NOW)
    named = [row[0] for row in read.rows] + [line for line, _ in read.refused]
    assert sorted(named) == list(range(1, read.lines + 1))


def inquiry_line(number: int, **other: object) -> bytes:
    fields = {
        "request_id": str(UUID(int=number)),
        "addressee": "A-1",
        "affair": "81-1",
        "provider": "municipality.272124",
        "information": "local_tax",
        "organisation": "課",
    }
    return msgspec.json.encode(fields | other) + b"\n"


def test_inquiries_are_read_and_the_second_of_one_id_is_refused() -> None:
    content = inquiry_line(1) + inquiry_line(2) + b"no\n" + inquiry_line(1) + b" " * LINE_BYTES + b"\n"
    read = read_inquiries(content, first_line=10)
    assert [(line, request_id.int) for line, request_id, _ in read.rows] == [(10, 1), (11, 2)]
    assert read.refused == [
        (12, LineRefusal.MALFORMED),
        (13, LineRefusal.DUPLICATE_REQUEST),
        (14, LineRefusal.TOO_LONG),
    ]


@given(st.binary(max_size=2000))
def test_a_part_travels_packed(content: bytes) -> None:
    assert unpacked(packed(content)) == content


@pytest.mark.parametrize(
    "travelled",
    [b"", b"lines\n", packed(b"lines\n")[:-1], packed(b"lines\n") + b"x", packed(bytes(PART_BYTES + 1))],
)
def test_what_is_no_part_is_not_unpacked(travelled: bytes) -> None:
    with pytest.raises(ValueError, match=r"packed|part"):
        unpacked(travelled)
