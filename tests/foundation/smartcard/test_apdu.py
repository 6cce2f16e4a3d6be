"""APDUs: every case in both forms, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.smartcard.apdu import Command, MalformedApdu, Response

byte = st.integers(0, 255)
commands = st.builds(
    Command,
    byte,
    byte,
    byte,
    byte,
    st.binary(max_size=600),
    st.one_of(st.integers(0, 300), st.integers(0, 65536)),
)


@given(commands)
def test_a_command_survives_its_bytes(command: Command) -> None:
    assert Command.parse(command.encode()) == command


@given(st.binary(max_size=300))
def test_any_bytes_are_a_command_or_malformed(apdu: bytes) -> None:
    try:
        command = Command.parse(apdu)
    except MalformedApdu:
        return
    assert apdu[:4] == bytes((command.cla, command.ins, command.p1, command.p2))
    assert Command.parse(command.encode()) == command


@pytest.mark.parametrize(
    ("apdu", "data", "expected"),
    [
        ("00200080", "", 0),
        ("00B0000004", "", 4),
        ("00B0000000", "", 256),
        ("0020008004" + "31323334", "31323334", 0),
        ("00A4040C0AD392F00026010000000100", "D392F000260100000001", 256),
        ("00B000000000FF", "", 255),
        ("00B00000000000", "", 65536),
        ("00200080000004" + "31323334", "31323334", 0),
        ("802A0080000001AA0100", "AA", 256),
        ("802A0080000001AA0000", "AA", 65536),
    ],
)
def test_the_cases_of_iso_7816_4(apdu: str, data: str, expected: int) -> None:
    command = Command.parse(bytes.fromhex(apdu))
    assert (command.data, command.expected) == (bytes.fromhex(data), expected)


@pytest.mark.parametrize(
    "apdu",
    [
        "",
        "00",
        "002000",
        "002000800431",  # Lc too long
        "0020008001313233",  # two bytes behind Lc and Le
        "00B000000000",  # half an extended Le
        "00200080000000AA",  # extended Lc of zero with data
        "00200080000002AA",  # extended Lc too long
        "00200080000001AA00",  # one byte of an extended Le
        "00200080000001AA000000",  # a byte too many
    ],
)
def test_other_shapes_are_malformed(apdu: str) -> None:
    with pytest.raises(MalformedApdu):
        Command.parse(bytes.fromhex(apdu))


@pytest.mark.parametrize("command", [Command(0, 0, 0, 0, bytes(65536)), Command(0, 0, 0, 0, b"", 65537)])
def test_what_no_apdu_can_say_is_not_encoded(command: Command) -> None:
    with pytest.raises(MalformedApdu):
        command.encode()


def test_the_longest_command_is_read() -> None:
    command = Command(0, 0xD6, 0, 0, bytes(65535), 65536)
    assert Command.parse(command.encode()) == command


def test_a_command_does_not_print_its_pin() -> None:
    command = Command(0x00, 0x20, 0x00, 0x80, b"8642")
    assert "8642" not in repr(command)


@pytest.mark.parametrize("answer", [b"", b"\x90"])
def test_a_response_without_a_status_word_is_malformed(answer: bytes) -> None:
    with pytest.raises(MalformedApdu):
        Response.parse(answer)


@given(st.binary(max_size=300), st.integers(0, 65535))
def test_a_response_survives_its_bytes(data: bytes, status: int) -> None:
    assert Response.parse(Response(data, status).encode()) == Response(data, status)
