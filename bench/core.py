"""The core alone, over HTTP: permits a second of one process, beside what a permit cannot do without, measured in the same run.

The gateways are one process that signs real messages (bench.core_load). A permit is decided, its code converted for the provider and for the
records, sealed, signed, and recorded durably in two rows before it goes out; the log's sequencer runs on at the same time.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import uvloop
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from rbcl import rbcl as group
from tests.support.core import RunningCore, running_core
from tests.support.exchange import ALLOWANCE, CITY, FORMER_CITY, PENSION, Server, free_port, resident_code

from bench.core_load import Ask, Order, Result
from bench.core_steps import steps_of
from bench.flame import flame_graph, read_stacks
from bench.place import STATE, Databases, fsync_microseconds, postgres
from bench.processes import cpu_microseconds, family_microseconds
from bench.report import Scale, Table, Tell, median
from bench.timing import measure
from mynumber.platform.postgres import Server as Postgres
from mynumber.webkit.pool import open_pool

PEOPLE = 3_000
IN_FLIGHT = (1, 16, 64)
REQUESTS = (1, 8, 32)
ROUNDS = 3
SECONDS = 3.0
WARM_UP = 0.7
FSYNC_DELAY_MICROSECONDS = 1_000
COPY_ROWS = 256
EXCHANGE = (
    *(
        "inquirer",
        "request_id",
        "inquirer_name",
        "provider",
        "provider_name",
        "organisation",
        "affair",
        "provision",
    ),
    *("information", "non_disclosure", "requested_at", "request_digest", "permit_digest", "record_code"),
)
ENTRY = ("index", "inquirer", "request_id", "at", "side", "outcome", "hop", "reason", "salt")
FLAME = STATE / "bench" / "core-flame.svg"


@dataclass(frozen=True, slots=True)
class Window:
    """What was measured while the gateways asked: CPU in microseconds of all core processes, of PostgreSQL and of the gateways."""

    result: Result
    requests: int
    core: float
    postgres: float
    gateways: float
    pace: float
    """How long bare cryptography took around the window, beside when the floor was measured: a shared machine changes its speed within seconds."""

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


@dataclass(frozen=True, slots=True)
class Floor:
    """Microseconds of CPU of what a permit cannot do without."""

    verify: float
    sign: float
    conversion: float
    http: Mapping[int, float]
    """A message over HTTP to the same server with nothing behind it, by the number of its requests."""
    rows: float
    """Two rows of a grouped COPY, at the client."""

    def of(self, requests: int, pace: float) -> float:
        """A permit in a message of so many, when the machine takes ``pace`` times as long as when the floor was measured."""
        message = self.verify + self.sign + self.http[requests]
        return pace * (message / requests + 2 * self.conversion + self.rows)


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """Measure the core. Raises RuntimeError when a request is refused: then the figures would be of something else."""
    tell("core: starting PostgreSQL and the core")
    with postgres("core") as (server, folder):
        bench = _Bench(server, folder, scale, tell)
        with bench.running(1) as core:
            asks = _seed(core, scale.count(PEOPLE, 40))
            floor = bench.floor(core, asks)
            yield bench.rates(core, asks, floor)
        with bench.running(1, stacks=folder / "stacks") as core:
            asks = _seed(core, scale.count(PEOPLE, 40))
            yield bench.steps(core, asks, floor)
        FLAME.parent.mkdir(parents=True, exist_ok=True)
        FLAME.write_text(
            flame_graph(
                read_stacks(folder / "stacks"), "CPU of the core, 8 requests a message, 64 in flight"
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
        self._bare: dict[str, float] = {}
        self._operations = _operations()

    @contextmanager
    def running(self, processes: int, *, stacks: Path | None = None) -> Iterator[RunningCore]:
        self._places += 1
        folder = self._folder / f"core-{self._places}"
        folder.mkdir()
        options = ("--stacks", str(stacks)) if stacks else ()
        with running_core(
            folder,
            self._databases,
            processes=processes,
            command=lambda name, port: (
                *(sys.executable, "-m", "bench.core_process", name, "--port", str(port)),
                *options,
            ),
        ) as core:
            yield core

    # what it cannot do without -------------------------------------------------------------------------------------------

    def floor(self, core: RunningCore, asks: tuple[Ask, ...]) -> Floor:
        """Measured in turns with nothing else running, and HTTP over the same server."""
        self._tell("core: what a permit cannot do without")
        self._bare = measure(self._operations, self._scale.seconds(2))
        http = {}
        for requests in REQUESTS:
            window = self.window(core, asks, IN_FLIGHT[-1], requests, bare=True)
            http[requests] = window.core / max(1, window.result.messages) / window.pace
        before = self._pace()
        rows = uvloop.run(_copied_rows(core.database.url, self._scale.count(40, 4)))
        return Floor(**self._bare, http=http, rows=rows / ((before + self._pace()) / 2))

    def _pace(self) -> float:
        now = measure(self._operations, self._scale.seconds(0.2), batch=10)
        return sum(now.values()) / sum(self._bare.values())

    @contextmanager
    def _bare_server(self) -> Iterator[Server]:
        port = free_port()
        server = Server(
            "bare",
            port,
            {},
            self._folder / "bare.log",
            (sys.executable, "-m", "bench.core_process", "bare", "--port", str(port)),
        )
        server.start()
        try:
            yield server
        finally:
            server.stop()

    # rates ---------------------------------------------------------------------------------------------------------------

    def rates(self, core: RunningCore, asks: tuple[Ask, ...], floor: Floor) -> Table:
        rounds = self._scale.count(ROUNDS, 1)
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
        rows: dict[str, list[Window]] = {}
        for number in range(rounds):
            for in_flight in IN_FLIGHT:
                for requests in REQUESTS:
                    name = f"{in_flight} x {requests}"
                    self._tell(f"core: {name}, round {number + 1} of {rounds}")
                    rows.setdefault(name, []).append(self.window(core, asks, in_flight, requests))
            with self._slow_disk():
                for requests in REQUESTS:
                    name = f"{IN_FLIGHT[-1]} x {requests}, commits + 1 ms"
                    self._tell(f"core: {name}, round {number + 1} of {rounds}")
                    rows.setdefault(name, []).append(self.window(core, asks, IN_FLIGHT[-1], requests))
        for name, windows in rows.items():
            middle = sorted(windows, key=lambda window: window.each / window.pace)[len(windows) // 2]
            bound = floor.of(middle.requests, middle.pace)
            table.rows.append(
                (
                    name,
                    middle.rate,
                    round(middle.result.p50 / 1000, 2),
                    round(middle.result.p99 / 1000, 2),
                    middle.each,
                    1_000_000 / middle.each,
                    bound,
                    round(bound / middle.each, 2),
                    middle.postgres / middle.permits,
                    middle.gateways / middle.permits,
                )
            )
        table.notes += [
            f"floor of a permit: (verify {floor.verify:.0f} + sign {floor.sign:.0f} + bare HTTP "
            + "/".join(f"{floor.http[requests]:.0f}" for requests in REQUESTS)
            + f") / requests + 2 x {floor.conversion:.0f} (conversion) + {floor.rows:.1f} (two rows of grouped COPY)",
            "'core us' is the CPU of the core's process for a permit, its log included; 'permits/s a core' follows from it",
            "the floor is taken at the pace of the window: bare cryptography is timed right before and after each",
            "permits/s is on the clock: two cores shared with PostgreSQL, the gateways and whoever else was busy",
            f"a durable write of one block takes {fsync_microseconds(self._folder):,.0f} us on this disk",
        ]
        return table

    def window(
        self,
        core: RunningCore,
        asks: tuple[Ask, ...],
        in_flight: int,
        requests: int,
        *,
        bare: bool = False,
    ) -> Window:
        """Let the gateways ask the core, or a server with nothing behind it."""
        before = self._pace()
        if bare:
            with self._bare_server() as server:
                result, clocks = self._asked(core, (server,), asks, in_flight, requests, bare=True)
        else:
            result, clocks = self._asked(core, core.servers, asks, in_flight, requests)
        if result.refused:
            raise RuntimeError(f"{result.refused} requests were refused")
        core_cpu, postgres_cpu, gateways_cpu = clocks
        return Window(result, requests, core_cpu, postgres_cpu, gateways_cpu, (before + self._pace()) / 2)

    def _asked(
        self,
        core: RunningCore,
        servers: tuple[Server, ...],
        asks: tuple[Ask, ...],
        in_flight: int,
        requests: int,
        *,
        bare: bool = False,
    ) -> tuple[Result, list[float]]:
        """Let the gateways ask, and read all clocks when they are warm and when they end."""
        order = Order(
            inquirer=CITY,
            asks=asks,
            ports=tuple(server.port for server in servers),
            in_flight=in_flight,
            requests=requests,
            warm_up=self._scale.seconds(WARM_UP),
            seconds=self._scale.seconds(SECONDS),
            bare=bare,
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.core_load"],
            env={**os.environ, **core.systems.environment("gateway")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        with process:
            process.stdin.write(msgspec.json.encode(order))
            process.stdin.close()
            _expect(process.stdout.readline(), b"begin\n")
            before = self._clocks(servers, process.pid)
            _expect(process.stdout.readline(), b"end\n")
            after = self._clocks(servers, process.pid)
            result = msgspec.json.decode(process.stdout.read(), type=Result)
        return result, [b - a for a, b in zip(before, after, strict=True)]

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

    # steps ---------------------------------------------------------------------------------------------------------------

    def steps(self, core: RunningCore, asks: tuple[Ask, ...], floor: Floor) -> Table:
        """Each step by itself on the same input, beside the whole of the running process."""
        table = Table(
            "The core's CPU split by step, microseconds a permit",
            ("", *(f"{requests} a message" for requests in REQUESTS)),
        )
        columns: list[dict[str, float]] = []
        for requests in REQUESTS:
            self._tell(f"core: the steps of {requests} a message")
            before = self._pace()
            taken = steps_of(core, CITY, asks, requests, self._scale.seconds(2))
            pace = (before + self._pace()) / 2
            taken = {name: cost / pace for name, cost in taken.items()}
            taken["HTTP"] = floor.http[requests] / requests
            window = self.window(core, asks, IN_FLIGHT[-1], requests)
            whole = window.each / window.pace
            taken["the rest: event loop, log, sampling"] = whole - sum(taken.values())
            taken["the whole, in the running process"] = whole
            columns.append(taken)
        table.rows = [(name, *(column[name] for column in columns)) for name in columns[0]]
        table.notes.append(f"the flame graph of the running process: {FLAME}")
        return table

    # two processes -------------------------------------------------------------------------------------------------------

    def two(self, tell: Tell) -> Table:
        """One process and two on one database, in turns."""
        table = Table(
            "One core process against two on one database, 64 in flight x 8 requests",
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
        found: dict[int, list[Window]] = {1: [], 2: []}
        with self.running(1) as one, self.running(2) as two:
            asks = {
                1: _seed(one, self._scale.count(PEOPLE, 40)),
                2: _seed(two, self._scale.count(PEOPLE, 40)),
            }
            for number in range(self._scale.count(ROUNDS, 1)):
                for count, core in ((1, one), (2, two)):
                    tell(f"core: {count} processes, round {number + 1}")
                    found[count].append(self.window(core, asks[count], IN_FLIGHT[-1], 8))
        middles = {
            count: sorted(windows, key=lambda window: window.rate)[len(windows) // 2]
            for count, windows in found.items()
        }
        for count, middle in middles.items():
            clock = middle.result.seconds * 1_000_000
            table.rows.append(
                (
                    str(count),
                    middle.rate,
                    round(middle.result.p99 / 1000, 2),
                    middle.each,
                    middle.postgres / middle.permits,
                    round(middle.core / clock, 2),
                    round(middle.postgres / clock, 2),
                    round(middle.gateways / clock, 2),
                )
            )
        table.notes += [
            f"two against one: {middles[2].rate / max(1, middles[1].rate):.2f} x; 'busy' is in cores",
            "the only row that both wait for gives out the indices of the log, locked for the entries and the flush of a commit",
        ]
        return table


def _operations() -> dict[str, Callable[[], object]]:
    key = ec.generate_private_key(ec.SECP256R1())
    public, ecdsa = key.public_key(), ec.ECDSA(hashes.SHA256())
    message = secrets.token_bytes(700)
    signature = key.sign(message, ecdsa)
    scalar, point = group.crypto_core_ristretto255_scalar_random(), group.crypto_core_ristretto255_random()
    return {
        "verify": lambda: public.verify(signature, message, ecdsa),
        "sign": lambda: key.sign(message, ecdsa),
        "conversion": lambda: group.crypto_scalarmult_ristretto255(scalar, point),
    }


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


async def _copied_rows(url: str, batches: int) -> float:
    """Microseconds of the client's CPU for two rows, one of an exchange and one of its entry, in a grouped COPY."""
    pool = await open_pool(url, connections=1)
    now = datetime.now(UTC)
    samples = []
    async with pool.acquire() as connection:
        for batch in range(batches):
            exchanges: list[tuple[Any, ...]] = []
            events: list[tuple[Any, ...]] = []
            for number in range(COPY_ROWS):
                index, request_id, digest = -1 - batch * COPY_ROWS - number, uuid4(), secrets.token_bytes(32)
                who = (CITY, request_id, CITY, PENSION, PENSION, "子育て支援課")
                what = (ALLOWANCE, "81-1-4", "public_pension_benefit", False, now)
                exchanges.append((*who, *what, bytes(32), digest, "1." + "x" * 43))
                events.append((index, CITY, request_id, now, "network", "permitted", None, None, digest))
            begun = _cpu()
            transaction = connection.transaction()
            await transaction.start()
            await connection.copy_records_to_table("exchange", records=exchanges, columns=EXCHANGE)
            await connection.copy_records_to_table("exchange_event", records=events, columns=ENTRY)
            samples.append((_cpu() - begun) / COPY_ROWS)
            await transaction.rollback()  # the rows are not of a real exchange
    await pool.close()
    return median(samples)


def _cpu() -> float:
    return time.process_time() * 1_000_000


def _expect(line: bytes, expected: bytes) -> None:
    if line != expected:
        raise RuntimeError("the gateways ended early; see above")
