"""Background work outlives its failures, and says so."""

import asyncio
from contextlib import suppress

import pytest

from mynumber.webkit.background import keep_running


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
    await asyncio.wait_for(third.wait(), 5)
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
