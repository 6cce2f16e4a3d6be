"""Residents a second: made, made into files, and put into the municipality's own register by the command, against a bare COPY of the same rows.

The command runs as an operator runs it: its processes start, its rows go into migrated, walled tables, its commit is durable.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from bench.place import Databases, postgres
from bench.report import Cell, Scale, Table, Tell, median
from mynumber.platform.databases import InstitutionDatabase
from mynumber.population.files import write
from mynumber.population.generator import generate
from mynumber.population.towns import TOWN_ONE, TOWN_SEED

RESIDENTS = 300_000
ROUNDS = 3
GOAL = 20_000
"""Residents a second into PostgreSQL with their generation (issue: population)."""

TABLES = ("municipality_register_household", "municipality_register_person", "municipality_tax_assessment")
"""What a population fills, besides one row that says so."""
_INTAKE = "municipality_register_intake"

GENERATED = "generated (with taxes, pensions, accounts)"
FILES = "generated into NDJSON files"
BARE = "bare COPY of the same residents, households, taxes"
LOADED = "files loaded by the municipality"
COMMAND = "mynumber population create"

_Connection = psycopg.Connection[tuple[object, ...]]


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """Measure the population on a durable server of its own."""
    residents, rounds = scale.count(RESIDENTS, 500), scale.count(ROUNDS, 1)
    tell("population: starting PostgreSQL")
    with postgres("population") as (server, folder), server.connect_admin() as admin:
        database = Databases(server)("municipality", (TOWN_ONE,), migrated=True)
        environment = _environment(database, folder)
        files = folder / "files"
        # Before anything counts: the lists of names and towns are read once in a process, an operator's keys are made once.
        write(files, TOWN_ONE, 1_000, TOWN_SEED)
        _create(environment, 300)
        seconds: dict[str, list[float]] = {}
        busy: dict[str, list[float]] = {}
        with psycopg.connect(database.owner_url, autocommit=True) as owner:
            for number in range(rounds):
                work: dict[str, Callable[[], object]] = {
                    GENERATED: lambda: [len(batch.residents) for batch in _people(residents)],
                    FILES: lambda: write(files, TOWN_ONE, residents, TOWN_SEED),
                    LOADED: lambda: _run(
                        environment,
                        "run",
                        "municipality",
                        "load_population",
                        "--tenant",
                        TOWN_ONE,
                        str(files),
                    ),
                    COMMAND: lambda: _create(environment, residents),
                    BARE: lambda: None,
                }
                for name in work:
                    tell(f"population: {name}, round {number + 1} of {rounds}")
                    if name in (LOADED, COMMAND):
                        _empty(owner)
                    measured = _copied(database, owner) if name == BARE else work[name]
                    admin.execute("CHECKPOINT")
                    begun, cpu = time.perf_counter(), _cpu()
                    measured()
                    seconds.setdefault(name, []).append(time.perf_counter() - begun)
                    busy.setdefault(name, []).append(_cpu() - cpu)
    middle = {name: median(values) for name, values in seconds.items()}
    table = Table(
        f"Population: {residents:,} residents, median of {rounds}",
        ("", "residents/s", "s", "CPU s of our programs", "x bare COPY"),
    )
    table.rows += [
        _table_row(name, residents, taken, median(busy[name]), middle[BARE]) for name, taken in middle.items()
    ]
    table.notes += [
        (
            f"goal {GOAL:,}/s generated and in the register: {residents / middle[COMMAND] / GOAL:.2f} of it, "
            "with the start of the command and of the loader"
        ),
        "the CPU is of our programs; PostgreSQL's own processes are not in it",
    ]
    yield table


def _table_row(name: str, residents: int, seconds: float, busy: float, bare: float) -> tuple[Cell, ...]:
    return name, residents / seconds, round(seconds, 3), round(busy, 2), seconds / bare


def _people(residents: int):  # type: ignore[no-untyped-def] # as `generate`
    return generate(TOWN_ONE, residents, TOWN_SEED)


def _environment(database: InstitutionDatabase, folder: Path) -> dict[str, str]:
    """An operator who runs the municipality alone, on this database."""
    return {
        **os.environ,
        "MYNUMBER_HOME": str(folder / "home"),
        "DATABASE_URL": database.url,
        "MYNUMBER_OWNER_DATABASE_URL": database.owner_url,
    }


def _create(environment: dict[str, str], residents: int) -> None:
    _run(
        environment,
        *("population", "create", "--municipality", TOWN_ONE),
        *("--residents", str(residents), "--seed", str(TOWN_SEED)),
    )


def _run(environment: dict[str, str], *words: str) -> None:
    command = [sys.executable, "-m", "mynumber.platform.cli", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr}")


def _empty(owner: _Connection) -> None:
    for table in (*TABLES, _INTAKE):
        owner.execute(SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(Identifier(table)))


def _copied(database: InstitutionDatabase, owner: _Connection) -> Callable[[], None]:
    """What copies the rows that the command has made, as text that lies ready, into tables without indexes and walls."""
    ready: dict[str, bytes] = {}
    with psycopg.connect(database.tenant_urls[TOWN_ONE]) as tenant:
        for table in TABLES:
            with tenant.cursor().copy(
                SQL("COPY (SELECT * FROM {}) TO STDOUT").format(Identifier(table))
            ) as out:
                ready[table] = b"".join(bytes(block) for block in out)
            bare = Identifier(f"bare_{table}")
            owner.execute(SQL("DROP TABLE IF EXISTS {}").format(bare))
            owner.execute(SQL("CREATE TABLE {} (LIKE {})").format(bare, Identifier(table)))

    def copy() -> None:
        with owner.transaction(), owner.cursor() as cursor:
            for table, text in ready.items():
                with cursor.copy(SQL("COPY {} FROM STDIN").format(Identifier(f"bare_{table}"))) as into:
                    into.write(text)

    return copy


def _cpu() -> float:
    """Processor time of this process and of those it has started and seen end."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
