"""A whole network that may be killed: two cores and two gateways behind one address each, a PostgreSQL of its own, witness and monitor."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # has no stubs of its own
from bench.place import Databases, postgres

from mynumber.platform.postgres import Server as PostgresServer
from tests.support.balancer import Balancer
from tests.support.everyone import Everyone, eventually, running_everyone
from tests.support.exchange import MEMBERS, Server, free_port, uvicorn_command


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

    def kill(self, victim: Victim, chance: random.Random) -> None:
        """Kill it now, and start it again. Returns when it is ready."""
        match victim:
            case Victim.NETWORK:
                self._anew([chance.choice(self.cores)])
            case Victim.GATEWAY:
                self._anew([chance.choice(self.gateways)])
            case Victim.POSTGRES:
                self._kill_postgres()
                self.postgres.start()
            case Victim.BACKEND:
                backends = [one for one in self._database_processes() if _serves(one)]
                chance.choice(backends).send_signal(signal.SIGKILL)
            case Victim.EVERYTHING:
                servers = [*self.cores, *self.gateways]
                chance.shuffle(servers)
                acts = [*(server.kill for server in servers)]
                acts.insert(chance.randrange(len(acts) + 1), self._kill_postgres)
                for act in acts:
                    act()
                self.postgres.start()
                self._anew(servers)
        for server in (*self.cores, *self.gateways):
            eventually(server.is_ready, f"{server.name} that is ready again after {victim}")

    def restart_gateways(self) -> None:
        """As an operator would: what is still open belongs to processes that are gone, and is settled at once."""
        for gateway in self.gateways:
            gateway.stop()
            gateway.start()

    def _anew(self, servers: list[Server]) -> None:
        for server in servers:
            server.kill()
        for server in servers:
            server.start()

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
        yield Place(everyone, server, pairs["network"], pairs["gateway"])
