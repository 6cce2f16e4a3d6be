"""The tables of fields and refusals in the pages are those of the code."""

from pathlib import Path

import pytest

from tests.docs.pages import name_of
from tests.docs.tables import marked_pages, renewed


@pytest.mark.parametrize("page", marked_pages(), ids=name_of)
def test_the_tables_of_a_page_are_those_of_the_code(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert renewed(text) == text, "renew with: python -m tests.docs.tables"


def test_a_changed_field_is_noticed() -> None:
    place = "<!-- struct: mynumber.protocols.exchange.SheetPresentation -->\n| `sheet` | `bytes` | |\n<!-- end -->"
    assert "| `sheet` | `SheetText` |" in renewed(place)
    assert "bytes" not in renewed(place)


def test_every_protocol_of_an_exchange_has_its_tables() -> None:
    names = {name_of(page) for page in marked_pages()}
    assert {
        f"docs/protocols/{page}.md"
        for page in ("exchange", "acquisition", "copies", "directory", "reconciliation")
    } <= names
