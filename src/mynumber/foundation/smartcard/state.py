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

from mynumber.foundation.smartcard.generations import (
    INTERNAL_KEY,
    MESSAGING_KEY,
    PROFILES,
)
from mynumber.foundation.smartcard.profile import (
    Application,
    CardProfile,
    ElementaryFile,
    FileKind,
    PinRules,
)

_MAGIC = b"mynumber-card-1\n"
_CHECKSUM_BYTES = 32
_SCRYPT_MEMORY = 64 * 1024 * 1024
_MAXIMUM_COST = 2**15
MAXIMUM_TRIES = 15
"""A status word `63Cx` can tell no more."""


class CardStateDamaged(Exception):
    """The bytes are not the whole state of a card."""


class PinRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A PIN as the card keeps it. Does not print itself."""

    salt: bytes
    digest: bytes
    cost: int
    tries_left: int
    tries: int = 0
    """All tries of this PIN; 0 on cards of before this field: those of its rules."""

    @classmethod
    def of(cls, characters: bytes, *, salt: bytes, cost: int, tries: int) -> PinRecord:
        """Keep these characters with all their tries."""
        return cls(salt, _digest(characters, salt, cost), cost, tries, tries)

    @classmethod
    def unset(cls, *, salt: bytes, rules: PinRules) -> PinRecord:
        """A PIN that was never set: nothing matches an empty digest, and with no try left nothing is compared."""
        return cls(salt, b"", rules.hash_cost, 0, rules.tries)

    def matches(self, candidate: bytes) -> bool:
        """Compare in constant time."""
        return hmac.compare_digest(self.digest, _digest(candidate, self.salt, self.cost))

    def with_tries(self, tries: int) -> PinRecord:
        """The same PIN with another counter."""
        return msgspec.structs.replace(self, tries_left=tries)

    def all_tries(self, rules: PinRules) -> int:
        """The tries that the right PIN restores."""
        return self.tries or rules.tries

    def changed_to(self, characters: bytes, rules: PinRules) -> PinRecord:
        """Another PIN with all its tries. Its salt follows from the old one, so that the card stays a function of its input."""
        salt = hashlib.sha256(b"next salt\n" + self.salt).digest()[: len(self.salt)]
        return PinRecord.of(characters, salt=salt, cost=self.cost, tries=self.all_tries(rules))

    def __repr__(self) -> str:
        return f"PinRecord(tries_left={self.tries_left})"


class Memory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the card keeps without power. Files are named `application/fid` (`jpki/000A`)."""

    profile: str
    contents: dict[str, bytes]
    keys: dict[str, bytes]
    """Private keys, PKCS#8 DER."""
    pins: dict[str, PinRecord]
    card_serial: str = ""
    """製造番号, 15 digits; empty on cards of before the common application."""
    issuer_key: bytes = b""
    """Ed25519 public key of the issuer whose orders the card takes, 32 bytes; empty: it takes none."""
    sequence: int = 0
    """Number of the last order that was carried out."""
    pending: dict[str, bytes] = {}
    """Keys that the card has made and that have no certificate yet, by the name of the key they will replace."""

    def __repr__(self) -> str:
        return f"Memory(profile={self.profile!r}, sequence={self.sequence})"


@dataclass(frozen=True, slots=True)
class Messaging:
    """Keys and counter of secure messaging in this session. Does not print itself."""

    key: bytes = field(repr=False)
    counter: int


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
    settable: frozenset[str] = field(default=frozenset())
    """Names of PINs that an order allows to be set once, until power is cut."""
    incoming: tuple[bytes, ...] = field(default=(), repr=False)
    """Parts of an order that have arrived."""
    messaging: Messaging | None = None

    def reset(self) -> CardState:
        """The card after power loss."""
        return CardState(self.memory)

    @property
    def profile(self) -> CardProfile:
        """The generation of this card."""
        return PROFILES[self.memory.profile]

    @property
    def selected(self) -> Application | None:
        """The selected application."""
        return None if self.application is None else self.profile.application(self.application)

    def select(self, application: Application) -> CardState:
        """The card with this application selected: its security status is cleared, also when it was selected before."""
        return CardState(self.memory, application=application.name, settable=self.settable)

    def find(self, fid: int) -> ElementaryFile | None:
        """The EF of the selected application, when this card has it."""
        application = self.selected
        file = application.file(fid) if application else None
        if application is None or file is None:
            return None
        name, memory = application.memory_name(file), self.memory
        there = file.sealed or name in memory.contents or name in memory.keys or name in memory.pins
        return file if there else None

    def name_of(self, file: ElementaryFile) -> str:
        """Where the memory keeps what this EF of the selected application holds."""
        application = self.selected
        return application.memory_name(file) if application else ""

    def content(self, file: ElementaryFile) -> bytes:
        """Bytes of a transparent or record EF of the selected application."""
        return self.memory.contents.get(self.name_of(file), b"")

    def key(self, file: ElementaryFile) -> bytes | None:
        """PKCS#8 DER of a key EF of the selected application."""
        return self.memory.keys.get(self.name_of(file))

    def pin(self, file: ElementaryFile) -> PinRecord:
        """A PIN EF of the selected application; a sealed one has no try left."""
        return self.memory.pins.get(self.name_of(file)) or PinRecord(b"", b"", 2, 0)

    def with_pin(self, file: ElementaryFile, record: PinRecord, *, verified: bool) -> CardState:
        """The card after a PIN command: its record and its security status."""
        pins = {**self.memory.pins, self.name_of(file): record}
        status = self.verified | {file.fid} if verified else self.verified - {file.fid}
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
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise CardStateDamaged("the state does not have the form of this version") from None
        profile = PROFILES.get(memory.profile)
        if profile is None:
            raise CardStateDamaged("the profile of this card is not known here")
        if not fits(memory, profile):
            raise CardStateDamaged("the files are not those of the card's profile")
        return cls(memory)


def fits(memory: Memory, profile: CardProfile) -> bool:
    """True when every file is one of the profile and of its kind, and every counter is possible."""
    files = {a.memory_name(file): file for a in profile.applications for file in a.files.values()}
    kinds = {name: file.kind for name, file in files.items()}
    keys = {INTERNAL_KEY, MESSAGING_KEY} | {name for name, kind in kinds.items() if kind is FileKind.KEY}
    return (
        all(kinds.get(name) in (FileKind.TRANSPARENT, FileKind.RECORD) for name in memory.contents)
        and keys >= memory.keys.keys() | memory.pending.keys()
        and all(_pin_fits(record, files.get(name)) for name, record in memory.pins.items())
        and len(memory.issuer_key) in (0, 32)
        and memory.sequence >= 0
    )


def _pin_fits(record: PinRecord, file: ElementaryFile | None) -> bool:
    if file is None or file.pin is None:
        return False
    if not 0 <= record.tries_left <= record.all_tries(file.pin) <= MAXIMUM_TRIES:
        return False
    # scrypt takes a power of two; the bound keeps a damaged state from costing gigabytes.
    return 2 <= record.cost <= _MAXIMUM_COST and record.cost & (record.cost - 1) == 0


def _digest(pin: bytes, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(pin, salt=salt, n=cost, r=8, p=1, maxmem=_SCRYPT_MEMORY, dklen=32)
