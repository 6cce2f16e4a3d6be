"""What the face of a card says, as the files of 券面事項入力補助AP and 券面事項確認AP (and the record of 共通AP).

`build_face_files` is the issuer's side: it renders and signs. Layouts follow published readings of real cards; where those say only
a length, the content is this project's choice (docs/protocols/chip.md).
"""

from __future__ import annotations

import hashlib
import itertools
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from mynumber.foundation.numbers import IndividualNumber
from mynumber.foundation.people import Sex, Wareki
from mynumber.foundation.smartcard import tlv
from mynumber.foundation.smartcard.generations import (
    FACE,
    FACE_BIRTH,
    FACE_BIRTH_KEY,
    FACE_CONTENT,
    FACE_CV_CERTIFICATE,
    FACE_FILLER,
    FACE_NUMBER,
    FACE_NUMBER_A,
    FACE_NUMBER_B,
    FACE_VERSION,
    INDIVIDUAL_NUMBER_CARD,
    TEXT,
    TEXT_ATTRIBUTES,
    TEXT_CV_CERTIFICATE,
    TEXT_FILLER,
    TEXT_INTERNAL_KEY,
    TEXT_NUMBER,
    TEXT_NUMBER_A,
    TEXT_NUMBER_B,
    TEXT_SIGNATURES,
    TEXT_VERSION,
)
from mynumber.foundation.smartcard.picture import picture_of
from mynumber.foundation.smartcard.profile import CardProfile, CardPublicKey, file_name

MAXIMUM_PHOTO = 20 * 1024
"""Bytes of the photo: the whole file must lie within the 32 KiB that READ BINARY reaches."""
_SEX = {Sex.MALE: b"1", Sex.FEMALE: b"2", Sex.UNSTATED: b"9"}
SEX_OF_CODE = {code: sex for sex, code in _SEX.items()}
_WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")
_NUMBER_FILE_BYTES = 17
_ATTRIBUTES_FILE_BYTES = 384
ISSUER_KEY_ID, _FACE_CA, _FACE_INFORMATION, _TEXT_CA, _TEXT_INFORMATION = (
    "6000020",
    "6000023",
    "6000024",
    "6000033",
    "6000034",
)
"""The numbers of test cards: a leading 6 marks a test system."""


@dataclass(frozen=True, slots=True)
class CardFace:
    """券面: everything the face of the card and its text application say. Does not print itself."""

    individual_number: IndividualNumber
    name: str = field(repr=False)
    """氏名; family and given name are separated by U+3000."""
    former_name: str | None = field(repr=False)
    """旧氏, when the holder has it shown."""
    address: str = field(repr=False)
    birth_date: date = field(repr=False)
    sex: Sex = field(repr=False)
    municipality_code: str
    """5 digits."""
    expires_on: date
    security_code: str = field(repr=False)
    """セキュリティコード: 4 digits on the face."""
    photo: bytes = field(repr=False)
    """JPEG 2000 or PNG, as it comes; not looked into."""

    def __post_init__(self) -> None:
        """Raises ValueError, which names the field and not its value."""
        _require_digits(self.municipality_code, 5, "municipality_code")
        _require_digits(self.security_code, 4, "security_code")
        if not self.name or not self.address:
            raise ValueError("a card bears a name and an address")
        if len(self.photo) > MAXIMUM_PHOTO:
            raise ValueError("the photo is too large for a card")

    @property
    def number_b(self) -> str:
        """照合番号B: birth date (year of the era, month, day), year of expiry, security code. 14 digits."""
        return f"{self.birth_key}{self.expires_on:%Y}{self.security_code}"

    @property
    def birth_key(self) -> str:
        """The key to the birth date: year of the era, month, day. 6 digits."""
        birth = Wareki.of(self.birth_date)
        return f"{birth.year:02d}{birth.month:02d}{birth.day:02d}"

    @property
    def shown_name(self) -> str:
        """氏名 with 旧氏 in brackets behind it (the wording is this project's choice)."""
        return f"{self.name}［旧氏　{self.former_name}］" if self.former_name else self.name


def _require_digits(text: str, length: int, field_name: str) -> None:
    if len(text) != length or not (text.isascii() and text.isdigit()):
        raise ValueError(f"{field_name} has {length} digits")


class FaceFiles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The files of a face, ready to be written. Names as in the card's memory. Does not print itself."""

    contents: dict[str, bytes]
    references: dict[str, str]
    """照合番号 A and B and the birth key, by the name of their EF."""
    record: str
    """The end of the card's record: municipality (5 digits), expiry (YYYYMMDD)."""

    def __repr__(self) -> str:
        return "FaceFiles(...)"


def build_face_files(
    face: CardFace,
    face_key: rsa.RSAPrivateKey,
    chip_key: CardPublicKey | None = None,
    profile: CardProfile = INDIVIDUAL_NUMBER_CARD,
) -> FaceFiles:
    """Render and sign the files of a face (券面).

    face_key: RSA-2048 of the issuer of faces (key ring `card-face`). chip_key: the chip's own public key (`internal_public_key` of the
    card, or `AdministrationStatus.internal_key`), by which a reader later tells the chip from a copy; without it the files name none.
    """
    signer = _FaceSigner(face_key)
    public = _public_bytes(chip_key)
    names = {file_name(a.name, fid) for a in profile.applications for fid in a.files}
    contents = _text_contents(face, signer, public) | _face_contents(face, signer, public)
    references = {
        file_name(TEXT, TEXT_NUMBER_A): face.individual_number.digits,
        file_name(TEXT, TEXT_NUMBER_B): face.number_b,
        file_name(FACE, FACE_NUMBER_A): face.individual_number.digits,
        file_name(FACE, FACE_NUMBER_B): face.number_b,
        file_name(FACE, FACE_BIRTH_KEY): face.birth_key,
    }
    return FaceFiles(
        {name: content for name, content in contents.items() if name in names},
        {name: digits for name, digits in references.items() if name in names},
        f"{face.municipality_code}{face.expires_on:%Y%m%d}",
    )


# --- 券面事項入力補助AP -----------------------------------------------------------------------------------------


def _text_contents(face: CardFace, signer: _FaceSigner, chip_key: bytes) -> dict[str, bytes]:
    number = _number_file(face.individual_number)
    attributes = attributes_file(face.shown_name, face.address, face.birth_date, face.sex)
    digests = tlv.encode(0xDF31, number_digest(face.individual_number)) + tlv.encode(
        0xDF32, attributes_digest(attributes)
    )
    signatures = tlv.encode(0xFF30, digests + tlv.encode(0xDF33, signer.sign(digests)))
    # On real cards 32 bytes of unknown meaning, then filler.
    unknown = bytes(32) + b"\xff" * 96
    identity = tlv.encode(0xDF42, key_id(_TEXT_INFORMATION)) + tlv.encode(0xDF43, unknown)
    version = tlv.encode(0xFF40, tlv.encode(0xDF41, bytes.fromhex("01030E01")) + identity)
    internal = tlv.encode(0xDF51, chip_key)
    internal = tlv.encode(0xFF50, internal + tlv.encode(0xDF52, signer.sign(internal)))
    return {
        file_name(TEXT, TEXT_NUMBER): number,
        file_name(TEXT, TEXT_ATTRIBUTES): attributes.ljust(_ATTRIBUTES_FILE_BYTES, b"\xff"),
        file_name(TEXT, TEXT_SIGNATURES): signatures,
        file_name(TEXT, TEXT_CV_CERTIFICATE): signer.cv_certificate(_TEXT_CA, face.municipality_code),
        file_name(TEXT, TEXT_VERSION): version,
        file_name(TEXT, TEXT_INTERNAL_KEY): internal,
        file_name(TEXT, TEXT_FILLER): b"\xff" * 16,
    }


def attributes_file(name: str, address: str, birth: date, sex: Sex) -> bytes:
    """EF 0002 of 入力補助 (基本4情報) without its filler."""
    values = (name.encode(), address.translate(_WIDE).encode(), f"{birth:%Y%m%d}".encode(), _SEX[sex])
    objects = [tlv.encode(tag, value) for tag, value in zip(range(0xDF22, 0xDF26), values, strict=True)]
    return _with_offsets(0xFF20, 0xDF21, objects)


def _number_file(number: IndividualNumber) -> bytes:
    return tlv.encode(0xFF10, number.digits.encode()).ljust(_NUMBER_FILE_BYTES, b"\xff")


def number_digest(number: IndividualNumber) -> bytes:
    """SHA-256 of the number as the issuer signs it: of the whole EF 0001, filler included."""
    return _sha256(_number_file(number))


def attributes_digest(file: bytes) -> bytes:
    """SHA-256 of the four attributes as the issuer signs them: the value of FF20 from DF22 on. Raises MalformedTlv."""
    body = tlv.parse_one(file, 0xFF20).value
    return _sha256(body[tlv.parse(body)[0].end :])


# --- 券面事項確認AP ---------------------------------------------------------------------------------------------


def _face_contents(face: CardFace, signer: _FaceSigner, chip_key: bytes) -> dict[str, bytes]:
    birth = tlv.encode(0xDF11, f"{face.birth_date:%Y%m%d}".encode()) + tlv.encode(0xDF12, chip_key)
    birth_file = tlv.encode(0xFF10, birth + tlv.encode(0xDF13, signer.sign(birth)))
    version = b"".join(
        (
            tlv.encode(0xDF31, bytes.fromhex("06030E01")),
            tlv.encode(0xDF32, key_id(_FACE_INFORMATION)),
            tlv.encode(0xDF33, b"\x00"),
            tlv.encode(0xDF34, face.municipality_code.encode()),
        )
    )
    # On real cards the name of a key and 256 bytes of unknown meaning.
    unknown = tlv.encode(0xDF35, key_id("5900025") + signer.sign(version))
    version_file = tlv.encode(0xFF30, version + unknown)
    number = tlv.encode(0xDF41, picture_of(face.individual_number.digits))
    number += tlv.encode(0xDF42, chip_key)
    number_file = tlv.encode(0xFF40, number + tlv.encode(0xDF43, signer.sign(number)))
    return {
        file_name(FACE, FACE_BIRTH): birth_file,
        file_name(FACE, FACE_CONTENT): _face_file(face, signer, chip_key),
        file_name(FACE, FACE_VERSION): version_file,
        file_name(FACE, FACE_CV_CERTIFICATE): signer.cv_certificate(_FACE_CA, face.municipality_code),
        file_name(FACE, FACE_NUMBER): number_file,
        file_name(FACE, FACE_FILLER): b"\xff" * 16,
    }


def _face_file(face: CardFace, signer: _FaceSigner, chip_key: bytes) -> bytes:
    values = (
        f"{face.birth_date:%Y%m%d}".encode(),
        _SEX[face.sex],
        chip_key,
        picture_of(face.shown_name),
        picture_of(face.address),
        face.photo,
    )
    objects = [tlv.encode(tag, value) for tag, value in zip(range(0xDF22, 0xDF28), values, strict=True)]
    objects.append(tlv.encode(0xDF28, signer.sign(face_digest(objects))))
    objects.append(tlv.encode(0xDF29, f"{face.expires_on:%Y%m%d}".encode()))
    objects.append(tlv.encode(0xDF2A, picture_of(face.security_code)))
    return _with_offsets(0xFF20, 0xDF21, objects)


def face_digest(objects: Sequence[bytes]) -> bytes:
    """What DF28 signs of the objects from DF22 on: SHA-256 of DF22-24, of DF25-26 and of DF27, one behind the other (96 bytes)."""
    groups = (objects[0:3], objects[3:5], objects[5:6])
    return b"".join(_sha256(b"".join(group)) for group in groups)


# --- what both share ----------------------------------------------------------------------------------------


def _with_offsets(tag: int, table_tag: int, objects: Sequence[bytes]) -> bytes:
    """`objects` behind a table of where each begins, counted from the start of the file."""
    table_bytes = len(tlv.encode(table_tag, bytes(2 * len(objects))))
    body_bytes = table_bytes + sum(map(len, objects))
    start = len(tlv.encode(tag, bytes(body_bytes))) - body_bytes + table_bytes
    offsets = itertools.accumulate((len(item) for item in objects[:-1]), initial=start)
    table = tlv.encode(table_tag, struct.pack(f">{len(objects)}H", *offsets))
    return tlv.encode(tag, table + b"".join(objects))


def key_id(number: str, group: str = "001") -> bytes:
    """16 bytes: 7 digits, `08 05`, 3 digits, 4 bytes of padding."""
    return number.encode() + b"\x08\x05" + group.encode() + bytes(4)


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _public_bytes(key: CardPublicKey | None) -> bytes:
    if key is None:
        return b""
    if isinstance(key, rsa.RSAPublicKey):
        return modulus_template(key)
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def read_public_key(value: bytes) -> CardPublicKey:
    """The chip's key in a file of the face. Raises MalformedTlv, ValueError, UnsupportedAlgorithm."""
    if value[:1] == b"\x90":
        return read_modulus_template(value)
    key = load_der_public_key(value)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError("the chip's key is of another kind")
    return key


def read_modulus_template(value: bytes) -> rsa.RSAPublicKey:
    """`modulus_template` read back. Raises MalformedTlv, ValueError."""
    items = tlv.members(value, 0x90, 0x91)
    exponent, modulus = (int.from_bytes(items[tag].value) for tag in (0x90, 0x91))
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def modulus_template(key: rsa.RSAPublicKey) -> bytes:
    """`90 03 010001 91 82 0100 modulus`: how files of the card write an RSA-2048 key (265 bytes = 109 hexadecimal)."""
    numbers = key.public_numbers()
    return tlv.encode(0x90, numbers.e.to_bytes(3)) + tlv.encode(0x91, numbers.n.to_bytes(256))


@dataclass(frozen=True, slots=True)
class _FaceSigner:
    """The issuer of faces: RSA PKCS#1 v1.5 with SHA-256."""

    key: rsa.RSAPrivateKey

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def cv_certificate(self, authority: str, municipality_code: str) -> bytes:
        """568 bytes: the key that signs the faces of a municipality's cards. Here it certifies itself; real ones have a CA above."""
        identifiers = key_id(authority) + key_id(f"{municipality_code}21", "000")
        body = identifiers + modulus_template(self.key.public_key())
        return tlv.encode(0x7F21, tlv.encode(0x5F4E, body) + tlv.encode(0x5F37, self.sign(body)))
