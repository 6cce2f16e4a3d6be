"""Every resident-facing page of the portal speaks Japanese, easy Japanese and English: no sentence stands in a template in one language alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mynumber.institutions.portal as portal
import mynumber.webkit as webkit

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龯々]")
TR = re.compile(r'{%\s*tr\s+"([^"]*)"\s+"([^"]*)"(?:\s+easy="([^"]*)")?(?:\s+as\s+\w+)?\s*%}')
TAG = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
SHORT = 10
"""Japanese characters up to which words are easy as they stand: headings, buttons."""
OTHERS = frozenset({"developers.html", "registered.html"})
"""Read by those who register a service: developers, no residents. Pages of the portal's own staff lie in folders `staff`."""

HOME = Path(portal.__file__).parent
TEMPLATES = sorted(
    path
    for path in [
        *HOME.glob("*/templates/**/*.html"),
        *Path(webkit.__file__).parent.glob("templates/face/filling/*.html"),
    ]
    if path.name not in OTHERS and "staff" not in path.parts
)


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 100


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_sentence_has_its_words(path: Path) -> None:
    text = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for japanese, english, easy in TR.findall(text):
        assert not JAPANESE.search(english), f"no English: {japanese}"
        # A part of a sentence may be empty in English, where the words stand in another order.
        assert english or len(japanese) <= SHORT, f"no English: {japanese}"
        assert easy or len(JAPANESE.findall(japanese)) <= SHORT, f"no easy Japanese: {japanese}"
    left = TR.sub("", text)
    alone = [line.strip() for line in left.splitlines() if JAPANESE.search(line)]
    assert not alone, f"in Japanese alone: {alone[0][:200]}"
    if '{% extends "portal/base.html" %}' in text and "{% block heading %}" in text:
        assert "{% block page_lang %}{{ face.lang }}{% endblock %}" in text, "it does not say its language"
