"""In the gateway's database one member cannot read or change another's row, whatever SQL it sends under its role (acceptance 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from mynumber.foundation.law import InformationKind
from tests.support.exchange import CITY, FORMER_CITY, TAX, Exchange, resident_code

TABLES = (
    "addressee_code",
    "copy",
    "side_record",
    "kept_fact",
    "waiting_sheet",
    "notice",
    "seen_message",
    "refused_message",
    "acquisition",
)
Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module")
def filled(exchange: Exchange) -> Exchange:
    """Rows of both cities in every table that matters."""
    exchange.give_codes({resident_code(): {CITY: "C-wall", FORMER_CITY: "F-wall"}})
    exchange.register(FORMER_CITY, "F-wall", InformationKind.LOCAL_TAX, TAX)
    exchange.inquire("C-wall")
    return exchange


@pytest.fixture
def city(filled: Exchange) -> Iterator[Connection]:
    """A connection as the city's own database role."""
    url = filled.gateway_database.tenant_urls[CITY.replace(".", "_")]
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def foreign_rows(connection: Connection, table: str) -> int:
    query = psycopg.sql.SQL("SELECT count(*) FROM {} WHERE tenant <> 'municipality_131229'")
    row = connection.execute(query.format(psycopg.sql.Identifier(table))).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("table", TABLES)
def test_a_tenant_sees_no_row_of_another(city: Connection, table: str) -> None:
    assert foreign_rows(city, table) == 0


def test_a_tenant_sees_its_own_rows(city: Connection) -> None:
    row = city.execute("SELECT count(*) FROM side_record").fetchone()
    assert row is not None
    assert row[0] > 0


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE gateway_municipality_272124",
        "SET ROLE gateway",
        "SET ROLE gateway_owner",
        "SET SESSION AUTHORIZATION gateway_owner",
        "ALTER TABLE copy DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant_wall ON copy",
        "CREATE OR REPLACE FUNCTION mynumber_tenant() RETURNS text LANGUAGE sql AS $$ SELECT 'municipality_272124' $$",
        "INSERT INTO addressee_code (tenant, addressee, code, obtained_at) VALUES ('municipality_272124', 'x', 'y', now())",
        "UPDATE copy SET tenant = 'municipality_272124'",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
def test_no_statement_opens_the_wall(filled: Exchange, city: Connection, statement: str) -> None:
    if statement.startswith("UPDATE copy"):
        exchange = filled
        exchange.register(CITY, "C-wall", InformationKind.LOCAL_TAX, TAX)  # a row of its own to move
    with pytest.raises(psycopg.Error):
        city.execute(statement.encode())
    for table in TABLES:
        assert foreign_rows(city, table) == 0


def test_row_security_cannot_be_switched_off(city: Connection) -> None:
    city.execute("SET row_security = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        city.execute("SELECT count(*) FROM copy")


def test_a_foreign_row_can_be_neither_changed_nor_deleted(filled: Exchange, city: Connection) -> None:
    assert city.execute("UPDATE copy SET fact = '{}' WHERE tenant <> 'municipality_131229'").rowcount == 0
    assert city.execute("DELETE FROM addressee_code WHERE tenant <> 'municipality_131229'").rowcount == 0
    other = filled.gateway_database.tenant_urls[FORMER_CITY.replace(".", "_")]
    with psycopg.connect(other) as former:
        assert former.execute("SELECT FROM copy WHERE fact = '{}'").fetchone() is None


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM side_record",
        "TRUNCATE side_record",
        "UPDATE side_record SET information = 'pension_benefit'",
        "UPDATE side_record SET asked_at = now()",
        "UPDATE side_record SET inquirer = 'somebody_else'",
        "UPDATE side_record SET instance = NULL",
        "DELETE FROM gateway_instance",
    ],
)
def test_a_member_cannot_take_its_own_records_back(city: Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        city.execute(statement.encode())


def test_the_gateways_own_role_sees_nothing_until_it_acts_for_a_member(filled: Exchange) -> None:
    with psycopg.connect(filled.gateway_database.url) as gateway:
        for table in TABLES:
            query = psycopg.sql.SQL("SELECT count(*) FROM {}").format(psycopg.sql.Identifier(table))
            assert gateway.execute(query).fetchone() == (0,), table
