"""Taking rights on tables away from the institution's role: what only ever grows cannot be rewritten by a program that went wrong."""

from __future__ import annotations

from typing import Literal

from django.db import migrations

Right = Literal["UPDATE", "DELETE"]

# The role may be missing where an operator runs everything under another one; then that operator grants for himself.
_CHANGE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'jlis') THEN
        {verb} {rights} ON {table} {preposition} jlis;
    END IF;
END $$
"""


def insert_only(table: str) -> migrations.RunSQL:
    """Rows are written once: the role may neither change nor delete them."""
    return without(table, "UPDATE", "DELETE")


def without(table: str, *rights: Right) -> migrations.RunSQL:
    """An operation for a migration: the role `jlis` loses these rights on a table."""
    listed = ", ".join(rights)
    return migrations.RunSQL(
        _CHANGE.format(verb="REVOKE", rights=listed, table=table, preposition="FROM"),
        _CHANGE.format(verb="GRANT", rights=listed, table=table, preposition="TO"),
    )
