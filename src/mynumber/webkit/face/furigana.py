"""Readings (ふりがな) over the key words of a page, for who wishes them: `<ruby>申請<rp>（</rp><rt>しんせい</rt><rp>）</rp></ruby>`.

The words are data (`furigana.csv`: word, reading, of this system and its procedures). They are marked in the finished page, in text alone: never in
attributes, controls, drawings, code or where a page has a reading of its own. A screen reader reads word, bracket, reading, bracket; a browser without ruby shows the same.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from typing import Final

_TAG = re.compile(r"(<[^>]*>)")
_NAME = re.compile(r"</?([a-zA-Z0-9]+)")
_LEFT_ALONE: Final = frozenset(
    {
        "button",
        "code",
        "kbd",
        "option",
        "pre",
        "ruby",
        "script",
        "select",
        "style",
        "svg",
        "textarea",
        "time",
        "title",
    }
)


@cache
def readings() -> dict[str, str]:
    """The word list: word to reading."""
    text = files("mynumber.webkit.face").joinpath("furigana.csv").read_text("utf-8")
    return {row["word"]: row["reading"] for row in csv.DictReader(text.splitlines())}


def ruby(html: str) -> str:
    """The HTML with readings over each key word; the longest word that fits wins."""
    pieces = _TAG.split(html)
    closed = ""
    depth = 0
    for number, piece in enumerate(pieces):
        if number % 2 == 0:
            if not closed:
                pieces[number] = _words().sub(_with_reading, piece)
            continue
        name = _NAME.match(piece)
        if name is None or (tag := name[1].lower()) not in _LEFT_ALONE:
            continue
        if not closed and not piece.startswith("</"):
            closed, depth = tag, 1
        elif tag == closed:
            depth += -1 if piece.startswith("</") else 1
            if depth == 0:
                closed = ""
    return "".join(pieces)


@cache
def _words() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(readings(), key=len, reverse=True))))


def _with_reading(found: re.Match[str]) -> str:
    return f"<ruby>{found[0]}<rp>（</rp><rt>{readings()[found[0]]}</rt><rp>）</rp></ruby>"
