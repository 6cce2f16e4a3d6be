"""The protocol of the virtual reader, with a pcscd made for the test at the other end of a real connection."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.smartcard import CardFile, CardFileUnusable, CardState
from mynumber.platform.cards.specimen import make_specimen
from mynumber.platform.cards.vpcd import (
    GET_ATR,
    POWER_OFF,
    POWER_ON,
    RESET,
    NoVirtualReader,
    ReaderGone,
    VirtualReader,
)

ATR = bytes.fromhex("3BE000FF8131FE4514")
SELECT = bytes.fromhex("00A4040C0AD392F000260100000001")
RIGHT, WRONG = bytes.fromhex("002000980431323334"), bytes.fromhex("002000980439393939")
SIGN = bytes.fromhex("802A009701AA00")


@pytest.fixture(scope="module")
def specimen() -> CardState:
    return make_specimen(datetime(2026, 11, 22, tzinfo=UTC)).card


@pytest.fixture
def path(specimen: CardState, tmp_path: Path) -> Path:
    path = tmp_path / "test.card"
    CardFile.create(path, specimen)
    return path


class Pcscd:
    """What pcscd's driver does on its end."""

    def __init__(self, listening: socket.socket) -> None:
        self._connection, _ = listening.accept()
        self._connection.settimeout(30)

    def send(self, message: bytes) -> None:
        self._connection.sendall(len(message).to_bytes(2) + message)

    def control(self, code: int) -> None:
        self.send(bytes((code,)))

    def receive(self) -> bytes:
        return self._exactly(int.from_bytes(self._exactly(2)))

    def ask(self, message: bytes) -> bytes:
        self.send(message)
        return self.receive()

    def close(self) -> None:
        self._connection.close()

    def send_slowly(self, message: bytes) -> None:
        for byte in len(message).to_bytes(2) + message:
            self._connection.sendall(bytes((byte,)))

    def at_end(self) -> bool:
        return self._connection.recv(1) == b""

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self._connection.recv(count - len(data))
            assert part, "the card is gone"
            data += part
        return data


class Inserted:
    """A card in the reader, served by a thread; `ended` is how that ended."""

    def __init__(self, path: Path) -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        self.reader = VirtualReader.connect(*listening.getsockname())
        self.pcscd = Pcscd(listening)
        listening.close()
        self.ended: BaseException | None = None
        self._thread = threading.Thread(target=self._serve, args=(CardFile(path),))
        self._thread.start()

    def _serve(self, card: CardFile) -> None:
        try:
            self.reader.serve(card, ATR)
        except (ReaderGone, CardFileUnusable, OSError) as error:
            self.ended = error
            self.reader.close()

    def close(self) -> None:
        self.reader.close()
        self.pcscd.close()
        self._thread.join()

    def join(self) -> None:
        self._thread.join(timeout=30)
        assert not self._thread.is_alive()


@pytest.fixture
def inserted(path: Path) -> Iterator[Inserted]:
    with closing(Inserted(path)) as card:
        yield card


def test_commands_are_answered_and_the_atr_at_any_moment(inserted: Inserted) -> None:
    pcscd = inserted.pcscd
    assert pcscd.ask(bytes((GET_ATR,))) == ATR
    pcscd.control(POWER_ON)
    assert pcscd.ask(SELECT) == b"\x90\x00"
    assert pcscd.ask(bytes((GET_ATR,))) == ATR
    assert pcscd.ask(RIGHT) == b"\x90\x00"
    assert pcscd.ask(bytes((GET_ATR,))) == ATR
    assert len(pcscd.ask(SIGN)) == 258


@pytest.mark.parametrize("code", [POWER_OFF, POWER_ON, RESET])
def test_power_forgets_the_pin_and_is_not_answered(inserted: Inserted, code: int) -> None:
    pcscd = inserted.pcscd
    assert [pcscd.ask(apdu) for apdu in (SELECT, RIGHT)] == [b"\x90\x00"] * 2
    pcscd.control(code)
    assert pcscd.ask(SELECT) == b"\x90\x00"  # the next answer is this one's
    assert pcscd.ask(SIGN) == b"\x69\x82"


def test_the_counter_is_on_disk_before_the_answer(inserted: Inserted, path: Path) -> None:
    inserted.pcscd.ask(SELECT)
    assert inserted.pcscd.ask(WRONG) == b"\x63\xc2"
    assert CardState.from_bytes(path.read_bytes()).memory.pins["jpki/0018"].tries_left == 2


def test_unknown_control_bytes_and_odd_commands_do_no_harm(inserted: Inserted) -> None:
    pcscd = inserted.pcscd
    pcscd.control(0x07)
    assert pcscd.ask(b"") == b"\x67\x00"
    assert pcscd.ask(b"\x00\xa4") == b"\x67\x00"
    assert pcscd.ask(bytes(65535)) == b"\x67\x00"
    assert pcscd.ask(bytes((GET_ATR,))) == ATR


def test_messages_may_arrive_byte_by_byte(inserted: Inserted) -> None:
    inserted.pcscd.send_slowly(SELECT)
    assert inserted.pcscd.receive() == b"\x90\x00"


def test_the_card_notices_that_pcscd_has_ended(inserted: Inserted) -> None:
    inserted.pcscd.close()
    inserted.join()
    assert isinstance(inserted.ended, ReaderGone)


def test_pcscd_notices_that_the_card_is_out(inserted: Inserted) -> None:
    inserted.reader.close()
    assert inserted.pcscd.at_end()
    inserted.join()


def test_a_card_that_cannot_be_saved_gives_no_answer(inserted: Inserted, path: Path) -> None:
    inserted.pcscd.ask(SELECT)
    path.unlink()
    inserted.pcscd.send(WRONG)
    assert inserted.pcscd.at_end()
    inserted.join()
    assert isinstance(inserted.ended, CardFileUnusable)


def test_no_reader_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
    with pytest.raises(NoVirtualReader):
        VirtualReader.connect(host, port)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=60).filter(lambda m: len(m) != 1), max_size=20))
def test_whatever_pcscd_sends_is_answered(
    specimen: CardState, tmp_path_factory: pytest.TempPathFactory, messages: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("any") / "test.card"
    CardFile.create(path, specimen)
    with closing(Inserted(path)) as inserted:
        for message in messages:
            assert len(inserted.pcscd.ask(message)) >= 2
