"""pcscd with its virtual reader, started and stopped by a test, and our card in it.

There is one pcscd to a machine (its socket is /run/pcscd/pcscd.comm), so a lock file lets one test at a time have it. The virtual reader
listens on all addresses; where the system allows, it gets a network of its own, in which nobody else is.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.tools import find
from tests.support.waiting import eventually

_LOCK = Path(tempfile.gettempdir()) / "mynumber-test-pcscd.lock"
_SOCKET = Path("/run/pcscd/pcscd.comm")
_ALONE = ("unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
_SECONDS = 90.0
OPENSC_MODULE = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so"


def mynumber_card(*words: str) -> list[str]:
    """`mynumber card WORDS` as a command."""
    return [sys.executable, "-m", "mynumber.platform.cli", "card", *words]


@dataclass(frozen=True)
class Pcscd:
    """A running pcscd. `into` is what a command begins with that shall be in the same network."""

    into: tuple[str, ...]

    @contextlib.contextmanager
    def holding(self, card: Path) -> Iterator[subprocess.Popen[str]]:
        """`mynumber card insert CARD` while the block runs; OpenSC sees the card."""
        inserting = self._insert(card)
        try:
            eventually(
                lambda: "jpki" in run("opensc-tool", "--reader", "0", "--name").stdout, "OpenSC sees the card"
            )
            yield inserting
        finally:
            inserting.send_signal(signal.SIGINT)
            inserting.communicate(timeout=_SECONDS)

    def _insert(self, card: Path) -> subprocess.Popen[str]:
        """Start the command; again while pcscd does not listen yet."""
        started: list[subprocess.Popen[str]] = []

        def listens() -> bool:
            process = subprocess.Popen(
                [*self.into, *mynumber_card("insert", str(card))], stdout=subprocess.PIPE, text=True
            )
            assert process.stdout is not None
            if "挿しました" in process.stdout.readline():
                started.append(process)
                return True
            process.communicate()
            return False

        eventually(listens, "the virtual reader listens")
        return started[0]


@contextlib.contextmanager
def pcscd() -> Iterator[Pcscd]:
    """The one pcscd of the machine. Skips where it cannot be had."""
    with contextlib.suppress(PermissionError):
        _SOCKET.parent.mkdir(exist_ok=True)
    if not os.access(_SOCKET.parent, os.W_OK):
        pytest.skip(f"pcscd needs root, or a folder {_SOCKET.parent} that it may write to")
    with _LOCK.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _answers():
            pytest.skip("another pcscd runs on this machine")
        alone = all(map(find, ("unshare", "nsenter", "ip"))) and run(*_ALONE, "true").returncode == 0
        daemon = find("pcscd") or "pcscd"
        process = subprocess.Popen(
            [*(_ALONE if alone else ()), daemon, "--foreground", "--error"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            eventually(_answers, "pcscd answers")
            yield Pcscd(("nsenter", f"--net=/proc/{process.pid}/ns/net", "--") if alone else ())
        finally:
            process.terminate()
            process.wait(timeout=_SECONDS)


def run(*command: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    """A command to its end, with what it said."""
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, input=typed)


def done(*command: str, typed: str | None = None) -> str:
    """A command that must succeed; what it printed."""
    ended = run(*command, typed=typed)
    assert ended.returncode == 0, f"{command[0]}: {ended.stdout}{ended.stderr}"
    return ended.stdout


def _answers() -> bool:
    """Whether some pcscd is there."""
    return _SOCKET.exists() and "Virtual PCD" in run("opensc-tool", "-l").stdout
