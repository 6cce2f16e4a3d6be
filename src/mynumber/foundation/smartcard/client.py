"""The reader's side: what an application on the resident's device does with a card.

Works on anything that takes a command APDU and gives a response APDU: a `Card` in this process, a card in a
reader, a card at the other end of a socket. A card is a stranger: its answers are checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mynumber.foundation.smartcard.algorithms import DIGEST_BYTES, SIGNATURE_BYTES
from mynumber.foundation.smartcard.apdu import Command, MalformedApdu, Response, StatusWord
from mynumber.foundation.smartcard.generations import (
    CERTIFICATES_PRESENT,
    INDIVIDUAL_NUMBER_CARD,
    JPKI,
    PROFILES,
    TOKEN_INFORMATION,
)
from mynumber.foundation.smartcard.profile import (
    CardProfile,
    KeyName,
    Pin,
    PinName,
    Place,
    SignatureAlgorithm,
)

SHA256_DIGEST_INFO = bytes.fromhex("3031300D060960864801650304020105000420")
"""DER of DigestInfo for SHA-256 up to the 32 bytes of the hash."""
MAXIMUM_CERTIFICATE = 8192
_TOKEN_INFORMATION_BYTES = 160
_READ = 256
_MAXIMUM_OFFSET = 0x7FFF
_TRIES = 0x63C0


class CardError(Exception):
    """Something went wrong between the reader and the card. Never holds a PIN."""


class NotThisCard(CardError):
    """The card has no such application."""


class CardRefused(CardError):
    """The card answered a status word that the step did not expect."""

    def __init__(self, step: str, status: int) -> None:
        super().__init__(f"the card refused to {step}: {status:04X}")
        self.step = step
        self.status = status


class CardAnswerMalformed(CardError):
    """The card's answer does not have the form its files have."""


class WrongPin(CardError):
    """The PIN is not right. `remaining` tries are left (at least 1)."""

    def __init__(self, remaining: int) -> None:
        super().__init__(f"wrong PIN, {remaining} tries left")
        self.remaining = remaining


class PinBlocked(CardError):
    """No try is left: only the municipality's counter can set the PIN anew."""

    def __init__(self) -> None:
        super().__init__("the PIN is blocked")


class CardReader(Protocol):
    """A card that can be spoken to."""

    def transmit(self, apdu: bytes) -> bytes:
        """Send one command APDU, return the response APDU."""
        ...


def recognise(reader: CardReader) -> CardProfile | None:
    """The generation of the card in the reader, by the applications it has and its label; None for another card."""
    selected: CardProfile | None = None
    for profile in PROFILES.values():
        client = JpkiClient(reader, profile)
        try:
            client.select()
            selected = selected or profile
            if client.token_label() == profile.label:
                return profile
        except CardError:
            continue
    return selected


@dataclass(frozen=True, slots=True)
class CardClient:
    """What the clients of the card's applications share."""

    reader: CardReader
    profile: CardProfile = INDIVIDUAL_NUMBER_CARD

    def select_application(self, name: str) -> None:
        """Select an application; forgets a verified PIN. Raises NotThisCard."""
        application = self.profile.application(name)
        if application is None:
            raise NotThisCard("this generation of the card has no such application")
        response = self.send(Command(0x00, 0xA4, 0x04, 0x0C, application.aid))
        if response.status != StatusWord.DONE:
            raise NotThisCard("the card has no such application")

    def select_file(self, fid: int) -> None:
        """Select an EF of the application. Raises CardRefused."""
        self.expect_done("select a file", Command(0x00, 0xA4, 0x02, 0x0C, fid.to_bytes(2)))

    def read(self, offset: int, expected: int) -> bytes:
        """So many bytes (1..256) of the selected EF from `offset` on; fewer at its end. Raises CardError."""
        data = self.expect_done("read", Command(0x00, 0xB0, offset >> 8, offset & 0xFF, expected=expected))
        if len(data) > expected:
            raise CardAnswerMalformed("the card sent more than it was asked for")
        return data

    def read_object(self, fid: int, *, limit: int = _MAXIMUM_OFFSET) -> bytes:
        """The TLV object that an EF begins with, header and all. Raises CardError."""
        self.select_file(fid)
        head = self.read(0, _READ)
        size = _object_bytes(head)
        if size > limit:
            raise CardAnswerMalformed("the file is too long")
        content = head[:size]
        while len(content) < size:
            part = self.read(len(content), min(_READ, size - len(content)))
            if not part:
                raise CardAnswerMalformed("the file ends early")
            content += part
        return content

    def tries(self, fid: int) -> int:
        """Tries left for a PIN EF of the selected application; 0 = blocked. Costs none."""
        self.select_file(fid)
        response = self.send(Command(0x00, 0x20, 0x00, 0x80))
        if response.status == StatusWord.BLOCKED:
            return 0
        if response.status & 0xFFF0 != _TRIES:
            raise CardRefused("tell the tries left", response.status)
        return response.status & 0x0F

    def verify(self, fid: int, characters: bytes) -> None:
        """Enter a PIN. Raises WrongPin with the tries left, PinBlocked, CardRefused."""
        self.select_file(fid)
        response = self.send(Command(0x00, 0x20, 0x00, 0x80, characters))
        if response.status in (StatusWord.BLOCKED, _TRIES):
            raise PinBlocked
        if response.status & 0xFFF0 == _TRIES:
            raise WrongPin(response.status & 0x0F)
        if response.status != StatusWord.DONE:
            raise CardRefused("verify the PIN", response.status)

    def change(self, fid: int, old: bytes | None, new: bytes) -> None:
        """Set another PIN. Without the old one it must be verified already, or an order must allow it. Raises like `verify`."""
        if old is not None:
            self.verify(fid, old)
        self.select_file(fid)
        self.expect_done("change the PIN", Command(0x00, 0x24, 0x01, 0x80, new))

    def expect_done(self, step: str, command: Command) -> bytes:
        """The data of an answer 9000. Raises CardRefused."""
        response = self.send(command)
        if response.status != StatusWord.DONE:
            raise CardRefused(step, response.status)
        return response.data

    def send(self, command: Command) -> Response:
        """One command, one response. Raises CardAnswerMalformed."""
        try:
            return Response.parse(self.reader.transmit(command.encode()))
        except MalformedApdu:
            raise CardAnswerMalformed("the card's answer has no status word") from None


def _object_bytes(head: bytes) -> int:
    """How long the object is that begins so, header included."""
    start = 2 if head[:1] and head[0] & 0x1F == 0x1F else 1
    length = head[start] if len(head) > start else 0x80
    if length < 0x80:
        return start + 1 + length
    count = length & 0x7F
    if count not in (1, 2) or len(head) < start + 1 + count:
        raise CardAnswerMalformed("the file does not begin with an object")
    return start + 1 + count + int.from_bytes(head[start + 1 : start + 1 + count])


@dataclass(frozen=True, slots=True)
class PinPad:
    """Any of the holder's PINs on the card in `reader`: each call selects the application that has it, and leaves it selected."""

    reader: CardReader
    profile: CardProfile = INDIVIDUAL_NUMBER_CARD

    def tries_left(self, which: PinName) -> int:
        """Tries left; 0 = blocked, or never set. Costs none. Raises NotThisCard when this generation has no such PIN."""
        place = self._place(which)
        return self._client(place).tries(place.fid)

    def verify(self, which: PinName, pin: Pin) -> None:
        """Enter a PIN. Raises WrongPin with the tries left, PinBlocked."""
        place = self._place(which)
        self._client(place).verify(place.fid, pin.encode())

    def change(self, which: PinName, old: Pin | None, new: Pin) -> None:
        """Change a PIN, or (old=None) set one that an order allows to be set. Raises WrongPin, PinBlocked, CardRefused."""
        place = self._place(which)
        self._client(place).change(place.fid, old.encode() if old else None, new.encode())

    def _place(self, which: PinName) -> Place:
        place = self.profile.pins.get(which)
        if place is None:
            raise NotThisCard("this generation of the card has no such PIN")
        return place

    def _client(self, place: Place) -> CardClient:
        client = CardClient(self.reader, self.profile)
        client.select_application(place.application)
        return client


@dataclass(frozen=True, slots=True)
class JpkiClient(CardClient):
    """The application of public personal authentication on the card in `reader`. Call `select` first."""

    def select(self) -> None:
        """Select the application; forgets a verified PIN. Raises NotThisCard."""
        self.select_application(JPKI)

    def token_label(self) -> str:
        """The kind of token, e.g. `JPKIAPICCTOKEN2` for the Individual Number Card."""
        self.select_file(TOKEN_INFORMATION)
        information = self.read(0, _TOKEN_INFORMATION_BYTES)
        if len(information) != _TOKEN_INFORMATION_BYTES or not information[:32].isascii():
            raise CardAnswerMalformed("the token information has another form")
        return information[:32].decode("ascii").rstrip()

    def certificates_present(self) -> frozenset[KeyName]:
        """Which certificates are on the card."""
        self.select_file(CERTIFICATES_PRESENT)
        present = self.read(0, 3)
        if len(present) != 3:
            raise CardAnswerMalformed("the list of certificates has another form")
        return frozenset(
            which for which, slot in self.profile.keys.items() if present[slot.presence_byte] != 0
        )

    def read_certificate(self, which: KeyName = KeyName.AUTHENTICATION) -> bytes:
        """The holder's certificate, X.509 DER. That for signatures can be read only after its PIN (CardRefused 6982)."""
        return self._read_certificate(self.profile.keys[which].certificate)

    def read_ca_certificate(self, which: KeyName = KeyName.AUTHENTICATION) -> bytes:
        """The certificate of the CA that issued it, X.509 DER."""
        return self._read_certificate(self.profile.keys[which].ca_certificate)

    def tries_left(self, which: PinName = PinName.AUTHENTICATION) -> int:
        """Tries left for a PIN of this application; 0 = blocked. Costs none."""
        return self.tries(self._pin(which))

    def verify_pin(self, pin: Pin, which: PinName = PinName.AUTHENTICATION) -> None:
        """Enter a PIN of this application. Raises WrongPin with the tries left, or PinBlocked."""
        self.verify(self._pin(which), pin.encode())

    def change_pin(self, old: Pin | None, new: Pin, which: PinName = PinName.AUTHENTICATION) -> None:
        """Set another PIN of this application. old=None: it is verified already, or an order allows it to be set."""
        self.change(self._pin(which), old.encode() if old else None, new.encode())

    def sign(self, digest: bytes, which: KeyName = KeyName.AUTHENTICATION) -> bytes:
        """Sign a digest (SHA-256, 32 bytes; P-384 cards: SHA-384, 48 bytes) after `verify_pin`.

        Returns the RSA PKCS#1 v1.5 signature, 256 bytes (P-384 cards: r and s, 96 bytes). Raises CardRefused(6982) when no PIN is
        verified.
        """
        algorithm = self.profile.algorithm
        if len(digest) != DIGEST_BYTES[algorithm]:
            raise ValueError(f"a digest for this card has {DIGEST_BYTES[algorithm]} bytes")
        self.select_file(self.profile.keys[which].key)
        # Clients of today's card build the DigestInfo themselves.
        data = SHA256_DIGEST_INFO + digest if algorithm is SignatureAlgorithm.RSA_2048_PKCS1 else digest
        signature = self.expect_done("sign", Command(0x80, 0x2A, 0x00, 0x80, data, expected=256))
        if len(signature) != SIGNATURE_BYTES[algorithm]:
            raise CardAnswerMalformed("the signature does not have the length of this card's")
        return signature

    def _pin(self, which: PinName) -> int:
        place = self.profile.pins.get(which)
        if place is None or place.application != JPKI:
            raise NotThisCard("this application has no such PIN")
        return place.fid

    def _read_certificate(self, fid: int) -> bytes:
        self.select_file(fid)
        head = self.read(0, 4)
        if len(head) != 4 or head[:2] != b"\x30\x82":
            raise CardAnswerMalformed("the file does not hold a certificate")
        return self.read_object(fid, limit=MAXIMUM_CERTIFICATE)
