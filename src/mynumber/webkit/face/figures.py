"""Drawings made on the server: the way of a message from house to house, as SVG with the same facts in a table.

A figure is drawn twice, wide for a desk and tall for a phone; CSS shows one. SVG does not wrap text, so lines are broken
here, counting full-width characters as one and half-width ones as a half.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import east_asian_width

# Characters that may not begin a line (行頭禁則).
_NOT_FIRST = "、。，．・）」』】〕〉》!?！？ーゃゅょっャュョッぁぃぅぇぉァィゥェォ"


KNOWS_LABEL = "本人を何で知るか"


class HopState(StrEnum):
    """Where the message stands at this station."""

    PASSED = "passed"
    HERE = "here"
    AHEAD = "ahead"
    REFUSED = "refused"

    @property
    def words_ja(self) -> str:
        """What the table and a screen reader say."""
        return {"passed": "通過", "here": "いまここ", "ahead": "これから", "refused": "ここで拒否"}[
            self.value
        ]


@dataclass(frozen=True, slots=True)
class Station:
    """One house on the way. `house` chooses its colour; `wire` is what goes to the next station."""

    house: str
    name: str
    what: str
    knows: str
    state: HopState = HopState.PASSED
    wire: str = ""


@dataclass(frozen=True, slots=True)
class HopFigure:
    """The whole way. `ident` must be unique on its page (it makes ids); `answer` is said about the way back."""

    ident: str
    title: str
    stations: tuple[Station, ...]
    answer: str = ""
    caption: str = ""
    show_state: bool = True
    knows_label: str = KNOWS_LABEL


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text at its place."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class DrawnStation:
    """A station with its place."""

    station: Station
    x: float
    y: float
    width: float
    height: float
    roof: float
    name: tuple[Line, ...]
    what: tuple[Line, ...]
    knows_label: Line
    knows: tuple[Line, ...]
    knows_y: float
    knows_height: float
    sign: Line | None

    @property
    def box(self) -> tuple[float, float]:
        """x and width of the frame, drawn inside the station's place so that its line is not cut."""
        return self.x + 1, self.width - 2

    @property
    def roof_path(self) -> str:
        """The coloured roof with the name: round above, straight below."""
        x, width = self.box
        return f"M{x:g} {self.y + self.roof:g}v{8 - self.roof:g}a8 8 0 0 1 8 -8h{width - 16:g}a8 8 0 0 1 8 8v{self.roof - 8:g}z"

    @property
    def knows_box(self) -> tuple[float, float, float, float]:
        """x, y, width, height of the tinted box about what the house knows of the person."""
        x, width = self.box
        return x + 4, self.knows_y, width - 8, self.knows_height - 4

    @property
    def sign_box(self) -> tuple[float, float, float]:
        """x, y, width of the sign above the station."""
        letters = len(self.sign.text) if self.sign else 0
        return self.x, self.y - 25, letters * 13 + 2 * _PAD


@dataclass(frozen=True, slots=True)
class Wire:
    """An arrow with its words."""

    x1: float
    y1: float
    x2: float
    y2: float
    head: str
    state: str
    text: tuple[Line, ...]
    back: bool = False
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure laid out for one shape of screen, in SVG user units (1 unit = 1 px at full width)."""

    width: float
    height: float
    stations: tuple[DrawnStation, ...]
    wires: tuple[Wire, ...]

    @classmethod
    def wide(cls, figure: HopFigure) -> "Drawing":
        """Stations side by side, arrows to the right, the answer's way back below."""
        count = max(len(figure.stations), 1)
        gap = 76.0 if count > 4 else 104.0
        width = (WIDE - gap * (count - 1)) / count
        shapes = [_Shape.of(station, width) for station in figure.stations]
        tallest = max((shape.height for shape in shapes), default=0.0)
        top = SIGN_ROOM if figure.show_state else 8.0
        placed = tuple(
            shape.at(index * (width + gap), top, tallest, figure) for index, shape in enumerate(shapes)
        )
        middle = top + ROOF + 34
        wires = [
            _right(
                here.x + width,
                there.x,
                middle,
                here.station.wire,
                _wire_state(here.station, there.station),
                gap,
            )
            for here, there in itertools.pairwise(placed)
        ]
        bottom = top + tallest
        if figure.answer and len(placed) > 1:
            start, end = placed[-1].x + width / 2, placed[0].x + width / 2
            wires.append(
                Wire(
                    start,
                    bottom,
                    end,
                    bottom,
                    _arrow_up(end, bottom),
                    "passed",
                    (Line(figure.answer, (start + end) / 2, bottom + 46),),
                    back=True,
                )
            )
            bottom += 58
        return cls(WIDE, bottom + 6, placed, tuple(wires))

    @classmethod
    def tall(cls, figure: HopFigure) -> "Drawing":
        """Stations one below the other, arrows downwards, their words beside them."""
        y = 0.0
        placed: list[DrawnStation] = []
        wires: list[Wire] = []
        for index, station in enumerate(figure.stations):
            shape = _Shape.of(station, TALL)
            tip = y
            y += SIGN_ROOM if figure.show_state and station.state in _SIGNED else 4.0
            if index:
                wires.append(_down(placed[-1], tip))
            drawn = shape.at(0.0, y, shape.height, figure)
            placed.append(drawn)
            y += drawn.height + (_down_room(station.wire) if index + 1 < len(figure.stations) else 0.0)
        if figure.answer:
            lines = _place(_wrap(figure.answer, 20), 4.0, y + 26, 20)
            wires.append(Wire(0, 0, 0, 0, "", "passed", lines, back=True, anchor="left"))
            y += 20 * len(lines) + 12
        return cls(TALL, y + 6, tuple(placed), tuple(wires))


WIDE = 1100.0
TALL = 328.0
ROOF = 40.0
SIGN_ROOM = 30.0
_SIGNED = (HopState.HERE, HopState.REFUSED)
_PAD = 12.0


def place_stations(
    figure: HopFigure, places: Sequence[tuple[float, float, float]], *, row_height: float = 0.0
) -> tuple[DrawnStation, ...]:
    """The stations of a figure at places (x, y, width) of one's own, for a drawing that is not one row."""
    shapes = [
        _Shape.of(station, width) for station, (_, _, width) in zip(figure.stations, places, strict=True)
    ]
    return tuple(
        shape.at(x, y, max(shape.height, row_height), figure)
        for shape, (x, y, _) in zip(shapes, places, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    station: Station
    width: float
    roof: float
    name: tuple[str, ...]
    what: tuple[str, ...]
    knows: tuple[str, ...]

    @classmethod
    def of(cls, station: Station, width: float) -> "_Shape":
        inner = width - 2 * _PAD
        name = tuple(_wrap(station.name, inner / 15))
        return cls(
            station,
            width,
            ROOF + 20 * (len(name) - 1),
            name,
            tuple(_wrap(station.what, inner / 13)),
            tuple(_wrap(station.knows, inner / 13)) or ("—",),
        )

    @property
    def knows_height(self) -> float:
        return 30 + 20 * len(self.knows) + 8

    @property
    def height(self) -> float:
        return self.roof + 14 + 20 * len(self.what) + 10 + self.knows_height

    def at(self, x: float, y: float, height: float, figure: HopFigure) -> DrawnStation:
        """Place the shape; the box about what the house knows sits at the bottom of a common height."""
        knows_y = y + height - self.knows_height
        left = x + _PAD
        signed = figure.show_state and self.station.state in _SIGNED
        return DrawnStation(
            station=self.station,
            x=x,
            y=y,
            width=self.width,
            height=height,
            roof=self.roof,
            name=_place(self.name, left, y + 26, 20),
            what=_place(self.what, left, y + self.roof + 26, 20),
            knows_label=Line(figure.knows_label, left, knows_y + 20),
            knows=_place(self.knows, left, knows_y + 41, 20),
            knows_y=knows_y,
            knows_height=self.knows_height,
            sign=Line(self.station.state.words_ja, left, y - 9) if signed else None,
        )


def _place(lines: Sequence[str], x: float, y: float, leading: float) -> tuple[Line, ...]:
    return tuple(Line(text, x, y + leading * index) for index, text in enumerate(lines))


def _wire_state(here: Station, there: Station) -> str:
    stopped = here.state in {HopState.AHEAD, HopState.REFUSED} or there.state is HopState.AHEAD
    return "ahead" if stopped else "passed"


def _right(x1: float, x2: float, y: float, words: str, state: str, gap: float) -> Wire:
    lines = _wrap(words, (gap - 4) / 12.5)
    middle = (x1 + x2) / 2
    above, below = lines[:2], lines[2:]
    text = (*_place(above, middle, y + 5 - 17 * len(above), 17), *_place(below, middle, y + 22, 17))
    start, tip = x1 + 6, x2 - 6
    return Wire(start, y, tip - 8, y, f"M{tip:g} {y:g}l-10 -6v12z", state, text)


def _down(above: DrawnStation, y: float) -> Wire:
    x = 28.0
    top = above.y + above.height
    state = above.station.state
    lines = _wrap(above.station.wire, 20)
    text = _place(lines, x + 20, top + 24, 18)
    stopped = "ahead" if state in {HopState.AHEAD, HopState.REFUSED} else "passed"
    tip = y - 4
    return Wire(x, top + 4, x, tip - 8, f"M{x:g} {tip:g}l-6 -10h12z", stopped, text, anchor="left")


def _down_room(words: str) -> float:
    return max(44.0, 22.0 + 18.0 * len(_wrap(words, 20)))


def _arrow_up(x: float, y: float) -> str:
    return f"M{x:g} {y + 4:g}l-6 10h12z"


def _wrap(text: str, columns: float) -> list[str]:
    """Break text into lines of at most `columns` full-width characters; closing marks do not begin a line."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, used = "", 0.0
        for piece in _pieces(paragraph):
            size = sum(_size(character) for character in piece)
            if line and used + size > columns and piece not in _NOT_FIRST:
                lines.append(line.rstrip())
                line, used = "", 0.0
                piece = piece.lstrip()
            line += piece
            used += size
        if line.strip():
            lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> Iterator[str]:
    """Single full-width characters, and whole runs of half-width ones (a Latin word is not broken)."""
    run = ""
    for character in text:
        if _size(character) < 1 and character != " ":
            run += character
            continue
        if run:
            yield run
            run = ""
        yield character
    if run:
        yield run


def _size(character: str) -> float:
    return 1.0 if east_asian_width(character) in "WFA" else 0.55
