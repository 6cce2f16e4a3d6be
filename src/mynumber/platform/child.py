"""One supervised process: started, its output kept, restarted with growing pauses when it dies, stopped with its group."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
import psutil  # type: ignore[import-untyped]  # has no stubs of its own

from mynumber.platform.logfiles import LogFile
from mynumber.platform.state import State

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 30.0
HEALTHY_AFTER = 60.0
"""Seconds after which a process counts as healthy again: its next death is the first one."""
STOP_SECONDS = 10.0
_LINE_LIMIT = 1024 * 1024


def pause_before_restart(deaths: int) -> float:
    """Seconds to wait after this many deaths in a row: 0.2, 0.4, 0.8 ... at most 30."""
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(deaths - 1, 16)))


@dataclass
class Child:
    """A process that the supervisor keeps alive until it is told to stop."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: LogFile
    changed: Callable[[], None] = lambda: None
    """Called when pid or number of restarts changes."""
    pid: int | None = None
    created: float | None = None
    restarts: int = 0
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep_running(self) -> None:
        """Run until `stop`: start, wait for its end, start again."""
        deaths = 0
        while not self._stopping.is_set():
            started = time.monotonic()
            status = await self._run_once()
            if self._stopping.is_set():
                return
            self._note_death(status)
            deaths = 1 if time.monotonic() - started > HEALTHY_AFTER else deaths + 1
            self.restarts += 1
            self.changed()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause_before_restart(deaths))

    def stop(self) -> None:
        """Ask the process to end; `keep_running` returns when it has (killed if it takes too long)."""
        self._stopping.set()

    def _note_death(self, status: int | None) -> None:
        """A line in the process's own log: who reads why it ended also sees that it was started again."""
        line = {
            "event": "process ended, starting it again",
            "level": "error",
            "process": self.name,
            "status": status,
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        self.log.write(msgspec.json.encode(line) + b"\n")

    async def _run_once(self) -> int | None:
        """Start the process and wait for its end. Returns its exit status, negative for a signal."""
        reader, writer = os.pipe()
        try:
            # A pipe of our own: asyncio's would make `wait` wait for workers that still hold it.
            process = await asyncio.create_subprocess_exec(
                *self.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writer,
                stderr=writer,
                env=dict(self.environment),
                start_new_session=True,  # a group of its own: its workers end with it
            )
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        self.pid = process.pid
        self.created = created_at(process.pid)
        self.changed()
        output = asyncio.create_task(self._keep_output(reader))
        try:
            await self._until_ended(process)
        finally:
            _signal_group(process.pid, signal.SIGKILL)  # workers that outlived their parent
            await output
            self.pid = self.created = None
            self.changed()
        return process.returncode

    async def _until_ended(self, process: asyncio.subprocess.Process) -> None:
        ended = asyncio.create_task(process.wait())
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self._stopping.is_set() and not ended.done():
            process.terminate()  # it tells its workers itself; told twice, one of Granian's may hang
            _, late = await asyncio.wait({ended}, timeout=STOP_SECONDS)
            if late:
                _signal_group(process.pid, signal.SIGKILL)
        await ended

    async def _keep_output(self, descriptor: int) -> None:
        lines = asyncio.StreamReader(limit=_LINE_LIMIT)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), os.fdopen(descriptor, "rb", buffering=0)
        )
        try:
            while True:
                try:
                    line = await lines.readline()
                except ValueError:  # a line longer than the limit: dropped, the next one is kept
                    continue
                if not line:
                    return
                self.log.write(line)
        finally:
            transport.close()


def created_at(pid: int) -> float | None:
    """When the process started, or None if there is none of this id."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def end_leftover(pid: int, created: float) -> bool:
    """End a process that a killed supervisor left behind, if it is still the same one. Returns whether it was."""
    if created_at(pid) != created:
        return False
    _signal_group(pid, signal.SIGKILL)
    return True


def end_leftovers(state: State | None) -> bool:
    """End all processes of a supervisor that no longer lives. Returns whether there were any."""
    ended = False
    for process in state.processes if state else ():
        if process.pid is not None and process.created is not None:
            ended |= end_leftover(process.pid, process.created)
    return ended


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
