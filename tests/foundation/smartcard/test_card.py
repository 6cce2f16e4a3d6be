"""The chip: its files, its PINs, its signature, and that no bytes make it raise or give anything away."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.smartcard import Card, CardState, CardStateDamaged, process
from tests.foundation.smartcard.conftest import Full, Made

SELECT_JPKI = "00A4040C0AD392F000260100000001"
SELECT_PIN, SELECT_KEY, SELECT_CERTIFICATE = "00A4020C020018", "00A4020C020017", "00A4020C02000A"
TRIES = "00200080"
RIGHT_PIN, WRONG_PIN = "002000800431323334", "002000800439393939"
DIGEST_INFO = "3031300D060960864801650304020105000420" + "11" * 32
SIGN = "802A008033" + DIGEST_INFO + "00"


def status(response: bytes) -> str:
    return response[-2:].hex().upper()


def run(state: CardState, *apdus: str) -> tuple[CardState, list[str]]:
    """Send commands one after the other; the status words of all."""
    answers = []
    for apdu in apdus:
        state, response = process(state, bytes.fromhex(apdu))
        answers.append(status(response))
    return state, answers


def test_opensc_binds_to_the_card(made: Made) -> None:
    """The commands OpenSC 0.23 sends to recognise and bind a card, with the answers it needs."""
    _, answers = run(
        made.state, SELECT_JPKI, SELECT_PIN, TRIES, "00A4020C02001B", TRIES, SELECT_CERTIFICATE, "00B0000004"
    )
    assert answers == ["9000", "9000", "63C3", "9000", "63C0", "9000", "9000"]


@pytest.mark.parametrize(
    ("apdu", "answer"),
    [
        ("00a4040007627601ff000000", "6A82"),
        ("00a4040c0fd23300000045737445494420763335", "6A82"),
        ("00a4040c07a0000000790100" + "00", "6A82"),
        ("00a4040006d2760001240100", "6A82"),
        ("00cadf3005", "6A88"),
        ("00cb3fff035c017e08", "6D00"),
        ("00A4040C09D392F0002601000000", "6A82"),  # a shortened AID of our own application
        ("00A404000AD392F000260100000001", "6A86"),
        ("00A40000", "6A86"),
        ("00A40000023F00", "6A82"),
        ("00A4020C020018", "6A82"),  # no application is selected
        ("00B0000004", "6986"),
        ("0C20008004", "69FC"),
        ("08B0000004", "69FC"),
        ("08A4020C02000A", "6882"),
        ("8C20008004", "6882"),
        ("1020008004", "6884"),
        ("0120008004", "6881"),
        ("FF20008004", "6E00"),
        ("00", "6700"),
    ],
)
def test_a_fresh_card_refuses(made: Made, apdu: str, answer: str) -> None:
    after, answers = run(made.state, apdu)
    assert answers == [answer]
    assert after == made.state


@pytest.mark.parametrize(
    ("selected", "apdu", "answer"),
    [
        (SELECT_PIN, "00B0000000", "6981"),
        (SELECT_KEY, "00B0000000", "6981"),
        (SELECT_CERTIFICATE, "00B0FFFF00"[:4] + "7FFF00", "6B00"),
        (SELECT_CERTIFICATE, "00B00000", "6700"),
        (SELECT_CERTIFICATE, TRIES, "6981"),
        (SELECT_CERTIFICATE, SIGN, "6981"),
        (SELECT_KEY, SIGN, "6982"),
        (SELECT_PIN, "00200180", "6A86"),
        (SELECT_PIN, "00200000", "6A86"),
        (SELECT_PIN, "00200085", "6A88"),
        (SELECT_PIN, "002401800430303030", "6982"),
        (SELECT_PIN, "002400800430303030", "6A86"),
        (SELECT_PIN, "00A4020C020001", "6A82"),  # this card has no signature certificate
        (SELECT_PIN, "00A4020C02001A", "6A82"),
        (SELECT_PIN, "00A4020C020099", "6A82"),
        (SELECT_PIN, "00A40200020018", "6A86"),
        (SELECT_PIN, "00A4020C0118", "6700"),
    ],
)
def test_a_command_that_does_not_fit_is_refused(made: Made, selected: str, apdu: str, answer: str) -> None:
    _, answers = run(made.state, SELECT_JPKI, selected, apdu)
    assert answers == ["9000", "9000", answer]


@pytest.mark.parametrize(("name", "fid"), [("certificate", "0A"), ("ca_certificate", "0B")])
def test_the_certificates_are_free_to_read(made: Made, name: str, fid: str) -> None:
    state, _ = run(made.state, SELECT_JPKI, f"00A4020C0200{fid}")
    _, whole = process(state, bytes.fromhex("00B00000000000"))
    assert whole[:-2] == getattr(made, name)
    _, tail = process(state, bytes.fromhex("00B0010000"))
    assert tail[:-2] == getattr(made, name)[256:512]
    _, short = process(state, bytes.fromhex(f"00B08{fid[1]}0104"))
    assert short[:-2] == getattr(made, name)[1:5]


def test_token_information_is_160_bytes_of_a_my_number_card(made: Made) -> None:
    state, _ = run(made.state, SELECT_JPKI, "00A4020C020006")
    _, response = process(state, bytes.fromhex("00B0000000"))
    assert len(response) == 162
    assert response.startswith(b"JPKIAPICCTOKEN2 ")
    assert response[96:100] == bytes.fromhex("0000040D")
    assert response[140:-2] == b"0301" + b"9" * 16
    _, present = process(run(made.state, SELECT_JPKI, "00A4020C020008")[0], bytes.fromhex("00B0000000"))
    assert present.hex() == "008f009000"


def test_the_card_signs_after_its_pin_and_the_signature_verifies(made: Made) -> None:
    state, answers = run(made.state, SELECT_JPKI, SELECT_PIN, RIGHT_PIN, SELECT_KEY)
    assert answers == ["9000"] * 4
    _, response = process(state, bytes.fromhex(SIGN))
    assert status(response) == "9000"
    digest = bytes.fromhex("11" * 32)
    made.key.public_key().verify(response[:-2], digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))


@pytest.mark.parametrize(
    ("apdu", "answer"),
    [
        ("802A008000", "6700"),
        ("802A008001AA00", "9000"),
        ("802A0080F5" + "AA" * 245 + "00", "9000"),
        ("802A0080F6" + "AA" * 246 + "00", "6700"),
        ("802A008001AA", "6C00"),
        ("802A008001AA80", "6C00"),
        ("802A028020" + "AA" * 32 + "00", "9000"),
        ("802A068020" + "AA" * 32 + "00", "6A86"),
        ("002A008001AA00", "6D00"),
        ("802A009701AA00", "9000"),  # 97: the key by its short identifier
        ("802A009A01AA00", "6A88"),
    ],
)
def test_input_of_the_signature(made: Made, apdu: str, answer: str) -> None:
    _, answers = run(made.state, SELECT_JPKI, SELECT_PIN, RIGHT_PIN, SELECT_KEY, apdu)
    assert answers[-1] == answer


def test_a_wrong_pin_counts_down_to_blocked_and_the_right_one_no_longer_helps(made: Made) -> None:
    _, answers = run(
        made.state, SELECT_JPKI, SELECT_PIN, *[WRONG_PIN] * 3, RIGHT_PIN, TRIES, SELECT_KEY, SIGN
    )
    assert answers == ["9000", "9000", "63C2", "63C1", "63C0", "6984", "63C0", "9000", "6982"]


def test_the_right_pin_restores_the_tries(made: Made) -> None:
    _, answers = run(made.state, SELECT_JPKI, SELECT_PIN, WRONG_PIN, WRONG_PIN, RIGHT_PIN, TRIES)
    assert answers[2:] == ["63C2", "63C1", "9000", "63C3"]


def test_a_wrong_pin_takes_back_the_permission_to_sign(made: Made) -> None:
    _, answers = run(made.state, SELECT_JPKI, SELECT_PIN, RIGHT_PIN, WRONG_PIN, SELECT_KEY, SIGN)
    assert answers[-1] == "6982"


@pytest.mark.parametrize("interruption", [SELECT_JPKI, None])
def test_selecting_again_and_power_loss_forget_the_pin(made: Made, interruption: str | None) -> None:
    state, _ = run(made.state, SELECT_JPKI, SELECT_PIN, RIGHT_PIN)
    state = state.reset() if interruption is None else run(state, interruption)[0]
    _, answers = run(state, SELECT_JPKI, SELECT_KEY, SIGN)
    assert answers[-1] == "6982"


def test_the_pin_is_changed_by_its_holder(made: Made) -> None:
    change = "002401800435363738"
    state, answers = run(made.state, SELECT_JPKI, SELECT_PIN, RIGHT_PIN, change)
    assert answers[-1] == "9000"
    state = CardState.from_bytes(state.to_bytes())
    _, answers = run(state, SELECT_JPKI, SELECT_PIN, RIGHT_PIN, "002000800435363738")
    assert answers[2:] == ["63C2", "9000"]


@pytest.mark.parametrize("new", ["", "313233", "3132333435", "31323341", "EFBC91EF"])
def test_a_pin_that_breaks_the_rules_is_not_set(made: Made, new: str) -> None:
    change = f"00240180{len(new) // 2:02X}{new}" if new else "00240180"
    state, answers = run(made.state, SELECT_JPKI, SELECT_PIN, RIGHT_PIN, change)
    assert answers[-1] == "6A80"
    assert state.memory == made.state.memory


def test_the_tries_survive_power_loss(made: Made) -> None:
    state, _ = run(made.state, SELECT_JPKI, SELECT_PIN, WRONG_PIN, WRONG_PIN)
    state = CardState.from_bytes(state.to_bytes())
    _, answers = run(state, SELECT_JPKI, SELECT_PIN, TRIES, WRONG_PIN)
    assert answers[2:] == ["63C1", "63C0"]


def test_the_holder_saves_before_the_answer_leaves(made: Made) -> None:
    saved: list[bytes] = []
    card = Card(made.state, save=lambda state: saved.append(state.to_bytes()))
    for apdu in (SELECT_JPKI, SELECT_PIN, TRIES, RIGHT_PIN):
        card.transmit(bytes.fromhex(apdu))
    assert saved == []  # nothing that lasts has changed
    card.transmit(bytes.fromhex(WRONG_PIN))
    _, answers = run(CardState.from_bytes(saved[-1]), SELECT_JPKI, SELECT_PIN, TRIES)
    assert answers[-1] == "63C2"


def test_a_failed_save_gives_no_answer_and_no_free_try(made: Made) -> None:
    def full(_: CardState) -> None:
        raise OSError(28, "No space left on device")

    card = Card(made.state, save=full)
    card.transmit(bytes.fromhex(SELECT_JPKI))
    card.transmit(bytes.fromhex(SELECT_PIN))
    with pytest.raises(OSError, match="space"):
        card.transmit(bytes.fromhex(WRONG_PIN))
    # The right PIN at full tries changes nothing that lasts, so it alone still works.
    assert status(card.transmit(bytes.fromhex(RIGHT_PIN))) == "9000"


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_damaged_state_is_refused(made: Made, position: int, flip: int) -> None:
    data = bytearray(made.state.to_bytes())
    data[position % len(data)] ^= flip
    with pytest.raises(CardStateDamaged):
        CardState.from_bytes(bytes(data))


@given(st.binary(max_size=200))
def test_any_bytes_are_no_card(data: bytes) -> None:
    with pytest.raises(CardStateDamaged):
        CardState.from_bytes(data)


def test_a_cut_state_is_refused(made: Made) -> None:
    data = made.state.to_bytes()
    for end in (0, 10, 32, len(data) // 2, len(data) - 1):
        with pytest.raises(CardStateDamaged):
            CardState.from_bytes(data[:end])


@pytest.mark.parametrize(
    "change",
    [
        {"tries_left": 4},
        {"tries_left": -1},
        {"tries": 16, "tries_left": 16},
        {"cost": 3},
        {"cost": 2**20},
        {"cost": 0},
    ],
)
def test_a_pin_that_no_card_has_is_refused(made: Made, change: dict[str, int]) -> None:
    """A counter with more tries than its PIN, a hash that would cost gigabytes ..."""
    memory = made.state.memory
    pins = {**memory.pins, "jpki/0018": msgspec.structs.replace(memory.pins["jpki/0018"], **change)}
    state = replace(made.state, memory=msgspec.structs.replace(memory, pins=pins))
    with pytest.raises(CardStateDamaged):
        CardState.from_bytes(state.to_bytes())


def test_a_card_does_not_print_what_it_keeps(made: Made) -> None:
    record = made.state.memory.pins["jpki/0018"]
    printed = repr(made.state) + repr(made.state.memory) + repr(record) + repr(made.pin)
    assert "1234" not in printed
    for secret in (record.digest, record.salt, made.state.memory.keys["jpki/0017"]):
        assert repr(secret) not in printed


# --- any bytes ----------------------------------------------------------------------------------------------

KNOWN = [SELECT_JPKI, SELECT_PIN, SELECT_KEY, SELECT_CERTIFICATE, TRIES, WRONG_PIN, SIGN, "00B0000000"]
KNOWN_BYTES = [bytes.fromhex(apdu) for apdu in [*KNOWN, "00A4020C02001B", "002401800430303030"]]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A meaningful command with one byte changed, cut or added."""
    apdu = bytearray(draw(st.sampled_from(KNOWN_BYTES)))
    match draw(st.integers(0, 2)):
        case 0:
            apdu[draw(st.integers(0, len(apdu) - 1))] = draw(st.integers(0, 255))
        case 1:
            del apdu[draw(st.integers(0, len(apdu) - 1)) :]
        case _:
            apdu.append(draw(st.integers(0, 255)))
    return bytes(apdu)


any_apdu = st.one_of(st.binary(max_size=40), st.sampled_from(KNOWN_BYTES), mutated())


@settings(max_examples=500, deadline=None)
@given(st.lists(any_apdu, max_size=40))
def test_no_bytes_make_the_card_raise_sign_or_raise_its_counter(made: Made, apdus: list[bytes]) -> None:
    """Without the right PIN there is no signature, and the tries only fall."""
    state = made.state
    tries = 3
    for apdu in apdus:
        if b"1234" in apdu:
            continue
        state, response = process(state, apdu)
        assert len(response) >= 2
        left = state.memory.pins["jpki/0018"].tries_left
        assert left <= tries
        tries = left
        assert not state.verified
        assert not (apdu[:2] == b"\x80\x2a" and response[-2:] == b"\x90\x00")
        assert CardState.from_bytes(state.to_bytes()) == state.reset()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["right", "wrong", "power", "select", "sign"]), max_size=25))
def test_the_pin_behaves_as_its_model(made: Made, actions: list[str]) -> None:
    """tries and permission of a four-line model, beside the chip."""
    state, tries, open_ = run(made.state, SELECT_JPKI)[0], 3, False
    for action in actions:
        match action:
            case "power":
                state, open_ = run(CardState.from_bytes(state.to_bytes()), SELECT_JPKI)[0], False
            case "select":
                state, open_ = run(state, SELECT_JPKI)[0], False
            case "sign":
                state, answers = run(state, SELECT_KEY, SIGN)
                assert answers[-1] == ("9000" if open_ else "6982")
            case _:
                blocked = tries == 0
                right = action == "right"
                state, answers = run(state, SELECT_PIN, RIGHT_PIN if right else WRONG_PIN)
                if not blocked:
                    tries, open_ = (3, True) if right else (tries - 1, False)
                expected = "6984" if blocked else "9000" if right else f"63C{tries}"
                assert answers[-1] == expected


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80), st.lists(any_apdu, max_size=10))
def test_a_card_whose_memory_makes_no_sense_does_not_raise_either(
    full: Full, garbage: bytes, apdus: list[bytes]
) -> None:
    """Keys and files of any bytes, as an issuer's mistake could leave them."""
    memory = full.state.memory
    state = replace(
        full.state,
        memory=msgspec.structs.replace(
            memory,
            keys=dict.fromkeys(memory.keys, garbage),
            contents=dict.fromkeys(memory.contents, garbage),
            pending={"jpki/0017": garbage},
        ),
    )
    login = [bytes.fromhex(apdu) for apdu in (SELECT_JPKI, SELECT_PIN, RIGHT_PIN, SELECT_KEY, SIGN)]
    status = [bytes.fromhex(apdu) for apdu in ("00A4040C0AF04D594E554D42455201", "80EE0000000000")]
    session = [bytes.fromhex(apdu) for apdu in ("00A4040C0AD3921000310001010408", "002000910435363738")]
    session.append(bytes.fromhex("80AE0000000100") + bytes(256))
    about = [bytes.fromhex("00CA00F8000000")]
    for apdu in [*about, *login, *status, *session, *apdus]:
        state, response = process(state, apdu)
        assert len(response) >= 2
