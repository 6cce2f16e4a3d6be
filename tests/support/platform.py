"""The whole platform as `mynumber up` starts it, in a folder of its own and on ports of its own, shared by all workers of a run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mynumber.platform.secret_files import locked
from mynumber.platform.settings import Settings
from tests.support.ports import free_run

FOLDER = "MYNUMBER_TEST_PLATFORM"
"""Environment variable: the folder of this run's platform."""

RESIDENTS = 300
"""Per town: enough for every kind of household, few enough to start in seconds."""
START_SECONDS = 540
PROCESSES = 40
"""Ports to keep free above the first one."""


@dataclass(frozen=True, slots=True)
class Platform:
    """A running platform."""

    home: Path
    port: int
    port_base: int

    @property
    def settings(self) -> Settings:
        return Settings.from_environment(self.variables)

    @property
    def variables(self) -> Mapping[str, str]:
        return {
            "MYNUMBER_HOME": str(self.home),
            "MYNUMBER_PORT": str(self.port),
            "MYNUMBER_PORT_BASE": str(self.port_base),
            "MYNUMBER_RESIDENTS": str(RESIDENTS),
        }

    def run(
        self, *arguments: str, check: bool = True, timeout: float = START_SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """The command `mynumber ...` as a person would type it."""
        done = subprocess.run(
            [str(Path(sys.executable).parent / "mynumber"), *arguments],
            env={**os.environ, **self.variables, "NO_COLOR": "1", "COLUMNS": "160"},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(
                f"mynumber {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
            )
        return done

    def url(self, host: str | None = None, path: str = "/") -> str:
        """An address as a browser opens it."""
        return self.settings.public_url(host) + path


def free_ports() -> tuple[int, int]:
    """A port for the front and the first of a run of free ports."""
    first = free_run(PROCESSES + 1)
    return first, first + 1


def start(folder: Path) -> Platform:
    """Start one, or join the one that another worker started in this folder (call under a lock)."""
    note = folder / "platform.json"
    if note.exists():
        ports = msgspec.json.decode(note.read_bytes(), type=tuple[int, int])
        return Platform(folder / "home", *ports)
    platform = Platform(folder / "home", *free_ports())
    platform.run("up")
    note.write_bytes(msgspec.json.encode((platform.port, platform.port_base)))
    return platform


def announce() -> None:
    """Make the folder; the controller does this before it starts workers. Never one that a killed run left behind."""
    if FOLDER not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="mynumber-platform-"))
        folder.chmod(0o755)  # PostgreSQL, which is another user when we are root, passes through
        os.environ[FOLDER] = str(folder)


def shared() -> Platform:
    """The platform of this test run; whoever asks first starts it."""
    folder = Path(os.environ[FOLDER])
    with locked(folder / "platform.lock"):
        return start(folder)


def close() -> None:
    """Stop the platform and remove its folder; only in the controller. A failed start leaves its logs."""
    folder = Path(os.environ.pop(FOLDER, ""))
    note = folder / "platform.json"
    if not folder.name:
        return
    if note.exists():
        ports = msgspec.json.decode(note.read_bytes(), type=tuple[int, int])
        Platform(folder / "home", *ports).run("down", check=False)
        shutil.rmtree(folder, ignore_errors=True)
    elif not (folder / "home").exists():
        shutil.rmtree(folder)
