"""10,000 sequences of commands, valid, mutated and random, beside a model of the PINs that was written apart from the chip.

After each command every retry counter is what the model says; a signature or a protected file comes out only with the PIN that the
model says is needed; nothing raises. Split over seeds, so that workers share it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from mynumber.foundation.smartcard import CardState, Command, MalformedApdu, internal_public_key, process
from mynumber.foundation.smartcard.administration import AllowPin, Order, order_apdus
from mynumber.foundation.smartcard.profile import PIN_RULES, PinName
from tests.foundation.smartcard.conftest import FACE, PINS, SERIAL, Full

SEEDS, SEQUENCES, LENGTH = 20, 500, 20
QUICK = 5
"""Of the seeds, how many `make test` tries; `make thorough` tries all 10,000 sequences."""

AIDS = {
    "jpki": "D392F000260100000001",
    "text": "D3921000310001010408",
    "face": "D3921000310001010402",
    "juki": "D3921000310001010401",
    "common": "D3921000310001010100",
    "master": "A0000001510000",
    "administration": "F04D594E554D42455201",
}
RIGHT = {
    **{name: pin.decode() for name, pin in PINS.items()},
    "text/0014": FACE.individual_number.digits,
    "text/0015": FACE.number_b,
    "face/0011": FACE.birth_key,
    "face/0012": FACE.number_b,
    "face/0013": FACE.individual_number.digits,
}
"""Every PIN and number of the card, by application and EF."""
TRIES = {"jpki/001B": 5} | dict.fromkeys(("jpki/0018", "text/0011", "juki/001C"), 3)
SETTABLE = {
    "jpki/0018": PIN_RULES[PinName.AUTHENTICATION],
    "jpki/001B": PIN_RULES[PinName.SIGNATURE],
    "text/0011": PIN_RULES[PinName.TEXT_SUPPORT],
    "juki/001C": PIN_RULES[PinName.JUKI],
}
INTERNAL = ("text/0013", "face/0014", "common/0019")
KEYS = {"jpki/0017": "jpki/0018", "jpki/001A": "jpki/001B", **dict.fromkeys(INTERNAL, "")}
"""Keys and the PIN each needs."""
OPENED_BY = {
    "jpki/0001": {"jpki/001B"},
    "text/0001": {"text/0011", "text/0014"},
    "text/0002": {"text/0011", "text/0015"},
    "text/0003": {"text/0011", "text/0014", "text/0015"},
    "face/0001": {"face/0011"},
    "face/0002": {"face/0012", "face/0013"},
    "face/0005": {"face/0013"},
}
"""Protected files and the PINs of which one is needed."""
SAME = {"common/001C": "juki/001C"}
"""One PIN in two applications."""


@dataclass
class Model:
    """What a person would write down about the PINs while watching the commands go by."""

    signers: dict[str, rsa.RSAPublicKey]
    tries: dict[str, int] = field(default_factory=lambda: {name: TRIES.get(name, 10) for name in RIGHT})
    left: dict[str, int] = field(default_factory=dict)
    pins: dict[str, str] = field(default_factory=lambda: dict(RIGHT))
    application: str = ""
    file: int | None = None
    verified: set[str] = field(default_factory=set)
    allowed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.left = dict(self.tries)

    def reset(self) -> None:
        self.application, self.file = "", None
        self.verified.clear()
        self.allowed.clear()

    def named(self, reference: int) -> str:
        """The EF that P1 or P2 names; empty when it names none."""
        short = reference & 0x1F
        if reference & 0x60 or not reference & 0x80:
            return ""
        fid = short or self.file
        name = "" if fid is None else f"{self.application}/{fid:04X}"
        return SAME.get(name, name)

    def watch(self, apdu: bytes, data: bytes, status: int) -> None:
        """Check one answer, and move on."""
        try:
            command = Command.parse(apdu)
        except MalformedApdu:
            assert status == 0x6700
            return
        match command.cla, command.ins:
            case 0x00, 0xA4:
                self._select(command, status)
            case 0x00, 0x20:
                self._verify(command, status)
            case 0x00, 0x24:
                self._change(command, status, right_p1=0x01)
            case 0x80, 0x32:
                self._change(command, status, right_p1=0x00)
            case 0x80, 0x2A:
                self._sign(command, data, status)
            case 0x00, 0x88:
                self._sign(command, data, status)
            case 0x00, 0xB0:
                self._read(command, status)
            case _:
                # No other command tells anything that is protected.
                assert len(data) < 2000
        if status != 0x9000:
            assert data == b""

    def _select(self, command: Command, status: int) -> None:
        if status != 0x9000:
            return
        if command.p1 == 0x04:
            self.application = next(n for n, aid in AIDS.items() if bytes.fromhex(aid) == command.data)
            self.file = None
            self.verified.clear()
        else:
            self.file = int.from_bytes(command.data)

    def _verify(self, command: Command, status: int) -> None:
        name = self.named(command.p2)
        if command.p1 != 0 or name not in self.left:
            # The PIN that nobody knows has no try.
            assert status & 0xFF00 in (0x6900, 0x6A00, 0x6300)
            assert status & 0xFF00 != 0x6300 or status == 0x63C0
        elif not command.data:
            assert status == 0x63C0 | self.left[name]
        elif self.left[name] == 0:
            assert status == 0x6984
        elif command.data == self.pins[name].encode():
            assert status == 0x9000
            self.left[name] = self.tries[name]
            self.verified.add(name)
        else:
            self.left[name] -= 1
            self.verified.discard(name)
            assert status == 0x63C0 | self.left[name]

    def _change(self, command: Command, status: int, right_p1: int) -> None:
        name = self.named(command.p2)
        rules = SETTABLE.get(name)
        may = command.p1 == right_p1 and rules is not None and name in self.verified | self.allowed
        if not (may and rules and command.data.isascii() and rules.allows(command.data.decode("ascii"))):
            assert status not in (0x9000, 0x6984)
            assert status & 0xFF00 != 0x6300
            return
        assert status == 0x9000
        self.pins[name], self.left[name] = command.data.decode("ascii"), self.tries[name]
        if name in self.allowed:
            self.allowed.discard(name)
            self.verified.discard(name)

    def _sign(self, command: Command, data: bytes, status: int) -> None:
        if status != 0x9000:
            assert data == b""
            return
        mode = command.p1 if command.ins == 0x2A else 3
        name = self.named(command.p2)
        if command.p2 == 0 and command.ins == 0x2A:
            name = {"text": "text/0013", "face": "face/0014"}[self.application]
        needed = KEYS[name]
        assert not needed or needed in self.verified, "a signature without its PIN"
        assert not needed or command.ins == 0x2A
        assert verifies(self.signers[name], data, command.data, mode)
        self.file = int(name[-4:], 16)

    def _read(self, command: Command, status: int) -> None:
        if status != 0x9000:
            return
        name = self.named(command.p1 if command.p1 & 0x80 else 0x80)
        needed = OPENED_BY.get(name)
        assert needed is None or needed & self.verified, "a protected file without its PIN"
        self.file = int(name[-4:], 16)


def verifies(key: rsa.RSAPublicKey, signature: bytes, data: bytes, mode: int) -> bool:
    sha256, type_1 = hashes.SHA256(), padding.PKCS1v15()
    pss = padding.PSS(padding.MGF1(sha256), 32)
    digest = hashes.Hash(sha256)
    digest.update(data)

    def recovered(expected: bytes) -> None:
        if key.recover_data_from_signature(signature, type_1, None) != expected:
            raise InvalidSignature

    checks: dict[int, Callable[[], None]] = {
        0: lambda: recovered(data),
        1: lambda: recovered(digest.finalize()),
        2: lambda: key.verify(signature, data, type_1, Prehashed(sha256)),
        3: lambda: key.verify(signature, data, type_1, sha256),
        4: lambda: key.verify(signature, data, pss, Prehashed(sha256)),
        5: lambda: key.verify(signature, data, pss, sha256),
    }
    try:
        checks[mode]()
    except InvalidSignature:
        return False
    return True


class Commands:
    """Draws commands: what a program would send, with mistakes and malice."""

    def __init__(self, draw: random.Random, orders: dict[str, tuple[bytes, ...]]) -> None:
        self.draw = draw
        self.orders = orders

    def next(self, model: Model) -> list[bytes]:
        kind = self.draw.random()
        if kind < 0.03:
            return [self.draw.randbytes(self.draw.randrange(40))]
        commands = self.meant(model)
        if kind < 0.35:
            position = self.draw.randrange(len(commands))
            commands[position] = self.mutated(commands[position])
        return commands

    def meant(self, model: Model) -> list[bytes]:
        """A few commands that belong together."""
        name = self.draw.choice([*RIGHT, *SETTABLE, *SETTABLE, *SAME])
        application, fid = name.split("/")
        select = [hexadecimal(f"00A4040C{len(AIDS[application]) // 2:02X}{AIDS[application]}")]
        if model.application == application and self.draw.random() < 0.8:
            select = []
        select.append(hexadecimal(f"00A4020C02{fid}"))
        match self.draw.randrange(10):
            case 0 | 1 | 2:
                return [*select, self.verify(model.pins[SAME.get(name, name)])]
            case 3 | 4:
                return [*select, self.verify(self.draw.choice(["9999", "ZZZZ99", "0" * 14, "1", "あ"]))]
            case 5:
                return [*select, hexadecimal("00200080")]
            case 6:
                new = self.draw.choice(
                    ["4649", "NEW456", "46499", "NOLETTER", "", RIGHT[SAME.get(name, name)]]
                )
                head = "00240180" if self.draw.random() < 0.7 else "80320080"
                return [*select, with_data(head, new.encode())]
            case 7 | 8:
                return self.use(model)
            case _:
                return self.set_by_order(name)

    def set_by_order(self, name: str) -> list[bytes]:
        """An order opens a PIN; somebody sets it, and tries to set it a second time."""
        name = name if name in SETTABLE else "jpki/0018"
        application, fid = name.split("/")
        select = [
            hexadecimal(f"00A4040C{len(AIDS[application]) // 2:02X}{AIDS[application]}"),
            hexadecimal(f"00A4020C02{fid}"),
        ]
        new = "NEW456" if SETTABLE[name].letter_and_digit else "4649"
        change = with_data("00240180", new.encode())
        return [*self.orders[name], *select, change, change][: self.draw.randrange(2, 7)]

    def verify(self, pin: str) -> bytes:
        return with_data("00200080", pin.encode(), extended=self.draw.random() < 0.1)

    def use(self, model: Model) -> list[bytes]:
        """Sign or read in the selected application or another."""
        if self.draw.random() < 0.4:
            name = self.draw.choice([n for n in KEYS if n.startswith(model.application)] or [*KEYS])
            head = f"802A{self.draw.randrange(6):02X}80" if self.draw.random() < 0.8 else "00880080"
            return [hexadecimal(f"00A4020C02{name[-4:]}"), with_data(head, b"\x11" * 32) + b"\0"]
        name = self.draw.choice([n for n in OPENED_BY if n.startswith(model.application)] or [*OPENED_BY])
        return [hexadecimal(f"00A4020C02{name[-4:]}"), hexadecimal("00B0000000")]

    def mutated(self, apdu: bytes) -> bytes:
        changed = bytearray(apdu)
        match self.draw.randrange(5):
            case 0:
                changed[self.draw.randrange(len(changed))] = self.draw.randrange(256)
            case 1:
                changed[self.draw.randrange(min(4, len(changed)))] ^= 1 << self.draw.randrange(8)
            case 2:
                del changed[self.draw.randrange(len(changed)) :]
            case 3:
                changed.append(self.draw.randrange(256))
            case _:
                changed[4:4] = b"\0"
        return bytes(changed)


def hexadecimal(apdu: str) -> bytes:
    return bytes.fromhex(apdu)


def with_data(head: str, data: bytes, *, extended: bool = False) -> bytes:
    length = b"\0" + len(data).to_bytes(2) if extended else bytes((len(data),))
    return bytes.fromhex(head) + (length + data if data else b"")


@pytest.mark.parametrize(
    "seed", [*range(QUICK), *(pytest.param(n, marks=pytest.mark.thorough) for n in range(QUICK, SEEDS))]
)
def test_the_chip_behaves_as_the_model_of_its_pins(full: Full, seed: int) -> None:
    draw = random.Random(seed)
    internal = internal_public_key(full.state)
    authentication, signature = full.authentication.key.public_key(), full.signature.key.public_key()
    signers: dict[str, object] = {"jpki/0017": authentication, "jpki/001A": signature}
    signers |= dict.fromkeys(INTERNAL, internal)
    rsa_signers = {name: key for name, key in signers.items() if isinstance(key, rsa.RSAPublicKey)}
    allowed = {
        name: order_apdus(Order(SERIAL, 1, (AllowPin(which),)).sign(full.issuer_key))
        for name, which in zip(SETTABLE, PinName, strict=True)
    }
    signatures = 0
    for _ in range(SEQUENCES):
        model = Model(rsa_signers)
        commands = Commands(draw, allowed)
        state = full.state
        steps = 0
        while steps < LENGTH:
            if draw.random() < 0.04:
                state = CardState.from_bytes(state.to_bytes())
                model.reset()
            for apdu in commands.next(model):
                steps += 1
                sequence = state.memory.sequence
                state, response = process(state, apdu)
                status = int.from_bytes(response[-2:])
                model.watch(apdu, response[:-2], status)
                signatures += status == 0x9000 and len(response) == 258 and apdu[1] == 0x2A
                if state.memory.sequence != sequence:
                    model.allowed |= {name for name, order in allowed.items() if order[-1] == apdu}
                assert {name: state.memory.pins[name].tries_left for name in RIGHT} == model.left
        assert state.memory.keys == full.state.memory.keys
        assert state.memory.contents == full.state.memory.contents
    assert signatures > SEQUENCES // 20  # the sequences do reach what they are about
