"""The characters of bank files: digits, capital letters, half-width kana and a few signs, one byte each (JIS X 0201)."""

from __future__ import annotations

import unicodedata
from typing import Final

ENCODING: Final = "shift_jis"
"""Of JIS X 0201 the one-byte half: ASCII signs and, from 0xA1, half-width kana."""

_KANA: Final = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ"
_MARKS: Final = "ﾞﾟ"
_SIGNS: Final = " ().-/"
ALLOWED: Final = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" + _KANA + _MARKS + _SIGNS)
"""What banks take in names: no ヲ, no small kana, no prolonged sound mark."""

_TO_HALF: Final = {
    **{unicodedata.normalize("NFKC", kana): kana for kana in _KANA},
    **dict(zip("ァィゥェォャュョッヮヵヶ", "ｱｲｳｴｵﾔﾕﾖﾂﾜｶｹ", strict=True)),
    "ヲ": "ｵ",
    "ヰ": "ｲ",
    "ヱ": "ｴ",
    **dict.fromkeys("\u3099\u309b", "ﾞ"),
    **dict.fromkeys("\u309a\u309c", "ﾟ"),
    **dict.fromkeys("ー‐‑‒–—―−", "-"),
    "・": ".",
    "，": ".",
    ",": ".",
}


class Unwritable(ValueError):
    """Text with a character that no bank file can carry. Carries none of it."""

    def __init__(self) -> None:
        super().__init__("a character that bank files do not have")


def written(text: str) -> str:
    """Text as bank files write it: half width, capitals, large kana, marks apart. Raises Unwritable (kanji, other signs).

    What has no half-width form is written as banks do: ヲ as オ, small kana large, the prolonged sound mark as a hyphen.
    """
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text)).upper()
    kana = (chr(ord(one) + 0x60) if "ぁ" <= one <= "ゖ" else one for one in apart)
    half = "".join(_TO_HALF.get(one, one) for one in kana)
    if not set(half) <= ALLOWED:
        raise Unwritable
    return half.strip(" ")


def fitted(text: str, length: int) -> str:
    """`written`, cut to so many bytes as banks cut what is longer. Raises Unwritable."""
    return written(text)[:length].rstrip(" ")
