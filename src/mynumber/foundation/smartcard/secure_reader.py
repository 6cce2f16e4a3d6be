"""The reader's side of secure messaging: a CardReader that encrypts what goes over the wire (`messaging`)."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import rsa

from mynumber.foundation.smartcard import tlv
from mynumber.foundation.smartcard.algorithms import SYSTEM_RANDOMNESS, Randomness
from mynumber.foundation.smartcard.apdu import Command, Response
from mynumber.foundation.smartcard.client import CardAnswerMalformed, CardClient, CardReader
from mynumber.foundation.smartcard.face import read_modulus_template
from mynumber.foundation.smartcard.generations import TEXT_MESSAGING_KEY
from mynumber.foundation.smartcard.messaging import (
    CRYPTOGRAM,
    EXPECTED_LENGTH,
    OAEP,
    SECURE,
    SEED_BYTES,
    SET_SESSION_KEY,
    decrypt,
    encrypt,
    key_delivery,
)
from mynumber.foundation.smartcard.state import Messaging

_PADDED = b"\x01"
_ELEMENTARY_FILE = 0x02


class SecureReader:
    """Sends VERIFY, SELECT of an EF and READ BINARY encrypted, everything else as it is. Lasts until an application is selected."""

    def __init__(self, reader: CardReader, key: bytes) -> None:
        self._reader = reader
        self._messaging = Messaging(key, 1)

    @classmethod
    def open(cls, client: CardClient, randomness: Randomness = SYSTEM_RANDOMNESS) -> SecureReader:
        """Give the card a session key. 券面事項入力補助AP is selected and its PIN verified. Raises CardError."""
        public = _messaging_key(client)
        seed = randomness.octets(SEED_BYTES)
        cryptogram = public.encrypt(key_delivery(seed), OAEP)
        client.expect_done("take a session key", Command(0x80, SET_SESSION_KEY, 0x00, 0x00, cryptogram))
        return cls(client.reader, seed[:16])

    def transmit(self, apdu: bytes) -> bytes:
        """One command, one response, both plain on this side. Raises CardAnswerMalformed."""
        command = Command.parse(apdu)
        wrapped = self._wrapped(command)
        if wrapped is None:
            return self._reader.transmit(apdu)
        messaging = self._messaging
        response = Response.parse(self._reader.transmit(wrapped.encode()))
        self._messaging = Messaging(messaging.key, messaging.counter + 1)
        if not response.data:
            return response.encode()
        try:
            value = tlv.members(response.data, CRYPTOGRAM)[CRYPTOGRAM].value
            if value[:1] != _PADDED:
                raise CardAnswerMalformed("the card's answer is encrypted in another way")
            return Response(decrypt(messaging, value[1:]), response.status).encode()
        except tlv.MalformedTlv:
            raise CardAnswerMalformed("the card's answer cannot be decrypted") from None

    def _wrapped(self, command: Command) -> Command | None:
        """The command with secure messaging; None: it goes as it is."""
        if command.cla != 0x00:
            return None
        match command.ins:
            case 0xB0:
                # 0000 asks for everything from the offset on.
                length = (command.expected & 0xFFFF).to_bytes(2)
                data = tlv.encode(EXPECTED_LENGTH, b"\0" + length)
                return Command(SECURE, command.ins, command.p1, command.p2, data, 65536)
            case 0xA4 if command.p1 != _ELEMENTARY_FILE:
                return None
            case 0xA4 | 0x20 if command.data:
                data = tlv.encode(CRYPTOGRAM, _PADDED + encrypt(self._messaging, command.data))
                return Command(SECURE, command.ins, command.p1, command.p2, data)
            case _:
                return None


def _messaging_key(client: CardClient) -> rsa.RSAPublicKey:
    try:
        return read_modulus_template(tlv.parse_one(client.read_object(TEXT_MESSAGING_KEY), 0xA1).value)
    except (tlv.MalformedTlv, ValueError):
        raise CardAnswerMalformed("the file of the session's key has another form") from None
