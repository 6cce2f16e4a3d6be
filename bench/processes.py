"""Processes of a benchmark: the one that makes the load, and the CPU time of all, from /proc (Linux)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

T = TypeVar("T")

_TICK = 1_000_000 / os.sysconf("SC_CLK_TCK")


def loaded(
    module: str, order: bytes, clocks: Callable[[int], T], environment: Mapping[str, str] | None = None
) -> tuple[T, T, bytes]:
    """Let `python -m MODULE` make load as `order` says (its standard input): clocks when it is warm, clocks at the end, what it found.

    It says ``begin`` and ``end`` on lines of their own. clocks gets its pid. Raises RuntimeError when it ends early or badly.
    """
    with subprocess.Popen(
        [sys.executable, "-m", module],
        env={**os.environ, **(environment or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(order)
        process.stdin.close()
        expect(process.stdout.readline(), b"begin\n")
        before = clocks(process.pid)
        expect(process.stdout.readline(), b"end\n")
        after = clocks(process.pid)
        found = process.stdout.read()
    if process.returncode:
        raise RuntimeError(f"{module} failed; see above")
    return before, after, found


def expect(line: bytes, expected: bytes) -> None:
    """What another process must say next. Raises RuntimeError."""
    if line != expected:
        raise RuntimeError("a process ended early; see above")


def cpu_microseconds(pid: int) -> float:
    """User and system time of one process so far; steps of 10 ms."""
    fields = _fields(pid)
    return (int(fields[11]) + int(fields[12])) * _TICK


class Machine(NamedTuple):
    """What all cores together did since the machine started, in ticks. ``taken``: by the hypervisor, for other machines."""

    all: int
    idle: int
    taken: int

    def share(self, before: Machine) -> tuple[float, float]:
        """Idle and taken in percent of the time since ``before``."""
        passed = max(1, self.all - before.all)
        return 100 * (self.idle - before.idle) / passed, 100 * (self.taken - before.taken) / passed


def machine() -> Machine:
    """From the first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal; guests are part of user."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return Machine(sum(fields), fields[3] + fields[4], fields[7])


def family_microseconds(pid: int) -> float:
    """The same for a process, its living children, and those that it has outlived."""
    fields = _fields(pid)
    total = sum(map(int, fields[11:15])) * _TICK
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if int(_fields(int(entry.name))[1]) == pid:
                    total += cpu_microseconds(int(entry.name))
            except OSError:  # it has ended meanwhile
                continue
    return total


def _fields(pid: int) -> list[str]:
    """/proc/PID/stat from the third field on: state, parent, ..., utime at 11, stime, cutime, cstime."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
