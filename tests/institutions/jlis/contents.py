"""Everything a database holds, as text."""

from __future__ import annotations

import psycopg
from psycopg import sql

Connection = psycopg.Connection[tuple[object, ...]]


def everything_in(owner: Connection) -> str:
    """Every row of every table; binary values as hexadecimal."""
    tables = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    rows = (
        row
        for (table,) in tables
        for row in owner.execute(
            sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(str(table)))
        ).fetchall()
    )
    return "\n".join(str(row[0]) for row in rows)
