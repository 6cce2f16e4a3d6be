"""Group commit in the application: whoever waits while one batch is being written shares the next. No Django here.

Draining whatever waits gives big batches under load and adds no delay without it (X-Road's BatchSigner is the model).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from asyncpg.exceptions import (
    CardinalityViolationError,
    DataError,
    IntegrityConstraintViolationError,
    InterfaceError,
    PostgresError,
)

I = TypeVar("I")  # noqa: E741 - item
O = TypeVar("O")  # noqa: E741 - outcome

LARGEST_BATCH = 256

_OF_EVERYBODY = (PostgresError, InterfaceError, OSError)
"""The database is away or full: writing again one by one would only ask it more often."""
_OF_ONE_ITEM = (DataError, IntegrityConstraintViolationError, CardinalityViolationError)
"""The database says no to a value."""


class Batcher(Generic[I, O]):
    """Feeds one writer with batches of items that arrive singly.

    ``write`` gets 1 to ``largest`` items and returns one outcome for each, in order, or raises and has written nothing. When it raises because
    of one of them, the halves are written again by themselves, so that nobody's item can spoil another's; what is left alone gets the
    exception. When the database is away everybody gets it at once. One batch is under way at a time.
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
            if len(batch) > 1 and _is_of_one_item(error):
                middle = len(batch) // 2
                await self._write_batch(batch[:middle])
                await self._write_batch(batch[middle:])
                return
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if not future.done():
                future.set_result(outcome)


def _is_of_one_item(error: Exception) -> bool:
    return isinstance(error, _OF_ONE_ITEM) or not isinstance(error, _OF_EVERYBODY)
