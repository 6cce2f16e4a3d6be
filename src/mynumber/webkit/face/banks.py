"""Banks and branches of Japan with their codes (金融機関コード, 店番), from the data that PyPI `zengin-code` carries (MIT, renewed each month).

The package itself is not imported: it would read 1,390 files at the start. Its data are read when asked for, and searched as people type: with or without 「銀行」,
in kana or kanji, full or half width, or by code.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final, TypeVar

SHOWN: Final = 12
"""Candidates offered at once; whoever sees as many types more of the name."""

_SUFFIXES: Final = ("銀行", "信用金庫", "信用組合", "農業協同組合", "支店", "出張所", "本店営業部")
_SHORT: Final = {
    "信用金庫": "信金",
    "信用組合": "信組",
    "農業協同組合": "農協",
    "漁業協同組合": "漁協",
    "労働金庫": "労金",
    "JA": "",
}
_BANKS_BELOW, _YUCHO = "1000", "9900"
"""Codes below and ゆうちょ銀行 are banks, whose names the data give without 「銀行」."""
_SMALL: Final = str.maketrans("ァィゥェォッャュョヮ", "アイウエオツヤユヨワ")


@dataclass(frozen=True, slots=True)
class Bank:
    """金融機関. code: four digits."""

    code: str
    name: str
    kana: str

    @property
    def title(self) -> str:
        """The name as people say it: みずほ銀行."""
        name = _normal(self.name)
        is_bank = self.code < _BANKS_BELOW or self.code == _YUCHO
        return f"{name}銀行" if is_bank and not name.endswith("銀行") else name


@dataclass(frozen=True, slots=True)
class Branch:
    """店舗. code: three digits."""

    code: str
    name: str
    kana: str

    @property
    def title(self) -> str:
        """The name as people say it: 丸の内中央支店."""
        name = _normal(self.name)
        ends = ("支店", "支所", "出張所", "営業部", "本店", "本所", "店")
        return name if name.endswith(ends) else f"{name}支店"


_Place = TypeVar("_Place", Bank, Branch)


@lru_cache(maxsize=1)
def banks() -> dict[str, Bank]:
    """Every bank by its code."""
    listed = json.loads((_folder() / "banks.json").read_text("utf-8"))
    return {code: Bank(code, one["name"], one["kana"]) for code, one in sorted(listed.items())}


@lru_cache(maxsize=64)
def branches(bank: str) -> dict[str, Branch]:
    """Every branch of the bank of that code by its code; none for a bank that is not there."""
    if bank not in banks():
        return {}
    listed = json.loads((_folder() / "branches" / f"{bank}.json").read_text("utf-8"))
    return {code: Branch(code, one["name"], one["kana"]) for code, one in sorted(listed.items())}


def find_banks(words: str) -> tuple[Bank, ...]:
    """Banks that may be meant, the best first, at most SHOWN; one alone when the words are its code or its whole name."""
    return _find(words, banks().values(), 4)


def find_branches(bank: str, words: str) -> tuple[Branch, ...]:
    """Branches of the bank that may be meant, as `find_banks`."""
    return _find(words, branches(bank).values(), 3)


def _find(words: str, places: Iterable[_Place], digits: int) -> tuple[_Place, ...]:
    wanted = _fold(words)
    if not wanted:
        return ()
    everywhere = list(places)
    if wanted.isdigit() and wanted.isascii():
        return tuple(place for place in everywhere if place.code == wanted.zfill(digits))
    ranked = [(rank, place.code, place) for place in everywhere if (rank := _rank(wanted, place)) is not None]
    if not ranked and (shorter := _without_suffix(wanted)) != wanted:
        return _find(shorter, everywhere, digits)
    ranked.sort(key=lambda found: found[:2])
    whole = [place for rank, _, place in ranked if rank == 0]
    return tuple(whole) if len(whole) == 1 else tuple(place for _, _, place in ranked[:SHOWN])


def _rank(wanted: str, place: Bank | Branch) -> int | None:
    """0: the whole name as it is written, 1: a beginning or the whole reading (which others may share), 2: in the middle."""
    written, kana = {_fold(place.name), _fold(place.title)}, _fold(place.kana)
    if wanted in written:
        return 0
    names = (*written, kana)
    if any(name.startswith(wanted) for name in names):
        return 1
    return 2 if any(wanted in name for name in names) else None


def _fold(text: str) -> str:
    """What two writings of a name have in common: width, kana, size of kana, case, spaces and dots."""
    plain = unicodedata.normalize("NFKC", text[:100])
    kana = "".join(chr(ord(one) + 0x60) if "ぁ" <= one <= "ゖ" else one for one in plain)
    folded = "".join(
        one for one in kana.translate(_SMALL).upper() if not one.isspace() and one not in "・.ー-"
    )
    for long, short in _SHORT.items():
        folded = folded.replace(long, short)
    return folded


def _without_suffix(wanted: str) -> str:
    return next((wanted.removesuffix(end) for end in _SUFFIXES if wanted.endswith(end)), wanted)


def _normal(name: str) -> str:
    return unicodedata.normalize("NFKC", name)


@lru_cache(maxsize=1)
def _folder() -> Path:
    package = find_spec("zengin_code")  # not imported: it would read every branch of every bank
    assert package is not None  # noqa: S101 (a dependency)
    assert package.submodule_search_locations  # noqa: S101
    return Path(package.submodule_search_locations[0]) / "source-data" / "data"
