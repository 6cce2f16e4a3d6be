"""Files and folders that only their owner may read, written so that a crash leaves the old content or the new."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_UN, flock
from pathlib import Path


def private_folder(path: Path, mode: int = 0o700) -> Path:
    """Create a folder (and those above it) and close it to others. Returns the path."""
    path.mkdir(parents=True, exist_ok=True, mode=mode)
    if path.stat().st_mode & 0o777 != mode:
        path.chmod(mode)
    return path


def write_private(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Replace a file in one step; it is never readable by others, not even for a moment."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file alone; waits for whoever holds it. The system frees it when a process dies."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        flock(descriptor, LOCK_EX)
        yield
        flock(descriptor, LOCK_UN)
    finally:
        os.close(descriptor)


class Passwords:
    """Random passwords of database roles, kept in one file (0600), made on first use."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, role: str) -> str:
        """The password of a role; 192 random bits in URL-safe letters."""
        known = self._read()
        if role in known:
            return known[role]
        with locked(self._path.with_suffix(".lock")):
            known = self._read()
            if role not in known:
                known[role] = secrets.token_urlsafe(24)
                write_private(self._path, json.dumps(known, indent=1).encode())
        return known[role]

    def _read(self) -> dict[str, str]:
        try:
            text = self._path.read_text()
        except FileNotFoundError:
            return {}
        known: dict[str, str] = json.loads(text)
        return known
