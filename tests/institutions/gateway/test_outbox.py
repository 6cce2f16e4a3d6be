"""The outbox of notices goes on after whatever ended it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from mynumber.institutions.gateway.tenants import outbox
from mynumber.institutions.gateway.tenants.sessions import TenantSessions
from mynumber.protocols import node as nodes
from mynumber.webkit.asgi import Caller
from tests.support.directory import make_systems
from tests.support.exchange import CITY
from tests.support.waiting import PATIENCE_SECONDS


async def test_after_a_directory_that_could_not_be_read_every_core_is_told_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(outbox, "CORES_SECONDS", 0.01)
    monkeypatch.setattr(outbox, "RETRY_SECONDS", 0.01)
    systems = make_systems(tmp_path, CITY, f"gateway.{CITY}", "network")
    node, reached = systems.node("gateway"), asyncio.Event()

    class Away(TenantSessions):
        """A database that cannot be reached."""

        def of(self, tenant: str) -> Any:
            reached.set()
            raise ConnectionRefusedError(tenant)

    async def is_reached() -> None:
        reached.clear()
        await asyncio.wait_for(reached.wait(), PATIENCE_SECONDS)

    caller = Caller(node)
    telling = outbox.Outbox(node, Away("", largest=1), caller)
    running = asyncio.create_task(telling.run())
    await is_reached()
    directory = systems.directory_path.read_bytes()
    systems.directory_path.write_bytes(b"half a file")
    for _ in range(3):
        await is_reached()
    systems.directory_path.write_bytes(directory)
    await is_reached()
    assert not running.done()
    running.cancel()
    await asyncio.wait({running}, timeout=PATIENCE_SECONDS)
    assert running.cancelled()
    await caller.close()
