"""The benchmarks run, measure what the issue asks for, and keep it; no figure is judged."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from bench.report import Run, Table
from bench.steps import Steps, since

ROOT = Path(__file__).parents[2]
NAMES = () if os.environ.get("MYNUMBER_EVERY_BENCHMARK") == "1" else ("law", "codes", "envelope", "exchanges")
"""All of them take minutes also when quick: `MYNUMBER_EVERY_BENCHMARK=1` runs all."""
ALL_AT_ONCE = pytest.mark.timeout(3000)
"""Of whichever test comes first and waits for them: five minutes on two calm cores, and some ten beside other tests."""


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Run]:
    """What a quick run of everything prints, and what it keeps."""
    folder = tmp_path_factory.mktemp("bench")
    done = run(*NAMES, "--quick", "--output", str(folder))
    assert done.returncode == 0, done.stderr
    (kept,) = folder.iterdir()
    return done.stdout, msgspec.json.decode(kept.read_bytes(), type=Run)


def figures(table: Table) -> dict[str, dict[str, object]]:
    return {str(row[0]): dict(zip(table.columns, row, strict=True)) for row in table.rows}


def table(run: Run, begins: str) -> Table:
    (found,) = [table for table in run.tables if table.title.startswith(begins)]
    return found


@pytest.mark.system
@pytest.mark.thorough
@ALL_AT_ONCE
def test_everything_the_issue_asks_for_is_measured(quick: tuple[str, Run]) -> None:
    _, kept = quick
    wanted = {
        ("Population", "mynumber population create"): ("residents/s", "x bare COPY"),
        ("Codes", "issue"): ("per second", "x bare"),
        ("Codes", "convert"): ("per second", "x bare"),
        ("Blind codes", "network: convert, for one reader"): ("per second", "x bare"),
        ("Law", "find: a rule allows it"): ("per second", "x bare"),
        ("Envelopes", "envelope verify"): ("per second", "x bare"),
        ("Core alone", "1 x 1"): ("permits/s", "core us", "floor / core"),
        ("Core alone", "64 x 32"): ("permits/s a core", "postgres us"),
        ("Core alone", "64 x 32, commits + 1 ms"): ("permits/s", "p99 ms"),
        ("Permits, open and blind", "blind"): ("permits/s", "core us", "of open"),
        ("The core's CPU split", "convert"): ("1 a message", "32 a message"),
        ("Two core processes against one", "2 on one database"): ("permits/s", "core us"),
        ("Exchanges", "1 in flight"): ("exchanges/s", "x bare", "gateway us"),
        ("Exchanges", "64 in flight"): ("exchanges/s", "x bare", "p99 ms"),
        ("Exchanges", "256 in flight, commits + 1 ms"): ("exchanges/s",),
        ("One exchange split", "network: find the rules, convert the codes"): ("1 in flight", "64 in flight"),
        ("Complete sign-ins", "ours, durable: 1 at a time"): ("sign-ins/s", "server CPU us", "p99 ms"),
        ("Complete sign-ins", "ours, durable: 16 at a time"): ("sign-ins/s", "client us"),
        ("One sign-in split", "the whole"): ("us", "CPU us", "statements", "transactions", "J-LIS us"),
        ("OCSP answers over HTTP, RSA-2048", "live, kept connections: 16"): ("answers/s", "x openssl"),
        ("OCSP answers over HTTP, RSA-2048", "pre-produced, kept connections: 16"): (
            "answers/s",
            "x openssl",
        ),
        ("One OCSP answer split", "sign"): ("us",),
        ("Log: 30,000 leaves taken in", "tree, tiles and checkpoints, in PostgreSQL"): ("leaves/s", "x bare"),
        ("Log: what 30,000 leaves take", "hashes in tiles"): ("MB", "bytes a leaf"),
        ("Log: proofs", "inclusion (a receipt)"): ("median us", "p99 us"),
    }
    titles = [table.title for table in kept.tables]
    for (title, row), columns in wanted.items():
        if NAMES and not any(each.startswith(title) for each in titles):
            continue
        measured = figures(table(kept, title))[row]
        for column in columns:
            value = measured[column]
            assert isinstance(value, float | int), (title, row, column)
            assert value > 0, (title, row, column)


@pytest.mark.system
@pytest.mark.thorough
@ALL_AT_ONCE
def test_every_step_of_the_split_was_reached(quick: tuple[str, Run]) -> None:
    split = figures(table(quick[1], "One exchange split"))
    for column in ("1 in flight", "64 in flight"):
        # what runs behind is the rest of ticks of 10 ms, in a short run nothing or less
        measured = {step: row for step, row in split.items() if not step.endswith("what runs behind")}
        assert all(float(str(row[column])) > 0 for row in measured.values()), split
        of_cpu = {
            step: float(str(row[column]))
            for step, row in split.items()
            if not step.startswith("on the clock")
        }
        whole = of_cpu.pop("the whole")
        assert sum(of_cpu.values()) == pytest.approx(whole, rel=0.01)


@pytest.mark.system
@pytest.mark.thorough
@ALL_AT_ONCE
def test_the_tables_are_printed_as_they_are_kept(quick: tuple[str, Run]) -> None:
    printed, kept = quick
    assert all(table.text() in printed for table in kept.tables)
    assert kept.quick
    assert "its figures mean nothing" in printed


def test_an_unknown_benchmark_is_named() -> None:
    done = run("--quick", "exchange")
    assert done.returncode == 2
    assert "no benchmark exchange; there are law, codes" in done.stderr


def test_columns_stand_under_their_names_in_japanese_too() -> None:
    text = Table("表", ("", "件/s"), [("照会", 12345.6), ("a", None)], ["注"]).text()
    assert text.splitlines() == ["表", "--", "        件/s", "照会  12,346", "a", "  注"]


async def test_steps_count_plain_and_awaited_calls() -> None:
    class Work:
        def plain(self, name: str) -> str:
            return name * 2

        async def awaited(self) -> None:
            raise ValueError("as before")

    steps = Steps()
    steps.wrap(Work, "plain", lambda _, name: f"plain {name}")
    steps.wrap(Work, "awaited", "awaited")
    before = steps.figures()
    assert Work().plain("a") == "aa"
    assert Work().plain("b") == "bb"
    with pytest.raises(ValueError, match="as before"):
        await Work().awaited()
    counted = since(before, steps.figures())
    assert {step: calls for step, (calls, _) in counted.items()} == {"plain a": 1, "plain b": 1, "awaited": 1}
    assert all(nanoseconds > 0 for _, nanoseconds in counted.values())
