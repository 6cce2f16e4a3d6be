"""Cards in PC/SC readers, through `pyscard` (optional: `pip install 'mynumber[readers]'`)."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

_MORE = 0x61
"""First byte of a status word: so many bytes more are there."""


class ReaderProblem(StrEnum):
    """Why no card can be spoken to."""

    NOT_INSTALLED = "not_installed"
    """pyscard is not there."""
    NO_SERVICE = "no_service"
    """pcscd does not run."""
    NO_READER = "no_reader"
    NO_SUCH_READER = "no_such_reader"
    NO_CARD = "no_card"
    CARD_GONE = "card_gone"
    """The card was taken out, or does not answer."""


class ReaderUnusable(Exception):
    """No card can be spoken to."""

    def __init__(self, problem: ReaderProblem) -> None:
        super().__init__(f"no card can be spoken to: {problem.value}")
        self.problem = problem


class PcscCard:
    """A card in a PC/SC reader, for use as a CardReader."""

    def __init__(self, connection: Any, atr: bytes, name: str) -> None:
        self._connection = connection
        self.atr = atr
        self.name = name
        """Of the reader."""

    def transmit(self, apdu: bytes) -> bytes:
        """One command, one response. Raises ReaderUnusable(CARD_GONE)."""
        response = self._transmit(apdu)
        while len(response) >= 2 and response[-2] == _MORE:
            # Some readers hand on that the rest waits to be fetched.
            response = response[:-2] + self._transmit(bytes((0x00, 0xC0, 0x00, 0x00, response[-1])))
        return response

    def _transmit(self, apdu: bytes) -> bytes:
        try:
            data, first, second = self._connection.transmit(list(apdu))
        except _faults():
            raise ReaderUnusable(ReaderProblem.CARD_GONE) from None
        return bytes((*data, first, second))


def names() -> list[str]:
    """Names of the readers. Raises ReaderUnusable: NOT_INSTALLED, NO_SERVICE."""
    return [str(reader) for reader in _readers()]


@contextlib.contextmanager
def card_in(number: int | None = None) -> Iterator[PcscCard]:
    """The card in a reader (counted from 0), or in the first one that has a card. Raises ReaderUnusable."""
    readers = _readers()
    if not readers:
        raise ReaderUnusable(ReaderProblem.NO_READER)
    if number is not None and not 0 <= number < len(readers):
        raise ReaderUnusable(ReaderProblem.NO_SUCH_READER)
    for reader in readers if number is None else [readers[number]]:
        connection = _connect(reader)
        if connection is None:
            continue
        try:
            yield PcscCard(connection, bytes(connection.getATR()), str(reader))
        finally:
            connection.disconnect()
        return
    raise ReaderUnusable(ReaderProblem.NO_CARD)


def _connect(reader: Any) -> Any | None:
    """A connection to the card in this reader; None when it has none."""
    connection = reader.createConnection()
    try:
        connection.connect()
    except _faults():
        return None
    return connection


def _readers() -> list[Any]:
    try:
        return list(_module("System").readers())
    except _faults():
        raise ReaderUnusable(ReaderProblem.NO_SERVICE) from None


def _faults() -> tuple[type[Exception], ...]:
    """What pyscard raises: two families, which have no common base."""
    return (_module("Exceptions").SmartcardException, _module("pcsc.PCSCExceptions").BaseSCardException)


def _module(name: str) -> Any:
    """A module of pyscard, which only those need who have a reader."""
    try:
        return importlib.import_module(f"smartcard.{name}")
    except ImportError:
        raise ReaderUnusable(ReaderProblem.NOT_INSTALLED) from None
