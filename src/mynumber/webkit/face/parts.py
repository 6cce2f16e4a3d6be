"""Values that components draw: tables, steps, facts. A view builds them, a template tag shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mynumber.webkit.face.language import say


class Kind(StrEnum):
    """The tone of a notice or a chip. It is never the only sign: a word or a mark says the same."""

    NEUTRAL = "neutral"
    INFO = "info"
    SUCCESS = "success"
    WARN = "warn"
    ERROR = "error"
    HOUSE = "house"


@dataclass(frozen=True, slots=True)
class Chip:
    """A short status word with its tone."""

    text: str
    kind: Kind = Kind.NEUTRAL


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a cell or a list."""

    text: str
    url: str


Cell = str | int | date | datetime | Chip | Link | None
"""What a table cell may hold. `None` is drawn as a dash that a screen reader hears as 「なし」."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, and whether its cells are numbers (right-aligned, tabular figures)."""

    heading: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row as the template draws it: cells paired with their columns; the first is the row's heading."""

    cells: tuple[tuple[Column, Cell], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption. On a narrow screen each row becomes a card and each cell carries its heading."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @classmethod
    def build(cls, caption: str, columns: Sequence[Column | str], rows: Sequence[Sequence[Cell]]) -> "Table":
        """Pair cells with columns. Raises ValueError when a row is longer or shorter than the columns."""
        heads = tuple(Column(column) if isinstance(column, str) else column for column in columns)
        return cls(caption, heads, tuple(Row(tuple(zip(heads, row, strict=True))) for row in rows))


class StepState(StrEnum):
    """Where a step stands; each is drawn with a mark and said in words."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"
    STOPPED = "stopped"

    @property
    def words(self) -> str:
        """What a screen reader hears."""
        japanese, english = {
            "done": ("済み", "done"),
            "now": ("いまここ", "now"),
            "ahead": ("これから", "ahead"),
            "stopped": ("止まりました", "stopped"),
        }[self.value]
        return say(japanese, english)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a procedure or of a record's life. `at` is an aware datetime once it has happened."""

    title: str
    text: str = ""
    state: StepState = StepState.AHEAD
    at: datetime | None = None
