"""Writing to a card in use: orders signed by the issuer of cards (J-LIS).

The commands by which real cards are written to are not public; these are this project's own (docs/protocols/chip.md). An order names one
card and a number that is larger than that of the order before it; the card carries it out whole or not at all, and never twice.
An order is signed, not secret: whoever carries it can read it.

The issuer::

    order = Order(card_serial, status.sequence + 1, (AllowPin(PinName.AUTHENTICATION),)).sign(issuer_key)

Whoever has the card on a reader::

    status = read_status(reader)
    status = carry_out(reader, order)            # or the APDUs of `order_apdus` by whatever way
    client.change_pin(PinName.AUTHENTICATION, None, new)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Protocol

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mynumber.foundation.smartcard import tlv
from mynumber.foundation.smartcard.apdu import Command, MalformedApdu, Response, StatusWord
from mynumber.foundation.smartcard.face import FaceFiles
from mynumber.foundation.smartcard.generations import ADMINISTRATION_APPLICATION
from mynumber.foundation.smartcard.profile import KeyName, PinName

PUT_ORDER, GET_STATUS = 0xEC, 0xEE
LAST_PART = 0x80
PART_BYTES = 16 * 1024
MAXIMUM_ORDER = 256 * PART_BYTES - 1
"""Bytes of the longest order: it travels in up to 256 parts."""
_CLA = 0x80
_MAGIC = b"mynumber-order-1\n"
_SIGNED = b"mynumber card order v1\n"
"""Keeps these signatures apart from those of any other protocol."""
_SIGNATURE_BYTES = 64
_MAXIMUM_SEQUENCE = 2**31

_Der = Annotated[bytes, msgspec.Meta(max_length=8192)]


class _Operation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do"):
    pass


class GenerateKey(_Operation, frozen=True, tag="generate_key"):
    """The card makes a key pair. The key in use stays in use until the certificate for the new one is written."""

    which: KeyName


class WriteCertificate(_Operation, frozen=True, tag="write_certificate"):
    """The certificate for the key the card made, or a new one for the key in use."""

    which: KeyName
    certificate: _Der
    """X.509 DER."""
    ca_certificate: _Der


class RemoveSignature(_Operation, frozen=True, tag="remove_signature"):
    """Take away the signature key, its certificates and its PIN."""


class WriteFace(_Operation, frozen=True, tag="write_face"):
    """券面記載事項の変更: the files of 券面 applications, the record of the card, 照合番号 A and B."""

    files: FaceFiles
    """Of `build_face_files`."""


class AllowPin(_Operation, frozen=True, tag="allow_pin"):
    """Until power is cut the holder may set this PIN once without the old one; it then has all its tries."""

    which: PinName


Operation = GenerateKey | WriteCertificate | RemoveSignature | WriteFace | AllowPin


class MalformedOrder(Exception):
    """The bytes are no order. Never says which bytes."""


class OrderNotSigned(Exception):
    """The order does not bear the signature of the issuer."""


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one card is to do. Does not print what it writes."""

    card_serial: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{15}\Z")]
    sequence: Annotated[int, msgspec.Meta(ge=1, le=_MAXIMUM_SEQUENCE)]
    """Larger than that of any order the card has carried out."""
    operations: Annotated[tuple[Operation, ...], msgspec.Meta(min_length=1, max_length=16)]

    def sign(self, issuer_key: Ed25519PrivateKey) -> bytes:
        """The order as it travels. Raises ValueError for one that no card takes."""
        body = msgspec.msgpack.encode(self)
        try:
            msgspec.msgpack.decode(body, type=Order)
        except msgspec.ValidationError:
            raise ValueError("the order has a field that no card takes") from None
        order = _MAGIC + issuer_key.sign(_SIGNED + body) + body
        if len(order) > MAXIMUM_ORDER:
            raise ValueError("the order is too long")
        return order

    @classmethod
    def read(cls, order: bytes, issuer_key: Ed25519PublicKey) -> Order:
        """Check the signature, then read. Raises MalformedOrder, OrderNotSigned."""
        rest = order.removeprefix(_MAGIC)
        if len(order) > MAXIMUM_ORDER or len(rest) == len(order) or len(rest) < _SIGNATURE_BYTES:
            raise MalformedOrder("the bytes are no order")
        signature, body = rest[:_SIGNATURE_BYTES], rest[_SIGNATURE_BYTES:]
        try:
            issuer_key.verify(signature, _SIGNED + body)
        except InvalidSignature:
            raise OrderNotSigned("the order is not signed by the issuer of this card") from None
        try:
            return msgspec.msgpack.decode(body, type=cls)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise MalformedOrder("the order does not have the form of this version") from None

    def __repr__(self) -> str:
        kinds = ", ".join(type(operation).__name__ for operation in self.operations)
        return f"Order(sequence={self.sequence}, {kinds})"


# --- APDUs ----------------------------------------------------------------------------------------------------


_SELECT = Command(0x00, 0xA4, 0x04, 0x0C, ADMINISTRATION_APPLICATION.aid).encode()


def order_apdus(order: bytes) -> tuple[bytes, ...]:
    """The commands that carry a signed order to its card: send them one by one, stop at the first answer that is not 9000, and give all
    answers to `read_answers`."""
    parts = [order[start : start + PART_BYTES] for start in range(0, len(order), PART_BYTES)]
    if not 1 <= len(parts) <= 256:
        raise ValueError("no card takes an order of this length")
    return (_SELECT, *_put(parts))


def status_apdus() -> tuple[bytes, ...]:
    """The commands that ask a card for its serial number and the number of its last order; answers go to `read_answers`."""
    return (_SELECT, Command(_CLA, GET_STATUS, 0x00, 0x00, expected=65536).encode())


def _put(parts: Sequence[bytes]) -> Iterator[bytes]:
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        expected = 65536 if last else 0
        yield Command(_CLA, PUT_ORDER, LAST_PART if last else 0x00, number, part, expected).encode()


class OrderRefusal(StrEnum):
    """Why a card did not carry out an order."""

    NO_ORDERS = "no_orders"
    """No card that takes orders is in the reader."""
    NOT_SIGNED = "not_signed"
    OTHER_CARD = "other_card"
    ALREADY_DONE = "already_done"
    """The card has carried out this order or a later one."""
    IMPOSSIBLE = "impossible"
    """Malformed, or an operation does not fit the card (a certificate for another key, ...)."""
    CARD_FAILED = "card_failed"
    """An answer that is none of these."""


class OrderRefused(Exception):
    """The card did not carry out the order; nothing on it has changed."""

    def __init__(self, reason: OrderRefusal, status: int) -> None:
        super().__init__(f"the card did not carry out the order: {reason.value}")
        self.reason = reason
        self.status = status


REFUSAL_STATUS = {
    OrderRefusal.NOT_SIGNED: StatusWord.NOT_ALLOWED,
    OrderRefusal.OTHER_CARD: StatusWord.REFERENCE_NOT_FOUND,
    OrderRefusal.ALREADY_DONE: StatusWord.CONDITIONS_NOT_SATISFIED,
    OrderRefusal.IMPOSSIBLE: StatusWord.WRONG_DATA,
}
"""How the card says it."""


@dataclass(frozen=True, slots=True)
class AdministrationStatus:
    """What a card tells its issuer; also the answer to an order."""

    card_serial: str
    sequence: int
    """Of the last order carried out; 0 = none yet. The next order bears a larger one."""
    new_keys: dict[KeyName, bytes] = field(default_factory=dict)
    """Public keys of key pairs that the card has made and that wait for their certificate: SubjectPublicKeyInfo, DER."""
    internal_key: bytes | None = None
    """The chip's own public key (SubjectPublicKeyInfo, DER), which the files of its face name; None for a card without a face."""

    def encode(self) -> bytes:
        """As the card answers."""
        objects = [tlv.encode(0x80, self.card_serial.encode()), tlv.encode(0x81, self.sequence.to_bytes(4))]
        for tag, which in _KEY_TAGS.items():
            if which in self.new_keys:
                objects.append(tlv.encode(tag, self.new_keys[which]))
        if self.internal_key is not None:
            objects.append(tlv.encode(0x84, self.internal_key))
        return tlv.encode(0xE0, b"".join(objects))

    @classmethod
    def parse(cls, data: bytes) -> AdministrationStatus:
        """Raises MalformedTlv."""
        items = {item.tag: item.value for item in tlv.parse(tlv.parse_one(data, 0xE0).value)}
        serial, sequence = items.get(0x80, b""), items.get(0x81, b"")
        if len(serial) != 15 or not serial.isdigit() or len(sequence) != 4:
            raise tlv.MalformedTlv("the answer does not name the card")
        new_keys = {which: items[tag] for tag, which in _KEY_TAGS.items() if tag in items}
        return cls(serial.decode(), int.from_bytes(sequence), new_keys, items.get(0x84))


_KEY_TAGS = {0x82: KeyName.AUTHENTICATION, 0x83: KeyName.SIGNATURE}


def read_answers(answers: Sequence[bytes]) -> AdministrationStatus:
    """What the card answered to `order_apdus` or `status_apdus` (all answers, or up to the first that is not 9000).

    Raises OrderRefused.
    """
    if not answers:
        raise OrderRefused(OrderRefusal.CARD_FAILED, 0)
    try:
        last = Response.parse(answers[-1])
    except MalformedApdu:
        raise OrderRefused(OrderRefusal.CARD_FAILED, 0) from None
    if last.status != StatusWord.DONE:
        raise OrderRefused(_refusal(last.status, selected=len(answers) > 1), last.status)
    try:
        return AdministrationStatus.parse(last.data)
    except tlv.MalformedTlv:
        raise OrderRefused(OrderRefusal.CARD_FAILED, last.status) from None


def _refusal(status: int, *, selected: bool) -> OrderRefusal:
    if not selected:
        return OrderRefusal.NO_ORDERS
    reasons = {int(word): reason for reason, word in REFUSAL_STATUS.items()}
    return reasons.get(status, OrderRefusal.CARD_FAILED)


class _Reader(Protocol):
    def transmit(self, apdu: bytes) -> bytes: ...


def carry_out(reader: _Reader, order: bytes) -> AdministrationStatus:
    """Give a signed order to the card in the reader. Raises OrderRefused; the card selects another application thereby."""
    return read_answers(_send(reader, order_apdus(order)))


def read_status(reader: _Reader) -> AdministrationStatus:
    """Ask the card in the reader. Raises OrderRefused."""
    return read_answers(_send(reader, status_apdus()))


def _send(reader: _Reader, commands: Sequence[bytes]) -> list[bytes]:
    answers: list[bytes] = []
    for command in commands:
        answers.append(reader.transmit(command))
        if answers[-1][-2:] != b"\x90\x00":
            break
    return answers
