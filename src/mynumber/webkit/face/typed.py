"""What people type, read generously: full-width or half-width, hiragana or katakana, Japanese era or Gregorian year.

Nothing here knows Django. A reader either returns a value or raises `Mistyped` with a reason; what was typed is never in it. Names of people are not for these
functions: their glyphs are kept as they were written (`foundation/people/texts.py`).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum
from typing import Final

from mynumber.foundation.people import Era, Flaw, MalformedPersonalData, Wareki

LONGEST: Final = 200
"""Characters of what is looked at; longer texts are refused before anything is searched in them."""

_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—―−－ー─━ｰ"), "-")
_TO_KATAKANA: Final = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_SOUND_MARKS: Final = str.maketrans({"゛": "\u3099", "゜": "\u309a"})
_KANA: Final = re.compile(r"[ァ-ヶーヽヾ・ 　]*")

_ERAS: Final = {
    mark: era for era in Era for mark in (era.japanese, era.japanese[0], era.letter, era.letter.lower())
}
_NUMERALS: Final = {character: value for value, character in enumerate("〇一二三四五六七八九")}
_YEAR, _MONTH = r"(?:年|[-./])", r"(?:月|[-./])"
_BY_ERA = re.compile(
    rf"({'|'.join(_ERAS)})(元|[0-9]{{1,2}}){_YEAR}([0-9]{{1,2}}){_MONTH}([0-9]{{1,2}})日?", re.ASCII
)
_BY_ERA_TIGHT = re.compile(rf"({'|'.join(_ERAS)})([0-9]{{2}})([0-9]{{2}})([0-9]{{2}})")
_GREGORIAN = re.compile(rf"(?:西暦)?([0-9]{{4}}){_YEAR}([0-9]{{1,2}}){_MONTH}([0-9]{{1,2}})日?")
_GREGORIAN_TIGHT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_WITHOUT_ERA = re.compile(rf"[0-9]{{1,2}}{_YEAR}[0-9]{{1,2}}{_MONTH}[0-9]{{1,2}}日?")
_KANJI_NUMBER = re.compile(r"[〇一二三四五六七八九十]+")


class Mistake(StrEnum):
    """What is wrong with what was typed."""

    TOO_LONG = "too_long"
    NO_DATE = "no_date"
    ERA_MISSING = "era_missing"
    NO_SUCH_MONTH = "no_such_month"
    NO_SUCH_DAY = "no_such_day"
    OUTSIDE_ERA = "outside_era"
    TOO_OLD = "too_old"
    NOT_KANA = "not_kana"


class Mistyped(ValueError):
    """It could not be read. `mistake` says why; the words of the field say what to do."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.value)
        self.mistake = mistake


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as ASCII, half-width kana as full-width kana, spaces at the ends removed (NFKC)."""
    return unicodedata.normalize("NFKC", text).strip()


def with_plain_dashes(text: str) -> str:
    """Every dash, minus and long-vowel mark as `-`: for numbers, in which people type whichever is near."""
    return text.translate(_DASHES)


def katakana(text: str) -> str:
    """Full-width katakana for hiragana and half-width kana; a dash after kana is a long vowel; one full-width space between words.

    Raises Mistyped(NOT_KANA, TOO_LONG).
    """
    if len(text) > LONGEST:
        raise Mistyped(Mistake.TOO_LONG)
    composed = unicodedata.normalize("NFKC", text.translate(_SOUND_MARKS)).translate(_TO_KATAKANA)
    # Hiragana with a separate sound mark composes only after it became katakana (ワ゛).
    composed = unicodedata.normalize("NFC", composed)
    drawn_long = re.sub(r"(?<=[ァ-ヶー])[-‐‑‒–—―−─━]", "ー", composed)
    if not _KANA.fullmatch(drawn_long):
        raise Mistyped(Mistake.NOT_KANA)
    return "　".join(drawn_long.split())


def a_day(text: str) -> date:
    """Read a date: 令和8年4月1日, 令和元年5月1日, R8.4.1, r080401, 2026-04-01, 2026/4/1, 20260401, 西暦2026年4月1日, in any width.

    Raises Mistyped. A day after the end of its era (平成32年) is refused and not moved into the next.
    """
    if len(text) > LONGEST:
        raise Mistyped(Mistake.TOO_LONG)
    tidy = re.sub(r"\s+", "", with_plain_dashes(half_width(text)))
    tidy = _KANJI_NUMBER.sub(_kanji_number, tidy)
    by_era = _BY_ERA.fullmatch(tidy) or _BY_ERA_TIGHT.fullmatch(tidy)
    if by_era is not None:
        mark, year, month, day = by_era.groups()
        return _of_era(_ERAS[mark], 1 if year == "元" else int(year), int(month), int(day))
    gregorian = _GREGORIAN.fullmatch(tidy) or _GREGORIAN_TIGHT.fullmatch(tidy)
    if gregorian is not None:
        return _gregorian(*(int(part) for part in gregorian.groups()))
    raise Mistyped(Mistake.ERA_MISSING if _WITHOUT_ERA.fullmatch(tidy) else Mistake.NO_DATE)


def _of_era(era: Era, year: int, month: int, day: int) -> date:
    _gregorian(era.first_day.year + year - 1, month, day)
    try:
        return Wareki(era, year, month, day).to_date()
    except MalformedPersonalData as error:
        before = error.reason is Flaw.BEFORE_SOLAR_CALENDAR
        raise Mistyped(Mistake.TOO_OLD if before else Mistake.OUTSIDE_ERA) from None


def _gregorian(year: int, month: int, day: int) -> date:
    if not 1 <= month <= 12:
        raise Mistyped(Mistake.NO_SUCH_MONTH)
    try:
        return date(year, month, day)
    except ValueError:
        raise Mistyped(Mistake.NO_SUCH_DAY) from None


def _kanji_number(found: re.Match[str]) -> str:
    """二十九 as 29, 二〇二六 as 2026; what is no number stays as it is and is refused later."""
    text = found[0]
    if "十" not in text:
        return "".join(str(_NUMERALS[character]) for character in text)
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return text
    return str((_NUMERALS[tens] if tens else 1) * 10 + (_NUMERALS[ones] if ones else 0))
