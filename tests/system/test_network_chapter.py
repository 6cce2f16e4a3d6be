"""The network chapter, done as a stranger would: every command of the page, in its order, in a folder of its own."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, blocks
from tests.support.platform import Platform

ENGLISH, JAPANESE = DOCS / "network.md", DOCS / "network.ja.md"
COMMAND_SECONDS = 300


def steps(page: Path) -> list[tuple[str, list[str]]]:
    """Each command of the page's console blocks with the lines that the page shows of its output."""
    found: list[tuple[str, list[str]]] = []
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.info == ("console",):
            for line in block.body.splitlines():
                if line.startswith("$ "):
                    found.append((line[2:], []))
                else:
                    found[-1][1].append(line)
    return found


def test_both_languages_show_the_same_commands() -> None:
    assert steps(ENGLISH) == steps(JAPANESE)
    assert len(steps(ENGLISH)) >= 8


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder in which the repository's paths lead where a stranger's would."""
    for name in (".venv", "kit"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def test_every_command_of_the_chapter_does_what_the_page_says(platform: Platform, workplace: Path) -> None:
    for command, shown in steps(ENGLISH):
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=workplace,
            env={**os.environ, **platform.variables, "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        for line in shown:
            words = ".*".join(map(re.escape, line.split("...")))
            assert re.search(f"^{words}", done.stdout, re.MULTILINE), f"{command}\n{line}\n{done.stdout}"
