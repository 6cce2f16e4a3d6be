"""Telling the other cores goes on after whatever ended it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from mynumber.institutions.network.siblings import telling
from mynumber.protocols import node as nodes
from mynumber.webkit.asgi import Caller
from tests.support.directory import make_systems

PATIENCE_SECONDS = 20


async def test_neither_an_unknown_fault_nor_a_directory_that_could_not_be_read_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_database: Callable[[str], str]
) -> None:
    monkeypatch.setattr(nodes, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(telling, "SWEEP_SECONDS", 0.01)
    systems = make_systems(tmp_path, "network", "network.west")
    node, reached = systems.node("network"), asyncio.Event()

    async def fail(_: object) -> None:
        reached.set()
        raise LookupError("no failure that a database is known for")

    async def is_reached() -> None:
        reached.clear()
        await asyncio.wait_for(reached.wait(), PATIENCE_SECONDS)

    caller = Caller(node)
    async with asyncpg.create_pool(fresh_database("telling"), min_size=0, max_size=1, setup=fail) as pool:
        told = telling.Telling(node, pool, caller)
        running = asyncio.create_task(told.run())
        for _ in range(3):
            await is_reached()
        directory = systems.directory_path.read_bytes()
        systems.directory_path.write_bytes(b"half a file")
        with pytest.raises(ExceptionGroup):
            await asyncio.wait_for(running, PATIENCE_SECONDS)
        systems.directory_path.write_bytes(directory)
        running = asyncio.create_task(told.run())  # as keep_running begins it again
        await is_reached()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    await caller.close()
