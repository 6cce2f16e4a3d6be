"""Drawings in the documents say in words what they show, and load nothing from elsewhere."""

from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring

from tests.docs.pages import DOCS, all_pages, name_of

SVG = "{http://www.w3.org/2000/svg}"
PICTURES = sorted((DOCS / "pictures").glob("*.svg"))


@pytest.mark.parametrize("picture", PICTURES, ids=name_of)
def test_a_drawing_has_a_title_and_a_description_and_needs_nothing_else(picture: Path) -> None:
    drawing = fromstring(picture.read_bytes())
    assert drawing.get("role") == "img"
    for part in ("title", "desc"):
        element = drawing.find(SVG + part)
        assert element is not None
        assert element.text
        assert element.get("id") in (drawing.get("aria-labelledby") or "").split()
    assert not list(drawing.iter(SVG + "script"))
    assert not [
        element for element in drawing.iter() if any(name.endswith("href") for name in element.attrib)
    ]


@pytest.mark.parametrize("picture", PICTURES, ids=name_of)
def test_a_drawing_is_shown_on_a_page(picture: Path) -> None:
    assert any(f"pictures/{picture.name}" in page.read_text(encoding="utf-8") for page in all_pages())
