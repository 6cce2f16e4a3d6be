"""A supervised process is started again when it dies, and really ends when it is told to."""

import asyncio
import json
import os
import select
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # has no stubs of its own
import pytest

from mynumber.platform.child import Child, created_at, end_leftover, pause_before_restart
from mynumber.platform.logfiles import LogFile

WAITS = "import signal, sys; print('here', flush=True); signal.pause()"
IGNORES_TERM = (
    "import os, signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']); print('here', flush=True);"
    "signal.pause()"
)


class NoticedLog(LogFile):
    """A log whose lines can be awaited."""

    def __init__(self, path: Path, changed: Callable[[], None]) -> None:
        super().__init__(path)
        self._changed = changed

    def write(self, data: bytes) -> None:
        super().write(data)
        self._changed()


class Watched:
    """A child whose changes can be awaited."""

    def __init__(self, folder: Path, program: str) -> None:
        self._changed = asyncio.Event()
        self.log = folder / "child.log"
        command = [sys.executable, "-c", program]
        log = NoticedLog(self.log, self._changed.set)
        self.child = Child("child", command, os.environ, log, changed=self._changed.set)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


def has_ended(descriptor: int) -> bool:
    """Whether the process of a pidfd ends soon: a killed one may still be dying, and nobody may collect an orphan."""
    readable, _, _ = select.select([descriptor], [], [], 60)
    os.close(descriptor)
    return bool(readable)


@asynccontextmanager
async def running(folder: Path, program: str) -> AsyncIterator[Watched]:
    watched = Watched(folder, program)
    task = asyncio.create_task(watched.child.keep_running())
    await watched.until(lambda: watched.child.pid is not None)
    try:
        yield watched
    finally:
        watched.child.stop()
        await task


async def test_a_killed_process_is_started_again(tmp_path: Path) -> None:
    async with running(tmp_path, WAITS) as watched:
        first = watched.child.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await watched.until(lambda: watched.child.pid not in (None, first))
        assert watched.child.restarts == 1
    assert watched.child.pid is None


async def test_its_output_is_kept_across_restarts(tmp_path: Path) -> None:
    async with running(tmp_path, "print('said before the end')") as watched:
        await watched.until(lambda: watched.child.restarts == 2)
    said, noted, said_again, *_ = watched.log.read_text().splitlines()
    assert said == said_again == "said before the end"
    assert json.loads(noted)["event"] == "process ended, starting it again"
    assert json.loads(noted)["status"] == 0


async def test_workers_of_a_killed_process_do_not_survive_it(tmp_path: Path) -> None:
    worker = "import signal; signal.pause()"
    program = (
        f"import signal, subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {worker!r}]);"
        "print(p.pid, flush=True); signal.pause()"
    )
    async with running(tmp_path, program) as watched:
        first = watched.child.pid
        assert first is not None
        await watched.until(lambda: watched.log.read_text().endswith("\n"))
        grandchild = os.pidfd_open(int(watched.log.read_text().split()[0]))
        os.kill(first, signal.SIGKILL)
        await watched.until(lambda: watched.child.restarts == 1)
        assert has_ended(grandchild)


async def test_a_process_that_ignores_sigterm_is_killed_with_its_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mynumber.platform.child.STOP_SECONDS", 0.1)
    async with running(tmp_path, IGNORES_TERM) as watched:
        pid = watched.child.pid
    assert pid is not None
    assert not psutil.pid_exists(pid)


def test_pauses_double_up_to_half_a_minute() -> None:
    assert [pause_before_restart(n) for n in (1, 2, 3, 9, 10_000)] == [0.2, 0.4, 0.8, 30.0, 30.0]


async def test_a_leftover_is_ended_only_if_it_is_still_the_same_process(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WAITS, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    await process.stdout.readline()
    created = created_at(process.pid)
    assert created is not None
    end_leftover(process.pid, created - 1000)
    assert process.returncode is None
    assert psutil.pid_exists(process.pid)
    end_leftover(process.pid, created)
    assert await process.wait() == -signal.SIGKILL


def test_a_full_log_is_put_aside_and_only_so_many_are_kept(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "x.log", max_bytes=20, kept=2)
    for number in range(10):
        log.write(f"line {number:04}\n".encode())
    log.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.log", "x.log.1", "x.log.2"]
    assert (tmp_path / "x.log").read_text() == "line 0008\nline 0009\n"
    assert (tmp_path / "x.log.1").read_text() == "line 0006\nline 0007\n"
    assert (tmp_path / "x.log").stat().st_mode & 0o777 == 0o600
