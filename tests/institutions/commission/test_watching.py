"""One look of the monitor, on a real database: it follows a log that grows, and says what is wrong with one that lies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from mynumber.foundation.tlog import LogSigner, Policy, WitnessSigner
from mynumber.foundation.tlog.policy import KnownLog, KnownWitness
from mynumber.institutions.commission.monitor.watching import (
    STALE_AFTER,
    STEP_TILES,
    UNREACHABLE_AFTER,
    Fetch,
    NoAnswer,
    NothingThere,
    Watch,
)
from mynumber.platform.databases import InstitutionDatabase
from tests.foundation.tlog import trees
from tests.support.logs import MemoryLog, leaves

START = datetime(2026, 11, 22, 3, 0, 0, tzinfo=UTC)
SIGNER = LogSigner.generate("log.invalid/records")
WITNESS = WitnessSigner.generate("witness.invalid/w")
POLICY = Policy((KnownLog(SIGNER.verifier_key),), (KnownWitness("w", WITNESS.verifier_key),), quorum="w")


class Looking:
    """A watch over a log in memory that the test may exchange, and a clock."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.log = MemoryLog(SIGNER, WITNESS)
        self.now = START
        self.fetched: list[str] = []
        self.broken = False
        fetch: Fetch = self._fetch
        self.watch = Watch(pool, POLICY.logs[0], POLICY, fetch, started=START)

    async def _fetch(self, path: str) -> bytes:
        self.fetched.append(path)
        if self.broken:
            raise NoAnswer
        body = self.log.file(path)
        if body is None:
            raise NothingThere
        return body

    async def look(self, *, fresh: bool = True, later: float = 5.0) -> dict[str, str]:
        """Look once, ``later`` seconds after the last time; the open alarms with their evidence."""
        self.now += timedelta(seconds=later)
        if fresh:
            self.log.cosigned_at = self.now
        await self.watch.look(self.now)
        rows = await self.pool.fetch("SELECT kind, evidence FROM alarm WHERE closed_at IS NULL")
        return {row["kind"]: row["evidence"] for row in rows}

    async def held(self) -> tuple[int, bytes]:
        row = await self.pool.fetchrow("SELECT size, root FROM watched_log")
        return row["size"], bytes(row["root"])


@pytest.fixture(scope="module")
def database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    return institution_database("commission", migrated=True)


@pytest.fixture
async def looking(database: InstitutionDatabase) -> AsyncIterator[Looking]:
    async with asyncpg.create_pool(database.owner_url, min_size=1, max_size=2) as owner:
        for table in ("watched_log", "watched_tile", "seen_checkpoint", "alarm"):
            await owner.execute(f"DELETE FROM {table}")  # noqa: S608 - constants
    async with asyncpg.create_pool(database.url, min_size=1, max_size=2) as pool:
        yield Looking(pool)


async def test_a_log_that_grows_is_followed_to_its_root(looking: Looking) -> None:
    entries = 0
    for count in (1, 0, 255, 1, 300, 0, 1000):
        looking.log.add(leaves(count, entries))
        entries += count
        assert await looking.look() == {}
        hashes = [b"true %d" % number for number in range(entries)]
        assert await looking.held() == (entries, trees.root(hashes))


async def test_a_log_without_entries_is_no_alarm(looking: Looking) -> None:
    assert await looking.look(later=10_000) == {}
    assert (await looking.held())[0] == 0


async def test_a_look_at_a_log_that_has_not_grown_reads_one_file(looking: Looking) -> None:
    looking.log.add(leaves(700))
    await looking.look()
    looking.fetched.clear()
    assert await looking.look() == {}
    assert looking.fetched == ["checkpoint"]


async def test_a_long_log_is_verified_in_steps_and_only_its_new_tiles_are_read(looking: Looking) -> None:
    size = STEP_TILES * 256 * 2 + 1000
    looking.log.add(leaves(size))
    assert await looking.look() == {}
    assert (await looking.held())[0] == size
    looking.fetched.clear()
    looking.log.add(leaves(10, size))
    assert await looking.look() == {}
    assert len(looking.fetched) < 12, looking.fetched


async def test_what_was_verified_before_a_broken_step_is_kept(looking: Looking) -> None:
    size = STEP_TILES * 256 + 1000
    looking.log.add(leaves(size))
    looking.log.extra[f"tile/0/{STEP_TILES + 1}"] = bytes(8192)
    assert set(await looking.look()) == {"wrong_tiles"}
    assert (await looking.held())[0] == STEP_TILES * 256
    looking.log.extra.clear()
    looking.fetched.clear()
    await looking.look()
    assert (await looking.held())[0] == size
    assert len(looking.fetched) < 20, "what was verified is not read again"


def forked(log: MemoryLog, at: int, size: int) -> MemoryLog:
    """Another log under the same key, the same up to ``at``."""
    other = MemoryLog(SIGNER, WITNESS)
    other.add(leaves(at))
    other.add(leaves(size - at, at, history="other"))
    return other


@pytest.mark.parametrize("size", [100, 599, 600, 601, 900, 2000], ids=lambda size: f"to {size}")
@pytest.mark.parametrize("at", [0, 3, 99])
async def test_a_fork_is_found_whatever_its_size(looking: Looking, at: int, size: int) -> None:
    looking.log.add(leaves(600))
    assert await looking.look() == {}
    before, held = looking.log.note(), await looking.held()
    looking.log = forked(looking.log, at, size)
    alarms = await looking.look()
    assert set(alarms) == {"fork"}
    # the evidence is two notes that the log signed
    assert before.split("\n\n")[0] in alarms["fork"]
    assert looking.log.note().split("\n\n")[0] in alarms["fork"]
    assert await looking.held() == held, "the other history is not taken over"
    seen = await looking.pool.fetchval("SELECT count(*) FROM seen_checkpoint")
    assert seen == 2


async def test_a_fork_is_counted_while_it_lasts_and_stays_until_a_person_closes_it(looking: Looking) -> None:
    true = looking.log
    true.add(leaves(600))
    await looking.look()
    looking.log = forked(true, 100, 600)
    for _ in range(3):
        await looking.look()
    looking.log = true
    assert set(await looking.look()) == {"fork"}
    row = await looking.pool.fetchrow("SELECT times, closed_at FROM alarm")
    assert (row["times"], row["closed_at"]) == (3, None)


async def test_an_older_state_of_the_same_log_is_a_rewind(looking: Looking) -> None:
    looking.log.add(leaves(300))
    earlier = looking.log.copy()
    await looking.look()
    looking.log.add(leaves(300, 300))
    await looking.look()
    looking.log = earlier
    assert set(await looking.look()) == {"rewind"}
    assert (await looking.held())[0] == 600


async def test_a_log_that_has_lost_everything_is_a_rewind(looking: Looking) -> None:
    looking.log.add(leaves(300))
    await looking.look()
    looking.log = MemoryLog(SIGNER, WITNESS)
    assert set(await looking.look()) == {"rewind"}


async def test_a_restored_log_that_goes_on_another_way_is_a_fork(looking: Looking) -> None:
    looking.log.add(leaves(300))
    earlier = looking.log.copy()
    looking.log.add(leaves(300, 300))
    await looking.look()
    looking.log = earlier
    earlier.add(leaves(500, 300, history="after the backup"))
    assert set(await looking.look()) == {"fork"}


async def test_a_checkpoint_of_another_key_or_none_is_a_bad_signature(looking: Looking) -> None:
    stranger = MemoryLog(LogSigner.generate(SIGNER.origin))
    stranger.add(leaves(10))
    for shown in (stranger.note().encode(), b"<html>", b"\xff", b""):
        looking.log.extra["checkpoint"] = shown
        assert set(await looking.look()) == {"bad_signature"}
    assert (await looking.held())[0] == 0


async def test_a_false_cosignature_of_a_known_witness_is_a_bad_signature(looking: Looking) -> None:
    looking.log.add(leaves(10))
    looking.log.cosigned_at = START
    true = looking.log.shown_note()
    line = next(line for line in true.split("\n") if "witness.invalid" in line)
    looking.log.add(leaves(10, 10))
    looking.log.extra["checkpoint"] = (looking.log.note() + line + "\n").encode()
    assert set(await looking.look()) == {"bad_signature"}


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"])
@pytest.mark.parametrize("how", ["altered", "short", "long", "missing"])
async def test_tiles_that_do_not_add_up_are_found(looking: Looking, path: str, how: str) -> None:
    looking.log.add(leaves(600))
    good = looking.log.file(path)
    assert good is not None
    looking.log.extra[path] = {
        "altered": good[:5] + bytes([good[5] ^ 1]) + good[6:],
        "short": good[:-32],
        "long": good + bytes(32),
        "missing": None,
    }[how]
    assert set(await looking.look()) == {"wrong_tiles"}
    assert (await looking.held())[0] == 0


async def test_a_partial_tile_that_is_gone_is_read_from_the_full_one(looking: Looking) -> None:
    looking.log.add(leaves(600))
    grown = looking.log.copy()
    grown.add(leaves(400, 600))
    shown = looking.log.shown_note
    looking.log.cosigned_at = START + timedelta(seconds=5)
    grown.extra = {"checkpoint": shown().encode(), "tile/0/002.p/88": None, "tile/1/000.p/2": None}
    looking.log = grown
    alarms = await looking.look(fresh=False)
    # level 1 is not full yet, so a log may not have dropped that one
    assert set(alarms) == {"wrong_tiles"}
    del grown.extra["tile/1/000.p/2"]
    await looking.look(fresh=False)
    assert (await looking.held())[0] == 600


async def test_a_log_that_its_witnesses_have_not_seen_lately_is_stale_until_they_have(
    looking: Looking,
) -> None:
    looking.log.add(leaves(10))
    assert await looking.look() == {}
    assert await looking.look(fresh=False, later=STALE_AFTER.total_seconds() - 1) == {}
    assert set(await looking.look(fresh=False, later=2)) == {"stale"}
    assert await looking.look() == {}
    row = await looking.pool.fetchrow("SELECT closed_because FROM alarm")
    assert row["closed_because"] == "recovered"


async def test_a_log_without_any_cosignature_is_stale(looking: Looking) -> None:
    looking.log = MemoryLog(SIGNER)
    looking.log.add(leaves(10))
    assert await looking.look() == {}
    assert set(await looking.look(later=STALE_AFTER.total_seconds() + 1)) == {"stale"}


async def test_a_log_that_does_not_answer_is_given_a_minute(looking: Looking) -> None:
    looking.log.add(leaves(10))
    await looking.look()
    looking.broken = True
    assert await looking.look(later=UNREACHABLE_AFTER.total_seconds()) == {}
    assert set(await looking.look(later=2)) == {"unreachable"}
    looking.broken = False
    assert await looking.look() == {}


async def test_a_monitor_that_was_off_for_a_night_finds_nothing_late(looking: Looking) -> None:
    looking.log.add(leaves(10))
    await looking.look()
    looking.now += timedelta(hours=10)
    looking.watch = Watch(looking.pool, POLICY.logs[0], POLICY, looking._fetch, started=looking.now)
    looking.broken = True
    assert await looking.look(fresh=False) == {}
    looking.broken = False
    assert await looking.look(fresh=False) == {}
