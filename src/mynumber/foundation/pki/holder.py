"""The holder of a signature certificate: the four attributes as the certificate carries them, written and read.

Source: docs/protocols/certification-profiles.md, fields of the signature certificate (1.2.392.200149.8.5.5.1 to .6).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat import asn1

from mynumber.foundation.people import (
    BasicFourAttributes,
    Era,
    MalformedPersonalData,
    PartialDate,
    PersonName,
    Sex,
    era_of,
)
from mynumber.foundation.people.texts import require_text

MAX_CHARACTERS: Final = 200
"""Longest name and longest address of a certificate."""
SUBSTITUTE: Final = "〓"
"""代替文字 where no similar character is known: the mark that printers put for a missing letter."""

_ARC: Final = "1.2.392.200149.8.5.5"
_NAME, _NAME_SUBSTITUTION, _SEX, _BIRTH, _ADDRESS, _ADDRESS_SUBSTITUTION = (
    x509.ObjectIdentifier(f"{_ARC}.{number}") for number in range(1, 7)
)
_ORDER: Final = (_NAME, _BIRTH, _SEX, _ADDRESS, _NAME_SUBSTITUTION, _ADDRESS_SUBSTITUTION)
_SEX_DIGITS: Final = {Sex.MALE: "1", Sex.FEMALE: "2", Sex.UNSTATED: "3"}
_ERA_DIGITS: Final = {era: str(number) for number, era in enumerate(Era, 1)}
_BIRTH_FORM = re.compile(r"([0-5])([0-9]{8})", re.ASCII)
_POSITIONS = re.compile(r"[01]*", re.ASCII)


class HolderFlaw(StrEnum):
    """What is wrong with the holder's fields of a certificate."""

    MALFORMED = "malformed"
    """Not a certificate, or its subjectAltName cannot be read."""
    MISSING = "missing"
    """No subjectAltName with the six fields, once each and in order, and nothing else."""
    NOT_TEXT = "not_text"
    """A field is not one UTF8String."""
    NAME = "name"
    ADDRESS = "address"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    SUBSTITUTION = "substitution"
    """Not one 0 or 1 for each character."""


class MalformedHolder(Exception):
    """The certificate does not carry a holder as signature certificates do. Holds the reason, nothing of the person."""

    def __init__(self, reason: HolderFlaw) -> None:
        super().__init__(f"the certificate does not name its holder as it must: {reason.value}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SignatureHolder:
    """基本4情報 as a signature certificate carries them. Prints nothing of them. Raises MalformedHolder."""

    name: str = field(repr=False)
    """氏名, at most 200 characters of JIS X 0208 and X 0212: see `certificate_name` and `substituted`."""
    birth_date: PartialDate = field(repr=False)
    sex: Sex = field(repr=False)
    address: str = field(repr=False)
    """住所, from the prefecture on, likewise."""
    name_substitution: str = field(default="", repr=False)
    """代替文字の使用位置: a 1 for each character of the name that stands for another, else 0. Empty: none does."""
    address_substitution: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        for text, positions, which in (
            (self.name, "name_substitution", HolderFlaw.NAME),
            (self.address, "address_substitution", HolderFlaw.ADDRESS),
        ):
            _require_text(text, which)
            given = getattr(self, positions) or "0" * len(text)
            if len(given) != len(text) or not _POSITIONS.fullmatch(given):
                raise MalformedHolder(HolderFlaw.SUBSTITUTION)
            object.__setattr__(self, positions, given)
        birth_text(self.birth_date)

    @classmethod
    def of(cls, name: PersonName | str, *, address: str, birth_date: date | PartialDate, sex: Sex) -> Self:
        """The holder of a register entry; characters that a certificate cannot carry are substituted and marked."""
        text, name_substitution = substituted(
            certificate_name(name) if isinstance(name, PersonName) else name
        )
        place, address_substitution = substituted(address)
        birth = birth_date if isinstance(birth_date, PartialDate) else PartialDate.of(birth_date)
        return cls(text, birth, sex, place, name_substitution, address_substitution)

    @property
    def attributes(self) -> BasicFourAttributes | None:
        """The four attributes to compare with; None while a part of the birth date is unknown."""
        birth = self.birth_date.exact
        if birth is None:
            return None
        return BasicFourAttributes(name=self.name, address=self.address, birth=birth, sex=self.sex)


def certificate_name(name: PersonName) -> str:
    """氏名 of a certificate: as registered, a former family name (旧氏) in brackets behind the present one: 山田［佐藤］　花子."""
    if not name.former_family:
        return name.registered
    family = f"{name.family or name.alphabet}［{name.former_family}］"
    return f"{family}　{name.given}" if name.family and name.given else family


def substituted(text: str) -> tuple[str, str]:
    """The text in characters that a certificate can carry, and one 1 (substituted) or 0 for each of them.

    A certificate carries JIS X 0208 and JIS X 0212 (levels 1 and 2, supplementary kanji). Another writing of such a character gives
    way to it (髙 to 高), everything else to `SUBSTITUTE`. A variation selector goes, and its character counts as substituted.
    """
    characters: list[str] = []
    positions: list[str] = []
    for character in text:
        if _selects_a_glyph(character):
            if positions:
                positions[-1] = "1"
            continue
        fitting = _fitting(character)
        characters.append(fitting)
        positions.append("0" if fitting == character else "1")
    return "".join(characters), "".join(positions)


def birth_text(birth: PartialDate) -> str:
    """生年月日 as EYYYYMMDD: digit of the era (1 明治 ... 5 令和, 0 unknown), Gregorian date with 0 for unknown parts.

    Raises MalformedHolder before 1873, when Japan's calendar became the Gregorian one.
    """
    first, last = birth.earliest, birth.latest
    digits = birth.iso.replace("-", "")
    if first is None or last is None:
        return f"0{digits}"
    try:
        eras = era_of(first), era_of(last)
    except MalformedPersonalData:
        raise MalformedHolder(HolderFlaw.BIRTH_DATE) from None
    # In a year of two eras a date without its day belongs to neither for certain.
    return f"{_ERA_DIGITS[eras[0]] if eras[0] is eras[1] else '0'}{digits}"


def holder_extension(holder: SignatureHolder) -> x509.SubjectAlternativeName:
    """subjectAltName of a signature certificate: six otherName fields, UTF8String, in the order of real ones."""
    texts = {
        _NAME: holder.name,
        _BIRTH: birth_text(holder.birth_date),
        _SEX: _SEX_DIGITS[holder.sex],
        _ADDRESS: holder.address,
        _NAME_SUBSTITUTION: holder.name_substitution,
        _ADDRESS_SUBSTITUTION: holder.address_substitution,
    }
    return x509.SubjectAlternativeName([x509.OtherName(oid, asn1.encode_der(texts[oid])) for oid in _ORDER])


def read_signature_holder(certificate: bytes | x509.Certificate) -> SignatureHolder:
    """The holder that a signature certificate (DER) names. Raises MalformedHolder.

    Reads strictly and checks no signature: `Trust` says whether the certificate is to be believed.
    """
    try:
        if isinstance(certificate, bytes):
            certificate = x509.load_der_x509_certificate(certificate)
        names = list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        raise MalformedHolder(HolderFlaw.MISSING) from None
    except (
        ValueError,
        TypeError,
        x509.InvalidVersion,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ):
        raise MalformedHolder(HolderFlaw.MALFORMED) from None
    others = [name for name in names if isinstance(name, x509.OtherName)]
    if len(others) != len(names) or tuple(other.type_id for other in others) != _ORDER:
        raise MalformedHolder(HolderFlaw.MISSING)
    name, birth, sex, address, name_substitution, address_substitution = (
        _read_text(other.value) for other in others
    )
    if not (name_substitution and address_substitution):
        raise MalformedHolder(HolderFlaw.SUBSTITUTION)
    return SignatureHolder(
        name, _read_birth(birth), _read_sex(sex), address, name_substitution, address_substitution
    )


# --- parts --------------------------------------------------------------------------------------------------

_SIMILAR: Final = {
    "髙": "高",
    "﨑": "崎",
    "濵": "濱",
    "德": "徳",
    "瀨": "瀬",
    "增": "増",
    "淸": "清",
    "槪": "概",
}
"""Writings of common family names that the two standards lack, and the character they are another writing of."""
_ALLOWED: Final = frozenset("－～")
"""In JIS X 0208, though Python's table gives its own code points for them."""


def _fitting(character: str) -> str:
    for candidate in (character, unicodedata.normalize("NFC", character), _SIMILAR.get(character, "")):
        if len(candidate) == 1 and _in_jis(candidate):
            return candidate
    return SUBSTITUTE


def _in_jis(character: str) -> bool:
    if character in _ALLOWED:
        return True
    try:
        character.encode("euc_jp")
    except UnicodeEncodeError:
        return False
    return character.isprintable() or character == "　"


def _selects_a_glyph(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _require_text(text: str, which: HolderFlaw) -> None:
    try:
        require_text(text, what=which.value)
    except MalformedPersonalData:
        raise MalformedHolder(which) from None
    if len(text) > MAX_CHARACTERS:
        raise MalformedHolder(which)


def _read_text(value: bytes) -> str:
    try:
        return asn1.decode_der(str, value)
    except ValueError:
        raise MalformedHolder(HolderFlaw.NOT_TEXT) from None


def _read_birth(text: str) -> PartialDate:
    match = _BIRTH_FORM.fullmatch(text)
    if match is None:
        raise MalformedHolder(HolderFlaw.BIRTH_DATE)
    digits = match[2]
    try:
        birth = PartialDate.parse(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
    except MalformedPersonalData:
        raise MalformedHolder(HolderFlaw.BIRTH_DATE) from None
    if birth_text(birth) != text:  # the era is not the one of the day
        raise MalformedHolder(HolderFlaw.BIRTH_DATE)
    return birth


def _read_sex(text: str) -> Sex:
    for sex, digit in _SEX_DIGITS.items():
        if digit == text:
            return sex
    raise MalformedHolder(HolderFlaw.SEX)
