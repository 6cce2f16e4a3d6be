"""Asks providers again about what waits for a person there, until the answer comes (自動応答不可)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from mynumber.institutions.gateway.tenants.inquirer_side import InquirerSide
from mynumber.institutions.gateway.tenants.inquiring import ASK_AGAIN, Inquiring
from mynumber.institutions.gateway.tenants.store import tenant_of
from mynumber.protocols.node import Node
from mynumber.webkit import logs
from mynumber.webkit.asgi import DATABASE_FAILURES

INTERVAL_SECONDS = 15.0
BATCH = 50

_log = logs.get_logger(__name__)


class WaitingSheets:
    """Presents the waiting sheets of all members when they are due. Of several processes one takes each."""

    def __init__(self, node: Node, side: InquirerSide, inquiring: Inquiring) -> None:
        self._node = node
        self._side = side
        self._inquiring = inquiring

    async def run(self) -> None:
        """Look for what is due until cancelled."""
        while True:
            for system in self._node.directory.systems:
                if system.id.startswith("gateway."):
                    await self._ask(system.id)
            await asyncio.sleep(INTERVAL_SECONDS)

    async def _ask(self, gateway: str) -> None:
        at = datetime.now(UTC)
        while True:  # what is claimed is due again after ``at``: this ends
            try:
                sheets = await self._side.claim_sheets(tenant_of(gateway), at, at + ASK_AGAIN, BATCH)
            except DATABASE_FAILURES as error:
                _log.warning("inquiries wait on", system=gateway, exception=logs.outline(error))
                return
            if sheets:
                await self._inquiring.of(gateway).ask_again(sheets)
            if len(sheets) < BATCH:
                return
