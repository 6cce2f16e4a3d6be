"""The growth of a log as a drawing on the server: an SVG line, with the same figures in a table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 400.0, 200.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 84.0, 6.0, 12.0, 12.0
_GRID = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the grid with its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Growth:
    """Ready to be drawn, in SVG user units: small enough for the labels to be read on a phone."""

    path: str
    sizes: tuple[Mark, ...]
    """Horizontal lines: y and size."""
    first: datetime
    last: datetime
    width: float = WIDTH
    height: float = HEIGHT
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    bottom: float = HEIGHT - _BOTTOM


def draw(points: Sequence[tuple[datetime, int]]) -> Growth | None:
    """The steps from one checkpoint to the next, oldest first. None with fewer than two points."""
    if len(points) < 2:
        return None
    first, last = points[0][0], points[-1][0]
    span = max((last - first).total_seconds(), 1.0)
    most = _round_up(max(size for _, size in points))

    def x(at: datetime) -> float:
        return _LEFT + (at - first).total_seconds() / span * (WIDTH - _LEFT - _RIGHT)

    def y(size: int) -> float:
        return HEIGHT - _BOTTOM - size / most * (HEIGHT - _TOP - _BOTTOM)

    path = f"M{x(first):.1f} {y(points[0][1]):.1f}"
    for at, size in points[1:]:  # a log stands still between two checkpoints
        path += f"H{x(at):.1f}V{y(size):.1f}"
    sizes = tuple(Mark(y(most * step // _GRID), f"{most * step // _GRID:,}") for step in range(_GRID + 1))
    return Growth(path, sizes, first, last)


def _round_up(most: int) -> int:
    """A round number of at least this, divisible by the number of grid lines."""
    unit: int = 10 ** max(len(str(most)) - 2, 0) * _GRID
    return max(-(-most // unit) * unit, _GRID)
