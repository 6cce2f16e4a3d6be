"""The table of article 2 in the Markdown form of a law text.

The conversion writes a row that spanning cells cover with its own cells shifted left and pads it on the right, so the
position of a cell says nothing and the number of filled cells everything: four = a new item, three = a new affair of the
item, two = provider and information, one = a deleted item, none = a row of the official text that only carries spans.
"""

import re
from collections.abc import Iterator
from typing import Final

from mynumber.foundation.law.errors import MalformedText, TextFault
from mynumber.foundation.law.table import HEADINGS, TableRow, TextTable, assemble

MAX_CHARACTERS: Final = 8_000_000
"""Ten times the text of 2026."""

_RULE: Final = re.compile(r"\|(?: *:?-+:? *\|){4}")
_NEXT_ARTICLE: Final = "**第三条**"


def parse_markdown(text: str) -> TextTable:
    """Read the table from the whole Markdown text of the Order. Raises MalformedText."""
    if len(text) > MAX_CHARACTERS:
        raise MalformedText(TextFault.TOO_LARGE)
    return assemble(_rows(text))


def _rows(text: str) -> Iterator[TableRow]:
    lines = text.splitlines()
    headings = [number for number, line in enumerate(lines) if _cells(line) == HEADINGS]
    if not headings:
        raise MalformedText(TextFault.NO_TABLE)
    if len(headings) > 1:
        raise MalformedText(TextFault.SECOND_TABLE, f"line {headings[1] + 1}")
    first = headings[0] + 1
    if first >= len(lines) or _RULE.fullmatch(lines[first]) is None:
        raise MalformedText(TextFault.TRUNCATED, f"line {first + 1}", "no rule under the heading")
    number = first
    for number in range(first + 1, len(lines)):
        line = lines[number]
        if not line.startswith("|"):
            break
        yield _row(line, f"line {number + 1}")
    if not any(line.startswith(_NEXT_ARTICLE) for line in lines[number:]):
        raise MalformedText(TextFault.TRUNCATED, f"line {number + 1}", "article 3 does not follow")


def _cells(line: str) -> tuple[str, ...] | None:
    """The four cells of a table line, trimmed; None if it is none."""
    if not (line.startswith("|") and line.endswith("|")):
        return None
    cells = tuple(cell.strip(" ") for cell in line[1:-1].split("|"))
    return cells if len(cells) == len(HEADINGS) else None


def _row(line: str, where: str) -> TableRow:
    cells = _cells(line)
    if cells is None:
        fault = TextFault.BAD_ROW if line.endswith("|") else TextFault.TRUNCATED
        raise MalformedText(fault, where, "not four cells")
    match [cell for cell in cells if cell]:
        case []:
            return TableRow(where, None, None, None, None)
        case [item] if cells[0]:
            return TableRow(where, item, None, None, None)
        case [provider, information]:
            return TableRow(where, None, None, provider, information)
        case [affair, provider, information]:
            return TableRow(where, None, affair, provider, information)
        case [item, affair, provider, information]:
            return TableRow(where, item, affair, provider, information)
        case _:
            raise MalformedText(TextFault.BAD_ROW, where, "one cell that is not the first")
