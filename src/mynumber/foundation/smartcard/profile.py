"""What differs from one generation of the card to the next: applications, files, PIN rules, algorithm.

The generations themselves are data in `generations`; nothing else in this package knows a number of them.
Source: docs/protocols/chip.md.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from cryptography.hazmat.primitives.asymmetric import ec, rsa

CardPrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
"""A private key that a card can hold; which, says the profile's algorithm."""
CardPublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


class KeyName(StrEnum):
    """The two keys of public personal authentication."""

    AUTHENTICATION = "authentication"
    """利用者証明用"""
    SIGNATURE = "signature"
    """署名用"""


class PinName(StrEnum):
    """The PINs a holder chooses."""

    AUTHENTICATION = "authentication"
    """利用者証明用電子証明書の暗証番号"""
    SIGNATURE = "signature"
    """署名用電子証明書の暗証番号"""
    TEXT_SUPPORT = "text_support"
    """券面事項入力補助用の暗証番号"""
    JUKI = "juki"
    """住民基本台帳用の暗証番号"""


class MalformedPin(Exception):
    """The characters cannot be this PIN. Never says which characters."""


class FileKind(Enum):
    """What an elementary file holds, and so which commands it takes."""

    TRANSPARENT = "transparent"
    RECORD = "record"
    PIN = "pin"
    KEY = "key"


class SignatureAlgorithm(Enum):
    """How the private keys of a card sign."""

    RSA_2048_PKCS1 = "rsa-2048-pkcs1"
    ECDSA_P384_SHA384 = "ecdsa-p384-sha384"


@dataclass(frozen=True, slots=True)
class PinRules:
    """Alphabet, length and tries of a PIN, and the cost of its stored form."""

    alphabet: frozenset[str]
    minimum: int
    maximum: int
    tries: int
    letter_and_digit: bool = False
    """署名用パスワード must hold both when it is set."""
    hash_cost: int = 2**12
    """scrypt N of the stored form: about 10 ms and 4 MiB a try."""
    by_issuer: bool = False
    """The holder cannot change it."""

    def allows(self, characters: str) -> bool:
        """True when `characters` may be set as this PIN."""
        if not self.minimum <= len(characters) <= self.maximum or not set(characters) <= self.alphabet:
            return False
        kinds = {character.isdigit() for character in characters}
        return not self.letter_and_digit or kinds == {True, False}


@dataclass(frozen=True, slots=True)
class Pin:
    """A PIN that fits its rules. Does not print itself."""

    characters: str = field(repr=False)

    @classmethod
    def parse(cls, text: str, rules: PinRules) -> Pin:
        """Read a PIN as typed. Raises MalformedPin when no card of these rules can have it."""
        if not rules.allows(text):
            raise MalformedPin("the PIN does not have the form this card asks for")
        return cls(text)

    def encode(self) -> bytes:
        """As sent to the card: ASCII, no padding."""
        return self.characters.encode("ascii")


FREE: frozenset[int] = frozenset()
"""No PIN is needed."""
NEVER: frozenset[int] = frozenset({-1})
"""No PIN opens it: the card keeps it to itself."""


@dataclass(frozen=True, slots=True)
class ElementaryFile:
    """An EF: its identifier and what it takes to use it."""

    fid: int
    kind: FileKind
    opened_by: frozenset[int] = FREE
    """PIN EFs of which one must be verified to read (transparent, record) or to use (key)."""
    pin: PinRules | None = None
    """Rules when this EF is a PIN."""
    stored_as: str | None = None
    """Name in the card's memory where several EFs stand for one thing; None = `application/fid`."""
    sealed: bool = False
    """The file exists on every card, and nothing that is known can be done with it."""


@dataclass(frozen=True, slots=True)
class Application:
    """A dedicated file that is selected by its AID."""

    name: str
    aid: bytes
    files: Mapping[int, ElementaryFile]
    internal_key: int | None = None
    """The key EF that signs without a PIN when a command names none (P2 = 00)."""
    session_key_refused: int | None = 0x66F1
    """How it refuses SET SESSION KEY; None: it takes one, and so has secure messaging."""

    def file(self, fid: int) -> ElementaryFile | None:
        """The EF with this identifier, if the profile has one."""
        return self.files.get(fid)

    def memory_name(self, file: ElementaryFile) -> str:
        """Where the card's memory keeps what this EF holds."""
        return file.stored_as or file_name(self.name, file.fid)


@dataclass(frozen=True, slots=True)
class KeySlot:
    """Where a card keeps one of its two keys: identifiers of EFs in one application."""

    application: str
    key: int
    certificate: int
    ca_certificate: int
    pin: PinName
    presence_byte: int
    """Index of its byte in the file that tells which certificates are present."""


@dataclass(frozen=True, slots=True)
class Place:
    """One EF of a card."""

    application: str
    fid: int


@dataclass(frozen=True, slots=True)
class CardProfile:
    """One generation of the card."""

    name: str
    atr: bytes
    algorithm: SignatureAlgorithm
    applications: tuple[Application, ...]
    keys: Mapping[KeyName, KeySlot]
    pins: Mapping[PinName, Place]
    card_record: Place
    """The record with the card's serial number."""
    label: str
    """Label in the token information (EF 0006)."""

    def application(self, name: str) -> Application | None:
        """The application of this name."""
        return next((a for a in self.applications if a.name == name), None)

    def application_with_aid(self, aid: bytes) -> Application | None:
        """The application with exactly this AID: a shortened AID selects nothing."""
        return next((a for a in self.applications if a.aid == aid), None)

    def memory_name(self, application: str, fid: int) -> str | None:
        """Where the memory keeps what this EF holds; None when the profile has no such EF."""
        found = self.application(application)
        file = found.file(fid) if found else None
        return found.memory_name(file) if found and file else None

    def pin_name(self, which: PinName) -> str | None:
        """Where the memory keeps this PIN; None when this generation has none of that name."""
        slot = self.pins.get(which)
        return self.memory_name(slot.application, slot.fid) if slot else None

    def pin_rules(self, which: PinName) -> PinRules | None:
        """The rules of this PIN; None when this generation has none of that name."""
        slot = self.pins.get(which)
        application = self.application(slot.application) if slot else None
        file = application.file(slot.fid) if application and slot else None
        return file.pin if file else None

    def reference_rules(self, name: str) -> PinRules | None:
        """The rules of the number that only the issuer sets (照合番号) and the memory keeps under this name."""
        for application in self.applications:
            for file in application.files.values():
                if application.memory_name(file) == name and file.pin is not None and file.pin.by_issuer:
                    return file.pin
        return None


def file_name(application: str, fid: int) -> str:
    """Key of a file in the card's memory: `application/fid` (`jpki/000A`)."""
    return f"{application}/{fid:04X}"


AUTHENTICATION_PIN_RULES = PinRules(frozenset(string.digits), 4, 4, tries=3)
"""利用者証明用電子証明書の暗証番号: 4 digits, 3 tries."""
SIGNATURE_PIN_RULES = PinRules(
    frozenset(string.ascii_uppercase + string.digits), 6, 16, tries=5, letter_and_digit=True
)
"""署名用電子証明書の暗証番号: 6 to 16 upper-case letters and digits, both kinds, 5 tries."""
TEXT_SUPPORT_PIN_RULES = PinRules(frozenset(string.digits), 4, 4, tries=3)
"""券面事項入力補助用の暗証番号: 4 digits, 3 tries."""
JUKI_PIN_RULES = PinRules(frozenset(string.digits), 4, 4, tries=3)
"""住民基本台帳用の暗証番号: 4 digits, 3 tries."""

PIN_RULES: Mapping[PinName, PinRules] = {
    PinName.AUTHENTICATION: AUTHENTICATION_PIN_RULES,
    PinName.SIGNATURE: SIGNATURE_PIN_RULES,
    PinName.TEXT_SUPPORT: TEXT_SUPPORT_PIN_RULES,
    PinName.JUKI: JUKI_PIN_RULES,
}
"""Rules of the PINs a holder chooses, the same in both generations."""
