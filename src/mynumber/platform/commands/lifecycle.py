"""`mynumber up`, `down`, `status`, `reset`: the platform as a whole."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil  # type: ignore[import-untyped]  # has no stubs of its own
import typer
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from mynumber.platform import launch
from mynumber.platform.child import end_leftovers
from mynumber.platform.commands.console import console, errors, fail, settings
from mynumber.platform.databases import embedded_server
from mynumber.platform.environment import base_environment
from mynumber.platform.registry import institutions
from mynumber.platform.secret_files import private_folder
from mynumber.platform.settings import Settings
from mynumber.platform.state import Event, read_state, supervisor_pid

STOP_SECONDS = 60
_OWN = ("postgres", "keys", "logs", "run", "wallet")
"""Folders by which `reset` recognises a state folder."""


def up() -> None:
    """Start the supervisor in the background and wait until everything is ready."""
    chosen = settings()
    if supervisor_pid(chosen) is not None:
        console.print("すでに動いています。(It runs already.)")
        _addresses(chosen)
        return
    private_folder(chosen.home, 0o711 if os.geteuid() == 0 else 0o700)
    private_folder(chosen.logs)
    started = time.monotonic()
    try:
        failure = _watch(_start_supervisor(chosen))
    except KeyboardInterrupt:
        console.print("起動は裏で続いています。止めるには: mynumber down")
        raise typer.Exit(130) from None
    if failure is not None:
        fail(f"起動できませんでした: {failure}")
    console.print(f"準備ができました({time.monotonic() - started:.0f} 秒)。(Ready.)")
    _addresses(chosen)


def down() -> None:
    """Stop everything and wait until it has stopped."""
    chosen = settings()
    pid = supervisor_pid(chosen)
    if pid is None:
        leftovers = end_leftovers(read_state(chosen))
        server = embedded_server(chosen)
        if server.postmaster() is None and not leftovers:
            console.print("動いていません。(It does not run.)")
            return
        server.stop()
    else:
        _end(pid)
    console.print("止まりました。データは残っています。(Stopped; the data stay.)")


def status() -> None:
    """Print the processes as a table. Exit status 1 when something is not ready, 3 when nothing runs."""
    chosen = settings()
    if supervisor_pid(chosen) is None:
        console.print("動いていません。起動するには: mynumber up (It does not run.)")
        raise typer.Exit(3)
    state = read_state(chosen)
    if state is None:
        console.print("起動を始めたところです。(It is just starting.)")
        raise typer.Exit(1)
    table = Table("プロセス", "PID", "ポート", "動き始め", "再起動", "準備")
    for process in state.processes:
        since = (
            time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(process.created)) if process.created else "-"
        )
        table.add_row(
            process.name,
            str(process.pid or "-"),
            str(process.port),
            since,
            str(process.restarts),
            "○" if process.ready else "×",
        )
    console.print(f"状態: {state.phase}")
    console.print(table)
    if state.phase != "ready" or not all(process.ready for process in state.processes):
        raise typer.Exit(1)


def reset(*, confirmed: bool) -> None:
    """Stop everything and delete the state folder."""
    chosen = settings()
    if not chosen.home.exists():
        console.print("消すものはありません。(There is nothing to delete.)")
        return
    if not any((chosen.home / name).is_dir() for name in _OWN):
        fail(f"{chosen.home} はこの模型のフォルダではないようです。消しませんでした (not a state folder)")
    if not confirmed:
        typer.confirm(f"{chosen.home} のデータ、鍵、ログをすべて消しますか", abort=True)
    pid = supervisor_pid(chosen)
    if pid is not None:
        _end(pid)
    else:
        end_leftovers(read_state(chosen))
    server = embedded_server(chosen)
    server.stop()
    if server.socket_folder.parent != server.home and server.socket_folder.is_dir():
        shutil.rmtree(server.socket_folder)
    shutil.rmtree(chosen.home)
    console.print("消しました。(Deleted.)")


def _start_supervisor(chosen: Settings) -> Iterator[Event]:
    """The events of a supervisor that is started now, until it is ready or has failed."""
    reader, writer = os.pipe()
    with Path(chosen.logs / "supervisor.log").open("ab") as log:
        subprocess.Popen(  # noqa: S603 (our own module)
            launch.supervisor_command(str(writer)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=base_environment(chosen),
            pass_fds=(writer,),
            start_new_session=True,
        )
    os.close(writer)
    with os.fdopen(reader, "rb") as lines:
        for line in lines:
            event = msgspec.json.decode(line, type=Event)
            yield event
            if event.kind in ("ready", "failed"):
                return
    yield Event(
        "failed", f"監督プロセスが終わってしまいました。{chosen.logs / 'supervisor.log'} を見てください"
    )


def _watch(events: Iterator[Event]) -> str | None:
    """Show the steps as they come. Returns the reason of a failure, or None when everything is ready."""
    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}
        for event in events:
            if event.kind == "step":
                tasks[event.text] = progress.add_task(event.text, total=1)
                if not console.is_terminal:
                    errors.print(f"- {event.text}")
            elif event.kind == "done" and event.text in tasks:
                progress.update(tasks[event.text], completed=1)
            elif event.kind == "failed":
                return event.text
    return None


def _addresses(chosen: Settings) -> None:
    console.print()
    for one in sorted(institutions(chosen), key=lambda i: i.host is not None):
        console.print(f"  {chosen.public_url(one.host)}/  {one.title}", markup=False)
    console.print("\n最初に開くのはこちら: " + chosen.public_url(None) + "/")
    console.print("止めるには make down、様子を見るには .venv/bin/mynumber status")


def _end(pid: int) -> None:
    """End the supervisor as SIGTERM asks it to, and wait for it."""
    with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
        process = psutil.Process(pid)
        os.kill(pid, signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except psutil.TimeoutExpired:
            fail(f"{STOP_SECONDS} 秒待っても止まりません (PID {pid})")
