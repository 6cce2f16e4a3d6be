"""Processes of one institution hear each other through the database, and one of them does the work of one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg
import pytest

from mynumber.webkit.asgi import DATABASE_FAILURES
from mynumber.webkit.signals import Signals
from tests.support.waiting import PATIENCE_SECONDS


@pytest.fixture(scope="module")
def url(fresh_database: Callable[[str], str]) -> str:
    return fresh_database("signals")


def test_a_signal_of_another_session_ends_a_wait(url: str) -> None:
    async def scenario() -> None:
        signals = Signals(url, "news")
        started = asyncio.Event()

        async def alone() -> None:
            started.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(signals.run(alone))
        await asyncio.wait_for(started.wait(), PATIENCE_SECONDS)
        with signals.expecting("a") as mine, signals.expecting("b") as others:
            sender = await asyncpg.connect(url)
            await sender.execute("SELECT pg_notify('news', 'a')")
            await asyncio.wait_for(mine.wait(), PATIENCE_SECONDS)
            assert not others.is_set()
            signals.end()
            assert others.is_set()
            assert signals.ending
            await sender.close()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(scenario())


def test_one_works_at_a_time_and_the_next_when_it_is_gone(url: str) -> None:
    async def scenario() -> None:
        turns: asyncio.Queue[int] = asyncio.Queue()

        def worker(number: int) -> Callable[[], Awaitable[None]]:
            async def alone() -> None:
                turns.put_nowait(number)
                await asyncio.Event().wait()

            return alone

        tasks = [asyncio.create_task(Signals(url, "work").run(worker(number))) for number in range(3)]
        order = []
        for _ in range(3):
            number = await asyncio.wait_for(turns.get(), PATIENCE_SECONDS)
            assert turns.empty()
            order.append(number)
            tasks[number].cancel()
            with suppress(asyncio.CancelledError):
                await tasks[number]
        assert sorted(order) == [0, 1, 2]

    asyncio.run(scenario())


def test_work_that_fails_or_a_session_that_ends_is_raised(url: str) -> None:
    async def scenario() -> None:
        async def fails() -> None:
            raise LookupError

        with pytest.raises(LookupError):
            await asyncio.wait_for(Signals(url, "faults").run(fails), PATIENCE_SECONDS)

        async def works() -> None:
            admin = await asyncpg.connect(url)
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
            await admin.close()
            await asyncio.Event().wait()

        with pytest.raises(DATABASE_FAILURES):
            await asyncio.wait_for(Signals(url, "faults").run(works), PATIENCE_SECONDS)

    asyncio.run(scenario())
