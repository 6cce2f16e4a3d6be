"""What a benchmark hands back: a table that is printed as plain text and kept as JSON."""

from __future__ import annotations

import os
import platform
import subprocess
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

Cell = str | int | float | None
"""A whole number is read back as one, and is written as one."""


@dataclass(slots=True)
class Table:
    """Rows of figures under named columns; the first column names the row. ``notes`` say how to read them."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The table for a person to read."""
        cells = [self.columns, *(tuple(map(_written, row)) for row in self.rows)]
        widths = [max(_width(row[place]) for row in cells) for place in range(len(self.columns))]
        lines = [self.title, "-" * _width(self.title)]
        for row in cells:
            first, *others = (
                _padded(text, width, left=not n)
                for n, (text, width) in enumerate(zip(row, widths, strict=True))
            )
            lines.append("  ".join((first, *others)).rstrip())
        lines += [f"  {note}" for note in self.notes]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured. ``quick`` proves that a benchmark works; its figures mean nothing."""

    quick: bool = False

    def seconds(self, whole: float) -> float:
        return min(whole, 0.3) if self.quick else whole

    def count(self, whole: int, quick: int) -> int:
        return quick if self.quick else whole


Tell = Callable[[str], None]
"""Says what is being measured now."""


class Machine(msgspec.Struct, frozen=True):
    """Where the figures come from. ``load`` is the load average when the run began: over a fraction of the cores, others were busy."""

    processor: str
    cores: int
    system: str
    python: str
    load: float
    commit: str

    def text(self) -> str:
        return (
            f"{self.processor}, {self.cores} cores, {self.system}, Python {self.python}, commit {self.commit}; "
            f"load average at the start {self.load:.2f}"
        )


class Run(msgspec.Struct, frozen=True):
    """One run, as it is kept."""

    at: datetime
    quick: bool
    machine: Machine
    tables: list[Table]


def this_machine() -> Machine:
    cpu = Path("/proc/cpuinfo")
    models = (
        [
            line.partition(":")[2].strip()
            for line in cpu.read_text().splitlines()
            if line.startswith("model name")
        ]
        if cpu.exists()
        else []
    )
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return Machine(
        processor=models[0] if models else platform.machine(),
        cores=os.cpu_count() or 1,
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        load=os.getloadavg()[0],
        commit=commit.stdout.strip() or "unknown",
    )


def save(run: Run, folder: Path) -> Path:
    """Write the run as JSON; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{run.at:%Y%m%dT%H%M%SZ}.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(run)) + b"\n")
    return file


def median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    return f"{cell:,.0f}" if isinstance(cell, int) or abs(cell) >= 100 else f"{cell:,.2f}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(text: str, width: int, *, left: bool) -> str:
    space = " " * (width - _width(text))
    return text + space if left else space + text
