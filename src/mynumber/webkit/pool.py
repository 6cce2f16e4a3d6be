"""Connections of message processes to PostgreSQL, set up for many small transactions. No Django here."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

import asyncpg

from mynumber.webkit.background import END_SECONDS

COMMAND_SECONDS = 20.0
FEWEST = 2

LOOK_UP_BY_KEY = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "jit": "off"}
"""All statements of message processes look rows up by key, so plans are made once and kept; PostgreSQL would otherwise plan anew for each length
of a batch."""

PLANS_LAST = (1.0, 60.0)
"""Seconds until the plans of a connection are made anew: at first, and at last, doubling in between. When a table is still empty every index looks
alike to PostgreSQL, and it keeps the wrong one when the table is long (measured: the look for notices took a core after 10,000 exchanges)."""


async def open_pool(url: str, *, connections: int) -> asyncpg.Pool:
    """A pool of up to ``connections``, for code that changes the session inside transactions only (``SET LOCAL``).

    A connection goes back without the usual ``RESET ALL``, a round trip for each transaction: after COMMIT or ROLLBACK there is nothing to
    reset, and a transaction left open is rolled back. Plans are made once and kept (:data:`LOOK_UP_BY_KEY`).
    """
    pool: asyncpg.Pool = await asyncpg.create_pool(
        url,
        min_size=min(FEWEST, connections),
        max_size=connections,
        command_timeout=COMMAND_SECONDS,
        setup=_renew_plans_of_proxy,
        reset=_leave,
        server_settings=LOOK_UP_BY_KEY,
    )
    return pool


async def close_pool(pool: asyncpg.Pool) -> None:
    """Close the connections; those of a database that does not answer are dropped, so that the process can end."""
    with suppress(TimeoutError):
        async with asyncio.timeout(END_SECONDS):
            await pool.close()


async def _leave(_: Any) -> None:
    """asyncpg has ended listeners and any open transaction by itself before it calls this."""


_renewal: WeakKeyDictionary[asyncpg.Connection, tuple[float, float]] = WeakKeyDictionary()
"""Connection -> when its plans are to be made anew, and how long the next ones last."""


async def renew_plans(connection: asyncpg.Connection) -> None:
    """Let a connection make its plans anew when they are old. Call it outside of a transaction, when the connection is taken."""
    now = time.monotonic()
    due, last = _renewal.get(connection, (0.0, PLANS_LAST[0]))
    if now < due:
        return
    if due:
        await connection.execute("DISCARD PLANS")
        last = min(2 * last, PLANS_LAST[1])
    _renewal[connection] = (now + last, last)


async def _renew_plans_of_proxy(proxy: Any) -> None:
    await renew_plans(proxy._con)
