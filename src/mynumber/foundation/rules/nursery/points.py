"""利用調整の基準: a municipality's table of points as data, and the points of a household.

The law leaves the points to the municipality (児童福祉法第24条第3項). `example_table` is a table of this project's own: it carries the
priorities that the national guidance names, with numbers that no municipality has to agree with; each replaces it by its own.

A line: part (`guardian`: a ground of a guardian; `household`: a fact of the household; `tie`: what decides between equal points, in
the order of the lines), name, at_least (hours a month, for guardians), points, words.
"""

import csv
import io
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Final

from mynumber.foundation.rules.findings import Finding, derive
from mynumber.foundation.rules.nursery.facts import Claim, Ground, Guardian, Household

COLUMNS: Final = ("part", "name", "at_least", "points", "words")
BASE_POINTS: Final = "base_points"
_FACTS: Final = frozenset(field.name for field in fields(Household))


class Part(StrEnum):
    """What a line is for."""

    GUARDIAN = "guardian"
    HOUSEHOLD = "household"
    TIE = "tie"


class PointsFault(StrEnum):
    """Why a table of points was refused."""

    COLUMNS = "columns"
    PART = "part"
    NAME = "name"
    NUMBER = "number"
    TWICE = "twice"
    GROUND_WITHOUT_POINTS = "ground without points"


class MalformedPoints(ValueError):
    """A table of points cannot be used. Carries the reason and the line (the heading is line 1)."""

    def __init__(self, reason: PointsFault, line: int) -> None:
        super().__init__(f"line {line}: {reason}")
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    part: Part
    name: str
    at_least: int
    points: int
    words: str


@dataclass(frozen=True, slots=True)
class Score:
    """The points of a household with their trace, and what decides between equals, the more important first."""

    points: Finding[int]
    base: Finding[int]
    ties: tuple[Finding[int], ...]


class PointTable:
    """A municipality's points. Raises MalformedPoints."""

    def __init__(self, text: str) -> None:
        reader = csv.DictReader(io.StringIO(text), strict=True)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise MalformedPoints(PointsFault.COLUMNS, 1)
        lines: list[Line] = []
        try:
            for cells in reader:
                line = _line(cells, reader.line_num)
                if any(
                    (line.part, line.name, line.at_least) == (other.part, other.name, other.at_least)
                    for other in lines
                ):
                    raise MalformedPoints(PointsFault.TWICE, reader.line_num)
                lines.append(line)
        except csv.Error:
            raise MalformedPoints(PointsFault.COLUMNS, reader.line_num + 1) from None
        self.lines = tuple(lines)
        named = {line.name for line in lines if line.part is Part.GUARDIAN}
        if not {ground.name.lower() for ground in Ground if ground is not Ground.NONE} <= named:
            raise MalformedPoints(PointsFault.GROUND_WITHOUT_POINTS, reader.line_num)

    def of(self, part: Part) -> tuple[Line, ...]:
        """The lines of a part in order."""
        return tuple(line for line in self.lines if line.part is part)

    def by_hours(self, ground: Ground) -> bool:
        """Whether the points of a ground depend on hours."""
        return any(line.at_least for line in self.of(Part.GUARDIAN) if line.name == ground.name.lower())

    def guardian(self, ground: Ground, hours: int) -> int:
        """The points of a ground: the line with the most hours that are reached, or nothing."""
        reached = [
            line
            for line in self.of(Part.GUARDIAN)
            if line.name == ground.name.lower() and hours >= line.at_least
        ]
        return max(reached, key=lambda line: line.at_least).points if reached else 0


@lru_cache
def example_table() -> PointTable:
    """This project's own example, said to be an example wherever it is shown."""
    source = files("mynumber.foundation.rules").joinpath("data", "nursery_points_example.csv")
    return PointTable(source.read_text("utf-8"))


def score(claim: Claim, points: PointTable) -> Score:
    """The points of a claim; unknown as soon as a fact that a line asks about is."""
    each = [_guardian_points(guardian, points) for guardian in claim.guardians]
    base = derive("保護者の基準点", lambda *parts: sum(parts), *each, unit="点")
    adjusted = [
        derive(
            line.words,
            lambda fact, number=line.points: number if fact else 0,
            getattr(claim.household, line.name),
            unit="点",
        )
        for line in points.of(Part.HOUSEHOLD)
    ]
    whole = derive("利用調整の点数", lambda *parts: sum(parts), base, *adjusted, unit="点")
    ties = tuple(
        derive(
            line.words,
            lambda value, sign=line.points: int(value) * sign,
            base if line.name == BASE_POINTS else getattr(claim.household, line.name),
            unit="",
        )
        for line in points.of(Part.TIE)
    )
    return Score(whole, base, ties)


def _guardian_points(guardian: Guardian, points: PointTable) -> Finding[int]:
    ground = guardian.ground
    words = f"{guardian.label or '保護者'}の基準点"
    if not ground.is_unknown and not points.by_hours(ground.known()):
        return derive(words, lambda ground: points.guardian(ground, 0), ground, unit="点")
    return derive(words, points.guardian, ground, guardian.hours, unit="点")


def _line(cells: dict[str, str], number: int) -> Line:
    if None in cells or None in cells.values():
        raise MalformedPoints(PointsFault.COLUMNS, number)
    try:
        part = Part(cells["part"])
    except ValueError:
        raise MalformedPoints(PointsFault.PART, number) from None
    name = cells["name"]
    known = {
        Part.GUARDIAN: {ground.name.lower() for ground in Ground if ground is not Ground.NONE},
        Part.HOUSEHOLD: _FACTS - {"key", "label", "children", "years_resident"},
        Part.TIE: (_FACTS - {"key", "label"}) | {BASE_POINTS},
    }
    if name not in known[part]:
        raise MalformedPoints(PointsFault.NAME, number)
    at_least, points = cells["at_least"], cells["points"]
    unsigned = points.removeprefix("-")
    if not (at_least == "" or (at_least.isascii() and at_least.isdecimal())) or not (
        unsigned.isascii() and unsigned.isdecimal()
    ):
        raise MalformedPoints(PointsFault.NUMBER, number)
    if (at_least and part is not Part.GUARDIAN) or not cells["words"]:
        raise MalformedPoints(PointsFault.NUMBER, number)
    return Line(part, name, int(at_least or 0), int(points), cells["words"])
