"""Background work outlives its failures, and says so."""

import asyncio
from contextlib import suppress

import pytest

from mynumber.webkit.background import attempt, end, keep_running
from tests.support.waiting import PATIENCE_SECONDS


async def test_work_that_fails_is_said_and_begun_again(capsys: pytest.CaptureFixture[str]) -> None:
    begun = 0
    third = asyncio.Event()

    async def work() -> None:
        nonlocal begun
        begun += 1
        if begun == 3:
            third.set()
            await asyncio.Event().wait()
        raise RuntimeError("value of a person")

    task = asyncio.create_task(keep_running("sequencer", work, retry_seconds=0))
    await asyncio.wait_for(third.wait(), PATIENCE_SECONDS)
    assert not task.done()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    written = capsys.readouterr().out
    assert written.count("background work failed") == 2
    assert "sequencer" in written
    assert "value of a person" not in written


async def test_work_that_is_cancelled_ends() -> None:
    task = asyncio.create_task(keep_running("nothing", asyncio.Event().wait))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


class Broken:
    """Work whose cleaning up fails as often as it is said."""

    def __init__(self, failures: int) -> None:
        self.begun, self.failures = asyncio.Event(), failures

    async def __call__(self) -> None:
        try:
            self.begun.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.failures -= 1
            if self.failures >= 0:
                raise ConnectionResetError from None
            raise


async def test_work_ends_though_what_is_cleaned_up_fails() -> None:
    work = Broken(failures=1)

    async def group() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(work())
            await asyncio.Event().wait()

    task = asyncio.create_task(keep_running("group", group))
    await asyncio.wait_for(work.begun.wait(), PATIENCE_SECONDS)
    task.cancel()
    await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
    assert task.cancelled()


async def test_work_that_takes_a_cancellation_for_a_failure_is_cancelled_again() -> None:
    work = Broken(failures=1)

    async def deaf() -> None:
        while True:
            with suppress(ConnectionResetError):
                await work()

    task = asyncio.create_task(deaf())
    await asyncio.wait_for(work.begun.wait(), PATIENCE_SECONDS)
    await end([task])
    assert task.cancelled()


async def test_work_that_does_not_end_is_left_behind(capsys: pytest.CaptureFixture[str]) -> None:
    release = asyncio.Event()

    async def deaf() -> None:
        while not release.is_set():
            with suppress(asyncio.CancelledError):
                await release.wait()

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    await end([task], seconds=0.01)
    assert not task.done()
    assert "did not end" in capsys.readouterr().out
    release.set()
    await task
    await end([])


async def test_what_is_done_last_may_fail_and_may_not_hold_up_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = []

    async def works() -> None:
        done.append(1)

    async def fails() -> None:
        raise ConnectionResetError

    await attempt("works", works())
    assert (done, capsys.readouterr().out) == ([1], "")
    await attempt("fails", fails())
    await attempt("waits", Broken(failures=1)(), seconds=0.01)
    written = capsys.readouterr().out
    assert written.count("not done before the end") == 2
