"""A benchmark that is killed leaves neither processes nor files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # has no stubs of its own
import pytest
from bench.guardian import processes_of

from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]
BENCHMARK = """
import subprocess, sys
from bench.place import postgres

with postgres("killed") as (server, folder):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(10_000)"])
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_benchmark_has_started_goes_with_it() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BENCHMARK], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as benchmark:
        assert benchmark.stdout is not None
        folder = Path(benchmark.stdout.readline().strip())
        assert {"sleep(10_000)", "postgres"} <= set(map(_what, processes_of(folder)))
        benchmark.kill()
    eventually(lambda: not folder.exists(), "a folder that is gone")
    assert list(processes_of(folder)) == []


@pytest.mark.thorough
def test_a_benchmark_that_ends_takes_everything_with_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BENCHMARK], cwd=ROOT, input="", capture_output=True, text=True, check=True
    )
    folder = Path(done.stdout.strip())
    assert not folder.exists()
    assert list(processes_of(folder)) == []


def _what(process: psutil.Process) -> str:
    try:
        words = process.cmdline() or [""]
    except psutil.Error:  # one of PostgreSQL's that came and went
        return ""
    return "sleep(10_000)" if "sleep(10_000)" in " ".join(words) else Path(words[0].split(":")[0]).name
