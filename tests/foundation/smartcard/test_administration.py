"""Orders of the issuer: carried out whole, once, by the card they name, and by nobody else's word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.smartcard import (
    SIGNATURE_PIN_RULES,
    Card,
    CardRefused,
    CardState,
    JpkiClient,
    KeyName,
    Pin,
    PinBlocked,
    PinName,
    PinPad,
    TextClient,
    WrongPin,
    build_face_files,
    internal_public_key,
)
from mynumber.foundation.smartcard.administration import (
    PART_BYTES,
    AdministrationStatus,
    AllowPin,
    GenerateKey,
    MalformedOrder,
    Operation,
    Order,
    OrderNotSigned,
    OrderRefusal,
    OrderRefused,
    RemoveSignature,
    WriteCertificate,
    WriteFace,
    carry_out,
    order_apdus,
    read_answers,
    read_status,
)
from mynumber.foundation.smartcard.algorithms import SystemRandomness, load_key
from mynumber.foundation.smartcard.profile import CardPrivateKey, SignatureAlgorithm
from mynumber.foundation.smartcard.tlv import MalformedTlv
from tests.foundation.smartcard.conftest import FACE, SERIAL, Full, self_signed


def signed(full: Full, *operations: Operation, sequence: int = 1, serial: str = SERIAL) -> bytes:
    return Order(serial, sequence, operations).sign(full.issuer_key)


def require_signature(public: object, signature: bytes) -> None:
    """The signature of 32 zero bytes."""
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(signature, bytes(32), padding.PKCS1v15(), Prehashed(SHA256()))


class KnownKeys(SystemRandomness):
    """Makes the key pairs it was given."""

    def __init__(self, *keys: CardPrivateKey) -> None:
        self.keys = list(keys)

    def private_key(self, algorithm: SignatureAlgorithm) -> CardPrivateKey:
        assert algorithm is SignatureAlgorithm.RSA_2048_PKCS1
        return self.keys.pop(0)


def refusal(card: Card, order: bytes) -> OrderRefusal:
    before = card.state.memory
    with pytest.raises(OrderRefused) as refused:
        carry_out(card, order)
    assert card.state.memory == before
    assert not card.state.settable
    return refused.value.reason


# --- what orders do -------------------------------------------------------------------------------------------


def test_the_card_tells_its_issuer_where_it_stands(full: Full) -> None:
    status = read_status(Card(full.state))
    assert (status.card_serial, status.sequence, status.new_keys) == (SERIAL, 0, {})
    assert status.internal_key is not None
    assert load_der_public_key(status.internal_key) == internal_public_key(full.state)


@pytest.mark.parametrize("which", list(KeyName))
def test_a_certificate_is_renewed_on_a_key_the_card_made(full: Full, which: KeyName) -> None:
    card = Card(full.state)
    status = carry_out(card, signed(full, GenerateKey(which)))
    assert status.sequence == 1
    public = load_der_public_key(status.new_keys[which])
    assert read_status(card) == status

    # The old key works until the new certificate is written.
    pin = full.pins.authentication if which is KeyName.AUTHENTICATION else full.pins.signature
    assert pin is not None
    client = JpkiClient(card)
    old = full.authentication if which is KeyName.AUTHENTICATION else full.signature
    client.select()
    client.verify_pin(pin, PinName(which.value))
    assert client.read_certificate(which) == old.certificate
    require_signature(old.key.public_key(), client.sign(bytes(32), which))

    pending = card.state.memory.pending[f"jpki/{'0017' if which is KeyName.AUTHENTICATION else '001A'}"]
    key = load_key(pending)
    assert isinstance(key, rsa.RSAPrivateKey)
    certificate, ca = self_signed(key, "new"), self_signed(key, "new ca")
    status = carry_out(card, signed(full, WriteCertificate(which, certificate, ca), sequence=2))
    assert (status.sequence, status.new_keys) == (2, {})
    client.select()
    client.verify_pin(pin, PinName(which.value))
    assert client.read_certificate(which) == certificate
    assert client.read_ca_certificate(which) == ca
    require_signature(public, client.sign(bytes(32), which))


def test_a_signature_key_comes_to_a_card_that_had_none(full: Full) -> None:
    card = Card(full.state)
    carry_out(card, signed(full, RemoveSignature()))
    client = JpkiClient(card)
    client.select()
    assert client.certificates_present() == {KeyName.AUTHENTICATION}
    assert client.tries_left(PinName.SIGNATURE) == 0
    with pytest.raises(CardRefused, match="6A82"):
        client.read_certificate(KeyName.SIGNATURE)

    key = rsa.generate_private_key(65537, 2048)
    card = Card(card.state, randomness=KnownKeys(key))
    carry_out(card, signed(full, GenerateKey(KeyName.SIGNATURE), sequence=2))
    write = WriteCertificate(KeyName.SIGNATURE, self_signed(key, "new"), self_signed(key, "ca"))
    carry_out(card, signed(full, write, AllowPin(PinName.SIGNATURE), sequence=3))
    pin = Pin.parse("NEW456", SIGNATURE_PIN_RULES)
    PinPad(card).change(PinName.SIGNATURE, None, pin)
    client = JpkiClient(card)
    client.select()
    assert client.certificates_present() == set(KeyName)
    client.verify_pin(pin, PinName.SIGNATURE)
    assert client.read_certificate(KeyName.SIGNATURE) == write.certificate
    assert len(client.sign(bytes(32), KeyName.SIGNATURE)) == 256


@pytest.mark.parametrize("which", list(PinName))
def test_a_blocked_pin_is_set_anew_once(full: Full, which: PinName) -> None:
    card, pad = Card(full.state), PinPad(Card(full.state))
    pad = PinPad(card)
    wrong = Pin("WRONG1") if which is PinName.SIGNATURE else Pin("0000")
    new = Pin("NEW123") if which is PinName.SIGNATURE else Pin("8642")
    all_tries = pad.tries_left(which)
    for _ in range(all_tries):
        with pytest.raises((WrongPin, PinBlocked)):
            pad.verify(which, wrong)
    assert pad.tries_left(which) == 0
    with pytest.raises(CardRefused, match="6982"):
        pad.change(which, None, new)
    carry_out(card, signed(full, AllowPin(which)))
    assert pad.tries_left(which) == 0  # the order alone gives no try back
    pad.change(which, None, new)
    assert pad.tries_left(which) == all_tries
    with pytest.raises(CardRefused, match="6982"):
        pad.change(which, None, wrong)
    pad.verify(which, new)


def test_setting_a_pin_does_not_enter_it(full: Full) -> None:
    card = Card(full.state)
    carry_out(card, signed(full, AllowPin(PinName.AUTHENTICATION)))
    client = JpkiClient(card)
    client.select()
    client.change_pin(None, Pin("8642"))
    with pytest.raises(CardRefused, match="6982"):
        client.sign(bytes(32))


def test_the_permission_to_set_a_pin_ends_with_the_power(full: Full) -> None:
    card = Card(full.state)
    order = signed(full, AllowPin(PinName.AUTHENTICATION))
    carry_out(card, order)
    card.reset()
    with pytest.raises(CardRefused, match="6982"):
        PinPad(card).change(PinName.AUTHENTICATION, None, Pin("8642"))
    assert refusal(card, order) is OrderRefusal.ALREADY_DONE


def test_a_pin_that_is_taken_away_is_not_set(full: Full) -> None:
    card = Card(full.state)
    carry_out(card, signed(full, AllowPin(PinName.SIGNATURE), RemoveSignature()))
    with pytest.raises(CardRefused, match="6982"):
        PinPad(card).change(PinName.SIGNATURE, None, Pin("NEW123"))


def test_the_face_is_rewritten_with_its_numbers(full: Full) -> None:
    card = Card(full.state)
    moved = replace(
        FACE, address="大阪府大阪市北区中之島1-3-20", municipality_code="27127", security_code="0042"
    )
    files = build_face_files(moved, full.face_key, internal_public_key(full.state))
    carry_out(card, signed(full, WriteFace(files)))
    text = TextClient(card)
    text.select()
    with pytest.raises(WrongPin):
        text.open_with_number_b(FACE.number_b)
    text.open_with_number_b(moved.number_b)
    assert text.read_attributes(full.face_key.public_key()).address == "大阪府大阪市北区中之島１－３－２０"


def test_a_long_order_travels_in_parts(full: Full) -> None:
    face = replace(FACE, photo=bytes(20_000))
    order = signed(full, WriteFace(build_face_files(face, full.face_key)))
    commands = order_apdus(order)
    assert len(commands) == 3
    card = Card(full.state)
    assert read_answers([card.transmit(command) for command in commands]).sequence == 1


# --- what no card does ------------------------------------------------------------------------------------------


def test_an_order_is_carried_out_once(full: Full) -> None:
    card = Card(full.state)
    order = signed(full, GenerateKey(KeyName.AUTHENTICATION), sequence=7)
    carry_out(card, order)
    assert refusal(card, order) is OrderRefusal.ALREADY_DONE
    assert refusal(card, signed(full, RemoveSignature(), sequence=6)) is OrderRefusal.ALREADY_DONE
    card = Card(CardState.from_bytes(card.state.to_bytes()))
    assert refusal(card, order) is OrderRefusal.ALREADY_DONE


def test_an_order_for_another_card_is_refused(full: Full) -> None:
    order = signed(full, RemoveSignature(), serial="543210987654321")
    assert refusal(Card(full.state), order) is OrderRefusal.OTHER_CARD


def test_an_order_that_somebody_else_signed_is_refused(full: Full) -> None:
    order = Order(SERIAL, 1, (RemoveSignature(),)).sign(Ed25519PrivateKey.generate())
    assert refusal(Card(full.state), order) is OrderRefusal.NOT_SIGNED


def test_a_card_without_an_issuer_takes_no_order(full: Full) -> None:
    memory = msgspec.structs.replace(full.state.memory, issuer_key=b"")
    card = Card(replace(full.state, memory=memory))
    assert refusal(card, signed(full, RemoveSignature())) is OrderRefusal.NOT_SIGNED


def test_something_else_in_the_reader_takes_no_order(full: Full) -> None:
    other = type("Other", (), {"transmit": lambda _, __: b"\x6a\x82"})()
    with pytest.raises(OrderRefused) as refused:
        carry_out(other, signed(full, RemoveSignature()))
    assert refused.value.reason is OrderRefusal.NO_ORDERS


def test_a_certificate_for_another_key_undoes_the_whole_order(full: Full) -> None:
    other = rsa.generate_private_key(65537, 2048)
    write = WriteCertificate(KeyName.AUTHENTICATION, self_signed(other, "x"), self_signed(other, "y"))
    order = signed(full, RemoveSignature(), AllowPin(PinName.JUKI), write)
    assert refusal(Card(full.state), order) is OrderRefusal.IMPOSSIBLE


@pytest.mark.parametrize("garbage", [b"", b"\x30\x82\x00\x04nope", bytes(100)])
def test_what_is_no_certificate_is_refused(full: Full, garbage: bytes) -> None:
    write = WriteCertificate(KeyName.AUTHENTICATION, garbage, garbage)
    assert refusal(Card(full.state), signed(full, write)) is OrderRefusal.IMPOSSIBLE


@pytest.mark.parametrize(
    "change",
    [
        lambda f: msgspec.structs.replace(f, contents={"jpki/0001": b""}),
        lambda f: msgspec.structs.replace(f, contents={"text/0011": b""}),
        lambda f: msgspec.structs.replace(f, contents={"text/00FF": b""}),
        lambda f: msgspec.structs.replace(f, references={"jpki/0018": "0000"}),
        lambda f: msgspec.structs.replace(f, references={"text/0011": "0000"}),
        lambda f: msgspec.structs.replace(f, references={"text/0014": "0"}),
        lambda f: msgspec.structs.replace(f, record="1310120350217X"),
        lambda f: msgspec.structs.replace(f, record=""),
    ],
)
def test_a_face_is_written_only_where_faces_are(
    full: Full, change: Callable[[msgspec.Struct], msgspec.Struct]
) -> None:
    files = change(build_face_files(FACE, full.face_key))
    assert refusal(Card(full.state), signed(full, WriteFace(files))) is OrderRefusal.IMPOSSIBLE  # type: ignore[arg-type]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 255))
def test_a_changed_order_is_no_order(full: Full, position: int, flip: int) -> None:
    order = bytearray(signed(full, RemoveSignature(), AllowPin(PinName.SIGNATURE)))
    order[position % len(order)] ^= flip
    with pytest.raises((MalformedOrder, OrderNotSigned)):
        Order.read(bytes(order), full.issuer_key.public_key())
    assert refusal(Card(full.state), bytes(order)) in (OrderRefusal.NOT_SIGNED, OrderRefusal.IMPOSSIBLE)


@given(st.binary(min_size=1, max_size=300))
def test_signed_bytes_that_are_no_order_are_refused(full: Full, body: bytes) -> None:
    order = b"mynumber-order-1\n" + full.issuer_key.sign(b"mynumber card order v1\n" + body) + body
    with pytest.raises(MalformedOrder):
        Order.read(order, full.issuer_key.public_key())
    assert refusal(Card(full.state), order) is OrderRefusal.IMPOSSIBLE


@pytest.mark.parametrize(
    "order",
    [
        Order("12345", 1, (RemoveSignature(),)),
        Order(SERIAL, 0, (RemoveSignature(),)),
        Order(SERIAL, 1, ()),
        Order(SERIAL, 1, (RemoveSignature(),) * 17),
    ],
)
def test_what_no_card_takes_is_not_signed(full: Full, order: Order) -> None:
    with pytest.raises(ValueError, match="no card takes"):
        order.sign(full.issuer_key)


def test_parts_out_of_order_are_refused(full: Full) -> None:
    order = signed(full, WriteFace(build_face_files(replace(FACE, photo=bytes(20_000)), full.face_key)))
    select, first, last = order_apdus(order)
    card = Card(full.state)
    answers = [card.transmit(apdu)[-2:].hex() for apdu in (first, select, last, first, first, last)]
    assert answers == ["6d00", "9000", "6985", "9000", "9000", "9000"]
    assert card.state.memory.sequence == 1


# --- torn power -------------------------------------------------------------------------------------------------


class PowerCut(Exception):
    pass


@pytest.mark.parametrize("before_save", [True, False])
def test_a_torn_order_leaves_the_card_as_it_was_or_as_it_shall_be(full: Full, before_save: bool) -> None:
    """Power fails before the new state is on disk, or after it and before the answer."""
    disk = [full.state.to_bytes()]

    def save(state: CardState) -> None:
        if not before_save:
            disk.append(state.to_bytes())
        raise PowerCut

    key = rsa.generate_private_key(65537, 2048)
    write = WriteCertificate(KeyName.AUTHENTICATION, self_signed(key, "new"), self_signed(key, "ca"))
    state = replace(
        full.state,
        memory=msgspec.structs.replace(
            full.state.memory, pending={"jpki/0017": full.state.memory.keys["jpki/0017"]}
        ),
    )
    generated = Card(state, randomness=KnownKeys(key))
    carry_out(generated, signed(full, GenerateKey(KeyName.AUTHENTICATION)))
    disk = [generated.state.to_bytes()]
    order = signed(full, write, RemoveSignature(), sequence=2)
    with pytest.raises(PowerCut):
        carry_out(Card(generated.state, save=save), order)
    after = CardState.from_bytes(disk[-1])
    client = JpkiClient(Card(after))
    client.select()
    certificate = full.authentication.certificate if before_save else write.certificate
    assert client.read_certificate() == certificate
    assert (KeyName.SIGNATURE in client.certificates_present()) is before_save
    # The issuer asks the card where it stands, and repeats the order only when it must.
    assert read_status(Card(after)).sequence == (1 if before_save else 2)
    if before_save:
        assert carry_out(Card(after), order).sequence == 2
    else:
        assert refusal(Card(after), order) is OrderRefusal.ALREADY_DONE


@pytest.mark.parametrize("sent", [0, 1, 2])
def test_power_that_fails_between_parts_leaves_nothing(full: Full, sent: int) -> None:
    order = signed(full, WriteFace(build_face_files(replace(FACE, photo=bytes(20_000)), full.face_key)))
    assert len(order) > PART_BYTES
    card = Card(full.state)
    for apdu in order_apdus(order)[:sent]:
        card.transmit(apdu)
    card.reset()
    assert card.state == full.state.reset()
    assert carry_out(card, order).sequence == 1


# --- answers ----------------------------------------------------------------------------------------------------


@given(
    st.from_regex(r"\A[0-9]{15}\Z"),
    st.integers(0, 2**31),
    st.dictionaries(st.sampled_from(KeyName), st.binary(max_size=300)),
    st.none() | st.binary(max_size=300),
)
def test_a_status_survives_its_bytes(
    serial: str, sequence: int, keys: dict[KeyName, bytes], internal: bytes | None
) -> None:
    status = AdministrationStatus(serial, sequence, keys, internal)
    assert AdministrationStatus.parse(status.encode()) == status


@given(st.binary(max_size=100))
def test_any_bytes_are_a_status_or_malformed(data: bytes) -> None:
    try:
        AdministrationStatus.parse(data)
    except MalformedTlv:
        return


@given(st.lists(st.binary(max_size=60), max_size=3))
def test_any_answers_are_a_status_or_a_refusal(answers: list[bytes]) -> None:
    try:
        read_answers(answers)
    except OrderRefused:
        return


def test_an_order_does_not_print_what_it_writes(full: Full) -> None:
    order = Order(SERIAL, 1, (WriteFace(build_face_files(FACE, full.face_key)),))
    printed = repr(order) + repr(order.operations)
    for secret in (FACE.individual_number.digits, FACE.security_code, FACE.number_b):
        assert secret not in printed
