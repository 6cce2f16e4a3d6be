"""`mynumber serve`, `run`, `psql`, `logs`: one institution by itself."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import psycopg
import typer

from mynumber.platform import keys, launch
from mynumber.platform.commands.console import fail, settings
from mynumber.platform.core_list import cores
from mynumber.platform.databases import BadTenant, embedded_server, ensure_all, owner_role, tenant_role
from mynumber.platform.environment import (
    OWNER_URL,
    command_environment,
    institution_environment,
    migration_environment,
)
from mynumber.platform.postgres import PostgresError, Server, programs
from mynumber.platform.registry import Institution, Process, UnknownName, institution, processes_of
from mynumber.platform.settings import Settings
from mynumber.protocols.directory import FIRST_CORE

_OWN_VARIABLES = (
    "MYNUMBER_CORE",
    "MYNUMBER_KEYS",
    "MYNUMBER_DIRECTORY",
    "MYNUMBER_DIRECTORY_KEY",
    "MYNUMBER_LOG_KEY",
    "MYNUMBER_LOG_POLICY",
    "MYNUMBER_LISTEN",
    "MYNUMBER_PUBLIC_URL",
    "MYNUMBER_PUBLIC_URLS",
    "MYNUMBER_INTERNAL_URLS",
)
"""What an operator who runs an institution alone may set; everything else follows from the platform's settings."""
_CONNECT_SECONDS = 10
_NOT_HERE = 3
"""What a command of a core ends with that has nothing of what it was asked about."""


def serve(name: str, *, migrate: bool) -> None:
    """Run the processes of one institution until one ends or a signal comes; logs go to standard output."""
    chosen = settings()
    processes = _known(name, chosen)
    one = institution(processes[0].institution, chosen)
    addresses = [_listen(process, chosen, alone=len(processes) == 1) for process in processes]
    started_server = _prepare(chosen, one)
    try:
        environment = _environment(chosen, one)
        if one.database:
            _require_database(environment)
        if migrate and one.database:
            done = subprocess.run(  # noqa: S603 (our own command)
                launch.migrate_command(), env=migration_environment(environment), check=False
            )
            if done.returncode != 0:
                fail("表を最新にできませんでした (migrate failed)")
        status = asyncio.run(_serve(list(zip(processes, addresses, strict=True)), chosen, one))
    finally:
        if started_server is not None:
            started_server.stop()
    raise typer.Exit(status)


def run(name: str, command: Sequence[str]) -> NoReturn:
    """Become a management command of an institution."""
    chosen = settings()
    one = institution(_known(name, chosen)[0].institution, chosen)
    _prepare(chosen, one)
    environment = command_environment(_environment(chosen, one))
    if command[0] == "migrate":
        environment = migration_environment(environment)
    _become(launch.manage_command(command), environment)


def run_at_cores(command: Sequence[str], *, at_one: bool = False) -> int:
    """A management command at each core of the network that this platform runs, one after the other. Returns 0 when all ended well.

    ``at_one``: what it is about is at one of them; those that say so (status 3) are passed over, unless all do.
    """
    chosen, names = settings(), own_cores()
    statuses: list[int] = []
    for name in names:
        one = institution(name, chosen)
        _prepare(chosen, one)
        if len(names) > 1:
            typer.echo(f"{one.title}（{name}）")
        environment = command_environment(_environment(chosen, one))
        done = subprocess.run(launch.manage_command(command), env=environment, check=False)  # noqa: S603 (our own command)
        statuses.append(done.returncode)
    return worst(statuses, at_one=at_one)


def worst(statuses: Iterable[int], *, at_one: bool = False) -> int:
    """One exit status for those of several processes; one that a signal ended (negative) counts as in a shell, 128 and the signal."""
    said = [status for status in statuses if not at_one or status != _NOT_HERE]
    return max((status if status >= 0 else 128 - status for status in said), default=_NOT_HERE)


def own_cores() -> tuple[str, ...]:
    """The cores of the network that this platform runs; one alone where the environment names its database."""
    further = () if os.environ.get("DATABASE_URL") else cores(settings()).here
    return (FIRST_CORE, *(core.id for core in further))


def psql(name: str, *, owner: bool, tenant: str | None, words: Sequence[str]) -> NoReturn:
    """Become psql with the role's password in its environment (not on its command line, where `ps` shows it)."""
    chosen = settings()
    one = institution(_known(name, chosen)[0].institution, chosen)
    if not one.database:
        fail(f"{one.title} にはデータベースがありません (it has no database)")
    server = _server(chosen)
    try:
        role = tenant_role(one.name, tenant) if tenant else owner_role(one.name) if owner else one.name
    except BadTenant as error:
        fail(str(error))
    environment = {
        **os.environ,
        "PGHOST": str(server.socket_folder),
        "PGUSER": role,
        "PGPASSWORD": server.passwords.of(role),
        "PGDATABASE": one.name,
    }
    _become([str(programs() / "psql"), *words], environment)


def logs(name: str, *, follow: bool, lines: int) -> None:
    """Print the end of an institution's log files, then (with follow) what comes."""
    chosen = settings()
    folder = chosen.logs
    names = [name]
    if not (folder / f"{name}.log").exists():
        names = [process.name for process in _known(name, chosen)]
    files = [folder / f"{one}.log" for one in names if (folder / f"{one}.log").exists()]
    if not files:
        fail(f"{name} のログはまだありません (no log yet)")
    if follow:
        tail = [*("tail", f"--lines={lines}", "--follow=name", "--retry", "--quiet"), *map(str, files)]
        _become(tail, os.environ)
    for file in files:
        with file.open(encoding="utf-8", errors="replace") as stream:
            sys.stdout.writelines(deque(stream, maxlen=lines))


def _known(name: str, chosen: Settings) -> tuple[Process, ...]:
    try:
        return processes_of(name, chosen)
    except UnknownName as error:
        fail(str(error))


def _server(chosen: Settings) -> Server:
    server = embedded_server(chosen)
    if server.postmaster() is None:
        fail("データベースが動いていません。先に mynumber up を実行してください (run mynumber up first)")
    return server


def _prepare(chosen: Settings, one: Institution) -> Server | None:
    """Keys and, unless DATABASE_URL names one, the embedded database. Returns the server if it was started here."""
    if not os.environ.get("MYNUMBER_KEYS"):
        keys.ensure_keys(chosen)
    if not one.database or os.environ.get("DATABASE_URL"):
        return None
    server = embedded_server(chosen)
    if server.postmaster() is not None:
        return None
    try:
        server.start()
    except PostgresError as error:
        fail(str(error))
    ensure_all(server, chosen)
    return server


def _require_database(environment: Mapping[str, str]) -> None:
    """Say in PostgreSQL's own words why a database cannot be reached, before anything fails because of it."""
    for variable in ("DATABASE_URL", OWNER_URL):
        if variable not in environment:
            continue
        try:
            psycopg.connect(environment[variable], connect_timeout=_CONNECT_SECONDS).close()
        except psycopg.OperationalError as error:
            fail(f"{variable} のデータベースにつながりません (cannot connect): {error}")
        except (psycopg.Error, ValueError):  # these may repeat the address, and it holds a password
            fail(f"{variable} はデータベースのアドレスではありません (not an address of a database)")


def _environment(chosen: Settings, one: Institution, process: Process | None = None) -> dict[str, str]:
    database_url = os.environ.get("DATABASE_URL")
    owner_url = os.environ.get(OWNER_URL)
    if one.database and not database_url:
        server = embedded_server(chosen)
        database_url = server.url(one.name, one.name)
        owner_url = server.url(owner_role(one.name), one.name)
    environment = institution_environment(
        chosen, one, database_url=database_url, owner_url=owner_url, process=process
    )
    for file in ("MYNUMBER_LOG_KEY", "MYNUMBER_LOG_POLICY"):  # an operator names those that this host has
        if not Path(environment[file]).exists():
            del environment[file]
    own = {name: os.environ[name] for name in _OWN_VARIABLES if os.environ.get(name)}
    return {**environment, **own}


def _listen(process: Process, chosen: Settings, *, alone: bool) -> str:
    """ADDRESS:PORT of a process. Where `MYNUMBER_LISTEN` is an address alone, the port is the one that the process has everywhere."""
    wanted = os.environ.get("MYNUMBER_LISTEN", "")
    if not wanted:
        return process.listen(chosen)
    address, colon, port = wanted.partition(":")
    if not address or (colon and not port.isdigit()):
        fail("MYNUMBER_LISTEN must be ADDRESS or ADDRESS:PORT")
    if colon and not alone:
        fail(f"{process.institution} has several processes: MYNUMBER_LISTEN must be ADDRESS, without a port")
    return f"{address}:{port or process.port(chosen)}"


async def _serve(processes: Sequence[tuple[Process, str]], chosen: Settings, one: Institution) -> int:
    """Run the processes, each at its address, until the first ends (its status) or a signal comes (0)."""
    running = []
    for process, listen in processes:
        environment = {**_environment(chosen, one, process), "MYNUMBER_LISTEN": listen}
        environment.pop(OWNER_URL, None)
        environment |= launch.shared_figures(process, chosen)
        command = launch.serve_command(process, listen)
        running.append(await asyncio.create_subprocess_exec(*command, env=environment, process_group=0))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    waits = [asyncio.create_task(child.wait()) for child in running]
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({*waits, stopping}, return_when=asyncio.FIRST_COMPLETED)
    ended = [wait.result() for wait in waits if wait.done()]
    for child in running:
        if child.returncode is None:
            child.terminate()
    await asyncio.gather(*waits)
    stopping.cancel()
    return ended[0] if ended and not stop.is_set() else 0


def _become(command: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    sys.stdout.flush()
    try:
        os.execvpe(command[0], list(command), dict(environment))  # noqa: S606 (no shell on purpose)
    except OSError as error:
        fail(f"{Path(command[0]).name}: {error.strerror}")
