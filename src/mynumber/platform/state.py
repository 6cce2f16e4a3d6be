"""What the supervisor tells about itself: a lock that proves it lives, a state file, and events for `mynumber up`."""

import os
import secrets
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

import msgspec

from mynumber.platform.settings import Settings


class ProcessState(msgspec.Struct, frozen=True):
    """One supervised process."""

    name: str
    port: int
    pid: int | None = None
    created: float | None = None
    """Start of the process as the system tells it (seconds since 1970): with the pid it names a process for ever."""
    restarts: int = 0
    ready: bool = False


class State(msgspec.Struct, frozen=True):
    """The whole platform at one moment."""

    pid: int
    phase: str
    """starting, ready, stopping"""
    port: int
    processes: tuple[ProcessState, ...] = ()


class Event(msgspec.Struct, frozen=True):
    """A line from the supervisor to the waiting `mynumber up`."""

    kind: str
    """step, done, failed, ready"""
    text: str = ""


class AlreadyRunning(RuntimeError):
    """Another supervisor holds the lock of this folder."""


def state_file(settings: Settings) -> Path:
    return settings.run / "state.json"


def lock_file(settings: Settings) -> Path:
    return settings.run / "supervisor.lock"


def read_state(settings: Settings) -> State | None:
    """The last state that was written, whether the supervisor still lives or not; None when there is none."""
    try:
        return msgspec.json.decode(state_file(settings).read_bytes(), type=State)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def write_state(settings: Settings, state: State) -> None:
    """Replace the state file in one step."""
    path = state_file(settings)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.write_bytes(msgspec.json.encode(state))
    draft.replace(path)


def take_lock(settings: Settings) -> int:
    """Become the one supervisor of this folder: the lock lasts as long as the process. Raises AlreadyRunning."""
    descriptor = os.open(lock_file(settings), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise AlreadyRunning from None
    os.truncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return descriptor


def supervisor_pid(settings: Settings) -> int | None:
    """Process id of the living supervisor, or None. A pid file alone would lie after a crash; the lock does not."""
    try:
        descriptor = os.open(lock_file(settings), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        text = os.pread(descriptor, 20, 0).decode()
        return int(text) if text.isdigit() else None
    else:
        return None
    finally:
        os.close(descriptor)
