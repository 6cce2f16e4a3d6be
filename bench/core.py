"""The core alone, over HTTP: permits a second of one process, beside what a permit cannot do without, measured in the same run.

The gateways are one process that signs real messages (bench.core_load). A permit is decided, its code converted for the provider and for the
records, sealed, signed, and recorded durably in two rows before it goes out; the log's sequencer runs on at the same time.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec
from tests.support.core import RunningCore, running_core
from tests.support.exchange import ALLOWANCE, CITY, FORMER_CITY, PENSION, Server, resident_code
from tests.support.ports import free_port

from bench.core_load import Ask, Line, Order, Result
from bench.core_steps import steps_of
from bench.flame import flame_graph, read_stacks
from bench.place import STATE, Databases, fsync_microseconds, postgres
from bench.processes import cpu_microseconds, family_microseconds, loaded
from bench.report import Scale, Table, Tell
from mynumber.foundation.codes import Code
from mynumber.platform.postgres import Server as Postgres

PEOPLE = 3_000
IN_FLIGHT = (1, 16, 64)
REQUESTS = (1, 8, 32)
ROUNDS = 3
SECONDS = 3.0
WARM_UP = 0.7
FSYNC_DELAY_MICROSECONDS = 1_000
COPY_ROWS = 256
FLAME = STATE / "bench" / "core-flame.svg"


@dataclass(frozen=True, slots=True)
class Window:
    """What was measured while the gateways asked: CPU in microseconds of all core processes, of PostgreSQL and of the gateways."""

    result: Result
    requests: int
    core: float
    postgres: float
    gateways: float

    @property
    def permits(self) -> int:
        return max(1, self.result.messages * self.requests)

    @property
    def rate(self) -> float:
        return self.result.messages * self.requests / self.result.seconds

    @property
    def each(self) -> float:
        """Microseconds of the core's CPU for a permit."""
        return self.core / self.permits


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """Measure the core. Raises RuntimeError when a request is refused: then the figures would be of something else."""
    tell("core: starting PostgreSQL and the core")
    with postgres("core") as (server, folder):
        bench = _Bench(server, folder, scale, tell)
        with bench.running(1) as core:
            asks = _seed(core, scale.count(PEOPLE, 40))
            yield bench.rates(core, asks)
            yield bench.blind(core, asks)
        with bench.running(1, stacks=folder / "stacks") as core:
            asks = _seed(core, scale.count(PEOPLE, 40))
            yield bench.steps(core, asks)
        FLAME.parent.mkdir(parents=True, exist_ok=True)
        FLAME.write_text(
            flame_graph(
                read_stacks(folder / "stacks"),
                "CPU of the core: messages of 1, 8 and 32 requests by turns, 64 in flight",
            ),
            encoding="utf-8",
        )
        yield bench.two(tell)


class _Bench:
    def __init__(self, server: Postgres, folder: Path, scale: Scale, tell: Tell) -> None:
        self._server = server
        self._folder = folder
        self._scale = scale
        self._tell = tell
        self._databases = Databases(server)
        self._places = 0

    @contextmanager
    def running(
        self, processes: int, *, stacks: Path | None = None, homes: Mapping[str, str] | None = None
    ) -> Iterator[RunningCore]:
        self._places += 1
        folder = self._folder / f"core-{self._places}"
        folder.mkdir()
        options = ("--stacks", str(stacks)) if stacks else ()
        with running_core(
            folder,
            self._databases,
            processes=processes,
            homes=homes,
            blind=True,
            command=lambda name, port: (
                *(sys.executable, "-m", "bench.core_process", name, "--port", str(port)),
                *options,
            ),
        ) as core:
            yield core

    @contextmanager
    def _floor(self) -> Iterator[Server]:
        """The same server around what a permit cannot do without, on a database of its own."""
        port = free_port()
        server = Server(
            "floor",
            port,
            {"DATABASE_URL": self._databases("network", migrated=True).url},
            self._folder / f"floor-{port}.log",
            (sys.executable, "-m", "bench.core_process", "floor", "--port", str(port)),
        )
        server.start()
        try:
            yield server
        finally:
            server.stop()

    # rates ---------------------------------------------------------------------------------------------------------------

    def rates(self, core: RunningCore, asks: tuple[Ask, ...]) -> Table:
        with self._floor() as floor:
            return self._rates(core, floor, asks)

    def _rates(self, core: RunningCore, floor: Server, asks: tuple[Ask, ...]) -> Table:
        rounds = self._scale.count(ROUNDS, 1)
        shapes = [(in_flight, requests) for in_flight in IN_FLIGHT for requests in REQUESTS]
        if self._scale.quick:
            shapes = [shapes[0], shapes[-1]]
        table = Table(
            f"Core alone, one process: median of {rounds} rounds of {self._scale.seconds(SECONDS):g} s",
            (
                "in flight x requests",
                "permits/s",
                "p50 ms",
                "p99 ms",
                "core us",
                "permits/s a core",
                "floor us",
                "floor / core",
                "postgres us",
                "gateways us",
            ),
        )
        rows: dict[str, list[tuple[Window, Window]]] = {}
        for number in range(rounds):
            for in_flight, requests in shapes:
                name = f"{in_flight} x {requests}"
                self._tell(f"core: {name}, round {number + 1} of {rounds}")
                rows.setdefault(name, []).append(self._pair(core, floor, asks, in_flight, requests))
            with self._slow_disk():
                for requests in REQUESTS[-1:] if self._scale.quick else REQUESTS:
                    name = f"{IN_FLIGHT[-1]} x {requests}, commits + 1 ms"
                    self._tell(f"core: {name}, round {number + 1} of {rounds}")
                    rows.setdefault(name, []).append(self._pair(core, floor, asks, IN_FLIGHT[-1], requests))
        for name, pairs in rows.items():
            middle, bound = sorted(pairs, key=lambda pair: pair[1].each / pair[0].each)[len(pairs) // 2]
            table.rows.append(
                (
                    name,
                    middle.rate,
                    round(middle.result.p50 / 1000, 2),
                    round(middle.result.p99 / 1000, 2),
                    middle.each,
                    1_000_000 / middle.each,
                    bound.each,
                    round(bound.each / middle.each, 2),
                    middle.postgres / middle.permits,
                    middle.gateways / middle.permits,
                )
            )
        table.notes += [
            "floor: the same server, in turns with the core and under the same load, that does only what a permit cannot do without:",
            "verify (P-256), two multiplications (ristretto255) and two rows in a grouped durable COPY for each request, sign",
            "'core us' is the CPU of the core's process for a permit, its log included; 'permits/s a core' follows from it",
            "permits/s is on the clock: two cores shared with PostgreSQL, the gateways and whoever else was busy",
            f"a durable write of one block takes {fsync_microseconds(self._folder):,.0f} us on this disk",
        ]
        return table

    def _pair(
        self, core: RunningCore, floor: Server, asks: tuple[Ask, ...], in_flight: int, requests: int
    ) -> tuple[Window, Window]:
        """The core and the floor, one right after the other: a shared machine changes its speed within seconds."""
        return (
            self.window(core, asks, in_flight, requests),
            self.window(core, asks, in_flight, requests, floor=floor),
        )

    def window(
        self,
        core: RunningCore,
        asks: tuple[Ask, ...],
        in_flight: int,
        requests: int,
        *,
        floor: Server | None = None,
        blind: bool = False,
    ) -> Window:
        """Let the gateways ask the core, or the floor, and read all clocks when they are warm and when they end."""
        servers = (floor,) if floor else core.servers
        order = Order(
            lines=tuple(
                Line(CITY, "network", server.port, asks)
                if server.name in ("network", "floor")
                else Line(FORMER_CITY, server.name, server.port, _asks_of_former_city(core, asks))
                for server in servers
            ),
            in_flight=in_flight,
            requests=requests,
            warm_up=self._scale.seconds(WARM_UP),
            seconds=self._scale.seconds(SECONDS),
            bare=floor is not None,
            blind=blind,
        )
        before, after, found = loaded(
            "bench.core_load",
            msgspec.json.encode(order),
            partial(self._clocks, servers),
            core.systems.environment("gateway"),
        )
        result = msgspec.json.decode(found, type=Result)
        if result.refused:
            raise RuntimeError(f"{result.refused} requests were refused")
        spent = [b - a for a, b in zip(before, after, strict=True)]
        return Window(result, requests, *spent)

    def _clocks(self, servers: tuple[Server, ...], gateways: int) -> tuple[float, float, float]:
        postmaster = self._server.postmaster()
        assert postmaster is not None
        return (
            sum(cpu_microseconds(server.process.pid) for server in servers if server.process),
            family_microseconds(postmaster),
            cpu_microseconds(gateways),
        )

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

    # blind ---------------------------------------------------------------------------------------------------------------

    def blind(self, core: RunningCore, asks: tuple[Ask, ...]) -> Table:
        """The same requests openly and so that the core does not see the persons, in turns."""
        table = Table(
            "Permits, open and blind (docs/protocols/blind.md), 16 in flight x 8 requests",
            ("mode", "permits/s", "p50 ms", "core us", "of open", "postgres us", "gateways us"),
        )
        found: dict[str, list[Window]] = {"open": [], "blind": []}
        for number in range(self._scale.count(ROUNDS, 1)):
            for mode, windows in found.items():
                self._tell(f"core: {mode}, round {number + 1}")
                windows.append(self.window(core, asks, 16, 8, blind=mode == "blind"))
        middles = {
            mode: sorted(windows, key=lambda window: window.each)[len(windows) // 2]
            for mode, windows in found.items()
        }
        for mode, middle in middles.items():
            table.rows.append(
                (
                    mode,
                    middle.rate,
                    round(middle.result.p50 / 1000, 2),
                    middle.each,
                    round(middle.each / middles["open"].each, 2),
                    middle.postgres / middle.permits,
                    middle.gateways / middle.permits,
                )
            )
        return table

    # steps ---------------------------------------------------------------------------------------------------------------

    def steps(self, core: RunningCore, asks: tuple[Ask, ...]) -> Table:
        """Each step by itself on the same input, beside the whole of the running process."""
        table = Table(
            "The core's CPU split by step, microseconds a permit",
            ("", *(f"{requests} a message" for requests in REQUESTS)),
        )
        columns: list[dict[str, float]] = []
        for requests in REQUESTS:
            self._tell(f"core: the steps of {requests} a message")
            taken = steps_of(core, CITY, asks, requests, self._scale.seconds(2))
            whole = self.window(core, asks, IN_FLIGHT[-1], requests).each
            taken["the rest: HTTP, event loop, log, sampling"] = whole - sum(taken.values())
            taken["the whole, in the running process"] = whole
            columns.append(taken)
        table.rows = [(name, *(column[name] for column in columns)) for name in columns[0]]
        table.notes += [
            "the steps are timed by themselves in a loop; in the running process they find cold caches, which is in the rest",
            f"the flame graph of the running process: {FLAME}",
        ]
        return table

    # two processes -------------------------------------------------------------------------------------------------------

    def two(self, tell: Tell) -> Table:
        """One process, two on one database, and two cores each on a database of its own, in turns."""
        table = Table(
            "Two core processes against one, 64 in flight x 8 requests",
            (
                "processes",
                "permits/s",
                "p99 ms",
                "core us",
                "postgres us",
                "busy: core",
                "postgres",
                "gateways",
            ),
        )
        one_process, one_database, two_databases = "1", "2 on one database", "2 cores on two databases"
        found: dict[str, list[Window]] = {one_process: [], one_database: [], two_databases: []}
        with (
            self.running(1) as one,
            self.running(2) as two,
            self.running(1, homes={FORMER_CITY: "network.west"}) as apart,
        ):
            cores = dict(zip(found, (one, two, apart), strict=True))
            asks = {name: _seed(core, self._scale.count(PEOPLE, 40)) for name, core in cores.items()}
            for number in range(self._scale.count(ROUNDS, 1)):
                for name, core in cores.items():
                    tell(f"core: {name}, round {number + 1}")
                    found[name].append(self.window(core, asks[name], IN_FLIGHT[-1], 8))
        middles = {
            name: sorted(windows, key=lambda window: window.rate)[len(windows) // 2]
            for name, windows in found.items()
        }
        for name, middle in middles.items():
            clock = middle.result.seconds * 1_000_000
            table.rows.append(
                (
                    name,
                    middle.rate,
                    round(middle.result.p99 / 1000, 2),
                    middle.each,
                    middle.postgres / middle.permits,
                    round(middle.core / clock, 2),
                    round(middle.postgres / clock, 2),
                    round(middle.gateways / clock, 2),
                )
            )

        def against(name: str, other: str) -> str:
            return f"{middles[name].rate / max(1, middles[other].rate):.2f} x"

        table.notes += [
            f"two processes on one database against one process: {against(one_database, one_process)}; 'busy' is in cores",
            f"two cores on two databases against one process: {against(two_databases, one_process)}, and against two processes on one database: "
            + against(two_databases, one_database),
            "two processes on one database wait for one row only, which gives out the indices of the log, locked for the entries and the flush",
            "two cores share no row; here both databases are in one PostgreSQL, with one log of writes and one disk",
        ]
        return table


def _seed(core: RunningCore, people: int) -> tuple[Ask, ...]:
    """People whom three institutions hold codes of; what the city may ask about them, the two providers by turns."""
    persons = [resident_code() for _ in range(people)]
    core.give_codes((CITY, FORMER_CITY, PENSION), persons)
    return tuple(
        Ask(core.code(CITY, person), provider, ALLOWANCE, information)
        for person, (provider, information) in zip(
            persons, [(FORMER_CITY, "local_tax"), (PENSION, "public_pension_benefit")] * people, strict=False
        )
    )


def _asks_of_former_city(core: RunningCore, asks: tuple[Ask, ...]) -> tuple[Ask, ...]:
    """What the former city, at home at another core, may ask about the same people."""
    return tuple(
        Ask(
            core.keys.convert(Code.parse(ask.code), CITY, FORMER_CITY).to_text(),
            CITY if ask.provider == FORMER_CITY else ask.provider,
            ask.affair,
            ask.information,
        )
        for ask in asks
    )
