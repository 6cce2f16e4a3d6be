"""Counting in memory: nothing is lost while the database is away, and nobody pays twice."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date

import pytest

from mynumber.institutions.jlis.certification.words import UseKind
from mynumber.institutions.jlis.status.store import Count, FateUnknown
from mynumber.institutions.jlis.status.usage import Usage

CHECK = Count(1, UseKind.AUTHENTICATION_CHECK, date(2026, 11, 22))
STAMP = Count(1, UseKind.TIME_STAMP, date(2026, 11, 22))


class Book:
    """What was written; the next write may fail."""

    def __init__(self) -> None:
        self.written: list[dict[Count, int]] = []
        self.fails: BaseException | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def write(self, counts: Mapping[Count, int]) -> None:
        await self.gate.wait()
        if self.fails is not None:
            error, self.fails = self.fails, None
            raise error
        self.written.append(dict(counts))


async def test_what_came_together_is_written_together() -> None:
    book = Book()
    usage = Usage(book.write)
    usage.add(CHECK, 2)
    usage.add(CHECK, 3)
    usage.add(STAMP, 1)
    await usage.flush()
    await usage.flush()
    assert book.written == [{CHECK: 5, STAMP: 1}]


async def test_what_the_database_refused_is_written_the_next_time() -> None:
    book = Book()
    usage = Usage(book.write)
    usage.add(CHECK, 2)
    book.fails = OSError("away")
    with pytest.raises(OSError, match="away"):
        await usage.flush()
    usage.add(CHECK, 1)
    await usage.close()
    assert book.written == [{CHECK: 3}]


async def test_what_may_have_been_written_is_not_written_again() -> None:
    book = Book()
    usage = Usage(book.write)
    usage.add(CHECK, 2)
    book.fails = FateUnknown()
    await usage.flush()
    usage.add(CHECK, 1)
    await usage.flush()
    assert book.written == [{CHECK: 1}]


async def test_an_end_in_the_middle_of_writing_waits_for_it() -> None:
    book = Book()
    usage = Usage(book.write)
    book.gate.clear()
    running = asyncio.create_task(usage.run())
    usage.add(CHECK, 2)
    writing = asyncio.create_task(usage.flush())
    await asyncio.sleep(0)
    running.cancel()
    usage.add(CHECK, 1)
    closing = asyncio.create_task(usage.close())
    await asyncio.sleep(0)
    assert not closing.done()
    book.gate.set()
    await asyncio.gather(writing, closing)
    assert book.written == [{CHECK: 2}, {CHECK: 1}]
