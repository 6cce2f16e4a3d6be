"""Statements that are put together once do what Django's own do, each time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.prepared import Prepared, PreparedUpdate, given, insert, say, store
from mynumber.webkit.settings import PREPARE_AFTER_USES
from mynumber.webkit.tenancy import acting_as
from tests.support.waiting import eventually
from tests.webkit.project.models import Entry

CHUO, BUNKYO = "131229", "131130"
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=100)
BY_TEXT = Prepared(lambda: Entry.objects.filter(text=given("text")).order_by("pk"))
BY_KEY = Prepared(lambda: Entry.objects.filter(pk=given("key")))
RENAME = PreparedUpdate(lambda: Entry.objects.filter(text=given("old")), text=given("new"))


@pytest.mark.usefixtures("project")
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@drawn(TEXTS, TEXTS)
def test_rows_are_inserted_found_and_updated_as_django_does(first: str, second: str) -> None:
    with acting_as(CHUO):
        made = insert(Entry(text=first))
        found = BY_TEXT.first(text=first)
        assert found == Entry.objects.get(text=first) == made
        assert found is not None
        assert vars(found).keys() == vars(Entry.objects.get(text=first)).keys()
        assert (found.tenant, found.text, found._state.adding) == (CHUO, first, False)
        assert RENAME(old=first, new=second) == 1
        assert RENAME(old=second + "x", new=first) == 0
        assert Entry.objects.get(pk=made.pk).text == second
        assert BY_KEY.first(key=made.pk) == made
        transaction.set_rollback(True)


def test_a_statement_is_put_together_once(project: InstitutionDatabase) -> None:
    made = 0

    def queryset() -> QuerySet[Entry]:
        nonlocal made
        made += 1
        return Entry.objects.filter(text=given("text"))

    prepared, update = Prepared(queryset), PreparedUpdate(queryset, text=given("new"))
    with acting_as(CHUO):
        assert prepared.first(text="nobody") is None
        assert prepared.first(text="nobody else") is None
        assert made == 1
        assert update(text="nobody", new="x") == update(text="nobody else", new="x") == 0
        assert made == 2


def test_values_are_values_whatever_they_say(project: InstitutionDatabase) -> None:
    hostile = "'; DROP TABLE webkit_project_entry; -- %s %(text)s $1"
    with acting_as(CHUO):
        insert(Entry(text=hostile))
        assert BY_TEXT.first(text="' OR ''='") is None
        assert (found := BY_TEXT.first(text=hostile)) is not None
        assert found.text == hostile
        transaction.set_rollback(True)


def test_the_wall_between_tenants_holds(project: InstitutionDatabase) -> None:
    with acting_as(CHUO):
        insert(Entry(text="of Chuo"))
        assert BY_TEXT.first(text="of Chuo") is not None
        with acting_as(CHUO):
            assert BY_TEXT.first(text="of Chuo") is not None
        transaction.set_rollback(True)
    with acting_as(BUNKYO):
        assert BY_TEXT.first(text="of Chuo") is None


def test_the_named_columns_of_a_row_are_stored_and_a_row_that_is_gone_is_noticed(
    project: InstitutionDatabase,
) -> None:
    with acting_as(CHUO):
        kept, gone = insert(Entry(text="kept")), insert(Entry(text="gone"))
        kept.text = "changed"
        store(kept, "text")
        assert BY_TEXT.first(text="changed") == kept
        assert BY_TEXT.first(text="gone") == gone
        Entry.objects.filter(pk=gone.pk).delete()
        with pytest.raises(DatabaseError, match="gone"):
            store(gone, "text")
        transaction.set_rollback(True)


def test_a_value_that_is_missing_is_named(project: InstitutionDatabase) -> None:
    with acting_as(CHUO), pytest.raises(KeyError, match="text"):
        BY_TEXT.first(name="x")
    with acting_as(CHUO), pytest.raises(KeyError, match="new"):
        RENAME(old="x")


def test_a_lock_needs_a_transaction_also_the_second_time(project: InstitutionDatabase) -> None:
    locking = Prepared(lambda: Entry.objects.select_for_update().filter(text=given("text")))
    for _ in range(2):
        with pytest.raises(TransactionManagementError):
            locking.first(text="x")
        with acting_as(CHUO):
            assert locking.first(text="x") is None


def test_statements_are_known_again_after_each_kind_of_rollback(project: InstitutionDatabase) -> None:
    with acting_as(CHUO):
        for text in ("first", "second"):
            before = transaction.savepoint()
            insert(Entry(text=text))
            transaction.savepoint_rollback(before)
            assert BY_TEXT.first(text=text) is None
        transaction.set_rollback(True)
    for _ in range(2 * PREPARE_AFTER_USES):
        with acting_as(CHUO):
            insert(Entry(text="same"))
            assert BY_TEXT.first(text="same") == Entry.objects.get(text="same")
            transaction.set_rollback(True)


def test_a_refused_row_is_djangos_error_and_the_transaction_is_over(project: InstitutionDatabase) -> None:
    with acting_as(CHUO):
        insert(Entry(text="once"))
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            insert(Entry(text="once"))
        assert isinstance(refused.value.__cause__, psycopg.errors.UniqueViolation)
        assert BY_TEXT.first(text="once") is not None  # only the inner block is gone
        with pytest.raises(DatabaseError):
            insert(Entry(text="\0"))
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            BY_TEXT.first(text="once")


def test_a_connection_that_ends_is_an_operational_error_and_the_next_one_works(
    project: InstitutionDatabase,
) -> None:
    with acting_as(CHUO):
        assert BY_TEXT.first(text="nobody") is None
    with psycopg.connect(project.url) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [connection.connection.info.backend_pid])
    for _ in range(2):
        with pytest.raises(OperationalError):
            BY_TEXT.first(text="nobody")
    connection.close_if_unusable_or_obsolete()
    with acting_as(CHUO):
        assert BY_TEXT.first(text="nobody") is None


def test_a_connection_that_the_server_ended_is_not_usable(project: InstitutionDatabase) -> None:
    connection.ensure_connection()
    assert connection.is_usable()
    with psycopg.connect(project.url) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [connection.connection.info.backend_pid])
    assert not connection.is_usable()
    connection.close()
    assert not connection.is_usable()
    connection.ensure_connection()
    assert connection.is_usable()


# --- what is said and not waited for -----------------------------------------------------------------------------


def test_what_was_said_is_there_for_whoever_asks_next(project: InstitutionDatabase) -> None:
    with acting_as(CHUO):
        insert(Entry(text="said"), wait=False)
        found = BY_TEXT.first(text="said")
        assert found is not None
        found.text = "said again"
        store(found, "text", wait=False)
        assert list(Entry.objects.values_list("text", flat=True)) == ["said again"], (
            "a cursor of Django's too"
        )
        transaction.set_rollback(True)


def test_what_was_said_is_kept_with_the_commit_and_gone_with_a_rollback(project: InstitutionDatabase) -> None:
    with acting_as(CHUO):
        insert(Entry(text="kept"), wait=False)
        insert(Entry(text="kept too"), wait=False)

    def fail() -> None:
        with acting_as(CHUO):
            insert(Entry(text="gone"), wait=False)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with acting_as(CHUO):
        kept = Entry.objects.filter(text__in=["kept", "kept too", "gone"])
        assert sorted(kept.values_list("text", flat=True)) == ["kept", "kept too"]
        kept.delete()


def test_what_was_said_after_a_savepoint_goes_with_it(project: InstitutionDatabase) -> None:
    def fail() -> None:
        with transaction.atomic():
            insert(Entry(text="after"), wait=False)
            raise ZeroDivisionError

    with acting_as(CHUO):
        insert(Entry(text="before"), wait=False)
        with pytest.raises(ZeroDivisionError):
            fail()
        assert [one.text for one in Entry.objects.all()] == ["before"]
        transaction.set_rollback(True)


@pytest.mark.parametrize("asks", [True, False])
def test_what_is_wrong_with_it_is_raised_with_the_next_question_or_the_commit(
    project: InstitutionDatabase, asks: bool
) -> None:
    said = []

    def act() -> None:
        with acting_as(CHUO):
            for text in ("with it", "twice", "twice", "after it"):
                insert(Entry(text=text), wait=False)
                said.append(text)
            if asks:
                BY_TEXT.first(text="nobody")

    with pytest.raises(IntegrityError):
        act()
    assert len(said) == 4
    with acting_as(CHUO):
        assert not Entry.objects.exists(), "and the connection goes on"


def test_outside_of_a_transaction_it_is_said_at_once(project: InstitutionDatabase) -> None:
    say("SELECT set_config('mynumber.said', $1, false)", ["at once"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('mynumber.said')")
        assert cursor.fetchone() == ("at once",)


def test_a_connection_that_is_lost_is_told(project: InstitutionDatabase) -> None:
    def act() -> None:
        with acting_as(CHUO):
            BY_TEXT.first(text="nobody")
            insert(Entry(text="lost"), wait=False)
            with psycopg.connect(project.url) as other:
                other.execute(
                    "SELECT pg_terminate_backend(%s, 10000)", [connection.connection.info.backend_pid]
                )

    with pytest.raises(OperationalError):
        act()
    connection.close_if_unusable_or_obsolete()
    with acting_as(CHUO):
        assert BY_TEXT.first(text="lost") is None


def test_a_thread_that_waits_for_a_lock_lets_the_thread_go_on_that_has_it(
    project: InstitutionDatabase,
) -> None:
    lock = [20_261_122]
    waits = """SELECT true FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""

    def wait_for_the_lock() -> None:
        try:
            with transaction.atomic():
                say("SET LOCAL lock_timeout = '30s'", [])  # only a test that fails waits so long
                say("SELECT pg_advisory_xact_lock($1)", lock)
        finally:
            connection.close()

    with psycopg.connect(project.url) as other, ThreadPoolExecutor(1) as pool:
        other.execute("SELECT pg_advisory_lock(%s)", lock)
        waiting = pool.submit(wait_for_the_lock)
        eventually(lambda: other.execute(waits, lock).fetchone(), "the thread that waits")
        other.execute("SELECT pg_advisory_unlock(%s)", lock)
        waiting.result()
