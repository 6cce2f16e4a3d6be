"""The background process behind `mynumber up`: starts everything in order, keeps it alive, stops it in reverse.

    keys and directory -> PostgreSQL -> databases and roles -> migrations -> processes -> front -> ready
                       -> seeding (once), beside it as far as it needs nothing of it

It holds a lock for as long as it lives, writes what it knows to a state file (`mynumber status`), and tells the
waiting `mynumber up` each step through a pipe.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from mynumber.platform import keys, launch, migrations, probe, seed
from mynumber.platform.account import AccountError
from mynumber.platform.child import Child, end_leftovers
from mynumber.platform.commanding import StartFailed, all_of, run_command
from mynumber.platform.databases import embedded_server, ensure_all, owner_role
from mynumber.platform.environment import (
    base_environment,
    command_environment,
    institution_environment,
    migration_environment,
)
from mynumber.platform.logfiles import LogFile
from mynumber.platform.postgres import PostgresError, Server
from mynumber.platform.registry import FRONT, Institution, Process, institution, processes
from mynumber.platform.secret_files import private_folder
from mynumber.platform.seeding import Seeding
from mynumber.platform.settings import Settings, SettingsError
from mynumber.platform.state import (
    AlreadyRunning,
    Event,
    ProcessState,
    State,
    read_state,
    state_file,
    take_lock,
    write_state,
)

READY_SECONDS = 60.0
"""How long a process may take until it is ready before the start is given up."""
WATCH_SECONDS = 5.0
"""How often a running process is asked whether it is ready."""
LEFTOVER_SECONDS = 5.0
"""How long processes that were just killed may still hold their ports."""
_ASK_AGAIN_SECONDS = 0.1


@dataclass
class Supervisor:
    """The platform of one state folder."""

    settings: Settings
    tell: Callable[[Event], None]
    children: dict[str, Child] = field(default_factory=dict)
    ready: dict[str, bool] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    phase: str = "starting"
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> int:
        """Start, supervise until SIGTERM or SIGINT, stop. Returns the exit status."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        keys.ensure_cores(self.settings)
        server = embedded_server(self.settings)
        starting = asyncio.create_task(self._start(server))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not starting.done():
                starting.cancel()
            await starting
            self._enter("ready")
            self.tell(Event("ready"))
            watching = asyncio.create_task(self._watch())
            await stopping
            watching.cancel()
        except (StartFailed, PostgresError, AccountError, OSError) as error:
            self.tell(Event("failed", str(error)))
            return 1
        except asyncio.CancelledError:
            return 0
        finally:
            await self._stop(server)
        return 0

    # --- starting -----------------------------------------------------------------------------------------------------

    async def _start(self, server: Server) -> None:
        await self._require_free_ports()
        self._enter("starting")
        with self._step("機関ごとの鍵と名簿を用意"):
            await asyncio.to_thread(keys.ensure_keys, self.settings)
        seed.make_folders(self.settings)
        seeding = Seeding(self.settings, lambda name: self._commands_of(name, server), self._step)
        await all_of([seeding.run(), self._start_institutions(server, seeding)])
        with self._step("入口を開く"):
            self._launch_front()
            await self._all_ready([FRONT])

    async def _start_institutions(self, server: Server, seeding: Seeding) -> None:
        with self._step("データベース(PostgreSQL)を起動"):
            await asyncio.to_thread(server.start)
            await asyncio.to_thread(ensure_all, server, self.settings)
        outdated = migrations.outdated(self.settings)
        if outdated:
            with self._step(f"{len(outdated)} 機関の表を作成"):
                await self._migrate(server, outdated)
        await seeding.reach(seed.Milestone.TABLES)
        with self._step("各機関のプロセスを起動"):
            started = processes(self.settings)
            for process in started:
                self._launch(process, server)
            await self._all_ready(p.name for p in started)
        await seeding.reach(seed.Milestone.PROCESSES)

    async def _require_free_ports(self) -> None:
        """Raises StartFailed. What a killed supervisor left behind is ended first; its ports take a moment."""
        patience = LEFTOVER_SECONDS if end_leftovers(read_state(self.settings)) else 0.0
        wanted = {p.port(self.settings): "MYNUMBER_PORT_BASE" for p in processes(self.settings)}
        wanted[self.settings.port] = "MYNUMBER_PORT"
        for port, variable in wanted.items():
            while not _is_free(port):
                if patience <= 0:
                    raise StartFailed(
                        f"ポート {port} は別のプログラムが使っています。{variable} に空いている番号を指定してください"
                        f" (port {port} is taken: set {variable})"
                    )
                await asyncio.sleep(_ASK_AGAIN_SECONDS)
                patience -= _ASK_AGAIN_SECONDS

    async def _migrate(self, server: Server, outdated: dict[Institution, str]) -> None:
        at_once = asyncio.Semaphore(os.cpu_count() or 1)

        async def migrate(one: Institution) -> None:
            async with at_once:
                env = migration_environment(self._environment(one, server))
                await run_command(
                    self.settings.logs / f"{one.name}-migrate.log", launch.migrate_command(), env
                )

        await all_of(migrate(one) for one in outdated)
        migrations.note(self.settings, outdated)

    def _environment(
        self, one: Institution, server: Server, process: Process | None = None
    ) -> dict[str, str]:
        database_url = server.url(one.name, one.name) if one.database else None
        owner_url = server.url(owner_role(one.name), one.name) if one.database and process is None else None
        return institution_environment(
            self.settings, one, database_url=database_url, owner_url=owner_url, process=process
        )

    def _commands_of(self, name: str, server: Server) -> dict[str, str]:
        """The environment of an institution's commands."""
        return command_environment(self._environment(institution(name, self.settings), server))

    def _launch(self, process: Process, server: Server) -> None:
        env = self._environment(institution(process.institution, self.settings), server, process)
        env |= launch.shared_figures(process, self.settings)
        command = launch.serve_command(process, process.listen(self.settings))
        self._keep(process.name, process.port(self.settings), command, env)

    def _launch_front(self) -> None:
        self._keep(FRONT, self.settings.port, launch.front_command(), base_environment(self.settings))

    def _keep(self, name: str, port: int, command: list[str], env: Mapping[str, str]) -> None:
        log = LogFile(self.settings.logs / f"{name}.log")
        child = Child(name, command, env, log, changed=self._publish)
        self.children[name] = child
        self.ready[name] = False
        self.ports[name] = port
        self._tasks.append(asyncio.create_task(child.keep_running()))

    # --- watching -----------------------------------------------------------------------------------------------------

    async def _all_ready(self, names: Iterable[str]) -> None:
        await all_of(self._until_ready(name) for name in names)

    async def _until_ready(self, name: str) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_SECONDS):
                while not await self._is_ready(name):
                    if self.children[name].restarts >= 3:
                        break
                    await asyncio.sleep(_ASK_AGAIN_SECONDS)
                else:
                    return
        raise StartFailed(
            f"{name} が起動しません。詳しくは {self.children[name].log.path} を見てください (`mynumber logs {name}`)"
        )

    async def _is_ready(self, name: str) -> bool:
        host = "front.localhost" if name == FRONT else "127.0.0.1"
        ready = self.children[name].pid is not None and await probe.is_ready(self.ports[name], host)
        if ready != self.ready[name]:
            self.ready[name] = ready
            self._publish()
        return ready

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            for name in self.children:
                await self._is_ready(name)

    # --- stopping -----------------------------------------------------------------------------------------------------

    async def _stop(self, server: Server) -> None:
        """Reverse order: no new visitors, then the institutions, then the database."""
        self._enter("stopping")
        names = list(self.children)
        for group in ([n for n in names if n == FRONT], [n for n in names if n != FRONT]):
            for name in group:
                self.children[name].stop()
            await asyncio.gather(*(t for n, t in zip(names, self._tasks, strict=True) if n in group))
        await asyncio.to_thread(server.stop)
        state_file(self.settings).unlink(missing_ok=True)

    # --- telling ------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _step(self, title: str) -> Iterator[None]:
        self.tell(Event("step", title))
        yield
        self.tell(Event("done", title))

    def _enter(self, phase: str) -> None:
        self.phase = phase
        self._publish()

    def _publish(self) -> None:
        states = tuple(
            ProcessState(
                name,
                self.ports[name],
                child.pid,
                child.created,
                child.restarts,
                self.ready[name] and child.pid is not None,
            )
            for name, child in self.children.items()
        )
        with contextlib.suppress(OSError):  # a full disk must not stop the supervisor
            write_state(self.settings, State(os.getpid(), self.phase, self.settings.port, states))


def _is_free(port: int) -> bool:
    with socket.socket() as probe_socket:
        probe_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe_socket.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _teller(descriptor: int | None) -> Callable[[Event], None]:
    """Writes events to the pipe of `mynumber up`; when it has gone away, nobody listens and nothing is lost."""

    def tell(event: Event) -> None:
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.write(descriptor, msgspec.json.encode(event) + b"\n")

    return tell


def main(words: list[str]) -> int:
    """`python -m mynumber.platform.supervisor [DESCRIPTOR]`: the descriptor is where events go."""
    descriptor = int(words[0]) if words else None
    tell = _teller(descriptor)
    os.umask(0o077)
    try:
        settings = Settings.from_environment()
        for folder in (settings.run, settings.logs):
            private_folder(folder)
        take_lock(settings)
    except (SettingsError, OSError) as error:
        tell(Event("failed", str(error)))
        return 1
    except AlreadyRunning:
        tell(Event("failed", "すでに動いています (it runs already)"))
        return 1
    return asyncio.run(Supervisor(settings, tell).run())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
