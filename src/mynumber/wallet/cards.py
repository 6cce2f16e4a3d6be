"""The cards in this device: a folder with two files a card.

`ID.card` is the state of the card (`mynumber.foundation.smartcard`), `ID.json` its name for the holder. The folder is
0700, the files are 0600: a card file is a private key. A change of the state is on disk before the card's answer is out,
and one command runs at a time on a card, whichever process asks: otherwise tries of a PIN could be had for nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec
from cryptography import x509

from mynumber.foundation.smartcard import Card, CardError, CardReader, CardState, CardStateDamaged, JpkiClient
from mynumber.protocols.card_handover import HandedCard

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_OTHERS = 0o077
MAXIMUM_CARD = 64 * 1024
"""Bytes of the largest card file."""


class CardProblem(StrEnum):
    """Why a card of this device cannot be used."""

    UNKNOWN = "unknown"
    OPEN_TO_OTHERS = "open_to_others"
    """Other users of the machine may read the file."""
    DAMAGED = "damaged"
    ALREADY_HERE = "already_here"


class CardUnusable(Exception):
    """A card cannot be used. Names the reason, nothing of the card."""

    def __init__(self, problem: CardProblem) -> None:
        super().__init__(f"the card cannot be used: {problem.value}")
        self.problem = problem


class _Label(msgspec.Struct, frozen=True):
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class HeldCard:
    """A card as the device shows it. `problem` is set when it cannot be read; then the rest is empty."""

    id: str
    name: str
    note: str
    tries_left: int = 0
    valid_until: datetime | None = None
    """End of the authentication certificate (UTC)."""
    problem: CardProblem | None = None

    @property
    def blocked(self) -> bool:
        """True when no try of the PIN is left."""
        return self.problem is None and self.tries_left == 0

    @property
    def usable(self) -> bool:
        """True when the holder may enter a PIN."""
        return self.problem is None and self.tries_left > 0


@dataclass(frozen=True, slots=True)
class CardFolder:
    """The folder of the device's cards."""

    path: Path

    def cards(self) -> list[HeldCard]:
        """Every card, in the order of their ids."""
        if not self.path.is_dir():
            return []
        ids = sorted(file.stem for file in self.path.glob("*.card") if _ID.fullmatch(file.stem))
        return [self.card(card_id) for card_id in ids]

    def card(self, card_id: str) -> HeldCard:
        """One card as it is now. Raises CardUnusable(UNKNOWN); other problems are in the result."""
        label = self._label(card_id)
        try:
            with self.insert(card_id) as reader:
                client = JpkiClient(reader)
                client.select()
                until = x509.load_der_x509_certificate(client.read_certificate()).not_valid_after_utc
                return HeldCard(card_id, label.name, label.note, client.tries_left(), until)
        except CardUnusable as unusable:
            if unusable.problem is CardProblem.UNKNOWN:
                raise
            return HeldCard(card_id, label.name, label.note, problem=unusable.problem)
        except (CardError, ValueError, x509.InvalidVersion):
            return HeldCard(card_id, label.name, label.note, problem=CardProblem.DAMAGED)

    @contextlib.contextmanager
    def insert(self, card_id: str) -> Iterator[CardReader]:
        """Put a card into the reader until the end of the block; waits while another process has it there.

        Raises CardUnusable.
        """
        file = self._file(card_id)
        if not file.is_file():
            raise CardUnusable(CardProblem.UNKNOWN)
        with self._only_user_of(card_id):
            yield Card(_read(file), save=lambda state: _write(file, state.to_bytes()))

    def receive(self, handed: HandedCard) -> None:
        """Take a new card in. Raises CardUnusable: ALREADY_HERE (a known card is not overwritten), DAMAGED."""
        file = self._file(handed.id)
        try:
            state = CardState.from_bytes(handed.card)
        except CardStateDamaged:
            raise CardUnusable(CardProblem.DAMAGED) from None
        self.path.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        self.path.chmod(_FOLDER_MODE)
        with self._only_user_of(handed.id):
            if file.exists():
                # Its retry counter and PIN are on the device alone.
                raise CardUnusable(CardProblem.ALREADY_HERE)
            _write(file.with_suffix(".json"), msgspec.json.encode(_Label(handed.name, handed.note)))
            _write(file, state.to_bytes())

    def _file(self, card_id: str) -> Path:
        if not _ID.fullmatch(card_id):
            raise CardUnusable(CardProblem.UNKNOWN)
        return self.path / f"{card_id}.card"

    def _label(self, card_id: str) -> _Label:
        try:
            return msgspec.json.decode(self._file(card_id).with_suffix(".json").read_bytes(), type=_Label)
        except (FileNotFoundError, msgspec.DecodeError):
            return _Label("なまえのないカード")

    @contextlib.contextmanager
    def _only_user_of(self, card_id: str) -> Iterator[None]:
        # The card file itself is replaced at each change, so the lock is a file of its own.
        descriptor = os.open(self.path / f"{card_id}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _read(file: Path) -> CardState:
    with file.open("rb") as opened:
        if stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & _OTHERS:
            raise CardUnusable(CardProblem.OPEN_TO_OTHERS)
        content = opened.read(MAXIMUM_CARD + 1)
    try:
        return CardState.from_bytes(content)
    except CardStateDamaged:
        raise CardUnusable(CardProblem.DAMAGED) from None


def _write(file: Path, content: bytes) -> None:
    """Replace a file so that at every moment the old or the new content is there, and the new one lasts."""
    draft = file.with_name(f".{file.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
