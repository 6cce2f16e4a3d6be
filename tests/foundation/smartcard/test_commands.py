"""Commands beyond certificates and PINs: every mode of the signature, the chip's own key, records, data objects, the next card."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from mynumber.foundation.smartcard import (
    INDIVIDUAL_NUMBER_CARD,
    NEXT_CARD,
    PROFILES,
    Card,
    CardKey,
    CardPins,
    CardProfile,
    CardRefused,
    CardState,
    CommonClient,
    FaceClient,
    JpkiClient,
    KeyName,
    NotThisCard,
    Pin,
    PinBlocked,
    PinName,
    PinPad,
    TextClient,
    WrongPin,
    internal_public_key,
    personalise,
    process,
    recognise,
)
from mynumber.foundation.smartcard.administration import AllowPin, GenerateKey, Order, WriteFace, carry_out
from mynumber.foundation.smartcard.algorithms import SystemRandomness
from mynumber.foundation.smartcard.face import build_face_files
from mynumber.foundation.smartcard.generations import PHONE_TOKEN
from tests.foundation.smartcard.conftest import FACE, SERIAL, Full, Made
from tests.foundation.smartcard.test_card import run

SELECT = {
    "jpki": "00A4040C0AD392F000260100000001",
    "text": "00A4040C0AD3921000310001010408",
    "face": "00A4040C0AD3921000310001010402",
    "juki": "00A4040C0AD3921000310001010401",
    "common": "00A4040C0AD3921000310001010100",
    "master": "00A4040C07A0000001510000",
}
SIGNATURE_LOGIN = (SELECT["jpki"], "00A4020C02001B", "0020008006" + b"ABC123".hex(), "00A4020C02001A")
SHA256, PKCS1 = hashes.SHA256(), padding.PKCS1v15()
PSS = padding.PSS(padding.MGF1(SHA256), 32)
MESSAGE = b"a contract"


def digest(data: bytes) -> bytes:
    made = hashes.Hash(SHA256)
    made.update(data)
    return made.finalize()


def answer(state: CardState, *apdus: str) -> tuple[bytes, str]:
    """Data and status word of the last of these commands."""
    response = b""
    for apdu in apdus:
        state, response = process(state, bytes.fromhex(apdu))
    return response[:-2], response[-2:].hex().upper()


def rsa_key(full: Full) -> rsa.RSAPublicKey:
    key = full.signature.key.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    return key


# --- COMPUTE DIGITAL SIGNATURE ----------------------------------------------------------------------------------


def test_all_modes_of_the_signature_verify(full: Full) -> None:
    def sign(mode: int, data: bytes) -> bytes:
        command = f"802A{mode:02X}80{len(data):02X}{data.hex()}00"
        signature, status = answer(full.state, *SIGNATURE_LOGIN, command)
        assert status == "9000"
        return signature

    key = rsa_key(full)
    assert key.recover_data_from_signature(sign(0x00, MESSAGE), PKCS1, None) == MESSAGE
    assert key.recover_data_from_signature(sign(0x01, MESSAGE), PKCS1, None) == digest(MESSAGE)
    for mode, data in ((0x02, digest(MESSAGE)), (0x03, MESSAGE)):
        key.verify(sign(mode, data), MESSAGE, PKCS1, SHA256)
    for mode, data in ((0x04, digest(MESSAGE)), (0x05, MESSAGE)):
        key.verify(sign(mode, data), MESSAGE, PSS, SHA256)


def test_a_long_message_is_hashed_by_the_card_in_extended_length(full: Full) -> None:
    message = bytes(3000)
    command = f"802A038000{len(message):04X}{message.hex()}0000"
    signature, status = answer(full.state, *SIGNATURE_LOGIN, command)
    assert status == "9000"
    rsa_key(full).verify(signature, message, PKCS1, SHA256)


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("802A02801F" + "AA" * 31 + "00", "6985"),
        ("802A048021" + "AA" * 33 + "00", "6985"),
        ("802A0680" + "01AA00", "6A86"),
        ("802AFF80" + "01AA00", "6A86"),
        ("802A030000", "6A86"),  # JPKI has no key of the chip's own
        ("802A0380" + "00", "6700"),
        ("802A0380" + "01AA" + "FF", "6C00"),
        ("802A009A" + "01AA00", "9000"),
        ("802A0097" + "01AA00", "6982"),  # the other key needs the other PIN
    ],
)
def test_input_of_the_signature_is_checked(full: Full, command: str, status: str) -> None:
    assert answer(full.state, *SIGNATURE_LOGIN, command)[1] == status


def test_one_pin_does_not_open_the_other_key(full: Full) -> None:
    login = (SELECT["jpki"], "00A4020C020018", "002000800431323334")
    assert answer(full.state, *login, "802A009701AA00")[1] == "9000"
    assert answer(full.state, *login, "802A009A01AA00")[1] == "6982"
    assert answer(full.state, *login, "00A4020C020001", "00B0000004")[1] == "6982"


# --- the chip's own key -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("application", "command"),
    [("common", "0088009902CAFE00"), ("text", "802A030002CAFE00"), ("face", "802A030002CAFE00")],
)
def test_the_chip_proves_itself_without_a_pin(full: Full, application: str, command: str) -> None:
    signature, status = answer(full.state, SELECT[application], command)
    assert status == "9000"
    key = internal_public_key(full.state)
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(signature, b"\xca\xfe", PKCS1, SHA256)


@pytest.mark.parametrize(
    ("apdus", "status"),
    [
        ((SELECT["jpki"], "0088009702CAFE00"), "6982"),
        ((*SIGNATURE_LOGIN, "0088008002CAFE00"), "6982"),
        ((SELECT["jpki"], "802A000002CAFE00"), "6A86"),
        ((SELECT["common"], "0088019902CAFE00"), "6A86"),
        ((SELECT["common"], "0088009100"), "6A88"),
        ((SELECT["common"], "0088008202CAFE00"), "6981"),
        ((SELECT["common"], "00880099000100" + "AA" * 256 + "0000"), "6700"),
        ((SELECT["text"], "0088009302CAFE00"), "6985"),
        ((SELECT["face"], "0088009402CAFE00"), "6985"),
        ((SELECT["juki"], "0088009C02CAFE00"), "6981"),
    ],
)
def test_nobody_else_proves_anything(full: Full, apdus: tuple[str, ...], status: str) -> None:
    assert answer(full.state, *apdus)[1] == status


def test_a_card_without_a_face_has_no_key_of_its_own(made: Made) -> None:
    assert internal_public_key(made.state) is None
    assert answer(made.state, SELECT["common"], "0088009902CAFE00")[1] == "6A88"
    assert answer(made.state, SELECT["text"], "802A000002CAFE00")[1] == "6A88"


class Known(SystemRandomness):
    def octets(self, count: int) -> bytes:
        return bytes(range(256))[:count]


@pytest.mark.parametrize(("expected", "length"), [("08", 8), ("00", 256)])
def test_a_challenge_has_the_length_that_was_asked_for(full: Full, expected: str, length: int) -> None:
    command = bytes.fromhex(f"00840000{expected}")
    assert process(full.state, command, Known())[1] == bytes(range(256))[:length] + b"\x90\x00"
    first, second = (process(full.state, command)[1] for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    ("command", "status"),
    [("00840000", "6700"), ("0084000000FFFF", "6985"), ("0084010008", "6A86"), ("0084000001AA08", "6700")],
)
def test_other_challenges_are_refused(full: Full, command: str, status: str) -> None:
    assert answer(full.state, command)[1] == status


# --- records, data objects, sealed files --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("00B2010C00", "9000"),
        ("00B2010C000000", "9000"),
        ("00B2020C00", "6A83"),
        ("00B2000C00", "6A83"),
        ("00B2010D00", "6A81"),
        ("00B2010E00", "6A86"),
        ("00B201CC00", "6981"),  # EF 0019 is a key
        ("00B2012400", "6A88"),
        ("00B2010C", "6700"),
    ],
)
def test_the_record_is_read_by_its_number(full: Full, command: str, status: str) -> None:
    data, got = answer(full.state, SELECT["common"], command)
    assert got == status
    assert data == (b"\x01\x1c" + f"{SERIAL}1310120350217".encode() if status == "9000" else b"")


def test_a_record_is_no_binary_and_a_binary_no_record(full: Full) -> None:
    assert answer(full.state, SELECT["common"], "00A4020C020001", "00B0000000")[1] == "6981"
    assert answer(full.state, SELECT["common"], "00A4020C020001", "00B2010400")[1] == "9000"
    assert answer(full.state, SELECT["jpki"], "00B2013400")[1] == "6981"


@pytest.mark.parametrize("select", [(), (SELECT["master"],)])
def test_the_card_tells_about_itself_before_an_application_is_selected(
    full: Full, select: tuple[str, ...]
) -> None:
    assert answer(full.state, *select, "00CA004500") == (SERIAL.encode(), "9000")
    assert answer(full.state, *select, "80CA00F000") == (b"13101", "9000")
    assert answer(full.state, *select, "80CA00F200") == (b"20350217", "9000")
    assert answer(full.state, *select, "80CA5F5100") == (bytes.fromhex("E000FF8131FE4514"), "9000")
    assert len(answer(full.state, *select, "80CA004200")[0]) == 16
    assert answer(full.state, *select, "80CA006600")[1] == "9000"
    # A certificate is bare, and a short length does not do for it.
    certificate, _ = answer(full.state, *select, "80CA00F8000000")
    assert certificate == full.state.memory.contents["face/0004"][5:]
    assert answer(full.state, *select, "80CA00F800")[1] == "6700"
    assert answer(full.state, *select, "80CA123400")[1] == "6A88"
    assert answer(full.state, *select, "80CA0045")[1] == "6700"


def test_an_application_tells_nothing_about_the_card_but_its_atr(full: Full) -> None:
    assert answer(full.state, SELECT["jpki"], "80CA004500")[1] == "6A88"
    assert answer(full.state, SELECT["jpki"], "80CA5F5100")[1] == "9000"
    assert answer(full.state, SELECT["jpki"], SELECT["master"], "80CA004500")[1] == "9000"


def test_the_master_file_is_not_selected_though_the_card_says_so(full: Full) -> None:
    state, answers = run(full.state, "00A40000", *SIGNATURE_LOGIN, "00A40000")
    assert answers == ["6A86", *["9000"] * 5]
    assert state.application == "jpki"


@pytest.mark.parametrize(
    ("application", "fid", "command", "status"),
    [
        ("jpki", "0009", "00B0000000", "6982"),
        ("jpki", "0016", "802A008001AA00", "6982"),
        ("jpki", "0016", "00B0000000", "6981"),
        ("text", "0012", "00200080", "63C0"),
        ("text", "0012", "002000800431323334", "6984"),
        ("text", "0012", "002401800431323334", "6982"),
        ("common", "0002", "00200080", "6981"),
        ("common", "0002", "00B2010400", "9000"),
        ("juki", "0002", "00B2010400", "9000"),
        ("juki", "0002", "00B0000000", "6981"),
    ],
)
def test_files_of_which_nothing_is_known_stay_sealed(
    full: Full, application: str, fid: str, command: str, status: str
) -> None:
    assert answer(full.state, SELECT[application], f"00A4020C02{fid}", command)[1] == status


# --- changing a PIN in the words of JICSAP ------------------------------------------------------------------------


@pytest.mark.parametrize("head", ["00240180", "80320080"])
@pytest.mark.parametrize(
    ("application", "fid", "old", "new"),
    [
        ("juki", "001C", "2468", "1357"),
        ("text", "0011", "5678", "1357"),
        ("jpki", "001B", "ABC123", "XYZ789"),
    ],
)
def test_both_forms_change_a_pin(
    full: Full, head: str, application: str, fid: str, old: str, new: str
) -> None:
    select = (SELECT[application], f"00A4020C02{fid}")
    verify_old, verify_new = (f"00200080{len(p):02X}{p.encode().hex()}" for p in (old, new))
    change = f"{head}{len(new):02X}{new.encode().hex()}"
    assert answer(full.state, *select, change)[1] == "6982"
    state, answers = run(full.state, *select, verify_old, change)
    assert answers[-1] == "9000"
    state = CardState.from_bytes(state.to_bytes())
    _, answers = run(state, *select, verify_old, verify_new)
    assert answers[2:] == ["63C4" if fid == "001B" else "63C2", "9000"]


@pytest.mark.parametrize("new", ["ABCDEF", "123456", "abc123", "ABC12", "ABC1234567890123X"])
def test_a_password_needs_letters_and_digits(full: Full, new: str) -> None:
    change = f"00240180{len(new):02X}{new.encode().hex()}"
    assert answer(full.state, *SIGNATURE_LOGIN[:3], change)[1] == "6A80"


# --- the next card ------------------------------------------------------------------------------------------------


def p384_card_key(name: str) -> CardKey:
    key = ec.generate_private_key(ec.SECP384R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime(2028, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 1, start, start + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA384()).public_bytes(Encoding.DER)
    return CardKey(key, certificate, certificate)


@pytest.fixture(scope="module")
def next_state(full: Full) -> CardState:
    """A card with P-384 keys, two PINs and two applications."""
    return personalise(
        card_serial=SERIAL,
        authentication=p384_card_key("holder"),
        signature=p384_card_key("holder"),
        face=FACE,
        pins=CardPins(authentication=Pin("1234"), signature=Pin("ABC123")),
        face_key=full.face_key,
        issuer_key=full.issuer_key.public_key(),
        profile=NEXT_CARD,
    )


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_every_generation_is_recognised(full: Full, profile: CardProfile) -> None:
    key = full.authentication if profile is not NEXT_CARD else p384_card_key("holder")
    card = Card(personalise(card_serial=SERIAL, authentication=key, pins=CardPins(), profile=profile))
    assert recognise(card) is profile


def test_a_phone_keeps_its_authentication_certificate_behind_its_pin(full: Full) -> None:
    pins = CardPins(authentication=Pin("1234"))
    phone = Card(
        personalise(card_serial=SERIAL, authentication=full.authentication, pins=pins, profile=PHONE_TOKEN)
    )
    client = JpkiClient(phone, PHONE_TOKEN)
    client.select()
    with pytest.raises(CardRefused, match="6982"):
        client.read_certificate()
    client.verify_pin(Pin("1234"))
    assert client.read_certificate() == full.authentication.certificate


@pytest.mark.parametrize("which", list(KeyName))
def test_the_next_card_signs_with_p384(next_state: CardState, which: KeyName) -> None:
    card = Card(next_state)
    assert recognise(card) is NEXT_CARD
    client = JpkiClient(card, NEXT_CARD)
    client.select()
    client.verify_pin(Pin("1234" if which is KeyName.AUTHENTICATION else "ABC123"), PinName(which.value))
    public = x509.load_der_x509_certificate(client.read_certificate(which)).public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    signature = client.sign(bytes(48), which)
    r, s = int.from_bytes(signature[:48]), int.from_bytes(signature[48:])
    public.verify(encode_dss_signature(r, s), bytes(48), ec.ECDSA(Prehashed(hashes.SHA384())))
    with pytest.raises(ValueError, match="48 bytes"):
        client.sign(bytes(32), which)


@pytest.mark.parametrize(
    ("mode", "data", "status"),
    [
        (0x00, bytes(48), "9000"),
        (0x02, bytes(48), "9000"),
        (0x01, MESSAGE, "9000"),
        (0x03, MESSAGE, "9000"),
        (0x00, bytes(32), "6985"),
        (0x04, bytes(48), "6A86"),
        (0x05, MESSAGE, "6A86"),
    ],
)
def test_modes_of_the_next_card(next_state: CardState, mode: int, data: bytes, status: str) -> None:
    login = ("00A4040C0AD392F000260200000001", "00A4020C020018", "002000800431323334", "00A4020C020017")
    command = f"802A{mode:02X}80{len(data):02X}{data.hex()}00"
    assert answer(next_state, *login, command)[1] == status


def test_one_pin_of_the_next_card_opens_both_applications(full: Full, next_state: CardState) -> None:
    card = Card(next_state)
    pad, text = PinPad(card, NEXT_CARD), TextClient(card, NEXT_CARD)
    text.select()
    text.verify_pin(Pin("1234"))
    assert text.read_number(full.face_key.public_key()) == FACE.individual_number
    for which, left in ((PinName.TEXT_SUPPORT, 2), (PinName.AUTHENTICATION, 1)):
        with pytest.raises(WrongPin) as wrong:
            pad.verify(which, Pin("9999"))
        assert wrong.value.remaining == left
    with pytest.raises(PinBlocked):
        pad.verify(PinName.TEXT_SUPPORT, Pin("9999"))
    with pytest.raises(PinBlocked):
        pad.verify(PinName.AUTHENTICATION, Pin("1234"))


def test_the_next_card_proves_itself(full: Full, next_state: CardState) -> None:
    text = TextClient(Card(next_state), NEXT_CARD)
    text.select()
    text.verify_pin(Pin("1234"))
    text.prove_chip(full.face_key.public_key(), b"a fresh challenge")


def test_the_next_card_lacks_what_is_announced_to_go(next_state: CardState) -> None:
    card = Card(next_state)
    with pytest.raises(NotThisCard):
        PinPad(card, NEXT_CARD).tries_left(PinName.JUKI)
    with pytest.raises(NotThisCard):
        FaceClient(card, NEXT_CARD).select()
    with pytest.raises(NotThisCard):
        JpkiClient(card).select()
    assert CommonClient(card, NEXT_CARD).serial() == SERIAL


def test_the_next_card_takes_orders(full: Full, next_state: CardState) -> None:
    card = Card(next_state)
    moved = replace(FACE, address="大阪府")
    files = build_face_files(moved, full.face_key, internal_public_key(next_state), NEXT_CARD)
    operations = (GenerateKey(KeyName.SIGNATURE), WriteFace(files), AllowPin(PinName.TEXT_SUPPORT))
    status = carry_out(card, Order(SERIAL, 1, operations).sign(full.issuer_key))
    assert KeyName.SIGNATURE in status.new_keys
    pad = PinPad(card, NEXT_CARD)
    pad.change(PinName.TEXT_SUPPORT, None, Pin("8642"))
    pad.verify(PinName.AUTHENTICATION, Pin("8642"))  # it is the same PIN
    text = TextClient(card, NEXT_CARD)
    text.select()
    text.open_with_number_b(moved.number_b)
    assert text.read_attributes(full.face_key.public_key()).address == "大阪府"


def test_a_key_of_another_generation_is_not_put_on_a_card(full: Full) -> None:
    for key, profile in ((full.authentication, NEXT_CARD), (p384_card_key("x"), INDIVIDUAL_NUMBER_CARD)):
        with pytest.raises(ValueError, match="generation"):
            personalise(card_serial=SERIAL, authentication=key, pins=CardPins(), profile=profile)


@pytest.mark.parametrize(
    "serial", ["", "12345678901234", "1234567890123456", "12345678901234x", "１２３４５６７８９０１２３４５"]
)
def test_a_card_has_a_serial_of_15_digits(full: Full, serial: str) -> None:
    with pytest.raises(ValueError, match="15 digits"):
        personalise(card_serial=serial, authentication=full.authentication, pins=CardPins())


def test_a_card_leaves_the_factory_without_pins(full: Full) -> None:
    card = Card(personalise(card_serial=SERIAL, authentication=full.authentication, pins=CardPins()))
    pad = PinPad(card)
    for which in PinName:
        assert pad.tries_left(which) == 0
        with pytest.raises(PinBlocked):
            pad.verify(which, Pin("1234"))
        with pytest.raises(CardRefused, match="6982"):
            pad.change(which, None, Pin("1234"))


def test_a_card_file_of_before_this_version_is_still_a_card(made: Made) -> None:
    """Its memory had profile, contents, keys and PINs without their limit, and nothing else."""
    memory = made.state.memory
    old_pins = {
        name: {"salt": pin.salt, "digest": pin.digest, "cost": pin.cost, "tries_left": pin.tries_left}
        for name, pin in memory.pins.items()
        if name.startswith("jpki")
    }
    old = {
        "profile": memory.profile,
        "contents": {n: c for n, c in memory.contents.items() if n.startswith("jpki")},
        "keys": memory.keys,
        "pins": old_pins,
    }
    body = b"mynumber-card-1\n" + msgspec.msgpack.encode(old)
    card = Card(CardState.from_bytes(body + digest(body)))
    client = JpkiClient(card)
    client.select()
    with pytest.raises(WrongPin) as wrong:
        client.verify_pin(Pin("9999"))
    assert wrong.value.remaining == 2
    client.verify_pin(made.pin)
    assert client.tries_left() == 3
    assert len(client.sign(bytes(32))) == 256
