"""Work that runs beside the message handlers for as long as the process lives. No Django here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from mynumber.webkit import logs

RETRY_SECONDS = 2.0

_log = logs.get_logger(__name__)


async def keep_running(
    what: str, work: Callable[[], Awaitable[None]], *, retry_seconds: float = RETRY_SECONDS
) -> None:
    """Run ``work`` until cancelled; when it fails or ends, say so in the log and begin it again.

    A task that dies in silence is the worst of faults: messages go on, and what should follow them never comes.
    """
    while True:
        try:
            await work()
            _log.error("background work ended by itself and is begun again", action=what)
        except Exception as error:  # noqa: BLE001 - whatever it was, the next try may succeed
            _log.error(
                "background work failed and is begun again", action=what, exception=logs.outline(error)
            )
        await asyncio.sleep(retry_seconds)
