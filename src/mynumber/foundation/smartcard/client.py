"""The reader's side: what an application on the resident's device does with a card.

Works on anything that takes a command APDU and gives a response APDU: a `Card` in this process, a card in a
reader, a card at the other end of a socket. A card is a stranger: its answers are checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mynumber.foundation.smartcard.apdu import Command, MalformedApdu, Response, StatusWord
from mynumber.foundation.smartcard.profile import (
    AUTHENTICATION_CA_CERTIFICATE,
    AUTHENTICATION_CERTIFICATE,
    AUTHENTICATION_KEY,
    AUTHENTICATION_PIN,
    INDIVIDUAL_NUMBER_CARD,
    JPKI,
    TOKEN_INFORMATION,
    CardProfile,
    Pin,
)

SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""DER of DigestInfo for SHA-256 up to the 32 bytes of the hash."""
MAXIMUM_CERTIFICATE = 8192
_TOKEN_INFORMATION_BYTES = 160
_READ = 256
_TRIES = 0x63C0


class CardError(Exception):
    """Something went wrong between the reader and the card. Never holds a PIN."""


class NotThisCard(CardError):
    """The card has no application of public personal authentication."""


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


@dataclass(frozen=True, slots=True)
class JpkiClient:
    """The application of public personal authentication on the card in `reader`. Call `select` first."""

    reader: CardReader
    profile: CardProfile = INDIVIDUAL_NUMBER_CARD

    def select(self) -> None:
        """Select the application; forgets a verified PIN. Raises NotThisCard."""
        application = self.profile.application(JPKI)
        if application is None:
            raise NotThisCard("this generation of the card has no such application")
        response = self._send(Command(0x00, 0xA4, 0x04, 0x0C, application.aid))
        if response.status != StatusWord.DONE:
            raise NotThisCard("the card has no application of public personal authentication")

    def token_label(self) -> str:
        """The kind of token, e.g. `JPKIAPICCTOKEN2` for the Individual Number Card."""
        self._select_file(TOKEN_INFORMATION)
        information = self._read(0, _TOKEN_INFORMATION_BYTES)
        if len(information) != _TOKEN_INFORMATION_BYTES or not information[:32].isascii():
            raise CardAnswerMalformed("the token information has another form")
        return information[:32].decode("ascii").rstrip()

    def read_certificate(self) -> bytes:
        """利用者証明用電子証明書, X.509 DER."""
        return self._read_certificate(AUTHENTICATION_CERTIFICATE)

    def read_ca_certificate(self) -> bytes:
        """The certificate of the CA that issued it, X.509 DER."""
        return self._read_certificate(AUTHENTICATION_CA_CERTIFICATE)

    def tries_left(self) -> int:
        """Tries left for the authentication PIN; 0 = blocked. Costs none."""
        self._select_file(AUTHENTICATION_PIN)
        response = self._send(Command(0x00, 0x20, 0x00, 0x80))
        if response.status & 0xFFF0 != _TRIES:
            raise CardRefused("tell the tries left", response.status)
        return response.status & 0x0F

    def verify_pin(self, pin: Pin) -> None:
        """Enter the authentication PIN. Raises WrongPin with the tries left, or PinBlocked."""
        self._select_file(AUTHENTICATION_PIN)
        response = self._send(Command(0x00, 0x20, 0x00, 0x80, pin.encode()))
        if response.status in (StatusWord.BLOCKED, _TRIES):
            raise PinBlocked
        if response.status & 0xFFF0 == _TRIES:
            raise WrongPin(response.status & 0x0F)
        if response.status != StatusWord.DONE:
            raise CardRefused("verify the PIN", response.status)

    def change_pin(self, new: Pin) -> None:
        """Set another authentication PIN; the present one must be verified."""
        self._select_file(AUTHENTICATION_PIN)
        self._expect_done("change the PIN", Command(0x00, 0x24, 0x01, 0x80, new.encode()))

    def sign(self, digest: bytes) -> bytes:
        """Sign a SHA-256 digest (32 bytes) with the authentication key, after `verify_pin`.

        Returns the RSA PKCS#1 v1.5 signature, 256 bytes. Raises CardRefused(6982) when no PIN is verified.
        """
        if len(digest) != 32:
            raise ValueError("a SHA-256 digest has 32 bytes")
        self._select_file(AUTHENTICATION_KEY)
        data = SHA256_DIGEST_INFO + digest
        signature = self._expect_done("sign", Command(0x80, 0x2A, 0x00, 0x80, data, expected=256))
        if len(signature) != 256:
            raise CardAnswerMalformed("a signature of this card has 256 bytes")
        return signature

    def _read_certificate(self, fid: int) -> bytes:
        self._select_file(fid)
        head = self._read(0, 4)
        if len(head) != 4 or head[:2] != b"\x30\x82":
            raise CardAnswerMalformed("the file does not hold a certificate")
        size = int.from_bytes(head[2:]) + 4
        if size > MAXIMUM_CERTIFICATE:
            raise CardAnswerMalformed("the certificate is too long")
        content = b""
        while len(content) < size:
            part = self._read(len(content), min(_READ, size - len(content)))
            if not part:
                raise CardAnswerMalformed("the certificate ends early")
            content += part
        return content

    def _read(self, offset: int, expected: int) -> bytes:
        data = self._expect_done("read", Command(0x00, 0xB0, offset >> 8, offset & 0xFF, expected=expected))
        if len(data) > expected:
            raise CardAnswerMalformed("the card sent more than it was asked for")
        return data

    def _select_file(self, fid: int) -> None:
        self._expect_done("select a file", Command(0x00, 0xA4, 0x02, 0x0C, fid.to_bytes(2)))

    def _expect_done(self, step: str, command: Command) -> bytes:
        response = self._send(command)
        if response.status != StatusWord.DONE:
            raise CardRefused(step, response.status)
        return response.data

    def _send(self, command: Command) -> Response:
        try:
            return Response.parse(self.reader.transmit(command.encode()))
        except MalformedApdu:
            raise CardAnswerMalformed("the card's answer has no status word") from None
