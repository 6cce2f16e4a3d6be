"""A whole network that may be killed: two cores and two gateways behind one address each, a PostgreSQL of its own, witness and monitor."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # has no stubs of its own
import psycopg
from bench.place import Databases, postgres

from mynumber.platform.postgres import Server as PostgresServer
from tests.support.balancer import Balancer
from tests.support.everyone import Everyone, running_everyone
from tests.support.exchange import MEMBERS, Server, uvicorn_command
from tests.support.ports import free_port
from tests.support.waiting import eventually

STARTS = 20
"""So often a process is started until it is ready."""


class Victim(StrEnum):
    """What is killed with SIGKILL."""

    NETWORK = "network"
    """One of the two cores."""
    GATEWAY = "gateway"
    """One of the two gateways."""
    POSTGRES = "PostgreSQL"
    """All its processes at once."""
    BACKEND = "a backend"
    """One process of PostgreSQL that serves a connection: PostgreSQL ends all others and recovers by itself."""
    EVERYTHING = "everything"
    """Cores, gateways and PostgreSQL at once, as a power cut would."""


@dataclass(slots=True)
class Place:
    """What runs, and how it is killed and started again."""

    everyone: Everyone
    postgres: PostgresServer
    cores: tuple[Server, ...]
    gateways: tuple[Server, ...]

    starting: dict[int, Future[None]] = field(default_factory=dict)
    """By port: what was killed starts again while the next is killed."""
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4))

    @property
    def servers(self) -> list[Server]:
        return [*self.cores, *self.gateways]

    def kill(self, victim: Victim, chance: random.Random) -> None:
        """Kill it now, and let it start again. PostgreSQL runs when this returns; cores and gateways may still be starting."""
        match victim:
            case Victim.NETWORK:
                self._kill(chance.choice(self.cores))
            case Victim.GATEWAY:
                self._kill(chance.choice(self.gateways))
            case Victim.POSTGRES:
                self._kill_postgres()
                self.postgres.start()
            case Victim.BACKEND:
                backends = [one for one in self._database_processes() if _serves(one)]
                if backends:
                    chance.choice(backends).send_signal(signal.SIGKILL)
                eventually(self._takes_connections, "PostgreSQL after its recovery")
            case Victim.EVERYTHING:
                self.wait()
                servers = self.servers
                chance.shuffle(servers)
                acts = [*(server.kill for server in servers)]
                acts.insert(chance.randrange(len(acts) + 1), self._kill_postgres)
                for act in acts:
                    act()
                self.postgres.start()
                for server in servers:
                    self._start(server)

    def wait(self) -> None:
        """Until everything that was killed is ready."""
        for starting in self.starting.values():
            starting.result()
        for server in self.servers:
            eventually(server.is_ready, f"{server.name} that is ready again")

    def restart_gateways(self) -> None:
        """As an operator would: what is still open belongs to processes that are gone, and is settled at once."""
        self.wait()
        for gateway in self.gateways:
            gateway.stop()
            gateway.start()

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _kill(self, server: Server) -> None:
        if server.port in self.starting:
            self.starting[server.port].result()
        server.kill()
        self._start(server)

    def _start(self, server: Server) -> None:
        self.starting[server.port] = self._pool.submit(_start_again, server)

    def _takes_connections(self) -> bool:
        try:
            self.postgres.connect_admin().close()
        except psycopg.OperationalError:
            return False
        return True

    def _database_processes(self) -> list[psutil.Process]:
        postmaster = self.postgres.postmaster()
        assert postmaster is not None
        process = psutil.Process(postmaster)
        return [process, *process.children(recursive=True)]

    def _kill_postgres(self) -> None:
        processes = self._database_processes()
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                os.kill(process.pid, signal.SIGKILL)
        psutil.wait_procs(processes, timeout=20)


def _start_again(server: Server) -> None:
    """As a supervisor does: again, when the database went away while it started."""
    for _ in range(STARTS - 1):
        with suppress(RuntimeError):
            return server.start()
        server.kill()
    return server.start()


def _serves(process: psutil.Process) -> bool:
    """Whether it is a backend of an institution; its title says so: ``postgres: network network__1 [local] idle``."""
    with suppress(psutil.NoSuchProcess):
        title = " ".join(process.cmdline())
        return title.startswith(("postgres: network ", "postgres: gateway")) and "[local]" in title
    return False


@contextmanager
def running_place(name: str) -> Iterator[Place]:
    """Start everything on durable databases of its own, and stop it at the end."""
    with ExitStack() as stack:
        server, folder = stack.enter_context(postgres(name))
        balancers = {one: Balancer() for one in ("network", "gateway")}
        for balancer in balancers.values():
            stack.callback(balancer.close)
        urls = {"network": balancers["network"].url} | {
            f"gateway.{member}": f"{balancers['gateway'].url}/gateway.{member}" for member in MEMBERS
        }
        place = Path(folder / "place")
        place.mkdir()
        everyone = stack.enter_context(running_everyone(place, Databases(server), elsewhere=urls))
        pairs = {}
        for first in (everyone.exchange.network, everyone.exchange.gateway):
            port = free_port()
            second = Server(
                first.name,
                port,
                first.environment,
                place / f"second-{first.name}.log",
                uvicorn_command(first.name, port),
            )
            second.start()
            stack.callback(second.stop)
            pairs[first.name] = (first, second)
            balancers[first.name].ports += [first.port, second.port]
        running = Place(everyone, server, pairs["network"], pairs["gateway"])
        stack.callback(running.close)
        yield running
