"""Residents a second: made, made into files, and made straight into PostgreSQL, against a bare COPY of rows that lie ready."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
import psycopg

from bench.place import postgres
from bench.report import Cell, Scale, Table, Tell, median
from mynumber.population.files import write
from mynumber.population.generator import generate
from mynumber.population.records import Resident
from mynumber.population.towns import TOWN_ONE, TOWN_SEED

RESIDENTS = 20_000
ROUNDS = 3
GOAL = 20_000
"""Residents a second into PostgreSQL with their generation (issue: population)."""

_COLUMNS = [field.name for field in msgspec.structs.fields(Resident)]
_TYPES = {
    "person": "uuid PRIMARY KEY",
    "household": "integer",
    "birth": "date",
    "moved_in": "date",
    "moved_out": "date",
    "protected": "boolean",
}
_TABLE = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in _COLUMNS)
_Connection = psycopg.Connection[tuple[object, ...]]

GENERATED = "generated (with taxes, pensions, accounts)"
FILES = "generated into NDJSON files"
BARE = "bare COPY of rows that lie ready"
WHOLE = "generated and COPYed"


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """Measure the population on a durable server of its own."""
    residents, rounds = scale.count(RESIDENTS, 500), scale.count(ROUNDS, 1)
    tell("population: starting PostgreSQL")
    with postgres("population") as (server, folder), server.connect_admin() as connection:
        _people(1_000)  # the lists of names and towns are read once in a process
        ready = [_row(resident) for resident in _people(residents)]
        seconds: dict[str, list[float]] = {}
        for number in range(rounds):
            for name, work in _work(connection, folder, residents, ready).items():
                tell(f"population: {name}, round {number + 1} of {rounds}")
                _empty(connection)
                seconds.setdefault(name, []).append(_timed(work))
    middle = {name: median(values) for name, values in seconds.items()}
    table = Table(
        f"Population: {residents:,} residents, median of {rounds}", ("", "residents/s", "s", "x bare COPY")
    )
    table.rows += [_table_row(name, residents, taken, middle[BARE]) for name, taken in middle.items()]
    table.notes.append(f"goal {GOAL:,}/s generated and COPYed: {residents / middle[WHOLE] / GOAL:.2f} of it")
    yield table


def _work(
    connection: _Connection, folder: Path, residents: int, ready: list[tuple[object, ...]]
) -> dict[str, Callable[[], object]]:
    return {
        GENERATED: lambda: _people(residents),
        FILES: lambda: write(folder / "files", TOWN_ONE, residents, TOWN_SEED),
        BARE: lambda: _copy(connection, ready),
        WHOLE: lambda: _copy(connection, _rows_as_made(residents)),
    }


def _table_row(name: str, residents: int, seconds: float, bare: float) -> tuple[Cell, ...]:
    return name, residents / seconds, round(seconds, 3), seconds / bare


def _people(residents: int) -> list[Resident]:
    return [resident for batch in generate(TOWN_ONE, residents, TOWN_SEED) for resident in batch.residents]


def _rows_as_made(residents: int) -> Iterable[tuple[object, ...]]:
    for batch in generate(TOWN_ONE, residents, TOWN_SEED):
        for resident in batch.residents:
            yield _row(resident)


def _row(resident: Resident) -> tuple[object, ...]:
    return msgspec.structs.astuple(resident)


def _empty(connection: _Connection) -> None:
    connection.execute("DROP TABLE IF EXISTS residents")
    connection.execute(f"CREATE TABLE residents ({_TABLE})")


def _copy(connection: _Connection, rows: Iterable[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy("COPY residents FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
