"""Group commit in the application: whoever waits while one batch is being written shares the next. No Django here.

Draining whatever waits gives big batches under load and adds no delay without it (X-Road's BatchSigner is the model).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

I = TypeVar("I")  # noqa: E741 - item
O = TypeVar("O")  # noqa: E741 - outcome

LARGEST_BATCH = 256


class Batcher(Generic[I, O]):
    """Feeds one writer with batches of items that arrive singly.

    ``write`` gets 1 to ``largest`` items and returns one outcome for each, in order; when it raises, every caller of that batch gets
    the exception. One batch is under way at a time.
    """

    def __init__(
        self, write: Callable[[Sequence[I]], Awaitable[Sequence[O]]], *, largest: int = LARGEST_BATCH
    ) -> None:
        self._write = write
        self._largest = largest
        self._waiting: list[tuple[I, asyncio.Future[O]]] = []
        self._running: asyncio.Task[None] | None = None
        self.batches = 0
        self.items = 0

    async def submit(self, item: I) -> O:
        """Write one item with whatever else waits; returns when it is written."""
        future: asyncio.Future[O] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._running is None:
            self._running = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._largest], self._waiting[self._largest :]
                await self._write_batch(batch)
        finally:
            self._running = None

    async def _write_batch(self, batch: list[tuple[I, asyncio.Future[O]]]) -> None:
        self.batches += 1
        self.items += len(batch)
        try:
            outcomes = await self._write([item for item, _ in batch])
            if len(outcomes) != len(batch):
                raise RuntimeError("the writer returned another number of outcomes than it got items")
        except Exception as error:  # noqa: BLE001 - every waiting caller gets it
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if not future.done():
                future.set_result(outcome)
