"""Rules for the texts of a person's data, and their folding for comparison.

Texts are stored exactly as they were received: no Unicode normalisation, which would replace compatibility ideographs
(神 U+FA19 becomes 神 U+795E under NFC) and so change how a person writes their name. Folding happens for comparison only.
"""

import re
import unicodedata
from typing import Final

from mynumber.foundation.people.faults import Flaw, MalformedPersonalData

MAX_CHARACTERS: Final = 200
"""Longest text of one field; the registers of today allow about half."""

_KANA = re.compile(r"[ァ-ヺー・ヽヾ　 ]*")
_ALPHABET = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ' ,.\-]*")
_HYPHENS = re.compile(r"[‐‑‒–—―−－ー](?=\d)")
# Invisible, and able to make one text look like another.
_DIRECTION_MARKS: Final = frozenset(
    "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
_NUMERALS: Final = {character: value for value, character in enumerate("〇一二三四五六七八九")}
_KANJI_CHOME = re.compile(r"((?:[一二三四五六七八九]?十)?[一二三四五六七八九]?)丁目")
_BETWEEN_LOTS = re.compile(r"(?<=\d)(?:丁目|番地|番|号室|号|の|-)+(?=\d)")
_AFTER_LOTS = re.compile(r"(?<=\d)(?:丁目|番地|番|号室|号|-)+(?!\d)")


def require_text(text: str, *, what: str, may_be_empty: bool = False) -> None:
    """Raise MalformedPersonalData unless `text` is a printable single line of at most MAX_CHARACTERS characters.

    Private-use and yet unknown characters and variation selectors pass: registers hold 外字 and kanji newer than this Python, and a
    selector tells which glyph is meant.
    """
    if not text.strip() and not (may_be_empty and not text):
        raise MalformedPersonalData(f"{what} is empty", Flaw.EMPTY)
    if len(text) > MAX_CHARACTERS:
        raise MalformedPersonalData(f"{what} is longer than {MAX_CHARACTERS} characters", Flaw.TOO_LONG)
    if not text.isascii() or not text.isprintable():
        for character in text:
            if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in _DIRECTION_MARKS:
                raise MalformedPersonalData(
                    f"{what} holds a character that cannot be written", Flaw.CHARACTER
                )


def require_kana(text: str, *, what: str) -> None:
    """Raise MalformedPersonalData unless `text` is empty or full-width katakana (with ー ・ ヽ ヾ and spaces)."""
    require_text(text, what=what, may_be_empty=True)
    if not _KANA.fullmatch(text):
        raise MalformedPersonalData(f"{what} is not full-width katakana", Flaw.CHARACTER)


def require_alphabet(text: str, *, what: str) -> None:
    """Raise MalformedPersonalData unless `text` is empty or Latin letters with ' , . - and spaces."""
    require_text(text, what=what, may_be_empty=True)
    if not _ALPHABET.fullmatch(text):
        raise MalformedPersonalData(f"{what} is not in the Latin alphabet", Flaw.CHARACTER)


def fold(text: str) -> str:
    """Fold away what differs between two writings of the same name, for comparison only.

    - full-width letters and digits, half-width kana and full-width space become their common forms (the block U+FF00-U+FFEF and U+3000);
    - Latin letters become upper case;
    - all spaces are removed;
    - variation selectors (U+FE00-U+FE0F, U+E0100-U+E01EF) are removed: they choose a glyph of the same character.

    Different characters stay different: 高 and 髙, 斎 and 齋, and compatibility ideographs are not folded together, so that one
    person never answers to another's name.
    """
    without_selectors = "".join(character for character in text if not _is_variation_selector(character))
    return re.sub(r"\s+", "", _fold_width(without_selectors)).upper()


def fold_address(text: str) -> str:
    """Fold an address for comparison: `fold`, then lot numbers to digits and hyphens.

    一丁目 becomes 1丁目; 1丁目2番3号, 1丁目2番地3, 1-2-3 and １－２－３ all become 1-2-3.
    """
    folded = _KANJI_CHOME.sub(
        lambda match: f"{_read_small_numeral(match[1])}丁目" if match[1] else match[0], fold(text)
    )
    return _AFTER_LOTS.sub("", _BETWEEN_LOTS.sub("-", _HYPHENS.sub("-", folded)))


def _fold_width(text: str) -> str:
    return re.sub(r"[\uff00-\uffef\u3000]+", lambda match: unicodedata.normalize("NFKC", match[0]), text)


def _is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _read_small_numeral(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return _NUMERALS[ones]
    return (_NUMERALS[tens] if tens else 1) * 10 + (_NUMERALS[ones] if ones else 0)
