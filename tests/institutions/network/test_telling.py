"""Telling other cores ends when it is told to, and goes on when it is not, also while the database fails."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from mynumber.institutions.network.siblings import telling
from mynumber.institutions.network.siblings.telling import Telling
from mynumber.protocols import node as nodes
from mynumber.webkit.asgi import Caller
from tests.support.directory import make_systems
from tests.support.exchange import CITY
from tests.support.waiting import PATIENCE_SECONDS


class Away:
    """A database that cannot be reached: a query waits, and breaks where it is cancelled, as asyncpg's do; the second time it does not."""

    def __init__(self) -> None:
        self.asked, self.breaks, self.waits = asyncio.Event(), True, False

    async def fetch(self, *_: object) -> Any:
        self.asked.set()
        try:
            if self.waits:
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            if not self.breaks:
                raise
            self.breaks = False
        raise ConnectionResetError

    async def is_asked(self) -> None:
        self.asked.clear()
        await asyncio.wait_for(self.asked.wait(), PATIENCE_SECONDS)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(telling, "SWEEP_SECONDS", 0.01)


@pytest.mark.usefixtures("quick")
async def test_a_directory_that_cannot_be_read_and_a_database_that_fails_hold_it_up_for_a_while_only(
    tmp_path: Path,
) -> None:
    systems = make_systems(tmp_path, CITY, "network", "network.west", cores={CITY: ("network.west",)})
    node, pool = systems.node("network"), Away()
    caller = Caller(node)
    running = asyncio.create_task(Telling(node, pool, caller).run())  # type: ignore[arg-type]  # what it uses of a pool
    await pool.is_asked()
    directory = systems.directory_path.read_bytes()
    systems.directory_path.write_bytes(b"half a file")
    for _ in range(3):
        await pool.is_asked()
    systems.directory_path.write_bytes(directory)
    await pool.is_asked()
    assert not running.done()
    running.cancel()
    await asyncio.wait({running}, timeout=PATIENCE_SECONDS)
    assert running.cancelled()
    await caller.close()


@pytest.mark.usefixtures("quick")
async def test_a_query_that_breaks_where_it_is_cancelled_does_not_keep_it_alive(tmp_path: Path) -> None:
    systems = make_systems(tmp_path, CITY, "network", "network.west", cores={CITY: ("network.west",)})
    node, pool = systems.node("network"), Away()
    pool.waits = True
    caller = Caller(node)
    running = asyncio.create_task(Telling(node, pool, caller).run())  # type: ignore[arg-type]  # what it uses of a pool
    await pool.is_asked()
    await asyncio.sleep(0)  # it waits now
    running.cancel()
    await asyncio.wait({running}, timeout=PATIENCE_SECONDS)
    assert running.cancelled()
    await caller.close()
