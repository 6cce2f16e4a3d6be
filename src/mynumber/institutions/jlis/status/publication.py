"""Revocation lists as they are when a verifier asks (公的個人認証法 art. 18, 37): one that does not tell everything is published anew first."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Final

from mynumber.institutions.jlis.status.commands import run_command
from mynumber.institutions.jlis.status.store import ListRow, ListScope, Store

PUBLISH_TRIES: Final = 2
"""A change that is committed while a list is signed makes the next one."""


class Publication:
    """Hands out lists; however many ask, a list is published once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._under_way: dict[ListScope, asyncio.Task[None]] = {}

    async def newest(self, scope: ListScope) -> ListRow | None:
        """The newest list of a scope; None where there is none (a municipality has one from its first certificate on)."""
        for _ in range(PUBLISH_TRIES):
            newest = await self._store.revocation_list(scope, datetime.now(UTC))
            if newest.current if newest else scope.municipality:
                return newest
            await asyncio.shield(self._publish(scope))  # whoever goes away does not take it from the others
        return await self._store.revocation_list(scope, datetime.now(UTC))

    def _publish(self, scope: ListScope) -> asyncio.Task[None]:
        publishing = self._under_way.get(scope)
        if publishing is None:
            words = ("publish_list", scope.purpose.value, str(scope.generation), scope.municipality)
            publishing = self._under_way[scope] = asyncio.create_task(run_command(*words))
            publishing.add_done_callback(lambda _: self._under_way.pop(scope))
        return publishing
