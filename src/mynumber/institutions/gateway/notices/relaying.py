"""From the outbox of each tenant to the portal: the core says whom it is for, the portal takes it. Again until both have answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from mynumber.institutions.gateway.notices import store
from mynumber.institutions.gateway.notices.store import Report, Waiting
from mynumber.institutions.gateway.tenants.store import Store, tenant_of
from mynumber.protocols.directory import FIRST_CORE
from mynumber.protocols.node import Node
from mynumber.protocols.notices import (
    ADDRESS_NOTICES,
    DELIVER_NOTICES,
    NOTICES_ITEMS,
    PORTAL,
    AddressNotices,
    CodedNotice,
    DeliverNotices,
    Happening,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.asgi import Caller
from mynumber.webkit.background import end_if_cancelled

TENANTS_AT_ONCE: Final = 4
LOOK_SECONDS: Final = 2.0
"""How often it looks for what is due again."""
LOOK_ROUND_SECONDS: Final = 60.0
"""How often it looks at every tenant, whatever signals said."""
HERE: Final = Hop.INQUIRER_GATEWAY
_NO_ACCOUNT: Final = frozenset({Reason.PROVIDER_HAS_NO_CODE})

_log = logs.get_logger(__name__)


class Relaying:
    """The one sender of the gateway. Were there two for a moment, core and portal would see the same notices twice, which changes nothing."""

    def __init__(self, node: Node, tenants: Store, caller: Caller, gateways: Callable[[], list[str]]) -> None:
        self._node = node
        self._tenants = tenants
        self._caller = caller
        self._gateways = gateways
        self._waiting: set[str] = set()
        self._news = asyncio.Event()

    def wake(self, tenant: str) -> None:
        """This tenant may have something to send."""
        self._waiting.add(tenant)
        self._news.set()

    async def run(self) -> None:
        """Send until cancelled."""
        loop = asyncio.get_running_loop()
        last_round = -LOOK_ROUND_SECONDS
        while True:
            if loop.time() >= last_round + LOOK_ROUND_SECONDS:  # at first what a crash left behind
                last_round = loop.time()
                self._waiting |= {tenant_of(gateway) for gateway in self._gateways()}
            waiting, self._waiting = self._waiting, set()
            gateways = [gateway for gateway in self._gateways() if tenant_of(gateway) in waiting]
            turn = asyncio.Semaphore(TENANTS_AT_ONCE)
            unfinished = await asyncio.gather(*(self._empty(gateway, turn) for gateway in gateways))
            self._waiting |= {
                tenant_of(gateway) for gateway, again in zip(gateways, unfinished, strict=True) if again
            }
            if not self._waiting or any(unfinished):
                self._news.clear()
                try:
                    await asyncio.wait_for(self._news.wait(), LOOK_SECONDS)
                except TimeoutError:
                    continue

    async def _empty(self, gateway: str, turn: asyncio.Semaphore) -> bool:
        """Send all that is due; whether something is left for later."""
        tenant = tenant_of(gateway)
        async with turn:
            try:
                while await self._send(gateway):
                    pass
                async with self._tenants.acting_as(tenant) as connection:
                    return await store.next_try(connection, tenant) is not None
            except Exception as error:  # noqa: BLE001 - one tenant's trouble must not hold up the others
                end_if_cancelled()
                _log.warning("notices wait", system=gateway, exception=logs.outline(error))
                return True

    async def _send(self, gateway: str) -> bool:
        """Send what one message takes; False when nothing is due."""
        tenant = tenant_of(gateway)
        async with self._tenants.acting_as(tenant) as connection:
            notices = await store.waiting(connection, tenant, NOTICES_ITEMS, datetime.now(UTC))
        if not notices:
            return False
        try:
            settled = await self._carry(gateway, notices)
        except Refused as refused:
            _log.info("notices wait", system=gateway, hop=refused.hop.value, reason=refused.reason.value)
            async with self._tenants.acting_as(tenant) as connection:
                await store.put_off(connection, tenant, notices, datetime.now(UTC))
            return True
        async with self._tenants.acting_as(tenant) as connection:
            await store.settle(connection, tenant, settled, datetime.now(UTC))
        return True

    async def _carry(self, gateway: str, notices: Sequence[Waiting]) -> list[tuple[Waiting, Report]]:
        """Have the core address them and the portal take them. Raises Refused; then nothing is known of any of them."""
        addressed = await self._caller.call(
            ADDRESS_NOTICES,
            AddressNotices(
                notices=tuple(
                    CodedNotice(notice=one.notice, code=one.code, digest=one.digest) for one in notices
                )
            ),
            sender=gateway,
            receiver=FIRST_CORE,
            hop=HERE,
            unreachable=Reason.NETWORK_UNREACHABLE,
        )
        now = datetime.now(UTC)
        settled: list[tuple[Waiting, Report]] = []
        refused = {item.position: item.reason for item in addressed.refused}
        if not refused.keys() <= set(range(len(notices))):
            raise Refused(HERE, Reason.ANSWER_NOT_BOUND, "a refusal of what was not asked")
        for position, reason in refused.items():
            one = notices[position]
            happening = Happening.NO_ACCOUNT if reason in _NO_ACCOUNT else Happening.REFUSED
            why = None if happening is Happening.NO_ACCOUNT else reason
            settled.append((one, Report(one.notice, happening, now, why)))
        granted = [one for position, one in enumerate(notices) if position not in refused]
        if not granted:
            return settled
        if addressed.sheet is None:
            raise Refused(HERE, Reason.ANSWER_NOT_BOUND, "no sheet")
        delivered = await self._caller.call(
            DELIVER_NOTICES,
            DeliverNotices(sheet=addressed.sheet, notices=tuple(one.sealed for one in granted)),
            sender=gateway,
            receiver=PORTAL,
            hop=HERE,
        )
        if len(delivered.deliveries) != len(granted):
            raise Refused(HERE, Reason.ANSWER_NOT_BOUND, "not one answer for each notice")
        for one, delivery in zip(granted, delivered.deliveries, strict=True):
            settled.append((one, Report(one.notice, delivery.happening, delivery.at, delivery.reason)))
        return settled
