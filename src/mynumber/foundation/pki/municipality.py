"""A municipality as certificates name it: in Latin letters, as a place of the directory of revocation lists.

How the real names are romanised is not in our sources; here it is Hepburn without signs for long vowels, as on road signs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

from mynumber.foundation.numbers import LocalGovernmentCode, find
from mynumber.foundation.numbers.local_government import (
    LocalGovernment,
    LocalGovernmentKind,
    local_governments,
)


class NotAMunicipality(LookupError):
    """The code is that of a prefecture: no register of residents, so no certificates."""


@dataclass(frozen=True, slots=True)
class Municipality:
    """市区町村 (in a designated city also the ward) as a certificate names it."""

    code: LocalGovernmentCode
    prefecture: str
    """Such as Tokyo-to."""
    city: str
    """Such as Katsushika-ku, Sapporo-shi Chuo-ku; one of its kind in the prefecture."""

    @classmethod
    def of(cls, code: LocalGovernmentCode | str) -> Self:
        """The municipality of a code of six digits, or of five (JIS X 0402).

        Raises MalformedNumber, UnknownLocalGovernment, NotAMunicipality.
        """
        if isinstance(code, str) and len(code) == 5:
            code = LocalGovernmentCode.from_jisx0402(code)
        government = find(code)
        if government.kind is LocalGovernmentKind.PREFECTURE:
            raise NotAMunicipality("a prefecture issues no certificates: name the municipality")
        prefecture, city = _names()[government.code.digits]
        return cls(government.code, prefecture, city)

    @classmethod
    def named(cls, prefecture: str, city: str) -> Self | None:
        """The municipality of a distribution point's names; None when there is none."""
        digits = _codes().get((prefecture, city))
        return None if digits is None else cls(LocalGovernmentCode(digits), prefecture, city)


@cache
def _names() -> dict[str, tuple[str, str]]:
    names: dict[str, tuple[str, str]] = {}
    taken: set[tuple[str, str]] = set()
    designated: LocalGovernment | None = None
    for government in local_governments():
        if government.kind is LocalGovernmentKind.PREFECTURE:
            continue
        prefecture = _prefecture(government.prefecture_kana)
        if government.designated_city:
            designated = government
        if government.kind is LocalGovernmentKind.CITY_WARD and designated is not None:
            ward = government.kana.removeprefix(designated.kana)
            city = f"{_hyphenated(designated.kana)} {_hyphenated(ward)}"
        else:
            city = _hyphenated(government.kana)
        if (prefecture, city) in taken:  # two villages of one name in Hokkaido
            city = f"{city} {government.code.jisx0402}"
        taken.add((prefecture, city))
        names[government.code.digits] = prefecture, city
    return names


@cache
def _codes() -> dict[tuple[str, str], str]:
    return {names: digits for digits, names in _names().items()}


# --- kana to Latin letters ----------------------------------------------------------------------------------

_SUFFIX = re.compile(r"(.+?)(チョウ|マチ|ムラ|ソン|シ|ク|ケン|フ|ト)")
_ROWS: Final = (
    ("アイウエオ", ("a", "i", "u", "e", "o")),
    ("カキクケコ", ("ka", "ki", "ku", "ke", "ko")),
    ("サシスセソ", ("sa", "shi", "su", "se", "so")),
    ("タチツテト", ("ta", "chi", "tsu", "te", "to")),
    ("ナニヌネノ", ("na", "ni", "nu", "ne", "no")),
    ("ハヒフヘホ", ("ha", "hi", "fu", "he", "ho")),
    ("マミムメモ", ("ma", "mi", "mu", "me", "mo")),
    ("ヤユヨワン", ("ya", "yu", "yo", "wa", "n")),
    ("ラリルレロ", ("ra", "ri", "ru", "re", "ro")),
    ("ガギグゲゴ", ("ga", "gi", "gu", "ge", "go")),
    ("ザジズゼゾ", ("za", "ji", "zu", "ze", "zo")),
    ("ダヂヅデド", ("da", "ji", "zu", "de", "do")),
    ("バビブベボ", ("ba", "bi", "bu", "be", "bo")),
    ("パピプペポ", ("pa", "pi", "pu", "pe", "po")),
)
_KANA: Final = {kana: latin for row, texts in _ROWS for kana, latin in zip(row, texts, strict=True)}
_SMALL: Final = {"ャ": "ya", "ュ": "yu", "ョ": "yo"}


def romanise(kana: str) -> str:
    """Full-width katakana in Hepburn, first letter large, without signs for long vowels: コウトウ is Koto."""
    latin = ""
    doubled = False
    for character in kana:
        if character == "ッ":
            doubled = True
            continue
        if character in _SMALL:
            glide = _SMALL[character]
            latin = latin[:-1] + (glide[1:] if latin.endswith(("shi", "chi", "ji")) else glide)
            continue
        syllable = _KANA[character]
        if doubled:
            syllable = ("t" if syllable.startswith("ch") else syllable[0]) + syllable
            doubled = False
        latin += syllable
    return re.sub(r"ou|oo", "o", re.sub(r"uu", "u", latin)).capitalize()


def _hyphenated(kana: str) -> str:
    match = _SUFFIX.fullmatch(kana)
    return f"{romanise(match[1])}-{romanise(match[2]).lower()}" if match else romanise(kana)


def _prefecture(kana: str) -> str:
    return "Hokkaido" if kana == "ホッカイドウ" else _hyphenated(kana)
