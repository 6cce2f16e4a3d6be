"""What the device does with a card: looks at it, enters PINs, signs, changes a PIN. Everything goes through commands to the card."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from mynumber.foundation.smartcard import (
    CardFile,
    CardRefused,
    CardState,
    JpkiClient,
    KeyName,
    NotThisCard,
    Pin,
    PinBlocked,
    PinName,
    PinPad,
    WrongPin,
)
from mynumber.foundation.smartcard.generations import PHONE_TOKEN
from mynumber.foundation.smartcard.profile import SignatureAlgorithm
from mynumber.wallet.pins import PIN_WORDS


class PinRefused(Exception):
    """The card did not take a PIN. `remaining` tries are left; 0: it is blocked."""

    def __init__(self, name: PinName, remaining: int) -> None:
        super().__init__(f"the card did not take the PIN, {remaining} tries left")
        self.name = name
        self.remaining = remaining


@dataclass(frozen=True, slots=True)
class PinStand:
    """Where one PIN of a card stands."""

    name: PinName
    left: int
    tries: int
    is_set: bool = True
    """False: the card came without this PIN, and no counter has set it yet."""

    @property
    def blocked(self) -> bool:
        return self.left == 0 and self.is_set

    @property
    def kiosk_with(self) -> PinName | None:
        """The other PIN that lets a kiosk set this one anew."""
        return PIN_WORDS[self.name].kiosk_with

    @property
    def lock_title(self) -> str:
        """What a page says when it is blocked."""
        return f"{PIN_WORDS[self.name].label}がロックされています"


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """One certificate of a card."""

    which: KeyName
    present: bool
    until: datetime | None = None
    """End (UTC); None when the card tells it only after a PIN."""
    serial: str = ""
    """Hexadecimal; empty when not known."""


@dataclass(frozen=True, slots=True)
class ChipFacts:
    """What a card tells anybody who holds it, without a PIN."""

    label: str
    """Of the token information."""
    generation: str
    """Name of the profile."""
    pins: tuple[PinStand, ...]
    certificates: tuple[CertificateFacts, ...]
    serial: str = field(default="", repr=False)
    """製造番号, 15 digits; empty on a card of before it."""

    @property
    def is_phone(self) -> bool:
        """True for certificates that live in a phone."""
        return self.generation == PHONE_TOKEN.name


def look(card: CardFile) -> ChipFacts:
    """Look at a card. Costs no try. Raises CardError, ValueError."""
    profile = card.profile
    client = JpkiClient(card, profile)
    client.select()
    present = client.certificates_present()
    certificates = tuple(_certificate(client, which, present) for which in KeyName)
    pad = PinPad(card, profile)
    stands = tuple(
        PinStand(name, pad.tries_left(name), rules.tries, is_set=_is_set(card.state, name))
        for name in PIN_WORDS
        if (rules := profile.pin_rules(name)) is not None
    )
    client.select()
    return ChipFacts(client.token_label(), profile.name, stands, certificates, card.state.memory.card_serial)


def _certificate(client: JpkiClient, which: KeyName, present: frozenset[KeyName]) -> CertificateFacts:
    if which not in present:
        return CertificateFacts(which, present=False)
    try:
        certificate = x509.load_der_x509_certificate(client.read_certificate(which))
    except CardRefused:
        # The signature certificate, and on a phone both: only after the PIN.
        return CertificateFacts(which, present=True)
    return CertificateFacts(which, True, certificate.not_valid_after_utc, f"{certificate.serial_number:x}")


def _is_set(state: CardState, name: PinName) -> bool:
    record = state.memory.pins.get(state.profile.pin_name(name) or "")
    return record is not None and record.digest != b""


class Jpki:
    """公的個人認証 on a card, for one act."""

    def __init__(self, card: CardFile) -> None:
        self._client = JpkiClient(card, card.profile)
        self._client.select()

    def enter(self, name: PinName, pin: Pin) -> None:
        """Enter the authentication PIN or the signature password. Raises PinRefused."""
        with _refusing(name):
            self._client.verify_pin(pin, name)

    def certificate(self, which: KeyName) -> bytes:
        """X.509 DER; that for signatures only after its password."""
        return self._client.read_certificate(which)

    def ca_certificate(self, which: KeyName) -> bytes:
        """X.509 DER of the CA that issued it."""
        return self._client.read_ca_certificate(which)

    def sign(self, which: KeyName, digest: bytes) -> bytes:
        """Sign a SHA-256 digest. Raises NotThisCard for a generation that signs other digests."""
        if self._client.profile.algorithm is not SignatureAlgorithm.RSA_2048_PKCS1:
            raise NotThisCard("the messages of today ask for RSA with SHA-256")
        return self._client.sign(digest, which)


def change_pin(card: CardFile, name: PinName, old: Pin | None, new: Pin) -> None:
    """Change a PIN, or (old=None) set one that an order has opened. Raises PinRefused, CardError."""
    with _refusing(name):
        PinPad(card, card.profile).change(name, old, new)


def verify_pin(card: CardFile, name: PinName, pin: Pin) -> None:
    """Enter a PIN; its application stays selected. Raises PinRefused, CardError."""
    with _refusing(name):
        PinPad(card, card.profile).verify(name, pin)


@contextlib.contextmanager
def _refusing(name: PinName) -> Iterator[None]:
    try:
        yield
    except WrongPin as wrong:
        raise PinRefused(name, wrong.remaining) from None
    except PinBlocked:
        raise PinRefused(name, 0) from None
