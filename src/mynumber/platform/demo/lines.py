"""Text that breaks into lines as Japanese does: between any two characters, but no line begins with 「。」 or ends with 「（」.

Rich breaks at spaces alone, which leaves half of a line empty before every long Japanese sentence.
"""

from collections.abc import Iterator
from typing import Final

from rich.cells import get_character_cell_size
from rich.console import Console, JustifyMethod, OverflowMethod
from rich.containers import Lines
from rich.text import Text as RichText

_NOT_FIRST: Final = frozenset(
    "、。，．・：；？！」』）］｝】〉》〕ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ…)],.:;!?"
)
_NOT_LAST: Final = frozenset("「『（［｛【〈《〔([")


class Text(RichText):
    """A `rich.text.Text` with these rules (JIS X 4051 in small)."""

    def wrap(
        self,
        console: Console,
        width: int,
        *,
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        tab_size: int = 8,
        no_wrap: bool | None = None,
    ) -> Lines:
        """Lines of at most `width` cells."""
        if no_wrap or self.no_wrap:
            return super().wrap(
                console, width, justify=justify, overflow=overflow, tab_size=tab_size, no_wrap=no_wrap
            )
        lines = Lines()
        for line in self.split(allow_blank=True):
            for piece in line.divide(_breaks(line.plain, width)):
                piece.rstrip()
                lines.append(piece)
        return lines


def _breaks(text: str, width: int) -> list[int]:
    """Where lines begin, apart from the first."""
    breaks: list[int] = []
    used = 0
    for start, unit in _units(text):
        cells = _cells(unit)
        if used and used + _cells(unit.rstrip()) > width:
            breaks.append(start)
            used = 0
        while used + cells > width and len(unit) > 1:  # longer than a line: an address, a digest
            fits = _fitting(unit, width - used)
            start, unit = start + fits, unit[fits:]
            breaks.append(start)
            used, cells = 0, _cells(unit)
        used += cells
    return breaks


def _units(text: str) -> Iterator[tuple[int, str]]:
    """What is never broken, with its place: a character and what must stand beside it, or a word of Latin letters."""
    start = 0
    for place in range(1, len(text)):
        before, after = text[place - 1], text[place]
        if after in _NOT_FIRST or before in _NOT_LAST or after == " ":
            continue
        if before != " " and _is_narrow(before) and _is_narrow(after):
            continue
        yield start, text[start:place]
        start = place
    if text:
        yield start, text[start:]


def _is_narrow(character: str) -> bool:
    return get_character_cell_size(character) < 2


def _cells(text: str) -> int:
    return sum(map(get_character_cell_size, text))


def _fitting(text: str, width: int) -> int:
    """How many characters fit, at least one."""
    used = 0
    for place, character in enumerate(text):
        used += get_character_cell_size(character)
        if used > width:
            return max(place, 1)
    return len(text)
