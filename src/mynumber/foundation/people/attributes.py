"""Who a person is in a register: name, address, and the basic four attributes (基本4情報).

The types print no value of theirs; a program that must show one names the field.
"""

from datetime import date
from enum import StrEnum
from typing import Self

from mynumber.foundation.numbers import LocalGovernmentCode, find
from mynumber.foundation.people.faults import Flaw, MalformedPersonalData
from mynumber.foundation.people.masked import Masked
from mynumber.foundation.people.texts import (
    fold,
    fold_address,
    require_alphabet,
    require_kana,
    require_text,
)


class Sex(StrEnum):
    """性別, one of the basic four attributes."""

    MALE = "male"
    FEMALE = "female"
    UNSTATED = "unstated"
    """The register states none (性別未記載)."""

    @property
    def japanese(self) -> str:
        """As a certificate words it; empty where the register states none."""
        return {"male": "男", "female": "女"}.get(self.value, "")


class PersonName(Masked, frozen=True, kw_only=True, omit_defaults=True):
    """氏名 as a register holds it. Characters outside JIS and variation selectors are kept as they are.

    A Japanese national has `family` and `given`. A foreign resident has `alphabet` (在留カード等の氏名) and may have
    kanji in `family` and `given` as well (氏名併記). Raises MalformedPersonalData.
    """

    family: str = ""
    """氏"""
    given: str = ""
    """名"""
    family_kana: str = ""
    """氏の振り仮名, full-width katakana (住民基本台帳法 第7条, since 2025-05-26)."""
    given_kana: str = ""
    """名の振り仮名"""
    former_family: str = ""
    """旧氏, shown beside the family name at the person's wish (住民基本台帳法施行令 第30条の13)."""
    former_family_kana: str = ""
    """旧氏の振り仮名"""
    alphabet: str = ""
    """Name in the Latin alphabet, family name first."""

    def __post_init__(self) -> None:
        require_text(self.family + self.given + self.alphabet, what="the name")
        for what, text in (
            ("the family name", self.family),
            ("the given name", self.given),
            ("the former name", self.former_family),
        ):
            require_text(text, what=what, may_be_empty=True)
        for what, text in (
            ("the reading of the family name", self.family_kana),
            ("the reading of the given name", self.given_kana),
            ("the reading of the former name", self.former_family_kana),
        ):
            require_kana(text, what=what)
        require_alphabet(self.alphabet, what="the name in the alphabet")

    @property
    def registered(self) -> str:
        """氏名 as one text: alphabet for a foreign resident who has one, else family and given with a full-width space."""
        return self.alphabet or "　".join(part for part in (self.family, self.given) if part)

    @property
    def kana(self) -> str:
        """The reading as one text with a full-width space; empty if unknown."""
        return "　".join(part for part in (self.family_kana, self.given_kana) if part)


class Address(Masked, frozen=True, kw_only=True):
    """住所 in parts. Raises MalformedPersonalData, or MalformedNumber for the code."""

    municipality: str
    """Local government code of six digits; of the ward (行政区) in a designated city."""
    postal_code: str
    """郵便番号: seven ASCII digits, or empty if unknown."""
    town: str
    """町字 such as 亀有; may be empty in a village without towns."""
    rest: str
    """番地・号・方書 such as 一丁目2番3号　みどり荘101; may be empty."""

    def __post_init__(self) -> None:
        LocalGovernmentCode.parse(self.municipality)
        if self.postal_code and not (
            len(self.postal_code) == 7 and self.postal_code.isascii() and self.postal_code.isdigit()
        ):
            raise MalformedPersonalData("a postal code has 7 digits", Flaw.FORM)
        require_text(self.town, what="the town", may_be_empty=True)
        require_text(self.rest, what="the rest of the address", may_be_empty=True)

    @property
    def text(self) -> str:
        """The address as one text, from the prefecture on. Raises UnknownLocalGovernment for an unlisted code."""
        return f"{find(self.municipality).full_name}{self.town}{self.rest}"


class BasicFourAttributes(Masked, frozen=True, kw_only=True):
    """基本4情報: name, address, birth date and sex (住民基本台帳法 第30条の6)."""

    name: str
    """氏名, as `PersonName.registered` gives it."""
    address: str
    """住所, as `Address.text` gives it."""
    birth: date
    """生年月日"""
    sex: Sex
    """性別"""

    def __post_init__(self) -> None:
        require_text(self.name, what="the name")
        require_text(self.address, what="the address")

    @classmethod
    def of(cls, name: PersonName, address: Address, birth: date, sex: Sex) -> Self:
        """Join the parts of a register entry."""
        return cls(name=name.registered, address=address.text, birth=birth, sex=sex)

    @property
    def name_key(self) -> str:
        """The name folded for comparison (`texts.fold`)."""
        return fold(self.name)

    @property
    def address_key(self) -> str:
        """The address folded for comparison (`texts.fold_address`)."""
        return fold_address(self.address)

    def matches(self, other: "BasicFourAttributes") -> bool:
        """Whether all four are the same person's: name and address after folding, birth date and sex exactly."""
        return self.look_up_key() == other.look_up_key()

    def look_up_key(self) -> tuple[str, str, date, Sex]:
        """What an exact look-up compares: (name key, address key, birth date, sex)."""
        return (self.name_key, self.address_key, self.birth, self.sex)
