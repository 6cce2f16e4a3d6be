"""Secure messaging of 券面事項入力補助AP: nothing personal on the wire, and one wrong step ends the session."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.smartcard import (
    Card,
    CardAnswerMalformed,
    CardError,
    CardRefused,
    CardState,
    Command,
    Pin,
    PinBlocked,
    TextClient,
    WrongPin,
    process,
    tlv,
)
from mynumber.foundation.smartcard.algorithms import load_key
from mynumber.foundation.smartcard.messaging import OAEP, decrypt, encrypt, key_delivery
from mynumber.foundation.smartcard.state import Messaging
from tests.foundation.smartcard.conftest import FACE, Full
from tests.foundation.smartcard.test_card import run

TEXT = "00A4040C0AD3921000310001010408"
PIN = "002000910435363738"
SEED = bytes(range(32))
SESSION = Messaging(SEED[:16], 1)


@dataclass
class Wire:
    """A reader with somebody listening."""

    card: Card
    heard: list[bytes] = field(default_factory=list)

    def transmit(self, apdu: bytes) -> bytes:
        response = self.card.transmit(apdu)
        self.heard += [apdu, response]
        return response


def opened(full: Full) -> tuple[TextClient, Wire]:
    wire = Wire(Card(full.state))
    text = TextClient(wire)
    text.select()
    text.verify_pin(Pin("5678"))
    return text.open_secure_session(), wire


def test_number_and_attributes_stay_off_the_wire(full: Full) -> None:
    secure, wire = opened(full)
    wire.heard.clear()
    secure.open_with_number_a(FACE.individual_number)
    secure.open_with_number_b(FACE.number_b)
    issuer = full.face_key.public_key()
    assert secure.read_number(issuer) == FACE.individual_number
    assert secure.read_attributes(issuer).birth_date == FACE.birth_date
    heard = b"".join(wire.heard)
    for secret in (FACE.individual_number.digits, FACE.number_b, "甲野", "丸の内", "19800217"):
        assert secret.encode() not in heard


def test_tries_count_the_same_within_the_session(full: Full) -> None:
    secure, _ = opened(full)
    for left in (2, 1):
        with pytest.raises(WrongPin) as wrong:
            secure.verify_pin(Pin("9999"))
        assert wrong.value.remaining == left
    with pytest.raises(PinBlocked):
        secure.verify_pin(Pin("9999"))
    with pytest.raises(PinBlocked):
        secure.verify_pin(Pin("5678"))
    secure.open_with_number_a(FACE.individual_number)
    assert secure.read_number() == FACE.individual_number


def test_plain_commands_between_do_not_disturb(full: Full) -> None:
    secure, wire = opened(full)
    plain = TextClient(wire)
    assert plain.tries_left() == 3
    assert secure.read_number() == plain.read_number() == secure.read_number()


# --- by hand ------------------------------------------------------------------------------------------------------


def delivery(state: CardState, message: bytes) -> str:
    """SET SESSION KEY with this message."""
    key = load_key(state.memory.keys["chip/messaging"])
    assert isinstance(key, rsa.RSAPrivateKey)
    cryptogram = key.public_key().encrypt(message, OAEP)
    return Command(0x80, 0xAE, 0x00, 0x00, cryptogram).encode().hex()


def session(full: Full) -> CardState:
    state, answers = run(full.state, TEXT, PIN, delivery(full.state, key_delivery(SEED)))
    assert answers == ["9000"] * 3
    return state


def wrapped(ins: int, data: bytes, counter: int, p2: int = 0x91) -> str:
    cryptogram = encrypt(Messaging(SEED[:16], counter), data)
    body = tlv.encode(0x86, b"\x01" + cryptogram)
    p1 = 0x02 if ins == 0xA4 else 0x00
    return Command(0x08, ins, p1, p2, body).encode().hex()


READ_ALL = Command(0x08, 0xB0, 0x81, 0x00, bytes.fromhex("9603000000"), 65536).encode().hex()
"""EF 0001 by its short identifier, all of it."""


def test_the_file_is_answered_encrypted_and_whole(full: Full) -> None:
    state, response = process(session(full), bytes.fromhex(READ_ALL))
    value = tlv.members(response[:-2], 0x86)[0x86].value
    assert value[:1] == b"\x01"
    assert decrypt(SESSION, value[1:]) == full.state.memory.contents["text/0001"]
    assert state.messaging == Messaging(SEED[:16], 2)


@pytest.mark.parametrize(
    ("before", "message", "status"),
    [
        ((), key_delivery(SEED), "6982"),
        (("00200094" + "0C" + FACE.individual_number.digits.encode().hex(),), key_delivery(SEED), "6982"),
        ((PIN,), key_delivery(SEED[:31]), "6A80"),
        ((PIN,), tlv.encode(0xA0, tlv.encode(0x81, SEED)), "6A80"),
        ((PIN,), tlv.encode(0xA0, tlv.encode(0x80, SEED) + tlv.encode(0x81, SEED)), "6A80"),
        ((PIN,), b"", "6A80"),
        ((PIN,), SEED, "6A80"),
    ],
)
def test_a_session_key_is_taken_after_the_pin_and_in_one_form(
    full: Full, before: tuple[str, ...], message: bytes, status: str
) -> None:
    state, answers = run(full.state, TEXT, *before, delivery(full.state, message))
    assert answers[-1] == status
    assert state.messaging is None


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"\xff" * 256, "6F00"), (b"\x01" * 256, "6A80"), (b"\x01" * 255, "6700"), (b"", "6700")],
)
def test_other_cryptograms_are_refused(full: Full, data: bytes, status: str) -> None:
    command = Command(0x80, 0xAE, 0x00, 0x00, data).encode().hex()
    assert run(full.state, TEXT, PIN, command)[1][-1] == status


@pytest.mark.parametrize(
    ("aid", "status"),
    [
        ("D392F000260100000001", "6982"),
        ("D3921000310001010402", "66F1"),
        ("D3921000310001010401", "6982"),
        ("D3921000310001010100", "66F1"),
    ],
)
def test_other_applications_take_no_session_key(full: Full, aid: str, status: str) -> None:
    command = delivery(full.state, key_delivery(SEED))
    assert run(full.state, f"00A4040C0A{aid}", command)[1][-1] == status


def test_a_command_that_the_application_refuses_counts_as_well(full: Full) -> None:
    closed = wrapped(0xA4, b"\x00\x99", 1, p2=0x0C)
    _, answers = run(session(full), closed, wrapped(0x20, b"5678", 2), READ_ALL)
    assert answers == ["6A82", "9000", "9000"]


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (wrapped(0x20, b"5678", 2), "6988"),  # the counter is ahead
        (Command(0x08, 0x20, 0x00, 0x91, bytes.fromhex("9603000000")).encode().hex(), "6988"),
        (Command(0x08, 0xB0, 0x81, 0x00, tlv.encode(0x86, b"\x01" + bytes(16)), 256).encode().hex(), "6988"),
        (wrapped(0x20, b"5678", 1).replace("861101", "861102"), "6988"),
        (Command(0x08, 0x20, 0x00, 0x91, tlv.encode(0x86, b"\x01" + bytes(15))).encode().hex(), "6988"),
        (Command(0x08, 0x20, 0x00, 0x91, tlv.encode(0x86, b"\x01")).encode().hex(), "6988"),
        ("08200091", "6988"),
        (Command(0x08, 0xB0, 0x81, 0x00, bytes.fromhex("96030000009603000000"), 256).encode().hex(), "6988"),
        (Command(0x08, 0xB0, 0x81, 0x00, bytes.fromhex("96020000"), 256).encode().hex(), "6988"),
        ("0C20009100", "6987"),
        ("0884000008", "6882"),
    ],
)
def test_a_wrong_step_ends_the_session(full: Full, command: str, status: str) -> None:
    _, answers = run(session(full), command, wrapped(0x20, b"5678", 2), READ_ALL)
    assert answers == [status, "69FC", "69FC"]


@pytest.mark.parametrize("interruption", [TEXT, None])
def test_selecting_an_application_and_power_loss_end_the_session(
    full: Full, interruption: str | None
) -> None:
    state = session(full)
    state = state.reset() if interruption is None else run(state, interruption)[0]
    assert run(state, TEXT, PIN, READ_ALL)[1][-1] == "69FC"


def test_nothing_is_opened_by_a_session_alone(full: Full) -> None:
    """The session survives a wrong PIN, the permission to read does not."""
    _, answers = run(session(full), wrapped(0x20, b"9999", 1), READ_ALL)
    assert answers == ["63C2", "6982"]


def test_a_card_that_answers_something_else_is_a_card_error(full: Full) -> None:
    secure, wire = opened(full)
    plain = wire.card.transmit
    for answer in (
        b"\x86\x01\x02\x90\x00",
        b"\x86\x11\x01" + bytes(16) + b"\x90\x00",
        b"\xff\x90\x00",
        b"\x01\x90\x00",
    ):
        wire.card.transmit = lambda apdu, answer=answer: answer if apdu[1] == 0xB0 else plain(apdu)  # type: ignore[method-assign, misc]
        with pytest.raises((CardAnswerMalformed, CardRefused)):
            secure.read_number()


@given(st.binary(max_size=300), st.integers(1, 2**32))
def test_what_is_encrypted_is_decrypted(data: bytes, counter: int) -> None:
    messaging = Messaging(SEED[:16], counter)
    # Trailing zeros are data, too: the padding begins with 80.
    assert decrypt(messaging, encrypt(messaging, data)) == data
    assert len(encrypt(messaging, data)) == len(data) + 16 - len(data) % 16


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0x08, 0x0C, 0x00]),
            st.sampled_from([0x20, 0xA4, 0xB0, 0x84, 0xAE]),
            st.binary(max_size=60),
        ),
        max_size=6,
    )
)
def test_no_bytes_within_a_session_make_the_card_raise(
    full: Full, commands: list[tuple[int, int, bytes]]
) -> None:
    state = session(full)
    for cla, ins, data in commands:
        state, response = process(state, Command(cla, ins, 0x00, 0x91, data, 256).encode())
        assert len(response) >= 2
        assert state.memory.pins["text/0011"].tries_left <= 3


def test_a_session_does_not_print_its_key(full: Full) -> None:
    assert repr(SEED[:16]) not in repr(session(full))


def test_text_client_without_a_pin_gets_no_session(full: Full) -> None:
    text = TextClient(Card(full.state))
    text.select()
    with pytest.raises(CardError):
        text.open_secure_session()
