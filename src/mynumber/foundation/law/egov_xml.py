"""The table of article 2 in e-Gov law XML (XMLSchemaForJapaneseLaw v3).

A cell that belongs to several rows is written in one of two ways, often mixed in one row: with `rowspan`, and then the rows
below lack the cell, so that later cells stand further left; or as an empty cell with `BorderTop="none"` in each row below.
Rows are laid on a grid of four columns first; then both are the same: nothing begins here.
"""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from mynumber.foundation.law.errors import MalformedText, TextFault
from mynumber.foundation.law.table import HEADINGS, TableRow, TextTable, assemble

MAX_BYTES: Final = 64_000_000
"""Some ten times the XML of 2026."""

_COLUMNS: Final = len(HEADINGS)
_ROWS: Final = frozenset({"TableRow", "TableHeaderRow"})
_CELLS: Final = frozenset({"TableColumn", "TableHeaderColumn"})
_READING: Final = "Rt"


def parse_egov_xml(data: bytes) -> TextTable:
    """Read the table from the whole XML of the Order. Raises MalformedText."""
    return assemble(_rows(_table(parse_root(data))))


def parse_root(data: bytes) -> Element:
    """The root element, without entities or document type. Raises MalformedText."""
    if len(data) > MAX_BYTES:
        raise MalformedText(TextFault.TOO_LARGE)
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise MalformedText(TextFault.FORBIDDEN_XML) from None
    except (ParseError, ValueError, LookupError) as error:  # LookupError: an unknown encoding
        raise MalformedText(TextFault.NOT_XML, detail=str(error)) from None
    return root


def _table(root: Element) -> Element:
    """The one table of article 2 with the four headings; supplementary provisions have articles 2 of their own."""
    tables = [
        table
        for main in root.iter("MainProvision")
        for article in main.iter("Article")
        if article.get("Num") == "2"
        for table in article.iter("Table")
        if _is_the_table(table)
    ]
    if not tables:
        raise MalformedText(TextFault.NO_TABLE)
    if len(tables) > 1:
        raise MalformedText(TextFault.SECOND_TABLE)
    return tables[0]


def _is_the_table(table: Element) -> bool:
    first = next((row for row in table if row.tag in _ROWS), None)
    return first is not None and tuple(_text(cell) for cell in first if cell.tag in _CELLS) == HEADINGS


def _rows(table: Element) -> Iterator[TableRow]:
    rows = [row for row in table if row.tag in _ROWS][1:]
    spanned = [0] * _COLUMNS
    """For each column: in how many rows from here on a cell above still stands."""
    for number, row in enumerate(rows, start=1):
        where = f"row {number}"
        laid = _lay(row, spanned, where, rows_left=len(rows) - number + 1)
        yield TableRow(where, *laid)
        spanned = [max(0, rest - 1) for rest in spanned]


def _lay(
    row: Element, spanned: list[int], where: str, rows_left: int
) -> tuple[str | None, str | None, str | None, str | None]:
    """Put the cells of a row into the columns that no cell above occupies; `spanned` is brought up to date."""
    laid: list[str | None] = [None] * _COLUMNS
    free = [column for column in range(_COLUMNS) if spanned[column] == 0]
    for cell in row:
        if cell.tag not in _CELLS:
            continue
        height, width = _span(cell, "rowspan", where), _span(cell, "colspan", where)
        if width > len(free):
            raise MalformedText(TextFault.BAD_ROW, where, "more cells than columns")
        if height > rows_left:
            raise MalformedText(TextFault.BAD_SPAN, where, "a cell reaches below the table")
        columns, free = free[:width], free[width:]
        if columns[-1] - columns[0] + 1 != width:
            raise MalformedText(TextFault.BAD_SPAN, where, "a cell reaches over one from above")
        laid[columns[0]] = _text(cell) or None
        for column in columns:
            spanned[column] = height
    if free:
        raise MalformedText(TextFault.BAD_ROW, where, "fewer cells than columns")
    return laid[0], laid[1], laid[2], laid[3]


def _span(cell: Element, name: str, where: str) -> int:
    """`rowspan` or `colspan`, 1 if absent. Raises MalformedText."""
    text = cell.get(name, "1")
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) >= 1):
        raise MalformedText(TextFault.BAD_SPAN, where, f"{name}={text[:20]!r}")
    return int(text)


def _text(cell: Element) -> str:
    """The words of a cell without readings (ruby). A number that stands as a title of its own is set off by a space."""
    parts: list[str] = []
    waiting = [cell]
    while waiting:
        part = waiting.pop()
        if part.tag == "Sentence":
            parts.append(words_of(part))
        elif part.tag.endswith("Title"):
            parts.append(words_of(part) + "\u3000")
        else:
            waiting.extend(reversed(part))
    return "".join(parts).strip()


def words_of(element: Element) -> str:
    """All text inside, readings left out. Without recursion: the depth of hostile XML is unbounded."""
    parts: list[str] = []
    waiting: list[Element | str] = [element]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            parts.append(part)
            continue
        for child in reversed(part):
            waiting.append(child.tail or "")
            if child.tag != _READING:
                waiting.append(child)
        waiting.append(part.text or "")
    return "".join(line.strip() for line in "".join(parts).splitlines())
