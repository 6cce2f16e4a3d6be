"""Before and after each request the connection is looked after, as Django does it, but for the one database there is."""

from __future__ import annotations

from django.core.signals import request_finished, request_started
from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections, reset_queries


def take_over() -> None:
    """Instead of Django's own receivers, which ask for all connections three times a request (and forget queries that nobody remembers)."""
    request_started.disconnect(reset_queries)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
        signal.connect(_look_after)


def _look_after(**_: object) -> None:
    connection = getattr(connections._connections, DEFAULT_DB_ALIAS, None)  # type: ignore[attr-defined]
    if connection is not None:
        connection.close_if_unusable_or_obsolete()
