"""The outbox: tells each core how exchanges ended that it permitted, in batches, at least once; the core counts each notice once (Order 85 art. 47)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import msgspec

from mynumber.institutions.gateway.tenants.sessions import TenantSessions
from mynumber.institutions.gateway.tenants.store import tenant_of
from mynumber.protocols.exchange import NOTIFY, Notice, Notices, Outcome
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason
from mynumber.webkit import logs
from mynumber.webkit.asgi import Caller
from mynumber.webkit.background import end_if_cancelled

INTERVAL_SECONDS = 0.25
RETRY_SECONDS = 2.0
CORES_SECONDS = 5.0
"""How often the directory is looked at for further cores."""
BATCH = 1000

_log = logs.get_logger(__name__)


class Outbox:
    """Empties the outboxes of the tenants that have something to tell; a core that is away holds up what it is to be told alone."""

    def __init__(self, node: Node, sessions: TenantSessions, caller: Caller) -> None:
        self._node = node
        self._sessions = sessions
        self._caller = caller
        self._lines: dict[str, _Line] = {}

    def wake(self, gateway: str) -> None:
        """Something may have been put into the outbox of this system."""
        for line in self._lines.values():
            line.wake(gateway)

    async def run(self) -> None:
        """Send until cancelled; what cannot be sent stays and is tried again."""
        self._lines.clear()  # those of a run that failed: their tasks ended with it
        async with asyncio.TaskGroup() as group:
            while True:
                for core in self._cores():
                    if core not in self._lines:
                        self._lines[core] = _Line(core, self._node, self._sessions, self._caller)
                        group.create_task(self._lines[core].run())
                await asyncio.sleep(CORES_SECONDS)

    def _cores(self) -> Iterable[str]:
        try:
            return self._node.directory.cores
        except Exception as error:  # noqa: BLE001 - a directory that is just being written must not end what runs
            _log.warning("the directory cannot be read", exception=logs.outline(error))
            return ()


class _Line:
    """What one core is to be told."""

    def __init__(self, core: str, node: Node, sessions: TenantSessions, caller: Caller) -> None:
        self._core = core
        self._node = node
        self._sessions = sessions
        self._caller = caller
        self._waiting: set[str] = set()
        self._wake = asyncio.Event()

    def wake(self, gateway: str) -> None:
        self._waiting.add(gateway)
        self._wake.set()

    async def run(self) -> None:
        for system in self._node.directory.systems:  # what a crash left behind
            if system.id.startswith("gateway."):
                self.wake(system.id)
        while True:
            await self._wake.wait()
            self._wake.clear()
            failed = False
            for gateway in sorted(self._waiting):
                self._waiting.discard(gateway)
                try:
                    while await self._send(gateway):
                        pass
                except Exception as error:  # noqa: BLE001 - one tenant's notices must not hold up the others'
                    end_if_cancelled()
                    _log.warning("notices wait", system=gateway, exception=logs.outline(error))
                    self.wake(gateway)
                    failed = True
            await asyncio.sleep(RETRY_SECONDS if failed else INTERVAL_SECONDS)

    async def _send(self, gateway: str) -> int:
        tenant = tenant_of(gateway)
        async with self._sessions.of(tenant) as connection:
            rows = await connection.fetch(
                "SELECT * FROM notice WHERE tenant = $1 AND core = $2 ORDER BY id LIMIT $3",
                *(tenant, self._core, BATCH),
            )
        if not rows:
            return 0
        notices = tuple(_notice(row) for row in rows)
        await self._caller.call(
            NOTIFY,
            Notices(notices=notices),
            sender=gateway,
            receiver=self._core,
            hop=Hop.INQUIRER_GATEWAY,
        )
        async with self._sessions.of(tenant) as connection:
            # by the ids themselves: one below the last may have been put there by a transaction that ended later
            await connection.execute(
                "DELETE FROM notice WHERE tenant = $1 AND id IN (SELECT json_array_elements_text($2::json)::bigint)",
                tenant,
                msgspec.json.encode([row["id"] for row in rows]).decode(),
            )
        return len(rows)


def _notice(row: Any) -> Notice:
    return Notice(
        request_id=row["request_id"],
        side=row["side"],
        outcome=Outcome(row["outcome"]),
        permit_digest=bytes(row["permit_digest"]).hex(),
        at=row["at"],
        hop=Hop(row["hop"]) if row["hop"] else None,
        reason=Reason(row["reason"]) if row["reason"] else None,
    )
