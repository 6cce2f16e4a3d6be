"""Making a card: what J-LIS writes onto the chip before it leaves the factory (personalisation)."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mynumber.foundation.smartcard import tlv
from mynumber.foundation.smartcard.algorithms import (
    SYSTEM_RANDOMNESS,
    Randomness,
    fits_algorithm,
    load_key,
    private_bytes,
)
from mynumber.foundation.smartcard.face import (
    ISSUER_KEY_ID,
    CardFace,
    FaceFiles,
    build_face_files,
    key_id,
    modulus_template,
)
from mynumber.foundation.smartcard.generations import (
    CERTIFICATES_PRESENT,
    COMMON,
    FACE,
    INDIVIDUAL_NUMBER_CARD,
    INTERNAL_KEY,
    JPKI,
    KEY_REFERENCE,
    MESSAGING_KEY,
    PROFILES,
    TEXT,
    TEXT_MESSAGING_KEY,
    TOKEN_INFORMATION,
    VERIFICATION_NUMBER_TRIES,
)
from mynumber.foundation.smartcard.profile import (
    CardPrivateKey,
    CardProfile,
    CardPublicKey,
    KeyName,
    Pin,
    PinName,
    SignatureAlgorithm,
    file_name,
)
from mynumber.foundation.smartcard.state import MAXIMUM_TRIES, CardState, Memory, PinRecord, fits

SERIAL_DIGITS = 15
_SALT_BYTES = 16
_PRESENT = 0x8F
_UNAVAILABLE = 0xFFFFFFFF
_FACE_APPLICATIONS = (f"{TEXT}/", f"{FACE}/")
_NO_RECORD_END = "0" * 13
"""Municipality and expiry in the record of a card without a face."""


class CertificateDoesNotFitKey(Exception):
    """The certificate for the card names another public key than the key for the card."""


@dataclass(frozen=True, slots=True)
class CardKey:
    """One of the two keys of the card with its certificate and that of the CA, X.509 DER."""

    key: CardPrivateKey = field(repr=False)
    certificate: bytes = field(repr=False)
    ca_certificate: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CardPins:
    """The PINs a card is made with. None: not set yet, as a card leaves the factory; it has no try until an order lets it be set."""

    authentication: Pin | None = None
    signature: Pin | None = None
    text_support: Pin | None = None
    juki: Pin | None = None

    def of(self, which: PinName) -> Pin | None:
        """The PIN of this name."""
        pins = {
            PinName.AUTHENTICATION: self.authentication,
            PinName.SIGNATURE: self.signature,
            PinName.TEXT_SUPPORT: self.text_support,
            PinName.JUKI: self.juki,
        }
        return pins[which]


def personalise(
    *,
    card_serial: str,
    authentication: CardKey,
    signature: CardKey | None = None,
    face: CardFace | None = None,
    pins: CardPins,
    face_key: rsa.RSAPrivateKey | None = None,
    issuer_key: Ed25519PublicKey | None = None,
    profile: CardProfile = INDIVIDUAL_NUMBER_CARD,
    verification_number_tries: int = VERIFICATION_NUMBER_TRIES,
    randomness: Randomness = SYSTEM_RANDOMNESS,
) -> CardState:
    """Make a card.

    card_serial: 製造番号, 15 digits. authentication, signature: keys the profile can use (RSA-2048 with exponent 65537, or P-384); a card
    without a signature key has its PIN all the same, because clients look for it. face, face_key: what 券面事項 applications say, signed
    by the issuer of faces; without them those applications hold no files. issuer_key: whose orders the card takes
    (`administration`); without it none. verification_number_tries: tries of 照合番号 A and B (1..15). A card with a face makes two key pairs
    of its own, which takes some 0.2 s.

    Raises CertificateDoesNotFitKey, and ValueError for what the profile cannot hold.
    """
    if len(card_serial) != SERIAL_DIGITS or not (card_serial.isascii() and card_serial.isdigit()):
        raise ValueError("the serial number of a card has 15 digits")
    if not 1 <= verification_number_tries <= MAXIMUM_TRIES:
        raise ValueError("a PIN has 1 to 15 tries")
    if (face is None) != (face_key is None):
        raise ValueError("a face needs the key of its issuer, and the key a face")
    memory = Memory(
        profile=profile.name,
        contents={file_name(JPKI, TOKEN_INFORMATION): token_information(card_serial.zfill(16), profile)},
        keys={},
        pins=_pin_records(pins, profile, randomness),
        card_serial=card_serial,
        issuer_key=b"" if issuer_key is None else issuer_key.public_bytes_raw(),
    )
    memory = with_certificate(memory, KeyName.AUTHENTICATION, authentication)
    if signature is not None:
        memory = with_certificate(memory, KeyName.SIGNATURE, signature)
    memory = _with_key_reference(_with_record(memory, _NO_RECORD_END))
    if face is not None and face_key is not None:
        memory = _with_chip_keys(memory, randomness)
        files = build_face_files(face, face_key, internal_public_key(CardState(memory)), profile)
        memory = with_face(memory, files, randomness, tries=verification_number_tries)
    return CardState(memory)


def internal_public_key(card: CardState) -> CardPublicKey | None:
    """The chip's own public key, by which a reader tells it from a copy of its files; None for a card without a face."""
    der = card.memory.keys.get(INTERNAL_KEY)
    return None if der is None else load_key(der).public_key()


# --- parts of a card, for making one and for changing one ------------------------------------------------------


def with_certificate(memory: Memory, which: KeyName, card_key: CardKey) -> Memory:
    """The memory with this key in use. Raises CertificateDoesNotFitKey, ValueError."""
    profile = PROFILES[memory.profile]
    slot = profile.keys[which]
    if not fits_algorithm(card_key.key, profile.algorithm):
        raise ValueError(
            "the card holds RSA keys of 2048 bits with exponent 65537, or P-384: as its generation has it"
        )
    if x509.load_der_x509_certificate(card_key.certificate).public_key() != card_key.key.public_key():
        raise CertificateDoesNotFitKey("the certificate is for another key")
    contents = {
        **memory.contents,
        file_name(slot.application, slot.certificate): card_key.certificate,
        file_name(slot.application, slot.ca_certificate): card_key.ca_certificate,
    }
    key_name = file_name(slot.application, slot.key)
    keys = {**memory.keys, key_name: private_bytes(card_key.key)}
    pending = {name: key for name, key in memory.pending.items() if name != key_name}
    return _with_presence(msgspec.structs.replace(memory, contents=contents, keys=keys, pending=pending))


def without_certificate(memory: Memory, which: KeyName) -> Memory:
    """The memory without this key, its certificates and its PIN."""
    profile = PROFILES[memory.profile]
    slot = profile.keys[which]
    gone = {file_name(slot.application, fid) for fid in (slot.key, slot.certificate, slot.ca_certificate)}
    pins, pin_name, rules = dict(memory.pins), profile.pin_name(slot.pin), profile.pin_rules(slot.pin)
    if pin_name is not None and rules is not None:
        pins[pin_name] = PinRecord.unset(salt=pins[pin_name].salt, rules=rules)
    return _with_presence(
        msgspec.structs.replace(
            memory,
            contents={name: content for name, content in memory.contents.items() if name not in gone},
            keys={name: key for name, key in memory.keys.items() if name not in gone},
            pending={name: key for name, key in memory.pending.items() if name not in gone},
            pins=pins,
        )
    )


def with_face(
    memory: Memory, files: FaceFiles, randomness: Randomness, *, tries: int | None = None
) -> Memory:
    """The memory with these files of the face; 照合番号 A and B have all their tries. Raises ValueError for files of another generation."""
    profile = PROFILES[memory.profile]
    pins = dict(memory.pins)
    for name, digits in files.references.items():
        rules = profile.reference_rules(name)
        if rules is None or not rules.allows(digits):
            raise ValueError("this card has no such number")
        allowed = tries or (pins[name].all_tries(rules) if name in pins else rules.tries)
        salt = randomness.octets(_SALT_BYTES)
        pins[name] = PinRecord.of(digits.encode(), salt=salt, cost=rules.hash_cost, tries=allowed)
    contents = {**memory.contents, **files.contents}
    changed = msgspec.structs.replace(memory, contents=contents, pins=pins)
    if not fits(changed, profile) or not all(name.startswith(_FACE_APPLICATIONS) for name in files.contents):
        raise ValueError("these are not the files of a face")
    return _with_record(changed, files.record)


def _with_record(memory: Memory, end: str) -> Memory:
    """The record of the card: tag 01, 28 digits (serial 15, municipality 5, expiry 8)."""
    place = PROFILES[memory.profile].card_record
    if len(end) != len(_NO_RECORD_END) or not (end.isascii() and end.isdigit()):
        raise ValueError("the record ends in a municipality and a day")
    record = tlv.encode(0x01, (memory.card_serial + end).encode())
    contents = {**memory.contents, file_name(place.application, place.fid): record}
    return msgspec.structs.replace(memory, contents=contents)


def _with_key_reference(memory: Memory) -> Memory:
    """EF 0002 of 共通AP and 住基AP: the name of a key; which, is not known."""
    name = PROFILES[memory.profile].memory_name(COMMON, KEY_REFERENCE)
    if name is None:
        return memory
    contents = {**memory.contents, name: tlv.encode(0x01, key_id(ISSUER_KEY_ID))}
    return msgspec.structs.replace(memory, contents=contents)


def _with_presence(memory: Memory) -> Memory:
    """EF 0008: which certificates are there."""
    present = bytearray(3)
    for slot in PROFILES[memory.profile].keys.values():
        if file_name(slot.application, slot.certificate) in memory.contents:
            present[slot.presence_byte] = _PRESENT
    contents = {**memory.contents, file_name(JPKI, CERTIFICATES_PRESENT): bytes(present)}
    return msgspec.structs.replace(memory, contents=contents)


def _with_chip_keys(memory: Memory, randomness: Randomness) -> Memory:
    profile = PROFILES[memory.profile]
    keys = {**memory.keys, INTERNAL_KEY: private_bytes(randomness.private_key(profile.algorithm))}
    contents = dict(memory.contents)
    if any(application.session_key_refused is None for application in profile.applications):
        messaging = randomness.private_key(SignatureAlgorithm.RSA_2048_PKCS1)
        keys[MESSAGING_KEY] = private_bytes(messaging)
        public = messaging.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            contents[file_name(TEXT, TEXT_MESSAGING_KEY)] = tlv.encode(0xA1, modulus_template(public))
    return msgspec.structs.replace(memory, keys=keys, contents=contents)


def _pin_records(pins: CardPins, profile: CardProfile, randomness: Randomness) -> dict[str, PinRecord]:
    records: dict[str, PinRecord] = {}
    for which in profile.pins:
        name, rules, pin = profile.pin_name(which), profile.pin_rules(which), pins.of(which)
        if name is None or rules is None or (name in records and pin is None):
            continue
        salt = randomness.octets(_SALT_BYTES)
        records[name] = (
            PinRecord.unset(salt=salt, rules=rules)
            if pin is None
            else PinRecord.of(pin.encode(), salt=salt, cost=rules.hash_cost, tries=rules.tries)
        )
    return records


def token_information(serial: str, profile: CardProfile = INDIVIDUAL_NUMBER_CARD) -> bytes:
    """EF 0006: PKCS#11 CK_TOKEN_INFO, 160 bytes, big-endian (docs/protocols/chip.md)."""
    if len(serial) != 16 or not serial.isascii():
        raise ValueError("the serial number of a token has 16 ASCII characters")
    flags, sessions, pin_lengths = (0x0000040D,), (1, 0, 1, 0), (16, 6)
    numbers = (*flags, *sessions, *pin_lengths, *(_UNAVAILABLE,) * 4)
    return b"".join(
        (
            profile.label.encode("ascii").ljust(32),
            b"1".rjust(32, b"0"),
            b"E16R01NJ".ljust(16),
            serial.encode("ascii"),
            *(number.to_bytes(4) for number in numbers),
            b"03",
            b"01",
            b"9" * 16,
        )
    )
