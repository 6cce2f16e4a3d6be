"""What the pages show is true: examples run, links lead somewhere, commands exist."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from mynumber.platform import cli, registry
from tests.docs.pages import DOCS, ROOT, all_pages, anchors, blocks, code_spans, name_of, prose, targets

RUN = ("python", "run")
"""What stands after the fence of a block that is executed; the blocks of a page share their names, from top to bottom."""

_WORD = re.compile(r"[a-z][a-z0-9_-]*")
_COMMAND = re.compile(r"^\s*(?:\$ +)?(?:[\w./-]*/)?mynumber((?: +[^\s|;&#]+)+)")
_SHELL = frozenset({"", "sh", "bash", "console"})
_BUILT_IN = frozenset({"migrate", "shell", "check", "showmigrations", "makemigrations", "dbshell"})
"""Management commands of Django itself."""


def _runnable(page: Path) -> bool:
    return any(block.info == RUN for block in blocks(page.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", [page for page in all_pages() if _runnable(page)], ids=name_of)
def test_the_examples_of_a_page_run_and_print_what_the_page_says(page: Path) -> None:
    names: dict[str, Any] = {"__name__": "example"}
    parser = doctest.DocTestParser()
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    report: list[str] = []
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.info != RUN:
            continue
        if ">>>" in block.body:
            example = parser.get_doctest(block.body, {}, name_of(page), str(page), block.line - 1)
            example.globs = names
            runner.run(example, out=report.append, clear_globs=False)
        else:
            exec(compile("\n" * (block.line - 1) + block.body, str(page), "exec"), names)  # noqa: S102 - our own pages
    assert not report, "".join(report)


def test_the_pages_hold_examples() -> None:
    """A change of the marker must not switch all examples off."""
    count = sum(
        block.info == RUN for page in DOCS.rglob("*.md") for block in blocks(page.read_text(encoding="utf-8"))
    )
    assert count >= 12


@pytest.mark.parametrize("page", all_pages(), ids=name_of)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    lost = []
    for target in targets(text):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        goal = (page.parent / place).resolve() if place else page
        if not goal.exists() or (
            anchor and goal.suffix == ".md" and anchor not in anchors(goal.read_text(encoding="utf-8"))
        ):
            lost.append(target)
    assert not lost


def _commands(text: str) -> set[tuple[str, ...]]:
    """The words after `mynumber` in code spans, shell blocks and indented lines."""
    shown = [span for span in code_spans(text) if span.startswith("mynumber ")]
    shown += [line for line in prose(text).splitlines() if line.startswith("    ")]
    for block in blocks(text):
        if "".join(block.info[:1]) in _SHELL:
            shown += block.body.splitlines()
    return {tuple(match[1].split()) for line in shown for match in _COMMAND.finditer(line)}


def _unknown(words: tuple[str, ...]) -> str | None:
    """What of a command line does not exist, or None."""
    group: Any = typer.main.get_command(cli.main)
    for depth, word in enumerate(words):
        if not _WORD.fullmatch(word):
            return None
        command = group.get_command(typer.Context(group), word)
        if command is None:
            return f"mynumber {' '.join(words[: depth + 1])}"
        if not isinstance(command, TyperGroup):
            return _unknown_management(words) if words[0] == "run" else None
        group = command
    return None


def _unknown_management(words: tuple[str, ...]) -> str | None:
    """``mynumber run NAME COMMAND``: the institution exists and has the command."""
    if len(words) < 3 or not all(_WORD.fullmatch(word) for word in words[1:3]):
        return None
    _, name, command = words[:3]
    try:
        package = registry.institution(name).package
    except registry.UnknownName:
        return f"institution {name}"
    homes = [ROOT / "src" / Path(*package.split(".")), ROOT / "src" / "mynumber" / "webkit"]
    found = any(True for home in homes for _ in home.rglob(f"management/commands/{command}.py"))
    return None if found or command in _BUILT_IN else f"management command {command} of {name}"


@pytest.mark.parametrize("page", all_pages(), ids=name_of)
def test_the_commands_of_a_page_exist(page: Path) -> None:
    commands = _commands(page.read_text(encoding="utf-8"))
    assert not {unknown for words in commands if (unknown := _unknown(words))}


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        (("up",), None),
        (("law", "show", "--on"), None),
        (("law", "sell"), "mynumber law sell"),
        (("fly",), "mynumber fly"),
        (("run", "jlis", "create_ca"), None),
        (("run", "jlis", "sell_ca"), "management command sell_ca of jlis"),
        (("run", "nobody", "migrate"), "institution nobody"),
    ],
)
def test_an_invented_command_is_noticed(words: tuple[str, ...], unknown: str | None) -> None:
    assert _unknown(words) == unknown


def test_a_lost_link_and_a_lost_heading_are_noticed() -> None:
    text = "# One thing\n\n[a](gone.md) ![b](#one-thing) `[c](not-a-link.md)`\n"
    assert list(targets(text)) == ["gone.md", "#one-thing"]
    assert anchors(text) == {"one-thing"}
