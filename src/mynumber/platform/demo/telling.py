"""How the demonstration speaks: steps, boxes, tables and a drawing of the way, in Japanese or English."""

import os
import time
from collections.abc import Iterable, Sequence
from typing import Final

from rich.box import ROUNDED, SIMPLE_HEAD
from rich.cells import get_character_cell_size
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table

from mynumber.foundation.tlog.receipt.words import Language
from mynumber.platform.demo.lines import Text
from mynumber.platform.demo.words import TERMS

_WIDEST: Final = 110
_PIPE_WIDTH: Final = 100
_IN: Final = (0, 0, 0, 2)

Pairs = Iterable[tuple[str, str]]


class StepFailed(Exception):
    """A step did not do what it must: what was expected, what came, what to do."""

    def __init__(self, expected: str, found: str, advice: str) -> None:
        super().__init__(expected)
        self.expected = expected
        self.found = found
        self.advice = advice


class Telling:
    """Prints the story. Words of pages are printed as text: nothing in them is taken for markup."""

    def __init__(self, console: Console, language: Language, steps: int) -> None:
        if console.is_terminal:
            console.width = min(console.width, _WIDEST)
        elif "COLUMNS" not in os.environ:
            console.width = _PIPE_WIDTH
        self._console = console
        self._language = language
        self._steps = steps
        self._number = 0
        self._title = ""
        self._began = time.monotonic()
        self._step_began = self._began

    @property
    def language(self) -> Language:
        """Of everything that is said."""
        return self._language

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began

    def tr(self, japanese: str, english: str) -> str:
        """The words in the language of this telling."""
        return japanese if self._language is Language.JAPANESE else english

    def translated(self, pairs: Pairs) -> list[tuple[str, str]]:
        """Terms of the pages in the language of this telling; what holds for them stays as it is."""
        return [(self.tr(term, TERMS.get(term, term)), words) for term, words in pairs]

    @property
    def advice(self) -> str:
        """What to do when a step has failed."""
        return self.tr(
            "mynumber status で全部の機関が動いているかを、mynumber logs 機関の名前 で何が起きたかを見てから、"
            "もう一度 mynumber demo を実行してください。",
            "See with `mynumber status` whether every institution runs, and with `mynumber logs NAME` what happened; "
            "then run `mynumber demo` again.",
        )

    def expect(self, holds: bool, expected: str, found: str) -> None:
        """Go on only if it holds. Raises StepFailed."""
        if not holds:
            raise StepFailed(expected, found, self.advice)

    def head(self, title: str, words: str) -> None:
        """The first box."""
        self._console.print(Panel(Text(words), title=Text(title, "bold"), box=ROUNDED, border_style="cyan"))

    def step(self, title: str) -> None:
        """Begin the next step."""
        self._number += 1
        self._title = title
        self._step_began = time.monotonic()
        self._console.print()
        self._console.print(
            Rule(Text(f"{self._number}/{self._steps}  {title}", "bold cyan"), align="left", style="cyan")
        )

    def say(self, words: str) -> None:
        """A sentence or two."""
        self._show(Text(words))

    def done(self, words: str) -> None:
        """The step, or a part of it, did what it must."""
        self._show(Text.assemble(("✓ ", "bold green"), words))

    def step_done(self, words: str) -> None:
        """The end of a step, with its time."""
        seconds = time.monotonic() - self._step_began
        self._show(
            Text.assemble(
                ("✓ ", "bold green"),
                (words, "bold"),
                (self.tr(f"（{seconds:.1f}秒）", f" ({seconds:.1f} s)"), "dim"),
            )
        )

    def facts(self, title: str, pairs: Pairs, *, style: str = "cyan") -> None:
        """A box of terms and what holds for them."""
        grid = Table.grid(padding=(0, 2), expand=True)
        grid.add_column(style="dim", max_width=26)
        grid.add_column(ratio=1, overflow="fold")
        for term, words in pairs:
            grid.add_row(Text(term), Text(words))
        box = Panel(grid, title=Text(title, "bold"), title_align="left", box=ROUNDED, border_style=style)
        self._show(box)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], *, ratios: Sequence[int]) -> None:
        """A table; `ratios` share the width, 0 takes what it needs."""
        table = Table(box=SIMPLE_HEAD, expand=True, show_lines=False, padding=(0, 1), pad_edge=False)
        for column, ratio in zip(columns, ratios, strict=True):
            table.add_column(column, ratio=ratio or None, overflow="fold", no_wrap=ratio == 0)
        for row in rows:
            table.add_row(*map(Text, row))
        self._show(table)

    def way(self, stations: Sequence[tuple[str, str, str]]) -> None:
        """The hops as a drawing from top to bottom: mark (● passed, ✗ refused, ○ not reached), station, what it does."""
        styles = {"●": "bold green", "✗": "bold red", "○": "dim"}
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True)
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for place, (mark, station, words) in enumerate(stations):
            if place:
                grid.add_row(Text("│" if mark != "○" else "┊", styles[mark]), "", "")
            style = styles[mark]
            grid.add_row(
                Text(mark, style),
                Text(station, "dim" if mark == "○" else "bold"),
                Text(words, "dim" if mark == "○" else ""),
            )
        self._show(Padding(grid, (1, 0, 1, 2)))

    def command(self, command: str, output: str = "") -> None:
        """A command that a person would type, and what it printed."""
        parts: list[RenderableType] = [Text(f"$ {command}", "bold")]
        for line in output.rstrip().splitlines():
            words = line.lstrip()
            indent = sum(map(get_character_cell_size, line[: len(line) - len(words)]))
            parts.append(Padding(Text(words), (0, 0, 0, indent)))
        self._show(Panel(Group(*parts), box=ROUNDED, border_style="dim"))

    def failed(self, failure: StepFailed) -> None:
        """Which step failed, what was expected, what to do."""
        words = self.tr(
            f"{self._number}「{self._title}」で止まりました", f"Stopped at step {self._number}: {self._title}"
        )
        self._console.print()
        self.facts(
            f"✗ {words}",
            (
                (self.tr("起きるはずのこと", "Expected"), failure.expected),
                (self.tr("実際", "Found"), failure.found),
                (self.tr("すること", "What to do"), failure.advice),
            ),
            style="red",
        )

    def end(self, title: str, proven: Sequence[str], places: Pairs) -> None:
        """What was proven, and where to look next."""
        self._console.print()
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for words in proven:
            grid.add_row(Text("✓", "bold green"), Text(words))
        where = Table.grid(padding=(0, 2))
        where.add_column(no_wrap=True, style="dim")
        where.add_column(overflow="fold")
        for place, url in places:
            where.add_row(Text(place), Text(url))
        self._console.print(
            Panel(
                Group(grid, Text(), Text(self.tr("次に見るところ", "Where to look next"), "bold"), where),
                title=Text(title, "bold"),
                box=ROUNDED,
                border_style="green",
            )
        )

    def _show(self, what: RenderableType) -> None:
        self._console.print(Padding(what, _IN))
