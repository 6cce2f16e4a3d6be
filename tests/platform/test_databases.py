"""The walls between institutions and between tenants hold against psql itself (acceptance 4)."""

import os
import subprocess
from collections.abc import Callable
from itertools import product

import psycopg
import pytest
from psycopg import sql

from mynumber.platform.databases import BadTenant, InstitutionDatabase, owner_role, tenant_role
from mynumber.platform.postgres import Server, programs
from mynumber.platform.registry import INSTITUTIONS

NAMES = [i.name for i in INSTITUTIONS if i.database]
MakeDatabase = Callable[..., InstitutionDatabase]


@pytest.fixture(scope="module")
def databases(institution_database: MakeDatabase) -> dict[str, InstitutionDatabase]:
    return {
        name: institution_database(name, ("131229", "272124") if name in TENANTED else ()) for name in NAMES
    }


TENANTED = [i.name for i in INSTITUTIONS if i.tenants]


def psql(url: str, statement: str) -> subprocess.CompletedProcess[str]:
    command = [
        str(programs() / "psql"),
        "--no-psqlrc",
        "--tuples-only",
        "--no-align",
        "--command",
        statement,
        url,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": os.defpath})


@pytest.mark.parametrize(("own", "other"), list(product(NAMES, NAMES)))
def test_psql_as_one_institution_enters_its_own_database_only(
    own: str, other: str, databases: dict[str, InstitutionDatabase], postgres: Server
) -> None:
    roles = [own, owner_role(own)] + ([tenant_role(own, "131229")] if own in TENANTED else [])
    for role in roles:
        done = psql(postgres.url(role, databases[other].name), "SELECT current_user")
        if own == other:
            assert (done.returncode, done.stdout.strip()) == (0, role), done.stderr
        else:
            assert done.returncode == 2
            assert "pg_hba.conf rejects connection" in done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_the_right_to_connect_is_a_second_wall_behind_the_access_rules(
    name: str, databases: dict[str, InstitutionDatabase], postgres: Server
) -> None:
    with postgres.connect_admin() as admin:
        for role, other in product([name, owner_role(name)], NAMES):
            row = admin.execute(
                "SELECT has_database_privilege(%s, %s, 'CONNECT')", [role, databases[other].name]
            ).fetchone()
            assert row == (other == name,)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_no_institution_enters_the_server_s_own_databases(name: str, database: str, postgres: Server) -> None:
    assert psql(postgres.url(name, database), "SELECT 1").returncode == 2


def test_a_wrong_password_is_refused(databases: dict[str, InstitutionDatabase], postgres: Server) -> None:
    url = databases["network"].url.replace(postgres.passwords.of("network"), postgres.passwords.of("jlis"))
    assert "password authentication failed" in psql(url, "SELECT 1").stderr


def test_the_application_writes_rows_but_cannot_change_tables(
    databases: dict[str, InstitutionDatabase],
) -> None:
    database = databases["portal"]
    with psycopg.connect(database.owner_url) as owner:
        owner.execute("CREATE TABLE letters (id bigint GENERATED ALWAYS AS IDENTITY, body text)")
    with psycopg.connect(database.url, autocommit=True) as application:
        application.execute("INSERT INTO letters (body) VALUES ('a')")
        assert application.execute("SELECT body FROM letters").fetchall() == [("a",)]
        for statement in ("DROP TABLE letters", "ALTER TABLE letters ADD x int", "CREATE TABLE mine (x int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(statement)


@pytest.fixture
def notes(institution_database: MakeDatabase) -> InstitutionDatabase:
    """A table walled by row-level security in the way municipality and gateway do it, with a row of each tenant."""
    database = institution_database("municipality", ("131229", "272124"))
    with psycopg.connect(database.owner_url) as owner:
        owner.execute(
            """
            CREATE TABLE notes (tenant text NOT NULL, body text);
            ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
            ALTER TABLE notes FORCE ROW LEVEL SECURITY;
            CREATE POLICY walls ON notes USING (tenant = substr(current_user, length('municipality_') + 1));
            GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO municipality_tenant;
            """
        )
    for tenant in ("131229", "272124"):
        with psycopg.connect(database.tenant_urls[tenant]) as inside:
            inside.execute("INSERT INTO notes VALUES (%s, %s)", [tenant, f"of {tenant}"])
    return database


def test_a_tenant_reads_its_own_rows_only_and_cannot_become_another(notes: InstitutionDatabase) -> None:
    url = notes.tenant_urls["131229"]
    assert psql(url, "SELECT body FROM notes").stdout.split("\n")[0] == "of 131229"
    for statement in (
        "SET ROLE municipality_272124",
        "SET ROLE municipality",
        "SET ROLE municipality_owner",
        "SET SESSION AUTHORIZATION municipality_272124",
        "ALTER TABLE notes DISABLE ROW LEVEL SECURITY",
        "ALTER ROLE municipality_131229 BYPASSRLS",
        "INSERT INTO notes VALUES ('272124', 'forged')",
        "SET row_security = off; SELECT * FROM notes",
    ):
        done = psql(url, statement)
        assert done.returncode == 1, statement
        assert "of 272124" not in done.stdout
    assert psql(url, "UPDATE notes SET body = 'x' WHERE tenant = '272124'").stdout.strip() == "UPDATE 0"


def test_the_application_sees_a_tenant_s_rows_only_as_that_tenant(notes: InstitutionDatabase) -> None:
    with psycopg.connect(notes.url, autocommit=True) as application:
        assert application.execute("SELECT count(*) FROM notes").fetchone() == (0,)
        for tenant in ("131229", "272124"):
            with application.transaction():
                application.execute(
                    sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(f"municipality_{tenant}"))
                )
                assert application.execute("SELECT body FROM notes").fetchall() == [(f"of {tenant}",)]
        assert application.execute("SELECT count(*) FROM notes").fetchone() == (0,)


@pytest.mark.parametrize(
    "tenant", ["", "A", "131229; DROP", 'x"y', "owner", "tenant", "x" * 41, "13\n", "市"]
)
def test_a_tenant_s_id_with_strange_signs_is_refused(tenant: str) -> None:
    with pytest.raises(BadTenant):
        tenant_role("gateway", tenant)
