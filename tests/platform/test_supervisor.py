"""The supervisor with a real PostgreSQL, real Granian processes and the real front: start, death, stop."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # has no stubs of its own
import pytest

from mynumber.platform import registry, seed, supervisor
from mynumber.platform.child import created_at
from mynumber.platform.databases import embedded_server
from mynumber.platform.registry import Institution, Interface, Process
from mynumber.platform.secret_files import private_folder
from mynumber.platform.settings import Settings
from mynumber.platform.state import (
    AlreadyRunning,
    Event,
    ProcessState,
    State,
    read_state,
    take_lock,
    write_state,
)
from mynumber.platform.state import supervisor_pid as living_supervisor
from mynumber.platform.supervisor import Supervisor
from tests.platform.test_child import has_ended
from tests.support.ports import free_port

TINY = Process("jlis", "jlis", Interface.WSGI, "tests.platform.tiny:application", 1)


class Platform:
    """A supervisor in this process, whose events and changes of state can be awaited."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.events: list[Event] = []
        self._news = asyncio.Event()
        self.supervisor = Supervisor(settings, self._hear)
        publish = self.supervisor._publish

        def announce() -> None:
            publish()
            self._news.set()

        self.supervisor._publish = announce  # type: ignore[method-assign]

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                self._news.clear()
                await self._news.wait()

    def said(self, kind: str) -> list[str]:
        return [event.text for event in self.events if event.kind == kind]

    @property
    def state(self) -> State:
        state = read_state(self.settings)
        assert state is not None
        return state


@pytest.fixture
def settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A platform with one institution that has no migrations, on ports of its own."""
    one: tuple[Institution, ...] = (registry.institution("jlis"),)
    monkeypatch.setattr(supervisor, "processes", lambda _: (TINY,))
    monkeypatch.setattr("mynumber.platform.databases.institutions", lambda _: one)
    monkeypatch.setattr("mynumber.platform.migrations.institutions", lambda _: ())
    monkeypatch.setattr(seed, "steps", lambda _: ())
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    settings = Settings.from_environment({"MYNUMBER_HOME": str(home)})
    settings = replace(settings, port=free_port(), port_base=free_port() - TINY.slot)
    for folder in (settings.home, settings.run, settings.logs):
        private_folder(folder, 0o711 if folder == settings.home else 0o700)
    return settings


async def fetch(port: int, host: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer.decode()


async def test_it_starts_all_restarts_what_dies_and_leaves_nothing_behind(settings: Settings) -> None:
    platform = Platform(settings)
    running = asyncio.create_task(platform.supervisor.run())
    await platform.until(lambda: bool(platform.said("ready") or platform.said("failed")))
    assert platform.said("failed") == []
    assert "jlis postgresql" in await fetch(settings.port, "jlis.localhost")

    before = {process.name: process for process in platform.state.processes}
    assert set(before) == {"jlis", "front"}
    assert all(process.ready for process in before.values())
    pid = before["jlis"].pid
    assert pid is not None
    family = [os.pidfd_open(p) for p in (pid, *(c.pid for c in psutil.Process(pid).children()))]
    os.kill(pid, signal.SIGKILL)
    await platform.until(lambda: platform.supervisor.children["jlis"].pid not in (None, pid))
    await platform.supervisor._until_ready("jlis")
    assert "jlis postgresql" in await fetch(settings.port, "jlis.localhost")
    assert next(p.restarts for p in platform.state.processes if p.name == "jlis") == 1
    assert all(has_ended(old) for old in family)

    os.kill(os.getpid(), signal.SIGTERM)
    assert await running == 0
    assert embedded_server(settings).postmaster() is None
    assert read_state(settings) is None


async def test_what_a_killed_supervisor_left_behind_makes_way_for_the_next(settings: Settings) -> None:
    program = f"import socket, signal; s = socket.create_server(('127.0.0.1', {settings.port})); print(flush=True); signal.pause()"
    leftover = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert leftover.stdout is not None
    await leftover.stdout.readline()
    process = ProcessState("front", settings.port, leftover.pid, created_at(leftover.pid))
    write_state(settings, State(999_999_999, "ready", settings.port, (process,)))
    platform = Platform(settings)
    running = asyncio.create_task(platform.supervisor.run())
    await platform.until(lambda: bool(platform.said("ready") or platform.said("failed")))
    assert platform.said("failed") == []
    os.kill(os.getpid(), signal.SIGTERM)
    assert await running == 0
    assert await leftover.wait() == -signal.SIGKILL


async def test_a_taken_port_is_named_with_the_variable_that_changes_it(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", settings.port)):
        platform = Platform(settings)
        assert await platform.supervisor.run() == 1
    (sentence,) = platform.said("failed")
    assert str(settings.port) in sentence
    assert "MYNUMBER_PORT " in sentence


async def test_a_process_that_cannot_start_ends_the_start_and_names_its_log(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = replace(TINY, application="tests.platform.nowhere:application")
    monkeypatch.setattr(supervisor, "processes", lambda _: (broken,))
    platform = Platform(settings)
    assert await platform.supervisor.run() == 1
    (sentence,) = platform.said("failed")
    assert str(settings.logs / "jlis.log") in sentence
    assert "nowhere" in (settings.logs / "jlis.log").read_text()
    assert embedded_server(settings).postmaster() is None


async def test_a_finished_step_of_the_seeding_is_not_repeated_after_a_later_one_failed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = seed.Step("once", "一度だけ", None, ("--help",))
    fails = seed.Step("fails", "失敗する", None, ("no-such-command",), ("once",))
    monkeypatch.setattr(seed, "steps", lambda _: (once, fails))
    first = Platform(settings)
    assert await first.supervisor.run() == 1
    assert "no-such-command" in first.said("failed")[0]
    assert seed.notes(settings).done() == {"once"}
    second = Platform(settings)
    assert await second.supervisor.run() == 1
    assert "一度だけ" not in second.said("step")
    assert "失敗する" in second.said("step")


def test_two_supervisors_of_one_folder_cannot_be(settings: Settings) -> None:
    assert living_supervisor(settings) is None
    descriptor = take_lock(settings)
    assert living_supervisor(settings) == os.getpid()
    with pytest.raises(AlreadyRunning):
        take_lock(settings)
    os.close(descriptor)
    assert living_supervisor(settings) is None
