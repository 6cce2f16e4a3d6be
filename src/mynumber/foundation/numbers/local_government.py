"""Local governments: their codes, and the official list of 2024-01-01 (総務省 全国地方公共団体コード).

The list is committed as ``data/local_governments.csv``; ``data/SOURCE.md`` names its source and licence.
"""

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final, Self

from mynumber.foundation.numbers import check_digits
from mynumber.foundation.numbers.faults import (
    Fault,
    MalformedNumber,
    require_check_digit,
    require_digits,
)

_PREFECTURES: Final = 47


@dataclass(frozen=True, slots=True, order=True)
class LocalGovernmentCode:
    """全国地方公共団体コード: the five digits of JIS X 0402 and a check digit."""

    digits: str

    def __post_init__(self) -> None:
        require_digits(self.digits, 6, what="a local government code")
        if not 1 <= int(self.prefecture) <= _PREFECTURES:
            raise MalformedNumber("the prefecture of the local government code does not exist", Fault.RANGE)
        require_check_digit(
            check_digits.local_government(self.jisx0402), self.digits[5], what="the local government code"
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 6 ASCII digits; nothing is normalised. Raises MalformedNumber."""
        return cls(text)

    @classmethod
    def from_jisx0402(cls, text: str) -> Self:
        """Complete the five digits of JIS X 0402 with their check digit. Raises MalformedNumber."""
        require_digits(text, 5, what="a JIS X 0402 code")
        return cls(text + check_digits.local_government(text))

    @property
    def jisx0402(self) -> str:
        """The five digits without check digit, as JIS X 0402 and postal data write them."""
        return self.digits[:5]

    @property
    def prefecture(self) -> str:
        """都道府県コード: two digits of JIS X 0401, 01 (Hokkaido) to 47 (Okinawa)."""
        return self.digits[:2]

    def __str__(self) -> str:
        return self.digits


class LocalGovernmentKind(StrEnum):
    """What kind of body a code names."""

    PREFECTURE = "都道府県"
    CITY = "市"
    SPECIAL_WARD = "特別区"
    TOWN = "町"
    VILLAGE = "村"
    CITY_WARD = "行政区"
    """A ward of a designated city: part of that city, not a municipality of its own."""


@dataclass(frozen=True, slots=True)
class LocalGovernment:
    """A body of the official list."""

    code: LocalGovernmentCode
    kind: LocalGovernmentKind
    prefecture: str
    """Name of the prefecture (都道府県名)."""
    name: str
    """Name of the municipality or ward (市区町村名); of the prefecture itself when it is one."""
    prefecture_kana: str
    kana: str
    """Reading of `name` in full-width katakana."""
    designated_city: bool
    """Whether it is a designated city (政令指定都市)."""

    @property
    def full_name(self) -> str:
        """Prefecture and name as an address begins."""
        return self.name if self.kind is LocalGovernmentKind.PREFECTURE else self.prefecture + self.name

    @property
    def is_municipality(self) -> bool:
        """Whether it is a basic local government (市町村・特別区), which keeps a resident register."""
        return self.kind not in (LocalGovernmentKind.PREFECTURE, LocalGovernmentKind.CITY_WARD)


class UnknownLocalGovernment(LookupError):
    """A code has the right form but is not in the official list."""


@cache
def local_governments() -> tuple[LocalGovernment, ...]:
    """All 1,965 bodies of the official list in the order of their codes."""
    text = (files(__package__) / "data" / "local_governments.csv").read_text(encoding="utf-8")
    return tuple(
        LocalGovernment(
            code=LocalGovernmentCode(row["code"]),
            kind=LocalGovernmentKind(row["kind"]),
            prefecture=row["prefecture"],
            name=row["name"] or row["prefecture"],
            prefecture_kana=row["prefecture_kana"],
            kana=row["kana"] or row["prefecture_kana"],
            designated_city=row["designated_city"] == "1",
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def _by_code() -> dict[str, LocalGovernment]:
    return {government.code.digits: government for government in local_governments()}


def find(code: LocalGovernmentCode | str) -> LocalGovernment:
    """The body of a code. Raises MalformedNumber for a text that is no code, UnknownLocalGovernment if unlisted."""
    digits = LocalGovernmentCode.parse(code).digits if isinstance(code, str) else code.digits
    government = _by_code().get(digits)
    if government is None:
        raise UnknownLocalGovernment(f"no local government has the code {digits}")
    return government
