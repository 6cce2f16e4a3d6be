"""Group commit in the application: whoever waits while one batch is being written shares the next. No Django here.

Draining whatever waits gives big batches under load and adds no delay without it (X-Road's BatchSigner is the model).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Generic, TypeVar

from asyncpg.exceptions import (
    CardinalityViolationError,
    DataError,
    IntegrityConstraintViolationError,
    InterfaceError,
    PostgresError,
)

from mynumber.webkit import metrics

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
    exception. When the database is away everybody gets it at once. One batch is under way at a time. An item that is itself a group counts
    as many as ``weigh`` says; one that is heavier than ``largest`` goes alone. ``name`` gives the batches a metric.
    """

    def __init__(
        self,
        write: Callable[[Sequence[I]], Awaitable[Sequence[O]]],
        *,
        largest: int = LARGEST_BATCH,
        weigh: Callable[[I], int] | None = None,
        name: str = "",
    ) -> None:
        self._write = write
        self._name = name
        self._largest = largest
        self._weigh = weigh
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
                size = self._next_size()
                batch, self._waiting = self._waiting[:size], self._waiting[size:]
                await self._write_batch(batch)
        finally:
            self._running = None

    def _next_size(self) -> int:
        if self._weigh is None:
            return self._largest
        total = 0
        for size, (item, _) in enumerate(self._waiting):
            total += self._weigh(item)
            if size and total > self._largest:
                return size
        return len(self._waiting)

    async def _write_batch(self, batch: list[tuple[I, asyncio.Future[O]]]) -> None:
        self.batches += 1
        self.items += len(batch)
        began = time.perf_counter()
        try:
            outcomes = await self._write([item for item, _ in batch])
            if self._name:
                metrics.BATCHES.labels(self._name).observe(len(batch))
                metrics.BATCH_SECONDS.labels(self._name).observe(time.perf_counter() - began)
            if len(outcomes) != len(batch):
                raise RuntimeError("the writer returned another number of outcomes than it got items")
        except Exception as error:  # noqa: BLE001 - every waiting caller gets it
            if len(batch) > 1 and is_of_one_item(error):
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


def is_of_one_item(error: Exception) -> bool:
    """Whether one item of a batch is the reason, and not that the database is away or full."""
    return isinstance(error, _OF_ONE_ITEM) or not isinstance(error, _OF_EVERYBODY)


class Groups(Generic[I]):
    """Hands items to ``work`` in groups of up to ``largest``; what arrives while ``at_once`` groups are under way shares the next ones.

    Nobody waits here for an outcome: ``work`` itself tells whoever does, also when it fails. It must not raise.
    """

    def __init__(self, work: Callable[[list[I]], Awaitable[None]], *, largest: int, at_once: int = 1) -> None:
        self._work = work
        self._largest = largest
        self._at_once = at_once
        self._waiting: list[I] = []
        self._working = 0
        self._running: set[asyncio.Task[None]] = set()

    def add(self, items: Iterable[I]) -> None:
        """Take items; they are worked on in the order in which they came."""
        self._waiting.extend(items)
        if self._waiting and self._working < self._at_once:
            self._working += 1
            task = asyncio.create_task(self._drain())
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _drain(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[: self._largest], self._waiting[self._largest :]
                await self._work(group)
        finally:
            # here and not when the task is found to be done, a turn of the loop later: what arrived in between would lie until the next
            self._working -= 1
