"""The walls in the database: each table of a tenant has one, and no role may do more than its work."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from mynumber.platform.databases import InstitutionDatabase
from mynumber.platform.postgres import Server
from mynumber.platform.registry import INSTITUTIONS

Databases = Callable[[str], InstitutionDatabase]

OF_NO_TENANT = {
    "municipality": {"django_migrations"},
    "gateway": {"django_migrations", "gateway_instance"},
}
"""Tables without rows of tenants."""
OTHER_POLICIES = {
    # A device has a code and no town: the process finds the town by it, and reads nothing else.
    ("municipality_counter_readercode", "code_to_town"): "r {municipality}",
}
"""Policies beside the wall, by what they allow to whom. What may be forgotten is for the owner of the tables, who runs no process."""
DELETED = {
    "network": {"published_event", "event_acknowledgement"},  # at the end of their retention
    "portal": {"application_step", "application_happening"},  # with a draft that its applicant discards
}
"""What is never changed and all the same deleted by the pages."""

TABLES = """
SELECT relname, relrowsecurity AND relforcerowsecurity,
    EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'tenant' AND NOT attisdropped),
    (SELECT coalesce(jsonb_object_agg(polname, jsonb_build_array(
        polcmd::text || ' ' || ARRAY(SELECT CASE r WHEN 0 THEN 'all' ELSE pg_get_userbyid(r)::text END FROM unnest(polroles) r)::text,
        pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))), '{}') FROM pg_policy WHERE polrelid = c.oid)
FROM pg_class c WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND NOT relispartition ORDER BY 1
"""
RIGHTS = """
SELECT relname, has_any_column_privilege(%(role)s, c.oid, 'UPDATE'), has_table_privilege(%(role)s, c.oid, 'DELETE'),
    has_table_privilege(%(role)s, c.oid, 'TRUNCATE') OR has_table_privilege(%(role)s, c.oid, 'TRIGGER')
        OR pg_has_role(%(role)s, relowner, 'MEMBER')
FROM pg_class c WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
"""
ROLE = """
SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR has_schema_privilege(rolname, 'public', 'CREATE')
FROM pg_roles WHERE rolname = %(role)s
"""


@pytest.mark.parametrize("name", [each.name for each in INSTITUTIONS if each.tenants])
def test_each_table_of_a_tenant_has_its_wall(name: str, postgres: Server, databases: Databases) -> None:
    with postgres.connect_admin(databases(name).name) as admin:
        tables: list[Any] = admin.execute(TABLES).fetchall()
    assert len(tables) > 20
    for table, is_forced, has_tenant, policies in tables:
        if table in OF_NO_TENANT[name]:
            continue
        assert (is_forced, has_tenant) == (True, True), table
        _, reads, writes = policies.pop("tenant_wall")
        assert reads == writes, table
        assert reads.startswith("((tenant)::text = ( SELECT mynumber_tenant()"), table
        for policy, (whom, *_) in policies.items():
            assert whom in (OTHER_POLICIES.get((table, policy)), f"* {{{name}_owner}}"), (table, policy)


@pytest.mark.parametrize("name", [each.name for each in INSTITUTIONS if each.database])
def test_no_process_changes_tables_or_rewrites_what_stays(
    name: str, postgres: Server, databases: Databases
) -> None:
    """What its own description calls insert-only or never changed, the role of the pages can neither change nor delete."""
    tenants = next(each.tenants for each in INSTITUTIONS if each.name == name)
    role = f"{name}_tenant" if tenants else name
    with postgres.connect_admin(databases(name).name) as admin:
        for each in {role, name}:
            (is_mighty,) = admin.execute(ROLE, {"role": each}).fetchone() or (True,)
            assert not is_mighty, each
        rights: list[Any] = admin.execute(RIGHTS, {"role": role}).fetchall()
    assert [table for table, *_, owns in rights if owns] == []
    stays = {each._meta.db_table for each in apps.get_models() if _of(each, name) and _stays(each)}
    assert stays & {table for table, changes, *_ in rights if changes} == set()
    assert stays & {table for table, _, deletes, _ in rights if deletes} == DELETED.get(name, set())


def _of(model: type[models.Model], name: str) -> bool:
    return model.__module__.startswith(f"mynumber.institutions.{name}.")


def _stays(model: type[models.Model]) -> bool:
    """Whether its description says that rows stay as they are."""
    return re.search(r"[Ii]nsert-only|Never changed", model.__doc__ or "") is not None
