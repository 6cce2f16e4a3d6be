"""Events from the publisher's system to the subscriber's, through outbox, core and gateways: real processes on a durable PostgreSQL.

An event told to one subscriber is four durable rows (outbox, published, entry, received) and one change (settled), two conversions of codes,
and four signed messages that it shares with others of its batch.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import uuid4

import psycopg
from tests.support.exchange import CITY, FORMER_CITY, PENSION, Exchange, resident_code, running_exchange
from tests.support.mesh import AWARDS, Mesh, award

from bench.place import Databases, postgres
from bench.processes import cpu_microseconds, family_microseconds
from bench.report import Scale, Table, Tell, median
from mynumber.foundation.codes import Code, CodeKeys
from mynumber.platform.postgres import Server
from mynumber.protocols.events import ChangeEvent

PEOPLE = 1_000
EVENTS = 20_000
EVENTS_A_MESSAGE = 500
ROWS_A_COMMIT = 250
ROUNDS = 3
SINGLE = 200
PROCESSES = ("network", "gateway", "postgres")


@dataclass(frozen=True, slots=True)
class Window:
    """So many events from the first word of the publisher until the last subscriber's system has the last one."""

    events: int
    seconds: float
    cpu: dict[str, float]

    @property
    def rate(self) -> float:
        return self.events / self.seconds


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """Measure events. Raises AssertionError when one is lost or out of order: then the figures would be of something else."""
    tell("events: starting PostgreSQL, network and gateway")
    with postgres("events") as (server, folder):
        place = folder / "exchange"
        place.mkdir()
        with running_exchange(place, Databases(server)) as exchange:
            yield _Bench(server, exchange, scale, tell).table()


class _Bench:
    def __init__(self, server: Server, exchange: Exchange, scale: Scale, tell: Tell) -> None:
        self._server = server
        self._exchange = exchange
        self._mesh = Mesh(exchange)
        self._scale = scale
        self._tell = tell
        self._events = scale.count(EVENTS, 500)

    def table(self) -> Table:
        people = self._mesh.people(self._scale.count(PEOPLE, 20))
        for city in (CITY, FORMER_CITY):
            self._mesh.subscribe(city, AWARDS)
        windows: dict[str, list[Window]] = {}
        bare = []
        for number in range(self._scale.count(ROUNDS, 1)):
            for name, cities in (
                ("told to nobody", ()),
                ("told to one", (CITY,)),
                ("told to two", (CITY, FORMER_CITY)),
            ):
                self._tell(f"events: {name}, round {number + 1}")
                for city in (CITY, FORMER_CITY):
                    known = {"watch": people} if city in cities else {"unwatch": people}
                    self._mesh.watch(city, AWARDS, **known)
                windows.setdefault(name, []).append(self._window(people, cities))
            self._tell(f"events: bare rows, round {number + 1}")
            bare.append(self._bare())
        floor = median(bare)
        table = Table(
            "Events, published to delivered",
            (
                "events are",
                "events/s",
                "CPU us each",
                *(f"{process} us" for process in PROCESSES),
                "bare rows/s",
                "bare / events",
            ),
        )
        for name, of_name in windows.items():
            window = sorted(of_name, key=lambda one: one.rate)[len(of_name) // 2]
            each = {process: window.cpu[process] / window.events for process in PROCESSES}
            table.rows.append(
                (name, window.rate, sum(each.values()), *each.values(), floor, floor / window.rate)
            )
        middle, worst = self._single(people)
        table.notes += [
            f"bare: INSERT of {ROWS_A_COMMIT} rows a commit and SELECT of them, one connection, same server and run",
            f"one event alone, publisher's call to subscriber's system: {middle:,.1f} ms in the middle, {worst:,.1f} ms at p99",
            f"one conversion of a code costs {_conversion(self._scale.count(2_000, 20)):,.0f} us of CPU in this run; an event told to one needs two",
            "one process each for network and gateway; the publisher's and the subscriber's systems are this process",
        ]
        return table

    def _window(self, people: list[int], cities: tuple[str, ...]) -> Window:
        events = [award(people[n % len(people)], event_id=uuid4()) for n in range(self._events)]
        starts = {city: self._mesh.place(city) for city in cities}
        before, began = self._cpu(), time.perf_counter()
        with ThreadPoolExecutor(len(cities) + 1) as pool:
            readers = [pool.submit(self._read, city, starts[city], events) for city in cities]
            for first in range(0, len(events), EVENTS_A_MESSAGE):
                assert self._mesh.publish(PENSION, *events[first : first + EVENTS_A_MESSAGE]).refused == ()
            self._mesh.outcome(PENSION, events[-1].event_id)
            for reader in readers:
                reader.result()
        seconds, after = time.perf_counter() - began, self._cpu()
        return Window(len(events), seconds, {name: after[name] - before[name] for name in PROCESSES})

    def _read(self, city: str, start: int, events: list[ChangeEvent]) -> None:
        entries = self._mesh.wait_for(city, start, len(events))
        assert [entry.event_id for entry in entries] == [event.event_id for event in events]

    def _single(self, people: list[int]) -> tuple[float, float]:
        """Milliseconds from the publisher's call until the subscriber's system, which waits for it, has the event."""
        self._tell("events: one at a time")
        self._mesh.watch(CITY, AWARDS, people)
        times = []
        with ThreadPoolExecutor(1) as pool:
            for number in range(self._scale.count(SINGLE, 5)):
                start = self._mesh.place(CITY)
                reader = pool.submit(self._mesh.wait_for, CITY, start, 1)
                began = time.perf_counter()
                self._mesh.publish(PENSION, award(people[number % len(people)]))
                reader.result()
                times.append((time.perf_counter() - began) * 1000)
        return median(times), sorted(times)[len(times) * 99 // 100]

    def _bare(self) -> float:
        """Rows a second that the same PostgreSQL takes and gives back without anything around it."""
        rows = [(uuid4(), "pension_service", "benefit_awarded", "x" * 45) for _ in range(self._events)]
        with psycopg.connect(self._exchange.network_database.owner_url, autocommit=True) as connection:
            connection.execute(
                "CREATE TABLE bare (id bigserial PRIMARY KEY, event_id uuid UNIQUE, publisher text, kind text, code text)"
            )
            try:
                began = time.perf_counter()
                for first in range(0, len(rows), ROWS_A_COMMIT):
                    connection.execute(
                        "INSERT INTO bare (event_id, publisher, kind, code)"
                        " SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[])",
                        [*map(list, zip(*rows[first : first + ROWS_A_COMMIT], strict=True))],
                    )
                    connection.execute("SELECT * FROM bare WHERE id > %s ORDER BY id", [first]).fetchall()
                return len(rows) / (time.perf_counter() - began)
            finally:
                connection.execute("DROP TABLE bare")

    def _cpu(self) -> dict[str, float]:
        servers = {"network": self._exchange.network, "gateway": self._exchange.gateway}
        postmaster = self._server.postmaster()
        assert postmaster is not None
        return {
            **{
                name: cpu_microseconds(server.process.pid)
                for name, server in servers.items()
                if server.process
            },
            "postgres": family_microseconds(postmaster),
        }


def _conversion(times: int) -> float:
    """Microseconds of CPU to read a code and convert it once."""
    keys = CodeKeys.generate()
    code = keys.issue(PENSION, resident_code()).to_text()
    keys.convert(Code.parse(code), PENSION, CITY)
    began = time.process_time()
    for _ in range(times):
        keys.convert(Code.parse(code), PENSION, CITY)
    return (time.process_time() - began) / times * 1_000_000
