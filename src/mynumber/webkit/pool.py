"""Connections of message processes to PostgreSQL, set up for many small transactions. No Django here."""

from __future__ import annotations

from typing import Any

import asyncpg

COMMAND_SECONDS = 20.0
FEWEST = 2


async def open_pool(url: str, *, connections: int) -> asyncpg.Pool:
    """A pool of up to ``connections``, for code that changes the session inside transactions only (``SET LOCAL``).

    A connection goes back without the usual ``RESET ALL``, a round trip for each transaction: after COMMIT or ROLLBACK there is nothing to
    reset, and a transaction left open is rolled back. Plans are made once and kept: all statements here look rows up by key, and
    PostgreSQL would otherwise plan anew for each length of a batch.
    """
    pool: asyncpg.Pool = await asyncpg.create_pool(
        url,
        min_size=min(FEWEST, connections),
        max_size=connections,
        command_timeout=COMMAND_SECONDS,
        reset=_leave,
        server_settings={"plan_cache_mode": "force_generic_plan"},
    )
    return pool


async def _leave(_: Any) -> None:
    """asyncpg has ended listeners and any open transaction by itself before it calls this."""
