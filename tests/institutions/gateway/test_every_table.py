"""Every table of the gateway that has a tenant is walled, whoever added it, and every other is none of a member's."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from mynumber.platform.databases import InstitutionDatabase

OF_NO_MEMBER = {"django_migrations", "gateway_instance"}
"""Tables without rows of members."""


@pytest.fixture(scope="module")
def database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    return institution_database("gateway", ("municipality_131229",), migrated=True)


def test_every_table_with_a_tenant_is_walled(database: InstitutionDatabase) -> None:
    with psycopg.connect(database.owner_url) as owner:
        tables = owner.execute(
            """
            SELECT relname, relrowsecurity AND relforcerowsecurity,
                EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'tenant' AND NOT attisdropped),
                EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND polname = 'tenant_wall')
            FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
            WHERE relkind IN ('r', 'p') AND NOT relispartition AND nspname = 'public'
            """
        ).fetchall()
    assert len(tables) > 20
    for name, is_forced, has_tenant, has_policy in tables:
        assert (has_tenant and is_forced and has_policy) or name in OF_NO_MEMBER, name
