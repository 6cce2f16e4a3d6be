"""The cards in this device: a folder with a few files a card.

`ID.card` is the card (`mynumber.foundation.smartcard.CardFile`), `ID.json` its name for the holder and what the device remembers of it,
`ID.history` what was done with it here. The folder is 0700, the files are 0600: a card file is a private key.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec
from cryptography import x509

from mynumber.foundation.smartcard import (
    CardError,
    CardFile,
    CardFileProblem,
    CardFileUnusable,
    CardState,
    CardStateDamaged,
    KeyName,
    PinName,
)
from mynumber.foundation.smartcard.storage import write
from mynumber.protocols.card_handover import HandedCard
from mynumber.wallet.chip import CertificateFacts, ChipFacts, PinStand, look
from mynumber.wallet.pins import PIN_WORDS
from mynumber.webkit.face.language import say

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
HISTORY_LENGTH = 100
"""Entries that the device keeps of each card."""
_TONES = 4
NAMELESS = "なまえのないカード"


class Label(msgspec.Struct, frozen=True):
    """What the device knows of a card beside the card itself."""

    name: str
    note: str = ""
    until: dict[KeyName, datetime] = {}
    """Ends of certificates, learnt when their PINs were last entered: without them the card does not tell."""


class Event(StrEnum):
    """What was done with a card at this device."""

    RECEIVED = "received"
    SIGNED_IN = "signed_in"
    GAVE_ATTRIBUTES = "gave_attributes"
    SIGNED = "signed"
    SIGNED_FILE = "signed_file"
    WRONG_PIN = "wrong_pin"
    BLOCKED = "blocked"
    PIN_CHANGED = "pin_changed"
    PIN_SET = "pin_set"
    ON_READER = "on_reader"
    PHONE = "phone"


class Entry(msgspec.Struct, frozen=True):
    """One line of a card's history."""

    at: datetime
    event: Event
    about: str = ""
    """With whom, or which PIN: words that the holder has seen."""


@dataclass(frozen=True, slots=True)
class HeldCard:
    """A card as the device shows it. `problem` is set when it cannot be read; then `chip` is None."""

    id: str
    name: str = field(repr=False)
    note: str = field(repr=False)
    chip: ChipFacts | None = None
    until: Mapping[KeyName, datetime] = field(default_factory=dict)
    problem: CardFileProblem | None = None

    @property
    def tone(self) -> int:
        """Which of four colours the card is drawn in, beside its name."""
        return zlib.crc32(self.id.encode()) % _TONES

    @property
    def pins(self) -> tuple[PinStand, ...]:
        """Every PIN of the card."""
        return self.chip.pins if self.chip else ()

    @property
    def certificates(self) -> tuple[CertificateFacts, ...]:
        """Both certificates, with the ends that the device remembers where the card does not tell."""
        found = self.chip.certificates if self.chip else ()
        return tuple(
            dataclasses.replace(facts, until=facts.until or self.until.get(facts.which))
            if facts.present
            else facts
            for facts in found
        )

    @property
    def is_phone(self) -> bool:
        """True for the certificates of this device itself (スマートフォン用電子証明書)."""
        return self.chip is not None and self.chip.is_phone

    def stand(self, name: PinName) -> PinStand:
        """Where a PIN stands; a card without it has no try left."""
        return next((pin for pin in self.pins if pin.name is name), PinStand(name, 0, 0, is_set=False))

    def has(self, which: KeyName) -> bool:
        """True when the card holds this certificate."""
        return any(facts.present for facts in self.certificates if facts.which is which)

    def usable_for(self, pins: Iterable[PinName]) -> bool:
        """True when the holder may enter each of these PINs and the card has the keys behind them."""
        wanted = tuple(pins)
        return (
            self.problem is None
            and all(self.stand(name).left for name in wanted)
            and (PinName.SIGNATURE not in wanted or self.has(KeyName.SIGNATURE))
        )

    @property
    def usable(self) -> bool:
        """True when the card can sign in."""
        return self.usable_for([PinName.AUTHENTICATION])

    @property
    def blocked(self) -> tuple[PinStand, ...]:
        """The PINs that are blocked."""
        return tuple(pin for pin in self.pins if pin.blocked)

    def state_words(self, pins: Iterable[PinName]) -> str:
        """Whether the card can do what needs these PINs, in a few words."""
        if self.problem is not None:
            return say("読み取れません", "cannot be read")
        said = []
        for name in pins:
            stand, words = self.stand(name), PIN_WORDS[name]
            if name is PinName.SIGNATURE and not self.has(KeyName.SIGNATURE):
                said.append(say("署名用の電子証明書が入っていません", "no certificate for signatures"))
            elif stand.left:
                said.append(say(f"{words.label}はあと{stand.left}回", f"{words.called}: {stand.left} tries"))
            else:
                said.append(
                    say(f"{words.label}はロックされています", f"{words.called}: locked")
                    if stand.is_set
                    else say(f"{words.label}はまだ設定されていません", f"{words.called}: not set yet")
                )
        return say("、", ", ").join(said) or say("使えます", "can be used")


@dataclass(frozen=True, slots=True)
class CardFolder:
    """The folder of the device's cards."""

    path: Path

    def cards(self) -> list[HeldCard]:
        """Every card, in the order of their ids."""
        return [self.card(card_id) for card_id in self.ids()]

    def ids(self) -> list[str]:
        """Ids of the cards, sorted."""
        if not self.path.is_dir():
            return []
        return sorted(file.stem for file in self.path.glob("*.card") if _ID.fullmatch(file.stem))

    def card(self, card_id: str) -> HeldCard:
        """One card as it is now. Raises CardFileUnusable(UNKNOWN); other problems are in the result."""
        label = self.label(card_id)
        try:
            with self.insert(card_id) as card:
                return HeldCard(card_id, label.name, label.note, look(card), label.until)
        except CardFileUnusable as unusable:
            if unusable.problem is CardFileProblem.MISSING:
                raise
            return HeldCard(card_id, label.name, label.note, problem=unusable.problem)
        except (CardError, ValueError, x509.InvalidVersion):
            return HeldCard(card_id, label.name, label.note, problem=CardFileProblem.DAMAGED)

    @contextlib.contextmanager
    def insert(self, card_id: str, left: CardFile | None = None) -> Iterator[CardFile]:
        """Put a card into the reader until the end of the block; waits while another request has it there.

        left: the card as it was left in the reader by an earlier block: what was selected and verified then still is. Raises CardFileUnusable.
        """
        self._require(card_id)
        with self._only_user_of(card_id):
            yield left or CardFile(self._file(card_id))

    def receive(self, handed: HandedCard, *, at: datetime) -> None:
        """Take a new card in. Raises CardFileUnusable: ALREADY_THERE (a known card is not overwritten), DAMAGED."""
        file = self._file(handed.id)
        try:
            state = CardState.from_bytes(handed.card)
        except CardStateDamaged:
            raise CardFileUnusable(CardFileProblem.DAMAGED) from None
        self.path.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        self.path.chmod(_FOLDER_MODE)
        with self._only_user_of(handed.id):
            CardFile.create(file, state)
            self._write_label(handed.id, Label(handed.name, handed.note))
            write(self._history_file(handed.id), msgspec.json.encode([Entry(at, Event.RECEIVED)]))

    def remove(self, card_id: str) -> None:
        """Take a card out of the device for good: its keys are gone. Raises CardFileUnusable(MISSING)."""
        self._require(card_id)
        with self._only_user_of(card_id):
            for file in (self._file(card_id), self._label_file(card_id), self._history_file(card_id)):
                file.unlink(missing_ok=True)

    # --- what the device knows of a card ----------------------------------------------------------------------

    def label(self, card_id: str) -> Label:
        """Name and notes. Raises CardFileUnusable(UNKNOWN) for what cannot be an id."""
        try:
            return msgspec.json.decode(self._label_file(card_id).read_bytes(), type=Label)
        except (FileNotFoundError, msgspec.DecodeError):
            return Label(NAMELESS)

    def rename(self, card_id: str, name: str) -> None:
        """Call the card by another name."""
        self._change_label(card_id, name=name)

    def remember_until(self, card_id: str, until: Mapping[KeyName, datetime]) -> None:
        """Keep the ends of certificates."""
        self._change_label(card_id, until={**self.label(card_id).until, **until})

    def history(self, card_id: str) -> list[Entry]:
        """What was done with the card here, newest first."""
        try:
            entries = msgspec.json.decode(self._history_file(card_id).read_bytes(), type=list[Entry])
        except (FileNotFoundError, msgspec.DecodeError):
            return []
        return entries[::-1]

    def note(self, card_id: str, event: Event, at: datetime, about: str = "") -> None:
        """Add a line to the history of a card that is here."""
        self._require(card_id)
        with self._only_user_of(card_id):
            entries = [*reversed(self.history(card_id)), Entry(at, event, about)][-HISTORY_LENGTH:]
            write(self._history_file(card_id), msgspec.json.encode(entries))

    def _change_label(self, card_id: str, **changes: object) -> None:
        self._require(card_id)
        with self._only_user_of(card_id):
            self._write_label(card_id, msgspec.structs.replace(self.label(card_id), **changes))

    def _write_label(self, card_id: str, label: Label) -> None:
        write(self._label_file(card_id), msgspec.json.encode(label))

    def _file(self, card_id: str) -> Path:
        if not _ID.fullmatch(card_id):
            raise CardFileUnusable(CardFileProblem.MISSING)
        return self.path / f"{card_id}.card"

    def _label_file(self, card_id: str) -> Path:
        return self._file(card_id).with_suffix(".json")

    def _history_file(self, card_id: str) -> Path:
        return self._file(card_id).with_suffix(".history")

    def _require(self, card_id: str) -> None:
        if not self._file(card_id).is_file():
            raise CardFileUnusable(CardFileProblem.MISSING)

    @contextlib.contextmanager
    def _only_user_of(self, card_id: str) -> Iterator[None]:
        """One act of this device at a time on a card that is here; each of its commands is alone besides (`CardFile`)."""
        lock = self._file(card_id).with_suffix(".act")
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
