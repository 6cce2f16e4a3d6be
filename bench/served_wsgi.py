"""The portal as Granian serves it, telling with each answer what it cost: ``bench.served_wsgi:application`` instead of the portal's own.

The header `visitors.FIGURES` says microseconds on the clock, microseconds of CPU of the thread, statements, transactions (a statement outside of one is one), and microseconds on the
clock until J-LIS answered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from bench.visitors import FIGURES
from mynumber.institutions.portal.wsgi import application as portal
from mynumber.protocols import wire
from mynumber.webkit.postgresql.base import DatabaseWrapper


class _Counted(threading.local):
    """Of the request that this thread works on."""

    statements = 0
    transactions = 0
    jlis = 0


_counted = _Counted()


def _count_statements() -> None:
    execute, call = psycopg.Cursor.execute, wire.call
    ask, commit = DatabaseWrapper.ask, DatabaseWrapper._commit

    def executed(self: Any, *args: Any, **kwargs: Any) -> Any:
        _counted.statements += 1
        _counted.transactions += self.connection.autocommit
        return execute(self, *args, **kwargs)

    def asked(self: Any, *args: Any) -> Any:
        _counted.statements += 1
        _counted.transactions += self.get_autocommit()
        return ask(self, *args)

    def committed(self: Any) -> None:
        _counted.transactions += self.connection.info.transaction_status is not TransactionStatus.IDLE
        commit(self)

    def called(*args: Any, **kwargs: Any) -> Any:
        begun = time.perf_counter_ns()
        try:
            return call(*args, **kwargs)
        finally:
            _counted.jlis += time.perf_counter_ns() - begun

    psycopg.Cursor.execute = executed  # type: ignore[method-assign]
    wrapper: Any = DatabaseWrapper
    wrapper.ask, wrapper._commit = asked, committed
    wire.call = called


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The portal, and the header."""
    _counted.statements = _counted.transactions = _counted.jlis = 0
    begun, spent = time.perf_counter_ns(), time.thread_time_ns()

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        figures = (
            (time.perf_counter_ns() - begun) / 1000,
            (time.thread_time_ns() - spent) / 1000,
            _counted.statements,
            _counted.transactions,
            _counted.jlis / 1000,
        )
        return start_response(status, [*headers, (FIGURES, " ".join(map(str, figures)))], *rest)

    return portal(environ, start)


_count_statements()
