"""Log files of the processes: appended line by line, and put aside when they are full."""

import os
from pathlib import Path

MAX_BYTES = 5 * 1024 * 1024
KEPT = 3
"""Full files that are kept beside the current one (NAME.log.1 is the newest)."""


class LogFile:
    """`NAME.log`; rotation happens between writes, so a line is never torn when whole lines are written."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES, kept: int = KEPT) -> None:
        self.path = path
        self._max_bytes = max_bytes
        self._kept = kept
        self._descriptor = self._open()
        self._size = os.fstat(self._descriptor).st_size

    def write(self, data: bytes) -> None:
        """Append. A full disk loses log lines and does not stop the process that wrote them."""
        if self._size and self._size + len(data) > self._max_bytes:
            self._rotate()
        try:
            os.write(self._descriptor, data)
            self._size += len(data)
        except OSError:
            return

    def close(self) -> None:
        os.close(self._descriptor)

    def _open(self) -> int:
        return os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def _rotate(self) -> None:
        os.close(self._descriptor)
        for number in range(self._kept - 1, 0, -1):
            older = self._numbered(number)
            if older.exists():
                older.replace(self._numbered(number + 1))
        self.path.replace(self._numbered(1))
        self._descriptor = self._open()
        self._size = 0

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")
