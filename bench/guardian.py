"""Ends what a benchmark leaves behind when it is killed: ``python -m bench.guardian FOLDER``, started by bench/place.py.

Its standard input is a pipe whose other end the benchmark alone holds: it closes when the benchmark ends, however it ends.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # has no stubs of its own

MARK = "MYNUMBER_BENCH_FOLDER"
"""In the environment of every process that a benchmark starts: the folder of its run."""


def main() -> None:
    folder = Path(sys.argv[1])
    sys.stdin.buffer.read()
    while left := list(processes_of(folder)):
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=10)
    shutil.rmtree(folder, ignore_errors=True)  # gone already where the benchmark ended as it should


def processes_of(folder: Path) -> Iterator[psutil.Process]:
    """What carries the mark of this folder, and what works in it: PostgreSQL, whose environment is its own."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            is_marked = process.environ().get(MARK) == str(folder)
            if is_marked or Path(process.cwd()).is_relative_to(folder):
                yield process


if __name__ == "__main__":
    main()
