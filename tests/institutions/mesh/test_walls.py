"""What one member published or received no other member reads, whatever SQL it sends under its role; and no record is changed."""

from __future__ import annotations

from contextlib import suppress

import psycopg
import pytest

from tests.support.exchange import CITY, FORMER_CITY, PENSION
from tests.support.mesh import AWARDS, Mesh, award

TABLES = ("outgoing_event", "incoming_event", "event_topic", "event_position")


@pytest.fixture
def filled(mesh: Mesh) -> Mesh:
    """Rows of two members in every table."""
    (person,) = mesh.people(1)
    mesh.subscribe(CITY, AWARDS)
    mesh.watch(CITY, AWARDS, [person])
    start = mesh.place(CITY)
    mesh.publish(PENSION, award(person))
    mesh.wait_for(CITY, start, 1)
    return mesh


@pytest.mark.parametrize("table", TABLES)
def test_a_tenant_sees_and_writes_no_row_of_another(filled: Mesh, table: str) -> None:
    name = psycopg.sql.Identifier(table)
    urls = filled.exchange.gateway_database.tenant_urls
    other = "municipality_131229" if table != "outgoing_event" else "pension_service"
    with psycopg.connect(urls[other]) as own:
        row = own.execute(psycopg.sql.SQL("SELECT count(*) FROM {}").format(name)).fetchone()
        assert row is not None
        assert row[0] > 0
    with psycopg.connect(urls[FORMER_CITY.replace(".", "_")], autocommit=True) as stranger:
        foreign = psycopg.sql.SQL("SELECT count(*) FROM {} WHERE tenant = {}").format(
            name, psycopg.sql.Literal(other)
        )
        assert stranger.execute(foreign).fetchone() == (0,)
        moved = psycopg.sql.SQL("UPDATE {} SET tenant = {}").format(name, psycopg.sql.Literal(other))
        with suppress(
            psycopg.errors.InsufficientPrivilege
        ):  # a row of its own that the wall keeps where it is
            assert stranger.execute(moved).rowcount == 0  # nothing of its own to move


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event_entry SET person = 'x'",
        "UPDATE published_event SET digest = 'x'",
        "UPDATE event_acknowledgement SET at = now()",
        "TRUNCATE event_entry",
        "DELETE FROM event_entry",
    ],
)
def test_the_core_itself_cannot_change_what_it_told(filled: Mesh, statement: str) -> None:
    with (
        psycopg.connect(filled.exchange.network_database.url) as core,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        core.execute(statement.encode())


def test_no_table_of_the_core_holds_the_code_of_an_institution(filled: Mesh) -> None:
    row = filled._row(CITY, "SELECT code FROM addressee_code LIMIT 1")
    assert row is not None
    with psycopg.connect(filled.exchange.gateway_database.tenant_urls[CITY.replace(".", "_")]) as city:
        codes = {code for (code,) in city.execute("SELECT code FROM addressee_code")}
    with psycopg.connect(filled.exchange.network_database.url) as core:
        persons = {person for (person,) in core.execute("SELECT person FROM event_entry")}
        persons |= {person for (person,) in core.execute("SELECT person FROM event_watch")}
    assert persons
    assert not persons & codes
