"""What the face says: files as published readings describe them, opened by whom they should be, signed by the issuer."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import date

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.numbers import IndividualNumber
from mynumber.foundation.people import Sex
from mynumber.foundation.smartcard import (
    Card,
    CardAnswerMalformed,
    CardError,
    CardPins,
    CardRefused,
    CommonClient,
    FaceClient,
    FaceFiles,
    JpkiClient,
    NotFromIssuer,
    NotThisCard,
    Pin,
    PinBlocked,
    PinName,
    PinPad,
    TextClient,
    WrongPin,
    build_face_files,
    personalise,
    tlv,
)
from mynumber.foundation.smartcard.face import attributes_file
from tests.foundation.smartcard.conftest import FACE, SERIAL, Full


@pytest.fixture
def text(full: Full) -> TextClient:
    client = TextClient(Card(full.state))
    client.select()
    return client


@pytest.fixture
def face(full: Full) -> FaceClient:
    client = FaceClient(Card(full.state))
    client.select()
    return client


def text_pin(full: Full) -> Pin:
    pin = full.pins.text_support
    assert pin is not None
    return pin


# --- 券面事項入力補助AP -----------------------------------------------------------------------------------------


def test_the_layout_of_the_four_attributes_is_the_published_one() -> None:
    """The example of a published reading of a test card (名前 黒木 幹世, 1980-02-17)."""
    file = attributes_file("黒木　幹世", "あ" * 18, date(1980, 2, 17), Sex.MALE)
    assert file.hex().startswith("ff2065df2108000e002000590064df220fe9bb92e69ca8e38080e5b9b9e4b896df2336")
    assert file.hex().endswith("df24083139383030323137df250131")


def test_offsets_move_by_one_when_the_file_has_a_longer_header() -> None:
    file = attributes_file("黒木　幹世", "あ" * 40, date(1980, 2, 17), Sex.MALE)
    assert file[:3] == bytes.fromhex("ff2081")
    first = int.from_bytes(file[7:9])
    assert first == 0x0F
    assert file[first : first + 2] == b"\xdf\x22"


@given(st.text(min_size=1, max_size=120), st.text(min_size=1, max_size=200), st.dates(date(1900, 1, 1)))
def test_every_offset_of_the_table_points_at_its_attribute(name: str, address: str, birth: date) -> None:
    file = attributes_file(name, address, birth, Sex.UNSTATED)
    start = file.index(b"\xdf\x21\x08") + 3
    offsets = [int.from_bytes(file[start + 2 * i : start + 2 * i + 2]) for i in range(4)]
    assert [file[offset : offset + 2].hex() for offset in offsets] == ["df22", "df23", "df24", "df25"]


def test_the_pin_opens_number_and_attributes(full: Full, text: TextClient) -> None:
    text.verify_pin(text_pin(full))
    issuer = full.face_key.public_key()
    assert text.read_number(issuer) == FACE.individual_number
    attributes = text.read_attributes(issuer)
    assert attributes.name == "甲野　花子［旧氏　乙川］"
    assert attributes.address == "東京都千代田区丸の内１－１－１"
    assert (attributes.birth_date, attributes.sex) == (FACE.birth_date, FACE.sex)


def test_number_a_opens_the_number_alone(full: Full, text: TextClient) -> None:
    text.open_with_number_a(FACE.individual_number)
    assert text.read_number(full.face_key.public_key()) == FACE.individual_number
    with pytest.raises(CardRefused, match="6982"):
        text.read_attributes()


def test_number_b_opens_the_attributes_alone(text: TextClient) -> None:
    assert FACE.number_b == "55021720352285"
    text.open_with_number_b(FACE.number_b)
    assert text.read_attributes().sex is Sex.FEMALE
    with pytest.raises(CardRefused, match="6982"):
        text.read_number()


@pytest.mark.parametrize("fid", [0x0001, 0x0002, 0x0003, 0x0006, 0x0007])
def test_closed_files_stay_closed(text: TextClient, fid: int) -> None:
    with pytest.raises(CardRefused, match="6982"):
        text.read_object(fid)


@pytest.mark.parametrize(("fid", "size"), [(0x0001, 17), (0x0003, 336), (0x0004, 568), (0x0007, 536)])
def test_files_have_their_published_sizes(full: Full, fid: int, size: int) -> None:
    assert len(full.state.memory.contents[f"text/{fid:04X}"]) == size


def test_the_tries_of_the_verification_numbers_are_a_parameter(full: Full) -> None:
    state = personalise(
        card_serial=SERIAL,
        authentication=full.authentication,
        face=FACE,
        face_key=full.face_key,
        pins=CardPins(),
        verification_number_tries=3,
    )
    text = TextClient(Card(state))
    text.select()
    for remaining in (2, 1):
        with pytest.raises(WrongPin) as wrong:
            text.open_with_number_b("00000000000000")
        assert wrong.value.remaining == remaining
    with pytest.raises(PinBlocked):
        text.open_with_number_b("00000000000000")
    with pytest.raises(PinBlocked):
        text.open_with_number_b(FACE.number_b)


def test_a_verification_number_is_not_for_the_holder_to_change(text: TextClient) -> None:
    text.open_with_number_b(FACE.number_b)
    with pytest.raises(CardRefused, match="6982"):
        text.change(0x0015, None, b"00000000000000")


@pytest.mark.parametrize(("name", "position"), [("text/0001", 6), ("text/0003", 80), ("text/0003", 10)])
def test_what_the_issuer_did_not_sign_is_not_believed(full: Full, name: str, position: int) -> None:
    forged = bytearray(full.state.memory.contents[name])
    forged[position] ^= 1
    contents = {**full.state.memory.contents, name: bytes(forged)}
    state = replace(full.state, memory=msgspec.structs.replace(full.state.memory, contents=contents))
    text = TextClient(Card(state))
    text.select()
    text.verify_pin(text_pin(full))
    with pytest.raises((NotFromIssuer, CardAnswerMalformed)):
        text.read_number(full.face_key.public_key())


@pytest.fixture(scope="module")
def forged(full: Full) -> FaceFiles:
    """Another face, which somebody else signed."""
    number = IndividualNumber.from_base("98765432109")
    face = replace(FACE, individual_number=number, address="大阪府", photo=b"another photo")
    return build_face_files(face, rsa.generate_private_key(65537, 2048))


def with_files(full: Full, files: dict[str, bytes]) -> Card:
    contents = {**full.state.memory.contents, **files}
    return Card(replace(full.state, memory=msgspec.structs.replace(full.state.memory, contents=contents)))


@pytest.mark.parametrize("name", ["text/0001", "text/0002"])
def test_a_forged_number_or_address_is_not_believed(full: Full, forged: FaceFiles, name: str) -> None:
    text = TextClient(with_files(full, {name: forged.contents[name]}))
    text.select()
    text.verify_pin(text_pin(full))
    read = text.read_number if name == "text/0001" else text.read_attributes
    read()
    with pytest.raises(NotFromIssuer):
        read(full.face_key.public_key())


@pytest.mark.parametrize("tag", range(0xDF22, 0xDF28))
def test_a_face_with_one_forged_part_is_not_believed(full: Full, forged: FaceFiles, tag: int) -> None:
    """The parts that the signature covers: birth, sex, chip key, name, address, photo."""
    body = tlv.parse_one(full.state.memory.contents["face/0002"], 0xFF20).value
    values = {item.tag: item.value for item in tlv.parse(body)}
    other = tlv.parse_one(forged.contents["face/0002"], 0xFF20).value
    replaced = {item.tag: item.value for item in tlv.parse(other)}[tag]
    values[tag] = replaced if replaced != values[tag] else bytes((values[tag][0] ^ 1,)) + values[tag][1:]
    file = tlv.encode(0xFF20, b"".join(tlv.encode(t, v) for t, v in values.items()))
    face = FaceClient(with_files(full, {"face/0002": file}))
    face.select()
    face.open_with_number_b(FACE.number_b)
    with pytest.raises((NotFromIssuer, CardAnswerMalformed)):
        face.read_face(full.face_key.public_key())


def test_the_chip_proves_that_it_is_no_copy(full: Full, text: TextClient) -> None:
    text.open_with_number_b(FACE.number_b)
    text.prove_chip(full.face_key.public_key(), b"a fresh challenge")
    with pytest.raises(NotFromIssuer):
        text.prove_chip(rsa.generate_private_key(65537, 2048).public_key(), b"a fresh challenge")


def test_a_copy_of_the_files_cannot_prove_itself(full: Full) -> None:
    """Everything that can be read, in a chip with a key of its own."""
    copy = personalise(
        card_serial=SERIAL,
        authentication=full.authentication,
        face=FACE,
        face_key=full.face_key,
        pins=full.pins,
    )
    memory = msgspec.structs.replace(copy.memory, contents=full.state.memory.contents)
    text = TextClient(Card(replace(copy, memory=memory)))
    text.select()
    text.verify_pin(text_pin(full))
    assert text.read_number(full.face_key.public_key()) == FACE.individual_number
    with pytest.raises(NotFromIssuer):
        text.prove_chip(full.face_key.public_key(), b"a fresh challenge")


@given(st.binary(max_size=258))
def test_no_file_of_a_chip_key_does_more_than_a_card_error(full: Full, file: bytes) -> None:
    with contextlib.suppress(CardError):
        TextClient(Stranger(file + b"\x90\x00")).prove_chip(full.face_key.public_key(), b"x")


# --- 券面事項確認AP, 共通AP ---------------------------------------------------------------------------------------


def test_number_b_opens_the_face_and_not_the_number(full: Full, face: FaceClient) -> None:
    face.open_with_number_b(FACE.number_b)
    content = face.read_face(full.face_key.public_key())
    assert content.photo == FACE.photo
    assert content.name.startswith(b"\x89PNG\r\n")
    assert (content.birth_date, content.expires_on) == (FACE.birth_date, FACE.expires_on)
    with pytest.raises(CardRefused, match="6982"):
        face.read_number_picture()
    with pytest.raises(CardRefused, match="6982"):
        face.read_birth_date()


def test_number_a_opens_the_picture_of_the_number(full: Full, face: FaceClient) -> None:
    face.open_with_number_a(FACE.individual_number)
    assert face.read_number_picture(full.face_key.public_key()).startswith(b"\x89PNG\r\n")


def test_the_birth_key_opens_the_birth_date_alone(full: Full, face: FaceClient) -> None:
    face.open_with_birth_key("550217")
    assert face.read_birth_date(full.face_key.public_key()) == FACE.birth_date
    with pytest.raises(CardRefused, match="6982"):
        face.read_face()


def test_another_issuer_is_not_believed(face: FaceClient) -> None:
    face.open_with_number_b(FACE.number_b)
    with pytest.raises(NotFromIssuer):
        face.read_face(rsa.generate_private_key(65537, 2048).public_key())


def test_the_record_of_the_card_is_free(full: Full) -> None:
    record = CommonClient(Card(full.state)).read_record()
    assert (record.card_serial, record.municipality_code, record.expires_on) == (
        SERIAL,
        "13101",
        FACE.expires_on,
    )


def test_a_card_without_a_face_still_tells_its_serial(full: Full) -> None:
    state = personalise(card_serial=SERIAL, authentication=full.authentication, pins=CardPins())
    record = CommonClient(Card(state)).read_record()
    assert (record.card_serial, record.municipality_code, record.expires_on) == (SERIAL, "00000", None)


# --- what goes wrong ----------------------------------------------------------------------------------------


def test_a_photo_that_the_card_could_not_read_out_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        replace(FACE, photo=bytes(21 * 1024))


def test_the_largest_photo_is_read_out_whole(full: Full) -> None:
    photo = bytes(range(256)) * 80
    state = personalise(
        card_serial=SERIAL,
        authentication=full.authentication,
        face=replace(FACE, photo=photo),
        face_key=full.face_key,
        pins=CardPins(),
    )
    face = FaceClient(Card(state))
    face.select()
    face.open_with_number_b(FACE.number_b)
    assert face.read_face(full.face_key.public_key()).photo == photo


def test_a_face_does_not_print_itself(full: Full) -> None:
    printed = repr(FACE) + repr(build_face_files(FACE, full.face_key))
    for secret in (FACE.individual_number.digits, FACE.name, FACE.address, FACE.security_code):
        assert secret not in printed


class Stranger:
    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def transmit(self, apdu: bytes) -> bytes:
        return self.answer if apdu[1] in (0xB0, 0xB2) else b"\x90\x00"


@given(st.binary(max_size=258).map(lambda data: data + b"\x90\x00"))
def test_no_file_does_more_than_a_card_error(answer: bytes) -> None:
    reader = Stranger(answer)
    for read in (
        TextClient(reader).read_number,
        TextClient(reader).read_attributes,
        FaceClient(reader).read_face,
        FaceClient(reader).read_birth_date,
        FaceClient(reader).read_number_picture,
        CommonClient(reader).read_record,
        JpkiClient(reader).certificates_present,
    ):
        try:
            read()
        except CardError:
            continue


def test_every_pin_is_changed_at_the_pin_pad(full: Full) -> None:
    pad = PinPad(Card(full.state))
    for which in PinName:
        old = full.pins.of(which)
        assert old is not None
        new = Pin("NEW123") if which is PinName.SIGNATURE else Pin("8642")
        pad.change(which, old, new)
        pad.verify(which, new)
        with pytest.raises(WrongPin) as wrong:
            pad.verify(which, old)
        assert wrong.value.remaining == pad.tries_left(which)


def test_another_card_has_no_pin_pad() -> None:
    with pytest.raises(NotThisCard):
        PinPad(type("Nothing", (), {"transmit": lambda _, __: b"\x6a\x82"})()).tries_left(PinName.JUKI)
