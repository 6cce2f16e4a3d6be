"""What the hot path asks the desk: on a real database, as the tenant's own role."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
import psycopg
import pytest

from mynumber.institutions.gateway.desk.holds import (
    DESK_TIME,
    DeskRequest,
    desk_answers,
    held,
    put_on_desk,
)
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.holds import HoldReason
from mynumber.protocols.refusal import Reason

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
TENANT, OTHER = "municipality_131229", "municipality_272124"
T = TypeVar("T")


@pytest.fixture(scope="module")
def database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    return institution_database("gateway", (TENANT, OTHER), migrated=True)


@pytest.fixture(autouse=True)
def _empty(database: InstitutionDatabase) -> None:
    for tenant in (TENANT, OTHER):
        with psycopg.connect(database.tenant_urls[tenant]) as connection:
            connection.execute("DELETE FROM answer_hold")
    with psycopg.connect(database.owner_url) as owner:
        owner.execute("TRUNCATE desk_item")


def as_tenant(database: InstitutionDatabase, act: Callable[[Any], Awaitable[T]], tenant: str = TENANT) -> T:
    async def work() -> T:
        connection = await asyncpg.connect(database.tenant_urls[tenant])
        try:
            return await act(connection)
        finally:
            await connection.close()

    return asyncio.run(work())


def hold(
    database: InstitutionDatabase,
    code: str | None,
    information: str | None,
    reason: HoldReason = HoldReason.PROTECTIVE_MEASURE,
    *,
    since: datetime = NOW,
    until: datetime | None = None,
    tenant: str = TENANT,
) -> None:
    with psycopg.connect(database.tenant_urls[tenant]) as connection:
        connection.execute(
            """
            INSERT INTO answer_hold (tenant, code, information, reason, since, until, set_at, set_by)
            VALUES (%s, %s, %s, %s, %s, %s, %s, 'test')
            """,
            [tenant, code, information, reason.value, since, until, NOW],
        )


def asked(
    database: InstitutionDatabase, *items: tuple[str, str], at: datetime = NOW
) -> dict[int, HoldReason]:
    named = [(code, information, ()) for code, information in items]
    return as_tenant(database, lambda connection: held(connection, TENANT, named, at))


def test_nothing_is_held_where_no_switch_is_set(database: InstitutionDatabase) -> None:
    assert asked(database, ("code-1", "local_tax")) == {}
    assert asked(database) == {}


def test_a_person_a_kind_and_one_kind_of_a_person_are_held(database: InstitutionDatabase) -> None:
    hold(database, "code-1", None)
    hold(database, "code-2", "local_tax", HoldReason.PENDING_CASE)
    hold(database, None, "disability", HoldReason.BY_HAND)
    items = [
        ("code-1", "local_tax"),
        ("code-1", "pension_benefit"),
        ("code-2", "pension_benefit"),
        ("code-2", "local_tax"),
        ("code-3", "disability"),
        ("code-3", "local_tax"),
    ]
    assert asked(database, *items) == {
        0: HoldReason.PROTECTIVE_MEASURE,
        1: HoldReason.PROTECTIVE_MEASURE,
        3: HoldReason.PENDING_CASE,
        4: HoldReason.BY_HAND,
    }


def test_a_hold_has_its_time(database: InstitutionDatabase) -> None:
    hold(database, "code-1", None, since=NOW, until=NOW + timedelta(days=1))
    item = ("code-1", "local_tax")
    assert asked(database, item, at=NOW - timedelta(seconds=1)) == {}
    assert asked(database, item, at=NOW) == {0: HoldReason.PROTECTIVE_MEASURE}
    assert asked(database, item, at=NOW + timedelta(days=1)) == {}


def test_another_members_switch_holds_nothing_here(database: InstitutionDatabase) -> None:
    hold(database, "code-1", None, tenant=OTHER)
    assert asked(database, ("code-1", "local_tax")) == {}


def test_a_hold_that_names_nothing_is_not_taken(database: InstitutionDatabase) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        hold(database, None, None)


def desk_request(digest: bytes) -> DeskRequest:
    return DeskRequest(
        permit_digest=digest,
        inquirer="pension_service",
        request_id=uuid4(),
        code="code-1",
        information="local_tax",
        affair="81-1",
        provision="81-1-1",
        organisation="課",
        periods=(),
        reason=HoldReason.PROTECTIVE_MEASURE,
    )


def test_an_item_on_the_desk_waits_until_somebody_decides(database: InstitutionDatabase) -> None:
    first, second = bytes(32), bytes([1]) * 32

    async def act(connection: Any) -> dict[bytes, object]:
        deadline = await put_on_desk(connection, TENANT, [desk_request(first), desk_request(second)], NOW)
        assert deadline == NOW + DESK_TIME
        await put_on_desk(connection, TENANT, [desk_request(first)], NOW + timedelta(days=1))
        await connection.execute(
            "UPDATE desk_item SET state = 'refused', refusal = 'not_automatic' WHERE permit_digest = $1",
            second,
        )
        return dict(await desk_answers(connection, TENANT, [first, second, bytes([2]) * 32]))

    answers: Any = as_tenant(database, act)
    assert set(answers) == {first, second}
    assert (answers[first].outcome, answers[first].deadline) == (None, NOW + DESK_TIME)
    assert (answers[second].outcome, answers[second].refusal) == (Outcome.REFUSED, Reason.NOT_AUTOMATIC)


def test_what_was_done_at_the_desk_is_never_changed(database: InstitutionDatabase) -> None:
    with psycopg.connect(database.tenant_urls[TENANT], autocommit=True) as connection:
        connection.execute(
            "INSERT INTO desk_event (tenant, at, who, what) VALUES (%s, now(), 'a', 'refused')", [TENANT]
        )
        for statement in ("DELETE FROM desk_event", "UPDATE desk_event SET who = 'b'"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
