"""A card as a file of one holder: what its memory keeps is on disk before the answer to a command is out.

The file is 0600, since it is a private key. Several programs of the holder may use it: each command runs alone (a lock file beside it,
`NAME.lock`), and a program that finds the file changed by another goes on with the card as it is now, like one just put into a reader.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from mynumber.foundation.smartcard.algorithms import SYSTEM_RANDOMNESS, Randomness
from mynumber.foundation.smartcard.card import process
from mynumber.foundation.smartcard.profile import CardProfile
from mynumber.foundation.smartcard.state import CardState, CardStateDamaged

MAXIMUM_CARD = 1024 * 1024
"""Bytes of the largest card file."""
_FILE_MODE = 0o600
_OTHERS = 0o077


class CardFileProblem(StrEnum):
    """Why a card file cannot be used."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    """No permission, or no file but a folder ..."""
    OPEN_TO_OTHERS = "open_to_others"
    """Other users of the machine may read it."""
    DAMAGED = "damaged"
    """No whole card of a version known here."""
    ALREADY_THERE = "already_there"


class CardFileUnusable(Exception):
    """A card file cannot be used. Names the reason, nothing of the card."""

    def __init__(self, problem: CardFileProblem) -> None:
        super().__init__(f"the card file cannot be used: {problem.value}")
        self.problem = problem


class CardFile:
    """A card in a file, for use as a CardReader."""

    def __init__(self, path: Path, randomness: Randomness = SYSTEM_RANDOMNESS) -> None:
        """Raises CardFileUnusable."""
        self._path = path
        self._randomness = randomness
        self._content = _read(path)
        self._state = _card_of(self._content)

    @classmethod
    def create(cls, path: Path, state: CardState) -> CardFile:
        """Write a new card. A card that is there is never overwritten: its counters are nowhere else. Raises CardFileUnusable."""
        with _locked(path):
            if path.exists():
                raise CardFileUnusable(CardFileProblem.ALREADY_THERE)
            write(path, state.to_bytes())
        return cls(path)

    @property
    def state(self) -> CardState:
        """The card at this moment, with what power loss makes it forget."""
        return self._state

    @property
    def profile(self) -> CardProfile:
        """The generation of the card."""
        return self._state.profile

    def transmit(self, apdu: bytes) -> bytes:
        """One command, one response. Raises CardFileUnusable when the file has gone or cannot be written: then there is no response."""
        with _locked(self._path):
            self._take_up_changes()
            after, response = process(self._state, apdu, self._randomness)
            if after.memory != self._state.memory:
                content = after.to_bytes()
                write(self._path, content)
                self._content = content
            self._state = after
        return response

    def reset(self) -> None:
        """Cut the power."""
        self._state = self._state.reset()

    def _take_up_changes(self) -> None:
        # The content tells: number and time of the file may be those of another one, written within a tick of the clock.
        content = _read(self._path)
        if content != self._content:
            self._state, self._content = _card_of(content), content


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as opened:
            if stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & _OTHERS:
                raise CardFileUnusable(CardFileProblem.OPEN_TO_OTHERS)
            return opened.read(MAXIMUM_CARD + 1)
    except FileNotFoundError:
        raise CardFileUnusable(CardFileProblem.MISSING) from None
    except OSError:
        raise CardFileUnusable(CardFileProblem.UNREADABLE) from None


def _card_of(content: bytes) -> CardState:
    try:
        return CardState.from_bytes(content)
    except CardStateDamaged:
        raise CardFileUnusable(CardFileProblem.DAMAGED) from None


def write(path: Path, content: bytes) -> None:
    """Replace a file so that at every moment the old or the new content is there, and the new one lasts; 0600."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    # The card file itself is replaced at each change, so the lock is a file of its own.
    try:
        descriptor = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
    except OSError:
        raise CardFileUnusable(CardFileProblem.UNREADABLE) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
