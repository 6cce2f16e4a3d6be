"""After seven years both sides forget; nobody forgets earlier, and no tenant or process decides when."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TypeVar
from uuid import NAMESPACE_OID, uuid5

import psycopg
import pytest

from mynumber.institutions.gateway.files.asking import forget as forget_files
from mynumber.institutions.gateway.tenants.sessions import TenantSessions
from mynumber.institutions.gateway.tenants.store import FACT_KEPT, Store
from mynumber.platform.databases import InstitutionDatabase

T = TypeVar("T")
ENDS: dict[str, str] = import_module("mynumber.institutions.gateway.notices.migrations.0003_forgetting").ENDS
TENANT, OTHER = "municipality_131229", "municipality_272124"
ROWS = {
    "side_record": "INSERT INTO side_record (tenant, side, inquirer, request_id, provider, affair, information, organisation,"
    " non_disclosure, outcome, asked_at, ended_at) SELECT %(t)s, 'inquirer', 'a', gen_random_uuid(), 'b', '81-1', 'local_tax', '課',"
    " false, 'provided', at, at FROM at",
    "correction": "INSERT INTO correction (tenant, correction, addressee, information, reason, made_at, made_by)"
    " SELECT %(t)s, gen_random_uuid(), 'D-1', 'local_tax', 'wrong_value', at, 'x' FROM at",
    "received_correction": "INSERT INTO received_correction (tenant, provider, correction, request_id, addressee, affair, information,"
    " organisation, reason, corrected_at, received_at) SELECT %(t)s, 'b', gen_random_uuid(), gen_random_uuid(), 'D-1', '81-1',"
    " 'local_tax', '課', 'wrong_value', at, at FROM at",
    "gone_copy": "INSERT INTO gone_copy (tenant, code, information, period, gone_at, is_told)"
    " SELECT %(t)s, n::text, 'local_tax', 'fy2026', at, true FROM at",
    "desk_item": "INSERT INTO desk_item (tenant, permit_digest, inquirer, request_id, code, information, affair, provision,"
    " organisation, reason, put_at, deadline, state) SELECT %(t)s, uuid_send(gen_random_uuid()), 'a', gen_random_uuid(), 'c',"
    " 'local_tax', '81-1', '81-1-3', '課', 'by_hand', at, at, 'open' FROM at",
    "desk_event": "INSERT INTO desk_event (tenant, at, who, what) SELECT %(t)s, at, 'x', 'refused' FROM at",
    "incoming_event": "INSERT INTO incoming_event (tenant, sequence, publisher, event_id, addressee, kind, information, occurred_at,"
    " grounds, received_at) SELECT %(t)s, n, 'b', gen_random_uuid(), 'D-1', 'death', 'resident_record', at, '[]', at FROM at",
    "outgoing_event": "INSERT INTO outgoing_event (tenant, event_id, addressee, kind, information, occurred_at, digest, published_at,"
    " settled_at) SELECT %(t)s, gen_random_uuid(), 'D-1', 'death', 'resident_record', at, '', at, at FROM at",
}
AGES = (
    "WITH at AS (SELECT now() - make_interval(years => 7) + d AS at, n FROM"
    " (VALUES (interval '-1 day', 1), (interval '1 day', 2)) AS _(d, n)) "
)


ROWS |= {
    "holder_question": "INSERT INTO holder_question (tenant, at, addressee, affair, organisation)"
    " SELECT %(t)s, at, 'D-1', '81-1', '課' FROM at",
    "obtain_request": "INSERT INTO obtain_request (tenant, inquirer, request_id, affair, information, organisation, received_at, state,"
    " told) SELECT %(t)s, 'a', gen_random_uuid(), '81-1', 'local_tax', '課', at, 'open', false FROM at",
    "sent_obtain": "INSERT INTO sent_obtain (tenant, request_id, provider, sent_at, state)"
    " SELECT %(t)s, gen_random_uuid(), 'b', at, 'open' FROM at",
    "outgoing_notice": "INSERT INTO outgoing_notice (tenant, notice, addressee, size, digest, received_at, try_at, tries, settled_at)"
    " SELECT %(t)s, gen_random_uuid(), 'D-1', 1, '', at, at, 0, at FROM at",
    "refused_message": "INSERT INTO refused_message (tenant, hour, kind, sender, reason, count)"
    " SELECT %(t)s, at, 'inquiries.v2', 'b', 'expired', 1 FROM at",
}


@pytest.fixture(scope="module")
def database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    made = institution_database("gateway", (TENANT, OTHER), migrated=True)
    for tenant in (TENANT, OTHER):
        with psycopg.connect(made.tenant_urls[tenant]) as connection:
            for statement in ROWS.values():
                connection.execute((AGES + statement).encode(), {"t": tenant})
    return made


def with_store(database: InstitutionDatabase, act: Callable[[Store], Awaitable[T]]) -> T:
    async def work() -> T:
        sessions = TenantSessions(database.url, largest=2)
        try:
            return await act(Store(sessions))
        finally:
            await sessions.close()

    return asyncio.run(work())


def counts(database: InstitutionDatabase, tenant: str) -> dict[str, int]:
    with psycopg.connect(database.tenant_urls[tenant]) as connection:
        return {
            table: int((connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() or (0,))[0])  # noqa: S608
            for table in ROWS
        }


def test_what_is_older_than_seven_years_goes_on_every_side(database: InstitutionDatabase) -> None:
    assert counts(database, TENANT) == dict.fromkeys(ROWS, 2)
    with psycopg.connect(database.url) as gateway:
        assert gateway.execute("SELECT forget_records(1)").fetchone() == (len(ROWS),), "one of each table"

    async def forget(store: Store) -> int:
        return await store.forget_records(TENANT, at_most=1)

    assert with_store(database, forget) == len(ROWS), "and the other tenant's, whoever asks"
    for tenant in (TENANT, OTHER):
        assert counts(database, tenant) == dict.fromkeys(ROWS, 1), "the younger one stays"
    with psycopg.connect(database.tenant_urls[TENANT]) as tenant_itself:
        tenant_itself.execute("SELECT forget_records()")
    assert counts(database, OTHER) == dict.fromkeys(ROWS, 1)


def test_places_of_reports_are_counted_on_from_the_last_that_is_due(database: InstitutionDatabase) -> None:
    with psycopg.connect(database.tenant_urls[TENANT], autocommit=True) as own:
        for place, age in enumerate(("8 years", "7 years 1 day", "6 years"), 1):
            own.execute(
                "INSERT INTO notice_report (tenant, place, notice, happening, at)"
                " VALUES (%s, %s, gen_random_uuid(), 'arrived', now() - %s::interval)",
                [TENANT, place, age],
            )
        assert own.execute("SELECT forget_records()").fetchone() == (1,)
        assert own.execute("SELECT place FROM notice_report ORDER BY place").fetchall() == [(2,), (3,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            own.execute("DELETE FROM notice_report")


def test_what_is_due_is_found_by_an_index(database: InstitutionDatabase) -> None:
    with psycopg.connect(database.owner_url) as owner:
        owner.execute("SET enable_seqscan = off")
        due = f"SELECT ctid FROM side_record WHERE {ENDS['side_record']} < now() - interval '7 years' LIMIT 5"  # noqa: S608
        query = f"EXPLAIN DELETE FROM side_record WHERE ctid = ANY (ARRAY({due}))"  # noqa: S608
        plan = "\n".join(str(line) for (line,) in owner.execute(query.encode()).fetchall())
        assert plan.count("side_record_to_forget") == 2, plan


def test_what_was_typed_at_the_desk_is_forgotten_after_its_time(database: InstitutionDatabase) -> None:
    now = datetime(2026, 11, 22, 3, tzinfo=UTC)
    put = (
        "INSERT INTO desk_item (tenant, permit_digest, inquirer, request_id, code, information, affair, provision, organisation, reason,"
        " put_at, deadline, state, fact) VALUES (%s, uuid_send(gen_random_uuid()), 'a', gen_random_uuid(), 'typed', 'local_tax', '81-1',"
        " '81-1-3', '課', 'by_hand', %s, %s, 'provided', '{}')"
    )
    deadlines = [now - FACT_KEPT - timedelta(seconds=1), now - FACT_KEPT, now + timedelta(days=7)]
    with psycopg.connect(database.tenant_urls[TENANT]) as own:
        for deadline in deadlines:
            own.execute(put.encode(), [TENANT, now, deadline])
    with_store(database, lambda store: store.forget_old(TENANT, now))
    with psycopg.connect(database.tenant_urls[TENANT]) as own:
        kept = own.execute(
            "SELECT fact IS NOT NULL FROM desk_item WHERE code = 'typed' ORDER BY deadline"
        ).fetchall()
    assert kept == [(False,), (True,), (True,)]


def test_a_switch_that_has_ended_goes_a_day_later(database: InstitutionDatabase) -> None:
    now = datetime(2026, 11, 22, 3, tzinfo=UTC)
    with psycopg.connect(database.tenant_urls[TENANT]) as own:
        for code, until in (("ended", now - timedelta(days=2)), ("today", now), ("stands", None)):
            own.execute(
                "INSERT INTO answer_hold (tenant, code, reason, since, until, set_at, set_by)"
                " VALUES (%s, %s, 'pending_case', %s, %s, %s, 'x')",
                [TENANT, code, now - timedelta(days=9), until, now],
            )
    with_store(database, lambda store: store.forget_old(TENANT, now))
    with psycopg.connect(database.tenant_urls[TENANT]) as own:
        assert own.execute("SELECT code FROM answer_hold ORDER BY code").fetchall() == [
            ("stands",),
            ("today",),
        ]


def test_results_of_files_go_a_week_after_the_last_and_files_with_the_records(
    database: InstitutionDatabase,
) -> None:
    now = datetime(2026, 11, 22, 3, tzinfo=UTC)
    week, records = timedelta(days=7, seconds=1), timedelta(days=7 * 366, seconds=1)
    files = [("whole", week, 9), ("cut off", week, 5), ("new", timedelta(days=6), 9), ("old", records, 9)]
    with psycopg.connect(database.tenant_urls[TENANT]) as own:
        for name, age, received in files:
            file = uuid5(NAMESPACE_OID, name)
            own.execute(
                "INSERT INTO member_file (tenant, file, purpose, size, digest, received, lines, accepted, deleted, refused, answered, began_at,"
                " last_at) VALUES (%s, %s, 'inquiries', 9, '', %s, 2, 2, 0, 0, 1, %s, %s)",
                [TENANT, file, received, now - age, now - age],
            )
            for line, result in ((1, "{}"), (2, None)):
                own.execute(
                    "INSERT INTO file_inquiry (tenant, file, line, request_id, inquiry, next_at, result, number)"
                    " VALUES (%s, %s, %s, gen_random_uuid(), '{}', now(), %s, %s)",
                    [TENANT, file, line, result, line if result else None],
                )
            own.execute(
                "INSERT INTO file_refusal (tenant, file, line, reason) VALUES (%s, %s, 3, 'malformed')",
                [TENANT, file],
            )
    with_store(database, lambda store: forget_files(store, TENANT, now))
    with psycopg.connect(database.tenant_urls[TENANT]) as own:
        left = own.execute("SELECT file, line FROM file_inquiry ORDER BY line").fetchall()
        kept = own.execute("SELECT file FROM file_refusal JOIN member_file USING (file)").fetchall()
    of = {uuid5(NAMESPACE_OID, name): name for name, _, _ in files}
    assert sorted((of[file], line) for file, line in left) == [
        ("cut off", 2),
        ("new", 1),
        ("new", 2),
        ("whole", 2),
    ]
    assert sorted(of[file] for (file,) in kept) == ["cut off", "new", "whole"]


@pytest.mark.parametrize("table", sorted(ROWS.keys() - {"gone_copy"}))  # a rotation makes two traces one
def test_a_record_is_not_deleted_by_hand(database: InstitutionDatabase, table: str) -> None:
    for url in (database.url, database.tenant_urls[TENANT]):
        with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"DELETE FROM {table}".encode())  # noqa: S608


@pytest.mark.parametrize("table", ["former_code", "gone_copy"])
def test_traces_and_former_codes_are_walled(database: InstitutionDatabase, table: str) -> None:
    with psycopg.connect(database.tenant_urls[TENANT]) as own:
        own.execute(
            "INSERT INTO former_code (tenant, former, code, at) VALUES (%s, '1.a', '2.a', now()) ON CONFLICT DO NOTHING",
            [TENANT],
        )
        assert own.execute("SELECT current_code('1.a'), current_code('1.b')").fetchone() == ("2.a", "1.b")
    with psycopg.connect(database.tenant_urls[OTHER]) as stranger:
        foreign = f"SELECT count(*) FROM {table} WHERE tenant = %s".encode()  # noqa: S608
        assert stranger.execute(foreign, [TENANT]).fetchone() == (0,)
        assert stranger.execute("SELECT current_code('1.a')").fetchone() == ("1.a",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            stranger.execute(f"INSERT INTO {table} {_ROW[table]}".encode())


_ROW = {
    "former_code": f"SELECT '{TENANT}', '1.x', '2.x', now()",
    "gone_copy": f"SELECT '{TENANT}', 'x', 'local_tax', '', now(), NULL, NULL, NULL, true",
}
