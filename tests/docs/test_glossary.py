"""The glossary names what is in the code, where it says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.docs.pages import DOCS, ROOT, table_rows

SOURCES = ROOT / "src" / "mynumber"
_CODE = re.compile(r"`([^`]+)`")


def _terms() -> list[list[str]]:
    """Rows of the form: term, identifiers, meaning, where."""
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    return [row for row in table_rows(text) if len(row) == 4 and row[1].startswith("`")]


def _names_in(path: Path) -> set[str]:
    """Every name that a module defines or uses, the ids it writes as text, and the names of its folders."""
    names = {*path.relative_to(SOURCES).parts, path.stem}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
                names.add(name)
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.Constant(value=str(text)) if re.fullmatch(r"[\w-]+", text):
                names.add(text)
    return names


def _unknown(identifiers: list[str], places: list[str]) -> set[str]:
    return set(identifiers).difference(*(_names_in(SOURCES / place) for place in places))


def test_every_place_the_glossary_names_exists() -> None:
    assert not {
        place for row in _terms() for place in _CODE.findall(row[3]) if not (SOURCES / place).is_file()
    }


def test_every_identifier_of_the_glossary_stands_in_a_place_it_names() -> None:
    lost = {
        (row[0], name) for row in _terms() for name in _unknown(_CODE.findall(row[1]), _CODE.findall(row[3]))
    }
    assert not lost


def test_an_invented_identifier_is_noticed() -> None:
    assert _unknown(["CodeKeys", "CodeBook"], ["foundation/codes.py"]) == {"CodeBook"}


def test_no_term_stands_twice() -> None:
    terms = [row[0] for row in _terms()]
    assert len(terms) > 100
    assert len(terms) == len(set(terms))
