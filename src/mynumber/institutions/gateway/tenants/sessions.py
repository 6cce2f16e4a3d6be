"""Connections to the gateway's database, each of which acts for one tenant until another tenant needs it.

PostgreSQL plans a statement under row-level security anew whenever the role differs from the last one (136 against 33 us, measured), so a tenant
gets the connection back that it used last. The role is that of the session: a single statement is a transaction of its own, begun, written and
committed in one round trip.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from asyncpg.exceptions import PostgresError

from mynumber.webkit.pool import COMMAND_SECONDS, LOOK_UP_BY_KEY, renew_plans

_ROLE = re.compile(r"[a-z0-9_]{1,50}")

_BEGIN = "BEGIN; SET LOCAL enable_seqscan = on"


class TenantSessions:
    """Up to ``largest`` connections. Opened when they are needed, dropped when they break."""

    def __init__(self, url: str, *, largest: int) -> None:
        self._url = url
        self._free = asyncio.Semaphore(largest)
        self._largest = largest
        self._made = 0
        self._idle: list[tuple[str, asyncpg.Connection]] = []
        """Tenant and connection, the one used last at the end."""

    @asynccontextmanager
    async def of(self, tenant: str) -> AsyncIterator[Any]:
        """A connection under the tenant's role, outside of a transaction: each statement commits by itself."""
        if not _ROLE.fullmatch(tenant):
            raise ValueError("not a tenant")
        async with self._free:
            connection = await self._take(tenant)
            try:
                yield connection
            except PostgresError:
                self._give_back(tenant, connection)
                raise
            except BaseException:  # cancelled or broken in the middle: nobody knows its state
                self._drop(connection)
                raise
            self._give_back(tenant, connection)

    @asynccontextmanager
    async def transaction(self, tenant: str) -> AsyncIterator[Any]:
        """A transaction of one tenant, with PostgreSQL's usual plans."""
        async with self.of(tenant) as connection:
            await connection.execute(_BEGIN)
            try:
                yield connection
            except Exception:
                if not connection.is_closed():
                    await connection.execute("ROLLBACK")
                raise
            await connection.execute("COMMIT")

    async def close(self) -> None:
        idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.terminate()

    async def _take(self, tenant: str) -> asyncpg.Connection:
        connection = self._last_of(tenant)
        try:
            if connection is None:
                connection = await self._other()
                await connection.execute(f'SET ROLE "gateway_{tenant}"')
            await renew_plans(connection)
        except BaseException:
            if connection is not None:
                self._drop(connection)
            raise
        return connection

    def _last_of(self, tenant: str) -> asyncpg.Connection | None:
        for place in range(len(self._idle) - 1, -1, -1):
            if self._idle[place][0] == tenant:
                connection = self._idle.pop(place)[1]
                if not connection.is_closed():
                    return connection
                self._made -= 1
        return None

    async def _other(self) -> asyncpg.Connection:
        """A new connection as long as there may be one, or the one that was used least lately."""
        if self._made >= self._largest and self._idle:
            connection = self._idle.pop(0)[1]
            if not connection.is_closed():
                return connection
            self._made -= 1
        return await self._connect()

    async def _connect(self) -> asyncpg.Connection:
        self._made += 1
        try:
            connection: asyncpg.Connection = await asyncpg.connect(
                self._url, command_timeout=COMMAND_SECONDS, server_settings=LOOK_UP_BY_KEY
            )
        except BaseException:
            self._made -= 1
            raise
        return connection

    def _give_back(self, tenant: str, connection: asyncpg.Connection) -> None:
        if connection.is_closed() or connection.is_in_transaction():
            self._drop(connection)
        else:
            self._idle.append((tenant, connection))

    def _drop(self, connection: asyncpg.Connection) -> None:
        self._made -= 1
        connection.terminate()
