"""Which checkpoint is shown: the newest that enough witnesses signed, never a smaller one than before, and never none for want of a witness."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mynumber.institutions.network.core.publication import PATIENCE, PUBLISHED
from mynumber.platform.databases import InstitutionDatabase


@pytest.fixture(scope="module")
def database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    return institution_database("network", migrated=True)


@pytest.fixture
async def log(database: InstitutionDatabase) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection, as a test changes the past."""
    connection = await asyncpg.connect(database.owner_url)
    try:
        yield connection
    finally:
        await connection.close()


async def empty(log: asyncpg.Connection) -> None:
    await log.execute("DELETE FROM checkpoint")
    await log.execute("DELETE FROM cosignature")


async def sign(log: asyncpg.Connection, size: int, *, seconds_ago: float = 0) -> None:
    at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    await log.execute(
        "INSERT INTO checkpoint (size, note, signed_at) VALUES ($1, $2, $3)", size, f"{size}\n", at
    )


async def cosign(log: asyncpg.Connection, size: int, witness: str = "w") -> None:
    await log.execute(
        "INSERT INTO cosignature (size, witness, line, cosigned_at) VALUES ($1, $2, $3, now()) ON CONFLICT DO NOTHING",
        *(size, witness, f"— {witness}\n"),
    )


async def shown(log: asyncpg.Connection, fewest: int) -> int | None:
    row = await log.fetchrow(PUBLISHED, PATIENCE, fewest)
    return row["size"] if row else None


async def test_a_log_without_witnesses_shows_its_newest_checkpoint(log: asyncpg.Connection) -> None:
    await empty(log)
    assert await shown(log, 0) is None
    for size in (1, 5, 9):
        await sign(log, size)
    assert await shown(log, 0) == 9


async def test_what_is_not_cosigned_waits(log: asyncpg.Connection) -> None:
    await empty(log)
    await sign(log, 1)
    assert await shown(log, 1) is None
    await cosign(log, 1)
    await sign(log, 5)
    assert await shown(log, 1) == 1
    await cosign(log, 5)
    assert await shown(log, 1) == 5
    row = await log.fetchrow(PUBLISHED, PATIENCE, 1)
    assert row["lines"] == ["— w\n"]


async def test_as_many_as_the_policy_needs_must_have_signed(log: asyncpg.Connection) -> None:
    await empty(log)
    await sign(log, 1)
    await cosign(log, 1, "a")
    assert await shown(log, 2) is None
    await cosign(log, 1, "b")
    assert await shown(log, 2) == 1


async def test_a_checkpoint_does_not_wait_for_ever(log: asyncpg.Connection) -> None:
    await empty(log)
    await sign(log, 1, seconds_ago=60)
    await cosign(log, 1)
    await sign(log, 5, seconds_ago=PATIENCE.total_seconds() + 1)
    await sign(log, 9, seconds_ago=PATIENCE.total_seconds() - 5)
    assert await shown(log, 1) == 5


@given(st.lists(st.tuples(st.sampled_from(["sign", "cosign", "wait"]), st.integers(0, 5)), max_size=20))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_is_shown_never_gets_smaller(log: asyncpg.Connection, acts: list[tuple[str, int]]) -> None:
    await empty(log)
    size, before = 0, 0
    for act, number in acts:
        if act == "sign":
            size += 1 + number
            await sign(log, size)
        elif act == "cosign":
            sizes = [row["size"] for row in await log.fetch("SELECT size FROM checkpoint ORDER BY size")]
            if sizes:
                await cosign(log, sizes[number % len(sizes)])
        else:
            await log.execute(
                "UPDATE checkpoint SET signed_at = signed_at - $1::interval", timedelta(seconds=3 * number)
            )
        now = await shown(log, 1) or 0
        assert now >= before
        before = now
