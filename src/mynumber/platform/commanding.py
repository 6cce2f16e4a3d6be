"""Short commands that the supervisor runs to their end: alone, or one after the other in an institution's command worker."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mynumber.platform import launch
from mynumber.platform.command_order import Order
from mynumber.platform.logfiles import LogFile


class StartFailed(RuntimeError):
    """The platform cannot start. The message is a sentence for the person who started it."""


@dataclass(frozen=True, slots=True)
class _Running:
    """A process whose output goes to a log."""

    process: asyncio.subprocess.Process
    output: asyncio.Task[None]

    async def ended(self) -> int:
        """Its exit status, once everything it said is in the log."""
        await self.output
        return await self.process.wait()


async def run_command(log: Path, command: Sequence[str], env: Mapping[str, str]) -> None:
    """Run a command to its end with its output in a log. Raises StartFailed."""
    async with _running(log, command, env) as running:
        status = await running.ended()
    if status != 0:
        raise _failure(command[2:], status, log)


class CommandWorker:
    """A process that runs management commands of one institution in turn (`command_worker`)."""

    def __init__(self, log: Path, running: _Running, answers: asyncio.StreamReader) -> None:
        self._log, self._running, self._answers = log, running, answers

    async def run(self, command: Sequence[str], stdin: str = "") -> None:
        """Run one command to its end. Raises StartFailed."""
        orders = self._running.process.stdin
        assert orders is not None  # noqa: S101 (a pipe)
        orders.write(msgspec.json.encode(Order(tuple(command), stdin)) + b"\n")
        answer = await self._answers.readline()
        status = int(answer) if answer else await self._running.ended()
        if status != 0 or not answer:
            raise _failure(command, status, self._log)


@contextlib.asynccontextmanager
async def command_worker(log: Path, env: Mapping[str, str]) -> AsyncIterator[CommandWorker]:
    """Start a worker with the environment of its institution; it ends with the block."""
    reader, writer = os.pipe()
    answers = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(answers), os.fdopen(reader, "rb", buffering=0)
    )
    command = launch.command_worker(writer)
    try:
        async with _running(log, command, env, stdin=asyncio.subprocess.PIPE, pass_fds=(writer,)) as running:
            os.close(writer)
            yield CommandWorker(log, running, answers)
            assert running.process.stdin is not None  # noqa: S101 (a pipe)
            running.process.stdin.close()
            await running.ended()
    finally:
        transport.close()


@contextlib.asynccontextmanager
async def _running(
    log: Path,
    command: Sequence[str],
    env: Mapping[str, str],
    *,
    stdin: int = asyncio.subprocess.DEVNULL,
    pass_fds: Sequence[int] = (),
) -> AsyncIterator[_Running]:
    """A process of a group of its own; who leaves the block before its end ends the group."""
    file = LogFile(log)
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=stdin,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=dict(env),
        start_new_session=True,
        pass_fds=pass_fds,
    )
    output = asyncio.create_task(_keep_output(process, file))
    try:
        yield _Running(process, output)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        await output
        file.close()


async def _keep_output(process: asyncio.subprocess.Process, log: LogFile) -> None:
    assert process.stdout is not None  # noqa: S101 (it was asked for)
    while data := await process.stdout.read(65536):
        log.write(data)


def _failure(words: Sequence[str], status: int, log: Path) -> StartFailed:
    return StartFailed(
        f"{' '.join(words)} が失敗しました(終了コード {status})。詳しくは {log} を見てください"
    )


async def all_of(works: Iterable[Awaitable[None]]) -> None:
    """Run all; the first failure ends the others and is raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
