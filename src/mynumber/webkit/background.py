"""Work that runs beside the message handlers for as long as the process lives. No Django here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine
from typing import Any

from mynumber.webkit import logs

RETRY_SECONDS = 2.0
END_SECONDS = 3.0
"""How long each part of a process that is told to end may take: a supervisor waits 10 s for all of them before it kills the process."""
_AGAIN_SECONDS = 0.5

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
            end_if_cancelled()
            _log.error(
                "background work failed and is begun again", action=what, exception=logs.outline(error)
            )
        await asyncio.sleep(retry_seconds)


def end_if_cancelled() -> None:
    """For work that catches what its turns raise: raises CancelledError when the task was cancelled all the same.

    What is cleaned up on the way out may fail, a connection to a database that went away above all, and a TaskGroup prefers what failed
    in it: the failure then stands in the place of the cancellation, and who goes on after it never ends.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def attempt(what: str, work: Coroutine[Any, Any, None], *, seconds: float = END_SECONDS) -> None:
    """Do something for the last time, which need not succeed: what fails or takes longer is said in the log."""
    task = asyncio.create_task(work)
    await asyncio.wait({task}, timeout=seconds)
    await end([task], seconds=seconds)
    if not task.done() or task.cancelled():
        _log.warning("not done before the end", action=what)
    elif (error := task.exception()) is not None:
        _log.warning("not done before the end", action=what, exception=logs.outline(error))


async def end(tasks: Collection[asyncio.Task[None]], *, seconds: float = END_SECONDS) -> None:
    """Cancel tasks until they have ended. What has not after ``seconds`` is left behind, and the log says so: the process must end."""
    late = set(tasks)
    give_up = asyncio.get_running_loop().time() + seconds
    while late and asyncio.get_running_loop().time() < give_up:
        for task in late:
            task.cancel()
        _, late = await asyncio.wait(late, timeout=_AGAIN_SECONDS)
    if late:
        _log.error("background work did not end", count=len(late))
