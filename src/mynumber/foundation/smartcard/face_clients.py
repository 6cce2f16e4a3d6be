"""The reader's side of what the face says: 券面事項入力補助AP, 券面事項確認AP and the record of 共通AP."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from mynumber.foundation.numbers import IndividualNumber, MalformedNumber
from mynumber.foundation.people import Sex
from mynumber.foundation.smartcard import tlv
from mynumber.foundation.smartcard.algorithms import verifies
from mynumber.foundation.smartcard.apdu import Command
from mynumber.foundation.smartcard.client import CardAnswerMalformed, CardClient, CardError
from mynumber.foundation.smartcard.face import (
    SEX_OF_CODE,
    attributes_digest,
    face_digest,
    number_digest,
    read_public_key,
)
from mynumber.foundation.smartcard.generations import (
    FACE,
    FACE_BIRTH,
    FACE_BIRTH_KEY,
    FACE_CONTENT,
    FACE_NUMBER,
    FACE_NUMBER_A,
    FACE_NUMBER_B,
    TEXT,
    TEXT_ATTRIBUTES,
    TEXT_INTERNAL_KEY,
    TEXT_NUMBER,
    TEXT_NUMBER_A,
    TEXT_NUMBER_B,
    TEXT_PIN,
    TEXT_SIGNATURES,
)
from mynumber.foundation.smartcard.profile import Pin
from mynumber.foundation.smartcard.secure_reader import SecureReader

_RECORD_BYTES = 30
_HASHED_BY_CARD = 0x03


class NotFromIssuer(CardError):
    """The files of the face do not bear the issuer's signature: the card, or what is on it, is not genuine."""

    def __init__(self) -> None:
        super().__init__("the issuer did not sign what the card says")


@dataclass(frozen=True, slots=True)
class CardAttributes:
    """基本4情報 as the text application has them. Does not print itself."""

    name: str = field(repr=False)
    """氏名 as on the face: family and given name separated by U+3000, a former name in brackets behind."""
    address: str = field(repr=False)
    """住所 with full-width digits and hyphens."""
    birth_date: date = field(repr=False)
    sex: Sex = field(repr=False)


@dataclass(frozen=True, slots=True)
class TextClient(CardClient):
    """券面事項入力補助AP. Call `select`, then one of the three ways to open it; `issuer_key` checks what is read."""

    def select(self) -> None:
        """Select the application. Raises NotThisCard."""
        self.select_application(TEXT)

    def tries_left(self) -> int:
        """Tries left for the PIN; 0 = blocked."""
        return self.tries(TEXT_PIN)

    def verify_pin(self, pin: Pin) -> None:
        """The PIN opens number and attributes. Raises WrongPin, PinBlocked."""
        self.verify(TEXT_PIN, pin.encode())

    def change_pin(self, old: Pin | None, new: Pin) -> None:
        """Set another PIN. old=None: it is verified already, or an order allows it to be set."""
        self.change(TEXT_PIN, old.encode() if old else None, new.encode())

    def open_with_number_a(self, number: IndividualNumber) -> None:
        """照合番号A, the individual number itself, opens the number alone. Raises WrongPin, PinBlocked."""
        self.verify(TEXT_NUMBER_A, number.digits.encode())

    def open_with_number_b(self, digits: str) -> None:
        """照合番号B (`CardFace.number_b`, 14 digits of the face) opens the attributes alone. Raises WrongPin, PinBlocked."""
        self.verify(TEXT_NUMBER_B, digits.encode("ascii"))

    def open_secure_session(self) -> TextClient:
        """The same application with secure messaging, after `verify_pin`; until an application is selected. Raises CardError.

        For what would otherwise cross the air in the clear: number, attributes, 照合番号. Who sits between can still spoil it.
        """
        return TextClient(SecureReader.open(self), self.profile)

    def read_number(self, issuer_key: rsa.RSAPublicKey | None = None) -> IndividualNumber:
        """個人番号. Raises CardRefused(6982) when closed, NotFromIssuer when `issuer_key` did not sign it, CardAnswerMalformed."""
        file = self.read_object(TEXT_NUMBER)
        try:
            number = IndividualNumber.parse(tlv.parse_one(file, 0xFF10).value.decode("ascii"))
        except (tlv.MalformedTlv, UnicodeDecodeError, MalformedNumber):
            raise CardAnswerMalformed("the file of the number has another form") from None
        if issuer_key is not None and self._signed_digests(issuer_key)[0] != number_digest(number):
            raise NotFromIssuer
        return number

    def read_attributes(self, issuer_key: rsa.RSAPublicKey | None = None) -> CardAttributes:
        """基本4情報. Raises CardRefused(6982) when closed, NotFromIssuer when `issuer_key` did not sign it, CardAnswerMalformed."""
        file = self.read_object(TEXT_ATTRIBUTES)
        attributes = _read_attributes(file)
        if issuer_key is not None and self._signed_digests(issuer_key)[1] != attributes_digest(file):
            raise NotFromIssuer
        return attributes

    def prove_chip(self, issuer_key: rsa.RSAPublicKey, challenge: bytes) -> None:
        """Have the chip sign a fresh challenge (1..245 bytes) with the key that the issuer signed: a copy of the files cannot.

        Opened by any of the three ways. Raises NotFromIssuer, CardError.
        """
        try:
            body = tlv.parse_one(self.read_object(TEXT_INTERNAL_KEY), 0xFF50).value
            items = tlv.members(body, 0xDF51, 0xDF52)
            chip_key = read_public_key(items[0xDF51].value)
        except (tlv.MalformedTlv, ValueError, UnsupportedAlgorithm):
            raise CardAnswerMalformed("the file of the chip's key has another form") from None
        _require_signature(issuer_key, items[0xDF52].value, body[: items[0xDF52].start])
        command = Command(0x80, 0x2A, _HASHED_BY_CARD, 0x00, challenge, expected=256)
        signature = self.expect_done("prove itself", command)
        if not verifies(chip_key, signature, challenge):
            raise NotFromIssuer

    def _signed_digests(self, issuer_key: rsa.RSAPublicKey) -> tuple[bytes, bytes]:
        """EF 0003: the digests of number and attributes, signed by the issuer of the face."""
        try:
            body = tlv.parse_one(self.read_object(TEXT_SIGNATURES), 0xFF30).value
            items = tlv.members(body, 0xDF31, 0xDF32, 0xDF33)
        except tlv.MalformedTlv:
            raise CardAnswerMalformed("the file of the signatures has another form") from None
        _require_signature(issuer_key, items[0xDF33].value, body[: items[0xDF33].start])
        return items[0xDF31].value, items[0xDF32].value


def _read_attributes(file: bytes) -> CardAttributes:
    try:
        body = tlv.parse_one(file, 0xFF20).value
        items = tlv.members(body, 0xDF21, 0xDF22, 0xDF23, 0xDF24, 0xDF25)
        return CardAttributes(
            name=items[0xDF22].value.decode(),
            address=items[0xDF23].value.decode(),
            birth_date=_day(items[0xDF24].value),
            sex=SEX_OF_CODE[items[0xDF25].value],
        )
    except (tlv.MalformedTlv, UnicodeDecodeError, ValueError, KeyError):
        raise CardAnswerMalformed("the file of the attributes has another form") from None


@dataclass(frozen=True, slots=True)
class FaceContent:
    """What 券面事項確認AP shows. Does not print itself."""

    birth_date: date = field(repr=False)
    sex: Sex = field(repr=False)
    name: bytes = field(repr=False)
    """Picture, PNG; so the address and the security code."""
    address: bytes = field(repr=False)
    photo: bytes = field(repr=False)
    security_code: bytes = field(repr=False)
    expires_on: date


@dataclass(frozen=True, slots=True)
class FaceClient(CardClient):
    """券面事項確認AP: pictures of the face, opened by what is printed on it."""

    def select(self) -> None:
        """Select the application. Raises NotThisCard."""
        self.select_application(FACE)

    def open_with_number_a(self, number: IndividualNumber) -> None:
        """照合番号A opens the picture of the number (and, on the cards made here, the face). Raises WrongPin, PinBlocked."""
        self.verify(FACE_NUMBER_A, number.digits.encode())

    def open_with_number_b(self, digits: str) -> None:
        """照合番号B opens the face. Raises WrongPin, PinBlocked."""
        self.verify(FACE_NUMBER_B, digits.encode("ascii"))

    def open_with_birth_key(self, digits: str) -> None:
        """Year of the era, month and day of birth (6 digits) open the birth date. Raises WrongPin, PinBlocked."""
        self.verify(FACE_BIRTH_KEY, digits.encode("ascii"))

    def read_birth_date(self, issuer_key: rsa.RSAPublicKey | None = None) -> date:
        """生年月日, for checking an age. Raises CardError."""
        try:
            body = tlv.parse_one(self.read_object(FACE_BIRTH), 0xFF10).value
            items = tlv.members(body, 0xDF11, 0xDF12, 0xDF13)
            day = _day(items[0xDF11].value)
        except (tlv.MalformedTlv, ValueError):
            raise CardAnswerMalformed("the file of the birth date has another form") from None
        if issuer_key is not None:
            _require_signature(issuer_key, items[0xDF13].value, body[: items[0xDF13].start])
        return day

    def read_number_picture(self, issuer_key: rsa.RSAPublicKey | None = None) -> bytes:
        """個人番号 as a picture (PNG). Raises CardError."""
        try:
            body = tlv.parse_one(self.read_object(FACE_NUMBER), 0xFF40).value
            items = tlv.members(body, 0xDF41, 0xDF42, 0xDF43)
        except tlv.MalformedTlv:
            raise CardAnswerMalformed("the file of the number's picture has another form") from None
        if issuer_key is not None:
            _require_signature(issuer_key, items[0xDF43].value, body[: items[0xDF43].start])
        return items[0xDF41].value

    def read_face(self, issuer_key: rsa.RSAPublicKey | None = None) -> FaceContent:
        """券面. Raises CardError."""
        try:
            body = tlv.parse_one(self.read_object(FACE_CONTENT), 0xFF20).value
            items = tlv.members(body, *range(0xDF21, 0xDF2B))
            content = FaceContent(
                birth_date=_day(items[0xDF22].value),
                sex=SEX_OF_CODE[items[0xDF23].value],
                name=items[0xDF25].value,
                address=items[0xDF26].value,
                photo=items[0xDF27].value,
                security_code=items[0xDF2A].value,
                expires_on=_day(items[0xDF29].value),
            )
        except (tlv.MalformedTlv, ValueError, KeyError):
            raise CardAnswerMalformed("the file of the face has another form") from None
        if issuer_key is not None:
            signed = [body[items[tag].start : items[tag].end] for tag in range(0xDF22, 0xDF28)]
            _require_signature(issuer_key, items[0xDF28].value, face_digest(signed))
        return content


@dataclass(frozen=True, slots=True)
class CardRecord:
    """The record of the card, free to read."""

    card_serial: str
    """製造番号, 15 digits."""
    municipality_code: str
    """5 digits; 00000 on a card without a face."""
    expires_on: date | None
    """None on a card without a face."""


@dataclass(frozen=True, slots=True)
class CommonClient(CardClient):
    """The card's record (共通AP)."""

    def read_record(self) -> CardRecord:
        """Select the application and read. Raises NotThisCard, CardRefused, CardAnswerMalformed."""
        place = self.profile.card_record
        self.select_application(place.application)
        command = Command(0x00, 0xB2, 0x01, place.fid << 3 | 0x04, expected=256)
        record = self.expect_done("read the record of the card", command)
        digits = record[2:]
        if len(record) != _RECORD_BYTES or record[:2] != b"\x01\x1c" or not digits.isdigit():
            raise CardAnswerMalformed("the record of the card has another form")
        text = digits.decode("ascii")
        try:
            expires_on = None if text.endswith("00000000") else _day(digits[20:])
        except ValueError:
            raise CardAnswerMalformed("the record of the card ends in no day") from None
        return CardRecord(text[:15], text[15:20], expires_on)

    def serial(self) -> str:
        """製造番号, 15 digits. Raises like `read_record`."""
        return self.read_record().card_serial


def _day(value: bytes) -> date:
    """YYYYMMDD. Raises ValueError."""
    if len(value) != 8 or not value.isdigit():
        raise ValueError("a day has 8 digits")
    return date(int(value[:4]), int(value[4:6]), int(value[6:]))


def _require_signature(issuer_key: rsa.RSAPublicKey, signature: bytes, signed: bytes) -> None:
    try:
        issuer_key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise NotFromIssuer from None
