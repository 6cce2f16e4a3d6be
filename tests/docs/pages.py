"""The Markdown pages of the repository, read the few ways the tests of this folder need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_LEFT_OUT = frozenset({".venv", ".git", "var", "build", "node_modules", ".hypothesis"})

_FENCE = re.compile(
    r"^(?P<fence>`{3,})(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=fence)[ ]*$", re.MULTILINE | re.DOTALL
)
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_SOURCE = re.compile(r"<(?:img|source)\b[^>]*?\b(?:src|srcset)=\"(?P<target>[^\"]+)\"")
_HEADING = re.compile(r"^#{1,6}[ ]+(?P<words>.+?)[ ]*$", re.MULTILINE)
_CODE_SPAN = re.compile(r"`(?P<code>[^`\n]+)`")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: what stands after the fence, its text, and the line of the file it begins on (from 1)."""

    info: tuple[str, ...]
    body: str
    line: int


def all_pages() -> list[Path]:
    """Every Markdown file that belongs to the project."""
    return sorted(
        page for page in ROOT.rglob("*.md") if _LEFT_OUT.isdisjoint(page.relative_to(ROOT).parts[:-1])
    )


def name_of(page: Path) -> str:
    """The page as the reports of tests name it."""
    return page.relative_to(ROOT).as_posix()


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    for match in _FENCE.finditer(text):
        yield Block(tuple(match["info"].split()), match["body"], text.count("\n", 0, match.start("body")) + 1)


def prose(text: str) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", text)


def code_spans(text: str) -> Iterator[str]:
    """What stands between single backticks in the prose."""
    for match in _CODE_SPAN.finditer(prose(text)):
        yield match["code"]


def targets(text: str) -> Iterator[str]:
    """Where links and pictures of a page lead, outside code."""
    plain = _CODE_SPAN.sub("", prose(text))
    for pattern in (_LINK, _SOURCE):
        for match in pattern.finditer(plain):
            yield match["target"]


def anchors(text: str) -> set[str]:
    """The names under which the headings of a page can be reached (as GitHub makes them)."""
    found: set[str] = set()
    for match in _HEADING.finditer(prose(text)):
        words = re.sub(r"[`*]|(?<!\w)_|_(?!\w)|\[([^\]]*)\]\([^)]*\)", r"\1", match["words"]).lower()
        found.add("".join("-" if sign == " " else sign for sign in words if sign.isalnum() or sign in " -_"))
    return found


def table_rows(text: str) -> Iterator[list[str]]:
    """The rows of all tables of a page, as cells without their outer spaces; head and rule lines included."""
    for line in prose(text).splitlines():
        if line.startswith("|"):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
