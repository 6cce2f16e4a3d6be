"""Every package that the project depends on directly is explained in docs/dependencies.md, and nothing else is."""

from __future__ import annotations

import re
import tomllib

from tests.docs.pages import DOCS, ROOT, table_rows

_NAME = re.compile(r"[A-Za-z0-9_.-]+")


def _name(requirement: str) -> str:
    match = _NAME.match(requirement)
    assert match
    return match[0].lower().replace("_", "-")


def _wanted() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {
        _name(requirement)
        for requirement in (
            *project["project"]["dependencies"],
            *project["dependency-groups"]["dev"],
            *project["build-system"]["requires"],
            *(package for extra in project["project"]["optional-dependencies"].values() for package in extra),
        )
    }


def _explained() -> dict[str, list[str]]:
    rows = table_rows((DOCS / "dependencies.md").read_text(encoding="utf-8"))
    return {row[0].strip("`"): row for row in rows if len(row) == 5 and row[0].startswith("`")}


def test_every_direct_dependency_has_a_line() -> None:
    assert _wanted() - set(_explained()) == set()


def test_no_line_tells_of_a_package_that_is_gone() -> None:
    assert set(_explained()) - _wanted() == set()


def test_every_line_says_what_for_licence_and_why() -> None:
    assert all(all(row) for row in _explained().values())


def test_every_direct_dependency_is_locked() -> None:
    locked = {
        _name(line)
        for lock in ("run.lock", "dev.lock", "readers.lock")
        for line in (ROOT / "requirements" / lock).read_text(encoding="utf-8").splitlines()
        if line[:1].isalnum()
    }
    assert _wanted() <= locked
