"""A card in the virtual reader of pcscd: the protocol of Debian's `vsmartcard-vpcd`.

pcscd listens on TCP port 35963; the card connects, and the open connection is the card in the reader. Both directions carry a length
(two bytes, big-endian) and as many bytes. One byte from pcscd is a control code; anything else is a command APDU, which is answered.
The ATR is asked for all the time: it is how pcscd looks whether the card is still there.
"""

from __future__ import annotations

import contextlib
import socket
from typing import Protocol

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 35963
"""35963 is 8C7B in pcscd's configuration; the second slot of the virtual reader is 35964."""
POWER_OFF, POWER_ON, RESET, GET_ATR = 0x00, 0x01, 0x02, 0x04
_LENGTH_BYTES = 2
_CONNECT_SECONDS = 5.0
_TCP_QUICKACK = getattr(socket, "TCP_QUICKACK", None)


class InsertedCard(Protocol):
    """A card that can be put into the reader."""

    def transmit(self, apdu: bytes) -> bytes:
        """One command, one response; what the card keeps is saved before this returns."""
        ...

    def reset(self) -> None:
        """Cut the power."""
        ...


class NoVirtualReader(Exception):
    """Nothing listens where pcscd's virtual reader should."""


class ReaderGone(Exception):
    """pcscd has ended, or another card took the place."""


class VirtualReader:
    """The card's end of the connection to pcscd. Close it to take the card out."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    @classmethod
    def connect(cls, host: str = DEFAULT_HOST, port: int = DEFAULT_PORT) -> VirtualReader:
        """Put a card in. Raises NoVirtualReader."""
        try:
            connection = socket.create_connection((host, port), timeout=_CONNECT_SECONDS)
        except OSError as error:
            raise NoVirtualReader(str(error)) from None
        connection.settimeout(None)
        return cls(connection)

    def serve(self, card: InsertedCard, atr: bytes) -> None:
        """Answer until the connection ends. Raises ReaderGone, and whatever the card raises: then there is no answer."""
        while True:
            message = self._receive(int.from_bytes(self._receive(_LENGTH_BYTES)))
            answer = _answer(card, atr, message)
            if answer is not None:
                self._send(answer)

    def close(self) -> None:
        """Take the card out. A `serve` in another thread ends."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def _receive(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            try:
                part = self._connection.recv(count - len(data))
                if _TCP_QUICKACK is not None:
                    # vpcd sends length and data apart: with a delayed acknowledgement every command would take 40 ms. The option lasts for
                    # one receipt only.
                    self._connection.setsockopt(socket.IPPROTO_TCP, _TCP_QUICKACK, 1)
            except OSError as error:
                raise ReaderGone(str(error)) from None
            if not part:
                raise ReaderGone("pcscd closed the connection")
            data += part
        return data

    def _send(self, answer: bytes) -> None:
        try:
            self._connection.sendall(len(answer).to_bytes(_LENGTH_BYTES) + answer)
        except OSError as error:
            raise ReaderGone(str(error)) from None


def _answer(card: InsertedCard, atr: bytes, message: bytes) -> bytes | None:
    """What goes back; None = nothing."""
    if len(message) != 1:
        return card.transmit(message)
    match message[0]:
        case 0x04:
            return atr
        case 0x00 | 0x01 | 0x02:
            card.reset()
    return None
