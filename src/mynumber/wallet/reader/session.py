"""A card on a reader, as far as it must outlive a page: one file a session in the device, deleted when it is over.

It holds the reply that the place has not confirmed, so that a broken connection loses nothing and no order is carried to the card twice. It never
holds that a PIN is verified: that stays in the process (`power`).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

import msgspec

from mynumber.foundation.smartcard import PinName
from mynumber.foundation.smartcard.storage import write
from mynumber.protocols.card_reader import CardPlaced, Finished, ReaderCode, ReaderTask, Reply, Task
from mynumber.protocols.sign_in import Identifier, is_identifier, new_identifier

KEPT_FOR = timedelta(hours=1)
"""A session that nobody ended is forgotten then; the reader code is long over."""
MAXIMUM_TOLD = 60
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600


class NoSession(LookupError):
    """There is no such session, or it is over."""


class Doing(StrEnum):
    """What a command does with a card."""

    READ = "read"
    SIGN = "sign"
    WRITE = "write"


_DOING = {Doing.READ: "読み取り", Doing.SIGN: "署名", Doing.WRITE: "書き込み"}


class Told(msgspec.Struct, frozen=True):
    """Something that happened, in words."""

    at: datetime
    words: Annotated[str, msgspec.Meta(max_length=500)]


class ReaderSession(msgspec.Struct, frozen=True, kw_only=True):
    """Where a card on a reader stands. Immutable: each step gives the next."""

    id: Identifier
    place: str
    """Name of the institution."""
    code: ReaderCode
    card: str | None
    """Id of the card that lies on the reader; None: none yet."""
    started_at: datetime
    place_words: str = ""
    """Who asks, as the place says."""
    number: int = 0
    """Of the task in hand; 0 before the first."""
    task: Task | None = None
    reply: Reply | None = None
    """To the task in hand, until the place confirms it by giving the next."""
    entered: PinName | None = None
    """The PIN that was verified last and that the commands to come rely on: asked for again when the card lost power in between."""
    again: bool = False
    """True while `entered` is asked for again."""
    finished: Finished | None = None
    told: tuple[Told, ...] = ()
    done: dict[str, int] = {}
    """What the place did with the card: a `Doing` and how often."""

    @classmethod
    def begin(cls, *, place: str, code: str, card: str | None, at: datetime) -> Self:
        """A card, or nothing yet, is put on the reader."""
        return cls(
            id=new_identifier(),
            place=place,
            code=code,
            card=card,
            started_at=at,
            reply=CardPlaced(present=card is not None),
        )

    @property
    def card_id_to_take(self) -> str:
        """Id of the card that the task in hand gives: it follows from the step, so that a step done twice takes one card."""
        return f"card-{hashlib.sha256(self.id.encode()).hexdigest()[:10]}-{self.number}"

    def __repr__(self) -> str:
        return f"ReaderSession(number={self.number})"

    def next(self, task: ReaderTask) -> ReaderSession:
        """The place has confirmed the reply and asks for the next thing."""
        finished = task.task if isinstance(task.task, Finished) else None
        return msgspec.structs.replace(
            self,
            number=task.number,
            place_words=task.place,
            task=None if finished else task.task,
            reply=None,
            finished=finished,
        )

    def answered(self, reply: Reply, **changes: object) -> ReaderSession:
        """The task is done; the place is to be told."""
        return msgspec.structs.replace(self, reply=reply, **changes)

    def telling(self, at: datetime, words: str) -> ReaderSession:
        """With one more line of what happened; the same words twice in a row are one."""
        if not words or (self.told and self.told[-1].words == words):
            return self
        return msgspec.structs.replace(self, told=(*self.told, Told(at, words[:500]))[-MAXIMUM_TOLD:])

    def counting(self, done: Mapping[str, int]) -> ReaderSession:
        """With so much more done with the card."""
        kinds = {*self.done, *done}
        counts = {kind: self.done.get(kind, 0) + done.get(kind, 0) for kind in sorted(kinds)}
        return msgspec.structs.replace(self, done=counts)

    @property
    def done_words(self) -> str:
        """What the place did with the card, in words."""
        said = [
            f"{words}{self.done[kind.value]}回" for kind, words in _DOING.items() if self.done.get(kind.value)
        ]
        return "、".join(said)

    def ended(self, words: str) -> ReaderSession:
        """Over without the place's consent."""
        return msgspec.structs.replace(
            self, task=None, reply=None, finished=Finished(words=words, done=False)
        )


@dataclass(frozen=True, slots=True)
class ReaderSessions:
    """The folder of the sessions."""

    path: Path

    @contextlib.contextmanager
    def hold(self, session_id: str) -> Iterator[ReaderSession]:
        """The session, for this request alone: a second one waits. Raises NoSession."""
        if not is_identifier(session_id) or not self._file(session_id).is_file():
            raise NoSession
        lock = self.path / f"{session_id}.lock"
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield self.read(session_id)
        finally:
            os.close(descriptor)

    def save(self, session: ReaderSession) -> ReaderSession:
        """Keep the session, and return it."""
        self.path.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        self.path.chmod(_FOLDER_MODE)
        write(self._file(session.id), msgspec.json.encode(session))
        return session

    def forget(self, session_id: str) -> None:
        """Delete the session."""
        self._file(session_id).unlink(missing_ok=True)
        (self.path / f"{session_id}.lock").unlink(missing_ok=True)

    def forget_old(self, now: datetime) -> None:
        """Delete what was begun more than KEPT_FOR ago, and what cannot be read."""
        for file in self.path.glob("*.json"):
            try:
                over = now - self.read(file.stem).started_at > KEPT_FOR
            except NoSession:
                over = True
            if over:
                self.forget(file.stem)

    def _file(self, session_id: str) -> Path:
        return self.path / f"{session_id}.json"

    def read(self, session_id: str) -> ReaderSession:
        """The session as it is kept. Raises NoSession."""
        try:
            return msgspec.json.decode(self._file(session_id).read_bytes(), type=ReaderSession)
        except (FileNotFoundError, msgspec.DecodeError):
            raise NoSession from None
