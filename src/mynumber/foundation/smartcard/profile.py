"""What differs from one generation of the card to the next: applications, files, PIN rules, algorithm.

The card announced for 2028 has another algorithm and fewer PINs; it will be a second profile, not other code.
Source: docs/protocols/card.md.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from enum import Enum


class MalformedPin(Exception):
    """The characters cannot be this PIN. Never says which characters."""


class FileKind(Enum):
    """What an elementary file holds, and so which commands it takes."""

    TRANSPARENT = "transparent"
    PIN = "pin"
    KEY = "key"


class SignatureAlgorithm(Enum):
    """How the private keys of a card sign."""

    RSA_2048_PKCS1 = "rsa-2048-pkcs1"


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


@dataclass(frozen=True, slots=True)
class ElementaryFile:
    """An EF: its identifier and what it takes to use it."""

    fid: int
    kind: FileKind
    needs: int | None = None
    """The PIN EF that must be verified to read (transparent) or to use (key); None = free."""
    pin: PinRules | None = None
    """Rules when this EF is a PIN."""


@dataclass(frozen=True, slots=True)
class Application:
    """A dedicated file that is selected by its AID."""

    name: str
    aid: bytes
    files: dict[int, ElementaryFile]

    def file(self, fid: int) -> ElementaryFile | None:
        """The EF with this identifier, if the profile has one."""
        return self.files.get(fid)


@dataclass(frozen=True, slots=True)
class CardProfile:
    """One generation of the card."""

    name: str
    atr: bytes
    algorithm: SignatureAlgorithm
    applications: tuple[Application, ...]

    def application(self, name: str) -> Application | None:
        """The application of this name."""
        return next((a for a in self.applications if a.name == name), None)

    def application_with_aid(self, aid: bytes) -> Application | None:
        """The application with exactly this AID: a shortened AID selects nothing."""
        return next((a for a in self.applications if a.aid == aid), None)


# --- the application of public personal authentication (公的個人認証AP, JPKI) -----------------------------------

JPKI = "jpki"
SIGNATURE_CERTIFICATE = 0x0001
SIGNATURE_CA_CERTIFICATE = 0x0002
TOKEN_INFORMATION = 0x0006
CERTIFICATES_PRESENT = 0x0008
AUTHENTICATION_CERTIFICATE = 0x000A
AUTHENTICATION_CA_CERTIFICATE = 0x000B
AUTHENTICATION_KEY = 0x0017
AUTHENTICATION_PIN = 0x0018
SIGNATURE_KEY = 0x001A
SIGNATURE_PIN = 0x001B

AUTHENTICATION_PIN_RULES = PinRules(frozenset(string.digits), 4, 4, tries=3)
"""利用者証明用電子証明書の暗証番号: 4 digits, 3 tries."""
SIGNATURE_PIN_RULES = PinRules(
    frozenset(string.ascii_uppercase + string.digits), 6, 16, tries=5, letter_and_digit=True
)
"""署名用電子証明書の暗証番号: 6 to 16 upper-case letters and digits, both kinds, 5 tries."""


def jpki_application(
    authentication_rules: PinRules = AUTHENTICATION_PIN_RULES, signature_rules: PinRules = SIGNATURE_PIN_RULES
) -> Application:
    """The JPKI application of today's card with these PIN rules."""
    files = (
        ElementaryFile(SIGNATURE_CERTIFICATE, FileKind.TRANSPARENT, needs=SIGNATURE_PIN),
        ElementaryFile(SIGNATURE_CA_CERTIFICATE, FileKind.TRANSPARENT),
        ElementaryFile(TOKEN_INFORMATION, FileKind.TRANSPARENT),
        ElementaryFile(CERTIFICATES_PRESENT, FileKind.TRANSPARENT),
        ElementaryFile(AUTHENTICATION_CERTIFICATE, FileKind.TRANSPARENT),
        ElementaryFile(AUTHENTICATION_CA_CERTIFICATE, FileKind.TRANSPARENT),
        ElementaryFile(AUTHENTICATION_KEY, FileKind.KEY, needs=AUTHENTICATION_PIN),
        ElementaryFile(AUTHENTICATION_PIN, FileKind.PIN, pin=authentication_rules),
        ElementaryFile(SIGNATURE_KEY, FileKind.KEY, needs=SIGNATURE_PIN),
        ElementaryFile(SIGNATURE_PIN, FileKind.PIN, pin=signature_rules),
    )
    return Application(JPKI, bytes.fromhex("D392F000260100000001"), {file.fid: file for file in files})


INDIVIDUAL_NUMBER_CARD = CardProfile(
    name="individual-number-card-2016",
    atr=bytes.fromhex("3BE000FF8131FE4514"),
    algorithm=SignatureAlgorithm.RSA_2048_PKCS1,
    applications=(jpki_application(),),
)
"""個人番号カード as issued since 2016: RSA-2048, public exponent 65537."""

PROFILES: dict[str, CardProfile] = {INDIVIDUAL_NUMBER_CARD.name: INDIVIDUAL_NUMBER_CARD}
"""Every profile by its name."""
