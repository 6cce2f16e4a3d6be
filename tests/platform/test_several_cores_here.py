"""Two cores of the network started by one setting: real processes, databases, roles and logs of their own."""

from __future__ import annotations

import asyncio
import http.client
import os
import signal
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from mynumber.foundation.tlog import Policy
from mynumber.platform import registry, seed, supervisor
from mynumber.platform.databases import embedded_server
from mynumber.platform.registry import Institution, Process
from mynumber.platform.secret_files import private_folder
from mynumber.platform.settings import Settings
from mynumber.platform.state import Event
from mynumber.platform.supervisor import Supervisor
from tests.support.ports import free_run

CORES = ("network", "network.west")
ANOTHER = 40
"""More ports than a platform with two cores has."""


@pytest.fixture
def settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A platform of nothing but the network."""

    def institutions(chosen: Settings) -> tuple[Institution, ...]:
        return tuple(one for one in registry.institutions(chosen) if one.house == "network")

    def processes(chosen: Settings) -> tuple[Process, ...]:
        return tuple(one for one in registry.processes(chosen) if one.institution in CORES)

    monkeypatch.setattr(supervisor, "processes", processes)
    for module in ("databases", "migrations"):
        monkeypatch.setattr(f"mynumber.platform.{module}.institutions", institutions)
    monkeypatch.setattr(seed, "steps", lambda _: ())
    settings = Settings.from_environment(
        {"MYNUMBER_HOME": str(home), "MYNUMBER_CORES": "2", "MYNUMBER_CORE_PROCESSES": "2"}
    )
    base = free_run(ANOTHER)
    settings = replace(settings, port=base, port_base=base + 1)
    for folder in (settings.home, settings.run, settings.logs):
        private_folder(folder, 0o711 if folder == settings.home else 0o700)
    return settings


def get(settings: Settings, process: str, path: str) -> str:
    (found,) = (one for one in registry.processes(settings) if one.name == process)
    connection = http.client.HTTPConnection("127.0.0.1", found.port(settings), timeout=30)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    assert response.status == 200, body
    return body


@pytest.mark.thorough
async def test_two_cores_run_side_by_side_behind_walls_of_their_own(settings: Settings) -> None:
    ended: asyncio.Future[Event] = asyncio.get_running_loop().create_future()

    def hear(event: Event) -> None:
        if event.kind in ("ready", "failed") and not ended.done():
            ended.set_result(event)

    running = asyncio.create_task(Supervisor(settings, hear).run())
    assert (await ended) == Event("ready")
    try:
        keys = {core: await asyncio.to_thread(get, settings, core, "/log/key") for core in CORES}
        policy = Policy.parse(settings.log_policy.read_text(encoding="utf-8"))
        assert [f"{log.key.to_text()}\n" for log in policy.logs] == list(keys.values())
        for core in CORES:
            await asyncio.to_thread(get, settings, f"{core}-api", "/readyz")
        server = embedded_server(settings)
        for core, other in (CORES, CORES[::-1]):
            with psycopg.connect(server.url(core, core)) as own:
                assert own.execute("SELECT count(*) FROM exchange").fetchone() == (0,)
            with pytest.raises(psycopg.OperationalError, match=r"pg_hba\.conf rejects connection"):
                psycopg.connect(server.url(core, other))
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        assert await running == 0
