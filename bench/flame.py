"""A flame graph as one SVG file: each box a function, as wide as its share of the time, on top of who called it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

WIDTH, ROW, MARGIN = 1400.0, 18, 28
NARROWEST = 1.0
"""Boxes that would be less wide, in points, are left out."""
LETTER = 6.4

COLOURS = (
    ("cryptography", "#c98a8a"),
    ("joserfc", "#c98a8a"),
    ("mynumber/foundation/envelope", "#d9a69a"),
    ("foundation/envelope", "#d9a69a"),
    ("foundation/codes", "#d8b56f"),
    ("asyncpg", "#8fb3cf"),
    ("network/core", "#a5c58d"),
    ("uvicorn", "#c3b5d6"),
    ("asyncio", "#c3b5d6"),
)
OTHER = "#d8d4c8"


@dataclass(slots=True)
class _Box:
    count: int = 0
    inner: dict[str, _Box] = field(default_factory=dict)


def read_stacks(file: Path) -> dict[str, int]:
    """Stacks with their counts, as bench.core_process writes them."""
    stacks: dict[str, int] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        stack, _, count = line.rpartition(" ")
        stacks[stack] = int(count)
    return stacks


def flame_graph(stacks: Mapping[str, int], title: str) -> str:
    """The SVG. Hovering over a box tells its name and share."""
    root = _Box()
    for stack, count in stacks.items():
        box = root
        box.count += count
        for name in stack.split(";"):
            box = box.inner.setdefault(name, _Box())
            box.count += count
    boxes = list(_placed(root, 0, 0.0, WIDTH / max(1, root.count)))
    height = (max((depth for depth, *_ in boxes), default=0) + 1) * ROW + 2 * MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height}" font-family="monospace" font-size="11">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH:g}" height="{height}" fill="#fff"/>',
        f'<text x="8" y="18" font-size="13">{escape(title)} ({root.count:,} samples)</text>',
    ]
    for depth, left, width, name, count in boxes:
        bottom = height - MARGIN - depth * ROW
        share = 100 * count / max(1, root.count)
        short = name.rpartition(":")[2]
        room = int((width - 4) / LETTER)
        text = short if len(short) <= room else short[: max(0, room - 1)] + "…" if room > 3 else ""
        lines.append(
            f"<g><title>{escape(name)}: {share:.1f} %</title>"
            f'<rect x="{left:.1f}" y="{bottom - ROW}" width="{max(0.5, width - 0.5):.1f}" height="{ROW - 1}" fill="{_colour(name)}"/>'
            + (f'<text x="{left + 3:.1f}" y="{bottom - 5}">{escape(text)}</text>' if text else "")
            + "</g>"
        )
    return "\n".join((*lines, "</svg>", ""))


def _placed(box: _Box, depth: int, left: float, scale: float) -> Iterator[tuple[int, float, float, str, int]]:
    for name, inner in sorted(box.inner.items()):
        width = inner.count * scale
        if width >= NARROWEST:
            yield depth, left, width, name, inner.count
            yield from _placed(inner, depth + 1, left, scale)
        left += width


def _colour(name: str) -> str:
    return next((colour for part, colour in COLOURS if part in name), OTHER)
