"""Charts made on the server: bars, columns or a line as SVG, with axis and labels, and the same figures in a table.

Drawn in user units small enough that labels can be read on a phone, where the drawing shrinks to the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mynumber.webkit.face.parts import Column, Table

WIDTH: Final = 480.0
_COLUMN_HEIGHT: Final = 240.0
_BAR: Final = 26.0
_LEFT: Final = 56.0
_LABEL: Final = 168.0
_TOP: Final = 14.0
_BOTTOM: Final = 30.0
_RIGHT: Final = 52.0
_GRID: Final = 4
_LABELS: Final = 4
"""Labels below the columns, at most."""


class Shape(StrEnum):
    """How points are drawn: `BARS` for things with names, `COLUMNS` and `LINE` for a row of times."""

    BARS = "bars"
    COLUMNS = "columns"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Point:
    """A figure with its name. Values are counts, not below zero."""

    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart. `ident` must be unique on its page; `unit` is what the values count."""

    ident: str
    title: str
    unit: str
    points: tuple[Point, ...]
    shape: Shape = Shape.COLUMNS

    def __post_init__(self) -> None:
        if any(point.value < 0 for point in self.points):
            raise ValueError("a chart shows counts, and one is below zero")

    @property
    def most(self) -> int:
        """The largest value."""
        return max((point.value for point in self.points), default=0)

    @property
    def summary(self) -> str:
        """What a screen reader says of the drawing."""
        if not self.points:
            return self.title
        peak = max(self.points, key=lambda point: point.value)
        return f"{self.title}：{peak.label} {peak.value:,} {self.unit}（最大）、合計 {sum(p.value for p in self.points):,}"

    def table(self, first: str) -> Table:
        """The same figures; `first` heads the names."""
        return Table.build(
            self.title,
            [first, Column(self.unit, number=True)],
            [(point.label, point.value) for point in self.points],
        )


@dataclass(frozen=True, slots=True)
class Text:
    """Words at their place."""

    text: str
    x: float
    y: float
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Box:
    """A bar or column."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the grid."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart laid out, in SVG user units."""

    width: float
    height: float
    rules: tuple[Rule, ...]
    texts: tuple[Text, ...]
    boxes: tuple[Box, ...] = ()
    path: str = ""

    @classmethod
    def of(cls, chart: Chart) -> Drawing:
        """Lay the chart out."""
        return _bars(chart) if chart.shape is Shape.BARS else _columns(chart)


def scale(most: int) -> tuple[int, ...]:
    """The figures of an axis from 0 to at least `most`: 1, 2, 2.5 or 5 times a power of ten apart, whole numbers."""
    unit = 1
    while True:
        for step in (unit, 2 * unit, 5 * unit // 2 if unit > 1 else 0, 5 * unit):
            if step and step * _GRID >= most:
                return tuple(step * place for place in range(_GRID + 1))
        unit *= 10


def _bars(chart: Chart) -> Drawing:
    axis = scale(chart.most)
    room = WIDTH - _LABEL - _RIGHT
    height = _TOP + _BAR * len(chart.points) + _BOTTOM
    floor = height - _BOTTOM

    def x(value: int) -> float:
        return _LABEL + value / axis[-1] * room

    boxes, texts = [], []
    for place, point in enumerate(chart.points):
        y = _TOP + _BAR * place
        boxes.append(Box(_LABEL, y + 4, x(point.value) - _LABEL, _BAR - 8))
        texts.append(Text(point.label, _LABEL - 8, y + _BAR / 2 + 5, "end"))
        texts.append(Text(f"{point.value:,}", x(point.value) + 5, y + _BAR / 2 + 5))
    # The grid's figures would meet each other on wide numbers: the ends are enough beside figures at the bars.
    texts += [Text(f"{value:,}", x(value), floor + 20, "middle") for value in (axis[0], axis[-1])]
    rules = [Rule(x(value), _TOP, x(value), floor) for value in axis]
    return Drawing(WIDTH, height, tuple(rules), tuple(texts), tuple(boxes))


def _columns(chart: Chart) -> Drawing:
    axis = scale(chart.most)
    height, floor = _COLUMN_HEIGHT, _COLUMN_HEIGHT - _BOTTOM
    room = WIDTH - _LEFT - 8
    step = room / max(len(chart.points), 1)

    def y(value: int) -> float:
        return floor - value / axis[-1] * (floor - _TOP)

    middles = [_LEFT + step * (place + 0.5) for place in range(len(chart.points))]
    texts = [Text(f"{value:,}", _LEFT - 8, y(value) + 5, "end") for value in axis]
    every = max(-(-len(chart.points) // _LABELS), 1)
    # Labels begin at their column: the first would be cut off otherwise.
    texts += [
        Text(chart.points[place].label, _LEFT + step * place, height - 8)
        for place in range(0, len(chart.points), every)
    ]
    rules = tuple(Rule(_LEFT, y(value), WIDTH - 8, y(value)) for value in axis)
    if chart.shape is Shape.LINE:
        places = [(x, y(point.value)) for x, point in zip(middles, chart.points, strict=True)]
        path = "".join(f"{'L' if at else 'M'}{px:.1f} {py:.1f}" for at, (px, py) in enumerate(places))
        return Drawing(WIDTH, height, rules, tuple(texts), path=path)
    boxes = tuple(
        Box(x - step * 0.4, y(point.value), step * 0.8, floor - y(point.value))
        for x, point in zip(middles, chart.points, strict=True)
    )
    return Drawing(WIDTH, height, rules, tuple(texts), boxes)
