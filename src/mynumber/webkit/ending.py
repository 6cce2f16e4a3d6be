"""To know at once that this process is asked to end. No Django here."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType


def on_end(act: Callable[[], None]) -> None:
    """Call ``act`` on the running loop when SIGTERM or SIGINT comes, before whoever handles them otherwise.

    uvicorn waits for the answers under way and only then tells the application that it ends: an answer that waits for
    news would hold it up as long as it waits. Does nothing outside the main thread, where no signal arrives.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)
        if callable(before):  # where nobody handles it the process ends by itself
            signal.signal(number, _both(loop, act, before))


def _both(
    loop: asyncio.AbstractEventLoop,
    act: Callable[[], None],
    before: Callable[[int, FrameType | None], object],
) -> Callable[[int, FrameType | None], None]:
    def handle(caught: int, frame: FrameType | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(act)
        before(caught, frame)

    return handle
