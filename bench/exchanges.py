"""Complete exchanges of information through real processes: network core, gateway, a durable PostgreSQL, and inquirers in a process of their own.

An exchange is the whole of it: a sealed and signed inquiry to the gateway, the permit of the core with its durable record, the presentation to the provider
with its record, the sealed fact, the closed record, the sealed result checked by the inquirer; and, batched behind it, the notices to the core
and the transparency log, which run on at the same time.
"""

from __future__ import annotations

import os
import secrets
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
from tests.support.exchange import (
    ALLOWANCE,
    CITY,
    FORMER_CITY,
    PENSION,
    PENSIONS,
    TAX,
    Exchange,
    resident_code,
    running_exchange,
)

from bench.flame import flame_graph, read_stacks
from bench.floor import FLOOR, bare, floor
from bench.hops import split
from bench.load import Ask, Order, Result
from bench.place import STATE, Databases, fsync_microseconds, postgres
from bench.processes import Machine, cpu_microseconds, family_microseconds, loaded, machine
from bench.report import Scale, Table, Tell, median
from bench.served import Figures
from bench.steps import since
from mynumber.foundation.law import InformationKind
from mynumber.platform.postgres import Server
from mynumber.protocols.copies import REGISTER_COPIES, Copy, RegisterCopies

PEOPLE = 2_000
IN_FLIGHT = (1, 16, 64, 256)
OFFERED = 500
SPLIT = (1, 64)
FLAME = STATE / "bench" / "gateway.svg"
ROUNDS = 3
SECONDS = 4.0
WARM_UP = 1.0
FSYNC_DELAY_MICROSECONDS = 1_000
COPIES_A_MESSAGE = 500
PROCESSES = ("network", "gateway", "postgres", "inquirers")


@dataclass(frozen=True, slots=True)
class Window:
    """What was measured while the inquirers asked: CPU in microseconds by process, batches and steps by server."""

    result: Result
    cpu: dict[str, float]
    batches: dict[str, tuple[int, int]]
    steps: dict[str, dict[str, tuple[int, int]]]
    idle: float
    taken: float
    """Of both cores' time, in percent: what nobody used, and what the hypervisor gave to others."""

    @property
    def rate(self) -> float:
        return self.result.exchanges / self.result.seconds

    @property
    def a_message(self) -> float:
        """Exchanges in a message of an inquirer, mean."""
        return self.result.exchanges / max(1, self.result.messages)

    def cpu_each(self, process: str) -> float:
        return self.cpu[process] / max(1, self.result.exchanges)


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """Measure exchanges. Raises RuntimeError when one is refused: then the figures would be of something else."""
    tell("exchanges: starting PostgreSQL, network and gateway")
    with postgres("exchanges") as (server, folder):
        bench = _Bench(server, folder, scale, tell)
        with bench.running() as exchange:
            asks = _seed(exchange, scale.count(PEOPLE, 40))
            bench.settle(exchange, asks)
            yield bench.rates(exchange, asks)
        with bench.running("--steps") as exchange:
            asks = _seed(exchange, scale.count(PEOPLE, 40))
            bench.settle(exchange, asks)
            tell("exchanges: the split by hop")
            yield split({n: bench.window(exchange, asks, n, steps=True) for n in SPLIT}, scale)
        with bench.running(stacks=True) as exchange:
            asks = _seed(exchange, scale.count(PEOPLE, 40))
            bench.settle(exchange, asks)
            bench.window(exchange, asks, SPLIT[-1])
        FLAME.parent.mkdir(parents=True, exist_ok=True)
        FLAME.write_text(
            flame_graph(read_stacks(folder / "gateway.stacks"), f"CPU of the gateway, {SPLIT[-1]} in flight"),
            encoding="utf-8",
        )


class _Bench:
    def __init__(self, server: Server, folder: Path, scale: Scale, tell: Tell) -> None:
        self._server = server
        self._folder = folder
        self._scale = scale
        self._tell = tell
        self._databases = Databases(server)
        self._places = 0

    @contextmanager
    def running(self, *options: str, stacks: bool = False) -> Iterator[Exchange]:
        """Network and gateway on fresh databases, served with the options of bench.served."""
        self._places += 1
        folder = self._folder / f"exchange-{self._places}"
        folder.mkdir()
        self._place = folder
        with running_exchange(
            folder,
            self._databases,
            command=lambda name, port: (
                *(sys.executable, "-m", "bench.served", name, "--port", str(port)),
                *("--figures", str(folder / f"{name}.figures"), *options),
                *(("--stacks", str(self._folder / f"{name}.stacks")) if stacks else ()),
            ),
        ) as exchange:
            yield exchange

    def settle(self, exchange: Exchange, asks: tuple[Ask, ...]) -> None:
        """Some exchanges that are not measured, and statistics of their tables: autovacuum makes them within a minute, a window is shorter."""
        self._tell("exchanges: the first ones, not measured")
        self.window(exchange, asks, IN_FLIGHT[-1])
        for database in (exchange.network_database, exchange.gateway_database):
            with self._server.connect_admin(database.name) as admin:
                admin.execute("ANALYZE")

    def rates(self, exchange: Exchange, asks: tuple[Ask, ...]) -> Table:
        rounds = self._scale.count(ROUNDS, 1)
        taken: dict[str, list[Window]] = {}
        floors: list[dict[str, float]] = []
        for number in range(rounds):
            for slow in (False, True):
                with self._slow_disk() if slow else nullcontext():
                    for in_flight in IN_FLIGHT[-1:] if slow else IN_FLIGHT:
                        name = f"{in_flight} in flight" + (", commits + 1 ms" if slow else "")
                        self._tell(f"exchanges: {name}, round {number + 1} of {rounds}")
                        taken.setdefault(name, []).append(self.window(exchange, asks, in_flight))
                    name = f"{OFFERED}/s offered" + (", commits + 1 ms" if slow else "")
                    self._tell(f"exchanges: {name}, round {number + 1} of {rounds}")
                    taken.setdefault(name, []).append(self.window(exchange, asks, 0, offered=OFFERED))
            floors.append(floor(self._scale.seconds(1)))
        limit = {name: median([measured[name] for measured in floors]) for name in floors[0]}
        table = Table(
            f"Exchanges through real processes, median of {rounds} rounds of {self._scale.seconds(SECONDS):g} s",
            (
                "",
                "exchanges/s",
                "p50 ms",
                "p99 ms",
                "CPU us",
                *(f"{name} us" for name in PROCESSES),
                "x bare",
                "idle %",
                "taken %",
                "a message",
                "a commit",
            ),
        )
        for name, windows in taken.items():
            window = _middle(windows)
            cpu = sum(window.cpu.values()) / max(1, window.result.exchanges)
            table.rows.append(
                (
                    name,
                    window.rate,
                    round(window.result.p50 / 1000, 2),
                    round(window.result.p99 / 1000, 2),
                    cpu,
                    *(window.cpu_each(process) for process in PROCESSES),
                    cpu / bare(limit, window.a_message),
                    round(window.idle),
                    round(window.taken),
                    round(window.a_message, 1),
                    _batch_text(window),
                )
            )
        table.notes += [
            f"bare: the operations that an exchange cannot do without, measured in this run: {bare(limit, 1):,.0f} us of CPU for an exchange that "
            f"travels alone, {bare(limit, 64):,.0f} for each of 64 that travel together: "
            + ", ".join(f"{times} x {name} {limit[name]:.0f}" for name, times in FLOOR.items()),
            "all but the scalar multiplications are shared by the exchanges of a message; a message of an inquirer is the measure of that",
            "a commit: exchanges in one of open, permit (core), provide, close; one gateway process serves both sides",
            f"a durable write of one block takes {fsync_microseconds(self._folder):,.0f} us on this disk",
            "'+ 1 ms' is PostgreSQL's commit_delay with commit_siblings = 0: it waits while the log is locked, then flushes",
            "idle, taken: of both cores' time, what nobody used and what the hypervisor gave to other machines",
            "two cores for all processes and the inquirers; exchanges/s is on the clock and falls with whoever else is busy, CPU hardly does",
        ]
        return table

    def window(
        self,
        exchange: Exchange,
        asks: tuple[Ask, ...],
        in_flight: int,
        *,
        offered: float = 0,
        steps: bool = False,
    ) -> Window:
        """Let inquirers ask, and read all clocks when they are warm and when they end."""
        warm_up = self._scale.seconds(WARM_UP)
        order = Order(asks, in_flight, offered, warm_up, self._scale.seconds(SECONDS), steps)
        before, after, found = loaded(
            "bench.load",
            msgspec.json.encode(order),
            partial(self._read, exchange),
            exchange.systems.environment("municipality"),
        )
        result = msgspec.json.decode(found, type=Result)
        if result.refused:
            raise RuntimeError(f"exchanges were refused: {result.refused}")
        figures = {name: (before.figures[name], after.figures[name]) for name in before.figures}
        return Window(
            result,
            {name: after.cpu[name] - before.cpu[name] for name in PROCESSES},
            {k: v for old, new in figures.values() for k, v in since(old.batches, new.batches).items()},
            {name: since(old.steps, new.steps) for name, (old, new) in figures.items()}
            | {"inquirers": result.steps},
            *after.machine.share(before.machine),
        )

    def _read(self, exchange: Exchange, inquirers: int) -> _Reading:
        servers = {"network": exchange.network, "gateway": exchange.gateway}
        pids = {name: server.process.pid for name, server in servers.items() if server.process}
        postmaster = self._server.postmaster()
        assert postmaster is not None
        cpu = {name: cpu_microseconds(pid) for name, pid in pids.items()}
        cpu["inquirers"] = cpu_microseconds(inquirers)
        cpu["postgres"] = family_microseconds(postmaster)
        files = {name: self._place / f"{name}.figures" for name in pids}
        for name, pid in pids.items():
            files[name].unlink(missing_ok=True)
            os.kill(pid, signal.SIGUSR1)
        return _Reading(cpu, {name: _wait_for(file) for name, file in files.items()}, machine())

    @contextmanager
    def _slow_disk(self) -> Iterator[None]:
        """Delay each flush of the log by 1 ms, as a usual disk would, with what PostgreSQL itself has; no compiler is needed."""
        with self._server.connect_admin() as admin:
            admin.execute(f"ALTER SYSTEM SET commit_delay = {FSYNC_DELAY_MICROSECONDS}")
            admin.execute("ALTER SYSTEM SET commit_siblings = 0")
            admin.execute("SELECT pg_reload_conf()")
            try:
                yield
            finally:
                admin.execute("ALTER SYSTEM RESET ALL")
                admin.execute("SELECT pg_reload_conf()")


@dataclass(frozen=True, slots=True)
class _Reading:
    cpu: dict[str, float]
    figures: dict[str, Figures]
    machine: Machine


def _seed(exchange: Exchange, people: int) -> tuple[Ask, ...]:
    """Give people codes and copies; returns what may be asked: two cities ask each other for taxes, and the pension service for benefits."""
    members = {CITY: "C", FORMER_CITY: "F", PENSION: "P"}
    exchange.give_codes(
        {
            resident_code(): {member: f"{letter}-{number}" for member, letter in members.items()}
            for number in range(people)
        }
    )
    tax, benefit = InformationKind.LOCAL_TAX, InformationKind.PUBLIC_PENSION_BENEFIT
    for member, information, fact in (
        (CITY, tax, TAX),
        (FORMER_CITY, tax, TAX),
        (PENSION, benefit, PENSIONS),
    ):
        raw = msgspec.Raw(msgspec.json.encode(fact))
        for start in range(0, people, COPIES_A_MESSAGE):
            copies = tuple(
                Copy(
                    addressee=f"{members[member]}-{number}",
                    information=information.value,
                    as_of=datetime.now(UTC),
                    fact=raw,
                )
                for number in range(start, min(people, start + COPIES_A_MESSAGE))
            )
            exchange.call(
                REGISTER_COPIES, RegisterCopies(copies=copies), sender=member, receiver=f"gateway.{member}"
            )
    asks = [
        Ask(inquirer, f"{members[inquirer]}-{number}", ALLOWANCE, provider, information.value)
        for number in range(people)
        for inquirer, provider, information in (
            (CITY, FORMER_CITY, tax),
            (FORMER_CITY, CITY, tax),
            (CITY, PENSION, benefit),
            (FORMER_CITY, PENSION, benefit),
        )
    ]
    secrets.SystemRandom().shuffle(asks)
    return tuple(asks)


def _middle(windows: list[Window]) -> Window:
    """The round whose rate is the median: its figures belong together."""
    return sorted(windows, key=lambda window: window.rate)[len(windows) // 2]


def _batch_text(window: Window) -> str:
    names = ("open_inquiries", "record_requests", "use_permits", "close_inquiries")
    sizes = (window.batches.get(name, (0, 0)) for name in names)
    return " ".join(f"{items / commits:.1f}" if commits else "-" for commits, items in sizes)


def _wait_for(file: Path) -> Figures:
    deadline = time.monotonic() + 10
    while not file.exists():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{file.name} was not written")
        time.sleep(0.001)
    return msgspec.json.decode(file.read_bytes(), type=Figures)
