"""Batches: one commit for many, and nobody's item spoils another's."""

import asyncio
from collections.abc import Sequence

import pytest
from asyncpg.exceptions import ConnectionDoesNotExistError, DataError

from mynumber.webkit.batching import Batcher, Groups


class Writer:
    """Doubles numbers; fails as a database would for negative ones, and for everybody when it is away."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.is_away = False

    async def write(self, items: Sequence[int]) -> Sequence[int]:
        self.batches.append(len(items))
        await asyncio.sleep(0)
        if self.is_away:
            raise ConnectionDoesNotExistError("gone")
        if any(item < 0 for item in items):
            raise DataError("a value that cannot be stored")
        return [2 * item for item in items]


async def test_what_waits_shares_a_batch() -> None:
    writer = Writer()
    batcher = Batcher(writer.write)
    assert await asyncio.gather(*(batcher.submit(n) for n in range(100))) == [2 * n for n in range(100)]
    assert writer.batches == [100]


async def test_an_item_that_cannot_be_written_fails_alone() -> None:
    writer = Writer()
    batcher = Batcher(writer.write)
    items = [*range(30), -1, *range(30, 60), -2]
    outcomes = await asyncio.gather(*(batcher.submit(n) for n in items), return_exceptions=True)
    assert [out for n, out in zip(items, outcomes, strict=True) if n >= 0] == [2 * n for n in range(60)]
    assert [type(out) for n, out in zip(items, outcomes, strict=True) if n < 0] == [DataError, DataError]


async def test_a_database_that_is_away_is_not_asked_again_for_each_item() -> None:
    writer = Writer()
    writer.is_away = True
    batcher = Batcher(writer.write)
    outcomes = await asyncio.gather(*(batcher.submit(n) for n in range(50)), return_exceptions=True)
    assert {type(out) for out in outcomes} == {ConnectionDoesNotExistError}
    assert writer.batches == [50]
    writer.is_away = False
    assert await batcher.submit(4) == 8


async def test_a_writer_that_counts_wrong_is_found_out() -> None:
    async def write(items: Sequence[int]) -> Sequence[int]:
        return []

    with pytest.raises(RuntimeError):
        await Batcher(write).submit(1)


async def test_groups_are_weighed_and_nobody_is_too_heavy() -> None:
    sizes: list[list[int]] = []

    async def write(items: Sequence[int]) -> Sequence[int]:
        sizes.append(list(items))
        return items

    batcher = Batcher(write, largest=10, weigh=lambda weight: weight)
    await asyncio.gather(*(batcher.submit(weight) for weight in (4, 6, 5, 50, 1, 1)))
    assert sizes == [[4, 6], [5], [50], [1, 1]]


async def test_what_arrives_while_workers_are_busy_shares_the_next_group() -> None:
    groups: list[list[int]] = []
    go_on = asyncio.Event()
    done = asyncio.Event()

    async def work(group: list[int]) -> None:
        groups.append(group)
        await go_on.wait()
        if sum(map(len, groups)) == 10:
            done.set()

    busy = Groups(work, largest=5, at_once=2)
    for number in range(10):
        busy.add([number])
        await asyncio.sleep(0)
    go_on.set()
    await done.wait()
    assert groups == [[0], [1], [2, 3, 4, 5, 6], [7, 8, 9]]


async def test_nothing_lies_that_arrives_as_a_worker_ends() -> None:
    done = [asyncio.Event() for _ in range(2)]

    async def work(group: list[int]) -> None:
        for number in group:
            done[number].set()

    groups = Groups(work, largest=5)
    groups.add([0])
    await done[0].wait()  # wakes in the turn in which the worker has just ended
    groups.add([1])
    await asyncio.wait_for(done[1].wait(), 5)
