"""Backup and restore of one institution: its database as of one moment, and its key ring.

The point of consistency is one snapshot of the database: whatever was committed before it is in the backup, log, records, inbox and outbox alike, as each message is one
transaction. The key ring is read before and after; if a key was added meanwhile the backup is not kept.

A restore makes a database beside the old one, counts its rows against the backup, and only then changes the names, in one transaction. The old database stays under
another name. Keys are added to the ring and never replaced or removed.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import secrets
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, LiteralString

import msgspec
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from mynumber.foundation.keyring import KeyRing
from mynumber.platform.backup_file import (
    DATABASE,
    FORMAT,
    KEYS,
    BackupProblem,
    BackupUnusable,
    Head,
    new_salt,
    reading,
    writing,
)
from mynumber.platform.databases import owner_role, tenant_group
from mynumber.platform.postgres import programs
from mynumber.platform.registry import Institution
from mynumber.platform.secret_files import write_private

Connection = psycopg.Connection[tuple[Any, ...]]
_KEY_FILE: Final = re.compile(r"[a-z][a-z0-9_-]{0,63}\.[1-9][0-9]{0,5}\.(pem|secret)", re.ASCII)


class BackupReason(StrEnum):
    """Why a backup or a restore did not happen."""

    KEYS_CHANGED = "keys_changed"
    ANOTHER_INSTITUTION = "another_institution"
    IN_USE = "in_use"
    OTHER_KEYS = "other_keys"
    DUMP_FAILED = "dump_failed"
    INCOMPLETE = "incomplete"


class BackupFailed(Exception):
    """Nothing was changed. The detail is for the operator and names no row and no secret."""

    def __init__(self, reason: BackupReason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Place:
    """Where one institution's state is."""

    institution: Institution
    url: str
    """Its database, as a role that sees every row and may create databases (a secret: never print it)."""
    keys: Path
    """Folder of its key ring."""

    @property
    def database(self) -> str:
        return str(conninfo_to_dict(self.url)["dbname"])

    def beside(self, database: str) -> str:
        """The address of another database of the same server."""
        return make_conninfo(self.url, dbname=database)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    head: Head
    replaced: str | None
    """The name under which the database that was there before is kept; None when there was none."""
    added_keys: tuple[str, ...]


# backup ---------------------------------------------------------------------------------------------------------------------


def backup(place: Place, passphrase: str, file: Path) -> Head:
    """Write the institution's state into a new file (0600) while its processes work on. The file appears whole or not at all.

    Raises BackupUnusable(ALREADY_THERE, WEAK_PASSPHRASE), BackupFailed, KeyRingRefused, psycopg.Error, OSError.
    """
    if file.exists():
        raise BackupUnusable(BackupProblem.ALREADY_THERE)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as stream:
            ring = _ring_files(place.keys)
            with _snapshot(place) as (head_of, snapshot):
                head = head_of(tuple(sorted(ring)))
                with writing(stream, head, passphrase) as writer:
                    writer.add(KEYS, io.BytesIO(msgspec.json.encode(ring)))
                    with _program("pg_dump", place.url, "--format=custom", f"--snapshot={snapshot}") as dump:
                        if dump.stdout is None:
                            raise RuntimeError("no pipe")
                        writer.add(DATABASE, dump.stdout)
            if _ring_files(place.keys) != ring:
                raise BackupFailed(BackupReason.KEYS_CHANGED)
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(draft, file)  # a link, unlike a rename, never replaces
        except FileExistsError:
            raise BackupUnusable(BackupProblem.ALREADY_THERE) from None
    finally:
        draft.unlink(missing_ok=True)
    return head


@contextmanager
def _snapshot(place: Place) -> Iterator[tuple[Callable[[tuple[str, ...]], Head], str]]:
    """A maker of the head and the name of a snapshot that lasts as long as the block."""
    with psycopg.connect(place.url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        (snapshot,) = _row(connection, "SELECT pg_export_snapshot()")
        taken_at = datetime.now(UTC)
        tables = count_rows(connection)
        server = str(connection.info.server_version)

        def head_of(keys: tuple[str, ...]) -> Head:
            return Head(
                format=FORMAT,
                institution=place.institution.name,
                taken_at=taken_at,
                server=server,
                tables=tables,
                keys=keys,
                salt=new_salt(),
            )

        yield head_of, str(snapshot)


def count_rows(connection: Connection) -> dict[str, int]:
    """Rows of every table of the institution."""
    names = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"
    ).fetchall()
    return {
        str(name): int(_row(connection, "SELECT count(*) FROM public.{}", str(name))[0]) for (name,) in names
    }


def _ring_files(folder: Path) -> dict[str, bytes]:
    ring = KeyRing.open(folder)
    return {
        entry.name: entry.read_bytes()
        for entry in sorted(ring.folder.iterdir())
        if _KEY_FILE.fullmatch(entry.name)
    }


# restore --------------------------------------------------------------------------------------------------------------------


def restore(place: Place, passphrase: str, file: Path, *, at: datetime) -> Restored:
    """Put the institution back to the state of a backup. Its roles must exist and its processes must stand still.

    Whatever fails, the institution is as it was. Raises BackupUnusable, BackupFailed, KeyRingRefused, psycopg.Error, OSError.
    """
    with reading(file) as reader:
        head = reader.head
        if head.institution != place.institution.name:
            raise BackupFailed(BackupReason.ANOTHER_INSTITUTION, head.institution)
        reader.unlock(passphrase)
        missing = _missing_keys(place.keys, reader.key_files())
        with psycopg.connect(place.beside("postgres"), autocommit=True) as admin:
            _refuse_in_use(admin, place.database)
            draft = f"{place.database}__restoring_{secrets.token_hex(4)}"
            _do(
                admin,
                "CREATE DATABASE {} TEMPLATE template0 OWNER {}",
                draft,
                owner_role(place.institution.name),
            )
            try:
                _close(admin, place.institution, draft)
                _load(place.beside(draft), reader.part(DATABASE))
                _check(place.beside(draft), head)
                _add_keys(place.keys, missing)
                replaced = _exchange(admin, place.database, draft, at)
            except BaseException:
                with contextlib.suppress(psycopg.Error):
                    _do(admin, "DROP DATABASE IF EXISTS {}", draft)
                raise
    return Restored(head, replaced, tuple(sorted(missing)))


def _refuse_in_use(admin: Connection, database: str) -> None:
    """Before the work; the renaming at the end would fail as well."""
    (sessions,) = admin.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'",
        [database],
    ).fetchone() or (0,)
    if sessions:
        raise BackupFailed(BackupReason.IN_USE)


def _close(admin: Connection, institution: Institution, database: str) -> None:
    """Who may connect, which a dump of one database does not hold."""
    _do(admin, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
    groups = [tenant_group(institution.name)] if institution.tenants else []
    for role in (institution.name, *groups):
        _do(admin, "GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", database, role)


def _load(url: str, pieces: Iterable[bytes]) -> None:
    with _program("pg_restore", url, "--exit-on-error", "--single-transaction") as loading:
        if loading.stdin is None:
            raise RuntimeError("no pipe")
        with contextlib.suppress(BrokenPipeError):  # it ended early: its status says why
            for piece in pieces:
                loading.stdin.write(piece)
            loading.stdin.close()


def _check(url: str, head: Head) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        found = count_rows(connection)
        if found != head.tables:
            different = sorted(
                name for name in {*found, *head.tables} if found.get(name) != head.tables.get(name)
            )
            raise BackupFailed(BackupReason.INCOMPLETE, ", ".join(different))
        connection.execute("ANALYZE")


def _exchange(admin: Connection, database: str, draft: str, at: datetime) -> str | None:
    """Let the restored database take the name, in one transaction; returns the new name of the old one."""
    kept = f"{database}__replaced_{at.astimezone(UTC):%Y%m%d%H%M%S}"
    try:
        with admin.transaction():
            there = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
            if there:
                _do(admin, "ALTER DATABASE {} RENAME TO {}", database, kept)
            _do(admin, "ALTER DATABASE {} RENAME TO {}", draft, database)
    except psycopg.errors.ObjectInUse:
        raise BackupFailed(BackupReason.IN_USE) from None
    return kept if there else None


def _missing_keys(folder: Path, wanted: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that the ring lacks. Raises BackupFailed when one of them is there with other content."""
    if not all(map(_KEY_FILE.fullmatch, wanted)):
        raise BackupUnusable(BackupProblem.NOT_A_BACKUP)
    held = _ring_files(folder) if folder.exists() else {}
    other = sorted(name for name, content in wanted.items() if held.get(name, content) != content)
    if other:
        raise BackupFailed(BackupReason.OTHER_KEYS, ", ".join(other))
    return {name: content for name, content in wanted.items() if name not in held}


def _add_keys(folder: Path, missing: Mapping[str, bytes]) -> None:
    ring = KeyRing.open(folder) if folder.exists() else KeyRing.create(folder)
    for name, content in missing.items():
        write_private(ring.folder / name, content)


# PostgreSQL -----------------------------------------------------------------------------------------------------------------


@contextmanager
def _program(name: str, url: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program of PostgreSQL with pipes; the password goes through its environment, not its command line. Raises BackupFailed."""
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    if (password := parts.pop("password", None)) is not None:
        environment["PGPASSWORD"] = password
    command = [
        str(programs() / name),
        "--no-password",
        f"--dbname={make_conninfo('', **parts)}",
        *words,
    ]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 (programs of the package, words of this module)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env=environment
        )
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
            status = process.wait()
        if status != 0:
            said.seek(0)
            raise BackupFailed(BackupReason.DUMP_FAILED, _outline(name, said.read().decode(errors="replace")))


def _outline(name: str, said: str) -> str:
    """The kind of the failure; not the rest, since PostgreSQL repeats values of rows there."""
    first = next((line for line in said.splitlines() if "error:" in line), "")
    return f"{name}: {first.partition('error:')[2].partition(chr(34))[0].strip()[:80]}"


def _do(connection: Connection, statement: LiteralString, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _row(connection: Connection, statement: LiteralString, *names: str) -> tuple[Any, ...]:
    row = connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names))).fetchone()
    if row is None:
        raise RuntimeError("no row")
    return row
