"""Sends letters until they are acknowledged, each in its own message; a receiver that is away holds up nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from mynumber.institutions.gateway.tenants.store import Store, tenant_of
from mynumber.protocols.message import Message
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.asgi import Caller

SWEEP_SECONDS = 15.0
"""How often letters are looked for that nobody called attention to: after a start, and when a receiver was away."""
CLAIMED = timedelta(seconds=60)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(hours=1)
BATCH = 50
MEMBERS_AT_ONCE = 4
"""Outboxes looked into at the same time."""
LINES_AT_ONCE = 64
"""Letters under way at the same time, each of another sender or to another receiver."""

_log = logs.get_logger(__name__)


async def write(
    connection: Any, tenant: str, letters: list[tuple[str, str, msgspec.Struct]], at: datetime
) -> None:
    """Put letters, as (receiver, name of the message, question), into the outbox with the caller's transaction."""
    await connection.executemany(
        """
        INSERT INTO letter (tenant, receiver, kind, body, written_at, next_at, tries) VALUES ($1, $2, $3, $4, $5, $5, 0)
        """,
        [
            (tenant, receiver, kind, msgspec.json.encode(question).decode(), at)
            for receiver, kind, question in letters
        ],
    )


class Letters:
    """Empties the outboxes of all members of this gateway. ``kinds``: the messages that are sent so, by name."""

    def __init__(
        self, node: Node, store: Store, caller: Caller, kinds: Mapping[str, Message[Any, Any]]
    ) -> None:
        self._node = node
        self._store = store
        self._caller = caller
        self._kinds = kinds
        self._waiting: set[str] = set()
        self._woken = asyncio.Event()
        self._emptying: dict[str, asyncio.Task[None]] = {}
        self._looking = asyncio.Semaphore(MEMBERS_AT_ONCE)
        self._lines = asyncio.Semaphore(LINES_AT_ONCE)

    def wake(self, gateway: str) -> None:
        """Something was put into the outbox of this system."""
        self._waiting.add(gateway)
        self._woken.set()

    async def run(self) -> None:
        """Send what is due, the letters of several members side by side, until cancelled."""
        loop = asyncio.get_running_loop()
        sweep_at = loop.time()
        try:
            while True:
                if loop.time() >= sweep_at:
                    sweep_at = loop.time() + SWEEP_SECONDS
                    self._waiting |= {
                        s.id for s in self._node.directory.systems if s.id.startswith("gateway.")
                    }
                self._woken.clear()
                due = self._waiting - self._emptying.keys()
                self._waiting -= due
                for gateway in due:
                    self._emptying[gateway] = asyncio.create_task(self._empty(gateway))
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(sweep_at):
                        await self._woken.wait()
        finally:
            for task in self._emptying.values():
                task.cancel()

    async def _empty(self, gateway: str) -> None:
        try:
            while await self.send_due(gateway):
                pass
        except Exception as error:  # noqa: BLE001 - whatever it was: what was claimed is due again after a while
            _log.warning("letters wait", system=gateway, exception=logs.outline(error))
        finally:
            del self._emptying[gateway]
            if gateway in self._waiting:  # written meanwhile
                self._woken.set()

    async def send_due(self, gateway: str) -> int:
        """Send letters of a system that are due, to each receiver one after the other; returns how many were tried, 0 when nothing was due."""
        tenant, now = tenant_of(gateway), datetime.now(UTC)
        async with self._looking, self._store.acting_as(tenant) as connection:
            rows = await connection.fetch(
                """
                UPDATE letter SET next_at = $3, tries = tries + 1 WHERE tenant = $1 AND id = ANY (ARRAY(
                    SELECT id FROM letter WHERE tenant = $1 AND next_at <= $2 ORDER BY next_at, id LIMIT $4
                    FOR UPDATE SKIP LOCKED
                )) -- an array is found once; what stands after IN may be looked for again for each row, past its limit
                RETURNING id, receiver, kind, body, tries
                """,
                tenant,
                now,
                now + CLAIMED,
                BATCH,
            )
        by_receiver: dict[str, list[Any]] = {}
        for row in rows:
            by_receiver.setdefault(row["receiver"], []).append(row)
        lines = (self._send_all(gateway, some) for some in by_receiver.values())
        for error in await asyncio.gather(*lines, return_exceptions=True):
            if error is not None:  # once all have ended: none goes on by itself
                raise error
        return len(rows)

    async def _send_all(self, gateway: str, rows: Sequence[Any]) -> None:
        """Send letters to one receiver, as long as somebody answers there."""
        async with self._lines:
            for row in rows:
                if not await self._send(gateway, row):
                    break

    async def _send(self, gateway: str, row: Any) -> bool:
        """False: nobody answers there, and all that the member has written there waits, so that one letter at a time finds out."""
        message = self._kinds[row["kind"]]
        tenant = tenant_of(gateway)
        try:
            await self._caller.call(
                message,
                msgspec.json.decode(row["body"], type=message.question),
                sender=gateway,
                receiver=row["receiver"],
                hop=Hop.PROVIDER_GATEWAY,
            )
        except Refused as refused:
            # the receiver may be away for days, or its directory behind ours: nothing that must be told is dropped
            wait = min(FIRST_WAIT * 2 ** min(row["tries"] - 1, 12), LONGEST_WAIT)
            _log.warning(
                "a letter waits", kind=row["kind"], receiver=row["receiver"], reason=refused.reason.value
            )
            is_away = refused.reason is Reason.UNREACHABLE
            async with self._store.acting_as(tenant) as connection:
                await connection.execute(
                    """
                    UPDATE letter SET next_at = $3::timestamptz
                    WHERE tenant = $1 AND (id = $2 OR receiver = $4::text AND next_at < $3::timestamptz)
                    """,
                    tenant,
                    row["id"],
                    datetime.now(UTC) + wait,
                    row["receiver"] if is_away else None,
                )
            return not is_away
        async with self._store.acting_as(tenant) as connection:
            await connection.execute("DELETE FROM letter WHERE tenant = $1 AND id = $2", tenant, row["id"])
        return True
