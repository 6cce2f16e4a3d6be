"""Steps in processes of their institutions: in order, side by side, and what a failure leaves."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from mynumber.platform import seed
from mynumber.platform.commanding import StartFailed, command_worker
from mynumber.platform.environment import base_environment
from mynumber.platform.seed import Milestone, Step
from mynumber.platform.seeding import Seeding
from mynumber.platform.settings import Settings

BARE = {"DJANGO_SETTINGS_MODULE": "tests.webkit.bare", "PYTHONPATH": str(Path(__file__).parents[2])}


def python(code: str) -> tuple[str, ...]:
    """A management command that runs this."""
    return "shell", "--no-imports", "-c", f"import os, sys; {code}"


@pytest.fixture
def settings(home: Path) -> Settings:
    settings = Settings.from_environment({"MYNUMBER_HOME": str(home)})
    for folder in (settings.run, settings.logs):
        folder.mkdir()
    return settings


@pytest.fixture
def env(settings: Settings) -> Mapping[str, str]:
    return {**base_environment(settings), **BARE}


async def test_commands_share_a_process_and_each_reads_what_is_meant_for_it(
    settings: Settings, env: Mapping[str, str]
) -> None:
    log = settings.logs / "worker.log"
    async with command_worker(log, env) as worker:
        await worker.run(python("print(os.getpid(), sys.stdin.readline())"), "first secret\n")
        await worker.run(python("print(os.getpid(), sys.stdin.read())"), "second")
        await worker.run(python("print(os.getpid(), repr(sys.stdin.read()))"))
    lines = [line.partition(" ") for line in log.read_text().splitlines() if line]
    assert [said for _, _, said in lines] == ["first secret", "second", "''"]
    assert len({pid for pid, _, _ in lines}) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(int(lines[0][0]), 0)


async def test_a_command_that_fails_is_named_with_its_log_and_the_next_one_runs(
    settings: Settings, env: Mapping[str, str]
) -> None:
    log = settings.logs / "worker.log"
    async with command_worker(log, env) as worker:
        with pytest.raises(StartFailed, match=r"no-such-command .*worker\.log"):
            await worker.run(("no-such-command",))
        with pytest.raises(StartFailed, match="shell"):
            await worker.run(python("raise RuntimeError('burnt')"))
        with pytest.raises(StartFailed, match="3"):
            await worker.run(python("sys.exit(3)"))
        await worker.run(python("print('still here')"))
    assert "burnt" in log.read_text()
    assert log.read_text().endswith("still here\n")


async def test_a_worker_that_dies_fails_its_command(settings: Settings, env: Mapping[str, str]) -> None:
    async with command_worker(settings.logs / "worker.log", env) as worker:
        with pytest.raises(StartFailed, match="9"):
            await worker.run(python("os.kill(os.getpid(), 9)"))


class Shown:
    """The titles of what began and what ended."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.done: list[str] = []

    @contextmanager
    def __call__(self, title: str) -> Iterator[None]:
        self.begun.append(title)
        yield
        self.done.append(title)


def seeding_of(
    steps: tuple[Step, ...], settings: Settings, env: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> tuple[Seeding, Shown]:
    monkeypatch.setattr(seed, "steps", lambda _: steps)
    shown = Shown()
    return Seeding(settings, lambda name: {**env, "MYNUMBER_INSTITUTION": name}, shown), shown


async def test_steps_wait_for_what_they_need_and_institutions_never_share_a_process(
    settings: Settings, env: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    say = python("print(os.getpid(), os.environ['MYNUMBER_INSTITUTION'])")
    steps = (
        Step("c", "c", "jlis", say, ("b",)),
        Step("a", "a", "jlis", say, (Milestone.TABLES,)),
        Step("b", "b", "network", say, ("a", Milestone.PROCESSES)),
        Step("help", "help", None, ("--help",)),
    )
    seeding, shown = seeding_of(steps, settings, env, monkeypatch)
    running = asyncio.create_task(seeding.run())
    await seeding.reach(Milestone.TABLES)
    await seeding.reach(Milestone.PROCESSES)
    await running
    assert [title for title in shown.done if title != "help"] == ["a", "b", "c"]
    assert seed.notes(settings).done() == {"a", "b", "c", "help"}
    jlis = {tuple(line.split()) for line in (settings.logs / "jlis-seed.log").read_text().splitlines()}
    network = {tuple(line.split()) for line in (settings.logs / "network-seed.log").read_text().splitlines()}
    ((pid, name),) = jlis
    ((other, other_name),) = network
    assert (name, other_name) == ("jlis", "network")
    assert pid != other


async def test_after_a_failure_what_is_under_way_ends_and_nothing_else_begins(
    settings: Settings, env: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = settings.home / "gate"
    os.mkfifo(gate)
    steps = (
        Step("slow", "slow", "jlis", python(f"open({str(gate)!r}).read()"), (Milestone.TABLES,)),
        Step("next", "next", "jlis", python("pass"), (Milestone.TABLES,)),
        Step("fails", "fails", "network", ("no-such-command",), (Milestone.TABLES,)),
        Step("never", "never", "gateway", python("pass"), ("fails",)),
    )
    seeding, shown = seeding_of(steps, settings, env, monkeypatch)
    running = asyncio.create_task(seeding.run())
    await seeding.reach(Milestone.TABLES)
    writer = await asyncio.to_thread(os.open, gate, os.O_WRONLY)  # once the slow one reads
    async with seeding._news:
        await seeding._news.wait_for(lambda: seeding._failed)
    assert not running.done()
    os.close(writer)
    with pytest.raises(StartFailed, match="no-such-command"):
        await running
    assert shown.done == ["slow"]
    assert sorted(shown.begun) == ["fails", "slow"]
    assert seed.notes(settings).done() == {"slow"}
    assert not (settings.logs / "gateway-seed.log").exists()


async def test_a_start_that_is_stopped_ends_its_commands(
    settings: Settings, env: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = settings.home / "gate"
    os.mkfifo(gate)
    steps = (Step("slow", "slow", "jlis", python(f"open({str(gate)!r}).read()")),)
    seeding, _ = seeding_of(steps, settings, env, monkeypatch)
    running = asyncio.create_task(seeding.run())
    writer = await asyncio.to_thread(os.open, gate, os.O_WRONLY)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    with pytest.raises(BrokenPipeError):  # nobody reads any more
        os.write(writer, b"x")
    os.close(writer)
    assert not seed.notes(settings).done()
