"""The font of papers: BIZ UDPGothic (SIL OFL 1.1, beside this file), embedded in each PDF as far as its text needs it."""

from __future__ import annotations

import lzma
import threading
from io import BytesIO
from pathlib import Path
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

NAME: Final = "BIZ UDPGothic"
UNKNOWN: Final = "〓"
"""Stands for a character that the font does not have (ゲタ); the paper says so."""
_FILE: Final = Path(__file__).with_name("letters.ttf.xz")
_SPACES: Final = frozenset(" \u3000\u00a0\n")
_lock = threading.Lock()
_known: frozenset[str] | None = None


def characters() -> frozenset[str]:
    """What the font can draw. The first call reads the font (0.2 s)."""
    global _known
    with _lock:
        if _known is None:
            font = TTFont(NAME, BytesIO(lzma.decompress(_FILE.read_bytes())))
            pdfmetrics.registerFont(font)
            pdfmetrics.registerFontFamily(NAME, normal=NAME, bold=NAME, italic=NAME, boldItalic=NAME)
            _known = frozenset(chr(code) for code in font.face.charToGlyph) | _SPACES
        return _known


def drawable(text: str) -> str:
    """The text with 〓 for what the font does not have."""
    known = characters()
    return "".join(each if each in known else UNKNOWN for each in text)
