"""One real embedded PostgreSQL for a whole test run, shared by all workers of pytest-xdist.

The process that the user started (the controller) owns a folder under /tmp and names it in the environment, so that
the workers find it; the first test that needs a database starts the server; the controller stops it at the end.
"""

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from psycopg import sql

from mynumber.platform.databases import InstitutionDatabase, access_of, ensure_institution
from mynumber.platform.postgres import Access, Server
from mynumber.platform.registry import INSTITUTIONS, institution
from mynumber.platform.secret_files import Passwords, locked

FOLDER = "MYNUMBER_TEST_POSTGRES"
"""Environment variable: the folder of this run's server."""

_SCRATCH = "scratch"


def announce() -> None:
    """Make the folder; the controller does this before it starts workers. Never one that a killed run left behind."""
    if FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="mynumber-tests-")


def close() -> None:
    """Stop the server and remove its folder; only in the controller."""
    folder = Path(os.environ.pop(FOLDER, ""))
    if folder.name and folder.exists():
        TestServer(folder).server.stop()
        shutil.rmtree(folder)


class TestServer:
    """The run's server and the databases made on it. Each database is new; roles are those of the contract."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        patterns = [access_of(i, f"/^{i.name}(__[a-z0-9_]+)?$") for i in INSTITUTIONS if i.database]
        self.server = Server(
            folder / "postgres",
            Passwords(folder / "passwords.json"),
            (*patterns, Access(f"/^{_SCRATCH}__", (_SCRATCH,))),
            durable=False,
        )
        self._numbers = itertools.count(1)
        self._worker = os.environ.get("PYTEST_XDIST_WORKER", "main")

    def start(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.server.start()

    def fresh_database(self, prefix: str) -> str:
        """A new empty database without the roles of an institution; the address of its owner (role `scratch`)."""
        name = f"{_SCRATCH}__{prefix}_{self._worker}_{next(self._numbers)}"
        with locked(self.folder / "scratch.lock"), self.server.connect_admin() as admin:
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [_SCRATCH]).fetchone():
                password = sql.Literal(self.server.passwords.of(_SCRATCH))
                admin.execute(sql.SQL("CREATE ROLE scratch LOGIN PASSWORD {}").format(password))
            admin.execute(sql.SQL("CREATE DATABASE {} OWNER scratch").format(sql.Identifier(name)))
        return self.server.url(_SCRATCH, name)

    def institution_database(
        self, name: str, tenants: Iterable[str] = (), *, migrated: bool = False
    ) -> InstitutionDatabase:
        """A new database of an institution with the contract's roles; `migrated` runs its migrations as its owner."""
        target = f"{name}__{self._worker}_{next(self._numbers)}"
        template = self._migrated_template(name) if migrated else None
        with self.server.connect_admin() as admin:
            if template is not None:
                admin.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                        *map(sql.Identifier, (target, template, f"{name}_owner"))
                    )
                )
            return ensure_institution(self.server, admin, institution(name), tenants, target)

    def _migrated_template(self, name: str) -> str:
        """The database that is migrated once in a run; the others are copies of it."""
        target = f"{name}__template"
        done = self.folder / f"{target}.done"
        with locked(self.folder / f"{target}.lock"):
            if not done.exists():
                with self.server.connect_admin() as admin:
                    database = ensure_institution(self.server, admin, institution(name), (), target)
                migrate(name, database)
                done.touch()
        return target


def migrate(name: str, database: InstitutionDatabase) -> None:
    """Run an institution's migrations in a process of its own, as `mynumber serve` does."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": institution(name).settings_module,
        "MYNUMBER_INSTITUTION": name,
        "DATABASE_URL": database.owner_url,
        "MYNUMBER_OWNER_DATABASE_URL": database.owner_url,
    }
    command = [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity=0", "--skip-checks"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
