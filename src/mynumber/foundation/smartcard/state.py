"""The state of a card: what its memory keeps without power, and what a reset forgets.

`CardState.to_bytes` writes the memory only, so a state that was read back is a card just put into a reader: its
retry counters stand where they stood, nothing is selected and no PIN is verified.

Whoever holds these bytes holds the card's key: a file is no chip. The PIN is kept only as a salted hash, but four
digits can be tried out by whoever reads the file. A holder keeps the bytes as it keeps a private key.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field, replace

import msgspec

from mynumber.foundation.smartcard.profile import PROFILES, CardProfile, ElementaryFile, FileKind, Pin

_MAGIC = b"mynumber-card-1\n"
_CHECKSUM_BYTES = 32
_SCRYPT_MEMORY = 64 * 1024 * 1024
_MAXIMUM_COST = 2**15


class CardStateDamaged(Exception):
    """The bytes are not the whole state of a card."""


class PinRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A PIN as the card keeps it. Does not print itself."""

    salt: bytes
    digest: bytes
    cost: int
    tries_left: int

    @classmethod
    def of(cls, pin: Pin, *, salt: bytes, cost: int, tries: int) -> PinRecord:
        """Keep `pin` with all its tries."""
        return cls(salt, _digest(pin.encode(), salt, cost), cost, tries)

    def matches(self, candidate: bytes) -> bool:
        """Compare in constant time."""
        return hmac.compare_digest(self.digest, _digest(candidate, self.salt, self.cost))

    def with_tries(self, tries: int) -> PinRecord:
        """The same PIN with another counter."""
        return msgspec.structs.replace(self, tries_left=tries)

    def changed_to(self, pin: Pin, *, tries: int) -> PinRecord:
        """Another PIN. Its salt follows from the old one, so that the card stays a function of its input."""
        salt = hashlib.sha256(b"next salt\n" + self.salt).digest()[: len(self.salt)]
        return PinRecord.of(pin, salt=salt, cost=self.cost, tries=tries)

    def __repr__(self) -> str:
        return f"PinRecord(tries_left={self.tries_left})"


class Memory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the card keeps without power. Files are named `application/fid` (`jpki/000A`)."""

    profile: str
    contents: dict[str, bytes]
    keys: dict[str, bytes]
    """Private keys, PKCS#8 DER."""
    pins: dict[str, PinRecord]

    def __repr__(self) -> str:
        return f"Memory(profile={self.profile!r})"


def file_name(application: str, fid: int) -> str:
    """Key of a file in `Memory`."""
    return f"{application}/{fid:04X}"


@dataclass(frozen=True, slots=True)
class CardState:
    """A card at one moment. Immutable: `process` returns the next one."""

    memory: Memory
    application: str | None = None
    """Name of the selected application."""
    file: int | None = None
    """Identifier of the selected EF."""
    verified: frozenset[int] = field(default=frozenset())
    """PIN EFs of the selected application that are verified (security status)."""

    def reset(self) -> CardState:
        """The card after power loss."""
        return CardState(self.memory)

    def holds(self, fid: int) -> bool:
        """True when the selected application has this EF on this card."""
        if self.application is None:
            return False
        name = file_name(self.application, fid)
        memory = self.memory
        return name in memory.contents or name in memory.keys or name in memory.pins

    def content(self, fid: int) -> bytes:
        """Bytes of a transparent EF of the selected application."""
        return self.memory.contents[file_name(self.application or "", fid)]

    def key(self, fid: int) -> bytes:
        """PKCS#8 DER of a key EF of the selected application."""
        return self.memory.keys[file_name(self.application or "", fid)]

    def pin(self, fid: int) -> PinRecord:
        """A PIN EF of the selected application."""
        return self.memory.pins[file_name(self.application or "", fid)]

    def with_pin(self, fid: int, record: PinRecord, *, verified: bool) -> CardState:
        """The card after a PIN command: its record and its security status."""
        pins = {**self.memory.pins, file_name(self.application or "", fid): record}
        status = self.verified | {fid} if verified else self.verified - {fid}
        return replace(self, memory=msgspec.structs.replace(self.memory, pins=pins), verified=status)

    def to_bytes(self) -> bytes:
        """The memory, ended by a checksum that tells a torn write."""
        body = _MAGIC + msgspec.msgpack.encode(self.memory)
        return body + hashlib.sha256(body).digest()

    @classmethod
    def from_bytes(cls, data: bytes) -> CardState:
        """Read `to_bytes` back, as a card after a reset. Raises CardStateDamaged."""
        body, checksum = data[:-_CHECKSUM_BYTES], data[-_CHECKSUM_BYTES:]
        if not body.startswith(_MAGIC) or hashlib.sha256(body).digest() != checksum:
            raise CardStateDamaged("these bytes are not the whole state of a card")
        try:
            memory = msgspec.msgpack.decode(body[len(_MAGIC) :], type=Memory)
        except msgspec.DecodeError:
            raise CardStateDamaged("the state does not have the form of this version") from None
        profile = PROFILES.get(memory.profile)
        if profile is None:
            raise CardStateDamaged("the profile of this card is not known here")
        if not _fits(memory, profile):
            raise CardStateDamaged("the files are not those of the card's profile")
        return cls(memory)


def _fits(memory: Memory, profile: CardProfile) -> bool:
    """True when every file is one of the profile and of its kind, and every counter is possible."""
    files = {
        file_name(application.name, fid): file
        for application in profile.applications
        for fid, file in application.files.items()
    }
    kinds = {name: file.kind for name, file in files.items()}
    return (
        all(kinds.get(name) is FileKind.TRANSPARENT for name in memory.contents)
        and all(kinds.get(name) is FileKind.KEY for name in memory.keys)
        and all(_pin_fits(record, files.get(name)) for name, record in memory.pins.items())
    )


def _pin_fits(record: PinRecord, file: ElementaryFile | None) -> bool:
    if file is None or file.pin is None or not 0 <= record.tries_left <= file.pin.tries:
        return False
    # scrypt takes a power of two; the bound keeps a damaged state from costing gigabytes.
    return 2 <= record.cost <= _MAXIMUM_COST and record.cost & (record.cost - 1) == 0


def _digest(pin: bytes, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(pin, salt=salt, n=cost, r=8, p=1, maxmem=_SCRYPT_MEMORY, dklen=32)
