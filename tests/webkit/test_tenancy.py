"""The wall between tenants holds against whatever SQL is sent."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.tenancy import (
    NotATenant,
    NoTenant,
    OtherTenant,
    acting_as,
    current_tenant,
    tenant_key,
    tenant_role,
)
from tests.webkit.project.models import Entry, Event, Word

CHUO, BUNKYO = "131229", "131130"


@pytest.fixture
def two_towns(project: InstitutionDatabase) -> Iterator[InstitutionDatabase]:
    """One entry in each town."""
    for town in (CHUO, BUNKYO):
        with acting_as(town):
            Entry.objects.create(text=f"of {town}")
    yield project
    for town in (CHUO, BUNKYO):
        with acting_as(town):
            Entry.objects.all().delete()


def _as_tenant(database: InstitutionDatabase, town: str) -> closing[psycopg.Connection[tuple[object, ...]]]:
    return closing(psycopg.connect(database.tenant_urls[town], autocommit=True))


def test_a_tenant_sees_its_own_rows_alone(two_towns: InstitutionDatabase) -> None:
    for town in (CHUO, BUNKYO):
        with acting_as(town):
            assert [entry.text for entry in Entry.objects.all()] == [f"of {town}"]
            assert current_tenant() == town


def test_the_application_without_a_tenant_sees_and_writes_nothing(two_towns: InstitutionDatabase) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM webkit_project_entry")
        assert cursor.fetchone() == (0,)
        cursor.execute("UPDATE webkit_project_entry SET text = 'taken'")
        assert cursor.rowcount == 0
    with pytest.raises(Exception, match="row-level security"), transaction.atomic():
        Entry.objects.create(tenant=CHUO, text="smuggled")
    with pytest.raises(NoTenant):
        Entry.objects.create(text="nobody's")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM webkit_project_entry WHERE tenant = '131130'",
        "SELECT * FROM webkit_project_entry WHERE tenant <> '131229' OR true",
        "TABLE webkit_project_entry EXCEPT SELECT * FROM webkit_project_entry WHERE tenant = '131229'",
        "WITH e AS (SELECT * FROM webkit_project_entry) SELECT * FROM e WHERE text LIKE '%131130%'",
        "UPDATE webkit_project_entry SET text = 'taken' WHERE tenant = '131130' RETURNING id",
        "DELETE FROM webkit_project_entry WHERE tenant = '131130' RETURNING id",
        "SELECT * FROM staff_session",
    ],
)
def test_raw_sql_of_a_tenant_finds_no_row_of_another(two_towns: InstitutionDatabase, statement: str) -> None:
    with _as_tenant(two_towns, CHUO) as chuo:
        assert BUNKYO not in str(chuo.execute(statement.encode()).fetchall())
    with acting_as(BUNKYO):
        assert Entry.objects.get().text == f"of {BUNKYO}"


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        (
            "INSERT INTO webkit_project_entry (tenant, text) VALUES ('131130', 'planted')",
            psycopg.errors.InsufficientPrivilege,
        ),
        ("UPDATE webkit_project_entry SET tenant = '131130'", psycopg.errors.InsufficientPrivilege),
        ("SET ROLE municipality_131130", psycopg.errors.InsufficientPrivilege),
        ("SET ROLE municipality", psycopg.errors.InsufficientPrivilege),
        ("SET ROLE municipality_owner", psycopg.errors.InsufficientPrivilege),
        ("SET SESSION AUTHORIZATION municipality_131130", psycopg.errors.InsufficientPrivilege),
        ("ALTER TABLE webkit_project_entry DISABLE ROW LEVEL SECURITY", psycopg.errors.InsufficientPrivilege),
        ("DROP POLICY tenant_wall ON webkit_project_entry", psycopg.errors.InsufficientPrivilege),
        ("TRUNCATE webkit_project_entry", psycopg.errors.InsufficientPrivilege),
        (
            "CREATE OR REPLACE FUNCTION public.mynumber_tenant() RETURNS text LANGUAGE sql RETURN '131130'",
            psycopg.errors.InsufficientPrivilege,
        ),
        (
            "SET row_security = off; SELECT * FROM webkit_project_entry",
            psycopg.errors.InsufficientPrivilege,
        ),
        ("COPY webkit_project_entry TO PROGRAM 'cat'", psycopg.errors.InsufficientPrivilege),
        ("DELETE FROM webkit_project_event", psycopg.errors.InsufficientPrivilege),
        ("UPDATE webkit_project_event SET text = ''", psycopg.errors.InsufficientPrivilege),
        ("INSERT INTO webkit_project_word (text) VALUES ('mine')", psycopg.errors.InsufficientPrivilege),
    ],
)
def test_a_tenant_cannot_step_over_the_wall(
    two_towns: InstitutionDatabase, statement: str, error: type[psycopg.Error]
) -> None:
    with _as_tenant(two_towns, CHUO) as chuo, pytest.raises(error):
        chuo.execute(statement.encode())


def test_a_tenants_own_function_does_not_replace_the_walls(two_towns: InstitutionDatabase) -> None:
    with _as_tenant(two_towns, CHUO) as chuo:
        if _may_make_temporary(chuo):
            chuo.execute(
                "CREATE FUNCTION pg_temp.mynumber_tenant() RETURNS text LANGUAGE sql RETURN '131130'"
            )
        chuo.execute("SET search_path = pg_temp, public")
        assert chuo.execute("SELECT tenant FROM public.webkit_project_entry").fetchall() == [(CHUO,)]


def _may_make_temporary(tenant: psycopg.Connection[tuple[object, ...]]) -> bool:
    row = tenant.execute("SELECT has_database_privilege(current_database(), 'TEMPORARY')").fetchone()
    return row == (True,)


def test_the_group_of_tenants_and_the_owner_are_no_tenants(two_towns: InstitutionDatabase) -> None:
    with _as_tenant(two_towns, CHUO) as chuo:
        chuo.execute("SET ROLE municipality_tenant")
        assert chuo.execute("SELECT mynumber_tenant()").fetchall() == [(None,)]
        assert chuo.execute("SELECT * FROM webkit_project_entry").fetchall() == []
    with closing(psycopg.connect(two_towns.owner_url)) as owner:
        assert owner.execute("SELECT mynumber_tenant()").fetchall() == [(None,)]
        assert owner.execute("SELECT * FROM webkit_project_entry").fetchall() == []


def test_records_are_inserted_and_read_but_not_changed(project: InstitutionDatabase) -> None:
    with acting_as(CHUO):
        event = Event.objects.create(text="recorded")
        assert Event.objects.filter(pk=event.pk).exists()
    with pytest.raises(Exception, match="permission denied"), acting_as(CHUO):
        event.delete()


def test_what_belongs_to_nobody_is_read_by_all(project: InstitutionDatabase) -> None:
    Word.objects.create(text="shared")
    with acting_as(BUNKYO):
        assert Word.objects.filter(text="shared").exists()


def test_the_wall_asks_for_the_tenant_once_a_statement(project: InstitutionDatabase) -> None:
    with acting_as(CHUO), connection.cursor() as cursor:
        cursor.execute("EXPLAIN SELECT * FROM webkit_project_entry")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "InitPlan" in plan


def test_the_role_ends_with_the_transaction(project: InstitutionDatabase) -> None:
    with acting_as(CHUO):
        assert _current_user() == "municipality_131229"
    assert _current_user() == "municipality"


def test_the_role_ends_inside_a_longer_transaction_too(project: InstitutionDatabase) -> None:
    with transaction.atomic():
        with acting_as(CHUO):
            assert _current_user() == "municipality_131229"
        assert _current_user() == "municipality"
        with pytest.raises(RuntimeError, match="on purpose"), acting_as(BUNKYO):
            raise RuntimeError("on purpose")
        assert _current_user() == "municipality"


def test_an_exception_rolls_everything_back(project: InstitutionDatabase) -> None:
    def fail() -> None:
        with acting_as(CHUO):
            Entry.objects.create(text="never")
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fail()
    with acting_as(CHUO):
        assert not Entry.objects.filter(text="never").exists()


def test_nobody_acts_for_two_tenants_at_once(project: InstitutionDatabase) -> None:
    with acting_as(CHUO):
        with acting_as(CHUO):
            assert _current_user() == "municipality_131229"
        assert _current_user() == "municipality_131229"
        with pytest.raises(OtherTenant), acting_as(BUNKYO):
            pass


@pytest.mark.parametrize(
    "name", ["999999", "owner", "tenant", "", "a" * 51, 'x"; RESET ROLE; --', "Ａ", "131229\n"]
)
def test_what_is_no_tenant_here_is_refused(project: InstitutionDatabase, name: str) -> None:
    with pytest.raises(NotATenant), acting_as(name):
        pass
    assert _current_user() == "municipality"


def test_a_member_id_becomes_a_key() -> None:
    assert tenant_key("municipality.131229") == "municipality_131229"
    assert tenant_role("municipality.131229", "gateway") == "gateway_municipality_131229"


@given(st.text(max_size=60))
def test_a_key_is_plain_or_refused(text: str) -> None:
    try:
        key = tenant_key(text)
    except NotATenant:
        return
    assert key.isascii()
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
    assert 1 <= len(key) <= 50


# --- requests -------------------------------------------------------------------------------------


def test_a_request_runs_as_the_tenant_of_its_path(two_towns: InstitutionDatabase, visitor: Client) -> None:
    assert visitor.get(f"/{CHUO}/entries").content.decode() == f"of {CHUO}"
    assert visitor.get(f"/{BUNKYO}/entries").content.decode() == f"of {BUNKYO}"


@pytest.mark.parametrize(
    "path", ["/999999/entries", "/owner/entries", "/tenant/entries", "/131229%0A/entries"]
)
def test_an_unknown_tenant_is_a_page_that_is_not_there(visitor: Client, path: str) -> None:
    response = visitor.get(path)
    assert response.status_code == 404
    assert "ページが見つかりません" in response.content.decode()


@pytest.mark.parametrize(
    ("page", "status"), [("write-and-fail", 500), ("write-and-refuse", 409), ("duplicate", 500)]
)
def test_a_view_that_fails_or_refuses_leaves_nothing_behind(visitor: Client, page: str, status: int) -> None:
    assert visitor.get(f"/{CHUO}/{page}").status_code == status
    assert visitor.get(f"/{CHUO}/entries").content == b""


def test_a_connection_lost_in_the_middle_stops_the_work_and_the_next_request_works(visitor: Client) -> None:
    response = visitor.get(f"/{CHUO}/lose")
    assert response.status_code == 503
    assert "いまつながりません" in response.content.decode()
    assert visitor.get(f"/{CHUO}/entries").content == b""


def test_a_refusal_says_what_is_wrong_and_what_to_do(visitor: Client) -> None:
    page = visitor.get(f"/{CHUO}/write-and-refuse").content.decode()
    assert "できません" in page
    assert "理由です。" in page
    assert "こうしてください。" in page


def _current_user() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])
