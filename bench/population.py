"""Residents a second: made, made into files, and made straight into PostgreSQL, against a bare COPY of rows that lie ready.

Run: python -m bench.population [RESIDENTS]
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import psycopg

from mynumber.platform.postgres import ADMIN, Access, Server
from mynumber.platform.secret_files import Passwords
from mynumber.population.files import write
from mynumber.population.generator import generate
from mynumber.population.records import Resident
from mynumber.population.towns import TOWN_ONE, TOWN_SEED

RESIDENTS = 100_000
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


def main(residents: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="mynumber-bench-") as text:
        folder = Path(text)
        folder.chmod(0o711)
        server = Server(
            folder / "postgres", Passwords(folder / "passwords.json"), (Access("postgres", (ADMIN,)),)
        )
        server.start()
        try:
            with server.connect_admin() as connection:
                _measure(connection, folder, residents)
        finally:
            server.stop()


def _measure(connection: psycopg.Connection[tuple[object, ...]], folder: Path, residents: int) -> None:
    _people(1_000)  # the lists of names and towns are read once in a process

    made: list[Resident] = []
    seconds = _timed(lambda: made.extend(_people(residents)))
    _print("generate (residents, taxes, pensions, accounts)", len(made), seconds)

    seconds = _timed(lambda: write(folder / "files", TOWN_ONE, residents, TOWN_SEED))
    _print("generate into NDJSON files", residents, seconds)

    _empty(connection)
    rows = [_row(resident) for resident in made]
    bare = _timed(lambda: _copy(connection, rows))
    _print("bare COPY of rows that lie ready", len(rows), bare)

    _empty(connection)
    whole = _timed(lambda: _copy(connection, _rows_as_made(residents)))
    rate = _print("generate and COPY", residents, whole)
    found = connection.execute("SELECT count(*) FROM residents").fetchone()
    assert found == (residents,)
    print(
        f"generate and COPY takes {whole / bare:.2f} times the bare COPY; goal {GOAL:,}/s: {rate / GOAL:.2f} of it"
    )


def _people(residents: int) -> list[Resident]:
    return [resident for batch in generate(TOWN_ONE, residents, TOWN_SEED) for resident in batch.residents]


def _rows_as_made(residents: int) -> Iterable[tuple[object, ...]]:
    for batch in generate(TOWN_ONE, residents, TOWN_SEED):
        for resident in batch.residents:
            yield _row(resident)


def _row(resident: Resident) -> tuple[object, ...]:
    return msgspec.structs.astuple(resident)


def _empty(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    connection.execute("DROP TABLE IF EXISTS residents")
    connection.execute(f"CREATE TABLE residents ({_TABLE})")


def _copy(connection: psycopg.Connection[tuple[object, ...]], rows: Iterable[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy("COPY residents FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _print(what: str, count: int, seconds: float) -> float:
    rate = count / seconds
    print(f"{what:<50} {count:>9,} in {seconds:6.2f} s = {rate:>9,.0f}/s")
    return rate


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RESIDENTS)
