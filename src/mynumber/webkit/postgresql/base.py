"""Django's backend, cheaper where each request passes: a kept connection is looked at instead of asked, `ask` goes straight to libpq, and what
`say` is told waits for company: it travels with the next question, or with the COMMIT (libpq's pipeline)."""

from __future__ import annotations

import select
from collections.abc import Sequence
from typing import Any, Final

import psycopg
from django.db.backends.postgresql import base
from psycopg._preparing import PrepareManager
from psycopg.adapt import AdaptersMap, PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many, send
from psycopg.postgres import adapters, types
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.waiting import wait

_TIMESTAMP: Final = types["timestamptz"].oid
_IN_TEXT: Final = Format.TEXT
_LOOK_SECONDS: Final = 1.0
"""How often a wait for the server looks whether the connection is still there."""


_Command = tuple[bytes | None, Any]
"""The name of a prepared statement and its values; None and a text without values."""


class Statements(PrepareManager):
    """psycopg's prepared statements and those of `ask`: what makes it have the server forget the ones is told of the others."""

    def __init__(self, threshold: int | None) -> None:
        super().__init__()
        self.prepare_threshold = threshold
        self._own: dict[str, bytes] = {}
        self._number = 0

    def known(self, sql: str) -> bytes | None:
        """The name under which the server knows a statement of `ask`."""
        return self._own.get(sql)

    def new_name(self) -> bytes:
        """One that was never used on this connection."""
        self._number += 1
        return b"own_%d" % self._number

    def add(self, sql: str, name: bytes) -> None:
        """The server knows it now."""
        self._own[sql] = name

    def clear(self) -> bool:
        """Forget all of them; psycopg then sends DEALLOCATE ALL (after a rollback or a change of tables)."""
        has_to_tell = super().clear()
        if self._own and not has_to_tell:
            self._to_flush.append(None)
            has_to_tell = True
        self._own.clear()
        return has_to_tell


class DatabaseWrapper(base.DatabaseWrapper):
    """Django looks here for a class of this name."""

    _statements: Statements
    _transformer: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unsaid: list[_Command] = []

    def get_new_connection(self, conn_params: Any) -> Any:
        """As Django's."""
        connection = super().get_new_connection(conn_params)
        self._statements = connection._prepared = Statements(connection.prepare_threshold)
        self._transformer = Transformer.from_context(_Context(connection))
        return connection

    def is_usable(self) -> bool:
        """Whether the server has said nothing since the last answer: what it says unasked is that it ends the connection.

        (Or that a setting was changed by a reload of its configuration; then the connection is replaced needlessly, once.)
        """
        if self.connection is None or self.connection.closed:
            return False
        poller = select.poll()
        poller.register(self.connection.fileno(), select.POLLIN)
        return not poller.poll(0)

    def ask(self, sql: str, values: Sequence[object]) -> tuple[list[tuple[Any, ...]], int]:
        """Run one statement with $1, $2, ...: its rows, and how many there are or were changed. Raises what Django's cursors raise.

        It is prepared at its first use. A tenth of the CPU of a cursor: nothing is logged, wrapped or looked for in the text.
        """
        self._connect()
        with self.wrap_database_errors:
            said = self._begun()
            name = self._prepared(sql)
            server, transformer = self.connection.pgconn, self._transformer
            given = transformer.dump_sequence(values, [PyFormat.TEXT] * len(values))
            if said:
                self._unsaid = []
                result = _together(server, [*said, (name, given)])
            else:
                result = server.exec_prepared(name, given)
                _check(server, result)
            if result.status == ExecStatus.TUPLES_OK:
                transformer.set_pgresult(result, format=_IN_TEXT)
                rows = transformer.load_rows(0, result.ntuples, tuple)
                transformer.set_pgresult(None)
                return rows, result.ntuples
            return [], result.command_tuples or 0

    def say(self, sql: str, values: Sequence[object]) -> None:
        """Run a statement whose result nobody waits for: inside a transaction with what is asked next, or with its end.

        What is wrong with it (a key that exists already) is raised there; the transaction is rolled back then as ever.
        """
        if self.connection is None or self.autocommit:
            self.ask(sql, values)
            return
        self._connect()
        with self.wrap_database_errors:
            said = self._begun()
            given = self._transformer.dump_sequence(values, [PyFormat.TEXT] * len(values))
            said.append((self._prepared(sql), given))
            self._unsaid = said

    def create_cursor(self, name: str | None = None) -> Any:
        """As Django's; what was said goes first."""
        self._say_all()
        return super().create_cursor(name)

    def close(self) -> None:
        """As Django's."""
        self._unsaid = []
        super().close()

    def _connect(self) -> None:
        self.ensure_connection()
        if self.needs_rollback:
            self.validate_no_broken_transaction()

    def _begun(self) -> list[_Command]:
        """What waits to be sent; the BEGIN of a transaction is the first."""
        said = self._unsaid
        if (
            not said
            and not self.autocommit
            and self.connection.pgconn.transaction_status == TransactionStatus.IDLE
        ):
            return [(None, b"BEGIN")]
        return said

    def _prepared(self, sql: str) -> bytes:
        name = self._statements.known(sql)
        if name is None:
            server = self.connection.pgconn
            name = self._statements.new_name()
            _check(server, server.prepare(name, sql.encode()))
            self._statements.add(sql, name)
        return name

    def _say_all(self) -> None:
        said, self._unsaid = self._unsaid, []
        if said:
            with self.wrap_database_errors:
                _together(self.connection.pgconn, said)

    def _commit(self) -> None:
        """As Django's, without the detour."""
        if self.connection is not None:
            with self.wrap_database_errors:
                said, self._unsaid = self._unsaid, []
                server = self.connection.pgconn
                if said:
                    _together(server, [*said, (None, b"COMMIT")])
                elif server.transaction_status != TransactionStatus.IDLE:
                    _check(server, server.exec_(b"COMMIT"))

    def savepoint_rollback(self, sid: str) -> None:
        """As Django's; what was said since the savepoint has not happened."""
        self._unsaid = []
        super().savepoint_rollback(sid)

    def _rollback(self) -> None:
        """As Django's; what was said and not sent has not happened."""
        self._unsaid = []
        super()._rollback()  # type: ignore[misc]  # the stubs leave it out


def _together(server: Any, commands: Sequence[_Command]) -> Any:
    """Send them in one go: the result of the last. Raises psycopg's error for the first that fails; those after it are not run.

    libpq's own waiting would keep the interpreter locked: a thread that holds the row for which the server waits could never give it back.
    """
    server.enter_pipeline_mode()
    try:
        for name, given in commands:
            if name is None:
                server.send_query_params(given, None)
            else:
                server.send_query_prepared(name, given)
        server.pipeline_sync()
        wait(send(server), server.socket, _LOOK_SECONDS)
        # What each command said, and the end of all.
        *found, _ = [wait(fetch_many(server), server.socket, _LOOK_SECONDS) for _ in (*commands, None)]
    finally:
        if server.status == ConnStatus.OK:
            server.exit_pipeline_mode()
    for results in found:
        _check(server, results[0] if results else None)
    return found[-1][0]


class _Context:
    """What psycopg's Transformer asks for: types of results as Django wants them, but moments read by compiled code, as the zone is UTC."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.adapters = AdaptersMap(connection.adapters)
        loader = adapters.get_loader(_TIMESTAMP, Format.TEXT)
        if loader is not None:
            self.adapters.register_loader(_TIMESTAMP, loader)


def _check(server: Any, result: Any) -> None:
    """Raises psycopg's error for what the server says."""
    if result is None:
        raise psycopg.OperationalError("the connection to PostgreSQL was lost")
    if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        return
    if server.status != ConnStatus.OK:
        raise psycopg.OperationalError("the connection to PostgreSQL was lost")
    raise error_from_result(result)
