"""A durable PostgreSQL of a benchmark's own, under /var/tmp and not /tmp, which may be memory where an fsync costs nothing."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from psycopg import sql
from tests.embedded import migrate

from bench.guardian import MARK
from bench.report import median
from mynumber.platform.databases import InstitutionDatabase, access_of, ensure_institution
from mynumber.platform.postgres import ADMIN, Access, Server
from mynumber.platform.registry import INSTITUTIONS, institution
from mynumber.platform.secret_files import Passwords

ROOT = Path(__file__).parents[1]
STATE = Path(os.environ.get("MYNUMBER_HOME", "var")).resolve()
DISK = Path("/var/tmp") if Path("/var/tmp").is_dir() else None  # noqa: S108 - mkdtemp makes a folder of its own in it


@contextmanager
def guarded_folder(name: str) -> Iterator[Path]:
    """The folder of a run. It goes with everything that was started meanwhile, also when this process is killed."""
    folder = Path(tempfile.mkdtemp(prefix=f"mynumber-bench-{name}-", dir=DISK))
    folder.chmod(0o711)
    before = os.environ.get(MARK)
    guardian = subprocess.Popen(
        [sys.executable, "-m", "bench.guardian", str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the benchmark
    )
    os.environ[MARK] = str(folder)
    try:
        yield folder
    finally:
        os.environ.pop(MARK)
        if before is not None:
            os.environ[MARK] = before
        with suppress(BrokenPipeError):
            guardian.communicate()


@contextmanager
def postgres(name: str) -> Iterator[tuple[Server, Path]]:
    """A running server with durable commits, and the folder of this run; both are gone afterwards."""
    access = [access_of(i, f"/^{i.name}(__[a-z0-9_]+)?$") for i in INSTITUTIONS if i.database]
    with guarded_folder(name) as folder:
        server = Server(
            folder / "postgres", Passwords(folder / "passwords.json"), (*access, Access("postgres", (ADMIN,)))
        )
        try:
            server.start()
            yield server, folder
        finally:
            server.stop()
            shutil.rmtree(folder)


class Databases:
    """Makes migrated databases of institutions with the roles of the platform; stands in for the tests' own maker."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._numbers = itertools.count(1)
        self._templates: set[str] = set()

    def __call__(
        self, name: str, tenants: Iterable[str] = (), *, migrated: bool = False
    ) -> InstitutionDatabase:
        target = f"{name}__{next(self._numbers)}"
        with self._server.connect_admin() as admin:
            if migrated:
                names = (target, self._migrated_template(name), f"{name}_owner")
                admin.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(*map(sql.Identifier, names))
                )
            return ensure_institution(self._server, admin, institution(name), tenants, target)

    def _migrated_template(self, name: str) -> str:
        """The database that is migrated; the others are copies of it."""
        target = f"{name}__template"
        if name not in self._templates:
            with self._server.connect_admin() as admin:
                database = ensure_institution(self._server, admin, institution(name), (), target)
            migrate(name, database)
            self._templates.add(name)
        return target


def fsync_microseconds(folder: Path, times: int = 200) -> float:
    """What one durable write of a block costs on the disk of this folder: microseconds on the clock, median."""
    samples = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(times):
            file.write(b"x" * 8192)
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            samples.append((time.perf_counter() - begun) * 1_000_000)
    return median(samples)
