"""The pool of message processes: what a transaction changed does not outlive it, although nothing is reset."""

from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest

from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.pool import open_pool

TENANT = "gateway_municipality_131229"


@pytest.fixture
async def pool(institution_database: Callable[..., InstitutionDatabase]) -> AsyncIterator[asyncpg.Pool]:
    database = institution_database("gateway", tenants=("municipality_131229",))
    pool = await open_pool(
        database.url, connections=1
    )  # one connection: each use gets what the last one left
    yield pool
    await pool.close()


async def test_a_role_ends_with_its_transaction(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        await connection.execute(f"BEGIN; SET LOCAL ROLE {TENANT}")
        assert await connection.fetchval("SELECT current_user") == TENANT
        await connection.execute("COMMIT")
    assert await pool.fetchval("SELECT current_user") == "gateway"


async def test_a_transaction_left_open_is_rolled_back(pool: asyncpg.Pool) -> None:
    async def fail() -> None:
        async with pool.acquire() as connection:
            await connection.execute(f"BEGIN; SET LOCAL ROLE {TENANT}")
            await connection.execute("SELECT 1 / 0")

    with pytest.raises(asyncpg.exceptions.DivisionByZeroError):
        await fail()
    assert await pool.fetchval("SELECT current_user") == "gateway"


async def test_plans_are_made_once(pool: asyncpg.Pool) -> None:
    assert await pool.fetchval("SHOW plan_cache_mode") == "force_generic_plan"
